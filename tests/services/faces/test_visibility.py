"""Faces of photos that no file holds: nowhere while it is so, and back with all that was said."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import NotFound
from photos_graph.faces.recognition import Recognised
from photos_graph.graph.engine.migrations import migrate
from photos_graph.graph.faces import cluster_pages, clusters
from photos_graph.graph.library import files, folders, photos, vanished_files
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.graph.library.photos import Read
from photos_graph.model.faces import UNASSIGNED, Box, FaceFilter
from photos_graph.model.library import Metadata
from photos_graph.services.browse.faces import PageKey
from photos_graph.services.faces import review_questions
from photos_graph.settings import Settings
from tests.kit.face_tables import Row, face_table
from tests.kit.faced_library import alone, counts, named
from tests.kit.faces import liken, names_of_faces, sizes
from tests.kit.library import in_step
from tests.kit.planted import ROOT, file_id, hold, photo_id, plant
from tests.kit.writing import writer

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]

ALL = {*(f"f{n}" for n in range(10)), "g0", "g5"}


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with alone(settings) as services:
        yield services


async def deleted(services: Services, *numbers: int) -> None:
    await vanished_files.miss_files(writer(services.graph), [file_id(number, "a") for number in numbers])
    await services.index.catch_up()


async def back(services: Services, *numbers: int) -> None:
    known = (await files.known_files(services.graph, ["a"]))["a"]
    await files.move_files(writer(services.graph), [known[f"{number}.jpg"] for number in numbers])
    await services.index.catch_up()


async def read_again(services: Services, number: int, reads: int | None) -> None:
    """The file of that photo holds the bytes of another now, or what cannot be read."""
    file = file_id(number, "a")
    if reads is None:
        await photos.put_read(writer(services.graph), [], [ReadFailure(file, "x", "decode", "torn")], "j")
    else:
        content_hash = photo_id(reads) + "0" * 32
        read = Read(file, 1, 1, 1, content_hash, content_hash, 4, 3, "JPEG", "", Metadata())
        await photos.put_read(writer(services.graph), [read], [], "j")
    await services.index.catch_up()


async def listed(services: Services, wanted: FaceFilter | None = None) -> set[str]:
    """Ids of all faces on these pages, as many as are counted."""
    wanted = wanted or FaceFilter()
    found: list[str] = []
    after: str | None = None
    while True:
        [page] = await services.faces.pages([PageKey(wanted, 5, after)])
        assert not isinstance(page, Exception)
        found += page.items
        if not page.has_next:
            break
        after = page.cursors[-1]
    assert len(set(found)) == len(found) == await services.faces.count(wanted)
    return set(found)


async def test_they_are_on_no_page_and_in_no_count(services: Services) -> None:
    await services.assignment.assign(["f1", "f2"], named("Anna"))
    await services.assignment.ignore(["f7", "f8", "f2"])
    wanted = (
        FaceFilter(),
        FaceFilter(min_quality=0.0),
        FaceFilter(assigned=True),
        FaceFilter(assigned=False),
        FaceFilter(ignored=True),
        FaceFilter(ignored=False),
        FaceFilter(assigned=True, ignored=True),
        FaceFilter(assigned=False, ignored=True),
        FaceFilter(assigned=True, ignored=False),
        FaceFilter(assigned=False, ignored=False),
        FaceFilter(photo_id=photo_id(0)),
        FaceFilter(photo_id=photo_id(2), ignored=True),
    )
    before = [await listed(services, each) for each in wanted]
    everywhere = await services.faces.library_count()
    await deleted(services, 0, 2, 8, 9)
    unseen = {"f0", "g0", "f2", "f8", "f9"}
    assert [await listed(services, each) for each in wanted] == [each - unseen for each in before]
    assert await services.faces.library_count() == everywhere - 3, "two of them are ignored"
    await back(services, 0, 2, 8, 9)
    assert [await listed(services, each) for each in wanted] == before
    assert await services.faces.library_count() == everywhere
    assert await in_step(services)


async def test_a_cluster_is_as_large_as_what_is_shown_of_it(services: Services) -> None:
    await deleted(services, 0, 1)
    assert await sizes(services.graph) == {"c": 3}
    assert await listed(services, FaceFilter(cluster_id="c")) == {"f2", "f3", "f4"}
    assert await listed(services, FaceFilter(cluster_id="c", min_quality=0.0)) == {"f2", "f3", "f4"}
    await back(services, 0, 1)
    assert await sizes(services.graph) == {"c": 6}
    assert await listed(services, FaceFilter(cluster_id="c")) == {"f0", "g0", "f1", "f2", "f3", "f4"}


async def test_a_cluster_of_them_alone_is_not_listed_and_comes_back(services: Services) -> None:
    await deleted(services, *range(5))
    await services.writer.commit(lambda tx: clusters.move(tx, [], [], ["c"]))
    assert (await services.faces.clusters(1, 5, None)).items == []
    with pytest.raises(NotFound):
        await services.assignment.name_cluster("c", named("Anna"))
    await back(services, 3, 4)
    [cluster] = (await services.faces.clusters(1, 5, None)).items
    assert (cluster.id, cluster.size) == ("c", 2)
    await services.writer.commit(lambda tx: clusters.move(tx, [], [], ["c"]))
    assert await sizes(services.graph) == {"c": 2}


async def test_who_names_a_cluster_names_what_is_shown_of_it(services: Services) -> None:
    await deleted(services, 0, 1)
    assert counts(await services.assignment.name_cluster("c", named("Anna"))) == (3, 3, True)
    await back(services, 0, 1)
    assert set(await names_of_faces(services.graph)) == {"f2", "f3", "f4"}
    assert await sizes(services.graph) == {"c": 3}


async def test_a_cluster_is_like_whom_those_that_are_shown_are_like(services: Services) -> None:
    anna = (await services.person_editing.create("Anna")).id
    await liken(services.graph, "f0", {anna: 0.9})
    await liken(services.graph, "f4", {anna: 0.4})
    await deleted(services, 0, 1, 2)
    assert await cluster_pages.similar_persons(services.graph, ["c"]) == {"c": [(anna, pytest.approx(0.2))]}


async def test_a_person_has_the_faces_that_are_shown_and_gets_the_others_back(services: Services) -> None:
    await services.assignment.assign(["f1", "f2", "f9"], named("Anna"))
    anna = services.persons.named("Anna")
    assert anna is not None
    await liken(services.graph, "f3", {anna.id: 0.9}, applied=anna.id)
    await liken(services.graph, "f4", {anna.id: 0.9}, applied=anna.id)
    await services.person_editing.update(anna.id, cover_id="f1")
    said = await names_of_faces(services.graph)
    whole = {"f1", "f2", "f3", "f4", "f9"}
    for numbers, left, cover in (
        ((9,), whole - {"f9"}, "f1"),
        ((9, 1, 3), {"f2", "f4"}, "f2"),
        ((9, 1, 2), {"f3", "f4"}, None),
    ):
        await deleted(services, *numbers)
        assert await services.faces.counts([anna.id]) == [len(left)]
        assert await services.faces.covers([anna.id]) == [cover]
        assert await listed(services, FaceFilter(person_id=anna.id)) == left
        assert await listed(services, FaceFilter(person_id=anna.id, min_quality=0.0)) == left
        await back(services, *numbers)
    assert await services.faces.counts([anna.id]) == [5]
    assert await services.faces.covers([anna.id]) == ["f1"]
    assert await listed(services, FaceFilter(person_id=anna.id)) == whole
    assert await names_of_faces(services.graph) == said


async def test_a_photo_with_another_file_is_still_shown(services: Services) -> None:
    await folders.put_folders(
        writer(services.graph), ROOT, [folders.StoredFolder("b", f"{ROOT}/b", "b", b"b", ROOT, 1, 1)]
    )
    await hold(services.graph, {"b": [0]})
    await deleted(services, 0)
    assert await listed(services) == ALL and await sizes(services.graph) == {"c": 6}
    await vanished_files.miss_files(writer(services.graph), [file_id(0, "b")])
    assert await listed(services) == ALL - {"f0", "g0"} and await sizes(services.graph) == {"c": 4}


async def test_the_faces_of_a_removed_root_come_back_with_it(services: Services) -> None:
    await services.assignment.assign(["f1"], named("Anna"))
    async with build(services.settings) as others:  # a job removes the root
        assert await others.roots.remove(ROOT)
    await services.index.catch_up()
    assert await listed(services) == set() and await sizes(services.graph) == {"c": 0}
    await services.graph.write("MATCH (j:Job {id: 'j'}) DELETE j")
    await plant(services.graph, {"a": "a"}, {"a": range(10)})
    assert await listed(services) == ALL and await sizes(services.graph) == {"c": 5}
    assert await names_of_faces(services.graph) == {"f1": {"Anna": "MANUAL"}}


@pytest.mark.parametrize("reads", [77, None], ids=["another picture", "nothing"])
async def test_what_a_file_no_longer_holds_is_not_shown(services: Services, reads: int | None) -> None:
    await read_again(services, 0, reads)
    assert await listed(services) == ALL - {"f0", "g0"} and await sizes(services.graph) == {"c": 4}
    await read_again(services, 0, 0)
    assert await listed(services) == ALL and await sizes(services.graph) == {"c": 6}


async def test_a_face_that_comes_after_its_photo_went_waits_with_it(services: Services) -> None:
    await deleted(services, 0)
    await services.drawn_faces.add(photo_id(0), Box(0.5, 0.7, 0.1, 0.1))
    assert await listed(services) == ALL - {"f0", "g0"}
    await back(services, 0)
    assert len(await listed(services)) == len(ALL) + 1


async def test_they_leave_questions_to_those_that_are_shown(services: Services) -> None:
    anna = (await services.person_editing.create("Anna")).id
    unseen = [Row(f"u{n}", photo=99, unseen=True) for n in range(review_questions.MAX_QUESTIONS)]
    every = face_table(*unseen, Row("f1", photo=1), persons=(anna,))
    like, scores = np.zeros((len(every), 1), np.int32), np.full((len(every), 1), 0.5, np.float32)
    scores[-1] = 0.4  # surer than all the others
    found = Recognised(
        np.arange(len(every), dtype=np.int32),
        like,
        scores,
        np.full(len(every), UNASSIGNED, np.int32),
        np.zeros(len(every), np.float32),
    )
    asked = review_questions.chosen(services.index.search, every, np.arange(len(every)), found, [])
    assert [question.face_id for question in asked] == ["f1"]


async def test_an_older_graph_gets_its_marks(services: Services) -> None:
    await deleted(services, 0, 7)
    await services.graph.write("MATCH (f:Face) SET f.unseen = null")
    await services.graph.write("MATCH (c:Cluster) SET c.size = 6")
    assert await listed(services) == ALL
    await services.graph.write("MATCH (m:Migration {number: 6}) DELETE m")
    await migrate(services.graph)
    assert await listed(services) == ALL - {"f0", "g0", "f7"} and await sizes(services.graph) == {"c": 4}
