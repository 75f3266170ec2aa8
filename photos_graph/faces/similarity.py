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
PRUNE_ABOVE = 8_000_000  # pairs that are collected before those that no face keeps are dropped

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
    parts, gathered = [old.pairs], 0
    for found in _all_pairs(every, len(old), old.floor):
        parts.append(found)
        gathered += len(found)
        if gathered > PRUNE_ABOVE:
            parts, gathered = [_nearest(_joined(parts), dropped)], 0
    pairs = _nearest(_joined(parts), dropped)
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


def _all_pairs(vectors: Floats, start: int, floor: float) -> Iterator[Pairs]:
    """Yields the pairs whose later face is at ``start`` or after it.

    There is a thread for each core with separate matrix products, because two threads that share one product wait for
    each other.
    """
    cores = os.cpu_count() or 1
    rows = range(start, len(vectors), BLOCK)
    with ThreadPoolExecutor(cores) as threads:
        for at in range(0, len(rows), 4 * cores):  # in portions, because the results wait in memory
            yield from threads.map(lambda row: _pairs_of_rows(vectors, row, floor), rows[at : at + 4 * cores])


def _pairs_of_rows(vectors: Floats, start: int, floor: float) -> Pairs:
    """Returns the pairs within a block of faces, and of these faces with the faces before them."""
    rows = vectors[start : start + BLOCK]
    found = [_no_pairs()]
    for left in range(0, start + len(rows), BLOCK):
        products = rows @ vectors[left : left + BLOCK].T
        at = np.flatnonzero(products >= np.float32(floor))
        if len(at):
            row, column = np.divmod(at.astype(np.int32), np.int32(products.shape[1]))
            second, first = row + np.int32(start), column + np.int32(left)
            once = first < second
            found.append(Pairs(first[once], second[once], products.ravel()[at][once].astype(np.float16)))
    return _joined(found)


def _nearest(pairs: Pairs, dropped: Bools) -> Pairs:
    """Removes the pairs that are not among the nearest of either face, and notes their faces in ``dropped`` (n,)."""
    count = len(dropped)
    nearest = nearest_of(count)
    degrees = np.bincount(pairs.first, minlength=count) + np.bincount(pairs.second, minlength=count)
    if not (degrees > nearest).any():
        return pairs
    faces = np.concatenate([pairs.first, pairs.second])
    order = np.lexsort((-np.concatenate([pairs.similar, pairs.similar]), faces))
    starts = np.searchsorted(faces[order], np.arange(count))
    rank = np.empty(len(faces), np.int64)
    rank[order] = np.arange(len(faces)) - starts[faces[order]]
    near = (rank < nearest)[: len(pairs)] | (rank < nearest)[len(pairs) :]
    gone = pairs[~near]
    dropped[gone.first], dropped[gone.second] = True, True
    return pairs[near]


def _joined(parts: list[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([each.first for each in parts]),
        np.concatenate([each.second for each in parts]),
        np.concatenate([each.similar for each in parts]),
    )


def _no_pairs() -> Pairs:
    return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float16))
