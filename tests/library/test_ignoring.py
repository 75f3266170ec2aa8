"""What a walk leaves out: folders that never hold photos, conflict copies, and what ignore files name."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from photos_graph.library import directory, slow_drives
from photos_graph.library.ignoring import IGNORE_FILE, MAX_BYTES
from photos_graph.library.walking import DirectoryRules, Found, FoundFile, FoundFolder, KnownFolder, Problem, walk
from photos_graph.settings import LibrarySettings

RULES = DirectoryRules(
    frozenset({"jpg", "dng"}), frozenset(LibrarySettings().skip_folders), raw_extensions=frozenset({"dng"})
)
FOLLOWING = DirectoryRules(RULES.extensions, RULES.skip_folders, follow_symlinks=True)


def tree(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"")


def ignore(folder: Path, *lines: str) -> None:
    (folder / IGNORE_FILE).write_text("\n".join(lines))


def walked(root: Path, known: dict[bytes, KnownFolder] | None = None, start: str = "") -> list[Found]:
    return list(walk(os.fsencode(root), RULES, known, start=start.encode(), start_key=start))


def files(found: list[Found]) -> list[str]:
    return [each.key for each in found if isinstance(each, FoundFile)]


def folders(found: list[Found]) -> dict[str, FoundFolder]:
    return {each.key: each for each in found if isinstance(each, FoundFolder)}


def problems(found: list[Found]) -> list[Problem]:
    return [each for each in found if isinstance(each, Problem)]


def known_after(root: Path) -> dict[bytes, KnownFolder]:
    """Returns what a scan stores, with times that are old enough to be trusted."""
    for folder in [root, *root.rglob("*")]:
        if folder.is_dir():
            os.utime(folder, (1e9, 1e9))
    found = folders(walked(root)).values()
    return {each.relative: KnownFolder(each.key, each.mtime_ns, each.ignore_stamp) for each in found}


@pytest.mark.parametrize(
    "path",
    [
        *("@eaDir/1.jpg/SYNOPHOTO_THUMB_XL.jpg", "a/#recycle/1.jpg", "#snapshot/1.jpg", "@tmp/1.jpg"),
        *("@Recycle/1.jpg", "@RECYCLE/1.jpg", "@Recently-Snapshot/1.jpg", "a/@__thumb/1.jpg", ".@__thumb/1.jpg"),
        *("__MACOSX/1.jpg", "__MACOSX/._1.jpg", "._1.jpg", ".Trash-1000/files/1.jpg", ".Trashes/501/1.jpg"),
        *("$RECYCLE.BIN/S-1-5/1.jpg", "System Volume Information/1.jpg", "lost+found/1.jpg"),
        *(".thumbnails/1.jpg", "DCIM/.thumbnails/1.jpg", "Android/data/com.example/cache/1.jpg"),
        *("Backup/android/Data/com.example/Cache/deep/1.jpg", "LOST.DIR/1.jpg"),
        *("A.photoslibrary/resources/derivatives/1.jpg", "b/A.photoslibrary/resources/renders/0/1.jpg"),
        *("A.photoslibrary/Thumbnails/1.jpg", "iPhoto Library.photolibrary/Previews/1.jpg"),
        *("Catalog Previews.lrdata/1.jpg", "x/Catalog Smart Previews.lrdata/0/1.dng"),
        *("Lightroom Library.lrlibrary/3f2a/previews/1.jpg", "Session/CaptureOne/Cache/Thumbnails/1.jpg"),
        *(".stversions/1.jpg", ".dropbox.cache/1.jpg", ".picasaoriginals/1.jpg", ".sync/Archive/1.jpg"),
        *("1.sync-conflict-20230401-101010-ABCDEFG.jpg", "1 (Anna's conflicted copy 2019-08-05).jpg"),
        *("1 (conflicted copy 2019-08-05 123456).jpg", "1 (Copia in conflitto di PC 2019-08-05).jpg"),
        *("1 (In Konflikt stehende Kopie von Anna 2019-08-05).jpg", "1_conflict-20190805-123456.jpg"),
        *("1 (SFConflict anna@example.com 2019-08-05-12-34-56).jpg", "1_NAS_Aug-05-123456-2019_Conflict.jpg"),
        "1.Conflict.jpg",
    ],
)
def test_what_never_is_a_photo_of_the_owner_is_passed_over(tmp_path: Path, path: str) -> None:
    tree(tmp_path, "1.jpg", path)
    assert files(walked(tmp_path)) == ["1.jpg"]


@pytest.mark.parametrize(
    "path",
    [
        *("A.photoslibrary/originals/0/1.jpg", "A.photoslibrary/Masters/2014/1.jpg", "Resources/1.jpg", "Cache/1.jpg"),
        *("Thumbnails/1.jpg", "Android/data/com.example/files/1.jpg", "Android/media/com.whatsapp/WhatsApp/1.jpg"),
        *("Lightroom Library.lrlibrary/3f2a/originals/2020/1.jpg", "A.cocatalog/Originals/1.jpg", "lrdata/1.jpg"),
        *("Conflict/1.jpg", "A conflict.jpg", "The Conflict (1914).jpg", "Originals/1.jpg", "my @eaDir/1.jpg"),
        *("CaptureOne/1.jpg", "Recycle/1.jpg", "tmp/1.jpg", "data/x/cache/1.jpg"),
    ],
)
def test_what_only_looks_like_it_is_a_photo(tmp_path: Path, path: str) -> None:
    tree(tmp_path, path)
    assert files(walked(tmp_path)) == [path]


def test_nomedia_hides_a_folder_and_all_below_but_not_a_root(tmp_path: Path) -> None:
    tree(tmp_path, ".nomedia", "1.jpg", "a/.nomedia", "a/2.jpg", "a/b/3.jpg", "a/4.mov", "c/5.jpg")
    found = walked(tmp_path)
    assert files(found) == ["1.jpg", "c/5.jpg"]
    assert list(folders(found)) == ["", "a", "c"]
    assert folders(found)["a"].passed_over == ""
    assert walked(tmp_path, start="a/b") == []


def test_nomedia_counts_when_it_comes_and_when_it_goes_though_times_are_trusted(tmp_path: Path) -> None:
    tree(tmp_path, "a/2.jpg", "a/b/3.jpg")
    known = known_after(tmp_path)
    tree(tmp_path, "a/.nomedia")
    assert list(folders(walked(tmp_path, known))) == ["", "a"]
    known = known_after(tmp_path)
    (tmp_path / "a/.nomedia").unlink()
    assert files(walked(tmp_path, known)) == ["a/2.jpg", "a/b/3.jpg"]


def test_an_ignore_file_applies_to_its_folder_and_all_below(tmp_path: Path) -> None:
    tree(tmp_path, "1.jpg", "x/1.jpg", "x/private/2.jpg", "x/y/private/3.jpg", "x/y/4-edit.jpg", "x/y/4.jpg")
    tree(tmp_path, "private/5.jpg", "x/only here/6.jpg", "x/y/only here/7.jpg")
    ignore(tmp_path / "x", "# a comment", "", "private/", "*-edit.jpg", "/only here")
    found = files(walked(tmp_path))
    assert found == ["1.jpg", "private/5.jpg", "x/1.jpg", "x/y/4.jpg", "x/y/only here/7.jpg"]


def test_a_nearer_ignore_file_and_a_later_line_decide(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.jpg", "a/2.jpg", "a/b/1.jpg", "a/b/2.jpg", "a/b/3.jpg")
    ignore(tmp_path, "*.jpg", "!2.jpg")
    ignore(tmp_path / "a/b", "!3.jpg", "2.jpg")
    assert files(walked(tmp_path)) == ["a/2.jpg", "a/b/3.jpg"]


def test_everything_but_one_folder_can_be_ignored(tmp_path: Path) -> None:
    tree(tmp_path, "1.jpg", "a/2.jpg", "b/3.jpg", "b/c/4.jpg")
    ignore(tmp_path, "/*", "!/b/")
    assert files(walked(tmp_path)) == ["b/3.jpg", "b/c/4.jpg"]


def test_names_with_accents_are_ignored_however_they_are_written(tmp_path: Path) -> None:
    tree(tmp_path, "e\u0301te\u0301/1.jpg", "\u00e9t\u00e9 2/2.jpg", os.fsdecode(b"caf\xe9.jpg"))
    (tmp_path / IGNORE_FILE).write_bytes("\ufeff\u00e9t\u00e9/\r\ne\u0301te\u0301 2/\r\n".encode() + b"caf\xe9.jpg\r\n")
    assert files(walked(tmp_path)) == []


def test_an_ignored_sidecar_and_an_ignored_raw_file_are_not_there(tmp_path: Path) -> None:
    tree(tmp_path, "1.jpg", "1.jpg.xmp", "1.XMP", "1.jpg.json", "2.jpg", "2.dng", "2.xmp", "3.jpg", "3_01.jpg.xmp")
    ignore(tmp_path, "1.jpg.xmp", "*.dng", "*.json", "*_01.jpg.xmp")
    sidecars = {each.key: each.sidecar for each in walked(tmp_path) if isinstance(each, FoundFile)}
    expected = {"1.jpg": b"1.XMP", "2.jpg": b"2.xmp", "3.jpg": None}
    assert {key: each and each.relative for key, each in sidecars.items()} == expected
    assert not any(each.takeout for each in walked(tmp_path) if isinstance(each, FoundFile))


@pytest.mark.parametrize("start", ["a", "a/b"])
def test_a_part_of_the_root_knows_the_ignore_files_above_it(tmp_path: Path, start: str) -> None:
    tree(tmp_path, "a/b/1.jpg", "a/b/2.jpg")
    ignore(tmp_path, "1.jpg")
    assert files(walked(tmp_path, start=start)) == ["a/b/2.jpg"]
    ignore(tmp_path, "a/")
    assert walked(tmp_path, start=start) == []


def test_a_changed_ignore_file_counts_though_times_are_trusted(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.jpg", "a/b/2.jpg", "a/b/3.jpg", "c/4.jpg")
    ignore(tmp_path / "a", "3.jpg")
    known = known_after(tmp_path)
    assert [key for key, each in folders(walked(tmp_path, known)).items() if each.listed] == []
    (tmp_path / "a" / IGNORE_FILE).write_text("2.jpg")  # the time of the folder stays
    found = walked(tmp_path, known)
    assert {key: each.listed for key, each in folders(found).items()} == {"": False, "a": True, "a/b": True, "c": False}
    assert files(found) == ["a/1.jpg", "a/b/3.jpg"]


def test_an_ignore_file_that_comes_or_goes_counts_for_all_folders_below(tmp_path: Path) -> None:
    tree(tmp_path, "a/b/1.jpg", "a/b/2.jpg")
    known = known_after(tmp_path)
    ignore(tmp_path, "1.jpg")
    assert files(walked(tmp_path, known)) == ["a/b/2.jpg"]
    known = known_after(tmp_path)
    (tmp_path / IGNORE_FILE).unlink()
    assert files(walked(tmp_path, known)) == ["a/b/1.jpg", "a/b/2.jpg"]


def test_a_folder_that_is_listed_below_a_trusted_one_is_ignored_as_before(tmp_path: Path) -> None:
    tree(tmp_path, "a/b/1.jpg")
    ignore(tmp_path, "*.jpg", "!2.jpg")
    known = known_after(tmp_path)
    tree(tmp_path, "a/b/2.jpg", "a/b/3.jpg")
    assert files(walked(tmp_path, known)) == ["a/b/2.jpg"]


@pytest.mark.parametrize("make", ["too long", "folder"])
def test_an_ignore_file_that_cannot_be_read_shows_nothing_and_loses_nothing(tmp_path: Path, make: str) -> None:
    tree(tmp_path, "a/private/1.jpg", "b/2.jpg")
    if make == "folder":
        (tmp_path / "a" / IGNORE_FILE).mkdir()
    else:
        (tmp_path / "a" / IGNORE_FILE).write_bytes(b"#" * (MAX_BYTES + 1))
    found = walked(tmp_path)
    assert files(found) == ["b/2.jpg"]
    assert [(each.key, IGNORE_FILE in each.reason) for each in problems(found)] == [("a", True)]
    assert [each.key for each in problems(walked(tmp_path, start="a/private"))] == ["a/private"]


@pytest.mark.parametrize("line", ["*a" * 20 + "b", "**/a/" * 9 + "b", "[z-a]", "!", "\\"])
def test_a_line_that_makes_no_sense_is_told_and_the_others_count(tmp_path: Path, line: str) -> None:
    tree(tmp_path, "a" * 200 + ".jpg", "1.jpg", "2.jpg")
    ignore(tmp_path, line, "1.jpg")
    found = walked(tmp_path)
    assert files(found) == ["2.jpg", "a" * 200 + ".jpg"]
    [problem] = problems(found)
    assert problem.key == IGNORE_FILE and problem.reason.startswith("line 1 is not used, because it ")


def test_other_files_are_counted_by_extension(tmp_path: Path) -> None:
    tree(tmp_path, "1.jpg", "1.jpg.xmp", "1.MOV", "2.mov", "IMG_1.AAE", "alone.xmp", "Thumbs.db", "README", "x.")
    tree(tmp_path, ".DS_Store", "._1.jpg", "1.sync-conflict-20230401-101010-ABCDEFG.jpg", "a/3.mov", "a/4.mp4")
    tree(tmp_path, "a/ignored.txt", "@eaDir/5.mov", "a/x.an extension that is a text")
    tree(tmp_path, "1.jpg.supplemental-metadata.json", "metadata.json", "1_01.jpg.xmp")
    ignore(tmp_path / "a", "ignored.txt")
    found = folders(walked(tmp_path))
    assert found[""].passed_over == "aae=1 db=1 jpg=1 json=1 mov=1 other=2 xmp=2", "1.MOV belongs to 1.jpg"
    assert found["a"].passed_over == "mov=1 mp4=1 other=1"


def test_links_are_counted_and_ignored_where_they_are_followed(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.jpg", "a/2.mov", "b/3.jpg")
    (tmp_path / "b/4.jpg").symlink_to("../a/1.jpg")
    (tmp_path / "b/5.mov").symlink_to("../a/2.mov")
    (tmp_path / "@eaDir").symlink_to("a")
    ignore(tmp_path / "b", "4.jpg")
    found = list(walk(os.fsencode(tmp_path), FOLLOWING))
    assert files(found) == ["a/1.jpg", "b/3.jpg"]
    assert folders(found)["b"].passed_over == "mov=1"


class Counting:
    """The entries of a folder, which count how often their stat is asked for."""

    def __init__(self, entries: Iterator[os.DirEntry[str]], stats: list[str]) -> None:
        self._entries = entries
        self._stats = stats

    def __enter__(self) -> Counting:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __iter__(self) -> Iterator[Counting.Entry]:
        return (Counting.Entry(entry, self._stats) for entry in self._entries)

    class Entry:
        def __init__(self, entry: os.DirEntry[str], stats: list[str]) -> None:
            self._entry, self._stats, self.name = entry, stats, entry.name

        def is_dir(self, *, follow_symlinks: bool) -> bool:
            return self._entry.is_dir(follow_symlinks=follow_symlinks)

        def is_file(self, *, follow_symlinks: bool) -> bool:
            return self._entry.is_file(follow_symlinks=follow_symlinks)

        def stat(self, *, follow_symlinks: bool) -> os.stat_result:
            self._stats.append(self.name)
            return self._entry.stat(follow_symlinks=follow_symlinks)


def test_only_photos_and_sidecars_cost_a_stat_and_each_costs_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(tmp_path, "1.jpg", "1.jpg.xmp", "2.jpg", "3.mov", "4.aae", "5.txt", ".hidden", "@eaDir/6.jpg", "a/7.jpg")
    ignore(tmp_path, "2.jpg")
    monkeypatch.setattr(slow_drives, "SLOW_SECONDS", math.inf)  # however long this machine takes
    stats: list[str] = []
    scandir, asked = os.scandir, os.stat
    others: list[object] = []
    monkeypatch.setattr(directory.os, "scandir", lambda at: Counting(scandir(at), stats))
    monkeypatch.setattr(os, "stat", lambda *at, **more: (others.append(at), asked(*at, **more))[1])
    assert files(walked(tmp_path)) == ["1.jpg", "a/7.jpg"]
    assert (sorted(stats), others) == (["1.jpg", "1.jpg.xmp", "2.jpg", "7.jpg"], [])
