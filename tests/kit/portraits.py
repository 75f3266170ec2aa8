"""A library of faces: pictures of LFW, the models, and what the graph holds of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

from photos_graph.bootstrap import Services
from photos_graph.events import FacesFound
from photos_graph.faces.analysis import Found
from photos_graph.graph import due
from photos_graph.graph.faces import detections
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.jobs import Job, JobKind
from photos_graph.services.faces import detection_plan
from photos_graph.settings import FaceSettings, Settings
from tests.kit.corpora import PORTRAITS
from tests.kit.library import ended
from tests.kit.pictures import put
from tests.kit.waiting import PATIENCE


def with_models(settings: Settings, weights_home: Path, **faces: object) -> Settings:
    """The same settings, and weights where they are looked for."""
    settings.models.folder = weights_home
    return settings.model_copy(update={"faces": FaceSettings.model_validate(faces)})


MOST = 5  # pictures that each of these persons has at least, unless told


def people(root: Path, count: int, each: int, least: int = MOST) -> Path:
    """Folders of the first ``count`` persons of LFW with their first ``each`` pictures."""
    for picture in pictures(count, each, least):
        put(root / picture.parent.name / picture.name, picture.read_bytes())
    return root


def pictures(count: int, each: int, least: int = MOST) -> list[Path]:
    """Returns the pictures of persons who have at least ``least``."""
    chosen = [folder for folder in sorted(PORTRAITS.iterdir()) if len(list(folder.glob("*.jpg"))) >= least][:count]
    return [picture for folder in chosen for picture in sorted(folder.glob("*.jpg"))[:each]]


IDS: LiteralString = "MATCH (p:Photo)<-[:OF]-(f:File) RETURN p.number AS number, f.name AS name"


async def put_faces(services: Services, found: Mapping[str, Found]) -> None:
    """What models found in pictures, by name, as if they had just looked at them."""
    numbers = {row["name"]: row["number"] for row in await services.graph.read(IDS)}

    async def work(tx: LabelTransaction) -> None:
        rows = [
            (number, uuid4().hex, detection_plan.seen(found[name], at))
            for name, number in sorted(numbers.items())
            for at in range(len(found[name]))
        ]
        known = await detections.known(tx, list(numbers.values()))
        new = [row for row in rows if not known[row[0]].faces]
        await detections.add(tx, new, "SFace")
        await due.done(tx, due.FACES, list(numbers.values()), "yunet+SFace/2")
        tx.touch(labelled=[number for number, _, _ in new])

    await services.writer.commit(work)
    await services.writer.follow()
    await services.face_triggers.faces_found(FacesFound())
    await settled(services)


@dataclass(frozen=True, slots=True)
class Seen:
    """A face as the graph has it. ``likes``: person, score, applied, best first."""

    id: str
    photo: str
    who: str  # the folder that the photo is in
    box: tuple[float, float, float, float]
    source: str
    ignored: bool
    model: str | None
    vector: str | None
    quality: float
    said: tuple[str, str] | None  # person and via
    never: tuple[str, ...]
    cluster: str | None
    likes: tuple[tuple[str, float, bool], ...]


FACES: LiteralString = """
MATCH (p:Photo)-[:HAS_FACE]->(f:Face)
MATCH (p)<-[:OF]-(:File)-[:IN]->(d:Folder)
RETURN p.id AS photo, d.name AS who, f {.*} AS face, [(f)-[r:IS]->(x:Person) | [x.id, r.via]] AS said,
  [(f)-[:IS_NOT]->(x:Person) | x.id] AS never, [(f)-[:IN_CLUSTER]->(c:Cluster) | c.id] AS clusters,
  [(f)-[r:LOOKS_LIKE]->(x:Person) | [x.id, r.score, r.applied]] AS likes
"""


async def faces(services: Services) -> dict[str, Seen]:
    """Returns the faces by id."""
    return {row["face"]["id"]: _seen(row) for row in await services.graph.read(FACES)}


def _seen(row: dict) -> Seen:  # type: ignore[type-arg]
    face = row["face"]
    assert len(row["said"]) <= 1 and len(row["clusters"]) <= 1 and len(row["likes"]) <= 3
    return Seen(
        id=face["id"],
        photo=row["photo"],
        who=row["who"],
        box=(face["x"], face["y"], face["width"], face["height"]),
        source=face["source"],
        ignored=face["ignored"],
        model=face.get("model"),
        vector=face.get("vector"),
        quality=face["quality"],
        said=tuple(row["said"][0]) if row["said"] else None,
        never=tuple(sorted(row["never"])),
        cluster=row["clusters"][0] if row["clusters"] else None,
        likes=tuple(sorted((tuple(like) for like in row["likes"]), key=lambda like: -like[1])),
    )


async def looked(services: Services, photo_ids: Iterable[str] | None = None) -> Job:
    """Detects faces to the end, with the clustering that follows, and returns the job that examined most photos.

    A service that starts with weights queues such a job by itself, and that job may examine the photos first.
    """
    earlier = {job.id for job in await of_kind(services, JobKind.FACES) if job.finished_at is not None}
    await ended(services, await services.face_triggers.find(None if photo_ids is None else list(photo_ids)))
    await settled(services)
    return max(
        (job for job in await of_kind(services, JobKind.FACES) if job.id not in earlier),
        key=lambda job: (job.done, job.created_at),
    )


async def heard(services: Services) -> None:
    """Waits until jobs were asked for that follow from the latest answers about faces."""
    if (asking := services.face_triggers._waiting) is not None:
        await asyncio.wait({asking}, timeout=PATIENCE)


async def at_rest(services: Services) -> None:
    """Waits until the latest answers have become jobs, and all jobs have ended."""
    await heard(services)
    await settled(services)


async def settled(services: Services) -> None:
    """Waits until all jobs that were asked for have ended."""
    while waiting := [job for job in (await services.jobs.page(None, 50, None)).items if job.finished_at is None]:
        for job in waiting:
            await ended(services, job)


async def of_kind(services: Services, kind: JobKind) -> list[Job]:
    """Returns the jobs of that kind, newest first."""
    return [job for job in (await services.jobs.page(None, 500, None)).items if job.kind is kind]


NAME: LiteralString = """
MERGE (x:Person {id: $person}) SET x.key = $person, x.name = $person
WITH x
UNWIND $ids AS id
MATCH (f:Face {id: id})
MERGE (f)-[:IS {at: 1, by: 'me', via: 'MANUAL'}]->(x)
"""


def replace_faces(settings: Settings, **faces: object) -> Settings:
    return settings.model_copy(update={"faces": settings.faces.model_copy(update=faces)})
