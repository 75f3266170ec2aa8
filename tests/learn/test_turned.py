"""Pictures that were turned or mirrored are found by small pictures of them."""

from __future__ import annotations

import numpy as np

from photos_graph.learn.turned import turned_pairs

TURNS = (lambda x: x[:, ::-1], lambda x: x[::-1], lambda x: x[::-1, ::-1], lambda x: x.swapaxes(0, 1),
         lambda x: x.swapaxes(0, 1)[::-1], lambda x: x.swapaxes(0, 1)[:, ::-1],
         lambda x: x.swapaxes(0, 1)[::-1, ::-1])  # fmt: skip


def test_each_turn_of_a_picture_is_found_and_no_other_picture() -> None:
    chance = np.random.default_rng(5)
    coarse = chance.integers(20, 236, (60, 4, 4, 3))
    small = np.kron(coarse, np.ones((1, 2, 2, 1)))[:, :7, :7].astype(np.uint8)
    noise = chance.integers(-6, 7, (len(TURNS), 7, 7, 3))
    turned = np.stack([turn(small[place]) for place, turn in enumerate(TURNS)])
    every = np.concatenate([small, np.clip(turned + noise, 0, 255).astype(np.uint8)])
    wanted = [[place, len(small) + place] for place in range(len(TURNS))]
    assert turned_pairs(every, np.ones(len(every), np.bool_)).tolist() == wanted
    assert turned_pairs(every, np.arange(len(every)) >= len(small)).tolist() == wanted
    assert turned_pairs(every, np.arange(len(every)) < len(small)).tolist() == wanted
    assert len(turned_pairs(every, np.zeros(len(every), np.bool_))) == 0


def test_even_pictures_and_no_pictures_tell_nothing() -> None:
    even = np.full((5, 7, 7, 3), 120, np.uint8)
    assert len(turned_pairs(even, np.ones(5, np.bool_))) == len(turned_pairs(even[:0], np.ones(0, np.bool_))) == 0
