"""The photos in albums: ``(:Photo)-[:IN_ALBUM {position, at, by}]->(:Album)``.

Positions are whole numbers, between which there is room for others. They are those of the photos that people chose: the
index adds the other photos of their stacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString, NamedTuple

import numpy as np

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.edits import AlbumEntry, Edit
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.search.rows import PlacedPhotos

BATCH_SIZE = 10_000  # photos read or written by one query


class AlbumPlace(NamedTuple):
    """The entry of a photo in an album, and its position there."""

    entry: AlbumEntry
    position: int


Places = dict[int, AlbumPlace]  # by the numbers of the photos in one album

OF_PHOTOS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[r:IN_ALBUM]->(a:Album)
RETURN a.id AS album, collect([number, r.position, r.at, r.by]) AS photos
"""

OF_ALBUMS: LiteralString = """
UNWIND $ids AS id
MATCH (:Album {id: id})<-[r:IN_ALBUM]-(p:Photo)
RETURN id AS album, collect([p.number, r.position, r.at, r.by]) AS photos
"""


async def of_photos(tx: Transaction, numbers: Sequence[int]) -> dict[str, Places]:
    """Returns the places of these photos in all albums, by the ids of the albums."""
    found: dict[str, Places] = {}
    for start in range(0, len(numbers), BATCH_SIZE):
        for row in await tx.run(OF_PHOTOS, numbers=list(numbers[start : start + BATCH_SIZE])):
            found.setdefault(row["album"], {}).update(_places(row["photos"]))
    return found


async def of_albums(tx: Transaction, album_ids: Iterable[str]) -> dict[str, Places]:
    """Returns the places of all photos in these albums. Albums without photos are left out."""
    rows = await tx.run(OF_ALBUMS, ids=sorted(set(album_ids)))
    return {row["album"]: _places(row["photos"]) for row in rows}


def _places(photos: Iterable[Sequence[Any]]) -> Places:
    return {number: AlbumPlace(AlbumEntry(at, by or ""), int(position)) for number, position, at, by in photos}


def edits(album_id: str, before: Mapping[int, AlbumPlace], after: Mapping[int, AlbumPlace]) -> tuple[Edit, ...]:
    """Returns the edits from the places before to those after: first those that take photos out, then those that put
    them in. A photo that moves is among both."""
    changed = [number for number in dict.fromkeys([*before, *after]) if before.get(number) != after.get(number)]
    return (*_edits(album_id, changed, before, made=False), *_edits(album_id, changed, after, made=True))


def _edits(album_id: str, numbers: Iterable[int], places: Mapping[int, AlbumPlace], *, made: bool) -> list[Edit]:
    alike: dict[AlbumEntry, dict[int, int]] = {}
    for number in numbers:
        if (place := places.get(number)) is not None:
            alike.setdefault(place.entry, {})[number] = place.position
    return [
        Edit(
            None if made else entry,
            entry if made else None,
            album_id,
            photos=tuple(by_photo),
            scores=tuple(by_photo.values()),
        )
        for entry, by_photo in alike.items()
    ]


def places_of(of_entries: Iterable[Edit], *, after: bool) -> dict[str, Places]:
    """Returns the places before or after edits of entries, by the ids of the albums."""
    found: dict[str, Places] = {}
    for edit in of_entries:
        entry = edit.after if after else edit.before
        if isinstance(entry, AlbumEntry):
            places = found.setdefault(edit.label_id or "", {})
            for number, position in zip(edit.photos, edit.scores, strict=True):
                places[number] = AlbumPlace(entry, int(position))
    return found


REMOVE: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[r:IN_ALBUM]->(a:Album) WHERE a.id = $album
DELETE r
"""

ADD: LiteralString = """
UNWIND $rows AS row
MATCH (a:Album {id: row.album})
UNWIND row.photos AS photo
MATCH (p:Photo {number: photo[0]})
CREATE (p)-[:IN_ALBUM {position: photo[1], at: row.at, by: row.by}]->(a)
"""

CHANGED: LiteralString = "UNWIND $ids AS id MATCH (a:Album {id: id}) SET a.changedAt = $now"


async def write(tx: LabelTransaction, of_entries: Sequence[Edit]) -> None:
    """Makes edits of entries: those that take photos out first. The albums exist."""
    album_ids = {edit.label_id for edit in of_entries if edit.label_id is not None}
    tx.touch(labelled=(number for edit in of_entries for number in edit.photos), albums=album_ids)
    for edit in of_entries:
        if edit.before is not None:
            for start in range(0, len(edit.photos), BATCH_SIZE):
                await tx.run(REMOVE, numbers=list(edit.photos[start : start + BATCH_SIZE]), album=edit.label_id)
    for edit in of_entries:
        if isinstance(entry := edit.after, AlbumEntry):
            photos = [[number, int(position)] for number, position in zip(edit.photos, edit.scores, strict=True)]
            for start in range(0, len(photos), BATCH_SIZE):
                row = {"album": edit.label_id, "at": entry.placed_at_ms, "by": entry.placed_by}
                await tx.run(ADD, rows=[{**row, "photos": photos[start : start + BATCH_SIZE]}])
    if album_ids:
        await tx.run(CHANGED, ids=sorted(album_ids), now=tx.now_ms)


ALL: LiteralString = """
MATCH (a:Album)<-[r:IN_ALBUM]-(p:Photo) RETURN a.id AS album, collect([p.number, r.position]) AS photos
"""

POSITIONS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[r:IN_ALBUM]->(a:Album)
RETURN a.id AS album, collect([number, r.position]) AS photos
"""


async def placed(graph: Graph, numbers: Sequence[int] | None = None) -> dict[str, PlacedPhotos]:
    """Returns the positions of all photos, or of these, by the ids of their albums, for the search index."""
    if numbers is None:
        return {row["album"]: _placed(row["photos"]) for row in await graph.read(ALL)}
    gathered: dict[str, list[list[int]]] = {}
    for start in range(0, len(numbers), BATCH_SIZE):
        for row in await graph.read(POSITIONS, numbers=list(numbers[start : start + BATCH_SIZE])):
            gathered.setdefault(row["album"], []).extend(row["photos"])
    return {album_id: _placed(photos) for album_id, photos in gathered.items()}


def _placed(photos: Sequence[Sequence[int]]) -> PlacedPhotos:
    values = np.array(photos, np.int64).reshape(-1, 2)
    values = values[np.argsort(values[:, 0], kind="stable")]
    return PlacedPhotos(values[:, 0].astype(np.uint32), np.ascontiguousarray(values[:, 1]))
