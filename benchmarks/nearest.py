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
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import faces, giving
from benchmarks.bench import Bench
from benchmarks.report import Figure
from photos_graph.faces import similarity
from photos_graph.faces.clustering import average_linkage, unconstrained
from photos_graph.faces.similarity import Pairs
from photos_graph.learn import neighbours
from photos_graph.learn.neighbours import Neighbours
from photos_graph.learn.propagation import USUAL, Propagation

METHODS = ("exact", "lists", "usearch", "hnswlib")
LINKS, ADDING, LOOKING = 16, 128, 64  # of the graphs of usearch and hnswlib
PROBED = 1 / 32  # of the lists
LABELLED = 100  # photos of each kind
BLOCK = 2048
ASKED = 500  # of which exact neighbours are computed in any case
NOISE = 0.25  # length of what is added to a vector that lies between those of two alike photos
CUT = faces.SFACE.cut

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Find = Callable[[Floats, int], tuple[Ints, Floats]]


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


def _measured(kind: str, method: str, count: int, path: Path) -> dict[str, tuple[float, str]]:
    vectors, owners = _photos(path, count) if kind == "photos" else faces.copies_of(path, count)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    before, started = time.process_time(), time.perf_counter()
    found = _photo_graph(method, vectors) if kind == "photos" else _face_pairs(method, vectors)
    used, taken = time.process_time() - before, time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures = {
        "of a processor": (used, "s"),
        "clock": (taken, "s"),
        "memory beside the vectors that are given": ((peak - base) / 1024, "MiB"),
    }
    if isinstance(found, Neighbours):
        figures["found of the 12 nearest"] = (100 * _recall(found), "%")
        figures["photos whose tag is right"] = (100 * _right(found, owners), "%")
    else:
        figures |= _clustered(vectors, owners, *found)
    return figures


# -- photos


def _photos(path: Path, count: int) -> tuple[Floats, Ints]:
    """Returns (count, d) vectors of length one that lie between the vectors of real photos that are alike, and the kind
    of each."""
    with np.load(path) as arrays:
        real, folders = arrays["features"], arrays["folders"]
    real = real / np.linalg.norm(real, axis=1, keepdims=True)
    kinds = np.unique(folders, return_inverse=True)[1].astype(np.int32)
    graph = neighbours.build("benchmark", [str(at) for at in range(len(real))], real)
    chance = np.random.default_rng(3)
    one = chance.integers(0, len(real), count)
    other = graph.near[one, chance.integers(0, 5, count)]
    out = np.empty((count, real.shape[1]), np.float32)
    for start in range(0, count, BLOCK):
        part = slice(start, start + BLOCK)
        share = chance.random((len(one[part]), 1), np.float32) / 2
        made = (1 - share) * real[one[part]] + share * real[other[part]]
        noise = np.abs(chance.standard_normal(made.shape, np.float32)) * made  # a channel that is silent stays so
        made += noise * (NOISE / np.linalg.norm(noise, axis=1, keepdims=True))
        out[part] = made / np.linalg.norm(made, axis=1, keepdims=True)
    return out, kinds[one]


def _photo_graph(method: str, vectors: Floats) -> Neighbours:
    ids = [f"{at:07}" for at in range(len(vectors))]
    if method == "exact":
        return neighbours.build("benchmark", ids, vectors)
    near, similar = _without_itself(*_index(method, vectors)(vectors, neighbours.NEAREST + 1))
    return Neighbours("benchmark", tuple(ids), vectors.astype(np.float16), near, similar)


def _without_itself(near: Ints, similar: Floats) -> tuple[Ints, Floats]:
    own = near == np.arange(len(near), dtype=np.int32)[:, None]
    own[~own.any(axis=1), -1] = True
    shape = (len(near), near.shape[1] - 1)
    return near[~own].reshape(shape), similar[~own].reshape(shape)


def _recall(graph: Neighbours) -> float:
    """Returns the share of the exact neighbours of some photos that are in the graph."""
    some = np.random.default_rng(5).choice(len(graph), ASKED, replace=False)
    asked = graph.vectors[some].astype(np.float32)
    products = np.empty((ASKED, len(graph)), np.float32)
    for start in range(0, len(graph), BLOCK):
        products[:, start : start + BLOCK] = asked @ graph.vectors[start : start + BLOCK].astype(np.float32).T
    products[np.arange(ASKED), some] = -2
    right = np.argpartition(products, -neighbours.NEAREST, axis=1)[:, -neighbours.NEAREST :]
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(right, graph.near[some], strict=True)]))


def _right(graph: Neighbours, kinds: Ints) -> float:
    """Returns for how many photos the labels of some of each kind arrive in the right shares."""
    chance = np.random.default_rng(6)
    labels = np.zeros((len(graph), int(kinds.max()) + 1), np.float32)
    for kind in range(labels.shape[1]):
        labels[chance.choice(np.flatnonzero(kinds == kind), LABELLED, replace=False), kind] = 1 / LABELLED
    arrived = Propagation(graph, USUAL).spread(labels)
    return float((arrived.argmax(axis=1) == kinds).mean())


# -- faces


def _face_pairs(method: str, vectors: Floats) -> tuple[Pairs, bool]:
    """Returns the similar pairs of faces, and whether these are all."""
    if method == "exact":
        kept = similarity.build("SFace", faces.SFACE.floor, [f"{at:07}" for at in range(len(vectors))], vectors)
        return kept.pairs, not kept.capped
    parts = []
    find = _index(method, vectors)
    for start in range(0, len(vectors), 16 * BLOCK):
        near, similar = find(vectors[start : start + 16 * BLOCK], similarity.NEAREST + 1)
        mine = np.repeat(np.arange(start, start + len(near), dtype=np.int32), near.shape[1])
        keep = (similar.ravel() >= faces.SFACE.floor) & (near.ravel() != mine) & (near.ravel() >= 0)
        one, other = mine[keep], near.ravel()[keep]
        first, second = np.minimum(one, other).astype(np.int64), np.maximum(one, other)
        parts.append((first * len(vectors) + second, similar.ravel()[keep].astype(np.float16)))
    codes, places = np.unique(np.concatenate([codes for codes, _ in parts]), return_index=True)
    alike = np.concatenate([each for _, each in parts])[places]
    ones, others = np.divmod(codes, len(vectors))
    return Pairs(ones.astype(np.int32), others.astype(np.int32), alike), True


def _clustered(vectors: Floats, people: Ints, pairs: Pairs, complete: bool) -> dict[str, tuple[float, str]]:
    before = time.process_time()
    labels = average_linkage(vectors, pairs, CUT, unconstrained(len(vectors)), complete=complete)
    used = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "pairs for each face": (len(pairs) / len(vectors), ""),
        "clusters from these pairs, of a processor": (used, "s"),
        "clusters: B-cubed F": (faces.scores(labels, people)[0], ""),
        "peak memory with the clustering": (peak / 1024, "MiB"),
    }


# -- indexes


def _index(method: str, vectors: Floats) -> Find:
    """Returns what finds the nearest of all vectors (n, d), best first, as positions and cosine similarities."""
    return {"lists": _lists, "usearch": _usearch, "hnswlib": _hnswlib}[method](vectors)


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


def _lists(vectors: Floats) -> Find:
    """Puts each vector into the list of the nearest of about sqrt(n) centres, and looks into the nearest lists alone.

    The lists are compared with each other as a whole, since a product of matrices takes a tenth of the time of as many
    products of vectors.
    """
    chance = np.random.default_rng(1)
    count = max(8, round(len(vectors) ** 0.5))
    centres = vectors[chance.choice(len(vectors), count, replace=False)]
    sample = vectors[chance.choice(len(vectors), min(len(vectors), 40 * count), replace=False)]
    for _ in range(4):
        home = _homes(sample, centres)
        sums = np.zeros_like(centres)
        np.add.at(sums, home, sample)
        centres = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    home = _homes(vectors, centres)
    order = np.argsort(home, kind="stable").astype(np.int32)
    starts = np.searchsorted(home[order], np.arange(count + 1))
    sorted_ = vectors[order]
    probed = max(2, round(count * PROBED))

    def find(asked: Floats, wanted: int) -> tuple[Ints, Floats]:
        near = np.full((len(asked), wanted), -1, np.int32)
        similar = np.full((len(asked), wanted), -2, np.float32)
        mine = _homes(asked, centres)
        beside = np.argpartition(-(centres @ centres.T), probed - 1, axis=1)[:, :probed]
        for at in np.unique(mine).tolist():
            rows = np.flatnonzero(mine == at)
            places = np.concatenate([np.arange(starts[each], starts[each + 1]) for each in beside[at]])
            for begin in range(0, len(rows), BLOCK):
                some = rows[begin : begin + BLOCK]
                products = asked[some] @ sorted_[places].T
                best = np.argpartition(-products, min(wanted, products.shape[1]) - 1, axis=1)[:, :wanted]
                those = np.take_along_axis(products, best, 1)
                by = np.argsort(-those, axis=1)
                near[some, : best.shape[1]] = order[places[np.take_along_axis(best, by, 1)]]
                similar[some, : best.shape[1]] = np.take_along_axis(those, by, 1)
        return near, similar

    return find


def _homes(vectors: Floats, centres: Floats) -> npt.NDArray[np.intp]:
    out = np.empty(len(vectors), np.intp)
    for start in range(0, len(vectors), BLOCK):
        out[start : start + BLOCK] = (vectors[start : start + BLOCK] @ centres.T).argmax(axis=1)
    return out


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("kind", "method", "count", "path"):
        parser.add_argument(name)
    given = parser.parse_args()
    print(json.dumps(_measured(given.kind, given.method, int(given.count), Path(given.path))))
