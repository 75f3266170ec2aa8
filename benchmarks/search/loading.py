"""Loads the generated library into a graph in bulk, as scans and people would have written it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import LiteralString, TypeVar

from benchmarks.pictures import Say
from benchmarks.search.made import (
    COUNTRIES,
    REGIONS,
    Made,
    carriers,
    place_names,
    place_parent,
    position,
    tag_names,
    tag_parent,
)
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces.cluster_pages import cluster_rank
from photos_graph.graph.faces.pages import rank
from photos_graph.paths import encode_raw

BATCH = 10_000
FACES_OF_CLUSTER = 5
PHOTOS_PER_FAILURE = 500
ROOT = "root"
T = TypeVar("T")

FOLDERS: LiteralString = """
UNWIND $rows AS row
CREATE (:Folder {id: row.id, key: row.key, name: row.name, raw: row.raw, rootId: 'root', inode: 0, mtimeNs: 0,
  missing: false})
"""
MAKE_ROOT: LiteralString = """
CREATE (:Folder:Root {id: 'root', key: 'root', rootId: 'root', name: 'Pictures', rawPath: $path, marker: '',
  state: 'OFFLINE', raw: $raw, inode: 0, mtimeNs: 0, missing: false})
"""
HANG_FOLDERS: LiteralString = """
UNWIND $rows AS row MATCH (d:Folder {id: row.id}), (p:Folder {id: row.parent}) CREATE (d)-[:IN]->(p)
"""
TAGS: LiteralString = "UNWIND $rows AS row CREATE (:Tag {id: row.id, name: row.name, key: row.key})"
HANG_TAGS: LiteralString = """
UNWIND $rows AS row MATCH (t:Tag {id: row.id}), (p:Tag {id: row.parent}) CREATE (t)-[:CHILD_OF]->(p)
"""
PLACES: LiteralString = "UNWIND $rows AS row CREATE (:Place {id: row.id, name: row.name, kind: row.kind})"
HANG_PLACES: LiteralString = """
UNWIND $rows AS row MATCH (x:Place {id: row.id}), (up:Place {id: row.parent}) CREATE (x)-[:WITHIN]->(up)
"""
PERSONS: LiteralString = """
UNWIND $rows AS row CREATE (:Person {id: row.id, name: row.name, key: row.key, isMe: row.me, hidden: false})
"""
FOLDER_TAGS: LiteralString = """
UNWIND $rows AS row MATCH (d:Folder {id: row.folder}), (t:Tag {id: row.tag})
CREATE (d)-[:TAGGED {recursive: true, at: 0, by: 'owner', via: 'MANUAL'}]->(t)
"""
PHOTOS: LiteralString = """
UNWIND $rows AS row
MATCH (d:Folder {id: row.folder})
CREATE (p:Photo {id: row.id, number: row.number, contentHash: row.id + row.id, byteSize: 1, width: 4000,
  height: 3000, format: 'JPEG', addedAt: row.number, takenAt: row.taken, takenSource: 'EXIF', rating: row.rating,
  favourite: row.favourite, make: 'Canon', model: 'EOS 5D', placeholder: 'hash', orientation: 1, look: left(row.id, 8),
  latitude: row.position[0], longitude: row.position[1]})
CREATE (f:File {id: row.id, key: row.key, name: row.name, size: 1, mtimeNs: 0, inode: 0, state: 'PRESENT',
  attempts: 0})
CREATE (f)-[:OF]->(p)
CREATE (f)-[:IN]->(d)
CREATE (p)-[:HAS_FACE]->(:Face {id: row.id, x: 0.1, y: 0.1, width: 0.2, height: 0.2, score: 0.9, quality: row.quality,
  rank: row.rank, ignored: false, source: 'DETECTED', model: 'made'})
"""
AT: LiteralString = "UNWIND $rows AS row MATCH (p:Photo {number: row[0]}), (x:Place {id: row[1]}) CREATE (p)-[:AT]->(x)"
TAGGED: LiteralString = """
UNWIND $rows AS row MATCH (p:Photo {number: row[0]}), (t:Tag {id: row[1]})
CREATE (p)-[:TAGGED {at: 0, by: 'owner', via: 'MANUAL'}]->(t)
"""
EXCLUDED: LiteralString = """
UNWIND $rows AS row MATCH (p:Photo {number: row[0]}), (t:Tag {id: row[1]})
CREATE (p)-[:EXCLUDES {at: 0, by: 'owner'}]->(t)
"""
IS: LiteralString = """
UNWIND $rows AS row MATCH (f:Face {id: row[0]}), (x:Person {id: row[1]}) CREATE (f)-[:IS {at: 0, by: 'owner'}]->(x)
"""
LOOKS_LIKE: LiteralString = """
UNWIND $rows AS row MATCH (f:Face {id: row[0]}), (x:Person {id: row[1]})
CREATE (f)-[:LOOKS_LIKE {score: 0.9, model: 'made', applied: true}]->(x)
"""
CLUSTERS: LiteralString = """
UNWIND $rows AS row
CREATE (c:Cluster {id: row.id, size: size(row.faces), rank: row.rank})
WITH c, row
UNWIND row.faces AS id
MATCH (f:Face {id: id})
CREATE (f)-[:IN_CLUSTER]->(c)
"""
CLUSTER_SIZES: LiteralString = """
MATCH (c:Cluster) WITH c.size AS size, count(*) AS clusters CREATE (:ClusterSize {size: size, clusters: clusters})
"""
FAILURES: LiteralString = """
UNWIND $rows AS row
MATCH (f:File {id: row})
CREATE (:Failure {id: row + ':READ:', path: f.key, stage: 'READ', reason: 'It is broken.', at: 0, attempts: 1})
  -[:ABOUT]->(f)
"""
NUMBERS: LiteralString = "MERGE (m:Meta {name: 'photoNumber'}) SET m.value = $size"


async def load(graph: Graph, library: Made, say: Say) -> None:
    """Loads the library into an empty graph with the newest schema."""
    await graph.write(MAKE_ROOT, path=encode_raw(b"/nowhere"), raw=encode_raw(b""))
    await _write(graph, FOLDERS, _folders(library))
    parents = library.folder_parent.tolist()
    await _write(graph, HANG_FOLDERS, ({"id": folder_id(f), "parent": folder_id(parents[f])} for f in _below(library)))
    await _labels(graph)
    for start in range(0, library.size, BATCH):
        say(f"loading {start:,} of {library.size:,} photos")
        await graph.write(PHOTOS, rows=[photo_row(library, n) for n in range(start, min(start + BATCH, library.size))])
    city = library.city.tolist()
    places = ((n, place_id(COUNTRIES + REGIONS + city[n])) for n in range(library.size) if city[n] >= 0)
    person, labelled = library.person.tolist(), library.confirmed.tolist()
    faces = [(n, person[n], labelled[n]) for n in range(library.size) if person[n] >= 0]
    say("loading edges")
    await _write(graph, AT, places)
    await _write(graph, TAGGED, ((n, tag_id(t)) for n, t in library.tagged))
    await _write(graph, EXCLUDED, ((n, tag_id(t)) for n, t in library.excluded))
    await _write(graph, IS, ((photo_id(n), person_id(x)) for n, x, sure in faces if sure))
    await _write(graph, LOOKS_LIKE, ((photo_id(n), person_id(x)) for n, x, sure in faces if not sure))
    nameless = [photo_id(n) for n in range(library.size) if person[n] < 0]
    clusters = [nameless[start : start + FACES_OF_CLUSTER] for start in range(0, len(nameless), FACES_OF_CLUSTER)]
    await _write(graph, CLUSTERS, (_cluster(n, faces) for n, faces in enumerate(clusters)))
    await graph.write(CLUSTER_SIZES)
    await _write(graph, FAILURES, (photo_id(n) for n in range(0, library.size, PHOTOS_PER_FAILURE)))
    await graph.write(NUMBERS, size=library.size)


async def _labels(graph: Graph) -> None:
    tags = tag_names()
    rows = [{"id": tag_id(t), "name": name, "key": _tag_key(t, name)} for t, name in enumerate(tags)]
    await graph.write(TAGS, rows=rows)
    hung = [{"id": tag_id(t), "parent": tag_id(tag_parent(t))} for t in range(len(tags)) if tag_parent(t) >= 0]
    await graph.write(HANG_TAGS, rows=hung)
    places = place_names()
    await graph.write(PLACES, rows=[{"id": place_id(p), "name": n, "kind": _kind(p)} for p, n in enumerate(places)])
    within = [{"id": place_id(p), "parent": place_id(place_parent(p))} for p in range(COUNTRIES, len(places))]
    await graph.write(HANG_PLACES, rows=within)
    await graph.write(PERSONS, rows=[_person(n) for n in range(200)])
    await graph.write(FOLDER_TAGS, rows=[{"folder": folder_id(f), "tag": tag_id(t)} for f, t in carriers()])


def photo_row(library: Made, number: int) -> dict[str, object]:
    folder, rating = folder_id(int(library.folder[number])), int(library.rating[number])
    city = int(library.city[number])
    quality = number * 7_919 % 1_000 / 1_000
    return {
        "id": photo_id(number),
        "number": number,
        "folder": folder,
        "key": f"{ROOT}/{folder}/IMG_{number:07}.jpg",
        "name": f"IMG_{number:07}.jpg",
        "taken": library.taken[number],
        "rating": rating if rating >= 0 else None,
        "position": position(city, number) if city >= 0 else (None, None),
        "favourite": bool(library.favourite[number]),
        "quality": quality,
        "rank": rank(quality, photo_id(number)),
    }


def photo_id(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}{number:016x}"


def folder_id(folder: int) -> str:
    return f"folder{folder}" if folder else ROOT


def tag_id(tag: int) -> str:
    return f"tag{tag}"


def place_id(place: int) -> str:
    """Returns the id of a place, which contains its depth as in the gazetteer."""
    parent = place_parent(place)
    return f"{place_id(parent)}/{place}" if parent >= 0 else f"P{place}"


def person_id(person: int) -> str:
    return f"person{person}"


def _person(number: int) -> dict[str, object]:
    return {"id": person_id(number), "name": f"Person{number}", "key": f"person{number}", "me": number == 3}


def _cluster(number: int, faces: Sequence[str]) -> dict[str, object]:
    return {"id": photo_id(number), "faces": faces, "rank": cluster_rank(len(faces), photo_id(number))}


def _tag_key(tag: int, name: str) -> str:
    parent = tag_parent(tag)
    return f"{tag_id(parent) if parent >= 0 else ''}/{name.casefold()}"


def _kind(place: int) -> str:
    return "COUNTRY" if place < COUNTRIES else "REGION" if place < COUNTRIES + REGIONS else "CITY"


def _below(library: Made) -> range:
    return range(1, library.folders)


def _folders(library: Made) -> Iterator[dict[str, object]]:
    for folder in _below(library):
        name = f"{2000 + folder % 20} Trip {folder}"
        key = f"{ROOT}/{folder_id(folder)}"
        yield {"id": folder_id(folder), "key": key, "name": name, "raw": encode_raw(name.encode())}


async def _write(graph: Graph, query: LiteralString, rows: Iterable[object]) -> None:
    for batch in _batches(rows):
        await graph.write(query, rows=batch)


def _batches(rows: Iterable[T]) -> Iterator[Sequence[T]]:
    pending = iter(rows)
    while batch := list(islice(pending, BATCH)):
        yield batch
