"""The review queue: what is asked, what is not asked again, and how it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import BadInput, Conflict
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.learning import questions
from photos_graph.model.learning import ModelKind, Question
from photos_graph.model.search import Ref
from photos_graph.services.learning import review_queue
from photos_graph.services.learning.portraits import is_settled
from photos_graph.settings import Settings
from tests.kit.faces import MODEL, Found, find
from tests.kit.planted import photo_id, plant
from tests.kit.tags import grown

pytestmark = pytest.mark.anyio


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """Photos 0 to 9, of which 0 to 4 are portraits; the tag Sea."""
    async with build(settings, run_jobs=False) as services:
        await plant(services.graph, {"a": "a"}, {"a": range(10)})
        await find(services.graph, *(Found(f"f{n}", photo_id(n), width=0.4, height=0.4) for n in range(5)))
        await grown(services.graph, "Sea")
        await services.index.catch_up()
        yield services


async def ask(services: Services, *numbers: int) -> None:
    """Asks whether these photos have the tag, under the name that it had then."""
    sea = (await grown(services.graph, "Sea"))["Sea"]
    asked = [Question(ModelKind.TAGS, photo_id(n), None, sea, "Ocean", 0.5, "why") for n in numbers]
    await services.graph.transaction(lambda tx: questions.replace(tx, ModelKind.TAGS, "stamp", asked))


async def queue(services: Services) -> tuple[list[str], str | None]:
    """Returns the keys in the queue and the reason why it is empty."""
    page = await services.review.queue(ModelKind.TAGS, None, 500, None)
    assert {each.name for each in page.listing.items} <= {"Sea"}, "the name of now"
    assert page.listing.total == len(page.listing.items)
    return [each.key for each in page.listing.items], page.reason


async def test_questions_are_read_once_until_any_process_replaces_them(
    services: Services, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, asked = 0, questions.asked

    async def counted(graph: Graph) -> dict[str, tuple[int, Question]]:
        nonlocal read
        read += 1
        return await asked(graph)

    monkeypatch.setattr(questions, "asked", counted)
    await ask(services, 5, 6)
    keys, _ = await queue(services)
    assert await queue(services) == (keys, None) and len(keys) == 2
    assert await services.review.questions(["gone", *keys[1:]]) != [None, None]
    page = await services.review.queue(ModelKind.PERSONS, None, 10, None)
    assert page.listing.items == [] and read == 1
    async with build(settings, run_jobs=False) as other:
        await ask(other, 7)
    assert (await queue(services))[0] != keys and read == 2


async def untag(services: Services, numbers: Sequence[int]) -> str:
    sea = (await grown(services.graph, "Sea"))["Sea"]
    return (await services.tagging.answer({}, {photo_id(n): [sea] for n in numbers})).change_id or ""


@pytest.mark.both_engines
async def test_what_is_skipped_is_not_asked_for_a_while_and_the_end_has_a_reason(services: Services) -> None:
    assert await queue(services) == ([], review_queue.NO_MODEL)
    await services.graph.write(MODEL)
    assert await queue(services) == ([], review_queue.NOTHING)
    await ask(services, 5, 6, 7)
    keys, reason = await queue(services)
    assert len(keys) == 3 and reason is None
    skipped = await services.review.skip(keys[:2])
    assert (skipped.matched, skipped.changed) == (2, 2)
    await services.review.confirm(keys[2:])
    left, reason = await queue(services)
    assert left == [] and (reason or "").startswith("2 skipped questions are asked again from 20")
    again = await services.review.skip(keys[:1])
    with pytest.raises(Conflict):
        await services.changes.undo(skipped.change_id or "")
    for change in (again, skipped):
        await services.changes.undo(change.change_id or "")
    assert await queue(services) == (keys[:2], None)
    await services.review.reject(keys[:2])
    assert await queue(services) == ([], review_queue.ANSWERED)
    with pytest.raises(BadInput):
        await services.review.skip(["nothing"])


@pytest.mark.both_engines
async def test_a_name_that_is_confirmed_is_asked_again_after_an_undo(services: Services) -> None:
    await services.assignment.assign(["f1"], Ref(name="Anna"))
    anna = services.persons.named("Anna")
    assert anna is not None
    asked = [
        Question(ModelKind.PERSONS, photo_id(1), "f1", anna.id, "Anna", 0.2, "why", named=True),
        Question(ModelKind.PERSONS, photo_id(2), "f2", anna.id, "Anna", 0.7, "why"),
    ]
    await services.graph.transaction(lambda tx: questions.replace(tx, ModelKind.PERSONS, "stamp", asked))

    async def open_() -> list[Question]:
        return list((await services.review.queue(ModelKind.PERSONS, None, 10, None)).listing.items)

    assert await open_() == asked
    confirmed = await services.review.confirm([asked[0].key], by="ben")
    assert (confirmed.matched, confirmed.changed, await open_()) == (1, 1, asked[1:])
    other = await services.review.confirm([asked[1].key])
    assert await open_() == []
    back = await services.changes.undo(confirmed.change_id or "")
    assert await open_() == asked[:1]
    await services.changes.undo(back.change_id or "")
    await services.changes.undo(other.change_id or "")
    assert await open_() == asked[1:]
    await services.assignment.reject(["f1"], anna.id)
    await services.changes.undo(confirmed.change_id or "")
    assert await open_() == asked[1:], "the face is not hers now"


async def test_a_class_that_is_denied_is_asked_again_after_an_undo(services: Services) -> None:
    asked = [Question(ModelKind.TAGS, photo_id(5), None, None, "wig", 0.5, "why")]
    await services.graph.transaction(lambda tx: questions.replace(tx, ModelKind.TAGS, "stamp", asked))
    denied = await services.review.reject([asked[0].key])
    assert denied.changed == 1
    assert await queue(services) == ([], review_queue.ANSWERED)
    await services.changes.undo(denied.change_id or "")
    page = await services.review.queue(None, None, 10, None)
    assert page.listing.items == asked


async def test_scenery_is_not_asked_on_portraits_once_that_is_answered(services: Services) -> None:
    await ask(services, 3, 4, 5, 6)
    assert len((await queue(services))[0]) == 4
    await untag(services, [0, 1])
    assert len((await queue(services))[0]) == 4, "two answers are not enough"
    change = await untag(services, [2])
    assert [key.split("/")[0] for key in (await queue(services))[0]] == [photo_id(5), photo_id(6)]
    await services.tagging.tag_photos([photo_id(3)], [Ref(name="Sea")])
    assert len((await queue(services))[0]) == 3, "a portrait by the sea"
    await services.changes.undo(change)
    assert len((await queue(services))[0]) == 3


async def test_a_class_is_not_asked_on_portraits_once_it_was_denied_there(services: Services) -> None:
    asked = [Question(ModelKind.TAGS, photo_id(n), None, None, "seashore", 0.5, "why") for n in (0, 1, 2, 3, 5)]
    await services.graph.transaction(lambda tx: questions.replace(tx, ModelKind.TAGS, "stamp", asked))
    await services.review.reject([each.key for each in asked[:2]])
    assert (await services.review.queue(None, None, 10, None)).listing.items == asked[2:]
    await services.review.reject([asked[2].key])
    assert (await services.review.queue(None, None, 10, None)).listing.items == asked[4:]


async def test_the_queue_has_an_end(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_queue, "MAX_QUEUE", 2)
    await ask(services, 5, 6, 7)
    assert len((await queue(services))[0]) == 2


def test_few_confirmed_portraits_do_not_count() -> None:
    assert [is_settled(*pair) for pair in ((2, 0), (3, 0), (3, 1), (9, 1), (10, 1), (20, 3))] == [
        False,
        True,
        False,
        False,
        True,
        False,
    ]
