"""The rows that the search index is made of, whole or those that were touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from photos_graph.graph.connection import Graph
from photos_graph.search.rows import FolderRow, PhotoRow, PlaceRow

BLOCK = 20_000  # photos per read of the whole library

PHOTOS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN p.number AS number, p.id AS id, p.takenAt AS takenAt, p.addedAt AS addedAt, p.rating AS rating,
  p.favourite AS favourite, p.make AS make, p.model AS model, p.lens AS lens, p.latitude AS latitude,
  p.longitude AS longitude
"""

PATHS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})<-[:OF]-(f:File)-[:IN]->(d:Folder) WHERE f.state <> 'MISSING'
RETURN number, f.key AS key, f.name AS name, d.id AS folder
"""

PLACES: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:AT]->(x:Place)
RETURN number, x.id AS place
"""

PHOTO_BLOCK: LiteralString = """
MATCH (p:Photo) WHERE p.number >= $first AND p.number < $end
RETURN p.number AS number, p.id AS id, p.takenAt AS takenAt, p.addedAt AS addedAt, p.rating AS rating,
  p.favourite AS favourite, p.make AS make, p.model AS model, p.lens AS lens, p.latitude AS latitude,
  p.longitude AS longitude
"""

PATH_BLOCK: LiteralString = """
MATCH (p:Photo) WHERE p.number >= $first AND p.number < $end
MATCH (p)<-[:OF]-(f:File)-[:IN]->(d:Folder) WHERE f.state <> 'MISSING'
RETURN p.number AS number, f.key AS key, f.name AS name, d.id AS folder
"""

PLACE_BLOCK: LiteralString = """
MATCH (p:Photo) WHERE p.number >= $first AND p.number < $end
MATCH (p)-[:AT]->(x:Place)
RETURN p.number AS number, x.id AS place
"""

LAST: LiteralString = "MATCH (m:Meta {name: 'photoNumber'}) RETURN m.value AS last"


async def photo_rows(graph: Graph, numbers: Sequence[int]) -> list[PhotoRow]:
    """The rows of photos that the graph still knows, of those ``numbers``."""
    rows: list[PhotoRow] = []
    for start in range(0, len(numbers), BLOCK):
        some = list(numbers[start : start + BLOCK])
        photos = await graph.read(PHOTOS, numbers=some)
        paths = await graph.read(PATHS, numbers=some)
        places = await graph.read(PLACES, numbers=some)
        rows += _rows(photos, paths, places)
    return rows


async def last_number(graph: Graph) -> int:
    found = await graph.read(LAST)
    return int(found[0]["last"]) if found else 0


async def photo_block(graph: Graph, first: int) -> list[PhotoRow]:
    """The rows of the BLOCK numbers from ``first`` on."""
    end = first + BLOCK
    photos = await graph.read(PHOTO_BLOCK, first=first, end=end)
    paths = await graph.read(PATH_BLOCK, first=first, end=end)
    places = await graph.read(PLACE_BLOCK, first=first, end=end)
    return _rows(photos, paths, places)


def _rows(
    photos: Iterable[dict[str, Any]], paths: Iterable[dict[str, Any]], places: Iterable[dict[str, Any]]
) -> list[PhotoRow]:
    files: dict[int, list[tuple[str, str, str]]] = {}
    for row in paths:
        files.setdefault(row["number"], []).append((row["key"], row["name"], row["folder"]))
    at: dict[int, list[str]] = {}
    for row in places:
        at.setdefault(row["number"], []).append(row["place"])
    return [_row(row, sorted(files.get(row["number"], ())), at.get(row["number"], ())) for row in photos]


def _row(photo: dict[str, Any], files: Sequence[tuple[str, str, str]], places: Sequence[str]) -> PhotoRow:
    names = tuple(name for _, name, _ in files)
    camera = "|".join(photo[part] or "" for part in ("make", "model", "lens"))
    return PhotoRow(
        number=photo["number"],
        id=photo["id"],
        name=names[0] if names else "",
        folders=tuple(dict.fromkeys(folder for _, _, folder in files)),
        names=names,
        places=tuple(places),
        taken=photo["takenAt"],
        added_ms=photo["addedAt"],
        rating=photo["rating"],
        favourite=bool(photo["favourite"]),
        camera=camera if camera != "||" else None,
        latitude=photo["latitude"],
        longitude=photo["longitude"],
    )


FOLDERS: LiteralString = """
MATCH (d:Folder) WHERE NOT d.missing
OPTIONAL MATCH (d)-[:IN]->(p:Folder)
RETURN d.id AS id, d.name AS name, d.key AS key, p.id AS parent
"""

FOLDERS_BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (d:Folder {id: id}) WHERE NOT d.missing
OPTIONAL MATCH (d)-[:IN]->(p:Folder)
RETURN d.id AS id, d.name AS name, d.key AS key, p.id AS parent
"""


async def folder_rows(graph: Graph, ids: Sequence[str] | None = None) -> list[FolderRow]:
    """Folders that are on disk, or were when their root was last seen: all, or those of ``ids``."""
    rows = await (graph.read(FOLDERS) if ids is None else graph.read(FOLDERS_BY_ID, ids=list(ids)))
    return [FolderRow(row["id"], row["name"], row["key"], row["parent"]) for row in rows]


ALL_PLACES: LiteralString = (
    "MATCH (x:Place) OPTIONAL MATCH (x)-[:WITHIN]->(up:Place) RETURN x.id AS id, x.name AS name, up.id AS up"
)
PLACES_BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (:Place {id: id})-[:WITHIN*0..2]->(x:Place)
OPTIONAL MATCH (x)-[:WITHIN]->(up:Place)
RETURN DISTINCT x.id AS id, x.name AS name, up.id AS up
"""


async def place_rows(graph: Graph, ids: Sequence[str] | None = None) -> list[PlaceRow]:
    """All places, or those of ``ids`` with all that they lie within."""
    rows = await (graph.read(ALL_PLACES) if ids is None else graph.read(PLACES_BY_ID, ids=list(ids)))
    return [PlaceRow(row["id"], row["name"], row["up"]) for row in rows]
