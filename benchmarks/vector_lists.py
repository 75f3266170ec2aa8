"""Finds near vectors by lists around centres, with NumPy alone, and makes libraries of vectors between real ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from photos_graph.learn import neighbours

LISTS = 2  # times the root of the number of vectors
PROBED = 24  # lists that a vector is compared with: its own, and the nearest ones
SAMPLE, ROUNDS = 20, 4  # vectors for each list, from which the centres are found, and how often these are moved
FEWER = 128  # numbers of a vector that are compared first
REFINED = 3  # times as many as wanted are then compared exactly
BLOCK = 2048
BESIDE = 2  # real photos, the vectors made of which may be nearest to those of another real photo
ROWS = 32  # vectors that are compared exactly at once
NOISE = 0.25  # length of what is added to a vector that lies between those of two alike photos

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]
Ints = npt.NDArray[np.int32]
Found = tuple[Ints, Ints, Floats]  # positions of some vectors, and those of their nearest with the similarities


@dataclass(frozen=True, slots=True)
class Made:
    """``vectors`` (n, d) that lie between those of real photos which are alike. ``origins`` (n,) are the real photos
    that they are nearest to, and ``near`` (r, 12) are the real photos that are nearest to each of the r real photos."""

    vectors: Halves
    origins: Ints
    near: Ints

    def nearest_of_origins(self, wanted: int) -> Iterator[Found]:
        """Yields the nearest ``wanted`` of all vectors, best first, among those that were made of the same real photo,
        and of the BESIDE real photos that are nearest to it. No index knows that, but those that divide the vectors
        into parts find much the same, and take longer."""
        order = np.argsort(self.origins, kind="stable").astype(np.int32)
        starts = np.searchsorted(self.origins[order], np.arange(len(self.near) + 1)).tolist()

        def look(real: int) -> Found:
            mine = order[starts[real] : starts[real + 1]]
            others = [real, *self.near[real, :BESIDE].tolist()]
            places = np.concatenate([order[starts[each] : starts[each + 1]] for each in others])
            products = self.vectors[mine].astype(np.float32) @ self.vectors[places].astype(np.float32).T
            return _best(products, _highest(products, wanted), places, mine, wanted)

        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            yield from threads.map(look, range(len(self.near)))


def between_photos(path: Path, count: int, out: Path | IO[bytes]) -> Made:
    """Makes vectors, which are written to the file ``out`` and stay there, from the real ones in ``path``."""
    with np.load(path) as arrays:
        real = arrays["features"]
    real = real / np.linalg.norm(real, axis=1, keepdims=True)
    graph = neighbours.build("benchmark", [str(at) for at in range(len(real))], real)
    chance = np.random.default_rng(3)
    one = chance.integers(0, len(real), count).astype(np.int32)
    other = graph.near[one, chance.integers(0, 5, count)]
    vectors = np.memmap(out, np.float16, "w+", shape=(count, real.shape[1]))
    for start in range(0, count, BLOCK):
        part = slice(start, start + BLOCK)
        share = chance.random((len(one[part]), 1), np.float32) / 2
        made = (1 - share) * real[one[part]] + share * real[other[part]]
        noise = np.abs(chance.standard_normal(made.shape, np.float32)) * made  # a channel that is silent stays so
        made += noise * (NOISE / np.linalg.norm(noise, axis=1, keepdims=True))
        vectors[part] = made / np.linalg.norm(made, axis=1, keepdims=True)
    return Made(vectors, one, graph.near)


def nearest_by_lists(vectors: Floats | Halves, wanted: int) -> Iterator[Found]:
    """Yields the nearest ``wanted`` of all vectors (n, d), best first, for those of one list after the other.

    Each vector is in the list of the nearest of about sqrt(n) centres, and only the nearest lists are looked into. They
    are compared with each other as a whole, since a product of matrices takes a tenth of the time of as many products
    of vectors. Of long vectors, FEWER numbers are compared first: what they are in the directions in which they differ
    most; and then the REFINED times as many that seem nearest are compared exactly.
    """
    few = _fewer(vectors)
    exact = few is not vectors
    centres = _centres(few, max(8, round(LISTS * len(few) ** 0.5)))
    home = _homes(few, centres)
    order = np.argsort(home, kind="stable").astype(np.int32)
    starts = np.searchsorted(home[order], np.arange(len(centres) + 1)).tolist()
    by_list = few[order]
    probed = min(len(centres), PROBED)
    beside = np.argpartition(-(centres @ centres.T), probed - 1, axis=1)[:, :probed]

    def look(at: int) -> list[Found]:
        others = [slice(starts[each], starts[each + 1]) for each in beside[at].tolist()]
        those = np.concatenate([by_list[each] for each in others])
        places = np.concatenate([order[each] for each in others])
        found = []
        for start in range(starts[at], starts[at + 1], BLOCK):
            some = slice(start, min(start + BLOCK, starts[at + 1]))
            products = by_list[some] @ those.T
            best = _highest(products, REFINED * wanted if exact else wanted)
            if exact:
                np.put_along_axis(products, best, _products(vectors, order[some], places, best), 1)
            found.append(_best(products, best, places, order[some], wanted))
        return found

    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as threads:
        for start in range(0, len(centres), 8 * cores):  # in portions, because the results wait in memory
            for each in threads.map(look, range(start, min(start + 8 * cores, len(centres)))):
                yield from each


def _best(products: Floats, best: npt.NDArray[np.intp], places: Ints, mine: Ints, wanted: int) -> Found:
    """Returns the highest of the products (m, k) in the columns ``best`` (m, j), which belong to ``places`` (k,)."""
    alike = np.take_along_axis(products, best, 1)
    by = np.argsort(-alike, axis=1)[:, :wanted]
    near, similar = np.full((len(alike), wanted), -1, np.int32), np.full((len(alike), wanted), -2, np.float32)
    near[:, : by.shape[1]] = places[np.take_along_axis(best, by, 1)]
    similar[:, : by.shape[1]] = np.take_along_axis(alike, by, 1)
    return mine, near, similar


def _fewer(vectors: Floats | Halves) -> Floats:
    """Returns the vectors (n, d) themselves, or FEWER numbers of each."""
    if vectors.shape[1] <= FEWER:
        return vectors.astype(np.float32, copy=False)
    chance = np.random.default_rng(2)
    some = vectors[np.sort(chance.choice(len(vectors), min(len(vectors), 4 * vectors.shape[1]), replace=False))]
    some = some.astype(np.float32)
    _, directions = np.linalg.eigh(some.T @ some)
    of_most = directions[:, -FEWER:]
    out = np.empty((len(vectors), FEWER), np.float32)
    for start in range(0, len(vectors), BLOCK):
        out[start : start + BLOCK] = vectors[start : start + BLOCK].astype(np.float32) @ of_most
    return out


def _highest(products: Floats, count: int) -> npt.NDArray[np.intp]:
    count = min(count, products.shape[1])
    return np.argpartition(products, -count, axis=1)[:, -count:]


def _products(vectors: Floats | Halves, mine: Ints, places: Ints, best: npt.NDArray[np.intp]) -> Floats:
    """Returns the products of the vectors at ``mine`` (m,) with those at ``places[best]`` (m, k), as (m, k)."""
    used, at = np.unique(best, return_inverse=True)
    those, at = vectors[places[used]].astype(np.float32), at.reshape(best.shape)
    out = np.empty(best.shape, np.float32)
    for start in range(0, len(mine), ROWS):
        rows = slice(start, start + ROWS)
        out[rows] = (those[at[rows]] @ vectors[mine[rows]].astype(np.float32)[:, :, None])[:, :, 0]
    return out


def parted(vectors: Floats, parts: int) -> Ints:
    """Returns which of some parts each of the vectors (n, d) is in, which are of any length."""
    long: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return _homes(long, _centres(long, parts)).astype(np.int32)


def _centres(vectors: Floats | Halves, count: int) -> Floats:
    chance = np.random.default_rng(1)
    sample = vectors[np.sort(chance.choice(len(vectors), min(len(vectors), SAMPLE * count), replace=False))]
    centres = sample[chance.choice(len(sample), count, replace=False)].astype(np.float32)
    for _ in range(ROUNDS):
        home = _homes(sample, centres)
        sums = np.zeros_like(centres)
        np.add.at(sums, home, sample)
        centres = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return centres


def _homes(vectors: Floats | Halves, centres: Floats) -> npt.NDArray[np.intp]:
    out = np.empty(len(vectors), np.intp)

    def look(start: int) -> None:
        part = vectors[start : start + BLOCK].astype(np.float32)
        out[start : start + BLOCK] = (part @ centres.T).argmax(axis=1)

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        list(threads.map(look, range(0, len(vectors), BLOCK)))
    return out
