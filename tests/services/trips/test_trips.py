"""Trips of a library: found by a job, listed, renamed and tagged."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pyroaring import BitMap

from photos_graph.bootstrap import Services
from photos_graph.errors import NotFound
from photos_graph.events import PhotosArrived
from photos_graph.graph import trips
from photos_graph.graph.library import photos
from photos_graph.model.jobs import JobKind, JobState
from photos_graph.model.library import Location, Metadata, Place, Taken, TakenSource
from photos_graph.model.trips import Trip, TripKind
from tests.kit.graphql import execute
from tests.kit.library import ended
from tests.kit.planted import ABRUZZO, ITALY, LAQUILA, file_id, photo_id, plant
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio

AT_SEA, AT_HOME, IN_PARIS = (42.11, 14.71), (45.46, 9.19), (48.86, 2.35)
PAGE = """{ trips { totalCount nodes { id name kind isRenamed start end photoCount
  cover { id } places { name } photos { totalCount } } } }"""


def pictures() -> Iterator[tuple[datetime, tuple[float, float] | None, TakenSource]]:
    """A year at home but for a week by the sea, of which every third photo has no position. Also two photos in Paris, a
    party, and files that were copied on one day."""
    exif = TakenSource.EXIF
    for week in (week for week in range(40) if week != 31):
        yield datetime(2019, 1, 5, 15) + timedelta(weeks=week), AT_HOME, exif
    for number in range(18):
        yield datetime(2019, 8, 6, 10) + timedelta(hours=8 * number), None if number % 3 == 1 else AT_SEA, exif
    for minute in range(2):
        yield datetime(2019, 3, 20, 12, minute), IN_PARIS, exif
    for minute in range(30):
        yield datetime(2019, 5, 22, 18, minute * 2), AT_HOME, exif
    for second in range(40):
        yield datetime(2019, 11, 2, 11, 0, second), None, TakenSource.FILE_TIME


async def put(services: Services) -> None:
    """Puts the photos of ``pictures`` into the library in no particular order, numbered from 0 on by their times."""
    await plant(services.graph, {"all": "d"}, {"d": range(129)})
    every = list(enumerate(sorted(pictures(), key=lambda each: each[0])))
    random.Random(1).shuffle(every)
    await photos.put_read(writer(services.graph), [_read(number, *each) for number, each in every], [], "j")
    await services.index.catch_up()


def _read(number: int, taken: datetime, at: tuple[float, float] | None, source: TakenSource) -> photos.Read:
    where = Location(*at) if at is not None else None
    places: tuple[Place, ...] = (ITALY, ABRUZZO, LAQUILA) if at == AT_SEA else ()
    content_hash = photo_id(number) + "0" * 32
    metadata = Metadata(taken=Taken(taken, source), location=where)
    return photos.Read(file_id(number, "d"), 1, 1, 1, content_hash, content_hash, 4, 3, "JPEG", "", metadata, places)


async def found(services: Services) -> str:
    job = await ended(services, await services.trip_triggers.find())
    assert job.state is JobState.SUCCEEDED
    return job.message or ""


async def asked(services: Services, document: str, **variables: Any) -> Any:
    answer = await execute(services, document, **variables)
    assert answer.errors is None, answer.errors
    return answer.data


async def test_trips_are_found_listed_renamed_and_tagged(services: Services) -> None:
    await put(services)
    assert await found(services) == "1 trip and 1 event."
    listed = (await asked(services, PAGE))["trips"]
    trip, event = listed["nodes"]
    assert listed["totalCount"] == 2
    assert {key: trip[key] for key in ("name", "kind", "isRenamed", "start", "end", "photoCount", "places")} == {
        "name": "L'Aquila, August 2019", "kind": "TRIP", "isRenamed": False, "start": "2019-08-06", "end": "2019-08-12",
        "photoCount": 18, "places": [{"name": "L'Aquila"}],
    }  # fmt: skip
    assert trip["photos"]["totalCount"] == 18 and trip["cover"] is not None
    assert (event["name"], event["kind"], event["photoCount"]) == ("22 May 2019", "EVENT", 30)

    first = (await asked(services, "{ trips(first: 1) { nodes { id } pageInfo { hasNextPage endCursor } } }"))["trips"]
    assert (first["nodes"], first["pageInfo"]["hasNextPage"]) == ([{"id": trip["id"]}], True)
    rest = "query($a: String!) { trips(last: 5, after: $a, kind: EVENT) { nodes { id } } }"
    assert (await asked(services, rest, a=first["pageInfo"]["endCursor"]))["trips"]["nodes"] == [{"id": event["id"]}]

    rename = "mutation($i: ID!, $n: String) { renameTrip(id: $i, name: $n) { id name isRenamed change } }"
    renamed = (await asked(services, rename, i=trip["id"], n=" By the sea "))["renameTrip"]
    first_change = renamed.pop("change")
    assert renamed == {"id": trip["id"], "name": "By the sea", "isRenamed": True}
    await found(services)
    node = "query($i: ID!) { node(id: $i) { ... on Trip { name photos(last: 1) { nodes { takenAt } } } } }"
    again = (await asked(services, node, i=trip["id"]))["node"]
    assert again == {"name": "By the sea", "photos": {"nodes": [{"takenAt": "2019-08-12T02:00:00"}]}}
    named = (await asked(services, rename, i=trip["id"], n="Ours"))["renameTrip"]
    assert (await asked(services, rename, i=trip["id"], n="Ours"))["renameTrip"]["change"] is None
    undo = "mutation($c: ID!) { undo(change: $c) { change trips { id name isRenamed } } }"
    stale = await execute(services, undo, c=first_change)
    assert stale.errors is not None and (stale.errors[0].extensions or {})["id"] == trip["id"]
    for change, name in ((named["change"], "By the sea"), (first_change, "L'Aquila, August 2019")):
        undone = (await asked(services, undo, c=change))["undo"]
        assert undone["trips"] == [{"id": trip["id"], "name": name, "isRenamed": name == "By the sea"}]
    latest = (await asked(services, "{ changes(first: 1) { nodes { kind summary changed undone } } }"))["changes"]
    assert latest["nodes"] == [
        {
            "kind": "UNDO",
            "summary": "Undid: Renamed the trip L'Aquila, August 2019 to By the sea.",
            "changed": 1,
            "undone": False,
        }
    ]
    await asked(services, undo, c=undone["change"])  # the name is there again
    assert (await asked(services, rename, i=trip["id"], n=None))["renameTrip"]["name"] == "L'Aquila, August 2019"
    refused = await execute(services, rename, i=trip["id"], n="")
    assert refused.errors is not None and refused.errors[0].extensions == {
        "code": "BAD_INPUT", "field": "renameTrip", "argument": "name"
    }  # fmt: skip

    tag = """mutation($i: ID!) { tagTrip(trip: $i, tags: ["Sea"]) { changed }
      query { tag(name: "Sea") { photoCount } } }"""
    assert await asked(services, tag, i=trip["id"]) == {
        "tagTrip": {"changed": 18},
        "query": {"tag": {"photoCount": 18}},
    }

    album = """mutation($i: ID!, $n: String) { albumOfTrip(trip: $i, name: $n) {
      changed change album { name photoCount photos(first: 1) { nodes { takenAt } } } } }"""
    made = (await asked(services, album, i=trip["id"]))["albumOfTrip"]
    assert (made["changed"], made["change"] is not None) == (18, True)
    first_photo = {"takenAt": "2019-08-06T10:00:00"}
    assert made["album"] == {"name": "L'Aquila, August 2019", "photoCount": 18, "photos": {"nodes": [first_photo]}}
    again = await execute(services, album, i=trip["id"])
    assert again.errors is not None and (again.errors[0].extensions or {})["code"] == "CONFLICT"
    assert (await asked(services, album, i=trip["id"], n="Sea"))["albumOfTrip"]["album"]["name"] == "Sea"


async def test_a_trip_of_which_no_photo_is_visible_cannot_be_renamed(services: Services) -> None:
    await plant(services.graph, {"all": "d"}, {"d": range(2)})
    await services.index.catch_up()
    hidden = Trip("t1", TripKind.EVENT, "Party", date(2019, 5, 14), date(2019, 5, 14), BitMap([7]))
    await services.graph.transaction(lambda tx: trips.change(tx, [hidden], [], "made"))
    with pytest.raises(NotFound):
        await services.trips.rename("t1", "Ours")
    assert (await services.graph.reading(trips.every))["t1"] == hidden


async def test_the_job_follows_a_scan_that_changed_times_or_positions(services: Services) -> None:
    arrived = services.trip_triggers.photos_arrived
    await arrived(PhotosArrived())
    assert await services.jobs.unfinished(JobKind.TRIPS) == [], "there is nothing"
    await put(services)
    await arrived(PhotosArrived())
    asked = await services.jobs.unfinished(JobKind.TRIPS)
    assert asked
    while asked:  # a scan of the service itself may have asked, too
        assert (await ended(services, asked[0])).state is JobState.SUCCEEDED
        asked = await services.jobs.unfinished(JobKind.TRIPS)
    await arrived(PhotosArrived())
    assert await services.jobs.unfinished(JobKind.TRIPS) == [], "nothing has changed"
    await services.property_editing.place([photo_id(0)], 10.0, 10.0)
    await arrived(PhotosArrived())
    assert len(await services.jobs.unfinished(JobKind.TRIPS)) == 1
