"""Clusters and likenesses, from real faces in a graph."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.events import FacesFound, LabelsChanged
from photos_graph.faces import catalogue
from photos_graph.faces.analysis import Found
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.engine.feed_entry import touch
from photos_graph.learn.named_faces_file import read_named_faces
from photos_graph.learn.persons import PersonModel, train
from photos_graph.learn.registry import Registry
from photos_graph.model.jobs import JobKind, JobState
from photos_graph.model.labels import LabelKind
from photos_graph.model.learning import ModelKind, ModelState
from photos_graph.model.search import Ref
from photos_graph.services.faces import clustering
from photos_graph.settings import Settings
from tests.kit.library import ended, in_step, scanned
from tests.kit.portraits import NAME, Seen, at_rest, faces, of_kind, people, put_faces, settled
from tests.kit.processes.slow_groups import SLOW_GROUP
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.anyio

PERSONS, EACH = 6, 4


@pytest.fixture
async def library(services: Services, lfw_faces: Mapping[str, Found], tmp_path: Path) -> Services:
    """Faces of six persons, found and grouped for the first time."""
    await fill(services, lfw_faces, tmp_path / "Pictures")
    return services


@pytest.fixture
async def closed(settings: Settings, lfw_faces: Mapping[str, Found], tmp_path: Path) -> Settings:
    """The same library, and no service that runs."""
    async with build(settings) as services:
        await fill(services, lfw_faces, tmp_path / "Pictures")
    return settings


async def fill(services: Services, found: Mapping[str, Found], root: Path) -> None:
    await services.roots.add(str(people(root, PERSONS, EACH)))
    await scanned(services)
    await put_faces(services, found)


async def regrouped(services: Services, *, full: bool = True) -> dict[str, Seen]:
    if full:
        assert (await ended(services, await services.face_triggers.group())).state is JobState.SUCCEEDED
    else:
        await services.face_triggers.faces_found(FacesFound())
    await settled(services)
    assert {job.state for job in await of_kind(services, JobKind.CLUSTER)} == {JobState.SUCCEEDED}
    assert await in_step(services)
    return await faces(services)


async def say(services: Services, query: str, of: Iterable[Seen], **values: object) -> None:
    """As the services of persons do: the index reads again what was touched."""

    async def work(tx: Transaction) -> None:
        await tx.run(query, **values)  # type: ignore[arg-type]
        photo_ids = [face.photo for face in of]
        rows = await tx.run("UNWIND $ids AS id MATCH (p:Photo {id: id}) RETURN p.number AS number", ids=photo_ids)
        await touch(tx, labelled=[row["number"] for row in rows], persons=["anna"])

    await services.graph.transaction(work)
    await services.index.catch_up()


def main_faces(found: dict[str, Seen]) -> dict[str, list[Seen]]:
    """By the person whose pictures they are, those in the cluster that has most of them, in an order that does not
    depend on their random ids."""
    by_who: dict[str, dict[str, list[Seen]]] = {}
    for face in found.values():
        if face.cluster is not None:
            by_who.setdefault(face.who, {}).setdefault(face.cluster, []).append(face)
    return {who: sorted(max(them.values(), key=len), key=lambda face: face.box) for who, them in by_who.items()}


async def test_after_a_scan_the_faces_of_a_person_are_a_cluster(library: Services) -> None:
    found = main_faces(await faces(library))
    assert len(found) == PERSONS
    assert sum(len(each) for each in found.values()) >= PERSONS * EACH - 1
    assert len({each[0].cluster for each in found.values()}) == PERSONS
    rows = await library.graph.read("MATCH (c:Cluster) RETURN c.id AS id, c.size AS size")
    sizes = {row["id"]: row["size"] for row in rows}
    assert all(sizes[each[0].cluster or ""] == len(each) for each in found.values())
    assert not any(face.likes for face in (await faces(library)).values())


async def test_a_full_run_changes_nothing_where_nothing_changed(library: Services) -> None:
    before = await faces(library)
    queries = library.graph.queries
    assert await regrouped(library) == before
    # 55 are usual; with more progress, some more; and at least 81 if there were one for each face.
    assert len(before) >= 26 and library.graph.queries - queries < 80


async def test_a_named_person_is_seen_in_other_pictures(library: Services) -> None:
    before = main_faces(await faces(library))
    anna, others = next(iter(before.values())), list(before.values())[1:]
    await say(library, NAME, anna[:2], person="anna", ids=[face.id for face in anna[:2]])
    after = await regrouped(library, full=False)
    for face in anna[:2]:
        assert after[face.id].cluster is None and not after[face.id].likes
    for face in anna[2:]:
        [(person, score, applied), *_] = after[face.id].likes
        assert (person, applied) == ("anna", True) and score > 0.8
        assert after[face.id].cluster == face.cluster, "it is still to be confirmed"
    assert not any(like[2] for each in others for face in each for like in after[face.id].likes)
    assert library.persons.photo_count("anna") == len({face.photo for face in anna})


async def test_where_nobody_has_a_name_training_says_what_to_do(library: Services) -> None:
    job = await ended(library, await library.learning_triggers.train(ModelKind.PERSONS))
    assert (job.state, job.message) == (JobState.FAILED, "No face has a name yet. Name some faces, then train again.")


@pytest.mark.corpora  # made portraits are all so alike that the rule is sure of each
async def test_a_trained_model_knows_whom_the_rule_knows(library: Services) -> None:
    found = main_faces(await faces(library))
    for who, those in found.items():
        await library.assignment.assign([face.id for face in those[:2]], Ref(name=who))
    by_rule = applied(await regrouped(library, full=False))
    assert set(by_rule) == {face.id for those in found.values() for face in those[2:]}

    await ended(library, await library.learning_triggers.train(ModelKind.PERSONS))
    [model] = await library.models.versions(ModelKind.PERSONS)
    assert model.state is ModelState.ACTIVE
    after = await regrouped(library, full=False)
    by_model = applied(after)
    assert {face: by_model[face][0] for face in by_rule} == {face: by_rule[face][0] for face in by_rule}
    names = {person.id: person.name for person in library.index.search.persons}
    assert all(names[by_model[face][0]] == after[face].who for face in by_model), "also of those that only it knows"

    registry = Registry(library.settings.learn_dir / "models")
    kept = registry.load(model.file)
    again = train(read_named_faces(registry.snapshot_of(model.file))[0], catalogue.embedder("SFace"))
    assert isinstance(kept, PersonModel) and again.snapshot == kept.snapshot == model.snapshot
    assert np.array_equal(again.thresholds, kept.thresholds) and np.array_equal(again.known.means, kept.known.means)


def applied(found: Mapping[str, Seen]) -> dict[str, tuple[str, float]]:
    """Person and score of the faces that are taken for somebody."""
    return {face.id: (person, score) for face in found.values() for person, score, taken in face.likes if taken}


async def test_what_is_rejected_is_withdrawn_and_not_said_again(library: Services) -> None:
    anna = next(iter(main_faces(await faces(library)).values()))
    await say(library, NAME, anna[:2], person="anna", ids=[face.id for face in anna[:2]])
    await regrouped(library)
    reject = "MATCH (f:Face {id: $id}), (x:Person {id: 'anna'}) CREATE (f)-[:IS_NOT {at: 1, by: 'me'}]->(x)"
    await say(library, reject, anna[2:3], id=anna[2].id)
    for full in (False, True):
        after = await regrouped(library, full=full)
        assert after[anna[2].id].never == ("anna",)
        assert "anna" not in {person for person, _, _ in after[anna[2].id].likes}
        assert ("anna", True) in {(person, applied) for person, _, applied in after[anna[3].id].likes}
    forget = "MATCH (x:Person {id: 'anna'}) DETACH DELETE x"
    await say(library, forget, anna)
    after = await regrouped(library, full=False)
    assert not any(face.likes or face.never or face.said for face in after.values())


async def test_ignored_faces_leave_and_come_back(library: Services) -> None:
    anna = next(iter(main_faces(await faces(library)).values()))
    ignore = "MATCH (f:Face {id: $id}) SET f.ignored = $ignored"
    await say(library, ignore, anna[:1], id=anna[0].id, ignored=True)
    after = await regrouped(library)
    assert after[anna[0].id].cluster is None and after[anna[1].id].cluster == anna[1].cluster
    await say(library, ignore, anna[:1], id=anna[0].id, ignored=False)
    assert (await regrouped(library, full=False))[anna[0].id].cluster == anna[0].cluster


async def test_one_persons_own_threshold_counts(library: Services) -> None:
    anna = next(iter(main_faces(await faces(library)).values()))
    await say(library, NAME, anna[:2], person="anna", ids=[face.id for face in anna[:2]])
    await say(library, "MATCH (x:Person {id: 'anna'}) SET x.threshold = 1.01", anna)
    after = await regrouped(library)
    assert [(person, applied) for person, _, applied in after[anna[2].id].likes] == [("anna", False)]
    assert library.persons.photo_count("anna") == 2


async def test_new_photos_join_what_there_is(library: Services, lfw_faces: Mapping[str, Found], tmp_path: Path) -> None:
    before = main_faces(await faces(library))
    who, anna = next(iter(before.items()))
    await say(library, NAME, anna, person="anna", ids=[face.id for face in anna])
    people(tmp_path / "Pictures", PERSONS, EACH + 1)
    await scanned(library)
    await put_faces(library, lfw_faces)
    after = await faces(library)
    (mine,) = [face for face in after.values() if face.likes and face.likes[0][2]]
    assert (mine.who, mine.likes[0][0]) == (who, "anna")
    for other, known in before.items():
        joined = [face for face in after.values() if face.cluster == known[0].cluster]
        assert other == who or {face.who for face in joined} == {other}
        assert other == who or len(joined) == len(known) + 1


@pytest.mark.parametrize("damage", ["cut", "nonsense", "gone", "floor"])
async def test_a_damaged_file_of_similarities_is_made_anew(
    closed: Settings, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = closed.data_dir / "faces/similar.safetensors"
    whole = path.read_bytes()
    if damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "nonsense":
        path.write_bytes(b"nonsense" * 100)
    elif damage == "gone":
        path.unlink()
    else:
        closed.faces.cut = 0.45
    async with build(closed) as services:
        before = await faces(services)
        assert await regrouped(services) == before
    assert path.stat().st_size >= len(whole)
    assert ("computed again" in caplog.text) is (damage in ("cut", "nonsense"))


async def test_a_process_that_ends_between_two_questions_is_no_loss(closed: Settings) -> None:
    closed.faces.idle_seconds = 0.001
    async with build(closed) as services:
        before = await faces(services)
        assert await regrouped(services) == before


async def test_hdbscan_by_setting(closed: Settings) -> None:
    closed.faces.clustering = "hdbscan"
    async with build(closed) as services:
        found = main_faces(await regrouped(services))
    assert len({them[0].cluster for them in found.values()}) == PERSONS
    assert all(len(them) >= EACH - 1 for them in found.values())


async def test_a_grouping_is_cancelled_and_its_process_ends(closed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "CLUSTER_FACES", SLOW_GROUP)
    async with build(closed) as services:
        job = await services.face_triggers.group()
        async for step in services.jobs.watch(job.id):
            if step.message == "Grouping faces":
                break
        await services.jobs.cancel(job.id)
        async with asyncio.timeout(PATIENCE):
            assert (await ended(services, job)).state is JobState.CANCELLED


async def test_what_people_say_is_looked_at_once_they_say_no_more(library: Services) -> None:
    count = len(await of_kind(library, JobKind.CLUSTER))
    for _ in range(20):
        await library.face_triggers.labels_changed(LabelsChanged(LabelKind.FACES))
    assert len(await of_kind(library, JobKind.CLUSTER)) == count
    await at_rest(library)
    assert len(await of_kind(library, JobKind.CLUSTER)) == count + 1
    async with build(library.settings, run_jobs=False) as services:
        await services.face_triggers.labels_changed(LabelsChanged(LabelKind.FACES))
    await settled(library)
    assert len(await of_kind(library, JobKind.CLUSTER)) == count + 2, "a service that stops asks for it before"


async def test_without_faces_there_is_nothing_to_group(services: Services) -> None:
    job = await ended(services, await services.face_triggers.group())
    assert (job.state, job.message) == (JobState.SUCCEEDED, "No face has features of SFace yet.")
