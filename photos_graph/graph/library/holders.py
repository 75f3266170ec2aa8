"""Photos by their pictures: which photo holds the picture of a file that was read, and which file speaks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString, Protocol

from photos_graph.graph import due
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.speaking import SPEAKS

# Formats whose pictures are shown by the orientation in their metadata. Photos of an older library state no other.
ORIENTED = ["JPEG", "PNG", "WEBP", "TIFF", "RAW"]
ID_DIGITS = 32  # hexadecimal, of the hash from which a new photo gets its id


class HashedFile(Protocol):
    """A file that was read. ``content_hash`` is that of the whole file, ``picture_hash`` that of its picture."""

    @property
    def content_hash(self) -> str: ...

    @property
    def picture_hash(self) -> str: ...


BY_PICTURE: LiteralString = """
UNWIND $hashes AS hash
MATCH (p:Photo {pictureHash: hash})
RETURN hash, p.id AS id ORDER BY p.addedAt DESC, p.number DESC
"""

BY_ID: LiteralString = """
UNWIND $ids AS id MATCH (p:Photo {id: id}) RETURN id, p.contentHash AS content, p.pictureHash AS picture
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """The photo that holds a picture. If it is not known, the picture is new, and ``id`` is for the new photo."""

    id: str
    known: bool


async def of_pictures(tx: Transaction, files: Iterable[HashedFile]) -> dict[str, Holder]:
    """Returns the photo that holds each picture, by picture hash.

    The photo of an older library has no picture hash yet, and an id that was made of the hash of its whole file.
    """
    hashed = {file.picture_hash: file for file in files}
    found = {row["hash"]: row["id"] for row in await tx.run(BY_PICTURE, hashes=list(hashed))}
    left = [file for hash_, file in hashed.items() if hash_ not in found]
    ids = sorted({hash_[:ID_DIGITS] for file in left for hash_ in (file.content_hash, file.picture_hash)})
    stored = {row["id"]: row for row in await tx.run(BY_ID, ids=ids)} if ids else {}
    for file in left:
        older = stored.get(file.content_hash[:ID_DIGITS])
        is_same = older is not None and (older["content"], older["picture"]) == (file.content_hash, None)
        found[file.picture_hash] = (file.content_hash if is_same else file.picture_hash)[:ID_DIGITS]
    new = {file.picture_hash for file in left if found[file.picture_hash] not in stored}
    return {hash_: Holder(id_, hash_ not in new) for hash_, id_ in found.items()}


SPEAKING: LiteralString = (
    """
UNWIND $ids AS id
MATCH (f:File {id: id})-[:OF]->(p:Photo)
WHERE """
    + SPEAKS
    + """
RETURN id, p.number AS number,
  coalesce(p.turn, CASE WHEN p.format IN $oriented THEN p.orientation END) AS orientation
"""
)


@dataclass(frozen=True, slots=True)
class SpokenFor:
    """A photo for which a file speaks. ``orientation`` (EXIF's, 1..8) is the one by which the photo was shown before,
    or None if that is not known."""

    number: int
    orientation: int | None


async def speaking(tx: Transaction, file_ids: Sequence[str]) -> dict[str, SpokenFor]:
    """Returns the photos for which the files speak, by the id of the file. Other files are left out."""
    rows = await tx.run(SPEAKING, ids=list(file_ids), oriented=ORIENTED) if file_ids else []
    return {row["id"]: SpokenFor(row["number"], row["orientation"]) for row in rows}


ELECT: LiteralString = due.READING.query(
    """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})<-[:OF]-(f:File)
WHERE f.id <> coalesce(p.speaker, '') AND """
    + SPEAKS
    + """
SET p.{due} = p.number
"""
)


async def elect(tx: Transaction, numbers: Sequence[int]) -> None:
    """Makes those of the photos due for reading that show what another file says than the one that speaks now."""
    if numbers:
        await tx.run(ELECT, numbers=sorted(set(numbers)))
