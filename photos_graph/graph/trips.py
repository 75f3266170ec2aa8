"""Trips and events: ``(:Trip)``, each with the numbers of its photos. A job makes them, and a person may name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import LiteralString

from pyroaring import BitMap

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.edits import TripName
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.trips import Trip, TripKind

TRIPS_PER_QUERY = 200

# Whoever changes trips holds this lock before reading them, so that a name that is given meanwhile is not lost.
LOCK: LiteralString = "MERGE (m:Meta {name: 'trips'}) SET m.value = coalesce(m.value, 0) + 1"


async def lock(tx: Transaction) -> None:
    """Keeps others from changing trips until the transaction ends. Their version grows."""
    await tx.run(LOCK)


ALL: LiteralString = """
MATCH (t:Trip)
RETURN t.id AS id, t.kind AS kind, t.ownName AS ownName, t.givenName AS givenName, t.start AS start, t.end AS end,
  t.photos AS photos, t.places AS places
"""


async def every(tx: Transaction) -> dict[str, Trip]:
    """Returns all trips and events by id."""
    return {
        row["id"]: Trip(
            row["id"],
            TripKind(row["kind"]),
            row["ownName"],
            date.fromisoformat(row["start"]),
            date.fromisoformat(row["end"]),
            BitMap(row["photos"]),
            tuple(row["places"]),
            row["givenName"],
        )
        for row in await tx.run(ALL)
    }


PUT: LiteralString = """
UNWIND $rows AS row
MERGE (t:Trip {id: row.id})
SET t.kind = row.kind, t.ownName = row.ownName, t.givenName = row.givenName, t.start = row.start, t.end = row.end,
  t.photos = row.photos, t.places = row.places
"""
DELETE: LiteralString = "UNWIND $ids AS id MATCH (t:Trip {id: id}) DELETE t"
MADE: LiteralString = """
MERGE (m:Meta {name: 'trips'}) SET m.value = coalesce(m.value, 0) + 1, m.madeOf = $madeOf
"""


async def change(tx: Transaction, put: Sequence[Trip], gone: Sequence[str], made_of: str) -> None:
    """Creates or replaces trips, and deletes those that are ``gone``. ``made_of`` identifies what they were found
    in. A transaction that has read trips must have taken the ``lock`` before."""
    rows = [
        {
            "id": trip.id,
            "kind": trip.kind.value,
            "ownName": trip.own_name,
            "givenName": trip.given_name,
            "start": trip.start.isoformat(),
            "end": trip.end.isoformat(),
            "photos": list(trip.photos),
            "places": list(trip.place_ids),
        }
        for trip in put
    ]
    for start in range(0, len(rows), TRIPS_PER_QUERY):
        await tx.run(PUT, rows=rows[start : start + TRIPS_PER_QUERY])
    if gone:
        await tx.run(DELETE, ids=list(gone))
    await tx.run(MADE, madeOf=made_of)


STATE: LiteralString = "MATCH (m:Meta {name: 'trips'}) RETURN m.value AS value, m.madeOf AS madeOf"


async def version(graph: Graph) -> int:
    """Returns a number that grows whenever a trip changes."""
    rows = await graph.read(STATE)
    return int(rows[0]["value"]) if rows else 0


async def made_of(graph: Graph) -> str | None:
    """Returns what the trips were found in, or None if they were never looked for."""
    rows = await graph.read(STATE)
    return rows[0]["madeOf"] if rows else None


NAMES: LiteralString = """
UNWIND $ids AS id MATCH (t:Trip {id: id}) RETURN id, t.ownName AS ownName, t.givenName AS givenName
"""


@dataclass(frozen=True, slots=True)
class TripNames:
    """The name of a trip that follows from its places and dates, and the one that a person gave it, if any."""

    own: str
    given: TripName

    @property
    def shown(self) -> str:
        return self.own if self.given.given_name is None else self.given.given_name


async def names(tx: Transaction, trip_ids: Iterable[str]) -> dict[str, TripNames]:
    """Returns the names of the trips that exist, by id. Who renames them must have taken the ``lock`` before."""
    rows = await tx.run(NAMES, ids=sorted(set(trip_ids)))
    return {row["id"]: TripNames(row["ownName"], TripName(row["givenName"])) for row in rows}


RENAME: LiteralString = "UNWIND $rows AS row MATCH (t:Trip {id: row.id}) SET t.givenName = row.name"


async def rename(tx: LabelTransaction, given: Mapping[str, TripName]) -> None:
    """Gives trips, by id, the names of persons, or lets them have their own. The transaction holds the ``lock``."""
    await tx.run(RENAME, rows=[{"id": id_, "name": name.given_name} for id_, name in given.items()])


TIMED_BY_FILES: LiteralString = """
MATCH (p:Photo) WHERE p.takenSource = 'FILE_TIME' RETURN collect(p.number) AS photos
"""


async def timed_by_files(graph: Graph) -> BitMap:
    """Returns the photos whose time is that of their file, which is often that of a copy."""
    return BitMap((await graph.read(TIMED_BY_FILES))[0]["photos"])
