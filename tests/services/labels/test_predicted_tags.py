"""What people say, in one call, about the tags that models give to many photos."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import BadInput, NotFound
from photos_graph.jobs.background import BackgroundWrites
from photos_graph.library.places import Gazetteer
from photos_graph.model.labels import BulkResult
from photos_graph.model.search import Ref
from photos_graph.search.filters import FolderFilter, PhotoFilter, TermFilter
from photos_graph.services.labels import folder_plan, predicted_tags
from photos_graph.services.labels.predicted_tags import ChosenPhotos, PredictedTags
from photos_graph.services.undo import Changes
from photos_graph.settings import Settings
from resolvers import ids
from tests.kit.faces import predict
from tests.kit.graphql import execute
from tests.kit.planted import photo_id, plant
from tests.kit.tags import assertions_by_path, grown
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.anyio

SEA = [Ref(name="Sea")]
PORTRAITS, BEACH = range(6), range(6, 10)


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """Portraits with the photos 0 to 5, and the beach with 6 to 9. A model gives Sea to 0 to 8, to 5 only as a
    suggestion (the threshold is 0.5). Somebody tagged photo 1 with Sea, and took it from photo 2."""
    async with build(settings, run_jobs=False) as services:
        await plant(
            services.graph, {"portraits": "portraits", "beach": "beach"}, {"portraits": PORTRAITS, "beach": BEACH}
        )
        await services.index.catch_up()
        await services.tagging.tag_photos([photo_id(1)], SEA)
        await services.tagging.answer({}, {photo_id(2): [(await sea(services))]})
        await predicted(services, {number: 0.4 if number == 5 else 0.9 for number in range(9)})
        yield services


async def sea(services: Services) -> str:
    return (await grown(services.graph, "Sea"))["Sea"]


async def predicted(services: Services, scores: Mapping[int, float], tag: str | None = None) -> None:
    await predict(services, tag or await sea(services), {photo_id(number): score for number, score in scores.items()})


def found(services: Services, tag: str = "Sea") -> set[int]:
    return set(services.index.search.sets.tags.having(services.index.search.tags.named(tag)[0].id))


def counts(result: BulkResult) -> tuple[int, int, int]:
    return result.matched, result.changed, result.kept


IN_PORTRAITS = ChosenPhotos(folder_id="portraits")


@pytest.mark.both_engines
async def test_none_of_the_photos_of_a_folder_shows_it(services: Services) -> None:
    before = found(services)
    assert before == {0, 1, 3, 4, 6, 7, 8}
    dry = await services.predicted_tags.reject(SEA, IN_PORTRAITS, dry_run=True)
    assert (*counts(dry), dry.change_id) == (6, 4, 1, None)
    assert found(services) == before
    done = await services.predicted_tags.reject(SEA, IN_PORTRAITS, by="anna")
    assert counts(done) == (6, 4, 1)
    assert found(services) == {1, 6, 7, 8}, "found no more when the call answers"
    assert [await assertions_by_path(services.graph, n) for n in (0, 1, 5, 6)] == [
        {"Sea": "EXCLUDES"},
        {"Sea": "MANUAL"},
        {"Sea": "EXCLUDES"},
        {},
    ]
    again = await services.predicted_tags.reject(SEA, IN_PORTRAITS)
    assert (*counts(again), again.change_id) == (6, 0, 1, None)
    assert (await services.changes.undo(done.change_id or "")).changed == 4
    assert found(services) == before


@pytest.mark.both_engines
async def test_predictions_become_what_a_person_says(services: Services) -> None:
    everywhere = ChosenPhotos(filter=PhotoFilter())
    done = await services.predicted_tags.confirm(SEA, everywhere)
    assert counts(done) == (10, 6, 1), "neither the suggestion, nor what a person took off"
    assert set(services.index.search.sets.tags.having(await sea(services), confirmed=True)) == {0, 1, 3, 4, 6, 7, 8}
    assert (await services.changes.undo(done.change_id or "")).changed == 6
    chosen = ChosenPhotos(ids=[photo_id(n) for n in (2, 5, 6, 9)])
    assert counts(await services.predicted_tags.confirm(SEA, chosen)) == (4, 2, 1)
    assert await assertions_by_path(services.graph, 5) == {"Sea": "MANUAL"}
    assert await assertions_by_path(services.graph, 9) == {}, "no model gave it"


async def test_a_wider_tag_covers_what_lies_below_it(services: Services) -> None:
    beach = (await grown(services.graph, "Water", "Water/Beach"))["Water/Beach"]
    await predicted(services, {6: 0.9, 7: 0.4}, beach)
    at_the_beach = ChosenPhotos(filter=PhotoFilter(folder=FolderFilter(path="Pictures/beach")))
    assert counts(await services.predicted_tags.confirm([Ref(name="Water")], at_the_beach, dry_run=True)) == (4, 1, 0)
    assert counts(await services.predicted_tags.reject([Ref(name="Water")], at_the_beach)) == (4, 2, 0)
    assert found(services, "Water") == found(services, "Beach") == set()


async def test_many_photos_are_one_change_in_several_commits(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if the process ends in between: what was written can be undone, and the same call does the rest."""
    monkeypatch.setattr(predicted_tags, "PHOTOS_PER_COMMIT", 2)
    before = found(services)
    everywhere = ChosenPhotos(filter=PhotoFilter(tags=TermFilter(any=(Ref(name="Sea"),))))
    done = await services.predicted_tags.reject(SEA, everywhere)
    assert counts(done) == (7, 6, 1)
    assert found(services) == {1}
    [recorded] = await services.graph.read(
        "MATCH (c:Change {kind: 'REJECT_TAGS'}) RETURN c.summary AS a, c.changed AS n"
    )
    assert recorded == {"a": "Said that 6 photos do not have Sea.", "n": 6}
    assert (await services.changes.undo(done.change_id or "")).changed == 6
    assert found(services) == before

    written, stop = services.writer.commit, iter((False, True))

    async def crashing(*arguments: Any, **options: Any) -> Any:
        if next(stop):
            raise RuntimeError("the process ends")
        return await written(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(services.writer, "commit", crashing)
        with pytest.raises(RuntimeError):
            await services.predicted_tags.reject(SEA, everywhere)
    await services.index.catch_up()
    assert len(found(services)) == len(before) - 2
    assert counts(await services.predicted_tags.reject(SEA, everywhere)) == (5, 4, 1)
    assert found(services) == {1}


@pytest.mark.both_engines
async def test_what_takes_too_long_for_a_call_is_completed_in_the_background(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predicted_tags, "PHOTOS_PER_COMMIT", 2)
    before, writes = found(services), BackgroundWrites(0)
    impatient = PredictedTags(services.graph, services.index, services.writer, writes, services.questions)
    changes = Changes(services.index, services.writer, writes, Gazetteer())
    everywhere = ChosenPhotos(filter=PhotoFilter())
    done = await impatient.reject(SEA, everywhere)
    assert (done.matched, done.changed, done.is_complete) == (10, 0, False)
    back = await changes.undo(done.change_id or "")
    assert not back.is_complete
    await writes.finished(done.change_id or "")
    await services.index.catch_up()
    assert found(services) == {1}
    await writes.finished(back.change_id or "")
    assert found(services) == before, "the undo waited until the change was complete"
    [undo, change] = (await services.history.page(2, None)).items
    assert ((undo.id, undo.changed), (change.id, change.changed)) == ((back.change_id, 7), (done.change_id, 7))

    writes = BackgroundWrites(PATIENCE)
    patient = PredictedTags(services.graph, services.index, services.writer, writes, services.questions)
    asked = asyncio.create_task(patient.reject(SEA, everywhere))
    while not any(task.get_name().startswith("write ") for task in asyncio.all_tasks()):
        await asyncio.sleep(0)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    await writes.close()
    assert found(services) == {1}, "the write goes on after its caller stopped waiting"


async def test_what_cannot_be_meant_changes_nothing(services: Services) -> None:
    with pytest.raises(BadInput, match="exactly one"):
        await services.predicted_tags.reject(SEA, ChosenPhotos())
    with pytest.raises(BadInput, match="exactly one"):
        await services.predicted_tags.reject(SEA, ChosenPhotos(ids=[photo_id(0)], filter=PhotoFilter()))
    with pytest.raises(NotFound, match="no such folder"):
        await services.predicted_tags.confirm(SEA, ChosenPhotos(folder_id="nowhere"))
    with pytest.raises(NotFound, match="There is no tag Lake"):
        await services.predicted_tags.confirm([Ref(name="Lake")], IN_PORTRAITS)
    with pytest.raises(NotFound):
        await services.predicted_tags.reject(SEA, ChosenPhotos(ids=["unknown"]))


@pytest.mark.both_engines
async def test_untagging_a_folder_takes_predictions_too(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    before = found(services)
    await services.tagging.tag_folder("portraits", SEA)
    assert found(services) == before | {5}
    dry = await services.tagging.untag_folder("portraits", SEA, dry_run=True)
    done = await services.tagging.untag_folder("portraits", SEA)
    assert counts(dry) == counts(done) == (6, 4, 0), (
        "three that a model gave it, and one that had it by the folder only"
    )
    assert found(services) == {1, 6, 7, 8}
    assert (await services.changes.undo(done.change_id or "")).changed == 4
    assert found(services) == before | {5}
    monkeypatch.setattr(folder_plan, "MAX_PAIRS", 2)
    with pytest.raises(BadInput, match="3 photos"):
        await services.tagging.untag_folder("portraits", SEA)


# through the API

REJECT = """mutation($t: [String!]!, $f: ID, $p: [ID!], $x: PhotoFilter, $d: Boolean! = false) {
  rejectTags(tags: $t, folder: $f, photos: $p, filter: $x, dryRun: $d) { matched changed kept change } }"""
COUNT = 'query { photos(filter: {tags: {any: ["Sea"]}}) { totalCount } }'
UNDO = "mutation($c: ID!) { undo(change: $c) { changed } }"


@pytest.mark.both_engines
async def test_260_wrong_predictions_are_corrected_in_one_call(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as services:
        await plant(services.graph, {"portraits": "a", "sea": "b"}, {"a": range(260), "b": range(260, 300)})
        await services.index.catch_up()
        await predicted(services, dict.fromkeys(range(300), 0.9))

        async def asked(document: str, **variables: Any) -> Any:
            answer = await execute(services, document, **variables)
            assert answer.errors is None, answer.errors
            assert answer.data is not None
            return answer.data

        assert (await asked(COUNT))["photos"]["totalCount"] == 300
        folder = ids.encode("Folder", "a")
        dry = (await asked(REJECT, t=["Sea"], f=folder, d=True))["rejectTags"]
        assert dry == {"matched": 260, "changed": 260, "kept": 0, "change": None}
        done = (await asked(REJECT, t=["Sea"], f=folder))["rejectTags"]
        assert (done["matched"], done["changed"], done["kept"]) == (260, 260, 0)
        assert (await asked(COUNT))["photos"]["totalCount"] == 40
        assert (await asked(UNDO, c=done["change"]))["undo"] == {"changed": 260}
        assert (await asked(COUNT))["photos"]["totalCount"] == 300
        by_filter = (await asked(REJECT, t=["Sea"], x={"folder": {"path": "Pictures/portraits"}}))["rejectTags"]
        assert by_filter["changed"] == 260
        assert (await asked(COUNT))["photos"]["totalCount"] == 40
