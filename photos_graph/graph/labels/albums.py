"""The albums themselves: their names, filters and covers. The photos in them are in ``album_entries``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.edits import AlbumState
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.albums import Album
from photos_graph.model.search import PhotoOrder
from photos_graph.names import album_key

ALL: LiteralString = "MATCH (a:Album) RETURN a {.*} AS album"
BY_ID: LiteralString = "UNWIND $ids AS id MATCH (a:Album {id: id}) RETURN a {.*} AS album"


async def rows(graph: Graph, album_ids: Sequence[str] | None = None) -> list[Album]:
    """Returns all albums, or those of ``album_ids`` that exist."""
    found = await (graph.read(ALL) if album_ids is None else graph.read(BY_ID, ids=list(album_ids)))
    return [_album(row["album"]) for row in found]


def _album(properties: dict[str, Any]) -> Album:
    order = properties.get("orderBy")
    return Album(
        id=properties["id"],
        name=properties["name"],
        description=properties.get("description"),
        filter=properties.get("filter"),
        text=properties.get("text"),
        order=PhotoOrder(order) if order is not None else None,
        cover=properties.get("cover"),
        created_ms=properties.get("at") or 0,
        changed_ms=properties.get("changedAt") or 0,
        by=properties.get("by") or "",
    )


async def states(tx: Transaction, album_ids: Iterable[str]) -> dict[str, AlbumState]:
    """Returns the states of the albums that exist, by id."""
    found = [_album(row["album"]) for row in await tx.run(BY_ID, ids=sorted(set(album_ids)))]
    return {album.id: state_of(album) for album in found}


def state_of(album: Album) -> AlbumState:
    return AlbumState(
        album.name, album.description, album.filter, album.text, album.order, album.cover, album.created_ms, album.by
    )


COVERED: LiteralString = "UNWIND $numbers AS number MATCH (a:Album {cover: number}) RETURN DISTINCT a.id AS id"


async def covered_by(tx: Transaction, numbers: Iterable[int]) -> list[str]:
    """Returns the ids of the albums of which people chose one of these photos as the cover."""
    return [row["id"] for row in await tx.run(COVERED, numbers=sorted(set(numbers)))]


BY_KEY: LiteralString = "UNWIND $keys AS key MATCH (a:Album {key: key}) RETURN key, a.id AS id"


async def named(tx: Transaction, names: Iterable[str]) -> dict[str, str]:
    """Returns the ids of the albums that have one of these names, by ``album_key``."""
    keys = sorted({album_key(name) for name in names})
    return {row["key"]: row["id"] for row in await tx.run(BY_KEY, keys=keys)} if keys else {}


PUT: LiteralString = """
UNWIND $rows AS row
MERGE (a:Album {id: row.id})
SET a.name = row.name, a.key = row.key, a.description = row.description, a.filter = row.filter, a.text = row.text,
  a.orderBy = row.orderBy, a.cover = row.cover, a.at = row.at, a.by = row.by, a.changedAt = row.changedAt
"""


async def put(tx: LabelTransaction, wanted: Mapping[str, AlbumState]) -> None:
    """Creates or updates albums, by id. The caller must have checked that their names are free."""
    tx.touch(albums=wanted)
    written = [
        {
            "id": id_,
            "name": state.name,
            "key": album_key(state.name),
            "description": state.description,
            "filter": state.filter,
            "text": state.text,
            "orderBy": state.order,
            "cover": state.cover_number,
            "at": state.at_ms,
            "by": state.by,
            "changedAt": tx.now_ms,
        }
        for id_, state in wanted.items()
    ]
    if written:
        await tx.run(PUT, rows=written)


DELETE: LiteralString = "UNWIND $ids AS id MATCH (a:Album {id: id}) DETACH DELETE a"


async def delete(tx: LabelTransaction, album_ids: Iterable[str]) -> None:
    """Deletes the albums; the photos stay. The caller touches the photos that were in them."""
    if ids := list(album_ids):
        await tx.run(DELETE, ids=ids)
        tx.touch(albums=ids)
