"""From what people said to a training set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from photos_graph.learn import dataset, neighbours
from photos_graph.learn.dataset import MIN_EXAMPLES, LabelledPhotos, TagNode, TrainingSet, training_set
from photos_graph.learn.neighbours import Neighbours
from tests.kit.vectors import photos

COUNT = 400


@pytest.fixture(scope="module")
def graph() -> Neighbours:
    return neighbours.build("b", *photos(COUNT))


def labels_of(
    positives: dict[str, Iterable[int]],
    negatives: dict[str, Iterable[int]] | None = None,
    tags: Sequence[TagNode] | None = None,
    per_day: int = 5,
) -> LabelledPhotos:
    ids, _ = photos(COUNT)
    return LabelledPhotos(
        ids=ids,
        days=[f"2020-01-{1 + place // per_day:03}" for place in range(COUNT)],
        folders=[f"folder {place % 3}" for place in range(COUNT)],
        tags=tags or [TagNode(name, name.title()) for name in sorted(positives)],
        positives=positives,
        negatives=negatives or {},
    )


def of(learnt: TrainingSet, label: str) -> list[int]:
    column: list[int] = learnt.truth[:, learnt.labels.index(label)].tolist()
    return column


def test_what_was_said_is_positive_or_negative_and_the_rest_neither(graph: Neighbours) -> None:
    learnt = training_set(labels_of({"sea": range(0, 40), "snow": range(30, 90)}, {"sea": [35, 200]}), graph)
    sea = of(learnt, "sea")
    assert sea[:35] == [1] * 35 and sea[35] == -1 and sea[36:40] == [1] * 4, "what is denied outweighs"
    assert sea[200] == -1 and sea[40:200] == [0] * 160
    assert learnt.labelled.sum() == 91 and learnt.names == ("Sea", "Snow") and not learnt.left_out


def test_a_tag_implies_those_above_it_and_denying_one_denies_those_below(graph: Neighbours) -> None:
    tags = [TagNode("lake", "Lake", ("water",)), TagNode("water", "Water", ("nature",)), TagNode("nature", "Nature")]
    learnt = training_set(
        labels_of({"lake": range(60), "nature": range(60, 120)}, {"water": range(100, 140)}, tags), graph
    )
    assert of(learnt, "nature")[:120] == [1] * 120 and of(learnt, "nature")[120:] == [0] * 280
    assert of(learnt, "water") == [1] * 60 + [0] * 40 + [-1] * 40 + [0] * 260
    assert of(learnt, "lake")[100:140] == [-1] * 40 and of(learnt, "lake")[60:100] == [0] * 40
    lake, nature = learnt.labels.index("lake"), learnt.labels.index("nature")
    assert learnt.above[lake, nature] and not learnt.above[nature, lake] and learnt.above.sum() == 3


def test_tags_that_cannot_be_learnt_are_named_with_the_reason() -> None:
    ids, vectors = photos(COUNT)
    vectors[20:30] = vectors[20]
    tags = {"all": range(COUNT), "few": range(MIN_EXAMPLES - 1), "one shot": range(20, 30), "sea": range(50)}
    learnt = training_set(labels_of(tags, per_day=10), neighbours.build("b", ids, vectors))
    assert learnt.labels == ("sea",)
    assert {each.tag: each.reason for each in learnt.left_out} == {
        "all": "Every photo has it.",
        "few": "It has 7 examples and needs 8.",
        "one shot": "All its examples are from one occasion, so that nothing can be measured.",
    }
    assert [each.examples for each in learnt.left_out] == [400, 7, 10]


def test_most_photos_of_a_tag_may_be_of_one_day(graph: Neighbours) -> None:
    learnt = training_set(labels_of({"trip": range(20, 30), "sea": range(50)}, per_day=10), graph)
    assert learnt.labels == ("sea", "trip") and len(set(learnt.groups[20:30].tolist())) == 3


def test_a_day_is_never_divided(graph: Neighbours) -> None:
    facts = labels_of({"sea": range(0, 200)})
    learnt = training_set(facts, graph)
    days = np.array(facts.days)
    assert all(len(set(learnt.groups[days == day].tolist())) == 1 for day in set(facts.days))


def test_without_days_a_folder_stays_together(graph: Neighbours) -> None:
    facts = labels_of({"sea": range(200)})
    folders = [f"folder {place // 20}" for place in range(COUNT)]
    learnt = training_set(replace(facts, days=[None] * COUNT, folders=folders), graph)
    assert all(len(set(learnt.groups[start : start + 20].tolist())) == 1 for start in range(0, COUNT, 20))
    assert len(set(learnt.groups.tolist())) == 20


def test_a_group_with_most_of_the_labels_is_taken_apart_but_not_what_looks_the_same() -> None:
    ids, vectors = photos(COUNT)
    vectors[1::2] = vectors[::2] + 0.01  # pairs that are as good as the same
    facts = replace(labels_of({"sea": range(200)}), days=["2020-01-01"] * COUNT, folders=["one"] * COUNT)
    learnt = training_set(facts, neighbours.build("b", ids, vectors))
    assert np.array_equal(learnt.groups[::2], learnt.groups[1::2]) and len(set(learnt.groups.tolist())) > 100
    by_folder = replace(facts, folders=[f"folder {place // 2 % 10}" for place in range(COUNT)])
    assert len(set(training_set(by_folder, neighbours.build("b", ids, vectors)).groups.tolist())) == 10


def test_a_snapshot_is_known_by_what_it_holds_in_whatever_order(graph: Neighbours) -> None:
    facts = labels_of({"sea": range(50), "snow": range(100, 150)})
    first = training_set(facts, graph)
    assert training_set(facts, graph).snapshot == first.snapshot and len(first.snapshot) == 64

    turned = range(COUNT)[::-1]
    backwards = LabelledPhotos(
        *([values[place] for place in turned] for values in (facts.ids, facts.days, facts.folders)),
        tags=facts.tags[::-1],
        positives={tag: [COUNT - 1 - place for place in places] for tag, places in facts.positives.items()},
        negatives={},
    )
    other = neighbours.build("b", backwards.ids, photos(COUNT)[1][::-1])
    assert training_set(backwards, other).snapshot == first.snapshot
    judged = replace(facts, sheets={"sea": [(3, 0.5)]})
    assert training_set(judged, graph).snapshot != first.snapshot
    more = replace(facts, positives={**facts.positives, "sea": range(51)})
    assert training_set(more, graph).snapshot != first.snapshot
    with pytest.raises(ValueError, match="other photos"):
        training_set(facts, other)


def test_it_is_kept_in_a_file(graph: Neighbours, tmp_path: Path) -> None:
    facts = replace(labels_of({"sea": range(50), "snow": range(5)}), sheets={"sea": [(3, 0.5), (7, 0.25)]})
    learnt = training_set(facts, graph)
    dataset.save(learnt, tmp_path / "set.safetensors")
    again = dataset.load(tmp_path / "set.safetensors")
    assert (again.ids, again.labels, again.left_out, again.snapshot) == (
        learnt.ids,
        learnt.labels,
        learnt.left_out,
        learnt.snapshot,
    )
    assert np.array_equal(again.truth, learnt.truth) and np.array_equal(again.groups, learnt.groups)
    assert {label: tuple(map(list, drawn)) for label, drawn in again.sheets.items()} == {"sea": ([3, 7], [0.5, 0.25])}
