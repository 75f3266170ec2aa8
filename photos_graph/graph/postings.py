"""Reads the rows from which the search index is built, either all of them or those that were touched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Iterable, Sequence
from datetime import datetime
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.speaking import standing
from photos_graph.model.library import RAW_FORMAT, DatePrecision, Exposure, Place, PlaceKind
from photos_graph.model.properties import PROPERTIES
from photos_graph.search.rows import FolderRow, PhotoRow

BLOCK = 100_000  # photos per query when the whole library is read, limited by the memory of the engine
BATCH_SIZE = 20_000  # photos per query when touched photos are read, or those of a large library
WALKED = 5  # blocks of a library that is walked once for each of them

# One record with a list per photo takes a tenth of the time of one record per photo. Times are text for the same
# reason. ``_row`` unpacks the list.
_WORDS: LiteralString = ", ".join(f"p.{each.name}" for each in PROPERTIES)
COLLECT: LiteralString = (
    """
RETURN collect([number, p.id, toString(p.takenAt), p.takenPrecision, p.addedAt, p.rating, p.favourite, p.make,
  p.model, p.lens, p.latitude, p.longitude, [p.iso, p.aperture, p.exposureSeconds, p.focalLength],
  [p.stack, p.stackKind, p.stackRank], [p.width, p.height, p.format], ["""
    + _WORDS
    + """]]) AS photos
"""
)

PHOTOS: LiteralString = (
    """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
"""
    + COLLECT
)

PATHS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})<-[:OF]-(f:File)-[:IN]->(d:Folder) WHERE f.state <> 'MISSING'
RETURN d.id AS folder, collect([number, f.key, f.name, f.state, f.mtimeNs]) AS files
"""

PLACES: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:AT]->(x:Place)
RETURN x.id AS place, collect(number) AS photos
"""

# The WITH before each range makes the engine scan the photos. ArcadeDB scans 100,000 of them in the time in which it
# finds 20,000 by the index of their numbers, but it scans all of them for each block.
PHOTO_BLOCK: LiteralString = (
    """
MATCH (p:Photo) WITH p, p.number AS number WHERE number >= $first AND number < $end
"""
    + COLLECT
)

PATH_BLOCK: LiteralString = """
MATCH (d:Folder)<-[:IN]-(f:File)-[:OF]->(p:Photo) WHERE f.state <> 'MISSING'
WITH d, f, p.number AS number WHERE number >= $first AND number < $end
RETURN d.id AS folder, collect([number, f.key, f.name, f.state, f.mtimeNs]) AS files
"""

PLACE_BLOCK: LiteralString = """
MATCH (x:Place)<-[:AT]-(p:Photo) WITH x, p.number AS number WHERE number >= $first AND number < $end
RETURN x.id AS place, collect(number) AS photos
"""

LAST: LiteralString = "MATCH (m:Meta {name: 'photoNumber'}) RETURN m.value AS last"


async def photo_rows(graph: Graph, numbers: Sequence[int]) -> list[PhotoRow]:
    """Returns the rows of those of the photos that exist."""
    rows: list[PhotoRow] = []
    for start in range(0, len(numbers), BATCH_SIZE):
        batch = list(numbers[start : start + BATCH_SIZE])
        rows += await _together(graph.read(each, numbers=batch) for each in (PHOTOS, PATHS, PLACES))
    return rows


async def last_number(graph: Graph) -> int:
    """Returns the highest number of a photo, or 0 if there is none."""
    found = await graph.read(LAST)
    return int(found[0]["last"]) if found else 0


async def all_photos(graph: Graph) -> AsyncGenerator[list[PhotoRow]]:
    """Yields the rows of all photos in portions. The engine reads the next portion while the caller works on one."""
    last = await last_number(graph)
    is_large = last > WALKED * BLOCK
    size = BATCH_SIZE if is_large else BLOCK
    portions = iter(range(0, last, size))

    def begun() -> asyncio.Task[list[PhotoRow]] | None:
        first = next(portions, None)
        return None if first is None else asyncio.create_task(_portion(graph, first, first + size, is_large))

    ahead = begun()
    try:
        while ahead is not None:
            rows = await ahead
            ahead = begun()
            yield rows
    finally:
        if ahead is not None:
            ahead.cancel()


async def _portion(graph: Graph, first: int, end: int, is_large: bool) -> list[PhotoRow]:
    if is_large:
        return await photo_rows(graph, range(first, end))
    return await _together(graph.read(each, first=first, end=end) for each in (PHOTO_BLOCK, PATH_BLOCK, PLACE_BLOCK))


async def _together(reads: Iterable[Awaitable[list[dict[str, Any]]]]) -> list[PhotoRow]:
    """Makes rows of photos, paths and places, which are read concurrently, so that the engine works on one while we
    unpack another."""
    photos, paths, places = await asyncio.gather(*reads)
    return _rows(photos, paths, places)


def _rows(
    photos: Sequence[dict[str, Any]], paths: Sequence[dict[str, Any]], places: Sequence[dict[str, Any]]
) -> list[PhotoRow]:
    files: dict[int, list[_Path]] = {}
    for row in paths:
        for number, key, name, state, mtime_ns in row["files"]:
            files.setdefault(number, []).append((key, name, row["folder"], state, mtime_ns))
    at: dict[int, list[str]] = {}
    for row in places:
        for number in row["photos"]:
            at.setdefault(number, []).append(row["place"])
    return [_row(photo, sorted(files.get(photo[0], ())), at.get(photo[0], ())) for photo in photos[0]["photos"]]


_Path = tuple[str, str, str, str, int]  # key, name and folder of a file, its state, and its time in ns


def _row(photo: Sequence[Any], files: Sequence[_Path], places: Sequence[str]) -> PhotoRow:
    (
        number,
        id_,
        taken,
        precision,
        added_ms,
        rating,
        favourite,
        *camera,
        latitude,
        longitude,
        exposure,
        stacked,
        picture,
        words,
    ) = photo
    stack, kind, rank = stacked
    width, height, format = picture
    speaker = min(files, key=lambda file: standing(file[3], file[4], file[0]), default=None)
    described = [text for value in words if value for text in (value if isinstance(value, list) else (value,))]
    return PhotoRow(
        number=number,
        id=id_,
        name=speaker[1] if speaker else "",
        folders=tuple(dict.fromkeys(file[2] for file in files)),
        texts=(*(file[1] for file in files), *described),
        places=tuple(places),
        taken=datetime.fromisoformat(taken) if taken is not None else None,
        precision=DatePrecision(precision or DatePrecision.SECOND),
        added_ms=added_ms,
        rating=rating,
        favourite=bool(favourite),
        camera="|".join(part or "" for part in camera) if any(camera) else None,
        latitude=latitude,
        longitude=longitude,
        exposure=Exposure(*exposure),
        stack=(stack, kind) if stack is not None else None,
        stack_rank=rank or 0,
        width=width or 0,
        height=height or 0,
        is_raw=format == RAW_FORMAT,
        files=len(files),
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
    """Returns the rows of all folders, or of those with the ``ids``, that existed when their root was last online."""
    rows = await (graph.read(FOLDERS) if ids is None else graph.read(FOLDERS_BY_ID, ids=list(ids)))
    return [FolderRow(row["id"], row["name"], row["key"], row["parent"]) for row in rows]


ALL_PLACES: LiteralString = (
    "MATCH (x:Place) OPTIONAL MATCH (x)-[:WITHIN]->(up:Place) "
    "RETURN x.id AS id, x.name AS name, x.kind AS kind, up.id AS up"
)
PLACES_BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (:Place {id: id})-[:WITHIN*0..2]->(x:Place)
OPTIONAL MATCH (x)-[:WITHIN]->(up:Place)
RETURN DISTINCT x.id AS id, x.name AS name, x.kind AS kind, up.id AS up
"""


async def place_rows(graph: Graph, ids: Sequence[str] | None = None) -> list[Place]:
    """Returns the rows of all places, or of those with the ``ids`` and the places that contain them."""
    rows = await (graph.read(ALL_PLACES) if ids is None else graph.read(PLACES_BY_ID, ids=list(ids)))
    return [Place(row["id"], row["name"], PlaceKind(row["kind"]), row["up"]) for row in rows]
