import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos_graph.errors import RootOffline
from photos_graph.library.entry_names import distinct_names
from photos_graph.library.walking import (
    DirectoryRules,
    Found,
    FoundFile,
    FoundFolder,
    KnownFolder,
    Problem,
    SidecarFile,
    walk,
)

RULES = DirectoryRules(
    frozenset({"jpg", "nef"}), frozenset({"@eaDir", "#recycle", "lost+found"}), raw_extensions=frozenset({"nef"})
)
FOLLOWING = DirectoryRules(RULES.extensions, RULES.skip_folders, follow_symlinks=True)


def tree(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(os.fsencode(path))


def walked(root: Path, rules: DirectoryRules = RULES, known: Mapping[bytes, KnownFolder] | None = None) -> list[Found]:
    return list(walk(os.fsencode(root), rules, known))


def files(found: list[Found]) -> dict[str, FoundFile]:
    return {each.key: each for each in found if isinstance(each, FoundFile)}


def folders(found: list[Found]) -> dict[str, FoundFolder]:
    return {each.key: each for each in found if isinstance(each, FoundFolder)}


def age(root: Path) -> None:
    """Makes all folders old enough for their times to be believed."""
    for folder in [root, *root.rglob("*")]:
        if folder.is_dir() and not folder.is_symlink():
            os.utime(folder, (1e9, 1e9))


def as_known(found: list[Found]) -> dict[bytes, KnownFolder]:
    return {each.relative: KnownFolder(each.key, each.mtime_ns) for each in found if isinstance(each, FoundFolder)}


def test_folders_come_before_their_contents_in_order(tmp_path: Path) -> None:
    tree(tmp_path, "b/2.jpg", "b/1.JPG", "a/c/3.jpg", "0.jpg")
    assert [each.key for each in walked(tmp_path)] == ["", "0.jpg", "a", "a/c", "a/c/3.jpg", "b", "b/1.JPG", "b/2.jpg"]


def test_a_file_is_told_by_its_stat(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.jpg")
    stat = (tmp_path / "a/1.jpg").stat()
    assert files(walked(tmp_path))["a/1.jpg"] == FoundFile(
        b"a/1.jpg", "a/1.jpg", "1.jpg", stat.st_size, stat.st_mtime_ns, stat.st_ino, None
    )


def test_hidden_system_and_other_files_are_passed_over(tmp_path: Path) -> None:
    tree(tmp_path, "1.jpg", ".2.jpg", "._1.jpg", "a.txt", "a.mov", "a.aae", "jpg", ".git/3.jpg")
    tree(tmp_path, "@eaDir/4.jpg", "@EADIR2/5.jpg", "#RECYCLE/6.jpg", "a/lost+found/7.jpg")
    os.mkfifo(tmp_path / "8.jpg")
    assert list(files(walked(tmp_path))) == ["1.jpg", "@EADIR2/5.jpg"]


def test_a_file_named_as_an_extension_is_no_photo(tmp_path: Path) -> None:
    tree(tmp_path, "jpg")
    assert not files(walked(tmp_path))


@pytest.mark.parametrize("beside", ["IMG_1.xmp", "IMG_1.jpg.xmp", "img_1.XMP", "IMG_1.JPG.Xmp"])
def test_a_sidecar_belongs_to_its_photo(tmp_path: Path, beside: str) -> None:
    tree(tmp_path, "a/IMG_1.jpg", f"a/{beside}", "a/IMG_2.jpg")
    found = files(walked(tmp_path))
    stat = (tmp_path / "a" / beside).stat()
    assert found["a/IMG_1.jpg"].sidecar == SidecarFile(f"a/{beside}".encode(), stat.st_size, stat.st_mtime_ns)
    assert found["a/IMG_2.jpg"].sidecar is None
    assert len(found) == 2


def test_the_sidecar_of_the_whole_name_is_nearer(tmp_path: Path) -> None:
    tree(tmp_path, "1.nef", "1.jpg", "1.xmp", "1.jpg.xmp")
    found = files(walked(tmp_path))
    sidecars = [each.sidecar.relative for each in found.values() if each.sidecar]
    assert sidecars == [b"1.jpg.xmp", b"1.xmp"]


@pytest.mark.parametrize(
    "names", [("1.nef", "1.jpg", "1.xmp"), ("1.NEF", "1.JPG", "1.XMP"), ("1.nef", "1.nef.xmp", "1.nef.jpg")]
)
def test_a_sidecar_of_a_raw_file_is_not_that_of_the_picture_beside_it(tmp_path: Path, names: tuple[str, ...]) -> None:
    tree(tmp_path, *names)
    found = files(walked(tmp_path))
    assert len(found) == 2
    assert [name for name, each in found.items() if each.sidecar] == [names[0]]


def test_a_sidecar_of_a_version_in_darktable_is_the_last_choice(tmp_path: Path) -> None:
    tree(tmp_path, "a.jpg", "a_01.jpg.xmp", "a_02.jpg.xmp", "b.jpg", "b.jpg.xmp", "b_01.jpg.xmp", "c.jpg")
    tree(tmp_path, "c_01.jpg", "c_01.jpg.xmp")
    found = files(walked(tmp_path))
    sidecars = {name: each.sidecar.relative for name, each in found.items() if each.sidecar}
    assert sidecars == {"a.jpg": b"a_01.jpg.xmp", "b.jpg": b"b.jpg.xmp", "c_01.jpg": b"c_01.jpg.xmp"}


LONG = "PXL_20230101_123456789_a_long_name_of_a_photo"  # 45 characters


@pytest.mark.parametrize(
    ("photo", "beside"),
    [
        ("IMG_1.jpg", "IMG_1.jpg.json"),
        ("IMG_1.JPG", "IMG_1.jpg.JSON"),
        ("IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json"),
        ("IMG_1.jpg", "IMG_1.jpg.supplemental-met.json"),
        ("IMG_1.jpg", "IMG_1.jpg.suppl.json"),
        ("IMG_1.jpg", "IMG_1.jpg.s.json"),
        ("IMG_1.jpg", "IMG_1.json"),
        ("IMG_1(1).jpg", "IMG_1.jpg(1).json"),
        ("IMG_1(1).jpg", "IMG_1(1).jpg.json"),
        ("IMG_1(12).jpg", "IMG_1.jpg.supplemental-metadata(12).json"),
        ("IMG_1-edited.jpg", "IMG_1.jpg.json"),
        ("IMG_1-bearbeitet.jpg", "IMG_1.jpg.supplemental-metadata.json"),
        ("IMG_1-modifi\u00e9.jpg", "IMG_1.jpg.json"),
        ("IMG_1-modifie\u0301.jpg", "IMG_1.jpg.json"),
        ("IMG_1-modificato.jpg", "IMG_1.jpg.json"),
        ("IMG_1-ha editado.jpg", "IMG_1.jpg.json"),
        ("IMG_1-\u7de8\u96c6\u6e08\u307f.jpg", "IMG_1.jpg.json"),
        ("IMG_1-edited(1).jpg", "IMG_1.jpg(1).json"),
        ("IMG_1(1)-edited.jpg", "IMG_1.jpg(1).json"),
        (f"{LONG}.jpg", f"{LONG}..json"),
        (f"{LONG}.jpg", f"{LONG}.jpg.json"),
        (f"{LONG}xx.jpg", f"{LONG}x.json"),
        (f"{LONG}xx(1).jpg", f"{LONG}x(1).json"),
        (f"{LONG[:-5]}.jpg", f"{LONG[:-5]}.jpg.s.json"),
        (f"{LONG[:-3]}.jpg", f"{LONG[:-3]}.jp.json"),
    ],
)
def test_the_json_of_google_takeout_belongs_to_its_photo(tmp_path: Path, photo: str, beside: str) -> None:
    tree(tmp_path, photo, beside, "another.jpg", "metadata.json")
    found = files(walked(tmp_path))
    assert {each.takeout.relative for each in found.values() if each.takeout} == {os.fsencode(beside)}
    assert found["another.jpg"].takeout is None


def test_the_json_of_another_photo_is_left_to_it(tmp_path: Path) -> None:
    tree(tmp_path, "IMG_1.jpg", "IMG_1(1).jpg", "IMG_1.jpg.json", "IMG_1.jpg(1).json", "IMG_2(1).jpg", "IMG_2.jpg.json")
    tree(tmp_path, f"{LONG}aa.jpg", f"{LONG}ab.jpg", f"{LONG}a.json")
    found = {name: each.takeout.relative for name, each in files(walked(tmp_path)).items() if each.takeout}
    assert found["IMG_1.jpg"] == b"IMG_1.jpg.json" and found["IMG_1(1).jpg"] == b"IMG_1.jpg(1).json"
    assert "IMG_2(1).jpg" not in found


@pytest.mark.parametrize(
    ("photo", "beside"),
    [("IMG_1.jpg", "IMG_1.MOV"), ("img_1.JPG", "IMG_1.mp4"), ("PXL_1.MP.jpg", "PXL_1.MP"), ("a.b.jpg", "a.b.mov")],
)
def test_a_video_of_the_same_name_is_the_moving_part_of_its_photo(tmp_path: Path, photo: str, beside: str) -> None:
    tree(tmp_path, photo, beside, "other.jpg", "film.mov")
    found = files(walked(tmp_path))
    assert found[photo].video == os.fsencode(beside)
    assert found["other.jpg"].video is None
    assert found.keys() == {photo, "other.jpg"}


def test_a_raw_file_has_no_moving_part(tmp_path: Path) -> None:
    tree(tmp_path, "1.nef", "1.jpg", "1.mov")
    assert {key: file.video for key, file in files(walked(tmp_path)).items()} == {"1.nef": None, "1.jpg": b"1.mov"}


def test_undecodable_names_keep_their_bytes(tmp_path: Path) -> None:
    raw = b"caf\xe9/\xff.jpg"
    tree(tmp_path, os.fsdecode(raw))
    assert files(walked(tmp_path))["caf\\xe9/\\xff.jpg"].relative == raw


def test_names_that_read_the_same_get_keys_of_their_own(tmp_path: Path) -> None:
    composed, decomposed = "\u00e9.jpg", "e\u0301.jpg"
    tree(tmp_path, decomposed, composed)
    found = files(walked(tmp_path))
    assert found[composed].relative == composed.encode()
    assert found["e\\xcc\\x81.jpg"].relative == decomposed.encode()


@given(st.sets(st.binary(min_size=1, max_size=6), max_size=8), st.randoms())
def test_keys_are_distinct_and_independent_of_order(raw_names: set[bytes], random: object) -> None:
    shuffled = sorted(raw_names)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    names = distinct_names(shuffled)
    assert set(names) == raw_names
    assert len(set(names.values())) == len(raw_names)
    assert names == distinct_names(sorted(raw_names))


def test_links_are_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.jpg")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "2.jpg").symlink_to("a/1.jpg")
    assert list(files(walked(tmp_path))) == ["a/1.jpg"]


def test_links_are_followed_when_asked_but_never_out_of_the_root(tmp_path: Path) -> None:
    tree(tmp_path, "root/a/1.jpg", "outside/3.jpg")
    root = tmp_path / "root"
    (root / "b").symlink_to("a")
    (root / "2.jpg").symlink_to("a/1.jpg")
    (root / "out").symlink_to("../outside")
    (root / "3.jpg").symlink_to("../outside/3.jpg")
    (root / "4.jpg").symlink_to("nowhere")
    assert list(files(walked(root, FOLLOWING))) == ["2.jpg", "a/1.jpg", "b/1.jpg"]


def test_loops_end(tmp_path: Path) -> None:
    tree(tmp_path, *(f"{name}/1.jpg" for name in "abcdefgh"))
    for here in "abcdefgh":
        for there in "abcdefgh":
            (tmp_path / here / f"to-{there}").symlink_to(f"../{there}")
        (tmp_path / here / "up").symlink_to("..")
    found = files(walked(tmp_path, FOLLOWING))
    # Each of the eight folders once as itself and once through every other.
    assert len(found) == 64


def test_a_folder_that_cannot_be_read_is_a_problem() -> None:
    # Not in tmp_path, which nobody but its owner can enter: root must become another user to be refused anything.
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        tree(root, "a/1.jpg", "b/2.jpg")
        (root / "a").chmod(0)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            found = walked(root)
        finally:
            os.seteuid(user)
            (root / "a").chmod(0o700)
    assert [each for each in found if isinstance(each, Problem)] == [
        Problem(b"a", "a", "a cannot be opened: Permission denied.")
    ]
    assert list(files(found)) == ["b/2.jpg"]


def test_a_root_that_is_gone_is_offline(tmp_path: Path) -> None:
    with pytest.raises(RootOffline):
        walked(tmp_path / "gone")


def test_a_folder_of_known_time_is_not_listed_but_those_below_are_seen(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.jpg", "a/b/2.jpg", "c/3.jpg")
    age(tmp_path)
    known = as_known(walked(tmp_path))
    tree(tmp_path, "a/b/4.jpg")
    found = walked(tmp_path, known=known)
    assert list(files(found)) == ["a/b/2.jpg", "a/b/4.jpg"]
    assert {key: each.listed for key, each in folders(found).items()} == {
        "": False,
        "a": False,
        "a/b": True,
        "c": False,
    }


def test_a_known_folder_that_is_gone_is_not_found(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.jpg", "c/3.jpg")
    age(tmp_path)
    known = as_known(walked(tmp_path))
    (tmp_path / "c/3.jpg").unlink()
    (tmp_path / "c").rmdir()
    assert {key: each.listed for key, each in folders(walked(tmp_path, known=known)).items()} == {"": True, "a": False}


def test_the_key_of_an_unlisted_folder_is_the_known_one(tmp_path: Path) -> None:
    tree(tmp_path, "\u00e9/1.jpg", "e\u0301/2.jpg")
    age(tmp_path)
    first = walked(tmp_path)
    again = walked(tmp_path, known=as_known(first))
    assert list(folders(again)) == list(folders(first)) == ["", "e\\xcc\\x81", "\u00e9"]


def test_the_time_of_a_folder_that_just_changed_is_not_to_be_known(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.jpg")
    os.utime(tmp_path, (1e9, 1e9))
    found = folders(walked(tmp_path))
    assert (found[""].mtime_ns, found["a"].mtime_ns) == (10**18, 0)
    assert folders(walked(tmp_path, known=as_known(walked(tmp_path))))["a"].listed


def test_linked_folders_are_found_again_below_unlisted_ones(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.jpg")
    (tmp_path / "b").symlink_to("a")
    age(tmp_path)
    known = as_known(walked(tmp_path, FOLLOWING))
    assert list(folders(walked(tmp_path, FOLLOWING, known))) == ["", "a", "b"]


def test_hostile_names_are_harmless(tmp_path: Path) -> None:
    tree(tmp_path, "a\nb.jpg", "x\u202egpj.jpg")
    assert sorted(files(walked(tmp_path))) == ["a\\x0ab.jpg", "x\\u202egpj.jpg"]


def test_a_part_of_the_root_is_found_as_in_a_whole_walk(tmp_path: Path) -> None:
    tree(tmp_path, "a/b/1.jpg", "a/b/1.xmp", "a/b/c/2.jpg", "d/3.jpg")
    (tmp_path / "a/b/up").symlink_to("..")
    (tmp_path / "a/b/d").symlink_to("../../d")
    for rules in (RULES, FOLLOWING):
        part = list(walk(os.fsencode(tmp_path), rules, start=b"a/b", start_key="a/b"))
        assert part == [each for each in walked(tmp_path, rules) if each.key.startswith("a/b")]


def test_a_part_that_is_gone_is_not_found(tmp_path: Path) -> None:
    assert list(walk(os.fsencode(tmp_path), RULES, start=b"a", start_key="a")) == []


def test_a_part_that_became_a_link_is_a_problem(tmp_path: Path) -> None:
    tree(tmp_path, "outside/1.jpg", "root/2.jpg")
    (tmp_path / "root" / "a").symlink_to("../outside")
    for rules in (RULES, FOLLOWING):
        (only,) = walk(os.fsencode(tmp_path / "root"), rules, start=b"a", start_key="a")
        assert isinstance(only, Problem)


def test_a_part_of_a_root_that_is_gone_is_offline(tmp_path: Path) -> None:
    with pytest.raises(RootOffline):
        list(walk(os.fsencode(tmp_path / "gone"), RULES, start=b"a", start_key="a"))
