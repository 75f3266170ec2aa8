"""Photos by their pictures: which photo holds the picture of a file that was read, and which file speaks for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from photos_graph.boxes import turn_between
from photos_graph.graph import due
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.faces import visibility
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import succession
from photos_graph.graph.speaking import SPEAKER
from photos_graph.model.succession import Succession, View

# Formats whose pictures are shown by the orientation in their metadata. Photos of an older library state no other.
ORIENTED = ["JPEG", "PNG", "WEBP", "TIFF", "RAW"]
ID_DIGITS = 32  # hexadecimal, of the hash from which a new photo gets its id


@dataclass(frozen=True, slots=True)
class HashedPicture:
    """The hashes of a file that was read: of its bytes, and of its picture."""

    content_hash: str
    picture_hash: str


_PHOTO: LiteralString = """
RETURN p.id AS id, p.number AS number, p.addedAt AS added, p.contentHash AS content, p.pictureHash AS picture,
  coalesce(p.turn, CASE WHEN p.format IN $oriented THEN p.orientation END) AS orientation
"""
BY_PICTURE: LiteralString = "UNWIND $hashes AS hash MATCH (p:Photo {pictureHash: hash})" + _PHOTO
BY_ID: LiteralString = "UNWIND $ids AS id MATCH (p:Photo {id: id})" + _PHOTO


@dataclass(frozen=True, slots=True)
class Holder:
    """The photo that holds a picture. If it is not known, the picture is new, and ``id`` is for the new photo."""

    id: str
    known: bool


@dataclass(frozen=True, slots=True)
class _Stored:
    id: str
    number: int
    added: int
    content: str
    picture: str | None
    orientation: int | None


async def of_pictures(tx: LabelTransaction, files: Collection[HashedPicture]) -> tuple[dict[str, Holder], bool]:
    """Returns the photo that holds each picture, by picture hash, and whether photos became one.

    The photo of an older library has no picture hash yet, and an id that was made of the hash of its whole file. Two
    photos may therefore turn out to have one picture. The one that was added first stays, and takes over the files and
    labels of the other, which leads to it from then on.
    """
    if not files:
        return {}, False
    ids = {hash_[:ID_DIGITS] for file in files for hash_ in (file.content_hash, file.picture_hash)}
    by_id = {each.id: each for each in _stored(await tx.run(BY_ID, ids=sorted(ids), oriented=ORIENTED))}
    hashes = sorted({file.picture_hash for file in files})
    of_picture: dict[str, dict[str, _Stored]] = {hash_: {} for hash_ in hashes}
    for each in _stored(await tx.run(BY_PICTURE, hashes=hashes, oriented=ORIENTED)):
        of_picture[each.picture or ""][each.id] = each
    for file in files:
        older = by_id.get(file.content_hash[:ID_DIGITS])
        if older is not None and (older.content, older.picture) == (file.content_hash, None):
            of_picture[file.picture_hash][older.id] = older
    first = {hash_: min(found.values(), key=_age) for hash_, found in of_picture.items() if found}
    united = await _unite(tx, [(each, first[hash_]) for hash_ in first for each in of_picture[hash_].values()])
    ids_of = {hash_: first[hash_].id if hash_ in first else hash_[:ID_DIGITS] for hash_ in hashes}
    return {hash_: Holder(id_, hash_ in first or id_ in by_id) for hash_, id_ in ids_of.items()}, united


def _stored(rows: Iterable[Mapping[str, Any]]) -> list[_Stored]:
    return [_Stored(**row) for row in rows]


def _age(photo: _Stored) -> tuple[int, int]:
    return photo.added, photo.number


MOVE_FILES: LiteralString = """
UNWIND $rows AS row
MATCH (old:Photo {number: row.old})<-[r:OF]-(f:File)
MATCH (p:Photo {number: row.new})
DELETE r
MERGE (f)-[:OF]->(p)
"""

# Only one photo is found by the picture from now on.
FORGET_PICTURE: LiteralString = due.READING.query(
    "UNWIND $rows AS row MATCH (old:Photo {number: row.old}) SET old.pictureHash = null, old.{due} = null"
)


async def _unite(tx: LabelTransaction, pairs: Sequence[tuple[_Stored, _Stored]]) -> bool:
    """Lets the second photo of each pair succeed the first, unless they are the same. Returns whether any does."""
    pairs = [(old, new) for old, new in pairs if old.id != new.id]
    if not pairs:
        return False
    successions = [
        Succession(old.number, new.number, View(turn_between(old.orientation or 1, new.orientation or 1)))
        for old, new in pairs
    ]
    await succession.succeed(tx, successions)
    rows = [{"old": each.old, "new": each.new} for each in successions]
    await tx.run(MOVE_FILES, rows=rows)
    await tx.run(FORGET_PICTURE, rows=rows)
    numbers = [number for each in successions for number in (each.old, each.new)]
    await visibility.mark(tx, numbers)
    await elect(tx, numbers)
    tx.touch(photos=numbers)
    return True


SPEAKING: LiteralString = (
    """
UNWIND $ids AS id
MATCH (:File {id: id})-[:OF]->(p:Photo)
WITH p, collect(id) AS ids
"""
    + SPEAKER
    + """
WITH p, f, ids WHERE f.id IN ids
RETURN f.id AS id, p.number AS number, p.contentHash AS content,
  coalesce(p.turn, CASE WHEN p.format IN $oriented THEN p.orientation END) AS orientation
"""
)


@dataclass(frozen=True, slots=True)
class SpokenFor:
    """A photo for which a file speaks. ``content_hash`` is that of the file whose picture is shown, ``orientation``
    (EXIF's, 1..8) the one by which it is shown, or None if that is not known."""

    number: int
    content_hash: str | None
    orientation: int | None


async def speaking(tx: Transaction, file_ids: Sequence[str]) -> dict[str, SpokenFor]:
    """Returns the photos for which the files speak, by the id of the file. Other files are left out."""
    rows = await tx.run(SPEAKING, ids=list(file_ids), oriented=ORIENTED) if file_ids else []
    return {row["id"]: SpokenFor(row["number"], row["content"], row["orientation"]) for row in rows}


ELECT: LiteralString = due.READING.query(
    """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
"""
    + SPEAKER
    + """
WITH p, f WHERE f.id <> coalesce(p.speaker, '')
SET p.{due} = p.number
"""
)


async def elect(tx: LabelTransaction, numbers: Sequence[int]) -> None:
    """Makes those of the photos due for reading that show what another file says than the one that speaks now."""
    if known := set(numbers) - tx.created:
        await tx.run(ELECT, numbers=sorted(known))
