"""Measures the search in pictures by an image-text model: how fast a text is compared with a large library, and how the
choice of what is found does, which can be tried without such a model."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.bench import Bench, in_turn, milliseconds
from benchmarks.report import Figure, Goal
from photos_graph.learn.picture_vectors import Collected, PictureVectors, deviations

PHOTOS = 1_000_000  # unless the options say more
DIMENSIONS = 512  # of CLIP ViT-B/32
PORTION = 50_000
TEXTS = 15
GOAL = 30.0  # milliseconds
CUTS = (2.0, 2.5, 3.0, 3.5, 4.0)

Floats = npt.NDArray[np.float32]


def looks(bench: Bench) -> Iterator[Figure]:
    """Measures with random vectors, a few of whose numbers are much larger than the others, as those of CLIP."""
    count = bench.photos_given or PHOTOS
    chance = np.random.default_rng(7)
    bench.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        path, texts = Path(folder) / "vectors.safetensors", _drawn(chance, TEXTS)
        collected = Collected(Path(folder) / "new", count)
        exact = np.zeros((TEXTS, count), np.float32)
        for start in range(0, count, PORTION):
            some = _drawn(chance, min(PORTION, count - start))
            collected.put(range(start, start + len(some)), list(some))
            exact[:, start : start + len(some)] = texts @ some.T
        ids = chance.integers(0, 256, (count, 16), np.uint8)
        started = time.perf_counter()
        collected.write(path, "random", np.arange(count, dtype=np.uint32), ids, np.zeros(count, np.int64))
        yield Figure(f"writing the vectors of {count:,} photos", time.perf_counter() - started, "s")
        yield Figure("their file", path.stat().st_size / 1024**2, "MiB")
        started = time.perf_counter()
        vectors = PictureVectors(path)
        yield Figure("opening it", 1000 * (time.perf_counter() - started), "ms")
        vectors.find(texts[0])
        words = np.asarray(vectors.vectors).reshape(-1).view(np.uint64)
        pairs = in_turn(
            TEXTS,
            lambda text: milliseconds(vectors.find, texts[text]),
            lambda _: milliseconds(words.sum),
        )
        name = f"comparing a text with {count:,} photos by {DIMENSIONS} numbers"
        ours, theirs = pairs.medians
        yield Figure(f"{name}, median", ours, "ms", theirs, "numpy, the same bytes added up", pairs.ratio,
                     Goal(GOAL, at_most=True))  # fmt: skip
        yield Figure(f"{name}, best", min(pairs.ours), "ms", min(pairs.theirs), "numpy, the same bytes added up")
        wrong = [
            np.abs(deviations(vectors.alike(text)) - deviations(right))
            for text, right in zip(texts, exact, strict=True)
        ]
        yield Figure("error by rounding to bytes, mean", float(np.mean(wrong)), "deviations")
        yield Figure("error by rounding to bytes, largest", float(np.max(wrong)), "deviations")


def _drawn(chance: np.random.Generator, count: int) -> Floats:
    made = chance.standard_normal((count, DIMENSIONS), np.float32)
    made[:, :2] = 8 + made[:, :2]
    scaled: Floats = made / np.linalg.norm(made, axis=1, keepdims=True)
    return scaled


def cuts(similarities: dict[str, Floats], wanted: dict[str, npt.NDArray[np.bool_]]) -> Iterator[Figure]:
    """Says what share of the photos that words find is right, and what share of the right ones is found, as means over
    the words, for cuts at several deviations above the usual similarity."""
    scores = {word: deviations(each) for word, each in similarities.items()}
    for cut in CUTS:
        found = {word: each >= cut for word, each in scores.items()}
        right = [float(wanted[word][each].mean()) for word, each in found.items() if each.any()]
        share = [float(each[wanted[word]].mean()) for word, each in found.items()]
        yield Figure(f"right of those found, cut at {cut} deviations", 100 * float(np.mean(right or [0.0])), "%")
        yield Figure(f"found, cut at {cut} deviations", 100 * float(np.mean(share)), "%")
