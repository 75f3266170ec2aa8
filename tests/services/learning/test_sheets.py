"""Sheets, and what follows from judging them and from other corrections, over a library that was predicted."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import BadInput, Conflict, NotFound, Unavailable
from photos_graph.graph.labels.merged import merged_into
from photos_graph.graph.learning import models
from photos_graph.model.learning import LabelMetrics, ModelKind, Trust
from photos_graph.model.search import Ref
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.services.learning.audits import Audits
from photos_graph.services.learning.prediction import Guesses, guesses_of, kept_predictions
from photos_graph.settings import LearnSettings, Settings
from resolvers.ids import decode, encode
from tests.kit.graphql import execute
from tests.kit.library import in_step, photos
from tests.kit.planted import photo_id
from tests.kit.predicted_library import library, predicted

pytestmark = pytest.mark.anyio

SIZE, EXAMPLES, TRUE = 120, 10, 70  # the first photos are examples, and up to TRUE they show the sea
THRESHOLD = 0.5475  # to it and above are 97 photos, with the examples


def scores() -> dict[int, float]:
    """The true ones among 10 to 100 have higher scores than the others."""
    return dict.fromkeys(range(EXAMPLES), 0.55) | {n: 0.98 - 0.005 * (n - EXAMPLES) for n in range(EXAMPLES, 100)}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"learn": LearnSettings(enabled="off", precision=0.9, flood=9)})


async def sea_of(services: Services) -> str:
    sea = (await library(services, SIZE, {"Sea": range(EXAMPLES)}))["Sea"]
    await predicted(services, "m1", SIZE, {sea: scores()}, THRESHOLD)
    return sea


async def metrics(services: Services) -> LabelMetrics:
    model = await models.active(services.graph, ModelKind.TAGS)
    assert model is not None
    return model.per_label[0]


async def at_sea(services: Services) -> set[int]:
    found = await photos(services, PhotoFilter(tags=TermFilter(all=(Ref(name="Sea"),))))
    return {int(photo.id, 16) for photo in found.values()}


def wrong_of(sheet: tuple[str, ...]) -> list[str]:
    return [id_ for id_ in sheet if int(id_, 16) >= TRUE]


@pytest.mark.both_engines
async def test_a_judged_sheet_moves_the_threshold_and_a_search_finds_what_follows(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as services:
        sea = await sea_of(services)
        tag = services.tags.get(sea)
        assert tag is not None and (tag.trust, tag.threshold) == (Trust.PROVISIONAL, THRESHOLD)
        before = await at_sea(services)
        assert before == set(range(97))
        sheet = await services.sheets.of_tag(sea)
        assert len(sheet.photo_ids) == 24 and (sheet.threshold, sheet.given_to) == (THRESHOLD, 87)
        assert {int(id_, 16) for id_ in sheet.photo_ids} <= set(range(EXAMPLES, 100))

    async with build(settings, run_jobs=False) as services:
        assert await services.sheets.of_tag(sea) == sheet, "also after a restart"
        wrong = wrong_of(sheet.photo_ids)
        done = await services.sheets.judge(sea, wrong, by="ann")
        assert (done.matched, done.changed) == (24, 24) and done.change_id is not None
        judged = await metrics(services)
        assert (judged.trust, judged.judged) == (Trust.PROVEN, 24)
        assert judged.threshold is not None and judged.threshold > THRESHOLD
        now = await at_sea(services)
        assert now.isdisjoint(int(id_, 16) for id_ in wrong) and len(now & set(range(TRUE))) > 25
        assert len([n for n in now if n >= TRUE]) < 0.3 * len(now)
        tag = services.tags.get(sea)
        assert tag is not None and (tag.trust, tag.threshold) == (Trust.PROVEN, judged.threshold)
        assert (await services.sheets.of_tag(sea)).photo_ids != sheet.photo_ids, "the next one"
        assert await in_step(services)

    async with build(settings, run_jobs=False) as services:
        assert await at_sea(services) == now and await metrics(services) == judged
        await services.changes.undo(done.change_id, by="ann")
        assert await at_sea(services) == before
        assert (await metrics(services)).trust is Trust.PROVISIONAL


async def test_a_sheet_that_is_mostly_wrong_stops_the_tag_and_says_so(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as services:
        sea = await sea_of(services)
        sheet = await services.sheets.of_tag(sea)
        await services.sheets.judge(sea, sheet.photo_ids[3:])
        stopped = await metrics(services)
        assert stopped.threshold is None and stopped.judged == 24
        why = stopped.why_not("Ocean") or ""
        assert why.startswith("Ocean not used: ") and why.endswith("21 of 24 on the sheet are wrong.")
        right = {int(id_, 16) for id_ in sheet.photo_ids[:3]}
        assert await at_sea(services) == set(range(EXAMPLES)) | right
        assert (await services.sheets.of_tag(sea)).given_to == 0


async def test_corrections_withdraw_a_tag_and_their_undo_gives_it_back(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as services:
        await sea_of(services)
        before = await at_sea(services)
        few = await services.tagging.untag_photos([photo_id(90), photo_id(91)], [Ref(name="Sea")])
        assert await at_sea(services) == before - {90, 91}, "two of 87 are not more than it promises"
        many = await services.tagging.untag_photos([photo_id(n) for n in range(75, 85)], [Ref(name="Sea")])
        withdrawn = await metrics(services)
        assert withdrawn.threshold is None and withdrawn.expected_precision < 0.9
        assert withdrawn.why_not("Sea") == "Sea not used: of the 87 photos that it was given to, people corrected 12."
        assert await at_sea(services) == set(range(EXAMPLES))
        assert many.change_id is not None and few.change_id is not None
        await services.changes.undo(many.change_id)
        assert await at_sea(services) == before - {90, 91}
        assert (await metrics(services)).reason is None


async def test_what_cannot_be_judged(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as services:
        ids = await library(services, SIZE, {"Sea": range(EXAMPLES), "Snow": range(3)})
        with pytest.raises(NotFound):
            await services.sheets.of_tag("nothing")
        with pytest.raises(Conflict, match="No model of tags is active"):
            await services.sheets.of_tag(ids["Sea"])
        model = await predicted(services, "m1", SIZE, {ids["Sea"]: scores()}, THRESHOLD)
        with pytest.raises(Conflict, match="does not know the tag Snow"):
            await services.sheets.judge(ids["Snow"], [])
        with pytest.raises(Conflict, match="no sheet of this tag"):
            await services.sheets.judge(ids["Sea"], [])
        sheet = await services.sheets.of_tag(ids["Sea"])
        strange = next(photo_id(n) for n in range(SIZE) if photo_id(n) not in sheet.photo_ids)
        with pytest.raises(BadInput, match="1 of these photos are not on the sheet"):
            await services.sheets.judge(ids["Sea"], [strange])
        await services.sheets.judge(ids["Sea"], wrong_of(sheet.photo_ids))
        guesses_of(settings, model.id).unlink()
        with pytest.raises(Unavailable, match="being predicted"):
            await services.sheets.of_tag(ids["Sea"])


@pytest.mark.both_engines
async def test_only_proven_tags_may_count_and_a_threshold_may_be_given_back(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as services:
        sea = await sea_of(services)
        await services.models.set_threshold(sea, 0.9)
        assert len(await at_sea(services)) == 26
        await services.models.set_threshold(sea, None)
        assert len(await at_sea(services)) == 97
        with pytest.raises(NotFound):
            await services.models.set_threshold("nothing", None)
    careful = settings.model_copy(update={"learn": settings.learn.model_copy(update={"trust": "proven"})})
    async with build(careful, run_jobs=False) as services:
        assert await at_sea(services) == set(range(EXAMPLES))
        sheet = await services.sheets.of_tag(sea)
        await services.sheets.judge(sea, wrong_of(sheet.photo_ids))
        assert len(await at_sea(services)) > 25
        assert await in_step(services)
    async with build(settings, run_jobs=False) as services:
        assert len(await at_sea(services)) > 25


async def test_sheets_and_trust_through_graphql(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as services:
        sea = encode("Tag", await sea_of(services))
        await services.tag_editing.rename(decode("Tag", sea), "Ocean")
        sheet = "query($t: ID!) { tagSheet(tag: $t) { tag { name trust } threshold givenTo photos { id } } }"
        shown = (await execute(services, sheet, t=sea)).data
        assert shown is not None
        found = shown["tagSheet"]
        assert (found["tag"], found["givenTo"]) == ({"name": "Ocean", "trust": "PROVISIONAL"}, 87)
        wrong = [each["id"] for each in found["photos"] if int(decode("Photo", each["id"]), 16) >= TRUE]
        judge = "mutation($t: ID!, $w: [ID!]!) { judgeSheet(tag: $t, wrong: $w) { matched changed change } }"
        done = (await execute(services, judge, t=sea, w=wrong)).data
        assert done is not None and (done["judgeSheet"]["matched"], done["judgeSheet"]["changed"]) == (24, 24)
        strange = await execute(services, judge, t=sea, w=[encode("Photo", photo_id(119))])
        assert strange.errors is not None and strange.errors[0].extensions["code"] == "CONFLICT"
        query = """{ models(kind: TAGS) { perLabel { label trust judged expectedPrecision givenTo gained lost reason
            tag { name threshold } } }
          photos(first: 100) { nodes { tags { source trust } } facets { tags { tag { name } count trust } } } }"""
        answer = await execute(services, query)
        assert answer.errors is None and answer.data is not None
        [label] = answer.data["models"][0]["perLabel"]
        assert (label["label"], label["trust"], label["judged"], label["reason"]) == ("Ocean", "PROVEN", 24, None)
        assert 0.8 < label["expectedPrecision"] <= 1
        [facet] = answer.data["photos"]["facets"]["tags"]
        assert facet["trust"] == "PROVEN"
        tags = Counter((tag["source"], tag["trust"]) for node in answer.data["photos"]["nodes"] for tag in node["tags"])
        # How many follows from which photos were drawn for the sheet.
        right = 24 - len(wrong)
        assert tags == {("MANUAL", None): EXAMPLES + right, ("PREDICTED", "PROVEN"): label["givenTo"]}
        assert 0 < label["givenTo"] < TRUE - EXAMPLES


@pytest.mark.both_engines
async def test_each_week_a_few_are_drawn_at_random_and_answers_move_the_estimate(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as services:
        sea = await sea_of(services)
        clock = [1_800_000_000.0]
        audits = Audits(services.graph, services.index, lambda: clock[0])
        clock[0] += 365 * 86_400
        assert await audits.look() == 0, "the first week has just begun"
        clock[0] -= 365 * 86_400
        assert await audits.look() == 0, "it begins again when the clock is set right"
        seen: set[str] = set()
        for _ in range(6):
            clock[0] += 7 * 86_400 + 1
            assert [await audits.look(), await audits.look()] == [2, 0]
            page = await services.review.queue(ModelKind.TAGS, sea, 10, None)
            asked = page.listing.items
            assert len(asked) == 2 and all("drawn at random from the" in each.reason for each in asked)
            assert seen.isdisjoint(each.photo_id for each in asked)
            seen |= {each.photo_id for each in asked}
            wrong = [each.key for each in asked if int(each.photo_id, 16) >= TRUE]
            right = [each.key for each in asked if each.key not in wrong]
            for answer, keys in ((services.review.confirm, right), (services.review.reject, wrong)):
                if keys:
                    await answer(keys)
        measured = await metrics(services)
        assert (measured.trust, measured.judged) == (Trust.PROVEN, 12)
        assert (await services.review.queue(ModelKind.TAGS, sea, 10, None)).listing.items == []


@pytest.mark.both_engines
async def test_a_model_that_learnt_a_merged_tag_predicts_the_one_that_remains(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as services:
        ids = await library(services, 3, {name: range(2) for name in ("Sea", "Ocean", "Water")})
        await services.tag_editing.merge([ids["Sea"]], ids["Ocean"])
        await services.tag_editing.merge([ids["Ocean"]], ids["Water"])
        now = await merged_into(services.graph)
        assert now == {ids["Sea"]: ids["Water"], ids["Ocean"]: ids["Water"]}
        scores = np.array([[0.6, 0.9, 0.8, 0.2]], np.float16)
        labels = (ids["Sea"], ids["Ocean"], "snow", ids["Water"])
        guesses = Guesses("m", (photo_id(0),), labels, scores)
        assert [tag for tag, _ in kept_predictions(guesses, 0, np.full(4, 0.3, np.float32), now)] == [
            ids["Water"],
            "snow",
        ]
