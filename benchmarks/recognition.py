"""Measures faces through the service: a scan with faces beside one without, and the clustering of 100,000 faces."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import LiteralString

import pyvips

from benchmarks.bench import Bench, in_turn
from benchmarks.faces import FACES, NEW_FACES, NEW_NOISE, Floats, copied, lfw_vectors, noisy
from benchmarks.peers.process import Peer
from benchmarks.peers.vips import QUALITY
from benchmarks.pictures import copies, photographs
from benchmarks.processes import MIB, Watch
from benchmarks.report import Figure, Goal
from benchmarks.scan import bare_seconds, processor_figures, processor_seconds
from benchmarks.service import Service
from photos_graph.bootstrap import Services, build
from photos_graph.events import FacesFound
from photos_graph.faces.catalogue import DETECTORS, EMBEDDERS, SFACE, YUNET
from photos_graph.faces.weights import FaceWeights
from photos_graph.graph.faces import detections
from photos_graph.graph.faces.detections import SeenFace
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.faces import Box
from photos_graph.model.images import ThumbnailSize
from photos_graph.model.jobs import Job, JobState
from photos_graph.model.search import Ref
from photos_graph.settings import GraphSettings, Settings

COUNT, SOURCES = 240, 12
BATCH = 5000  # faces in one commit
PERSONS = 2_000  # who have a name already,
NAMED = 5  # when so many faces get one
STAGES = "{ jobs(first: 50) { nodes { kind state startedAt finishedAt message } } }"

PHOTOS: LiteralString = """
UNWIND $numbers AS number
CREATE (:Photo {id: toString(number), number: number, facesBy: 'yunet+SFace/2'})
"""
NAME_HALVES: LiteralString = """
MATCH (c:Cluster) WITH c ORDER BY c.size DESC, c.id LIMIT $persons
CREATE (x:Person {id: c.id, name: c.id, key: c.id})
WITH c, x
MATCH (c)<-[r:IN_CLUSTER]-(f:Face)
WITH x, collect([f, r]) AS members
UNWIND members[..toInteger(ceil(size(members) / 2.0))] AS member
WITH x, member[0] AS f, member[1] AS r
MATCH (f)<-[:HAS_FACE]-(p:Photo)
CREATE (f)-[:IS {at: 0, by: '', via: 'MANUAL'}]->(x)
DELETE r
RETURN p.number AS number
"""
NUMBERS: LiteralString = "MERGE (m:Meta {name: 'photoNumber'}) SET m.value = $count"


def finding(bench: Bench) -> list[Figure]:
    """Measures a first scan of 24-megapixel JPEGs until the last face is detected and clustered, beside one without
    faces. A third of these pictures show the face of an astronaut."""
    folder = bench.originals or bench.folder / "photographs"
    sources = sorted(folder.rglob("*.[jJ][pP]*")) if bench.originals else photographs(folder, SOURCES, bench.say)
    home = weights(bench)
    measured = {}
    for enabled in ("off", "on"):
        with bench.scratch() as scratch:
            (scratch / "data").mkdir()
            (scratch / "data/models").symlink_to(home, target_is_directory=True)
            with Service(scratch / "data", {"PHOTOS_FACES__ENABLED": enabled}) as service:
                for warm in (True, False):
                    bench.say(f"scanning {COUNT} originals, faces {enabled}{', to warm up' if warm else ''}")
                    paths = copies(sources, scratch / ("warm" if warm else "photos"), SOURCES if warm else COUNT)
                    with Watch(service.pid) as watch:
                        start = time.perf_counter()
                        service.scan(service.add_root(paths[0].parent), reads=len(paths))
                        _until_idle(service)
                        seconds = time.perf_counter() - start
                measured[enabled] = (COUNT / seconds, watch.peak.service / MIB)
                if enabled == "on":
                    bench.say("the same by pyvips and OpenCV alone")
                    alone = _alone(home, paths)
    (without, small), (with_faces, large) = measured["off"], measured["on"]
    ratio = with_faces / without
    return [
        Figure(
            "scan with faces, photos of 24 megapixels",
            with_faces,
            "photos/s",
            without,
            "without faces",
            ratio,
            Goal(6, at_most=False),
        ),
        Figure("scan with faces, peak memory of service and workers", large, "MiB", small, "without", large / small),
        *processor_figures("scan with faces", watch, COUNT, alone, "pyvips and OpenCV, one look"),
    ]


def immich(bench: Bench) -> list[Figure]:
    """Measures pictures of people of the LARGE size, one at a time in one worker, beside networks of the sizes of
    Immich's, which get as many faces of each as were found here."""
    originals = sorted((bench.files / "deepface-faces").rglob("*.jp*g"))
    if not originals:
        bench.say(f"immich is left out: there are no pictures in {bench.files / 'deepface-faces'}")
        return []
    home = weights(bench)
    with bench.scratch() as scratch, Peer("our_faces", home) as ours, Peer("face_networks") as theirs:
        lines = []
        for number, original in enumerate(originals):
            bench.say(f"faces of picture {number + 1} of {len(originals)}")
            picture = scratch / f"{number}.jpg"
            edge = ThumbnailSize.LARGE.edge
            pyvips.Image.thumbnail(str(original), edge, height=edge, size="down").jpegsave(str(picture), Q=QUALITY)
            lines.append(json.dumps([str(picture), int(ours.time(json.dumps([str(picture), None])))]))
        theirs.time(lines[0])
        bench.say("finding and describing them")
        pairs = in_turn(
            bench.rounds * len(lines),
            lambda number: ours.time(lines[number % len(lines)]),
            lambda number: theirs.time(lines[number % len(lines)]),
        )
    count = sum(json.loads(line)[1] for line in lines) * bench.rounds
    a, b = count / sum(pairs.ours), count / sum(pairs.theirs)
    what = f"faces found and described, in {len(lines)} pictures of people"
    return [Figure(what, a, "faces/s", b, "networks of the sizes of Immich's", a / b, Goal(1, False, of_ratio=True))]


def _alone(home: Path, paths: Sequence[Path]) -> float:
    """Returns the time of a processor in which bare libraries make LARGE of each picture and look for faces in it once,
    as it stands."""
    weights = FaceWeights(home)
    with ExitStack() as closing:
        files = weights.path(YUNET), weights.path(SFACE)
        peers = [closing.enter_context(Peer("faces", *files)) for _ in range(os.cpu_count() or 1)]
        bare_seconds(peers, paths[: len(peers)])
        before = processor_seconds(peers)
        bare_seconds(peers, paths)
        return processor_seconds(peers) - before


def _until_idle(service: Service) -> None:
    """Waits until every job has ended. Raises RuntimeError if one did not succeed."""
    while None in [job["finishedAt"] for job in service.ask(STAGES)["jobs"]["nodes"]]:
        time.sleep(0.25)
    for job in service.ask(STAGES)["jobs"]["nodes"]:
        if job["state"] != "SUCCEEDED":
            raise RuntimeError(f"{job['kind']}: {job['message']}")


def weights(bench: Bench) -> Path:
    home = (bench.folder / "models").resolve()
    FaceWeights(home).fetch((DETECTORS["yunet"], EMBEDDERS["SFace"]), lambda what, done, total: bench.say(what))
    return home


def grouping(bench: Bench) -> list[Figure]:
    """Measures the clustering of 100,000 faces in a graph, each on another photo, from the request until the clusters
    are stored."""
    figures: list[Figure] = []
    path = lfw_vectors(bench, figures)
    if path is None:
        return figures
    with bench.scratch() as scratch:
        return figures + asyncio.run(_grouping(bench, scratch / "data", path))


async def _grouping(bench: Bench, data: Path, path: Path) -> list[Figure]:
    vectors = copied(path)
    async with build(Settings(data_dir=data, graph=GraphSettings(heap="2g"))) as services:
        bench.say(f"writing {FACES:,} faces into the graph, once")
        await _put(services, 0, vectors)
        with Watch(os.getpid()) as watch:
            bench.say("all clusters, for the first time")
            first = await _seconds(services, await services.face_triggers.group())
            bench.say("all clusters again")
            again = await _seconds(services, await services.face_triggers.group())
            await _put(services, FACES, noisy(vectors[:NEW_FACES], NEW_NOISE))
            bench.say(f"{NEW_FACES} new faces")
            await services.face_triggers.faces_found(FacesFound())
            (job,) = (await services.jobs.page(None, 1, None)).items
            new = await _seconds(services, job)
            bench.say(f"{PERSONS:,} persons get half of the faces of a cluster each")
            await services.writer.commit(_name_halves)
            await services.face_triggers.faces_found(FacesFound())
            [job] = (await services.jobs.page(None, 1, None)).items
            persons = await _seconds(services, job)
            bench.say("faces get a name, one after the other")
            named = sorted([await _named(services, number) for number in range(NAMED)])[NAMED // 2]
    faces = f"{FACES:,} faces"
    return [
        Figure(f"{faces}, from the graph to clusters in it", first, "s", goal=Goal(60, at_most=True)),
        Figure(f"{faces}, all clusters again, nothing new", again, "s", goal=Goal(30, at_most=True)),
        Figure(f"{NEW_FACES} new faces beside {faces}, in the graph", new, "s"),
        Figure(f"{faces} matched after {PERSONS:,} persons got a name, in the graph", persons, "s"),
        Figure(f"{faces} matched after one more of them got a name, in the graph", named, "s"),
        Figure(f"{faces}, peak memory of service and worker", watch.peak.service / MIB, "MiB"),
    ]


async def _put(services: Services, start: int, vectors: Floats) -> None:
    for at in range(0, len(vectors), BATCH):
        numbers = range(start + at, start + min(at + BATCH, len(vectors)))

        async def work(tx: LabelTransaction, numbers: Sequence[int] = numbers) -> None:
            box = Box(0.3, 0.3, 0.4, 0.4)
            await tx.run(PHOTOS, numbers=list(numbers))
            await tx.run(NUMBERS, count=numbers[-1] + 1)
            seen = [(number, f"{number:032x}", SeenFace(0.7, vectors[number - start], box, 0.9)) for number in numbers]
            await detections.add(tx, seen, "SFace")
            tx.touch(labelled=numbers)

        await services.writer.commit(work)


async def _name_halves(tx: LabelTransaction) -> None:
    rows = await tx.run(NAME_HALVES, persons=PERSONS)
    tx.touch(labelled=[row["number"] for row in rows])


async def _named(services: Services, number: int) -> float:
    """Returns how long the matching takes that follows when the face of a photo gets a name."""
    await services.assignment.assign([f"{FACES + number:032x}"], Ref(name="Anna"))
    await services.face_triggers.close()  # it does not wait for more names
    [job] = (await services.jobs.page(None, 1, None)).items
    return await _seconds(services, job)


async def _seconds(services: Services, job: Job) -> float:
    async for step in services.jobs.watch(job.id):
        job = step
    if job.state is not JobState.SUCCEEDED or job.started_at is None or job.finished_at is None:
        raise RuntimeError(job.message)
    return (job.finished_at - job.started_at).total_seconds()
