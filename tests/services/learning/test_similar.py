"""Photos that show the same are found by their pictures, however much others look alike. The vectors are the test's
own."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import numpy as np
import PIL.Image
import pytest

from photos_graph.access.credentials import Access
from photos_graph.access.roles import Viewer
from photos_graph.access.signing import Keys
from photos_graph.bootstrap import Services
from photos_graph.graph import due
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.learning import features
from photos_graph.model.access import Role
from photos_graph.model.jobs import Job, JobKind, JobState
from photos_graph.services.learning import similar_file
from photos_graph.services.learning.neighbours import NeighbourStage, learning_pool
from photos_graph.services.learning.similar_stage import SimilarStage
from resolvers.context import Context
from resolvers.loaders import Loaders
from tests.kit.graphql import SCHEMA, execute
from tests.kit.library import photos, scanned
from tests.kit.pictures import encoded, leaves, put, scene

pytestmark = pytest.mark.anyio

BACKBONE = "EfficientNetLite0"
PAGE = """query($k: SimilarKind!, $f: PhotoFilter) { similarGroups(kind: $k, filter: $f) { totalCount nodes {
  id kind differences bestBecause best { name } photos { name } files { path } } } }"""


class Silent:
    job_id = "a job"

    async def step(self, done: int, total: int | None = None, message: str | None = None) -> None:
        pass


def lay_out(root: Path) -> Path:
    """A picture with a copy of its file, a smaller one, a brighter one and a turned one; two pictures of leaves; and
    three shots of one moment, followed by another one."""
    picture = scene()
    put(root / "a" / "whole.jpg", encoded(picture, "JPEG", quality=92))
    put(root / "b" / "copy.jpg", encoded(picture, "JPEG", quality=92))
    put(root / "b" / "small.jpg", encoded(picture.resize((300, 200), PIL.Image.Resampling.LANCZOS), "JPEG", quality=80))
    put(root / "b" / "bright.jpg", encoded(picture.point(lambda level: min(255, level * 1.2)), "JPEG", quality=85))
    turned = picture.transpose(PIL.Image.Transpose.ROTATE_90).resize((300, 450), PIL.Image.Resampling.LANCZOS)
    put(root / "b" / "2turned.jpg", encoded(turned, "JPEG", quality=85))
    for seed in (1, 2):
        put(root / "leaves" / f"{seed}.jpg", encoded(leaves(seed), "JPEG", quality=90))
    moving = leaves(3, 520, 360)
    for shot, (x, y) in enumerate(((0, 0), (12, 6), (25, 14))):
        put(root / "shots" / f"s{shot}.jpg", shot_at(moving.crop((x, y, x + 480, y + 320)), 7 * shot))
    put(root / "shots" / "s3.jpg", shot_at(leaves(4), 21))
    return root


def shot_at(picture: PIL.Image.Image, second: int) -> bytes:
    """Returns a JPEG that a camera took."""
    exif = PIL.Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon", "EOS 5D"
    exif.get_ifd(0x8769)[0x9003] = f"2019:08:14 18:30:{second:02}"
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90, exif=exif)
    return file.getvalue()


@pytest.fixture
async def stages(services: Services) -> AsyncIterator[tuple[NeighbourStage, SimilarStage]]:
    learner = learning_pool(services.settings)
    yield (
        NeighbourStage(services.graph, learner, services.settings),
        SimilarStage(services.graph, services.index, services.media, learner, services.pool, services.settings),
    )
    await learner.close()


async def described(services: Services) -> None:
    """Gives all photos of leaves, and the turned one, one vector, and all others another one."""
    every = [photo async for page in due.pages(services.graph, due.FEATURES, 100) for photo in page]
    known = {photo.id: name for name, photo in (await photos(services)).items()}
    vectors = [[0, 1] if known[photo.id][0] in "12s" and known[photo.id] != "small.jpg" else [1, 0] for photo in every]

    async def work(tx: Transaction) -> None:
        await features.put(tx, BACKBONE, every, np.array(vectors, np.float32))

    await services.graph.transaction(work)


async def compared(job: Job, stages: tuple[NeighbourStage, SimilarStage]) -> str | None:
    await stages[0].run(job, Silent())
    return await stages[1].run(job, Silent())


async def groups(services: Services, kind: str, **filter: Any) -> list[dict[str, Any]]:
    answer = await execute(services, PAGE, k=kind, f=filter)
    assert answer.errors is None and answer.data is not None, answer.errors
    found = answer.data["similarGroups"]
    assert found["totalCount"] == len(found["nodes"])
    return list(found["nodes"])


def names(group: dict[str, Any]) -> set[str]:
    return {photo["name"] for photo in group["photos"]}


async def test_the_graph_is_not_asked_for_each_pair(
    services: Services, stages: tuple[NeighbourStage, SimilarStage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.roots.add(str(lay_out(tmp_path / "Pictures")))
    job = await scanned(services)
    await described(services)
    await stages[0].run(job, Silent())
    counted: list[tuple[int, int]] = []
    compare = SimilarStage._compared

    async def counting(stage: SimilarStage, *given: Any) -> Any:
        before = services.graph.queries
        found = await compare(stage, *given)
        counted.append((len(found), services.graph.queries - before))
        return found

    monkeypatch.setattr(SimilarStage, "_compared", counting)
    await stages[1].run(job, Silent())
    [(pairs, queries)] = counted
    assert pairs > 20 and queries < 10, "a few for the block, and for what else the service does meanwhile"


async def test_groups_are_found_by_pictures_and_kept(
    services: Services,
    stages: tuple[NeighbourStage, SimilarStage],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await services.roots.add(str(lay_out(tmp_path / "Pictures")))
    job = await scanned(services)
    assert await groups(services, "RESIZED") == [] == await groups(services, "BURST"), "nothing was compared yet"
    await described(services)
    assert await compared(job, stages) is not None

    [resized] = await groups(services, "RESIZED")
    whole = next(name for name in names(resized) if name in ("whole.jpg", "copy.jpg"))
    assert names(resized) == {whole, "small.jpg", "bright.jpg", "2turned.jpg"}
    assert set(resized["differences"]) == {"PIXELS", "BYTES", "FOLDER"}
    assert (resized["best"]["name"] != "small.jpg", len(resized["files"])) == (True, 5)
    [burst] = await groups(services, "BURST")
    assert names(burst) == {"s0.jpg", "s1.jpg", "s2.jpg"}
    assert "DATE" in burst["differences"] and burst["best"]["name"] in names(burst)
    [exact] = await groups(services, "EXACT")
    assert (names(exact), exact["bestBecause"], exact["differences"]) == ({whole}, "FIRST", ["FOLDER"])
    assert {file["path"] for file in exact["files"]} == {"Pictures/a/whole.jpg", "Pictures/b/copy.jpg"}

    node = "query($i: ID!) { node(id: $i) { id ... on SimilarGroup { photos { name } } } }"
    answer = await execute(services, node, i=resized["id"])
    assert answer.data is not None and names(answer.data["node"]) == names(resized)
    assert await groups(services, "RESIZED", folder={"path": "Pictures/leaves"}) == []
    assert len(await groups(services, "RESIZED", folder={"path": "Pictures/b"})) == 1

    for field in ("photos { id }", "files { path }", "best { name }", "bestBecause", "differences"):
        context = Context(Access(Keys(b""), {}), Viewer("v", Role.VIEWER), services, Loaders(services), nodes_left=2)
        document = "{ similarGroups(kind: RESIZED) { nodes { " + field + " } } }"
        refused = await SCHEMA.execute(document, context_value=context)
        assert [(error.extensions or {}).get("code") for error in refused.errors or ()] == ["TOO_COMPLEX"], field

    assert await compared(job, stages) is None, "what was compared is not compared again"
    path = similar_file.similar_file(services.settings)
    before = similar_file.load(path).pairs
    path.write_bytes(path.read_bytes()[:-50])
    assert await groups(services, "RESIZED") == [], "a damaged file has no groups"
    assert await compared(job, stages) is not None
    assert np.array_equal(similar_file.load(path).pairs, before)

    path.unlink()
    monkeypatch.setattr("photos_graph.services.learning.similar_stage.BLOCK", 1)
    queued = replace(job, kind=JobKind.PREDICT, state=JobState.QUEUED)
    with monkeypatch.context() as waiting:  # the service would begin a job of the graph at once
        waiting.setattr("photos_graph.graph.jobs.in_state", AsyncMock(return_value=[queued]))
        comparison = await compared(job, stages)
    assert comparison == "0 pairs of photos compared.", "photos that wait come first"
    assert len(similar_file.load(path).pairs) < len(before)
    assert await compared(job, stages) is not None
    assert np.array_equal(np.unique(similar_file.load(path).pairs, axis=0), np.unique(before, axis=0))
