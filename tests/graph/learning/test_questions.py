"""Questions, schedules and the states of models, as the graph keeps them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pyroaring import BitMap

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import reviewed
from photos_graph.graph.labels import predictions
from photos_graph.graph.labels.edits import Edit, ReviewedFace, Value
from photos_graph.graph.learning import models, questions, schedules, skips
from photos_graph.graph.learning.large_faces import portraits
from photos_graph.graph.learning.questions import AskedFace
from photos_graph.graph.library.vanished_files import holding_photos
from photos_graph.model.learning import ModelKind, ModelState, Question, Schedule
from tests.kit.faces import Found, find
from tests.kit.planted import file_id, photo_id, plant
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio

SEA = Question(ModelKind.TAGS, photo_id(0), None, None, "sea", 0.5, "UNSURE", False)
SNOW = Question(ModelKind.TAGS, photo_id(1), None, "snow", "Snow", 0.4, "UNSURE", False)
ANN = Question(ModelKind.PERSONS, photo_id(1), "f", "ann", "Ann", 0.6, "UNSURE", False)


@pytest.fixture
async def planted(graph: Graph) -> Graph:
    await plant(graph, {"a": "a"}, {"a": range(2)})
    return graph


async def test_questions_are_replaced_as_a_whole_and_read_in_turn(planted: Graph) -> None:
    assert await questions.stamp(planted, ModelKind.TAGS) is None
    await planted.transaction(lambda tx: questions.replace(tx, ModelKind.TAGS, "1", [SNOW]))
    await planted.transaction(lambda tx: questions.replace(tx, ModelKind.TAGS, "2", [SEA, SNOW]))
    await planted.transaction(lambda tx: questions.replace(tx, ModelKind.PERSONS, "3", [ANN]))
    assert await questions.stamp(planted, ModelKind.TAGS) == "2"
    asked = await questions.asked(planted)
    assert [rank for rank, _ in asked.values()] == [0, 0, 1]
    assert {key: question for key, (_, question) in asked.items()} == {each.key: each for each in (SEA, SNOW, ANN)}


async def test_each_replacement_of_questions_has_a_number_of_its_own(planted: Graph) -> None:
    numbers = [await questions.revision(planted)]
    for write in (
        lambda tx: questions.replace(tx, ModelKind.TAGS, "1", [SNOW]),
        lambda tx: questions.replace(tx, ModelKind.PERSONS, "1", []),
        lambda tx: questions.replace_audit(tx, [SEA]),
    ):
        await planted.transaction(write)
        numbers.append(await questions.revision(planted))
    assert len(set(numbers)) == 4


async def test_skipped_questions_are_forgotten_when_their_time_is_over(planted: Graph) -> None:
    keys = ["a/sea", "b/sea", "c//snow"]

    async def skip(until: int | None, *some: str, now: int = 0) -> None:
        edits = [Edit(Value(None), Value(until), key) for key in some]
        await planted.transaction(lambda tx: skips.write(tx, edits, now))

    await skip(500, keys[0], keys[1])
    await skip(skips.FOR_EVER, keys[2])
    assert await skips.skipped(planted, 499) == {keys[0]: 500, keys[1]: 500, keys[2]: skips.FOR_EVER}
    assert await skips.skipped(planted, 500) == {keys[2]: skips.FOR_EVER}
    await skip(None, keys[1])
    assert await planted.transaction(lambda tx: skips.read(tx, keys, 0)) == {keys[0]: 500, keys[2]: skips.FOR_EVER}
    await skip(900, "d/sea", now=600)
    assert set(await skips.skipped(planted, 0)) == {keys[2], "d/sea"}


async def test_portraits_are_photos_with_a_large_face(planted: Graph) -> None:
    await find(planted, Found("f", photo_id(0), width=0.3, height=0.3), Found("g", photo_id(1), width=0.1, height=0.1))
    assert await portraits(planted) == await portraits(planted, BitMap([0, 1])) == BitMap([0])
    assert await portraits(planted, BitMap([1])) == BitMap()


async def test_what_is_known_of_the_faces_that_are_asked_about(planted: Graph) -> None:
    await find(planted, Found("f", photo_id(0)), Found("g", photo_id(1), ignored=True))
    await planted.write(
        "CREATE (ann:Person {id: 'ann'}), (ben:Person {id: 'ben'}) WITH ann, ben MATCH (f:Face {id: 'f'})"
        " CREATE (f)-[:IS]->(ann), (f)-[:IS_NOT]->(ben)"
    )
    confirmed = [Edit(ReviewedFace(None), ReviewedFace("ann"), faces=("f",))]
    await writer(planted).commit(lambda tx: reviewed.write(tx, confirmed))
    assert await planted.transaction(lambda tx: reviewed.read(tx, ["f", "g", "gone"])) == {
        "f": ReviewedFace("ann"),
        "g": ReviewedFace(None),
    }
    assert await questions.faces(planted, ["f", "g", "gone"]) == {
        "f": AskedFace(False, "ann", "ann", frozenset({"ben"})),
        "g": AskedFace(True, None, None, frozenset()),
    }


async def test_a_schedule_is_claimed_once(planted: Graph) -> None:
    await schedules.put(planted, ModelKind.TAGS, "0 3 * * *", 1_000)

    async def claim(now_ms: int) -> bool:
        return await planted.transaction(
            lambda tx: schedules.claim(tx, ModelKind.TAGS, now_ms, now_ms + 5_000, 0, True)
        )

    assert [await claim(now_ms) for now_ms in (999, 1_000, 1_001)] == [False, True, False]
    expected = Schedule(ModelKind.TAGS, "0 3 * * *", datetime.fromtimestamp(6, UTC), 0)
    assert (await schedules.schedules(planted))[ModelKind.TAGS] == expected


async def test_corrections_count_until_a_training_has_begun(planted: Graph) -> None:
    await schedules.put(planted, ModelKind.TAGS, None, None)
    await planted.write("MATCH (s:Schedule) SET s.corrections = 3")
    assert (await schedules.schedules(planted))[ModelKind.TAGS].corrections == 3
    await schedules.learnt(planted, ModelKind.TAGS)
    assert (await schedules.schedules(planted))[ModelKind.TAGS].corrections == 0


async def test_states_of_models_and_predictions(planted: Graph) -> None:
    await planted.write("CREATE (:Model {id: 'm', state: 'TRAINING'})")
    await planted.transaction(lambda tx: models.set_state(tx, "m", ModelState.REJECTED, "no examples"))
    found = await planted.read("MATCH (m:Model {id: 'm'}) RETURN m.state AS state, m.reason AS reason")
    assert found == [{"state": "REJECTED", "reason": "no examples"}]
    assert await predictions.finished_by(planted) is None
    await predictions.set_finished_by(planted, "v2")
    assert await predictions.finished_by(planted) == "v2"


async def test_which_files_hold_a_photo(planted: Graph) -> None:
    ids = [file_id(0, "a"), file_id(1, "a"), "gone"]
    assert await holding_photos(planted, ids) == set(ids[:2])
