"""What people said of faces is what it was, however often models look again, and whichever."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import LiteralString

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.faces.analysis import Found
from photos_graph.model.faces import Box
from photos_graph.model.jobs import JobKind, JobState
from photos_graph.model.search import Ref
from photos_graph.settings import Settings
from tests.kit.library import ended, in_step, photos, scanned
from tests.kit.model_workers import Models
from tests.kit.portraits import faces, looked, of_kind, people, pictures, put_faces, settled, with_models

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

PERSONS, EACH, NAMED = 10, 2, 8

CLUSTERS: LiteralString = "MATCH (c:Cluster) WHERE c.size >= 2 RETURN c.id AS id ORDER BY c.size DESC, id"
PEOPLE: LiteralString = "MATCH (x:Person) RETURN x {.*} AS person ORDER BY x.id"
FACTS: LiteralString = """
MATCH (f:Face)-[r:IS|IS_NOT]->(x:Person) RETURN f.id AS face, type(r) AS kind, r {.*} AS said, x.id AS person
"""


@pytest.fixture(scope="session")
def many_faces(models: Models) -> Mapping[str, Found]:
    """What the shipped models find in two pictures of each of these persons, by the pictures' names."""
    chosen = pictures(PERSONS, EACH, least=EACH)
    return {picture.name: found for picture, found in zip(chosen, models.find(chosen), strict=True)}


@asynccontextmanager
async def with_these(settings: Settings, weights_home: Path, **models: str) -> AsyncIterator[Services]:
    async with build(with_models(settings, weights_home, **models)) as services:
        yield services


async def assignments(services: Services) -> object:
    """All that people said, of faces and persons, and the boxes that they drew."""
    every = await faces(services)
    return (
        await services.graph.read(PEOPLE),
        sorted(str(row) for row in await services.graph.read(FACTS)),
        {id_: face.box for id_, face in every.items() if face.source == "MANUAL"},
        {id_ for id_, face in every.items() if face.ignored},
        {id_: face.photo for id_, face in every.items() if face.said or face.never or face.ignored},
    )


async def test_names_survive_another_look_and_another_model(
    settings: Settings, weights_home: Path, many_faces: Mapping[str, Found], tmp_path: Path
) -> None:
    root = people(tmp_path / "Pictures", PERSONS, EACH, least=EACH)
    async with build(settings) as services:
        await services.roots.add(str(root))
        await scanned(services)
        await put_faces(services, many_faces)
        clusters = [row["id"] for row in await services.graph.read(CLUSTERS)][:NAMED]
        assert len(clusters) == NAMED
        for number, cluster in enumerate(clusters):
            await services.assignment.name_cluster(cluster, Ref(name=f"Person {number}"), by="me")
        named = [face for face in (await faces(services)).values() if face.said]
        assert len(named) >= 2 * NAMED - 2
        named.sort(key=lambda face: face.id)
        for face in named[:5]:
            assert face.said is not None
            await services.assignment.reject([face.id], face.said[0], by="me")
        await services.assignment.ignore([face.id for face in named[5:8]], by="me")
        photo = next(iter((await photos(services)).values()))
        drawn = await services.drawn_faces.add(photo.id, Box(0.02, 0.02, 0.12, 0.12), Ref(name="Drawn"), by="me")
        await settled(services)
        before = await assignments(services)

    examined = 0
    for models in ({}, {"detector": "dlib", "embedder": "Dlib"}):
        async with with_these(settings, weights_home, **models) as services:
            # Another model examines all photos anyway. The service starts a job of its own, which may share the work.
            again = None if models else {photo.id, *(face.photo for face in named[:20])}
            await looked(services, again)
            jobs = await of_kind(services, JobKind.FACES)
            assert {job.state for job in jobs} == {JobState.SUCCEEDED}
            earlier, examined = examined, sum(job.done for job in jobs)
            assert examined - earlier >= (PERSONS * EACH if again is None else len(again))
            assert (await ended(services, await services.face_triggers.group())).state is JobState.SUCCEEDED
            assert await assignments(services) == before
            after = await faces(services)
            embedder = services.settings.faces.embedder
            assert {face.model for face in after.values()} == {embedder}, "all are described by one model"
            assert after[drawn.id].vector is not None
            applied = [face for face in after.values() if any(likely for _, _, likely in face.likes)]
            assert not any(face.said or face.ignored for face in applied)
            assert not any(person in face.never for face in after.values() for person, _, _ in face.likes)
            assert await in_step(services)
