"""Sheets: a sample over the scores, and thresholds that follow from what people say of it."""

from __future__ import annotations

import numpy as np

from photos_graph.learn.sheets import NO_SCORES, RESERVE, Judged, choose_threshold, draw_sheet, most
from photos_graph.model.learning import Trust

CHANCE = np.random.default_rng(0)
SCORES = CHANCE.random(4000).astype(np.float32)
ODDS = np.log(SCORES / (1 - SCORES))
TRUE = CHANCE.random(4000) < 1 / (1 + np.exp(-1.5 * ODDS))  # of high scores, more are right than they say
EXAMPLES = np.linspace(0.6, 0.99, 20, dtype=np.float32)
RARE = SCORES**4
MEDIAN = float(np.median(EXAMPLES))
NOTHING_JUDGED = Judged(NO_SCORES, np.zeros(0, bool), np.zeros(0))


def judged(seed: int) -> Judged:
    sheet = draw_sheet(SCORES, seed)
    return Judged(SCORES[sheet.places], TRUE[sheet.places], sheet.inclusion)


def test_a_sheet_is_drawn_over_all_photos_that_may_have_the_tag_and_knows_its_chances() -> None:
    sheet = draw_sheet(SCORES, 0)
    found = SCORES[sheet.places]
    assert len(set(sheet.places.tolist())) == 24 and sheet.places.tolist() == draw_sheet(SCORES, 0).places.tolist()
    assert 0.3 <= found.min() < 0.4 and found[0] > 0.9
    assert abs((1 / sheet.inclusion).sum() / (SCORES >= 0.3).sum() - 1) < 0.01
    assert np.histogram(found, 7, (0.3, 1))[0].max() <= 5, "each part of the scores has as many"
    assert len(draw_sheet(SCORES[:0], 0).places) == 0
    unlikely = SCORES[:200] * np.float32(0.3)  # the best of photos that hardly have the tag, but none at all
    assert SCORES[:200][draw_sheet(unlikely, 0).places].min() > 0.8
    assert len(draw_sheet(unlikely[:30], 0).places) == min(24, (unlikely[:30] >= 0.05).sum())


def test_without_a_sheet_the_threshold_is_what_is_believed_and_capped() -> None:
    wide = choose_threshold(RARE, EXAMPLES, NOTHING_JUDGED, 0.85, 4000)
    assert wide.trust is Trust.PROVISIONAL and wide.threshold == wide.would_be
    given = RARE[wide.threshold <= RARE]
    assert wide.given_to == len(given) and abs(wide.expected_precision - given.mean()) < 1e-6
    assert 0.85 + 0.15 * RESERVE < wide.expected_precision < 0.92, "a part of what may be wrong is kept back"
    fewer = choose_threshold(RARE, EXAMPLES[::3], NOTHING_JUDGED, 0.85, 4000)
    assert wide.expected_precision < fewer.expected_precision, "the fewer examples, the more is kept back"
    lower = choose_threshold(RARE, EXAMPLES, NOTHING_JUDGED, 0.83, 4000)
    assert (
        lower.threshold is not None
        and lower.threshold < wide.would_be
        and lower.expected_precision < wide.expected_precision
    )
    capped = choose_threshold(RARE, EXAMPLES, NOTHING_JUDGED, 0.85, most(3, 300, 4000, 4.0))
    assert capped.threshold is not None and capped.given_to == 160 == (capped.threshold <= RARE).sum()
    unsure = choose_threshold(np.minimum(RARE, np.float32(0.9)), EXAMPLES, NOTHING_JUDGED, 0.95, 4000)
    assert unsure.threshold is None and "not certain enough" in (unsure.reason or "") and unsure.would_be == MEDIAN
    flooded = choose_threshold(RARE, EXAMPLES, NOTHING_JUDGED, 0.85, 20)
    assert flooded.threshold is None and flooded.reason == f"It would be given to {wide.given_to:,} of 4,000 photos."
    few = choose_threshold(RARE, EXAMPLES[:2], NOTHING_JUDGED, 0.85, 100)
    assert few.threshold is None and few.reason == "It has 2 examples and needs 5 before it is given to photos."


def test_examples_that_do_not_stand_out_are_given_to_nothing_unless_others_are_known_to_lack_it() -> None:
    unlike = np.linspace(0.2, 0.8, 9, dtype=np.float32)
    chosen = choose_threshold(SCORES, unlike, NOTHING_JUDGED, 0.95, 4000)
    assert chosen.threshold is None and chosen.given_to == 0 and "do not stand out" in (chosen.reason or "")
    frequent, lacking = np.linspace(0.95, 0.99, 3000, dtype=np.float32), np.full(20, 0.1, np.float32)
    assert choose_threshold(frequent, frequent[::100], NOTHING_JUDGED, 0.95, 4000).threshold is None
    assert choose_threshold(frequent, frequent[::100], NOTHING_JUDGED, 0.95, 4000, lacking).given_to > 2000
    unlike = np.concatenate([lacking[:5], frequent[:4]])  # most of the library is more like the examples than they are
    assert choose_threshold(frequent, unlike, NOTHING_JUDGED, 0.95, 4000, lacking).threshold is None


def test_a_judged_sheet_proves_a_threshold_that_keeps_the_promise() -> None:
    kept = []
    for seed in range(20):
        chosen = choose_threshold(SCORES, EXAMPLES, judged(seed), 0.9, 0)
        assert chosen.trust is Trust.PROVEN and chosen.judged == 24
        if chosen.threshold is not None:
            kept.append(TRUE[chosen.threshold <= SCORES].mean())
            assert chosen.given_to == (chosen.threshold <= SCORES).sum()
    assert len(kept) > 10 and np.mean(kept) > 0.9 and np.mean(np.array(kept) > 0.87) > 0.8


def test_a_tag_is_given_to_no_more_photos_than_its_sheet_shows_to_have_it() -> None:
    sheet = judged(0)
    right = Judged(sheet.scores, np.ones(24, bool), sheet.inclusion)
    others = np.linspace(0.6, 0.8, 9000, dtype=np.float32)  # a new model scores photos so that were never asked about
    chosen = choose_threshold(others, EXAMPLES, right, 0.9, 0)
    assert chosen.given_to == (chosen.threshold <= others).sum() == int((1 / sheet.inclusion).sum()) - 24
    all_judged = Judged(sheet.scores, np.ones(24, bool), np.ones(24))
    assert choose_threshold(others, EXAMPLES, all_judged, 0.9, 0).given_to == 24, "there may be others after all"


def test_a_sheet_that_is_wrong_gives_the_tag_to_nothing() -> None:
    sheet = judged(0)
    wrong = Judged(sheet.scores, np.arange(24) < 3, sheet.inclusion)
    chosen = choose_threshold(SCORES, EXAMPLES, wrong, 0.95, 4000)
    assert chosen.threshold is None and chosen.trust is Trust.PROVEN and chosen.would_be >= MEDIAN
    above = (chosen.would_be <= SCORES).sum()
    assert chosen.reason == f"It would be given to {above:,} of 4,000 photos; 21 of 24 on the sheet are wrong."
