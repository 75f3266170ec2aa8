"""How well faces are told apart, and how fast: ``python -m benchmarks.faces lfw`` and ``... scale``.

``lfw`` finds and embeds the faces of a folder of LFW (a folder for each person) with the shipped workers, keeps the
vectors in --folder, and prints verification and clusters beside DBSCAN (Immich's rule) and HDBSCAN on the same
vectors. ``scale`` clusters many faces made from them: copies of all people in turned spaces, with noise, so that each
copy is of other people.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from photos_graph.faces import similarity, table
from photos_graph.faces.assign import assign
from photos_graph.faces.cluster import average_linkage, by_size, hdbscan, unconstrained
from photos_graph.faces.linkage import NOBODY
from photos_graph.faces.weights import Weights
from photos_graph.services.finding import find_faces, model_pool
from photos_graph.settings import Settings

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

PAIRS = 3000  # of each kind
NOISE = 0.01  # of each coordinate of a copied vector
NEW_FACES = 100


def main() -> None:
    given = _arguments()
    given.folder.mkdir(parents=True, exist_ok=True)
    vectors, people = _vectors(given.corpus, given.folder)
    if given.what == "lfw":
        verification(vectors, people)
        clusters(vectors, people)
    else:
        scale(vectors, people, given.faces, given.folder)


def verification(vectors: Floats, people: Ints) -> None:
    """Pairs of pictures: one person or two?"""
    chance = np.random.default_rng(0)
    first, second = np.triu_indices(len(people), 1)
    same = people[first] == people[second]
    drawn = {
        kind: chance.choice(np.flatnonzero(same == kind), min(PAIRS, int((same == kind).sum())), replace=False)
        for kind in (True, False)
    }
    alike = {kind: np.einsum("ij,ij->i", vectors[first[at]], vectors[second[at]]) for kind, at in drawn.items()}
    threshold = table.embedder("SFace").verify
    right = ((alike[True] >= threshold).sum() + (alike[False] < threshold).sum()) / sum(map(len, alike.values()))
    strict = np.quantile(alike[False], 0.999)
    print(f"verification, {len(alike[True])} pairs of each kind, threshold {threshold}: {right:.2%} right")
    print(
        f"    {(alike[True] >= strict).mean():.2%} of the same person's found where 1 in 1000 others is taken for one"
    )


def clusters(vectors: Floats, people: Ints) -> None:
    """Noise counts as clusters of one."""
    cut = table.embedder("SFace").cut
    rows: dict[str, Callable[[Floats], Ints]] = {
        f"average linkage, cut {cut} (shipped)": lambda each: _linkage(each, cut),
        "DBSCAN, cosine distance 0.5, at least 3": _dbscan,
        "HDBSCAN (faces.clustering = hdbscan)": lambda each: hdbscan(each, unconstrained(len(each))),
    }
    for name, cluster in rows.items():
        with _timed() as seconds:
            labels = cluster(vectors)
        print(f"{name:45} {_scores(labels, people)}   {seconds():6.1f} s")
    one, other = _halves(people)
    cuts = np.round(np.arange(0.38, 0.55, 0.01), 2)
    best = max(cuts, key=lambda each: sum(scores(_linkage(vectors[one], float(each)), people[one])))
    found = _scores(_linkage(vectors[other], float(best)), people[other])
    print(f"{f'cut {best} chosen on half of the people: the others':45} {found}")


def scale(vectors: Floats, people: Ints, count: int, folder: Path) -> None:
    """From vectors to clusters, from the kept graph, and 100 faces more. Peak memory is that of this process."""
    chance = np.random.default_rng(0)
    many, owners = [], []
    for copy in range(-(-count // len(vectors))):
        turn, _ = np.linalg.qr(chance.normal(size=(vectors.shape[1],) * 2))
        noise = chance.normal(size=vectors.shape, scale=NOISE)
        many.append(_normalised((vectors @ turn + noise).astype(np.float32)))
        owners.append(people + copy * (people.max() + 1))
    vectors, people = np.concatenate(many)[:count], np.concatenate(owners)[:count]
    del many
    cut, floor = table.embedder("SFace").cut, table.embedder("SFace").floor
    path = folder / "similarities"
    print(f"{count:,} faces, {_peak():.0f} MB before")
    with _timed() as seconds:
        kept = similarity.build("SFace", floor, [f"{i:032x}" for i in range(count)], vectors)
        labels = average_linkage(vectors, kept.pairs, cut, unconstrained(count), complete=not kept.capped)
    print(f"from vectors to clusters      {seconds():6.1f} s   {_scores(labels, people)}   {len(kept.pairs):,} pairs")
    similarity.save(kept, path)
    with _timed() as seconds:
        kept = similarity.load(path)
        again = average_linkage(kept.vectors, kept.pairs, cut, unconstrained(count), complete=not kept.capped)
    print(f"from the kept graph           {seconds():6.1f} s   {path.stat().st_size / 1e6:.0f} MB on disk")
    if not np.array_equal(labels, again):
        raise SystemExit("the kept graph gives other clusters")
    some = chance.choice(count, NEW_FACES, replace=False)
    new = _normalised(
        (vectors[some] + chance.normal(size=(NEW_FACES, vectors.shape[1]), scale=0.03)).astype(np.float32)
    )
    with _timed() as seconds:
        kept = similarity.added(kept, [f"new {i}" for i in range(NEW_FACES)], new)
        old = np.concatenate([labels, np.full(NEW_FACES, NOBODY, np.int32)])
        placed = assign(kept, old, cut, unconstrained(len(kept)))
    home = (placed[count:] == labels[some]).mean()
    print(f"{NEW_FACES} new faces                 {seconds():6.2f} s   {home:.0%} of them beside their like")
    print(f"peak memory                   {_peak():6.0f} MB")


def scores(labels: Ints, people: Ints) -> tuple[float, float]:
    """B-cubed F and pairwise F of clusters (n,) against people (n,)."""
    cells, counts = np.unique(np.stack([labels, people]), axis=1, return_counts=True)
    in_cluster, of_person = np.bincount(labels)[cells[0]], np.bincount(people)[cells[1]]
    precision, recall = (counts**2 / in_cluster).sum() / len(people), (counts**2 / of_person).sum() / len(people)
    together = (counts * (counts - 1)).sum()
    found = (np.bincount(labels) * (np.bincount(labels) - 1)).sum()
    wanted = (np.bincount(people) * (np.bincount(people) - 1)).sum()
    return 2 * precision * recall / (precision + recall), 2 * together / (found + wanted)


def _scores(labels: Ints, people: Ints) -> str:
    cubed, pairwise = scores(labels, people)
    return f"B-cubed F {cubed:.4f}   pairwise F {pairwise:.4f}"


def _linkage(vectors: Floats, cut: float) -> Ints:
    kept = similarity.build("SFace", cut - 0.01, [str(i) for i in range(len(vectors))], vectors)
    return average_linkage(vectors, kept.pairs, cut, unconstrained(len(vectors)), complete=not kept.capped)


def _dbscan(vectors: Floats) -> Ints:
    from sklearn.cluster import DBSCAN

    labels = DBSCAN(eps=0.5, min_samples=3, metric="cosine").fit_predict(vectors).astype(np.int32)
    noise = labels < 0
    labels[noise] = labels.max() + 1 + np.arange(noise.sum())
    return by_size(labels)


def _halves(people: Ints) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    chosen = np.random.default_rng(0).permutation(people.max() + 1) % 2 == 0
    return chosen[people], ~chosen[people]


def _vectors(corpus: Path, folder: Path) -> tuple[Floats, Ints]:
    """The face in the middle of each picture, and whose it is."""
    cached = folder / "lfw.npz"
    if not cached.exists():
        pictures = sorted(corpus.glob("*/*.jpg"))
        if not pictures:
            raise SystemExit(f"There is no picture in {corpus}/<person>/")
        settings = Settings(data_dir=folder)
        wanted = (table.detector(settings.faces.detector), table.embedder(settings.faces.embedder))
        Weights(settings.models_dir, settings.faces.weights).fetch(wanted, lambda what, done, total: None)
        with _timed() as seconds:
            found = asyncio.run(_middle_faces(pictures, settings))
        print(f"{len(found):,} faces in {len(pictures):,} pictures, {len(pictures) / seconds():.1f} pictures/s")
        names = [picture.parent.name for picture, _ in found]
        np.savez(cached, vectors=np.array([vector for _, vector in found]), names=np.array(names))
    with np.load(cached) as arrays:
        _, people = np.unique(arrays["names"], return_inverse=True)
        return arrays["vectors"], people.astype(np.int32)


async def _middle_faces(pictures: list[Path], settings: Settings) -> list[tuple[Path, Floats]]:
    pool = model_pool(settings)
    found = []
    try:
        for picture in pictures:
            faces = await find_faces(pool, os.fsencode(picture), None, settings)
            if len(faces):
                centres = faces.boxes[:, :2] + faces.boxes[:, 2:] / 2
                middle = np.linalg.norm(centres - 0.5, axis=1).argmin()
                found.append((picture, faces.vectors[middle]))
    finally:
        await pool.close()
    return found


def _normalised(vectors: Floats) -> Floats:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _peak() -> float:
    """Megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _timed() -> Iterator[Callable[[], float]]:
    start = time.perf_counter()
    end: list[float] = []
    yield lambda: (end[0] if end else time.perf_counter()) - start
    end.append(time.perf_counter())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.faces", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["lfw", "scale"])
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpora/lfw"), help="a folder for each person")
    parser.add_argument("--folder", type=Path, default=Path(".bench/faces"), help="where vectors and weights are kept")
    parser.add_argument("--faces", type=int, default=100_000, help="of scale")
    return parser.parse_args()


if __name__ == "__main__":
    main()
