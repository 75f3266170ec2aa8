"""Sidecars that are written and read again."""

from __future__ import annotations

import pytest

from photos_graph.library.metadata import read_metadata
from photos_graph.library.regions import read_regions
from photos_graph.library.sidecar import SidecarLabels, read_sidecar, write_sidecar
from photos_graph.model.faces import Box, Region
from tests.kit.metadata import jpeg_with

LEFT, RIGHT = Box(0.1, 0.2, 0.2, 0.4), Box(0.6, 0.2, 0.2, 0.4)


def again(said: SidecarLabels) -> SidecarLabels:
    read, doubts = read_sidecar(write_sidecar(said, 400, 300, 1), 400, 300, 1)
    assert not doubts
    return read


def names(regions: tuple[Region, ...]) -> list[str | None]:
    return [region.name for region in regions]


NAMES = [
    "a  b",
    "a\u00a0b",
    "👩\u200d👩\u200d👧",
    "क्\u200dष",
    "a\u200cb",
    "type=foo bar",
    "type=Bag",
    "type=",
    'type="" x',
    "[1]",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_come_back_as_they_were(name: str) -> None:
    said = SidecarLabels(("P", f"P/{name}"), (Region(LEFT, name),), excluded=(name,))
    read = again(said)
    assert (read.tags, names(read.regions), read.excluded) == (said.tags, [name], (name,))


def test_a_name_is_one_line() -> None:
    name = "a\r\n\u2028b"
    read = again(SidecarLabels((name,), (Region(LEFT, name),)))
    assert (read.tags, names(read.regions)) == (("a b",), ["a b"])


def test_what_only_a_model_said_is_written_but_not_read() -> None:
    said = SidecarLabels(
        tags=("Places/Italy", "Places/Italy/Rome", "Sea", "Own | sea"),
        regions=(Region(LEFT, "Ann"), Region(RIGHT, "Bob")),
        predicted_tags=("Places/Italy/Rome", "Own | sea"),
        predicted_persons=("Bob",),
    )
    data = write_sidecar(said, 400, 300, 1)
    assert b"Rome" in data and b"Bob" in data
    read, _ = read_sidecar(data, 400, 300, 1)
    assert read.tags == ("Places/Italy", "Sea") and names(read.regions) == ["Ann", None]
    metadata, _ = read_metadata(jpeg_with(), "1.jpg", 0, data)  # as a scan reads it
    assert metadata.keywords == ("Places/Italy", "Sea")
    regions, _ = read_regions(jpeg_with(), 400, 300, 1, data)
    assert names(regions) == ["Ann", None]
