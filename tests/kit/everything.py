"""A library that has some of everything that the API shows, without a disk and without models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pyroaring import BitMap

from photos_graph.bootstrap import Services
from photos_graph.graph import trips
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.learning import questions
from photos_graph.graph.library import failures, files, folders, photos, replacements, vanished_files
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.graph.library.files import FileRecord
from photos_graph.graph.library.folders import StoredFolder
from photos_graph.model.faces import PersonDetails
from photos_graph.model.jobs import JobKind
from photos_graph.model.learning import ModelKind, Question
from photos_graph.model.library import Camera, Location, Metadata, Place, PlaceKind, Root, RootState, Taken, TakenSource
from photos_graph.model.search import Ref
from photos_graph.model.trips import Trip, TripKind
from photos_graph.services.labels.album_editing import AlbumPhotos
from tests.kit.faces import Found, find, introduce, liken, predict
from tests.kit.jobs import ended_job
from tests.kit.planted import photo_id
from tests.kit.predicted_library import predicted
from tests.kit.writing import writer

PHOTOS = 48
UNDATED = 47
COPIED = range(3)  # photos with a second file, in another folder
REPLACED = range(44, 47)
FOLDERS = {
    "Italy": "italy",
    "Italy/2019 Abruzzo": "abruzzo",
    "Italy/2020 Rome": "rome",
    "Italy/Sea": "sea",
    "Home": "h",
}
HOLDERS = ("abruzzo", "rome", "italy", "h")  # each holds a quarter of the photos, in the order of their numbers

ITALY = Place("IT", "Italy", PlaceKind.COUNTRY)
ABRUZZO = Place("IT/Abruzzo", "Abruzzo", PlaceKind.REGION, "IT")
LAQUILA = Place("IT/Abruzzo/L'Aquila", "L'Aquila", PlaceKind.CITY, "IT/Abruzzo")
PESCARA = Place("IT/Abruzzo/Pescara", "Pescara", PlaceKind.CITY, "IT/Abruzzo")
LAZIO = Place("IT/Lazio", "Lazio", PlaceKind.REGION, "IT")
ROME = Place("IT/Lazio/Rome", "Rome", PlaceKind.CITY, "IT/Lazio")
GERMANY = Place("DE", "Germany", PlaceKind.COUNTRY)
BERLIN = Place("DE/Berlin", "Berlin", PlaceKind.CITY, "DE")
TUSCANY = Place("IT/Tuscany", "Tuscany", PlaceKind.REGION, "IT")
FRANCE = Place("FR", "France", PlaceKind.COUNTRY)
WHERE: dict[str, tuple[tuple[Place, ...], Location]] = {
    "abruzzo": ((ITALY, ABRUZZO, LAQUILA), Location(42.35, 13.4)),
    "rome": ((ITALY, LAZIO, ROME), Location(41.9, 12.5)),
    "italy": ((ITALY, ABRUZZO, PESCARA), Location(42.46, 14.21)),
    "h": ((GERMANY, BERLIN), Location(52.52, 13.4)),
}
ELSEWHERE = {22: ((ITALY, TUSCANY), Location(43.77, 11.25)), 23: ((FRANCE,), Location(48.85, 2.35))}
BEGINNINGS = {
    "abruzzo": datetime(2019, 8, 1, 10),
    "rome": datetime(2020, 5, 1, 10),
    "italy": datetime(2020, 8, 14, 10),
    "h": datetime(2021, 1, 1, 10),
}


async def furnish(services: Services) -> None:
    """Fills an empty graph. Each list that the API returns then has some items, unless it is said otherwise."""
    graph = services.graph
    await _files(graph)
    await services.index.catch_up()
    await _people(services)
    await _tags(services)
    await _albums(services)
    await _work_left(services)
    await _trips(graph)
    await services.index.catch_up()


async def teach(services: Services) -> None:
    """Makes a model active that gives "Sea" to six photos more, and "Mountains" to none."""
    sea, mountains = services.tags.named("Sea"), services.tags.named("Mountains")
    assert sea is not None and mountains is not None
    given = dict.fromkeys(range(36, 42), 0.9)
    await predicted(services, "tags", PHOTOS, {sea.id: given, mountains.id: {}}, 0.8)


async def _files(graph: Graph) -> None:
    await folders.add_root(writer(graph), Root("r", "Pictures", b"/photos", "marker", RootState.ONLINE))
    ids = {"": "r"}
    for path, id_ in FOLDERS.items():
        above, _, name = path.rpartition("/")
        record = StoredFolder(id_, f"r/{path}", name, path.encode(), ids[above], 1, 1)
        await folders.put_folders(writer(graph), "r", [record])
        ids[path] = id_
    for number in range(3):
        await ended_job(graph, f"j{number}", JobKind.SCAN)
    held = [(number, _holder(number)) for number in range(PHOTOS)] + [(number, "h") for number in COPIED]
    await files.put_pending(graph, [_record(number, folder) for number, folder in held], "j0")
    await photos.put_read(writer(graph), [_read(number, folder) for number, folder in held], [], "j0")


def _holder(number: int) -> str:
    return HOLDERS[number * len(HOLDERS) // PHOTOS]


def _record(number: int, folder: str) -> FileRecord:
    name = f"{number}.jpg"
    return FileRecord(f"{folder}-{number}", name, name.encode(), folder, 1, 1, 1)


def _read(number: int, folder: str) -> photos.Read:
    home = _holder(number)
    places, position = ELSEWHERE.get(number, WHERE[home])
    taken = BEGINNINGS[home] + timedelta(hours=7 * (number % (PHOTOS // len(HOLDERS))))
    metadata = Metadata(
        taken=None if number == UNDATED else Taken(taken, TakenSource.EXIF),
        location=Location(position.latitude + number / 1000, position.longitude),
        camera=Camera("Canon", "EOS 5D" if number % 2 else "EOS R6"),
        rating=number % 6 or None,
    )
    digest = photo_id(number) + "0" * 32
    return photos.Read(
        f"{folder}-{number}", 1, 1, 1, digest, digest, 4000, 3000, "JPEG", "", metadata, places
    )  # fmt: skip


async def _people(services: Services) -> None:
    """Anna, who owns the library, and Ben and Cleo are named; three groups of faces have no name."""
    await introduce(services, "Anna", _photo_ids(range(12)), me=True)
    await introduce(services, "Ben", _photo_ids(range(6, 18)))
    await introduce(services, "Cleo", _photo_ids(range(16, 30)))
    nameless = [
        Found(f"n{number}", photo_id(number), quality=0.4 + number / 200, cluster=f"c{number % 3}", x=0.6)
        for number in range(24, 42)
    ]
    await find(services.graph, *nameless)
    for number in range(24, 42, 3):
        await liken(services.graph, f"n{number}", {"ben": 0.7, "anna": 0.5})
    await services.index.catch_up()
    await services.person_editing.update("anna", details=PersonDetails(groups=("Family",)))


async def _tags(services: Services) -> None:
    tagging = services.tagging
    for numbers, name in (
        (range(12), "Places/Abruzzo"),
        (range(12, 24), "Places/Rome"),
        (range(24, 30), "Places/Pescara"),
        (range(24, 36), "Landscape/Sea"),
        (range(0, 12, 2), "Landscape/Mountains"),
        (range(1, 48, 5), "Landscape/Sky"),
    ):
        await tagging.tag_photos(_photo_ids(numbers), [Ref(name=name)], by="anna")
    await tagging.tag_folder("italy", [Ref(name="Holiday")], by="anna")
    await services.property_editing.describe(_photo_ids(range(20, 30)), "A day out", "With everybody", by="anna")
    await services.ratings.favourite(_photo_ids(range(0, 48, 7)), True, by="anna")
    await services.stack_editing.stack(_photo_ids((42, 43)), by="anna")


async def _albums(services: Services) -> None:
    """Three albums of chosen photos, and a saved search."""
    for name, numbers in (("Abruzzo", range(12)), ("Favourites", range(0, 48, 7)), ("Seaside", range(24, 36))):
        await services.album_editing.create(name, AlbumPhotos(_photo_ids(numbers)), by="anna")
    await services.album_editing.create("At the sea", text="sea in Italy", by="anna")


async def _work_left(services: Services) -> None:
    """What a model asks, what could not be read, and pictures that were replaced."""
    graph = services.graph
    sea = services.tags.named("Sea")
    assert sea is not None
    await predict(services, sea.id, {photo_id(n): 0.45 for n in range(36, 42)})
    about_tags = [
        Question(ModelKind.TAGS, photo_id(n), None, sea.id, "Sea", 0.45, "The model is not sure.")
        for n in range(36, 42)
    ]
    about_faces = [
        Question(ModelKind.PERSONS, photo_id(n), f"n{n}", "ben", "Ben", 0.7, "The face resembles Ben's.")
        for n in range(24, 33, 3)
    ]

    async def ask(tx: Transaction) -> None:
        await questions.replace(tx, ModelKind.TAGS, "made", about_tags)
        await questions.replace(tx, ModelKind.PERSONS, "made", about_faces)
        broken = [
            ReadFailure(f"h-{n}", f"Pictures/Home/{n}.jpg", "METADATA", "It is broken.", partial=True)
            for n in range(36, 40)
        ]
        await failures.put_failures(tx, broken, "j0")

    await graph.transaction(ask)

    async def replace(tx: LabelTransaction) -> None:
        await replacements.note(tx, [(number, number - 10, f"h-{number}") for number in REPLACED])

    await writer(graph).commit(replace)
    await vanished_files.miss_files(writer(graph), [f"h-{number}" for number in REPLACED])
    await writer(graph).commit(lambda tx: replacements.leave_open(tx, _photo_ids(REPLACED)))


async def _trips(graph: Graph) -> None:
    """Three journeys, as a job would have found them."""
    found = [
        Trip(holder, TripKind.TRIP, name, start.date(), start.date(), BitMap(numbers), (place.id,))
        for holder, name, place, numbers in (
            ("abruzzo", "L'Aquila, August 2019", LAQUILA, range(12)),
            ("rome", "Rome, May 2020", ROME, range(12, 24)),
            ("italy", "Pescara, August 2020", PESCARA, range(24, 36)),
        )
        for start in [BEGINNINGS[holder]]
    ]
    await graph.transaction(lambda tx: trips.change(tx, found, [], "made"))


def _photo_ids(numbers: Sequence[int]) -> list[str]:
    return [photo_id(number) for number in numbers]
