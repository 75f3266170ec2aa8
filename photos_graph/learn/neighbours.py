"""Finds the NEAREST most similar photos of each photo. They are stored, so that only new photos have to be compared.

The exact similarities of all pairs are computed in blocks. The result does not depend on the order in which photos were
added, except for ties.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt

from photos_graph.array_files import Arrays, MappedArrays, pieces, read_arrays, write_arrays

VERSION = 3  # of the file; raise it when the meaning of its contents changes
NEAREST = 12
BLOCK = 2048  # photos on each side of one matrix product
NO_PHOTO = -1

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The n photos that one backbone has described, and their neighbours.

    ``near`` (n, NEAREST) are the positions of the most similar photos, best first, padded with NO_PHOTO. ``similar``
    (n, NEAREST) are their cosine similarities, padded with -2. ``vectors`` (n, dimensions) have length one.
    """

    backbone: str
    ids: tuple[str, ...]
    vectors: Halves
    near: Ints
    similar: Floats

    def __len__(self) -> int:
        return len(self.ids)


def build(backbone: str, ids: Sequence[str], features: Floats) -> Neighbours:
    """Finds the neighbours of features (n, dimensions)."""
    nothing = Neighbours(
        backbone,
        (),
        np.zeros((0, features.shape[1]), np.float16),
        np.zeros((0, NEAREST), np.int32),
        np.zeros((0, NEAREST), np.float32),
    )
    return added(nothing, ids, features)


def added(old: Neighbours, ids: Sequence[str], features: Floats) -> Neighbours:
    """Returns the neighbours with m more photos, features (m, dimensions)."""
    lengths = np.maximum(np.linalg.norm(features, axis=1, keepdims=True), np.float32(1e-12))
    vectors = np.concatenate([old.vectors, (features / lengths).astype(np.float16)])
    count, first = len(vectors), len(old)
    near = np.concatenate([old.near, np.full((count - first, NEAREST), NO_PHOTO, np.int32)])
    similar = np.concatenate([old.similar, np.full((count - first, NEAREST), -2, np.float32)])
    _compare(vectors, near, similar, first)
    return Neighbours(old.backbone, (*old.ids, *ids), vectors, near, similar)


def without(old: Neighbours, gone: set[str]) -> Neighbours:
    """Returns the neighbours without those photos. A photo that loses a neighbour gets the next one."""
    stays = np.array([id_ not in gone for id_ in old.ids], bool)
    place = np.append(np.where(stays, np.cumsum(stays) - 1, NO_PHOTO), NO_PHOTO).astype(np.int32)
    near = place[old.near[stays]]
    lost = np.flatnonzero(((near == NO_PHOTO) & (old.near[stays] != NO_PHOTO)).any(axis=1))
    similar = old.similar[stays]
    near[lost], similar[lost] = NO_PHOTO, -2
    vectors = old.vectors[stays]
    _find_missing(vectors, near, similar, lost)
    return Neighbours(old.backbone, tuple(id_ for id_ in old.ids if id_ not in gone), vectors, near, similar)


def similar_to(path: Path, asked: Sequence[tuple[str, int]]) -> list[list[tuple[str, float]]]:
    """Returns, for each pair of photo and number of results, (id, cosine similarity) of the most similar photos.

    It reads only a few rows of the file. The stored neighbours are exact, and further ones are found through them. The
    list is empty for a photo that is not in the file. Raises Damaged.
    """
    arrays = MappedArrays(path, VERSION)
    return [_similar_to(arrays, id_.encode(), count) for id_, count in asked]


def _similar_to(arrays: MappedArrays, id_: bytes, count: int) -> list[tuple[str, float]]:
    photo = _place(arrays, id_)
    if photo is None:
        return []
    found, edge = {photo}, [photo]
    while len(found) <= 3 * count and edge:
        near = np.unique(arrays.rows("near", edge)).tolist()
        edge = [each for each in near if each != NO_PHOTO and each not in found]
        found.update(edge)
    others = sorted(found - {photo})
    if not others:
        return []
    vectors = arrays.rows("vectors", [photo, *others]).astype(np.float32)
    alike = vectors[1:] @ vectors[0]
    best = np.argsort(-alike, kind="stable")[:count]
    return [(_id_at(arrays, others[at]).decode(), float(alike[at])) for at in best]


def _place(arrays: MappedArrays, id_: bytes) -> int | None:
    """Finds the position of a photo by a binary search of the sorted ids."""
    order = range(arrays.count("order"))
    at = bisect_left(order, id_, key=lambda at: _id_at(arrays, _ordered(arrays, at)))
    place = _ordered(arrays, at) if at < len(order) else None
    return place if place is not None and _id_at(arrays, place) == id_ else None


def _ordered(arrays: MappedArrays, at: int) -> int:
    return int(arrays.rows("order", [at])[0])


def _id_at(arrays: MappedArrays, place: int) -> bytes:
    return arrays.rows("ids", [place]).tobytes().rstrip(b"\0")


def save(graph: Neighbours, path: Path) -> None:
    """Writes the file atomically. There must be only one writer at a time. Raises OSError."""
    write_arrays(path, VERSION, *_parts(graph))


def packed(graph: Neighbours) -> Iterator[memoryview]:
    """Yields the content of the file."""
    return pieces(VERSION, *_parts(graph))


def _parts(graph: Neighbours) -> tuple[dict[str, str], Arrays]:
    """Returns the contents of the file: ``ids`` (n, length) as bytes, ``order`` (n,), which are the positions sorted by
    id, and the other arrays."""
    ids = np.array([id_.encode() for id_ in graph.ids], np.bytes_)
    arrays: Arrays = {
        "ids": ids.view(np.uint8).reshape(len(ids), ids.itemsize),
        "order": np.argsort(ids, kind="stable").astype(np.int32),
        "vectors": graph.vectors,
        "near": graph.near,
        "similar": graph.similar,
    }
    return {"backbone": graph.backbone}, arrays


def load(path: Path) -> Neighbours:
    """Reads a file that ``save`` wrote. Raises Damaged; the file must then be built again."""
    about, arrays = read_arrays(path, VERSION, mapped=("vectors",))
    length = arrays["ids"].shape[1]
    ids = tuple(id_.decode() for id_ in arrays["ids"].view(f"S{length}").ravel().tolist())
    return Neighbours(about["backbone"], ids, arrays["vectors"], arrays["near"], arrays["similar"])


def _compare(vectors: Halves, near: Ints, similar: Floats, first: int) -> None:
    """Merges into ``near`` and ``similar`` the similarities of the photos from ``first`` on with all others.

    The product of each pair is computed once for both photos. There is a thread for each core with separate products,
    because two threads that share one product wait for each other.
    """
    count = len(vectors)
    guards = [Lock() for _ in range(0, count, BLOCK)]  # one for each block of rows of ``near`` and ``similar``

    def keep(start: int, products: Floats, others: int) -> None:
        with guards[start // BLOCK]:
            rows = slice(start, start + len(products))
            _merge(near[rows], similar[rows], products, others)

    def compare(start: int) -> None:
        """Compares the new photos of the block at ``start`` with all photos before them, and with each other."""
        begin, end = max(first, start), min(start + BLOCK, count)
        sides = vectors[begin:end].astype(np.float32)
        for left in range(0, end, BLOCK):
            right = min(left + BLOCK, end)
            products = sides @ vectors[left:right].astype(np.float32).T
            if right > begin:  # within the block itself, no photo is its own neighbour
                np.fill_diagonal(products[:, begin - left :], -2)
            keep(begin, products, left)
            before = min(right, begin) - left
            if before > 0:
                keep(left, products[:, :before].T, begin)

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        starts = range(first - first % BLOCK, count, BLOCK)
        list(threads.map(compare, reversed(starts)))  # the largest first


def _find_missing(vectors: Halves, near: Ints, similar: Floats, rows: npt.NDArray[np.intp]) -> None:
    """Computes ``near`` and ``similar`` of these rows again, over all photos."""

    def look(start: int) -> None:
        mine = rows[start : start + BLOCK]
        sides = vectors[mine].astype(np.float32)
        near_here, similar_here = near[mine], similar[mine]
        for left in range(0, len(vectors), BLOCK):
            products = sides @ vectors[left : left + BLOCK].astype(np.float32).T
            own = mine - left
            inside = np.flatnonzero((own >= 0) & (own < products.shape[1]))
            products[inside, own[inside]] = -2
            _merge(near_here, similar_here, products, left)
        near[mine], similar[mine] = near_here, similar_here

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        list(threads.map(look, range(0, len(rows), BLOCK)))


def _merge(near: Ints, similar: Floats, products: Floats, first: int) -> None:
    """Merges into ``near`` and ``similar`` (n, NEAREST) the nearer ones of the m photos from ``first`` on, given the
    products (n, m). The order of the threads does not matter, because the first of two equally near photos counts."""
    better = np.flatnonzero(products.max(axis=1) >= similar[:, -1])
    if not len(better):
        return
    products = np.ascontiguousarray(products[better])
    best = _highest(products, NEAREST)
    every = np.concatenate([similar[better], np.take_along_axis(products, best, 1)], axis=1)
    places = np.concatenate([near[better], best.astype(np.int32) + np.int32(first)], axis=1)
    places[every < -1.5] = NO_PHOTO
    order = np.lexsort((places, -every), axis=1)[:, :NEAREST]
    similar[better] = np.take_along_axis(every, order, 1)
    near[better] = np.take_along_axis(places, order, 1)


def _highest(values: Floats, count: int) -> npt.NDArray[np.intp]:
    """Returns the columns of the highest values of each row (rows, up to count), in no particular order."""
    if values.shape[1] <= count:
        return np.broadcast_to(np.arange(values.shape[1]), values.shape)
    return np.argpartition(values, -count, axis=1)[:, -count:]
