"""The places of photos: edges to the country, region or city where they were taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.library import Location, Place, PlaceKind
from photos_graph.model.properties import Description

PUT_PLACES: LiteralString = """
UNWIND $rows AS row
MERGE (x:Place {id: row.id}) SET x.name = row.name, x.kind = row.kind
"""

HANG_PLACES: LiteralString = """
UNWIND $rows AS row
MATCH (x:Place {id: row.id}), (up:Place {id: row.parent})
MERGE (x)-[:WITHIN]->(up)
"""


async def put_places(tx: Transaction, places: Sequence[Place]) -> None:
    """Creates the places, of which each stands after the one that contains it, unless they exist."""
    if not places:
        return
    each = {place.id: place for place in places}.values()
    await tx.run(PUT_PLACES, rows=[{"id": p.id, "name": p.name, "kind": p.kind.value} for p in each])
    await tx.run(HANG_PLACES, rows=[{"id": p.id, "parent": p.parent_id} for p in each if p.parent_id])


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The position of a photo, and the names of places that its file states. ``is_said``: by a person, who may have
    chosen a place by its id instead."""

    location: Location | None
    names: Description
    is_said: bool
    place_id: str | None = None


READ: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN collect([number, p.latitude, p.longitude, p.city, p.region, p.country, p.positionAt, p.placeId]) AS photos
"""


async def read(tx: Transaction, numbers: Sequence[int]) -> dict[int, Whereabouts]:
    """Returns what is known of where these photos were taken. Unknown photos are left out."""
    rows = (await tx.run(READ, numbers=list(numbers)))[0]["photos"]
    return {
        number: Whereabouts(
            Location(latitude, longitude) if latitude is not None and longitude is not None else None,
            Description(city=city, region=region, country=country),
            at_ms is not None,
            place_id,
        )
        for number, latitude, longitude, city, region, country, at_ms, place_id in rows
    }


KNOWN: LiteralString = """
UNWIND $ids AS id
MATCH (x:Place {id: id})
OPTIONAL MATCH (x)-[:WITHIN]->(up:Place)
RETURN x.id AS id, x.name AS name, x.kind AS kind, up.id AS up
"""


async def known(tx: Transaction, place_ids: Iterable[str]) -> dict[str, Place]:
    """Returns those of the places that the graph has."""
    rows = await tx.run(KNOWN, ids=sorted(set(place_ids)))
    return {row["id"]: Place(row["id"], row["name"], PlaceKind(row["kind"]), row["up"]) for row in rows}


LEAVE: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[old:AT]->(:Place)
DELETE old
"""

ARRIVE: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.number}), (x:Place {id: row.place})
MERGE (p)-[:AT]->(x)
"""


async def move(tx: LabelTransaction, places: Mapping[int, Sequence[Place]]) -> None:
    """Puts the photos into these places, which are given by their numbers, broadest first."""
    await put_places(tx, [place for each in places.values() for place in each])
    await tx.run(LEAVE, numbers=list(places))
    await tx.run(ARRIVE, rows=[{"number": number, "place": each[-1].id} for number, each in places.items() if each])
    tx.touch(photos=places)


SHARE: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.of})-[:AT]->(x:Place)
MATCH (q:Photo {number: row.to})
MERGE (q)-[:AT]->(x)
"""


async def share(tx: LabelTransaction, of: Mapping[int, int]) -> None:
    """Puts photos (the keys) into the places of others, by number."""
    if of:
        await tx.run(LEAVE, numbers=list(of))
        await tx.run(SHARE, rows=[{"to": to, "of": other} for to, other in of.items()])
