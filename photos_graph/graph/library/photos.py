"""Photos: what a scan learns about them, and the queries for batches from which pages are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, LiteralString

from photos_graph.graph import due
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.faces import turning, visibility
from photos_graph.graph.faces.turning import Turn
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import holders, photo_metadata, replacements, succession
from photos_graph.graph.library.failures import ReadFailure, clear_failures, put_failures
from photos_graph.graph.library.holders import HashedPicture, Holder, SpokenFor
from photos_graph.graph.speaking import standing
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.library import File, FileState, Metadata, Photo, Place, PlaceKind, photo_key
from photos_graph.paths import decode_raw


@dataclass(frozen=True, slots=True)
class Read:
    """One original that was read: which file, its bytes, and what they say. ``places`` are broadest first."""

    file_id: str
    size: int
    mtime_ns: int
    inode: int
    content_hash: str  # of the whole file
    picture_hash: str  # of the picture without its metadata
    width: int
    height: int
    format: str
    placeholder: str
    metadata: Metadata
    places: tuple[Place, ...] = ()
    orientation: int = 1  # EXIF's, as it was applied to show the picture
    look: str = ""

    @property
    def hashes(self) -> HashedPicture:
        return HashedPicture(self.content_hash, self.picture_hash)

    @property
    def shown(self) -> Mapping[str, object]:
        """What a photo shows of the file that speaks for it, besides its metadata."""
        return {
            "contentHash": self.content_hash,
            "byteSize": self.size,
            "width": self.width,
            "height": self.height,
            "format": self.format,
            "placeholder": self.placeholder,
            "turn": self.orientation,
            "look": self.look,
        }


TAKE_NUMBERS: LiteralString = """
MERGE (m:Meta {name: 'photoNumber'})
SET m.value = coalesce(m.value, 0) + $count
RETURN m.value - $count AS first
"""

PUT_PHOTOS: LiteralString = (
    """
UNWIND $rows AS row
MERGE (p:Photo {id: row.id})
ON CREATE SET p.number = row.number, p.addedAt = timestamp(), p.favourite = false
SET p.pictureHash = coalesce(p.pictureHash, row.pictureHash), """
    + due.DUE_WHEN_READ
)

# The edge to the earlier photo is removed, and its number returned, because that photo may now be without a file. A
# video belongs to the file that contains it, not to the photo: a copy may have lost it.
PUT_FILES: LiteralString = """
UNWIND $rows AS row
MATCH (f:File {id: row.file}), (p:Photo {id: row.id})
OPTIONAL MATCH (f)-[old:OF]->(was:Photo) WHERE was.id <> p.id
DELETE old
MERGE (f)-[:OF]->(p)
SET f.state = 'PRESENT', f.attempts = 0, f.size = row.size, f.mtimeNs = row.mtimeNs, f.inode = row.inode,
  f.contentHash = row.contentHash, f.look = row.look, f.motion = row.motion
RETURN p.number AS number, was.number AS was, row.file AS file
"""


async def put_read(
    writer: LabelWriter,
    reads: Sequence[Read],
    failures: Sequence[ReadFailure],
    job_id: str,
    import_keywords: bool = True,
    import_faces: bool = True,
) -> dict[str, str]:
    """Writes a batch of a scan in one commit: photos, their files, places, tags and marked faces, and failures. Returns
    the id of the photo that each file holds, by file id."""

    async def work(tx: LabelTransaction) -> dict[str, str]:
        touched: list[int] = []
        held, _ = await holders.of_pictures(tx, [read.hashes for read in reads])
        if reads:
            written = await _put_photos(tx, reads, held)
            touched += written.touched
            speaking = await _speaking(tx, reads, written.photos)
            speakers = {speaking[read.file_id].number: read for read in reads if read.file_id in speaking}
            await turning.turn(
                tx,
                {
                    photo.number: Turn(photo.orientation, speakers[photo.number].orientation)
                    for photo in speaking.values()
                    if photo.orientation is not None
                },
            )
            await photo_metadata.put(tx, speakers, import_keywords, import_faces)
        await clear_failures(tx, [read.file_id for read in reads])
        touched += await put_failures(tx, failures, job_id)
        await visibility.mark(tx, touched)
        await holders.elect(tx, touched)
        tx.touch(photos=touched)
        return {read.file_id: held[read.picture_hash].id for read in reads}

    return await writer.commit(work)


@dataclass(frozen=True, slots=True)
class _Written:
    """``photos`` are the numbers of the photos by the ids of their files. Earlier photos of the files are ``touched``
    too."""

    photos: Mapping[str, int]
    touched: Sequence[int]


async def _put_photos(tx: LabelTransaction, reads: Sequence[Read], held: Mapping[str, Holder]) -> _Written:
    new = dict.fromkeys(holder.id for read in reads if not (holder := held[read.picture_hash]).known)
    numbers = await _new_numbers(tx, list(new))
    tx.created.update(numbers.values())
    rows = [_row(read, held[read.picture_hash].id, numbers) for read in reads]
    await tx.run(PUT_PHOTOS, rows=rows)
    found = await tx.run(PUT_FILES, rows=rows)
    replaced = [(row["was"], row["number"], row["file"]) for row in found if row["was"] is not None]
    await replacements.note(tx, replaced)
    touched = [n for row in found for n in (row["number"], row["was"]) if n is not None]
    return _Written({row["file"]: row["number"] for row in found}, touched)


async def _speaking(tx: LabelTransaction, reads: Sequence[Read], photos: Mapping[str, int]) -> dict[str, SpokenFor]:
    """Does what ``holders.speaking`` does, without asking for the only file of a new photo."""
    files = Counter(photos.values())
    alone = {id_: number for id_, number in photos.items() if number in tx.created and files[number] == 1}
    asked = await holders.speaking(tx, [read.file_id for read in reads if read.file_id not in alone])
    return asked | {id_: SpokenFor(number, None, None) for id_, number in alone.items()}


async def _new_numbers(tx: Transaction, new: Sequence[str]) -> dict[str, int]:
    """Returns dense numbers for new photos, in the order of the ids, because photos of the same moment are shown in the
    order of their numbers."""
    if not new:
        return {}
    first = (await tx.run(TAKE_NUMBERS, count=len(new)))[0]["first"]
    return {id_: first + offset for offset, id_ in enumerate(new)}


def _row(read: Read, photo_id: str, numbers: Mapping[str, int]) -> dict[str, object]:
    return {
        "file": read.file_id,
        "id": photo_id,
        "number": numbers.get(photo_id),
        "pictureHash": read.picture_hash,
        "contentHash": read.content_hash,
        "look": read.look,
        "size": read.size,
        "mtimeNs": read.mtime_ns,
        "inode": read.inode,
        "motion": read.metadata.motion,
    }


BY_IDS: LiteralString = (
    """
UNWIND $ids AS id
MATCH (p:Photo {id: id})
OPTIONAL MATCH (f:File)-[:OF]->(p)
WITH """
    + photo_metadata.PROJECTION
    + """ AS photo, collect([f.state, f.mtimeNs, f.key, f.name, f.video, f.motion]) AS names
RETURN collect([photo, names]) AS photos
"""
)


async def photos_by_id(graph: Graph, ids: Sequence[str]) -> dict[str, Photo]:
    """Returns the photos in one record, because separate records would take longer than everything else."""
    found = (await graph.read(BY_IDS, ids=list(ids)))[0]["photos"]
    return {
        photo["id"]: replace(photo_metadata.photo_of(photo, _name(names) or photo["id"]), has_motion=_has_motion(names))
        for photo, names in found
    }


def _has_motion(files: Sequence[Sequence[Any]]) -> bool:
    """Returns whether a file that is there has a video beside it or contains one."""
    there = (
        values for state, *_, video, motion in files if state != FileState.MISSING.value for values in (video, motion)
    )
    return any(value is not None for value in there)


def _name(files: Sequence[Sequence[Any]]) -> str | None:
    """Returns the name of the file that speaks for the photo or, if none is there, of the one that spoke last."""
    known = sorted(
        (standing(state, mtime_ns, key), name) for state, mtime_ns, key, name, *_ in files if key is not None
    )
    return known[0][1] if known else None


LOOKS: LiteralString = "UNWIND $ids AS id MATCH (p:Photo {id: id}) RETURN collect([p.id, p.look]) AS looks"


async def photo_keys(graph: Graph, ids: Sequence[str]) -> dict[str, str]:
    """Returns the keys of the renditions of those of the photos that exist, by the id that was asked for."""
    return _keys(await graph.read(LOOKS, ids=list(ids)))


async def current_keys(tx: Transaction, ids: Sequence[str]) -> dict[str, str]:
    """As ``photo_keys``, within a transaction, to see whether a picture was turned since."""
    return _keys(await tx.run(LOOKS, ids=list(ids)))


def _keys(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {photo_id: photo_key(photo_id, look) for photo_id, look in rows[0]["looks"]}


NUMBERS: LiteralString = "UNWIND $ids AS id MATCH (p:Photo {id: id}) RETURN collect([id, p.number]) AS numbers"


async def photo_numbers(graph: Graph, ids: Sequence[str]) -> list[int]:
    """Returns the numbers of those of the photos that exist, or of their successors, each once and in this order."""
    successors = await succession.current(graph, ids)
    ids = list(dict.fromkeys(successors.get(id_, id_) for id_ in ids))
    known = dict((await graph.read(NUMBERS, ids=ids))[0]["numbers"])
    return [known[id_] for id_ in ids if id_ in known]


KNOWN_NUMBERS: LiteralString = """
UNWIND $numbers AS number MATCH (p:Photo {number: number}) RETURN collect(DISTINCT number) AS numbers
"""


async def known_numbers(tx: Transaction, numbers: Sequence[int]) -> set[int]:
    return set((await tx.run(KNOWN_NUMBERS, numbers=list(numbers)))[0]["numbers"])


FILES_OF: LiteralString = """
UNWIND $ids AS id
MATCH (p:Photo {id: id})<-[:OF]-(f:File)
MATCH (f)-[:IN]->(d:Folder)
MATCH (r:Root {id: d.rootId})
RETURN id AS photo, f.id AS id, f.key AS key, f.name AS name, d.id AS folder, f.size AS size, f.mtimeNs AS mtimeNs,
  f.inode AS inode, f.state AS state, coalesce(f.contentHash, p.contentHash) AS contentHash, r.state AS root
ORDER BY key
"""


async def files_of(graph: Graph, ids: Sequence[str]) -> dict[str, list[File]]:
    """Returns every path of each photo, by key. Paths in a root that is away are OFFLINE."""
    files: dict[str, list[File]] = {}
    for row in await graph.read(FILES_OF, ids=list(ids)):
        away = row["root"] == "OFFLINE" and row["state"] != "MISSING"
        state = FileState.OFFLINE if away else FileState(row["state"])
        file = File(
            row["id"], row["key"], row["name"], row["folder"], row["photo"],
            row["size"], row["mtimeNs"], row["inode"], state, row["contentHash"],
        )  # fmt: skip
        files.setdefault(row["photo"], []).append(file)
    return files


PLACES_OF: LiteralString = """
UNWIND $ids AS id
MATCH (p:Photo {id: id})-[:AT]->(:Place)-[:WITHIN*0..2]->(x:Place)
RETURN collect([id, x.id, x.name, x.kind]) AS places
"""


async def places_of(graph: Graph, ids: Sequence[str]) -> dict[str, list[Place]]:
    """Returns country, region and city of each photo, in that order."""
    found: dict[str, dict[PlaceKind, tuple[str, str]]] = {}
    for photo, place, name, kind in (await graph.read(PLACES_OF, ids=list(ids)))[0]["places"]:
        found.setdefault(photo, {})[PlaceKind(kind)] = (place, name)
    return {photo: _widest_first(kinds) for photo, kinds in found.items()}


def _widest_first(kinds: dict[PlaceKind, tuple[str, str]]) -> list[Place]:
    places: list[Place] = []
    for kind in PlaceKind:
        if kind in kinds:
            id_, name = kinds[kind]
            places.append(Place(id_, name, kind, places[-1].id if places else None))
    return places


@dataclass(frozen=True, slots=True)
class PhotoSource:
    """A path that holds a photo, and the size and time of the file when it was read. Files with one picture may differ
    in content hash and look."""

    content_hash: str
    look: str | None
    name: str
    root_raw: bytes
    raw: bytes  # below the root
    size: int
    mtime_ns: int
    format: str
    online: bool
    video: bytes | None = None  # the path of the moving part, below the root
    motion: tuple[int, int] | None = None  # the first byte and the length of the moving part in the file itself


SOURCES: LiteralString = """
MATCH (p:Photo {id: $id})<-[:OF]-(f:File) WHERE f.state = 'PRESENT'
MATCH (f)-[:IN]->(d:Folder)
MATCH (r:Root {id: d.rootId})
RETURN coalesce(f.contentHash, p.contentHash) AS contentHash, f.look AS look, p.format AS format, f.key AS key,
  f.name AS name, f.rawName AS rawName, d.raw AS folderRaw,
  r.rawPath AS rootRaw, r.state AS root, f.size AS size, f.mtimeNs AS mtimeNs, f.state AS state,
  f.video AS video, f.motion AS motion
"""


async def sources(graph: Graph, photo_id: str) -> list[PhotoSource]:
    """Returns where the bytes of the photo can be read, the file that speaks for it first; nothing for an unknown photo
    or one without files."""
    found = []
    rows = await graph.read(SOURCES, id=photo_id)
    for row in sorted(rows, key=lambda row: standing(row["state"], row["mtimeNs"], row["key"])):
        folder = decode_raw(row["folderRaw"])
        prefix = folder + b"/" if folder else b""
        name = decode_raw(row["rawName"]) if row["rawName"] is not None else row["name"].encode()
        found.append(
            PhotoSource(
                content_hash=row["contentHash"],
                look=row["look"],
                name=row["name"],
                root_raw=decode_raw(row["rootRaw"]),
                raw=prefix + name,
                size=row["size"],
                mtime_ns=row["mtimeNs"],
                format=row["format"],
                online=row["root"] == "ONLINE",
                video=prefix + decode_raw(row["video"]) if row["video"] is not None else None,
                motion=(row["motion"][0], row["motion"][1]) if row["motion"] is not None else None,
            )
        )
    return found
