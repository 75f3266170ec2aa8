"""Reads past the service what the graph holds of what people said, as values by keys.

A key begins with a kind and the owner, whose first letter is that of the lane. Values that say nothing are left out.
Names of tags, persons and albums are those that ``lanes`` gave: a handle, a dot and the number of the name.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, LiteralString

from tests.soak.databases import Database, Rows

Key = tuple[str, ...]
State = dict[Key, Any]

PHOTOS: LiteralString = """
MATCH (p:Photo)
RETURN p.id AS id, [(p)<-[:OF]-(f:File) | f.name] AS files, p.rating AS rating, p.ratedAt AS ratedAt,
  coalesce(p.favourite, false) AS favourite, p.title AS title, p.caption AS caption,
  [(p)-[:TAGGED]->(t:Tag) | t.name] AS tagged, [(p)-[:EXCLUDES]->(t:Tag) | t.name] AS excluded,
  [(p)-[r:IN_ALBUM]->(a:Album) | [a.name, r.position]] AS albums, p.number AS number
"""
FOLDERS: LiteralString = """
MATCH (d:Folder)-[:IN]->(up:Folder)
RETURN d.id AS id, up.name AS up, d.name AS name, [(d)-[:TAGGED]->(t:Tag) | t.name] AS tagged,
  [(d)-[:EXCLUDES]->(t:Tag) | t.name] AS excluded
"""
TAGS: LiteralString = """
MATCH (t:Tag)
RETURN t.id AS id, t.name AS name, [(t)-[:CHILD_OF]->(up:Tag) | up.name] AS up,
  CASE WHEN t.thresholdBy IS NULL THEN null ELSE t.threshold END AS threshold
"""
FACES: LiteralString = """
MATCH (p:Photo)-[:HAS_FACE]->(f:Face)
RETURN f.id AS id, [(p)<-[:OF]-(file:File) | file.name] AS files, f.x AS x, f.y AS y, f.source AS source,
  coalesce(f.ignored, false) AS ignored, f.passedOver AS passedOver, [(f)-[:IS]->(x:Person) | x.name] AS named,
  [(f)-[:IS_NOT]->(x:Person) | x.name] AS never, [(f)-[:IN_CLUSTER]->(c:Cluster) | c.id] AS clusters
"""
PERSONS: LiteralString = """
MATCH (x:Person) RETURN x.id AS id, x.name AS name, coalesce(x.hidden, false) AS hidden, x.note AS note
"""
ALBUMS: LiteralString = """
MATCH (a:Album)
OPTIONAL MATCH (c:Photo {number: a.cover})<-[:OF]-(f:File)
RETURN a.id AS id, a.name AS name, a.description AS description, a.text AS text, collect(f.name) AS cover
"""
SCHEDULES: LiteralString = "MATCH (s:Schedule) WHERE s.cron IS NOT NULL RETURN s.kind AS kind, s.cron AS cron"
CHANGES: LiteralString = """
MATCH (c:Change) WHERE c.by = 'owner' RETURN c.id AS id, c.kind AS kind, coalesce(c.undone, false) AS undone
"""
JOBS: LiteralString = "MATCH (j:Job) RETURN j.kind AS kind, j.state AS state, j.message AS message"
WAITING: LiteralString = "MATCH (j:Job) WHERE j.state IN ['QUEUED', 'RUNNING'] RETURN j.kind AS kind"
QUERIES = (PHOTOS, FOLDERS, TAGS, FACES, PERSONS, ALBUMS, SCHEDULES, CHANGES, JOBS)
SCHEDULE_LANES = {"TAGS": "A", "PERSONS": "B"}


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face that exists: the ids of it, and of the cluster that it is in."""

    id: str
    cluster: str | None


@dataclass(frozen=True, slots=True)
class Truth:
    """What the graph holds. ``ids`` are those that clients use by the kind and the name or handle of what they are of.
    ``faces`` are by photo and slot. ``changes`` says of each change by its id whether it was undone."""

    state: State
    ids: dict[tuple[str, str], str]
    faces: dict[tuple[str, str], SeenFace]
    changes: dict[str, bool]
    jobs: Rows
    doubled: list[str] = field(default_factory=list)

    def unfinished(self, *kinds: str) -> list[str]:
        """Returns the kinds of the jobs that wait or run, of these kinds or of all."""
        waiting = [str(row["kind"]) for row in self.jobs if row["state"] in ("QUEUED", "RUNNING")]
        return [kind for kind in waiting if not kinds or kind in kinds]


def read_truth(database: Database) -> Truth:
    """Reads everything in one transaction."""
    photos, folders, tags, faces, persons, albums, schedules, changes, jobs = database.read(*QUERIES)
    truth = Truth({}, {}, {}, {global_id("Change", row["id"]): row["undone"] for row in changes}, jobs)
    _read_photos(truth, photos)
    _read_folders(truth, folders)
    _read_tags(truth, tags)
    _read_faces(truth, faces)
    for row in persons:
        truth.ids["Person", handle(row["name"])] = global_id("Person", row["id"])
        _put(truth, ("person", handle(row["name"])), (row["name"], row["hidden"], row["note"]))
    _read_albums(truth, albums, photos)
    for row in schedules:
        truth.state["schedule", SCHEDULE_LANES[row["kind"]], row["kind"]] = row["cron"]
    return truth


def unfinished(database: Database) -> list[str]:
    """Returns the kinds of the jobs that wait or run."""
    (rows,) = database.read(WAITING)
    return [str(row["kind"]) for row in rows]


def global_id(kind: str, id: str) -> str:
    """Returns the id by which clients know it."""
    return b64encode(f"{kind}:{id}".encode()).decode()


def handle(name: str) -> str:
    """Returns what stays the same when something is renamed."""
    return name.partition(".")[0]


def _put(truth: Truth, key: Key, value: Any) -> None:
    if key in truth.state:
        truth.doubled.append(f"{' '.join(key)} is there twice")
    truth.state[key] = value


def _photo(files: Iterable[str]) -> str:
    return min((name.removesuffix(".jpg") for name in files), default="")


def _read_photos(truth: Truth, rows: Rows) -> None:
    for row in rows:
        name = _photo(row["files"])
        if ("Photo", name) in truth.ids:
            truth.doubled.append(f"{name} is two photos")
        truth.ids["Photo", name] = global_id("Photo", row["id"])
        if row["ratedAt"] is not None:
            truth.state["rating", name] = row["rating"]
        values: Mapping[str, Any] = {kind: row[kind] for kind in ("favourite", "title", "caption")}
        truth.state.update({(kind, name): value for kind, value in values.items() if value})
        _read_assertions(truth, "tag", name, row)


def _read_assertions(truth: Truth, kind: str, name: str, row: Mapping[str, Any]) -> None:
    for type_ in ("tagged", "excluded"):
        for tag in row[type_]:
            _put(truth, (kind, name, handle(tag)), type_)


def _read_folders(truth: Truth, rows: Rows) -> None:
    for row in rows:
        name = row["name"] if row["up"] == "Pictures" else f"{row['up']}/{row['name']}"
        truth.ids["Folder", name] = global_id("Folder", row["id"])
        _read_assertions(truth, "folder", name, row)


def _read_tags(truth: Truth, rows: Rows) -> None:
    for row in rows:
        name = handle(row["name"])
        truth.ids["Tag", name] = global_id("Tag", row["id"])
        _put(truth, ("tagname", name), (row["name"], *map(handle, row["up"])))
        if row["threshold"] is not None:
            truth.state["threshold", name] = row["threshold"]


def _read_faces(truth: Truth, rows: Rows) -> None:
    for row in rows:
        photo, slot = _photo(row["files"]), _slot(row)
        if (photo, slot) in truth.faces:
            truth.doubled.append(f"the face {slot} of {photo} is there twice")
        clusters = [global_id("FaceCluster", id_) for id_ in row["clusters"]]
        truth.faces[photo, slot] = SeenFace(global_id("Face", row["id"]), clusters[0] if clusters else None)
        if row["source"] == "MANUAL":
            truth.state["drawn", photo, slot] = True
        if row["named"]:
            _put(truth, ("named", photo, slot), tuple(map(handle, row["named"])))
        if row["ignored"] and row["passedOver"] is None:
            truth.state["ignored", photo, slot] = True
        for person in row["never"]:
            _put(truth, ("never", photo, slot, handle(person)), True)


def _slot(row: Mapping[str, Any]) -> str:
    """Returns the place of a face: drawn ones lie in rows above those that a model finds."""
    side = "left" if row["x"] < 0.4 else "right"
    return side if row["source"] != "MANUAL" else f"{side} {round(row['y'] * 100)}"


def _read_albums(truth: Truth, rows: Rows, photos: Rows) -> None:
    held: dict[str, list[tuple[int, str]]] = {}
    for row in photos:
        for name, position in row["albums"]:
            held.setdefault(name, []).append((position, _photo(row["files"])))
    for row in rows:
        name = handle(row["name"])
        truth.ids["Album", name] = global_id("Album", row["id"])
        order = tuple(photo for _, photo in sorted(held.get(row["name"], [])))
        cover = _photo(row["cover"]) or None
        _put(truth, ("album", name), (row["name"], row["description"], row["text"], order, cover))
