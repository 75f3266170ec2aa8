"""The index follows what is said of tags, folders and faces: every label as the graph has it, on both engines."""

from __future__ import annotations

import os
from pathlib import Path
from typing import LiteralString

import pytest

from photos_graph import index
from photos_graph.bootstrap import Services, build
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.engine.feed_entry import touch
from photos_graph.model.labels import Certainty, FolderMarks
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.search.filters import IntRange, PhotoFilter, TermFilter
from photos_graph.settings import Settings
from tests.kit.library import in_step, photos, scanned
from tests.kit.pictures import OLD

pytestmark = pytest.mark.anyio


async def change(services: Services, *queries: LiteralString, touching: dict[str, list[str]] | None = None) -> None:
    """Runs the queries in one transaction; ``labelled`` are the names of files, ``folders`` those of folders."""
    touched: dict[str, list[str]] = touching or {}
    numbers = [(await photos(services))[name].number for name in touched.get("labelled", ())]
    known = {row.name: row.id for row in services.index.search.folders}

    async def work(tx: Transaction) -> None:
        for query in queries:
            await tx.run(query)
        await touch(
            tx,
            labelled=numbers,
            folders=[known[name] for name in touched.get("folders", ())],
            tags=touched.get("tags", ()),
            persons=touched.get("persons", ()),
        )

    await services.graph.transaction(work)
    await services.index.catch_up()


async def found(services: Services, **terms: object) -> set[str]:
    return {name.removesuffix(".jpg") for name in await photos(services, PhotoFilter(**terms))}  # type: ignore[arg-type]


def any_of(*names: str) -> TermFilter:
    return TermFilter(any=tuple(Ref(name=name) for name in names))


TREE: tuple[LiteralString, ...] = (
    "CREATE (:Tag {id: 't-places', name: 'Places', key: '/places'})",
    "MATCH (p:Tag {id: 't-places'}) CREATE (:Tag {id: 't-rome', name: 'Rome', key: 't-places/rome'})-[:CHILD_OF]->(p)",
    "CREATE (:Tag {id: 't-sea', name: 'Sea', key: '/sea', threshold: 0.7})",
    "MATCH (p:Photo {name: '4.jpg'}), (t:Tag {id: 't-sea'}) CREATE (p)-[:TAGGED {via: 'MANUAL', at: 5, by: 'me'}]->(t)",
    "MATCH (p:Photo {name: '5.jpg'}), (t:Tag {id: 't-sea'}) CREATE (p)-[:PREDICTED {score: 0.7, model: 'm'}]->(t)",
    "MATCH (p:Photo {name: '6.jpg'}), (t:Tag {id: 't-sea'}) CREATE (p)-[:PREDICTED {score: 0.6, model: 'm'}]->(t)",
    "MATCH (p:Photo {name: '5.jpg'}), (t:Tag {id: 't-rome'}) CREATE (p)-[:PREDICTED {score: 0.9, model: 'm'}]->(t)",
    "MATCH (d:Folder {name: 'a'}), (t:Tag {id: 't-rome'}) CREATE (d)-[:TAGGED {recursive: true, at: 7, by: 'me'}]->(t)",
    "MATCH (p:Photo {name: '2.jpg'}), (t:Tag {id: 't-places'}) CREATE (p)-[:EXCLUDES {at: 5, by: 'me'}]->(t)",
)
TOUCHED = {"tags": ["t-places", "t-rome", "t-sea"], "folders": ["a"], "labelled": ["2.jpg", "4.jpg", "5.jpg", "6.jpg"]}


@pytest.fixture
async def tagged(services: Services, folder: Path) -> Services:
    await services.roots.add(str(folder))
    await scanned(services)
    # a photo's name is in its files: put it on the photo, so that the queries here are short
    await services.graph.write("MATCH (f:File)-[:OF]->(p:Photo) SET p.name = f.name")
    await change(services, *TREE, touching=TOUCHED)
    return services


async def test_tags_come_from_people_folders_and_models(tagged: Services) -> None:
    assert await found(tagged, tags=any_of("Sea")) == {"4", "5"}
    assert await found(tagged, tags=any_of("Sea"), certainty=Certainty.CONFIRMED) == {"4"}
    assert await found(tagged, tags=any_of("places")) == {"1", "3"}
    assert await found(tagged, tags=any_of("Places/Rome")) == {"1", "3"}
    assert await found(tagged, untagged=True) == {"2", "6", "7", "8", "9", "10"}
    assert await in_step(tagged)


async def test_folders_exclude_and_a_photo_that_comes_later_inherits(tagged: Services, folder: Path) -> None:
    await change(
        tagged,
        "MATCH (d:Folder {name: 'deep'}), (t:Tag {id: 't-places'}) CREATE (d)-[:EXCLUDES {at: 1, by: 'me'}]->(t)",
        touching={"folders": ["deep"]},
    )
    assert await found(tagged, tags=any_of("Rome")) == {"1"}
    os.utime(folder / "a" / "deep", (OLD, OLD))  # a folder is known again by a time that is settled
    (folder / "b" / "10.jpg").rename(folder / "a" / "10.jpg")
    (folder / "a" / "1.jpg").rename(folder / "b" / "1.jpg")
    await scanned(tagged)
    assert await found(tagged, tags=any_of("Rome")) == {"10"}
    (folder / "a" / "deep").rename(folder / "deep")
    await scanned(tagged)
    (row,) = (row for row in tagged.index.search.folders if row.name == "deep")
    assert tagged.index.search.inheritance.marks_of(row.id) == FolderMarks(row.id, (), ("t-places",))
    assert await in_step(tagged)


async def test_a_tag_moves_gets_another_threshold_and_goes(tagged: Services) -> None:
    await change(
        tagged,
        "MATCH (t:Tag {id: 't-sea'}), (p:Tag {id: 't-places'}) SET t.threshold = 0.5 CREATE (t)-[:CHILD_OF]->(p)",
        touching={"tags": ["t-sea"]},
    )
    assert await found(tagged, tags=any_of("Places/Sea")) == {"4", "5", "6"}
    assert await found(tagged, tags=any_of("Places")) == {"1", "3", "4", "5", "6"}
    assert await in_step(tagged)
    await change(tagged, "MATCH (t:Tag {id: 't-rome'}) DETACH DELETE t", touching={"tags": ["t-rome"]})
    assert await found(tagged, tags=any_of("Places")) == {"4", "5", "6"}
    assert await found(tagged, tags=any_of("Rome")) == set()
    assert await in_step(tagged)


PEOPLE: tuple[LiteralString, ...] = (
    "CREATE (:Person {id: 'x-anna', name: 'Anna', key: 'anna', isMe: true, hidden: false})",
    "CREATE (:Person {id: 'x-bo', name: 'Bo', key: 'bo', hidden: true})",
    "MATCH (p:Photo {name: '4.jpg'}), (x:Person {id: 'x-anna'}) "
    "CREATE (p)-[:HAS_FACE]->(f:Face {id: 'f1'}) CREATE (f)-[:IS {at: 1, by: 'me'}]->(x)",
    "MATCH (p:Photo {name: '4.jpg'}), (x:Person {id: 'x-bo'}) "
    "CREATE (p)-[:HAS_FACE]->(f:Face {id: 'f2'}) CREATE (f)-[:LOOKS_LIKE {score: 0.8, model: 'm', applied: true}]->(x)",
    "MATCH (p:Photo {name: '5.jpg'}), (x:Person {id: 'x-anna'}) "
    "CREATE (p)-[:HAS_FACE]->(f:Face {id: 'f3'}) CREATE (f)-[:LOOKS_LIKE {score: 0.4, applied: false}]->(x)",
    "MATCH (p:Photo {name: '6.jpg'}), (x:Person {id: 'x-anna'}) CREATE (p)-[:HAS_FACE]->(f:Face {id: 'f4', "
    "ignored: true}) CREATE (f)-[:LOOKS_LIKE {score: 0.9, model: 'm', applied: true}]->(x)",
    "MATCH (f:Face {id: 'f1'}), (x:Person {id: 'x-bo'}) "
    "CREATE (f)-[:LOOKS_LIKE {score: 0.7, model: 'm', applied: true}]->(x)",
)


async def test_persons_and_faces(tagged: Services) -> None:
    touched = {"persons": ["x-anna", "x-bo"], "labelled": ["4.jpg", "5.jpg", "6.jpg"]}
    await change(tagged, *PEOPLE, touching=touched)
    assert await found(tagged, persons=any_of("anna")) == {"4"}
    assert await found(tagged, persons=any_of("bo")) == {"4"}
    assert await found(tagged, persons=any_of("bo"), certainty=Certainty.CONFIRMED) == set()
    assert await found(tagged, persons=TermFilter(any=(Ref(id="x-anna"),), only=True)) == set()
    assert await found(tagged, face_count=IntRange(min=2)) == {"4"}
    assert await found(tagged, face_count=IntRange(min=1, max=1)) == {"5"}
    assert len(await found(tagged, face_count=IntRange(max=0))) == 8
    assert [thing.id for thing in tagged.index.search.lexicon.me()] == ["x-anna"]
    everything = tagged.browse.photos(None, PhotoOrder.NAME_ASC).found
    facets = tagged.browse.facets
    assert [(person.name, count) for person, count in facets.persons(everything, 9)] == [("Anna", 1)]
    assert [(tag.name, count) for tag, count in facets.tags(everything, 2)] == [
        ("Places", 2),
        ("Rome", 2),
    ]
    assert await in_step(tagged)
    await change(tagged, "MATCH (x:Person {id: 'x-anna'}) DETACH DELETE x", touching={"persons": ["x-anna"]})
    assert await found(tagged, persons=any_of("anna")) == set()
    # A face of hers is nobody's now, so what a model says of it counts: its photo is touched by who deletes.
    await change(tagged, touching={"labelled": ["4.jpg"]})
    assert await in_step(tagged)


async def test_only_labels_are_read_when_only_labels_changed(tagged: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def unread(*_: object) -> None:
        raise AssertionError("photos were read")

    for name in ("photo_rows", "all_photos", "folder_rows"):
        monkeypatch.setattr(index.postings, name, unread)
    more: LiteralString = (
        "MATCH (p:Photo {name: '7.jpg'}), (t:Tag {id: 't-sea'}) CREATE (p)-[:TAGGED {via: 'MANUAL'}]->(t)"
    )
    await change(tagged, more, touching={"labelled": ["7.jpg"]})
    assert await found(tagged, tags=any_of("Sea")) == {"4", "5", "7"}
    monkeypatch.setattr(index, "MAX_TOUCHED", 2)
    less: LiteralString = "MATCH (p:Photo)-[r:TAGGED]->(:Tag {id: 't-sea'}) DELETE r"
    await change(tagged, less, touching={"labelled": ["4.jpg", "7.jpg", "8.jpg"]})
    assert await found(tagged, tags=any_of("Sea")) == {"5"}
    monkeypatch.undo()
    assert await in_step(tagged)


async def test_labels_are_there_after_a_restart_with_what_changed_since(settings: Settings, folder: Path) -> None:
    async with build(settings) as services:
        await services.roots.add(str(folder))
        await scanned(services)
        await services.graph.write("MATCH (f:File)-[:OF]->(p:Photo) SET p.name = f.name")
        await change(services, *TREE, touching=TOUCHED)
    elsewhere = settings.model_copy(update={"data_dir": settings.data_dir.with_name("other")})
    async with build(elsewhere, run_jobs=False) as services:  # from the graph
        assert await found(services, tags=any_of("Places")) == {"1", "3"}
        assert await in_step(services)
        more: LiteralString = (
            "MATCH (p:Photo {name: '9.jpg'}), (t:Tag {id: 't-rome'}) CREATE (p)-[:TAGGED {via: 'MANUAL'}]->(t)"
        )
        await change(services, more, touching={"labelled": ["9.jpg"]})
    async with build(settings, run_jobs=False) as services:  # from its snapshot
        assert await found(services, tags=any_of("Places")) == {"1", "3", "9"}
        assert await in_step(services)


async def test_a_page_tells_why(tagged: Services) -> None:
    page = tagged.browse.photos(PhotoFilter(tags=any_of("Places", "Sea")), PhotoOrder.NAME_ASC)
    found = [[(match.label, *match.via) for match in matches] for matches in tagged.browse.matches(page)]
    assert found == [[("Places", "Pictures/a")], [("Places", "Pictures/a")], [("Sea",)], [("Sea",)]]
