"""A property in words takes one declaration: a scan, search, exports and sidecars follow it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.library.metadata import read_metadata
from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.properties import PROPERTIES, Description, Property
from photos_graph.model.search import Ref
from photos_graph.search.filters import PhotoFilter, TermFilter
from tests.kit.labelled_library import scan
from tests.kit.library import exported, in_step, photos
from tests.kit.metadata import jpeg_with
from tests.kit.pictures import put

pytestmark = pytest.mark.anyio


def name_of(declared: Property) -> str:
    return f"{PROPERTIES.index(declared)}.jpg"


def field(declared: Property) -> str:
    return next(name for name in declared.fields if "[" not in name)


def words(declared: Property) -> str:
    return f"Zebra {declared.name}"


async def test_what_a_file_says_is_kept_found_and_exported(services: Services, tmp_path: Path) -> None:
    root = tmp_path / "Pictures"
    for each in PROPERTIES:
        put(root / name_of(each), jpeg_with({field(each): [words(each)] if each.plural else words(each)}))
    await scan(services, root)
    assert await in_step(services)
    expected = {name_of(each): Description.of({each.name: [words(each)]}) for each in PROPERTIES}
    assert {name: photo.description for name, photo in (await photos(services)).items()} == expected
    for each in PROPERTIES:
        assert set(await photos(services, PhotoFilter(text=words(each)))) == {name_of(each)}
    lines = (await exported(services, DatasetFormat.JSON) / "photos.jsonl").read_text().splitlines()
    records = {Path(record["files"][0]).name: record for record in map(json.loads, lines)}
    assert {name: Description.of(record["description"]) for name, record in records.items()} == expected
    sidecars = await exported(services, DatasetFormat.XMP) / "sidecars" / "Pictures"
    for each in PROPERTIES:
        path = sidecars / f"{name_of(each)}.xmp"
        assert path.is_file() == (each.written is not None)
        if path.is_file():
            metadata, _ = read_metadata(jpeg_with(), name_of(each), 0, path.read_bytes())
            assert metadata.description == expected[name_of(each)]


async def test_a_photo_without_a_position_is_found_in_the_place_that_it_names(
    services: Services, tmp_path: Path
) -> None:
    root = tmp_path / "Pictures"
    put(root / "named.jpg", jpeg_with({"Xmp.photoshop.City": "Pescara", "Xmp.photoshop.Country": "Italia"}))
    put(root / "vague.jpg", jpeg_with({"Xmp.photoshop.City": "Paris"}))
    await scan(services, root)
    assert await in_step(services)
    for place in ("Pescara", "Abruzzo", "Italy"):
        assert set(await photos(services, PhotoFilter(places=TermFilter(any=(Ref(name=place),))))) == {"named.jpg"}
    assert set(await photos(services, PhotoFilter(text="paris"))) == {"vague.jpg"}
    assert (await photos(services))["named.jpg"].location is None
