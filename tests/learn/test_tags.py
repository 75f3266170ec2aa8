"""The model of tags: it learns from few labels, keeps what it promises, and is the same each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from photos_graph.errors import BadInput
from photos_graph.learn import neighbours, predictor
from photos_graph.learn.calibration import NO_THRESHOLD
from photos_graph.learn.dataset import LabelledPhotos, TagNode, TrainingSet, training_set
from photos_graph.learn.evidence import Evidence
from photos_graph.learn.gate import judge_tags
from photos_graph.learn.metrics import average_precisions, chances
from photos_graph.learn.neighbours import Neighbours
from photos_graph.learn.registry import unpacked
from photos_graph.learn.tags import TagModel
from photos_graph.model.learning import ModelState, Trust
from tests.kit.model_workers import Trainer
from tests.kit.vectors import photos

COUNT, GROUPS, SAID = 2100, 7, 20
KINDS = [f"kind {group}" for group in range(GROUPS)]
TRUE = np.arange(COUNT) % GROUPS  # of photo i


@pytest.fixture(scope="module")
def graph() -> Neighbours:
    return neighbours.build("b", *photos(COUNT, GROUPS, seed=5, dimensions=48))


def labels_of(per_kind: int = SAID, truth: npt.NDArray[np.int64] = TRUE) -> LabelledPhotos:
    """The first photos of each kind have its tag; kinds 0 and 1 are below "wide". Nobody denied anything."""
    return LabelledPhotos(
        ids=photos(COUNT)[0],
        days=[f"day {place // 10}" for place in range(COUNT)],
        folders=["one"] * COUNT,
        tags=[TagNode(kind, kind, ("wide",) if kind in KINDS[:2] else ()) for kind in KINDS]
        + [TagNode("wide", "wide")],
        positives={kind: np.flatnonzero(truth == at)[:per_kind].tolist() for at, kind in enumerate(KINDS)},
        negatives={},
    )


@pytest.fixture(scope="module")
def learnt(graph: Neighbours) -> TrainingSet:
    return training_set(labels_of(), graph)


@pytest.fixture(scope="module")
def model(learnt: TrainingSet, graph: Neighbours, trainer: Trainer) -> TagModel:
    return tags_of(trainer.train(learnt, graph))


def tags_of(content: bytes) -> TagModel:
    model = unpacked(content)
    assert isinstance(model, TagModel)
    return model


def truth_of(model: TagModel) -> npt.NDArray[np.bool_]:
    kinds = {kind: at == TRUE for at, kind in enumerate(KINDS)} | {"wide": TRUE < 2}
    return np.stack([kinds[label] for label in model.labels], axis=1)


def test_few_labels_and_no_denials_are_enough(model: TagModel, graph: Neighbours) -> None:
    unseen = slice(SAID * GROUPS, None)
    probabilities, truth = model.predictor.probabilities(graph)[unseen], truth_of(model)[unseen]
    kinds = [model.labels.index(kind) for kind in KINDS]
    assert (probabilities[:, kinds].argmax(axis=1) == TRUE[unseen]).mean() > 0.95
    given = probabilities >= model.thresholds
    assert (given & truth).sum() / given.sum() > model.promised - 0.02 and (given & truth).sum() / truth.sum() > 0.3
    assert ((probabilities - truth) ** 2).mean() < 0.02 and abs(probabilities.sum() / truth.sum() - 1) < 0.15


def test_a_tag_is_no_likelier_than_those_above_it(model: TagModel, graph: Neighbours) -> None:
    probabilities, wide = model.predictor.probabilities(graph), model.labels.index("wide")
    for kind in KINDS[:2]:
        assert (probabilities[:, model.labels.index(kind)] <= probabilities[:, wide]).all()


def test_labels_are_predicted_alike_whatever_others_are_predicted_with_them(
    model: TagModel, graph: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, apart = model.predictor.probabilities(graph), model.predictor.disagreement(graph)
    monkeypatch.setattr(predictor, "LABELS_PER_BLOCK", 2)
    probabilities, disagreement = model.predictor.guesses(graph)
    assert len(model.labels) > 2 and probabilities.dtype == disagreement.dtype == np.float16
    assert np.allclose(probabilities, together, atol=1e-3) and np.allclose(disagreement, apart, atol=1e-3)
    assert disagreement.max() > 0.01


def test_each_photo_that_was_learnt_from_is_measured_by_models_that_did_not_see_it(
    model: TagModel, learnt: TrainingSet, graph: Neighbours
) -> None:
    rows = [graph.ids.index(id_) for id_ in model.predictor.seed_ids]
    found = model.predictor.probabilities(graph)[rows]
    assert learnt.labelled[rows].sum() == learnt.labelled.sum() and (found >= model.predictor.crossed - 1e-3).all()
    assert model.scores.held_out == learnt.labelled.sum() and model.scores.average_precision > 0.9
    for each in model.per_label:
        column = learnt.truth[:, learnt.labels.index(each.label)] > 0
        assert each.examples == each.held_out == column.sum()
        assert each.threshold == pytest.approx(model.thresholds[model.labels.index(each.label)])
        assert each.trust is Trust.PROVISIONAL and each.given_to > 50 and 0.9 < each.expected_precision < 1


def test_the_same_snapshot_gives_the_same_model_and_progress_is_told(
    learnt: TrainingSet, graph: Neighbours, model: TagModel, trainer: Trainer
) -> None:
    steps: list[tuple[int, int]] = []
    again = tags_of(trainer.train(learnt, graph, steps))
    assert again.snapshot == model.snapshot == learnt.snapshot and again.scores == model.scores
    assert np.array_equal(again.predictor.kernel, model.predictor.kernel)
    assert steps == [(done, 7) for done in range(1, 8)]


def test_photos_that_came_later_are_predicted_too(model: TagModel, graph: Neighbours) -> None:
    more = neighbours.added(graph, [f"new {at}" for at in range(70)], 3 * graph.vectors[:70].astype(np.float32) + 0.01)
    found = model.predictor.probabilities(more)[COUNT:]
    kinds = [model.labels.index(kind) for kind in KINDS]
    assert (found[:, kinds].argmax(axis=1) == TRUE[:70]).mean() > 0.95


def test_one_tag_alone_with_a_judged_sheet_learns_from_photos_that_nobody_tagged(
    graph: Neighbours, model: TagModel, trainer: Trainer
) -> None:
    examples = np.flatnonzero(TRUE == 3)[:40].tolist()
    sheet = [(photo, 0.5) for photo in examples[:12]]
    tag = TagNode(KINDS[3], KINDS[3])
    alone = replace(labels_of(), tags=[tag], positives={tag.id: examples}, sheets={tag.id: sheet})
    proven = tags_of(trainer.train(training_set(alone, graph), graph))
    assert proven.per_label[0].trust is Trust.PROVEN
    found, truth = proven.predictor.probabilities(graph)[:, 0], TRUE == 3
    order = np.argsort(-found)
    assert truth[order[: truth.sum()]].mean() > 0.9


def test_judged_photos_are_held_out_alone_and_others_with_their_day(learnt: TrainingSet) -> None:
    sheet = [3, 40, 41]
    groups = replace(learnt, sheets={KINDS[0]: (sheet, [0.5] * 3), KINDS[1]: ([3], [0.5])}).held_out_together
    alone = np.isin(np.arange(len(groups)), sheet)
    assert np.array_equal(groups[~alone], learnt.groups[~alone])
    assert len(set(groups[alone].tolist())) == 3 and not set(groups[alone].tolist()) & set(learnt.groups.tolist())


def test_nine_photos_that_are_unlike_each_other_give_their_tag_to_nothing(graph: Neighbours, trainer: Trainer) -> None:
    unlike = [kind + 100 * kind * GROUPS // 10 for kind in range(GROUPS)] + [1200, 1800]
    alone = replace(labels_of(), tags=[TagNode("odd", "odd")], positives={"odd": unlike})
    model = tags_of(trainer.train(training_set(alone, graph), graph))
    assert model.thresholds.tolist() == [NO_THRESHOLD] and model.per_label[0].given_to == 0
    assert model.per_label[0].reason == "Its examples do not stand out from the other photos. More of them may help."


def test_a_poisoned_set_is_rejected_and_an_honest_one_is_not(
    model: TagModel, learnt: TrainingSet, graph: Neighbours, trainer: Trainer
) -> None:
    assert judge_tags(model, None, learnt, graph).state is ModelState.ACTIVE
    more = training_set(labels_of(2 * SAID), graph)
    better = tags_of(trainer.train(more, graph))
    assert judge_tags(better, model, more, graph).state is ModelState.ACTIVE

    chance = np.random.default_rng(0)
    permuted = TRUE.copy()
    wrong = chance.choice(COUNT, int(0.3 * COUNT), replace=False)
    permuted[wrong] = chance.permutation(permuted[wrong])
    poisoned = training_set(labels_of(2 * SAID, permuted), graph)
    worse = tags_of(trainer.train(poisoned, graph))
    verdict = judge_tags(worse, model, poisoned, graph)
    assert verdict.state is ModelState.REJECTED and verdict.reason, verdict


def test_a_tag_that_gets_worse_on_judged_photos_is_not_used_and_the_others_are(
    model: TagModel, learnt: TrainingSet, graph: Neighbours
) -> None:
    """The candidate has the same scores, and a threshold at which it floods."""
    label = model.labels.index(KINDS[3])
    probabilities = model.predictor.probabilities(graph)[:, label]
    unseen = np.flatnonzero(learnt.truth[:, label] == 0)
    sheet = [*unseen[TRUE[unseen] == 3][:12], *unseen[TRUE[unseen] != 3][:12]]
    truth, thresholds = learnt.truth.copy(), model.thresholds.copy()
    truth[sheet, label] = np.where(TRUE[sheet] == 3, 1, -1)
    thresholds[label] = 0
    judged = replace(learnt, truth=truth, sheets={KINDS[3]: (sheet, [0.1] * len(sheet))})
    per_label = tuple(replace(each, threshold=float(at)) for each, at in zip(model.per_label, thresholds, strict=True))
    verdict = judge_tags(replace(model, thresholds=thresholds, per_label=per_label), model, judged, graph)
    right = int((probabilities[sheet[:12]] >= model.thresholds[label]).sum())
    assert right >= 6 and verdict.state is ModelState.ACTIVE
    assert f"12 of 24 are right (50%), and {right} of {right} with the active model" in verdict.reason
    worse = verdict.per_label[label]
    assert (worse.threshold, worse.gained, worse.judged_precision, worse.judged_precision_before) == (2, 0, 0.5, 1)
    assert worse.reason == (
        f"It would be given to {len(unseen) - 24:,} of 2,100 photos; 12 of 24 judged ones among them are wrong, "
        f"and 0 of {right} with the active model."
    )
    assert [each.threshold for each in verdict.per_label if each.label != KINDS[3]] == [
        each.threshold for each in model.per_label if each.label != KINDS[3]
    ]


def test_what_guessing_is_worth_does_not_depend_on_the_order_of_the_photos() -> None:
    targets = np.arange(100)[:, None] < np.array([30, 10, 0])
    known = Evidence(targets.astype(np.float32), np.ones((100, 3), np.float32))
    for each in (known, Evidence(known.targets[::-1], known.weights[::-1])):
        assert chances(each)[:2].tolist() == pytest.approx([0.3, 0.1]) and np.isnan(chances(each)[2])
    guessed = np.random.default_rng(0).random((20, 100, 1), np.float32)
    some = Evidence(known.targets[:, :1], known.weights[:, :1])
    assert np.mean([average_precisions(each, some) for each in guessed]) == pytest.approx(0.3, abs=0.06)


def test_without_examples_it_says_so(graph: Neighbours, trainer: Trainer) -> None:
    nothing = training_set(labels_of(3), graph)
    assert not nothing.labels and len(nothing.left_out) == 8
    with pytest.raises(BadInput, match="enough examples"):
        trainer.train(nothing, graph)


def test_a_first_model_may_be_of_a_tag_that_most_have(graph: Neighbours, trainer: Trainer) -> None:
    """Where nine of ten photos have it guessing is nearly right."""
    common = replace(
        labels_of(),
        tags=[TagNode("most", "most")],
        positives={"most": [at for at in range(280) if TRUE[at] != 6]},
        negatives={"most": [at for at in range(140) if TRUE[at] == 6]},
    )
    learnt = training_set(common, graph)
    verdict = judge_tags(tags_of(trainer.train(learnt, graph)), None, learnt, graph)
    assert verdict.state is ModelState.ACTIVE and "of the way from guessing to perfect" in verdict.reason, verdict
