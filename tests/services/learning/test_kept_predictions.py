"""Which predictions of a photo are kept, and which tags its folders bar."""

from __future__ import annotations

import numpy as np
import pytest

from photos_graph.bootstrap import Services
from photos_graph.model.search import Ref
from photos_graph.services.learning.prediction import Guesses, barred_by_folders, kept_predictions
from tests.kit.planted import plant
from tests.kit.tags import grown

SCORES = np.array([[0.75, 0.5, 0.25], [0.125, 0.0625, 0.25]], np.float16)
GUESSES = Guesses("m", ("a", "b"), ("sea", "lake", "wood"), SCORES)
FLOORS = np.full(3, 0.3, np.float32)


def test_the_likeliest_tag_and_those_above_their_floor_are_kept() -> None:
    assert kept_predictions(GUESSES, 0, FLOORS, {}) == (("sea", 0.75), ("lake", 0.5))
    assert kept_predictions(GUESSES, 1, FLOORS, {}) == (("wood", 0.25),)
    assert kept_predictions(GUESSES, 0, FLOORS, {"lake": "sea"}) == (("sea", 0.75),), "merged since"


def test_what_a_folder_above_excludes_is_not_predicted() -> None:
    assert kept_predictions(GUESSES, 0, FLOORS, {}, {"sea"}) == (("lake", 0.5),)
    assert kept_predictions(GUESSES, 0, FLOORS, {"lake": "sea"}, {"sea"}) == ()


@pytest.mark.anyio
async def test_a_folder_that_excludes_a_tag_bars_what_is_below_the_tag_for_what_is_below_the_folder(
    services: Services,
) -> None:
    await plant(services.graph, {"a": "a", "a/b": "b", "a/b/c": "c"}, {"a": [0], "b": [1], "c": [2]})
    await services.index.catch_up()
    await services.tagging.tag_folder("a", [Ref(name="Water")])
    await services.tagging.untag_folder("b", [Ref(name="Water")])
    made = await grown(services.graph, "Water", "Water/Sea", "Wood")
    await services.index.load()
    barred = barred_by_folders(services.index.search, made.values())
    assert [barred(number) for number in range(3)] == [set()] + 2 * [{made["Water"], made["Water/Sea"]}]
