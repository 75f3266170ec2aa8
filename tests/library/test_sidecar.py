"""Sidecars that are written and read again."""

from __future__ import annotations

from photos_graph.library.metadata import read_metadata
from photos_graph.library.regions import read_regions
from photos_graph.library.sidecar import Sidecar, read_sidecar, write_sidecar
from photos_graph.model import Box, Region, TagSource
from photos_graph.services.exports.records import FaceRecord, PersonMark, PhotoRecord, TagRecord
from photos_graph.services.exports.sidecars import sidecar_of
from tests.library.pictures import jpeg

LEFT, RIGHT = Box(0.1, 0.2, 0.2, 0.4), Box(0.6, 0.2, 0.2, 0.4)


def again(said: Sidecar) -> Sidecar:
    read, doubts = read_sidecar(write_sidecar(said, 400, 300, 1), 400, 300, 1)
    assert not doubts
    return read


def names(regions: tuple[Region, ...]) -> list[str | None]:
    return [region.name for region in regions]


def test_what_only_a_model_said_is_written_but_not_read() -> None:
    said = Sidecar(
        tags=("Places/Italy", "Places/Italy/Rome", "Sea", "Own | sea"),
        regions=(Region(LEFT, "Ann"), Region(RIGHT, "Bob")),
        predicted=("Places/Italy/Rome", "Own | sea"),
        supposed=("Bob",),
    )
    data = write_sidecar(said, 400, 300, 1)
    assert b"Rome" in data and b"Bob" in data
    read, _ = read_sidecar(data, 400, 300, 1)
    assert read.tags == ("Places/Italy", "Sea") and names(read.regions) == ["Ann", None]
    metadata, _ = read_metadata(jpeg(), "1.jpg", 0, data)  # as a scan reads it
    assert metadata.keywords == ("Places/Italy", "Sea")
    regions, _ = read_regions(jpeg(), 400, 300, 1, data)
    assert names(regions) == ["Ann", None]


def test_a_guess_at_somebody_who_is_in_the_photo_already_has_no_name() -> None:
    sides = (0.1, 0.2, 0.2, 0.4), (0.6, 0.2, 0.2, 0.4), (0.6, 0.7, 0.1, 0.1)
    record = PhotoRecord(
        "1",
        "1",
        ("Pictures/1.jpg",),
        tags=(TagRecord("Sea", TagSource.PREDICTED, 0.7), TagRecord("Land", TagSource.MANUAL)),
        faces=(
            FaceRecord(sides[0], person="Ann", marks=(PersonMark("Ann"),)),
            FaceRecord(sides[1], person="Ann", score=0.8),
            FaceRecord(sides[2], person="Bob", score=0.8),
        ),
    )
    said = sidecar_of(record)
    assert names(said.regions) == ["Ann", None, "Bob"]
    assert (said.predicted, said.supposed) == (("Sea",), ("Bob",))
    assert names(again(said).regions) == ["Ann", None, None]
