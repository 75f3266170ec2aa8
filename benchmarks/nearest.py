"""Compares the exact nearest photos and faces with those of approximate indexes: time, memory, what they miss, and what
becomes of predicted tags and of clusters.

The indexes are `usearch` and `hnswlib`, if they are installed, which the product does not need, and lists of vectors
around centres, which are made here with NumPy.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from benchmarks import faces, giving
from benchmarks.bench import Bench
from benchmarks.report import Figure
from benchmarks.vector_lists import Found, between_photos, nearest_by_lists
from photos_graph.faces import similarity
from photos_graph.faces.clustering import average_linkage, unconstrained
from photos_graph.faces.similarity import Bools, Pairs
from photos_graph.learn import neighbours
from photos_graph.learn.neighbours import Neighbours
from photos_graph.learn.propagation import USUAL, Propagation

METHODS = ("exact", "lists", "usearch", "hnswlib")
LINKS, ADDING, LOOKING = 16, 128, 64  # of the graphs of usearch and hnswlib
LABELLED = 100  # photos of each kind
BLOCK = 2048
ASKED = 200  # of which exact neighbours are computed in any case
CUT = faces.SFACE.cut

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]
Ints = npt.NDArray[np.int32]
Find = Callable[[Floats, int], tuple[Ints, Floats]]
Measured = dict[str, tuple[float, str]]
T = TypeVar("T")


def nearest(bench: Bench) -> Iterator[Figure]:
    """Measures each kind and method in a process of its own, for its peak memory."""
    for kind in ("photos", "faces"):
        if (path := _base(bench, kind)) is None:
            continue
        for method in METHODS:
            if method in ("usearch", "hnswlib") and not _is_there(method):
                bench.say(f"left out: {method} is not installed")
                continue
            bench.say(f"{bench.photos:,} {kind}, {method}")
            order = [kind, method, str(bench.photos), str(path)]
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.nearest", *order],
                env=os.environ | {"OMP_NUM_THREADS": "1"},
                stdout=subprocess.PIPE,
                check=True,
            )
            for what, (value, unit) in json.loads(done.stdout).items():
                yield Figure(f"{bench.photos:,} {kind}, {method}: {what}", value, unit)


def _is_there(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def _base(bench: Bench, kind: str) -> Path | None:
    """Returns the file of the vectors of real pictures, which are kept between runs."""
    return giving.features_of(bench) if kind == "photos" else faces.lfw_vectors(bench, [])


def _measured(kind: str, method: str, count: int, path: Path) -> Measured:
    if kind == "photos":
        halves, kinds = _photos(path, count)
        graph, used = _used(lambda: photo_graph(method, halves))
        return {
            **used,
            "found of the 12 nearest": (100 * recall(graph), "%"),
            "photos whose tag is right": (100 * _right(graph, kinds), "%"),
        }
    vectors, people = faces.copies_of(path, count)
    size = len(faces.loaded(path)[0])
    found, used = _used(lambda: _face_pairs(method, vectors, size))
    return used | _clustered(vectors, people, *found)


def _used(work: Callable[[], T]) -> tuple[T, Measured]:
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    before, started = time.process_time(), time.perf_counter()
    result = work()
    used, taken = time.process_time() - before, time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return result, {
        "of a processor": (used, "s"),
        "clock": (taken, "s"),
        "memory beside the vectors that are given": ((peak - base) / 1024, "MiB"),
    }


# -- photos


def id_of(place: int) -> str:
    return f"{place:032x}"


def _photos(path: Path, count: int) -> tuple[Halves, Ints]:
    """Returns vectors (count, d) between those of photos that are alike, and the kind of each."""
    with np.load(path) as arrays:
        kinds = np.unique(arrays["folders"], return_inverse=True)[1].astype(np.int32)
    with tempfile.TemporaryFile(dir=path.parent) as file:
        made = between_photos(path, count, file)
    return made.vectors, kinds[made.origins]


def photo_graph(method: str, vectors: Halves) -> Neighbours:
    """Returns the neighbours of photos with vectors (n, d) of length one. Only ``exact`` needs them as float32."""
    if method == "exact":
        return neighbours.build("benchmark", tuple(map(id_of, range(len(vectors)))), vectors.astype(np.float32))
    wanted = neighbours.NEAREST + 1
    return graph_of(
        vectors, nearest_by_lists(vectors, wanted) if method == "lists" else _found(method, vectors, wanted)
    )


def graph_of(vectors: Halves, found: Iterable[Found]) -> Neighbours:
    """Returns the neighbours of photos, given the nearest 13 of each, of which one is itself."""
    ids = tuple(map(id_of, range(len(vectors))))
    near = np.full((len(ids), neighbours.NEAREST), neighbours.NO_PHOTO, np.int32)
    similar = np.full(near.shape, -2, np.float32)
    for places, some, alike in found:
        near[places], similar[places] = _without_itself(places, some, alike)
    return Neighbours("benchmark", ids, vectors, near, similar)


def _without_itself(places: Ints, near: Ints, similar: Floats) -> tuple[Ints, Floats]:
    own = near == places[:, None]
    own[~own.any(axis=1), -1] = True
    shape = (len(near), near.shape[1] - 1)
    return near[~own].reshape(shape), similar[~own].reshape(shape)


def recall(graph: Neighbours) -> float:
    """Returns the share of the exact neighbours of some photos that are in the graph."""
    some = np.random.default_rng(5).choice(len(graph), ASKED, replace=False)
    asked = graph.vectors[some].astype(np.float32)
    products = np.empty((ASKED, len(graph)), np.float32)
    for start in range(0, len(graph), BLOCK):
        products[:, start : start + BLOCK] = asked @ graph.vectors[start : start + BLOCK].astype(np.float32).T
    products[np.arange(ASKED), some] = -2
    right = [np.argpartition(row, -neighbours.NEAREST)[-neighbours.NEAREST :] for row in products]
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(right, graph.near[some], strict=True)]))


def _right(graph: Neighbours, kinds: Ints) -> float:
    """Returns for how many photos the labels of some of each kind arrive in the right shares."""
    chance = np.random.default_rng(6)
    labels = np.zeros((len(graph), int(kinds.max()) + 1), np.float32)
    for kind in range(labels.shape[1]):
        of_kind = np.flatnonzero(kinds == kind)
        some = min(LABELLED, len(of_kind) // 2)  # a small library has few photos of some kinds
        labels[chance.choice(of_kind, some, replace=False), kind] = 1 / max(1, some)
    arrived = Propagation(graph, USUAL).spread(labels)
    return float((arrived.argmax(axis=1) == kinds).mean())


# -- faces


def _exact_pairs(vectors: Floats, size: int) -> tuple[Pairs, Bools]:
    """Returns the pairs within each block of so many faces, and which faces have others that were dropped."""
    found = []
    for start in range(0, len(vectors), size):
        some = vectors[start : start + size]
        kept = similarity.build("SFace", faces.SFACE.floor, [str(at) for at in range(len(some))], some)
        first, second = (each + np.int32(start) for each in (kept.pairs.first, kept.pairs.second))
        found.append((first, second, kept.pairs.similar, kept.dropped))
    first, second, similar, dropped = (np.concatenate(each) for each in zip(*found, strict=True))
    return Pairs(first, second, similar), dropped


def _face_pairs(method: str, vectors: Floats, size: int) -> tuple[Pairs, Bools]:
    """Returns the similar pairs of faces, which are copies of ``size`` faces, and which faces have others that were
    dropped. ``copies`` are the pairs within each copy."""
    if method in ("exact", "copies"):
        return _exact_pairs(vectors, size if method == "copies" else max(1, len(vectors)))
    parts = []
    wanted = similarity.NEAREST + 1
    for places, near, similar in (
        nearest_by_lists(vectors, wanted) if method == "lists" else _found(method, vectors, wanted)
    ):
        mine = np.repeat(places, near.shape[1])
        keep = (similar.ravel() >= faces.SFACE.floor) & (near.ravel() != mine) & (near.ravel() >= 0)
        one, other = mine[keep], near.ravel()[keep]
        first, second = np.minimum(one, other).astype(np.int64), np.maximum(one, other)
        parts.append((first * len(vectors) + second, similar.ravel()[keep].astype(np.float16)))
    codes, at = np.unique(np.concatenate([codes for codes, _ in parts]), return_index=True)
    alike = np.concatenate([each for _, each in parts])[at]
    ones, others = np.divmod(codes, len(vectors))
    return Pairs(ones.astype(np.int32), others.astype(np.int32), alike), np.zeros(len(vectors), bool)


def _clustered(vectors: Floats, people: Ints, pairs: Pairs, dropped: Bools) -> Measured:
    before = time.process_time()
    labels = average_linkage(vectors, pairs, CUT, unconstrained(len(vectors)), dropped=dropped)
    used = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "pairs for each face": (len(pairs) / len(vectors), ""),
        "clusters from these pairs, of a processor": (used, "s"),
        "clusters: B-cubed F": (faces.scores(labels, people)[0], ""),
        "peak memory with the clustering": (peak / 1024, "MiB"),
    }


# -- indexes


def _found(method: str, vectors: Floats | Halves, wanted: int) -> Iterator[Found]:
    """Yields the nearest of all vectors (n, d), best first, as positions and cosine similarities."""
    vectors = vectors.astype(np.float32, copy=False)
    find: Find = {"usearch": _usearch, "hnswlib": _hnswlib}[method](vectors)
    for start in range(0, len(vectors), 16 * BLOCK):
        near, similar = find(vectors[start : start + 16 * BLOCK], wanted)
        yield np.arange(start, start + len(near), dtype=np.int32), near, similar


def _usearch(vectors: Floats) -> Find:
    made: Any = importlib.import_module("usearch.index")
    kept = made.Index(
        ndim=vectors.shape[1],
        metric="ip",
        dtype="f16",
        connectivity=LINKS,
        expansion_add=ADDING,
        expansion_search=LOOKING,
    )
    kept.add(np.arange(len(vectors)), vectors, threads=os.cpu_count() or 1)

    def find(asked: Floats, count: int) -> tuple[Ints, Floats]:
        kept.expansion_search = max(LOOKING, count)
        found = kept.search(asked, count, threads=os.cpu_count() or 1)
        return found.keys.astype(np.int64).astype(np.int32), 1 - found.distances

    return find


def _hnswlib(vectors: Floats) -> Find:
    made: Any = importlib.import_module("hnswlib")
    kept = made.Index("ip", vectors.shape[1])
    kept.init_index(len(vectors), M=LINKS, ef_construction=ADDING)
    kept.set_num_threads(os.cpu_count() or 1)
    kept.add_items(vectors, np.arange(len(vectors)))

    def find(asked: Floats, count: int) -> tuple[Ints, Floats]:
        kept.set_ef(max(LOOKING, count))
        places, distances = kept.knn_query(asked, count)
        return places.astype(np.int32), (1 - distances).astype(np.float32)

    return find


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("kind", "method", "count", "path"):
        parser.add_argument(name)
    given = parser.parse_args()
    print(json.dumps(_measured(given.kind, given.method, int(given.count), Path(given.path))))
