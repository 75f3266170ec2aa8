"""Measures how well faces on LFW are told apart, and how long 100,000 faces take."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.bench import Bench
from benchmarks.report import Figure, Goal
from photos_graph.faces import similarity
from photos_graph.faces.additions import add_to_clusters
from photos_graph.faces.catalogue import DETECTORS, EMBEDDERS
from photos_graph.faces.clustering import average_linkage, by_size, hdbscan, unconstrained
from photos_graph.faces.weights import FaceWeights
from photos_graph.model.faces import UNASSIGNED
from photos_graph.services.faces.detection_call import find_faces, model_pool
from photos_graph.settings import Settings

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

SFACE = EMBEDDERS["SFace"]
PAIRS = 3000  # of each kind
FACES, NEW_FACES = 100_000, 100
NOISE, NEW_NOISE = 0.01, 0.03  # of each coordinate of a copied vector, and of a new face's
DBSCAN_DISTANCE, DBSCAN_MIN_FACES = 0.5, 3  # the settings of Immich


def lfw(bench: Bench) -> list[Figure]:
    """Measures verification, and clusters beside DBSCAN and HDBSCAN on the same vectors. Noise counts as clusters of
    one."""
    figures: list[Figure] = []
    path = lfw_vectors(bench, figures)
    if path is None:
        return figures
    vectors, people = loaded(path)
    right, strict = verification(vectors, people)
    figures += [
        Figure(
            f"LFW, {2 * PAIRS:,} pairs told apart at similarity {SFACE.verify}", right * 100, "%", goal=_least(99.3)
        ),
        Figure("LFW, one person's pairs found when 1 in 1,000 others passes", strict * 100, "%"),
    ]
    ours = scores(_linkage(vectors, SFACE.cut), people)
    dbscan = scores(_dbscan(vectors), people)
    density = scores(hdbscan(vectors, unconstrained(len(vectors))), people)
    one, other = _halves(people)
    cut = max(
        (float(each) for each in np.arange(0.38, 0.55, 0.01).round(2)),
        key=lambda each: sum(scores(_linkage(vectors[one], each), people[one])),
    )
    half = scores(_linkage(vectors[other], cut), people[other])
    for place, name in enumerate(("B-cubed F", "pairwise F")):
        ratio = ours[place] / dbscan[place]
        rule = f"DBSCAN {DBSCAN_DISTANCE}, {DBSCAN_MIN_FACES}"
        what = f"LFW, clusters cut at {SFACE.cut}: {name}"
        figures += [
            Figure(what, ours[place], "", dbscan[place], rule, ratio, _least(0.99)),
            Figure(f"LFW, clusters by faces.clustering = hdbscan: {name}", density[place], ""),
            Figure(f"LFW, cut {cut} chosen on half of the people: {name} of the others", half[place], ""),
        ]
    return figures


def many(bench: Bench) -> list[Figure]:
    """Measures 100,000 faces, which are copies of all people of LFW. Each copy is rotated and noisy, so that it counts
    as other people."""
    figures: list[Figure] = []
    path = lfw_vectors(bench, figures)
    if path is None:
        return figures
    bench.say(f"{FACES:,} faces")
    command = [sys.executable, "-m", "benchmarks.faces", str(path)]
    # It runs in its own process, for its peak memory, with the environment of a worker.
    done = subprocess.run(command, env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    return [
        *figures,
        Figure(f"{FACES:,} faces, from vectors to clusters", found["full"], "s", goal=Goal(60, at_most=True)),
        Figure(f"{FACES:,} faces, from the kept graph", found["kept"], "s", goal=Goal(30, at_most=True)),
        Figure(f"{NEW_FACES} new faces beside {FACES:,}", found["new"], "s", goal=Goal(1, at_most=True)),
        Figure(f"{FACES:,} faces, peak memory", found["megabytes"], "MB", goal=Goal(2000, at_most=True)),
        Figure(f"{FACES:,} faces, clusters: B-cubed F", found["cubed"], ""),
    ]


def verification(vectors: Floats, people: Ints) -> tuple[float, float]:
    """Returns the share of pairs that the fixed threshold decides correctly, and the share of pairs of one person that
    are found at a false acceptance rate of 1e-3."""
    chance = np.random.default_rng(0)
    first, second = np.triu_indices(len(people), 1)
    same = people[first] == people[second]
    alike = []
    for kind in (True, False):
        of_kind = np.flatnonzero(same == kind)
        drawn = chance.choice(of_kind, min(PAIRS, len(of_kind)), replace=False)
        alike.append(np.einsum("ij,ij->i", vectors[first[drawn]], vectors[second[drawn]]))
    genuine, others = alike
    right = ((genuine >= SFACE.verify).sum() + (others < SFACE.verify).sum()) / (len(genuine) + len(others))
    return float(right), float((genuine >= np.quantile(others, 0.999)).mean())


def scores(labels: Ints, people: Ints) -> tuple[float, float]:
    """Returns the B-cubed F and pairwise F of clusters (n,) against people (n,)."""
    cells, counts = np.unique(np.stack([labels, people]), axis=1, return_counts=True)
    in_cluster, of_person = np.bincount(labels)[cells[0]], np.bincount(people)[cells[1]]
    precision, recall = (counts**2 / in_cluster).sum() / len(people), (counts**2 / of_person).sum() / len(people)
    together = (counts * (counts - 1)).sum()
    found, wanted = ((sizes * (sizes - 1)).sum() for sizes in (np.bincount(labels), np.bincount(people)))
    return float(2 * precision * recall / (precision + recall)), float(2 * together / (found + wanted))


def _measured(path: Path) -> dict[str, float]:
    """Measures what ``many`` shows in this process."""
    vectors, people = copies_of(path, FACES)
    kept_at = path.with_name("similarities")
    with _timed() as full:
        kept = similarity.build("SFace", SFACE.floor, [f"{i:032x}" for i in range(FACES)], vectors)
        labels = average_linkage(vectors, kept.pairs, SFACE.cut, unconstrained(FACES), dropped=kept.dropped)
    similarity.save(kept, kept_at)
    with _timed() as from_kept:
        kept = similarity.load(kept_at)
        again = average_linkage(kept.vectors, kept.pairs, SFACE.cut, unconstrained(FACES), dropped=kept.dropped)
    if not np.array_equal(labels, again):
        raise RuntimeError("the kept graph gives other clusters")
    chance = np.random.default_rng(1)
    some = chance.choice(FACES, NEW_FACES, replace=False)
    new = noisy(vectors[some], NEW_NOISE, chance)
    with _timed() as new_faces:
        kept = similarity.added(kept, [f"new {i}" for i in range(NEW_FACES)], new)
        old = np.concatenate([labels, np.full(NEW_FACES, UNASSIGNED, np.int32)])
        placed = add_to_clusters(kept, old, SFACE.cut, unconstrained(len(kept)))
    if (placed[FACES:] == labels[some]).mean() < 0.95:
        raise RuntimeError("new faces are not put beside their like")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    times = {"full": full(), "kept": from_kept(), "new": new_faces()}
    return {**times, "megabytes": megabytes, "cubed": scores(labels, people)[0]}


def copied(path: Path) -> Floats:
    """Returns (FACES, dimensions): the vectors in the file, repeated as other people each time."""
    return copies_of(path, FACES)[0]


def copies_of(path: Path, count: int) -> tuple[Floats, Ints]:
    """Returns (count, dimensions), the vectors in the file, repeated as other people each time, and who they are."""
    vectors, people = loaded(path)
    chance = np.random.default_rng(0)
    copies, owners = np.empty((count, vectors.shape[1]), np.float32), np.empty(count, np.int32)
    for copy, start in enumerate(range(0, count, len(vectors))):
        turn, _ = np.linalg.qr(chance.normal(size=(vectors.shape[1],) * 2))
        moved, part = noisy((vectors @ turn).astype(np.float32), NOISE, chance), slice(start, start + len(vectors))
        copies[part] = moved[: count - start]
        owners[part] = (people + copy * (people.max() + 1))[: count - start]
    return copies, owners


def noisy(vectors: Floats, noise: float, chance: np.random.Generator | None = None) -> Floats:
    chance = chance or np.random.default_rng(1)
    moved = vectors + chance.normal(size=vectors.shape, scale=noise).astype(np.float32)
    scaled: Floats = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return scaled


def _linkage(vectors: Floats, cut: float) -> Ints:
    kept = similarity.build("SFace", cut - 0.01, [str(i) for i in range(len(vectors))], vectors)
    return average_linkage(vectors, kept.pairs, cut, unconstrained(len(vectors)), dropped=kept.dropped)


def _dbscan(vectors: Floats) -> Ints:
    from sklearn.cluster import DBSCAN

    model = DBSCAN(eps=DBSCAN_DISTANCE, min_samples=DBSCAN_MIN_FACES, metric="cosine")
    labels = model.fit_predict(vectors).astype(np.int32)
    noise = labels < 0
    labels[noise] = labels.max() + 1 + np.arange(noise.sum())
    return by_size(labels)


def _halves(people: Ints) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    chosen = np.random.default_rng(0).permutation(people.max() + 1) % 2 == 0
    return chosen[people], ~chosen[people]


def lfw_vectors(bench: Bench, figures: list[Figure]) -> Path | None:
    """Returns a file with the vector and the person of the central face of each picture, or None if there are no
    pictures."""
    path = bench.folder / "faces" / "lfw.npz"
    if path.exists():
        return path
    pictures = sorted(bench.people.glob("*/*.jpg"))
    if not pictures:
        bench.say(f"left out: there is no {bench.people}/<person>/<picture>.jpg")
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=path.parent)
    models = (DETECTORS[settings.faces.detector], EMBEDDERS[settings.faces.embedder])
    FaceWeights(settings.models_dir, settings.faces.weights).fetch(models, lambda what, done, total: bench.say(what))
    bench.say(f"faces of {len(pictures):,} pictures")
    with _timed() as seconds:
        found = asyncio.run(_middle_faces(pictures, settings))
    figures.append(Figure("LFW, faces found and embedded", len(pictures) / seconds(), "pictures/s"))
    names = [picture.parent.name for picture, _ in found]
    np.savez(path, vectors=np.array([vector for _, vector in found]), names=np.array(names))
    return path


def loaded(path: Path) -> tuple[Floats, Ints]:
    with np.load(path) as arrays:
        _, people = np.unique(arrays["names"], return_inverse=True)
        return arrays["vectors"], people.astype(np.int32)


async def _middle_faces(pictures: list[Path], settings: Settings) -> list[tuple[Path, Floats]]:
    pool = model_pool(settings)
    found = []
    try:
        for picture in pictures:
            with picture.open("rb") as file:
                faces = await find_faces(pool, file.fileno(), None, settings)
            if len(faces):
                centres = faces.boxes[:, :2] + faces.boxes[:, 2:] / 2
                found.append((picture, faces.vectors[np.linalg.norm(centres - 0.5, axis=1).argmin()]))
    finally:
        await pool.close()
    return found


def _least(limit: float) -> Goal:
    return Goal(limit, at_most=False)


@contextmanager
def _timed() -> Iterator[Callable[[], float]]:
    """Yields a function that returns the seconds that the block took."""
    start = time.perf_counter()
    end: list[float] = []
    yield lambda: end[0] - start
    end.append(time.perf_counter())


if __name__ == "__main__":
    print(json.dumps(_measured(Path(sys.argv[1]))))
