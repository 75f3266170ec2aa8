"""JSON files of Google Takeout, through real scans."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.model.library import Photo, TakenSource
from tests.kit.library import failures, in_step, photos, scanned
from tests.kit.metadata import jpeg_with
from tests.kit.pictures import OLD, put

pytestmark = pytest.mark.anyio

JSON = "IMG_1.jpg.supplemental-metadata.json"


def takeout(*, favourite: bool = True, caption: str = "a panda") -> bytes:
    told = {"photoTakenTime": {"timestamp": "1258375918"}, "description": caption}
    return json.dumps(told | ({"favorited": True} if favourite else {})).encode()


async def photo(services: Services) -> Photo:
    await scanned(services)
    assert await in_step(services)
    return (await photos(services))["IMG_1.jpg"]


async def test_what_takeout_says_is_shown_and_follows_its_file(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Takeout"
    put(folder / "IMG_1.jpg", jpeg_with())
    await services.roots.add(str(folder))
    assert (await photo(services)).favourite is False

    put(folder / JSON, takeout())
    found = await photo(services)
    assert (found.favourite, found.description.caption) == (True, "a panda")
    assert found.taken and found.taken.source is TakenSource.XMP

    put(folder / JSON, takeout(favourite=False, caption="a bear"), at=OLD + 5)
    found = await photo(services)
    assert (found.favourite, found.description.caption) == (False, "a bear")

    (folder / JSON).unlink()
    assert (await photo(services)).description.caption is None


async def test_a_persons_word_counts_more_than_takeouts(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Takeout"
    put(folder / "IMG_1.jpg", jpeg_with())
    put(folder / JSON, takeout())
    await services.roots.add(str(folder))
    found = await photo(services)
    change = (await services.ratings.favourite([found.id], False)).change_id
    put(folder / JSON, takeout(caption="a bear"), at=OLD + 5)
    assert (await photo(services)).favourite is False
    assert change is not None
    await services.changes.undo(change)
    assert (await photo(services)).favourite is True

    await services.ratings.favourite([found.id], True)
    put(folder / JSON, takeout(favourite=False), at=OLD + 9)
    assert (await photo(services)).favourite is True, "a person has confirmed it"


async def test_json_that_cannot_be_read_is_a_failure_of_a_part(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Takeout"
    put(folder / "IMG_1.jpg", jpeg_with({"Exif.Image.Make": "Canon"}))
    put(folder / JSON, b"[" * 100_000)
    await services.roots.add(str(folder))
    found = await photo(services)
    assert found.camera is not None
    noted = (await failures(services))["Takeout/IMG_1.jpg"]
    assert (noted.stage, noted.reason) == ("metadata", "The JSON file beside it is not valid JSON.")
