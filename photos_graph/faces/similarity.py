"""Finds similar faces, which are all pairs with a similarity of at least ``floor``. The pairs are stored, so that only
the pairs of new faces have to be computed.

Two groups whose mean similarity is at least the cut have a pair that is at least as similar, so clustering needs only
these pairs. A person with thousands of faces would have millions of pairs. Therefore a face keeps only its NEAREST
nearest pairs, and fewer among more than 524,288 faces. A pair is stored if one of its two faces keeps it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photos_graph.array_files import Arrays, Damaged, pieces, read_arrays, write_arrays
from photos_graph.faces.sightings import Floats

VERSION = 2  # of the file; raise it when the meaning of its contents changes
BLOCK = 1024  # faces on a side of one matrix product
NEAREST, LEAST = 128, 16
MOST_KEPT = 64 * 1024 * 1024  # of all faces together, since more would not fit into the memory of a worker
PRUNE_FROM, PRUNE_ABOVE = 500_000, 8_000_000  # pairs that are collected before those that no face keeps are dropped
SORTED = 16_000_000  # entries that are sorted at once
ROUNDED = np.float32(2.0**-11)  # more than a similarity changes when it is rounded

Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

NOTHING = np.zeros(0, bool)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of similar faces. ``first`` < ``second`` (e,) are positions of faces. ``similar`` (e,) is the similarity,
    rounded, which is precise enough for ranking."""

    first: Ints
    second: Ints
    similar: npt.NDArray[np.float16]

    def __len__(self) -> int:
        return len(self.first)

    def __getitem__(self, chosen: Any) -> Pairs:
        return Pairs(self.first[chosen], self.second[chosen], self.similar[chosen])


@dataclass(frozen=True, slots=True)
class Similarities:
    """The n faces of one embedder and their similar pairs. Those faces are True in ``dropped`` (n,) of which a pair
    above the floor was dropped, because both of its faces have nearer pairs."""

    model: str
    floor: float
    ids: tuple[str, ...]
    vectors: Floats  # (n, dimensions), each of length one
    pairs: Pairs
    dropped: Bools

    def __len__(self) -> int:
        return len(self.ids)


def build(model: str, floor: float, ids: Sequence[str], vectors: Floats) -> Similarities:
    """Finds the pairs of vectors (n, dimensions), each of length one."""
    empty = Similarities(model, floor, (), np.zeros((0, vectors.shape[1]), np.float32), _no_pairs(), NOTHING)
    return added(empty, ids, vectors)


def added(old: Similarities, ids: Sequence[str], vectors: Floats) -> Similarities:
    """Returns the similarities with m more faces; only their pairs are computed. ``vectors`` (m, dimensions) have
    length one."""
    every = np.concatenate([old.vectors, vectors.astype(np.float32, copy=False)])
    dropped = np.concatenate([old.dropped, np.zeros(len(ids), bool)])
    kept, least = _nearest(old.pairs, dropped)
    parts, gathered = [kept], 0
    rows, cores = range(len(old), len(every), BLOCK), os.cpu_count() or 1
    # There is a thread for each core with separate matrix products, because two threads that share one product wait for
    # each other. They work in portions, because their results wait in memory.
    with ThreadPoolExecutor(cores) as threads:
        for at in range(0, len(rows), 2 * cores):
            portion = [_Rows(every, row, old.floor, least) for row in rows[at : at + 2 * cores]]
            for block, found in zip(portion, threads.map(_Rows.pairs, portion), strict=True):
                parts.append(found)
                gathered += len(found)
                dropped[list(block.lost)] = True
            if gathered > min(PRUNE_ABOVE, max(PRUNE_FROM, len(parts[0]))):
                kept, least = _nearest(_joined(parts), dropped)
                parts, gathered = [kept], 0
    pairs, _ = _nearest(_joined(parts), dropped)
    return replace(old, ids=(*old.ids, *ids), vectors=every, pairs=pairs, dropped=dropped)


def without(old: Similarities, gone: set[str]) -> Similarities:
    """Returns the similarities without the faces ``gone``."""
    return chosen(old, np.array([id_ not in gone for id_ in old.ids], bool))


def chosen(old: Similarities, stays: Bools) -> Similarities:
    """Returns the similarities of those faces alone that are True in ``stays`` (n,)."""
    place = np.cumsum(stays, dtype=np.int32) - 1
    pairs = old.pairs[stays[old.pairs.first] & stays[old.pairs.second]]
    return replace(
        old,
        ids=tuple(id_ for id_, each in zip(old.ids, stays.tolist(), strict=True) if each),
        vectors=old.vectors[stays],
        pairs=Pairs(place[pairs.first], place[pairs.second], pairs.similar),
        dropped=old.dropped[stays],
    )


def nearest_of(count: int) -> int:
    """Returns how many pairs each of so many faces keeps."""
    return min(NEAREST, max(LEAST, MOST_KEPT // max(1, count)))


def save(similarities: Similarities, path: Path) -> None:
    """Writes the file atomically. There must be only one writer at a time. Raises OSError."""
    write_arrays(path, VERSION, *_parts(similarities))


def packed(similarities: Similarities) -> Iterator[memoryview]:
    """Yields the content of the file."""
    return pieces(VERSION, *_parts(similarities))


def _parts(similarities: Similarities) -> tuple[dict[str, Any], Arrays]:
    about = {
        "model": similarities.model,
        "floor": similarities.floor,
        "capped": bool(similarities.dropped.any()),
        "ids": similarities.ids,
    }
    pairs = similarities.pairs
    arrays: Arrays = {
        "vectors": similarities.vectors,
        "first": pairs.first,
        "second": pairs.second,
        "similar": pairs.similar,
        "dropped": similarities.dropped,
    }
    return about, arrays


def load(path: Path) -> Similarities:
    """Reads a file that ``save`` wrote. Raises Damaged; the file must then be built again."""
    try:
        about, arrays = read_arrays(path, VERSION, mapped=("vectors",))
        pairs = Pairs(arrays["first"], arrays["second"], arrays["similar"])
        ids = tuple(about["ids"])
        # Files from before it was known of which faces a pair was dropped only say whether one was.
        dropped = arrays.get("dropped", np.full(len(ids), about["capped"], bool))
        return Similarities(about["model"], about["floor"], ids, arrays["vectors"], pairs, dropped)
    except KeyError as error:
        raise Damaged(f"{path}: there is no {error}") from error


class _Rows:
    """A block of new faces, which are compared with each other and with the faces before them. ``least`` (n,) is how
    similar a pair must be at least for each face to keep it, as far as that is known. ``lost`` are the faces of pairs
    that neither keeps."""

    def __init__(self, vectors: Floats, start: int, floor: float, least: Floats) -> None:
        self._vectors, self._start, self._floor, self._least = vectors, start, np.float32(floor), least
        self._rows = vectors[start : start + BLOCK]
        self._least_of_rows = np.full(len(self._rows), -1, np.float32)
        self.lost: set[int] = set()

    def pairs(self) -> Pairs:
        found, gathered = [_no_pairs()], 0
        for left in range(0, self._start + len(self._rows), BLOCK):
            found.append(self._beside(left))
            gathered += len(found[-1])
            if gathered > PRUNE_FROM:
                found, gathered = [self._nearest(_joined(found))], 0
        return _joined(found)

    def _beside(self, left: int) -> Pairs:
        """Returns the pairs with the block of faces at ``left``."""
        products = self._rows @ self._vectors[left : left + BLOCK].T
        similar = products >= self._floor
        least = self._least[left : left + products.shape[1]]
        if least.max() > self._floor and self._least_of_rows.max() > self._floor:
            weak = similar & (products < np.minimum.outer(self._least_of_rows, least) - ROUNDED)
            if left == self._start:
                weak = np.tril(weak, -1)
            self._lose(np.flatnonzero(weak.any(axis=1)) + self._start, np.flatnonzero(weak.any(axis=0)) + left)
            similar &= ~weak
        at = np.flatnonzero(similar)
        row, column = np.divmod(at.astype(np.int32), np.int32(products.shape[1]))
        second, first = row + np.int32(self._start), column + np.int32(left)
        once = first < second
        return Pairs(first[once], second[once], products.ravel()[at][once].astype(np.float16))

    def _nearest(self, pairs: Pairs) -> Pairs:
        """Removes those pairs that neither face keeps, as far as that is known."""
        rows = pairs.second - self._start
        _, least = _best(rows, pairs.similar, nearest_of(len(self._vectors)), len(self._rows))
        self._least_of_rows = np.maximum(self._least_of_rows, least)
        stays = pairs.similar >= np.minimum(self._least_of_rows[rows], self._least[pairs.first])
        gone = pairs[~stays]
        self._lose(gone.first, gone.second)
        return pairs[stays]

    def _lose(self, *faces: npt.NDArray[np.integer]) -> None:
        for each in faces:
            self.lost.update(np.unique(each).tolist())


def _nearest(pairs: Pairs, dropped: Bools) -> tuple[Pairs, Floats]:
    """Removes the pairs that are not among the nearest of either face, and notes their faces in ``dropped`` (n,). Also
    returns how similar a pair must be at least for each face to keep it, or -1 if it keeps all (n,)."""
    count = len(dropped)
    faces, similar = np.concatenate([pairs.first, pairs.second]), np.concatenate([pairs.similar, pairs.similar])
    keeps, least = _best(faces, similar, nearest_of(count), count)
    near = keeps[: len(pairs)] | keeps[len(pairs) :]
    if near.all():
        return pairs, least
    gone = pairs[~near]
    dropped[gone.first], dropped[gone.second] = True, True
    return pairs[near], least


def _best(
    faces: Ints, similar: npt.NDArray[np.float16], nearest: int, count: int
) -> tuple[Bools, npt.NDArray[np.float32]]:
    """Returns which entries (k,) are among the ``nearest`` most similar ones of their face, and how similar the last of
    them is for each face (count,), or -1 if it has fewer."""
    sizes = np.bincount(faces, minlength=count)
    crowded = sizes >= nearest
    least = np.full(count, -1, np.float32)
    keeps = ~crowded[faces]
    # In portions, because sorting takes 30 bytes for each entry.
    portion = np.cumsum(np.where(crowded, sizes, 0)) // SORTED
    for number in np.unique(portion[crowded]).tolist():
        own = crowded & (portion == number)
        entries = np.flatnonzero(own[faces])
        # One number for the face and how little similar it is takes half of the time that sorting by two takes.
        key = faces[entries].astype(np.int64) << 22
        key += ((1 - similar[entries].astype(np.float32)) * 2**20).clip(0, 2**22 - 1).astype(np.int32)
        order = np.argsort(key, kind="stable")
        begins = np.cumsum(sizes[own]) - sizes[own]
        best = entries[order[begins[:, None] + np.arange(nearest)]]
        keeps[best] = True
        least[own] = similar[best[:, -1]]
    return keeps, least


def _joined(parts: list[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([each.first for each in parts]),
        np.concatenate([each.second for each in parts]),
        np.concatenate([each.similar for each in parts]),
    )


def _no_pairs() -> Pairs:
    return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float16))
