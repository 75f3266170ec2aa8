"""Adds to the generated library what people and jobs leave in one: albums, many persons and tags, deep folders, copies,
groups of similar photos, and questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, LiteralString

import numpy as np

from benchmarks.pictures import Say
from benchmarks.search.loading import BATCH, ROOT, person_id, photo_id, tag_id
from benchmarks.search.made import tag_names
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.faces.pages import rank
from photos_graph.graph.learning import questions
from photos_graph.learn.relations import Groups
from photos_graph.model.learning import ModelKind, Question
from photos_graph.model.similar import SimilarKind
from photos_graph.paths import encode_raw
from photos_graph.services.labels.album_positions import GAP
from photos_graph.services.learning.similar_file import Comparisons, save, similar_file
from photos_graph.settings import Settings

PERSONS, FACES_OF_PERSON = 2_000, 5  # of which the first 200 are those of the library
TAGS, PHOTOS_OF_TAG = 5_000, 4
DEEP, DEPTH = 20, 40  # chains of folders, and the folders in each
COPIES, RESIZED, BURSTS, SHOTS = 3_000, 2_000, 2_000, 5
QUESTIONS = 1_000  # of each kind
ALBUMS, ALBUM_SIZE = 50, 5_000
WHOLE = "Everything"  # an album of all photos
SMART: Mapping[str, str] = {"Smart": "Tag0", "Smart trip": "Tag1 in Country1"}

PUT_PERSONS: LiteralString = """
UNWIND $rows AS row CREATE (:Person {id: row.id, name: row.name, key: row.key, isMe: false, hidden: false})
"""
PUT_FACES: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.photo}), (x:Person {id: row.person})
CREATE (p)-[:HAS_FACE]->(f:Face {id: row.id, x: 0.5, y: 0.1, width: 0.2, height: 0.2, score: 0.9, quality: 0.5,
  rank: row.rank, ignored: false, source: 'DETECTED', model: 'made'})
CREATE (f)-[:IS {at: 0, by: 'owner'}]->(x)
"""
PUT_TAGS: LiteralString = """
UNWIND $rows AS row
MATCH (up:Tag {id: row.parent})
CREATE (:Tag {id: row.id, name: row.name, key: row.key})-[:CHILD_OF]->(up)
"""
PUT_TAGGED: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row[0]}), (t:Tag {id: row[1]})
CREATE (p)-[:TAGGED {at: 0, by: 'owner', via: 'MANUAL'}]->(t)
"""
PUT_FOLDERS: LiteralString = """
UNWIND $rows AS row
MATCH (up:Folder {id: row.parent})
CREATE (:Folder {id: row.id, key: row.key, name: row.name, raw: row.raw, rootId: 'root', inode: 0, mtimeNs: 0,
  missing: false})-[:IN]->(up)
"""
PUT_COPIES: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.photo}), (d:Folder {id: row.folder})
CREATE (f:File {id: row.id, key: row.key, name: row.name, size: 1, mtimeNs: 0, inode: 0, state: 'PRESENT', attempts: 0})
CREATE (f)-[:OF]->(p)
CREATE (f)-[:IN]->(d)
"""
PUT_ALBUMS: LiteralString = """
UNWIND $rows AS row
CREATE (:Album {id: row.id, name: row.name, key: toLower(row.name), at: 0, changedAt: 0, by: 'owner'})
"""
PUT_PLACED: LiteralString = """
MATCH (a:Album {id: $album})
UNWIND $rows AS row
MATCH (p:Photo {number: row[0]})
CREATE (p)-[:IN_ALBUM {position: row[1], at: 0, by: 'owner'}]->(a)
"""


async def furnish(graph: Graph, settings: Settings, size: int, say: Say) -> None:
    """Adds all of it to a library of ``size`` photos, which has none of it yet."""
    say("adding persons, tags and folders")
    await _put(graph, PUT_PERSONS, _persons())
    await _put(graph, PUT_FACES, _faces(size))
    for level in (1, 2):
        await _put(graph, PUT_TAGS, _tags(level))
    await _put(graph, PUT_TAGGED, ((n * PHOTOS_OF_TAG + k, _extra_tag(n)) for n in _new_tags() for k in range(4)))
    for depth in range(DEPTH):
        await _put(graph, PUT_FOLDERS, (_folder(chain, depth) for chain in range(DEEP)))
    say("adding copies, groups and questions")
    await _put(graph, PUT_COPIES, (_copy(n) for n in range(min(COPIES, size))))
    save(_similar(size), similar_file(settings))
    await graph.transaction(lambda tx: _ask(tx, size))
    albums = [(f"album{n}", f"Album{n}", min(ALBUM_SIZE, size)) for n in range(ALBUMS)] + [("whole", WHOLE, size)]
    await _put(graph, PUT_ALBUMS, ({"id": id_, "name": name} for id_, name, _ in albums))
    for place, (id_, name, count) in enumerate(albums):
        say(f"filling {name}")
        order = np.random.default_rng(place).permutation(size)[:count].tolist()
        rows = ((number, GAP * at) for at, number in enumerate(order))
        await _put(graph, PUT_PLACED, rows, album=id_)


async def _put(graph: Graph, query: LiteralString, rows: Iterator[Any], **more: object) -> None:
    while batch := list(islice(rows, BATCH)):
        await graph.write(query, rows=batch, **more)


def _persons() -> Iterator[dict[str, object]]:
    for n in range(200, PERSONS):
        yield {"id": person_id(n), "name": f"Person{n}", "key": f"person{n}"}


def _faces(size: int) -> Iterator[dict[str, object]]:
    for n in range(200 * FACES_OF_PERSON, PERSONS * FACES_OF_PERSON):
        id_ = f"{n * 0x9E3779B97F4A7C15 % 2**64:016x}f{n:015x}"
        yield {
            "id": id_,
            "photo": n * 7 % size,
            "person": person_id(n // FACES_OF_PERSON),
            "rank": rank(0.5, id_),
        }


def _new_tags() -> range:
    return range(TAGS - len(tag_names()))


def _extra_tag(number: int) -> str:
    return f"extra{number}"


def _tags(level: int) -> Iterator[dict[str, object]]:
    """Yields the tags of one level: a tenth lies below the groups of the library, and the others below these."""
    upper = len(_new_tags()) // 10
    for n in _new_tags():
        if (n < upper) is (level == 1):
            parent = tag_id(n % 30) if level == 1 else _extra_tag(n % upper)
            yield {"id": _extra_tag(n), "name": f"Extra{n}", "key": f"{parent}/extra{n}", "parent": parent}


def _folder(chain: int, depth: int) -> dict[str, object]:
    name = f"Level {depth}"
    key = "/".join([ROOT, f"chain{chain}", *(f"level{each}" for each in range(depth))])
    parent = f"deep{chain}-{depth - 1}" if depth else ROOT
    return {"id": f"deep{chain}-{depth}", "key": key, "name": name, "raw": encode_raw(name.encode()), "parent": parent}


def _copy(number: int) -> dict[str, object]:
    folder = f"deep{number % DEEP}-{number % DEPTH}"
    name = f"Copy {number}.jpg"
    return {
        "id": f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}c{number:015x}",
        "photo": number,
        "folder": folder,
        "name": name,
        "key": f"{ROOT}/{folder}/{name}",
    }


def _similar(size: int) -> Comparisons:
    """Groups of two pictures of other sizes, and bursts of several shots, among the first photos of a library."""
    resized, bursts = min(RESIZED, size // 20), min(BURSTS, size // 20)
    first = 2 * resized
    shown = {
        SimilarKind.RESIZED: Groups(np.arange(2 * resized), np.arange(0, 2 * resized + 1, 2)),
        SimilarKind.BURST: Groups(np.arange(first, first + SHOTS * bursts), np.arange(0, SHOTS * bursts + 1, SHOTS)),
    }
    sharpness = {number: float(number % 97) for number in range(first + SHOTS * bursts)}
    return Comparisons("made", sharpness=sharpness, shown=shown)


async def _ask(tx: Transaction, size: int) -> None:
    """Asks about tags that photos do not have, and about faces that nobody has named."""
    tags = [
        Question(ModelKind.TAGS, photo_id(n * 13 % size), None, tag_id(30 + n % 200), "", 0.5, "It is not sure.")
        for n in range(QUESTIONS)
    ]
    nameless = await tx.run(
        "MATCH (:Cluster)<-[:IN_CLUSTER]-(f:Face)<-[:HAS_FACE]-(p:Photo) "
        "RETURN f.id AS face, p.id AS photo LIMIT $count",
        count=QUESTIONS,
    )
    faces = [
        Question(ModelKind.PERSONS, row["photo"], row["face"], person_id(n % 200), "", 0.5, "It resembles the person.")
        for n, row in enumerate(nameless)
    ]
    await questions.replace(tx, ModelKind.TAGS, "made", tags)
    await questions.replace(tx, ModelKind.PERSONS, "made", faces)
