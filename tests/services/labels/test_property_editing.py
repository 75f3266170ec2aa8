"""What people say about photos in place of their files."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.library.metadata import read_metadata
from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.library import DatePrecision, Location, Photo
from photos_graph.model.properties import PhotoProperty
from photos_graph.model.search import Ref
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.services.labels.property_rules import DateEdit
from tests.kit.labelled_library import scan
from tests.kit.library import exported, imported, in_step, photos, scanned
from tests.kit.metadata import jpeg_with, sidecar
from tests.kit.pictures import OLD, put

pytestmark = pytest.mark.anyio

TITLE, CAPTION, DATE, POSITION = PhotoProperty
PESCARA = {
    "Exif.GPSInfo.GPSLatitude": "42/1 27504/1000 0/1",
    "Exif.GPSInfo.GPSLatitudeRef": "N",
    "Exif.GPSInfo.GPSLongitude": "14/1 12170/1000 0/1",
    "Exif.GPSInfo.GPSLongitudeRef": "E",
}
FIELDS: dict[str, str | list[str] | bytes] = {
    "Xmp.dc.title": "By the file",
    "Exif.Photo.DateTimeOriginal": "2019:08:05 12:34:56",
    **PESCARA,
}


@pytest.fixture
async def one(services: Services, tmp_path: Path) -> str:
    """The id of a photo with a title, a date and a position."""
    put(tmp_path / "Pictures/one.jpg", jpeg_with(FIELDS))
    await scan(services, tmp_path / "Pictures")
    return (await shown(services)).id


async def shown(services: Services) -> Photo:
    return (await photos(services))["one.jpg"]


async def found(services: Services, filter: PhotoFilter) -> bool:
    return bool(await photos(services, filter))


def at(place: str) -> PhotoFilter:
    return PhotoFilter(places=TermFilter(any=(Ref(name=place),)))


async def rewrite(services: Services, folder: Path, title: str) -> None:
    """Another program changes what the files say."""
    alternatives = f'<rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt>'
    beside = sidecar(
        f"<dc:title>{alternatives}</dc:title>",
        exif_DateTimeOriginal="2001-01-01T01:01:01",
        exif_GPSLatitude="48,51.396N",
        exif_GPSLongitude="2,21.132E",
    )
    put(folder / "one.jpg.xmp", beside, at=OLD + 10)
    await scanned(services)


@pytest.mark.both_engines
async def test_a_persons_word_counts_before_the_file_until_it_is_undone(
    services: Services, one: str, tmp_path: Path
) -> None:
    result = await services.property_editing.describe([one], "Zebra crossing", "Ann and Bob", by="ann")
    assert (result.matched, result.changed) == (1, 1)
    photo = await shown(services)
    assert (photo.description.title, photo.description.caption) == ("Zebra crossing", "Ann and Bob")
    assert photo.stated_by_people == (TITLE, CAPTION)
    assert await found(services, PhotoFilter(text="zebra")) and not await found(services, PhotoFilter(text="file by"))
    await rewrite(services, tmp_path / "Pictures", "By the sidecar")
    photo = await shown(services)
    assert (photo.description.title, photo.description.caption) == ("Zebra crossing", "Ann and Bob")
    assert photo.taken is not None and photo.taken.at.year == 2001
    assert result.change_id is not None
    undone = await services.changes.undo(result.change_id)
    photo = await shown(services)
    assert (photo.description.title, photo.description.caption) == ("By the sidecar", None)
    assert photo.stated_by_people == ()
    assert await in_step(services)
    assert undone.change_id is not None
    await services.changes.undo(undone.change_id)
    assert (await shown(services)).description.title == "Zebra crossing"


async def test_places_follow_the_position_that_a_person_gives(services: Services, one: str, tmp_path: Path) -> None:
    assert await found(services, at("Pescara"))
    result = await services.property_editing.place([one], 41.8919, 12.5113, by="ann")
    assert (await shown(services)).location == Location(41.8919, 12.5113)
    assert await found(services, at("Rome")) and not await found(services, at("Pescara"))
    await rewrite(services, tmp_path / "Pictures", "x")
    assert await found(services, at("Rome")) and not await found(services, at("Paris"))
    none = await services.property_editing.place([one], by="ann")
    assert (await shown(services)).location is None and not await found(services, at("Italy"))
    for change in (none, result):
        assert change.change_id is not None
        await services.changes.undo(change.change_id)
    assert await found(services, at("Paris")), "the file counts again, as it is now"
    assert await in_step(services)


async def test_a_place_can_be_chosen_without_a_position(services: Services, one: str, tmp_path: Path) -> None:
    editing = services.property_editing
    result = await editing.place([one], place=Ref(id="FR/Corsica/Ajaccio"), by="ann")  # nothing was taken there yet
    assert (await shown(services)).location is None
    assert await found(services, at("Ajaccio")) and not await found(services, at("Italy"))
    await rewrite(services, tmp_path / "Pictures", "x")
    assert await found(services, at("Corsica")) and await in_step(services)
    as_json = await exported(services, DatasetFormat.JSON)
    lines = (as_json / "photos.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["places"] == {"COUNTRY": "France", "REGION": "Corsica", "CITY": "Ajaccio"}
    beside = await exported(services, DatasetFormat.XMP) / "sidecars/Pictures/one.jpg.xmp"
    description = read_metadata(jpeg_with(), "one.jpg", 0, beside.read_bytes())[0].description
    assert (description.city, description.region, description.country) == ("Ajaccio", "Corsica", "France")
    await editing.place([one], place=Ref(name="France/Corsica"))
    assert not await found(services, at("Ajaccio")) and await found(services, at("Corsica"))
    assert result.change_id is not None
    with pytest.raises(Conflict):
        await services.changes.undo(result.change_id)
    await editing.revert([one], [POSITION])
    assert await found(services, at("Paris"))
    await imported(services, as_json)
    assert await found(services, at("Ajaccio")) and (await shown(services)).location is None


@pytest.mark.parametrize(
    ("place", "error"),
    [(Ref(name="Atlantis"), NotFound), (Ref(id="IT/Nowhere"), NotFound), (Ref(name="Italy"), BadInput)],
)
async def test_a_place_must_exist_and_stand_alone(
    services: Services, one: str, place: Ref, error: type[Exception]
) -> None:
    position = (41.9, 12.5) if error is BadInput else (None, None)
    with pytest.raises(error):
        await services.property_editing.place([one], *position, place)


@pytest.mark.both_engines
async def test_the_file_counts_again_where_people_want_it(services: Services, one: str) -> None:
    await services.property_editing.describe([one], "Zebra", "Ann")
    await services.property_editing.place([one], 41.8919, 12.5113)
    await services.property_editing.date([one], DateEdit(datetime(1987, 6, 5)))
    result = await services.property_editing.revert([one], [TITLE, DATE, POSITION])
    photo = await shown(services)
    assert (photo.description.title, photo.description.caption) == ("By the file", "Ann")
    assert photo.taken is not None and photo.taken.at == datetime(2019, 8, 5, 12, 34, 56)
    assert photo.stated_by_people == (CAPTION,)
    assert await found(services, at("Pescara"))
    assert result.change_id is not None
    await services.changes.undo(result.change_id)
    assert (await shown(services)).stated_by_people == (TITLE, CAPTION, DATE, POSITION)
    assert await found(services, at("Rome"))


async def test_an_empty_text_says_that_there_is_none(services: Services, one: str) -> None:
    assert (await services.property_editing.describe([one], "")).changed == 1
    photo = await shown(services)
    assert (photo.description.title, photo.stated_by_people) == (None, (TITLE,))


async def test_to_confirm_what_the_file_says_keeps_it(services: Services, one: str, tmp_path: Path) -> None:
    result = await services.property_editing.describe([one], "By the file")
    assert (result.changed, result.change_id is not None) == (0, True)
    await rewrite(services, tmp_path / "Pictures", "Other")
    assert (await shown(services)).description.title == "By the file"
    assert (await services.property_editing.describe([one], "By the file")).change_id is None


@pytest.mark.both_engines
async def test_dates_are_set_shifted_and_made_less_precise(services: Services, one: str) -> None:
    editing = services.property_editing

    async def dated(edit: DateEdit) -> tuple[str, str | None]:
        await editing.date([one], edit, by="ann")
        taken = (await shown(services)).taken
        assert taken is not None
        return taken.text, taken.offset

    assert await dated(DateEdit(shift_seconds=-3600)) == ("2019-08-05T11:34:56", None)
    assert await dated(DateEdit(offset="+02:00")) == ("2019-08-05T11:34:56", "+02:00")
    assert await dated(DateEdit(datetime(1987, 6, 5, 10), precision=DatePrecision.MONTH)) == ("1987-06", None)
    assert await dated(DateEdit(shift_seconds=60)) == ("1987-06", None), "it has no time of day"
    assert await dated(DateEdit(precision=DatePrecision.YEAR)) == ("1987", None)
    assert await dated(DateEdit(datetime(2020, 1, 2, 3, 4, 5), offset="-05:00")) == ("2020-01-02T03:04:05", "-05:00")
    assert await in_step(services)


async def test_what_somebody_said_later_is_not_undone(services: Services, one: str) -> None:
    first = await services.property_editing.describe([one], "First")
    await services.property_editing.describe([one], "Second")
    assert first.change_id is not None
    with pytest.raises(Conflict):
        await services.changes.undo(first.change_id)


async def test_what_cannot_be_is_refused(services: Services, one: str) -> None:
    editing = services.property_editing
    for refused in (
        editing.describe([one]),
        editing.describe([one], "x" * 256),
        editing.place([one], 91, 0),
        editing.place([one], latitude=5),
        editing.place([one], float("nan"), 0),
        editing.date([one], DateEdit(shift_seconds=10**12)),
        editing.revert([one], []),
    ):
        with pytest.raises(BadInput):
            await refused
    with pytest.raises(NotFound):
        await editing.describe([one, "0" * 32], "Zebra")
    assert (await shown(services)).stated_by_people == ()


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"at": datetime(2020, 1, 1), "shift_seconds": 5},
        {"at": datetime(9, 1, 1)},
        {"offset": "2"},
        {"offset": "+15:00"},
        {"offset": "+01:00", "precision": DatePrecision.DAY},
    ],
)
def test_an_edit_of_dates_that_cannot_be(edit: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        DateEdit(**edit)  # type: ignore[arg-type]
