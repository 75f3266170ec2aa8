"""The folder of an export while it is made, and the moment in which it gets its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from photos_graph.services.datasets.exports.staging import WORK, StagingFolder


@pytest.fixture
def staging(tmp_path: Path) -> StagingFolder:
    staging = StagingFolder(tmp_path / "out")
    staging.create()
    return staging


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if WORK not in path.parts and path.is_file()}


def test_only_what_a_note_lists_stays(staging: StagingFolder) -> None:
    staging.put("train/Cat/1.jpg", [b"an earlier try"])
    dog = staging.put("train/Dog/1.jpg", [b"1"])
    staging.record_block(0, [], [dog, staging.link(dog, "train/Pet/1.jpg")], [])
    staging.put("manifest.json", [b"of an earlier end"])
    staging.remove_unlisted()
    assert files(staging.path) == {"train/Dog/1.jpg", "train/Pet/1.jpg"}
    assert not (staging.path / "train/Cat").exists(), "an empty folder would be a class"
    assert staging.has_block(0)


def test_a_file_whose_name_the_file_system_writes_in_another_way_stays(staging: StagingFolder) -> None:
    cat = staging.put("train/Cat/1.jpg", [b"1"])
    staging.record_block(0, [], [cat], [])
    (staging.path / "train/cat").mkdir()
    os.link(staging.path / cat.path, staging.path / "train/cat/1.jpg")  # as the same file under both would show
    staging.remove_unlisted()
    assert (staging.path / "train/cat/1.jpg").exists() and staging.has_block(0)


def test_of_a_block_that_is_not_whole_nothing_stays(staging: StagingFolder) -> None:
    one, two = staging.put("1.jpg", [b"one"]), staging.put("2.jpg", [b"two"])
    staging.record_block(0, [], [one, two], [])
    (staging.path / "1.jpg").write_bytes(b"")
    assert not staging.has_block(0)
    assert not files(staging.path) and not list(staging.files())


def test_a_file_that_cannot_be_written_leaves_nothing(staging: StagingFolder) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"some"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        staging.put("1.jpg", pieces())
    assert not files(staging.path)


def test_notes_that_are_left_in_an_export_with_its_name_go(staging: StagingFolder) -> None:
    staging.record_block(0, [], [staging.put("1.jpg", [b"one"])], [])
    staging.path.rename(staging.target)  # and then it was killed
    assert staging.is_finished
    staging.remove_work()
    staging.remove_work()
    assert files(staging.target) == {"1.jpg"} and not (staging.target / WORK).exists()


@pytest.mark.parametrize("links", [True, False], ids=["with hard links", "without"])
def test_an_export_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    if not links:

        def refuse(*arguments: object) -> None:
            raise OSError("this file system has no hard links")

        monkeypatch.setattr(os, "link", refuse)
    before = os.umask(0)
    try:
        staging = StagingFolder(tmp_path / "exports" / "out")
        staging.create()
        one = staging.put("train/Dog/1.jpg", [b"1"])
        staging.record_block(0, [], [one, staging.link(one, "val/Pet/Small/1.jpg"), staging.put("a.json", [b"{}"])], [])
        staging.finish()
    finally:
        os.umask(before)
    modes = {path: path.stat().st_mode & 0o777 for path in (staging.target, *staging.target.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert len(modes) == 9
