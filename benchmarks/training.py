"""Learns and predicts tags in a library of --photos, by the code and the workers of the service: time of a processor,
memory, and the tags that are right.

The photos are vectors between those of real photos that are alike. A tag is what one part of the real photos have in
common. Up to EXACT photos are compared exactly, and also each with those alone that were made of the same real photo or
of the nearest ones (``near``); more of them in the latter way alone, since comparing them all would take hours.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks import giving, nearest
from benchmarks.bench import Bench
from benchmarks.report import Figure
from benchmarks.vector_lists import between_photos, parted
from photos_graph.learn import neighbours, registry
from photos_graph.learn.dataset import LabelledPhotos, TagNode
from photos_graph.learn.neighbours import Neighbours
from photos_graph.learn.tags import TagModel
from photos_graph.services.learning import examples
from photos_graph.services.learning.neighbours import learning_pool
from photos_graph.services.learning.neighbours_tasks import PredictOrder
from photos_graph.services.learning.prediction import keep_guesses, kept_predictions, read_guesses
from photos_graph.services.learning.training_call import learn_tags, training_pool
from photos_graph.settings import Settings

EXACT = 50_000
TAGS = (20, 100)
LABELLED = 100  # photos of each tag
OCCASION = 50  # photos in one folder
HOURS = 36_000.0  # a slow machine has slow figures, and no errors

Ints = npt.NDArray[np.int32]
Measured = dict[str, tuple[float, str]]


def training(bench: Bench) -> Iterator[Figure]:
    """Measures each step in a process of its own, for its peak memory."""
    if (path := giving.features_of(bench)) is None:
        return
    few = min(bench.photos, EXACT)
    peers: dict[str, Measured] = {}
    for count, method in dict.fromkeys([(few, "near"), (few, "exact"), (bench.photos, "near")]):
        # Workers read nothing but this folder.
        folder = Settings(data_dir=bench.folder / "training" / f"{method}-{count}").learn_dir
        folder.mkdir(parents=True, exist_ok=True)
        steps = [(step, tags) for tags in TAGS for step in ("learn", "predict")]
        for step, tags in [("compare", 0), *steps]:
            if step == "compare" and (folder / "graph.safetensors").exists():
                continue
            what = f"{count:,} photos" + (f", {tags} tags" if tags else "")
            bench.say(f"{what}, {method}: {step}")
            measured = _in_process(step, method, str(count), str(tags), str(path), str(folder))
            if (count, method) == (few, "near"):
                peers[f"{step} {tags}"] = measured
            others = peers.get(f"{step} {tags}", {}) if method == "exact" else {}
            for name, (value, unit) in measured.items():
                other = others.get(name, (None, ""))[0]
                yield Figure(
                    f"{what}, {method}: {name}",
                    value,
                    unit,
                    other,
                    "near" if other is not None else "",
                    value / other if other else None,
                )


def _in_process(*order: str) -> Measured:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.training", *order],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        check=True,
    )
    return {name: (value, unit) for name, (value, unit) in json.loads(done.stdout).items()}


def _compare(method: str, count: int, path: Path, folder: Path) -> Measured:
    made = folder / "vectors"
    library = between_photos(path, min(count, EXACT), made)
    before, started = time.process_time(), time.perf_counter()
    if method == "exact":
        graph = nearest.photo_graph(method, library.vectors)
    else:
        graph = nearest.graph_of(library.vectors, library.nearest_of_origins(neighbours.NEAREST + 1))
    used, taken = time.process_time() - before, time.perf_counter() - started
    copies = -(-count // len(graph))
    neighbours.save(_repeated(graph, copies), folder / "graph.safetensors")
    np.save(folder / "origins.npy", np.tile(library.origins, copies))
    made.unlink()
    return {
        "compared, of a processor": (used, "s"),
        "compared, clock": (taken, "s"),
        "found of the 12 nearest": (100 * nearest.recall(graph), "%"),
    }


def _repeated(graph: Neighbours, copies: int) -> Neighbours:
    """Returns a graph of so many copies, whose photos have no neighbours in other copies."""
    size, count = len(graph), len(graph) * copies
    near = np.tile(graph.near, (copies, 1))
    near += np.where(near == neighbours.NO_PHOTO, 0, np.repeat(np.arange(copies) * size, size)[:, None]).astype(
        np.int32
    )
    ids = tuple(map(nearest.id_of, range(count)))
    return Neighbours(
        graph.backbone, ids, np.tile(graph.vectors, (copies, 1)), near, np.tile(graph.similar, (copies, 1))
    )


def _labelled(path: Path, folder: Path, tags: int) -> tuple[Sequence[str], Ints, dict[str, list[int]]]:
    """Returns the ids of all photos, the tag of each, and the labelled photos of each tag."""
    with np.load(path) as arrays:
        kinds = parted(arrays["features"], tags)[np.load(folder / "origins.npy")]
    chance = np.random.default_rng(6)
    some = {
        f"tag{tag:03}": np.sort(chance.permutation(np.flatnonzero(kinds == tag))[:LABELLED]).tolist()
        for tag in range(tags)
    }
    return [nearest.id_of(at) for at in range(len(kinds))], kinds, some


def _learn(tags: int, path: Path, folder: Path) -> Measured:
    ids, _, positives = _labelled(path, folder, tags)
    before, started = time.process_time(), time.perf_counter()
    photos = LabelledPhotos(
        ids,
        [None] * len(ids),
        [f"root/{at // OCCASION}" for at in range(len(ids))],
        [TagNode(tag, tag) for tag in positives],
        positives,
        {},
    )
    examples.write(photos, folder / "examples.json")
    own = time.process_time() - before
    settings = _settings(folder)

    async def learn() -> bytes:
        pool = training_pool(settings)
        try:
            files = folder / "examples.json", folder / "graph.safetensors"
            trained = await learn_tags(pool, *files, None, settings, lambda done, total: None)
        finally:
            await pool.close()
        return trained.model

    (folder / f"model-{tags}").write_bytes(asyncio.run(learn()))
    return {
        "learnt, clock": (time.perf_counter() - started, "s"),
        **_worker("learnt"),
        "learnt, of a processor, in the service": (own, "s"),
    }


def _predict(tags: int, path: Path, folder: Path) -> Measured:
    settings, guesses_at, started = _settings(folder), folder / "probabilities", time.perf_counter()

    async def predict() -> None:
        pool = learning_pool(settings)
        order = PredictOrder(folder / "graph.safetensors", folder / f"model-{tags}", "model")
        try:
            await keep_guesses(pool, order, guesses_at)
        finally:
            await pool.close()

    asyncio.run(predict())
    used = _worker("predicted")
    model = registry.unpacked((folder / f"model-{tags}").read_bytes())
    if not isinstance(model, TagModel):
        raise TypeError("not a model of tags")
    guesses = read_guesses(guesses_at)
    for photo in range(len(guesses.ids)):
        kept_predictions(guesses, photo, model.thresholds, {})
    own, memory = time.process_time(), _mib(resource.RUSAGE_SELF)
    taken = time.perf_counter() - started
    ids, kinds, positives = _labelled(path, folder, tags)
    free = np.ones(len(ids), bool)
    free[[at for some in positives.values() for at in some]] = False
    given = right = 0
    for at, label in enumerate(model.labels):
        has = free & (guesses.probabilities[:, at] >= model.thresholds[at])
        given += int(has.sum())
        right += int((has & (kinds == int(label.removeprefix("tag")))).sum())
    return {
        "predicted and chosen, clock": (taken, "s"),
        **used,
        "predicted, of a processor, in the service": (own, "s"),
        "predicted, peak memory of the service's part": (memory, "MiB"),
        "tags given that are right": (100 * right / max(1, given), "%"),
        "photos that get their tag": (100 * right / max(1, int(free.sum())), "%"),
    }


def _settings(folder: Path) -> Settings:
    settings = Settings(data_dir=folder.parent)
    limits = {"train_seconds": HOURS, "timeout_seconds": HOURS}
    return settings.model_copy(update={"learn": settings.learn.model_copy(update=limits)})


def _worker(what: str) -> Measured:
    """Returns what the only worker of this process has used, which has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        f"{what}, of a processor": (used.ru_utime + used.ru_stime, "s"),
        f"{what}, peak memory of the worker": (_mib(resource.RUSAGE_CHILDREN), "MiB"),
    }


def _mib(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss / 1024


def _step(step: str, method: str, count: int, tags: int, path: Path, folder: Path) -> Measured:
    if step == "compare":
        return _compare(method, count, path, folder)
    return (_learn if step == "learn" else _predict)(tags, path, folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("step", "method", "count", "tags", "path", "folder"):
        parser.add_argument(name)
    given = parser.parse_args()
    print(
        json.dumps(
            _step(given.step, given.method, int(given.count), int(given.tags), Path(given.path), Path(given.folder))
        )
    )
