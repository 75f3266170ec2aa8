"""Photos are described once each, whatever stops, fails or is changed meanwhile; and those that are alike are known."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import LiteralString

import numpy as np
import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.events import PhotosArrived
from photos_graph.graph import due
from photos_graph.graph.due import DuePhoto
from photos_graph.graph.learning import features
from photos_graph.graph.learning.vectors import packed
from photos_graph.images.sealing import sealed
from photos_graph.jobs.progress import Cancelled
from photos_graph.learn import catalogue
from photos_graph.learn.weights import BackboneWeights
from photos_graph.model.jobs import Job, JobKind, JobState
from photos_graph.services.doctor import Doctor
from photos_graph.services.learning import features_call
from photos_graph.services.learning.features import FeatureStage
from photos_graph.services.learning.features_call import BATCH_SIZE, PictureFeatures
from photos_graph.services.learning.neighbours import kept_neighbours
from photos_graph.settings import LearnSettings, Settings
from photos_graph.workers.pool import WorkerPool
from tests.kit.corpora import SCENES
from tests.kit.library import ended, failures, photos, scanned
from tests.kit.originals import asked_keys, key_of
from tests.kit.pictures import jpeg, put
from tests.kit.portraits import of_kind, settled
from tests.kit.processes.deadly import DEADLY_DESCRIBE

pytestmark = pytest.mark.anyio

BACKBONE = "EfficientNetLite0"
DIMENSIONS = 1712
ONES = packed(np.ones(3, np.float32))
STATE: LiteralString = """
MATCH (p:Photo)
RETURN p.number AS number, p.featuresBy AS by, p.featuresDue AS due,
  [(p)-[:DESCRIBED_BY]->(x:Features) | [x.id = p.id, x.backbone]] AS described
"""


@pytest.fixture
def learning(settings: Settings, backbone_home: Path) -> Settings:
    settings.models.folder = backbone_home
    return with_learning(settings, threads=2)


def with_learning(settings: Settings, **learn: object) -> Settings:
    return settings.model_copy(update={"learn": LearnSettings.model_validate(learn)})


def scenes(root: Path, each: int) -> Path:
    for kind in ("forest", "sea"):
        for number, picture in enumerate(sorted((SCENES / kind).iterdir())[:each]):
            put(root / f"{kind} {number}.jpg", picture.read_bytes())
    return root


def large(settings: Settings) -> list[Path]:
    return sorted((settings.data_dir / "renditions").rglob("*.LARGE.jpg"))


async def predicted(services: Services) -> Job:
    return await ended(services, await services.jobs.queue(JobKind.PREDICT))


async def described(services: Services) -> set[int]:
    """Numbers of the photos that the backbone looked at, each of which has one vector, by that backbone."""
    rows = [row for row in await services.graph.read(STATE) if row["by"] == BACKBONE]
    assert all((row["due"], row["described"]) == (None, [[True, BACKBONE]]) for row in rows)
    return {row["number"] for row in rows}


async def lengths(services: Services) -> set[int]:
    ids = [photo.id for photo in await features.described(services.graph, BACKBONE)]
    found = [some async for some in features.vectors(services.graph, ids, BACKBONE)]
    return {len(vector) for vector in chain.from_iterable(some.values() for some in found)}


async def alike_to(services: Services, photo_id: str, first: int) -> list[str]:
    [found] = await services.similar.similar([(photo_id, first)])
    return found


async def test_what_looks_alike_follows_the_photos_that_are_there_and_the_backbone(
    learning: Settings, tmp_path: Path
) -> None:
    root, each = tmp_path / "Pictures", 4
    scenes(root, each)
    async with build(learning) as services:
        await services.roots.add(str(root))
        await scanned(services)
        await settled(services)
        ids = {name: photo.id for name, photo in (await photos(services)).items()}
        asked, gone = ids["forest 0.jpg"], ids["forest 1.jpg"]
        alike = await alike_to(services, asked, 2 * each)
        assert sorted([asked, *alike]) == sorted(ids.values())
        assert await alike_to(services, asked, 2) == alike[:2]
        assert await alike_to(services, "0" * 32, 2) == await alike_to(services, asked, 0) == []

        picture = (root / "forest 1.jpg").read_bytes()
        (root / "forest 1.jpg").unlink()
        await scanned(services)
        await settled(services)
        assert await alike_to(services, asked, 2 * each) == [id_ for id_ in alike if id_ != gone]

        kept = kept_neighbours(learning)
        kept.write_bytes(kept.read_bytes()[:-100])
        await predicted(services)
        assert await alike_to(services, asked, 2 * each) == [id_ for id_ in alike if id_ != gone]

        # As after days with another backbone, which described them by 5 numbers.
        known = [DuePhoto(photo.id, photo.number) for photo in await features.described(services.graph, BACKBONE)]
        vectors = np.ones((len(known), 5), np.float32)
        await services.graph.transaction(lambda tx: features.put(tx, "Other", known, vectors))
        await due.want(services.graph, due.FEATURES, "Other")
        assert await described(services) == set()
        damaged = Path(os.fsdecode((await services.media.large(await key_of(services.media, ids["sea 1.jpg"]))).path))
        whole = damaged.read_bytes()
        damaged.write_bytes(sealed(b"\xff\xd8\xff no picture"))
        await services.learning_triggers.photos_arrived(PhotosArrived())
        await settled(services)
        assert len(await described(services)) == 2 * each - 2, "one is missing, and one cannot be read"
        assert ids["sea 1.jpg"] not in await alike_to(services, asked, 2 * each)
        [failure] = (await failures(services)).values()
        assert failure.stage == "features" and failure.path.endswith("sea 1.jpg")
        assert await lengths(services) == {DIMENSIONS}
        put(root / "forest 1.jpg", picture)
        damaged.write_bytes(whole)
        await ended(services, await services.jobs.retry_failures())
        await settled(services)
        assert not await failures(services)
        assert len(await described(services)) == 2 * each
        assert await alike_to(services, asked, 2 * each) == alike


@dataclass(slots=True)
class Steps:
    """Ends the job once ``most`` photos are done."""

    most: int
    job_id: str = "a job"

    async def step(self, done: int, total: int | None = None, message: str | None = None) -> None:
        if done >= self.most:
            raise Cancelled


async def test_a_photo_that_is_turned_while_it_is_described_is_described_once_more(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        put(tmp_path / "Pictures" / f"{number}.jpg", jpeg(number))
    async with build(with_learning(settings, enabled="off")) as services:
        await services.roots.add(str(tmp_path / "Pictures"))
        await scanned(services)
        ids = {name: photo.id for name, photo in (await photos(services)).items()}
        turn: list[LiteralString] = ["MATCH (p:Photo) WHERE p.id IN $ids SET p.look = '6'"]

        async def describe(pool: WorkerPool, files: Sequence[int], settings: Settings) -> PictureFeatures:
            while turn:
                await services.graph.write(turn.pop(), ids=[ids["0.jpg"], ids["1.jpg"]])
            seen = tuple(range(1, len(files)))
            return PictureFeatures(seen, np.ones((len(seen), DIMENSIONS), np.float32), {0: "It is damaged."})

        monkeypatch.setattr("photos_graph.services.learning.features.describe", describe)
        stage = FeatureStage(services.graph, services.media, WorkerPool([], 1, 1, 1, 1), settings)
        job = await predicted(services)
        assert await stage.run(job, Steps(9)) == "2 photos described, 1 could not be read."
        [number] = await described(services)
        assert number in [row["number"] for row in await services.graph.read(STATE) if row["due"] is None]
        assert await due.count(services.graph, due.FEATURES) == 2, "also the one that could not be read"


async def test_each_photo_is_described_once_whoever_stops_or_dies(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, count = tmp_path / "Pictures", BATCH_SIZE + 3
    for number in range(count):
        put(root / f"{number}.jpg", jpeg(number))
    async with build(with_learning(settings, enabled="off")) as services:
        await services.roots.add(str(root))
        await scanned(services)
        assert not await of_kind(services, JobKind.PREDICT)
        deadly = large(settings)[2]
        deadly.write_bytes(sealed(deadly.read_bytes() + b"DEADLY"))
        monkeypatch.setattr(features_call, "DESCRIBE_PICTURES", DEADLY_DESCRIBE)
        pool = WorkerPool([DEADLY_DESCRIBE], 1, 256 * 1024 * 1024, 60, 5, readable=[settings.models_dir])
        stage = FeatureStage(services.graph, services.media, pool, settings)
        job = await services.jobs.queue(JobKind.PREDICT)
        asked = asked_keys(monkeypatch)
        try:
            with pytest.raises(Cancelled):
                await stage.run(job, Steps(BATCH_SIZE))
            some = len(await described(services))
            assert some in (BATCH_SIZE - 1, BATCH_SIZE), "one of them may be the deadly one"
            await services.graph.write("MATCH (x:Features) SET x.vector = $ones", ones=ONES)
            last = count - 1 - some
            message = await stage.run(job, Steps(count))
            assert message is not None and message.startswith(f"{last} photos described")
            assert asked == [BATCH_SIZE, count - BATCH_SIZE], "the graph is asked for a batch, not for each photo"
            assert await stage.run(job, Steps(count)) is None, "it is not tried for ever"

            changed = (await photos(services))["0.jpg"]
            Path(os.fsdecode((await services.media.large(await key_of(services.media, changed.id))).path)).unlink()
            (root / "0.jpg").write_bytes(jpeg(1000))
            make_due = "MATCH (p:Photo {id: $id}) SET p.featuresDue = p.number"
            await services.graph.write(make_due, id=changed.id)
            assert await stage.run(job, Steps(count)) == "0 photos described.", "the next scan sees to it"
            assert await due.count(services.graph, due.FEATURES) == 1
            await services.graph.write("MATCH (p:Photo) SET p.featuresDue = null")
        finally:
            await pool.close()
        assert len(await described(services)) == count - 1
        [row] = await services.graph.read("MATCH (x:Features) WHERE x.vector = $ones RETURN count(x) AS n", ones=ONES)
        assert row["n"] == some, "none is described a second time"
        [failure] = (await failures(services)).values()
        assert failure.stage == "features"


async def test_without_weights_nothing_is_asked_for_and_a_job_says_what_to_do(
    settings: Settings, tmp_path: Path
) -> None:
    put(tmp_path / "Pictures/1.jpg", jpeg(1))
    async with build(settings) as services:
        await services.roots.add(str(tmp_path / "Pictures"))
        await scanned(services)
        assert not await of_kind(services, JobKind.PREDICT)
        job = await predicted(services)
        assert job.state is JobState.SUCCEEDED and "photos-graph models --fetch" in (job.message or "")
    async with build(with_learning(settings, enabled="on")) as services:
        job = await predicted(services)
        assert job.state is JobState.FAILED and "photos-graph models --fetch" in (job.message or "")
        assert await described(services) == set()


async def test_weights_that_are_damaged_are_what_is_wrong(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as services:
        doctor = Doctor(services.graph, services.index, services.browse, settings)

        async def says() -> tuple[bool, str]:
            [found] = [finding async for finding in doctor.examine() if finding.subject == "learn"]
            return found.ok, found.message

        well, said = await says()
        assert well and "missing" in said
        for file in catalogue.backbone(BACKBONE).weights:
            put(BackboneWeights(settings.models_dir).path(file), b"cut off")
        well, said = await says()
        assert not well and "damaged" in said
