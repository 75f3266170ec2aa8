"""The folder of an export while it is made, and the moment in which it gets its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from photos_graph.services.datasets.exports.building import WORK, Building


@pytest.fixture
def building(tmp_path: Path) -> Building:
    building = Building(tmp_path / "out")
    building.begin()
    return building


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if WORK not in path.parts and path.is_file()}


def test_only_what_a_note_lists_stays(building: Building) -> None:
    building.put("train/Cat/1.jpg", [b"an earlier try"])
    dog = building.put("train/Dog/1.jpg", [b"1"])
    building.note(0, [], [dog, building.repeat(dog, "train/Pet/1.jpg")], [])
    building.put("manifest.json", [b"of an earlier end"])
    building.sweep()
    assert files(building.path) == {"train/Dog/1.jpg", "train/Pet/1.jpg"}
    assert not (building.path / "train/Cat").exists(), "an empty folder would be a class"
    assert building.is_noted(0)


def test_a_file_whose_name_the_file_system_writes_in_another_way_stays(building: Building) -> None:
    cat = building.put("train/Cat/1.jpg", [b"1"])
    building.note(0, [], [cat], [])
    (building.path / "train/cat").mkdir()
    os.link(building.path / cat.path, building.path / "train/cat/1.jpg")  # as the same file under both would show
    building.sweep()
    assert (building.path / "train/cat/1.jpg").exists() and building.is_noted(0)


def test_of_a_block_that_is_not_whole_nothing_stays(building: Building) -> None:
    one, two = building.put("1.jpg", [b"one"]), building.put("2.jpg", [b"two"])
    building.note(0, [], [one, two], [])
    (building.path / "1.jpg").write_bytes(b"")
    assert not building.is_noted(0)
    assert not files(building.path) and not list(building.files())


def test_a_file_that_cannot_be_written_leaves_nothing(building: Building) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"some"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        building.put("1.jpg", pieces())
    assert not files(building.path)


def test_notes_that_are_left_in_an_export_with_its_name_go(building: Building) -> None:
    building.note(0, [], [building.put("1.jpg", [b"one"])], [])
    building.path.rename(building.target)  # and then it was killed
    assert building.is_whole
    building.tidy()
    building.tidy()
    assert files(building.target) == {"1.jpg"} and not (building.target / WORK).exists()
