"""Measures learning without the graph: tags for six kinds of places from few labels, and persons among strangers."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks import faces
from benchmarks.bench import Bench
from benchmarks.report import Figure, Goal
from photos_graph.faces.catalogue import EMBEDDERS
from photos_graph.faces.matching import FaceConstraints
from photos_graph.learn import catalogue, dataset, gate, neighbours, persons, registry
from photos_graph.learn.dataset import LabelledPhotos, TagNode, TrainingSet, training_set
from photos_graph.learn.evidence import Evidence
from photos_graph.learn.metrics import average_precisions
from photos_graph.learn.neighbours import Neighbours
from photos_graph.learn.review import tag_questions
from photos_graph.learn.tags import TagModel
from photos_graph.learn.weights import BackboneWeights
from photos_graph.model.faces import UNASSIGNED
from photos_graph.model.learning import ModelState
from photos_graph.services.learning import neighbours as neighbour_stage
from photos_graph.services.learning.features_call import BATCH_SIZE, describe, describing_pool
from photos_graph.services.learning.questions import MAX_PER_TAG, MAX_QUESTIONS
from photos_graph.services.learning.training_call import train_tags, training_pool
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool
from tests.kit.pictures import opened_files

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

GOALS = {10: 84, 30: 88, 100: 90}  # labels of each kind: percent of the others whose likeliest kind is right
LIBRARY, LARGE = 10_000, 100_000  # photos
ANSWERS, ROUNDS, TESTED = 50, 2, 500  # answers and rounds of the review queue; photos without questions
POISON = 0.3  # share of the labels that are permuted
LABELLED = 2  # faces of each person


@dataclass(frozen=True, slots=True)
class Places:
    """n photos of places, where ``kinds`` (n,) are indices into ``names``."""

    graph: Neighbours
    kinds: Ints
    names: list[str]


def learn(bench: Bench) -> list[Figure]:
    """Measures each number of labels on ``rounds`` random draws and reports the means."""
    figures: list[Figure] = []
    (folder := bench.folder / "learn").mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=folder)
    path = _features(bench, settings, figures)
    if path is not None:
        figures += asyncio.run(_tags(bench, settings, _places(path)))
        figures += _library(bench, path, LIBRARY)
        figures += _library(bench, path, LARGE, (Goal(600, at_most=True), Goal(10, at_most=True)))
    return figures + _persons(bench)


async def _tags(bench: Bench, settings: Settings, places: Places) -> list[Figure]:
    pool = training_pool(settings)
    figures: list[Figure] = []
    try:
        for labels, goal in GOALS.items():
            right, given, good, took = [], 0, 0, []
            for draw in range(bench.rounds):
                bench.say(f"{labels} labels of each kind, draw {draw + 1}")
                positives = _drawn(places, labels, draw)
                start = time.perf_counter()
                _, model = await _trained(pool, settings, places, positives)
                took.append(time.perf_counter() - start)
                others = np.setdiff1d(np.arange(len(places.kinds)), np.concatenate(list(positives.values())))
                found = _by_name(model, places)[others]
                right.append((found.argmax(axis=1) == places.kinds[others]).mean())
                taken = found >= model.thresholds[[model.labels.index(name) for name in places.names]]
                given += int(taken.sum())
                good += int(taken[np.arange(len(others)), places.kinds[others]].sum())
            share, promised = 100 * good / max(1, given), 100 * settings.learn.precision
            what = f"scenes, {labels} labels of each kind"
            figures += [
                Figure(f"{what}: right of the others", 100 * float(np.mean(right)), "%", goal=_least(goal)),
                Figure(f"{what}: right of the tags given", share, "%", goal=_least(promised - 2)),
                Figure(f"{what}: photos given their tag", 100 * good / (bench.rounds * len(others)), "%"),
                Figure(f"{what}: training", float(np.median(took)), "s"),
            ]
        figures.append(Figure("scenes, training: peak memory of the worker", _peak(pool), "MB"))
        figures += await _reviewed(bench, pool, settings, places)
        figures += await _poisoned(bench, pool, settings, places)
    finally:
        await pool.close()
    return figures


async def _reviewed(bench: Bench, pool: WorkerPool, settings: Settings, places: Places) -> list[Figure]:
    """Answers two rounds of questions by the truth, once from the review queue and once from random photos."""
    gained: dict[str, list[float]] = {"queue": [], "chance": []}
    for draw in range(bench.rounds):
        start = _drawn(places, 10, draw)
        others = np.setdiff1d(np.arange(len(places.kinds)), np.concatenate(list(start.values())))
        test = np.random.default_rng(draw).permutation(others)[:TESTED]
        _, first = await _trained(pool, settings, places, start)
        for how, gains in gained.items():
            bench.say(f"answers by {how}, draw {draw + 1}")
            positives = {name: list(photos) for name, photos in start.items()}
            denied: dict[str, list[int]] = {name: [] for name in places.names}
            model = first
            for number in range(ROUNDS):
                for photo, label in _asked(how, model, places, positives, denied, test, 10 * draw + number):
                    (positives if places.names[places.kinds[photo]] == label else denied)[label].append(photo)
                _, model = await _trained(pool, settings, places, positives, denied)
            gains.append(_score(model, places, test) - _score(first, places, test))
    queue, chance = (float(np.mean(gains)) * 100 for gains in gained.values())
    what = f"scenes, average precision gained by {ROUNDS} x {ANSWERS} answers"
    return [
        Figure(what, queue, "points", chance, "by chance", queue / chance if chance else None, Goal(1, False, True))
    ]


def _asked(
    how: str,
    model: TagModel,
    places: Places,
    positives: Mapping[str, list[int]],
    denied: Mapping[str, list[int]],
    test: Ints,
    seed: int,
) -> list[tuple[int, str]]:
    answered = np.zeros((len(places.kinds), len(model.labels)), bool)
    answered[test] = True
    for at, label in enumerate(model.labels):
        answered[denied[label], at] = True
    answered[np.concatenate([np.array(photos, np.intp) for photos in positives.values()])] = True
    probabilities = model.predictor.probabilities(places.graph)
    if how == "queue":
        apart = model.predictor.disagreement(places.graph)
        labelled = np.isin(np.arange(len(answered)), np.concatenate(list(positives.values())))
        asked, _ = tag_questions(probabilities, model.thresholds, apart, answered, labelled, places.graph, ANSWERS)
        return [(each.photo, model.labels[each.label]) for each in asked]
    free = np.flatnonzero(~answered.any(axis=1))
    drawn = np.random.default_rng(seed).choice(free, ANSWERS, replace=False)
    return [(int(photo), model.labels[int(probabilities[photo].argmax())]) for photo in drawn]


async def _poisoned(bench: Bench, pool: WorkerPool, settings: Settings, places: Places) -> list[Figure]:
    """Measures how many models that learnt from permuted labels are rejected, how many honest ones are activated, and
    whether a repeated training gives the same metrics."""
    rejected, honest, same = [], [], []
    for draw in range(bench.rounds):
        bench.say(f"permuted labels, draw {draw + 1}")
        positives = _drawn(places, 60, draw)
        _, active = await _trained(pool, settings, places, _drawn(places, 30, draw))
        learnt, model = await _trained(pool, settings, places, positives)
        honest.append(gate.judge_tags(model, active, learnt, places.graph).state is ModelState.ACTIVE)
        _, again = await _trained(pool, settings, places, positives)
        same.append(again.scores == model.scores and again.per_label == model.per_label)
        pairs = [(photo, name) for name, photos in positives.items() for photo in photos.tolist()]
        chance = np.random.default_rng(draw)
        wrong = chance.choice(len(pairs), int(POISON * len(pairs)), replace=False)
        names = [name for _, name in pairs]
        for at, other in zip(wrong.tolist(), chance.permutation(wrong).tolist(), strict=True):
            names[at] = pairs[other][1]
        poison = {
            name: np.array([p for (p, _), n in zip(pairs, names, strict=True) if n == name]) for name in positives
        }
        learnt, model = await _trained(pool, settings, places, poison)
        rejected.append(gate.judge_tags(model, active, learnt, places.graph).state is ModelState.REJECTED)
    return [
        Figure("scenes, 30 % of the labels permuted: rejected", 100 * float(np.mean(rejected)), "%", goal=_least(100)),
        Figure("scenes, twice as many labels: activated", 100 * float(np.mean(honest)), "%", goal=_least(100)),
        Figure("scenes, trained twice: the same metrics", 100 * float(np.mean(same)), "%", goal=_least(100)),
    ]


def _library(bench: Bench, path: Path, count: int, goals: tuple[Goal, Goal] | None = None) -> list[Figure]:
    """Measures a library of ``count`` photos in its own process, for its peak memory."""
    bench.say(f"a library of {count:,} photos")
    command = [sys.executable, "-m", "benchmarks.learn", str(path), str(count)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    built, more, predicted, asked, megabytes = map(float, done.stdout.split())
    build_goal, more_goal = goals or (None, None)
    return [
        Figure(f"{count:,} photos: graph of neighbours", built, "s", goal=build_goal),
        Figure(f"100 new photos beside {count:,}", more, "s", goal=more_goal),
        Figure(f"{count:,} photos predicted", predicted, "s"),
        Figure(f"{MAX_QUESTIONS:,} questions chosen of {count:,} photos", asked, "s"),
        Figure(f"{count:,} photos: peak memory of all that", megabytes, "MB"),
    ]


def _measured(path: Path, count: int) -> list[float]:
    """Measures what ``_library`` shows. The model beside the features is the one that was trained last."""
    with np.load(path) as arrays:
        features = arrays["features"]
    chance = np.random.default_rng(0)

    def copies(start: int, end: int) -> tuple[list[str], Floats]:
        some = features[chance.integers(0, len(features), end - start)]
        changed = some + np.float32(0.01) * chance.standard_normal(some.shape, np.float32)
        return [f"{at:06}" for at in range(start, end)], changed

    model = registry.unpacked(path.with_name("model.safetensors").read_bytes())
    if not isinstance(model, TagModel):
        raise TypeError("not a model of tags")
    times = [time.perf_counter()]
    graph = neighbours.build("benchmark", *copies(0, min(neighbour_stage.BATCH_SIZE, count)))
    for start in range(neighbour_stage.BATCH_SIZE, count, neighbour_stage.BATCH_SIZE):  # as the job does
        graph = neighbours.added(graph, *copies(start, min(start + neighbour_stage.BATCH_SIZE, count)))
    times.append(time.perf_counter())
    neighbours.added(graph, *copies(count, count + 100))
    times.append(time.perf_counter())
    found = model.predictor.probabilities(graph)
    times.append(time.perf_counter())
    apart, nothing = model.predictor.disagreement(graph), np.zeros(found.shape, bool)
    labelled = np.arange(count) % 200 == 0
    tag_questions(found, model.thresholds, apart, nothing, labelled, graph, MAX_QUESTIONS, MAX_PER_TAG)
    times.append(time.perf_counter())
    return [*np.diff(times).tolist(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]


def _persons(bench: Bench) -> list[Figure]:
    figures: list[Figure] = []
    path = faces.lfw_vectors(bench, figures)
    if path is None:
        return figures
    vectors, people = faces.loaded(path)
    sizes = np.bincount(people)
    embedder = EMBEDDERS["SFace"]
    right, accepted = [], []
    for draw in range(bench.rounds):
        chance = np.random.default_rng(draw)
        order = chance.permutation(len(people))
        turn = np.zeros(len(people), np.intp)
        for person in np.flatnonzero(sizes > LABELLED):
            mine = order[people[order] == person]
            turn[mine] = np.arange(len(mine))
        known = sizes[people] > LABELLED
        named, probes = np.flatnonzero(known & (turn < LABELLED)), np.flatnonzero(known & (turn >= LABELLED))
        ids = [str(face) for face in named]
        labels = [str(person) for person in range(len(sizes))]
        ones = np.ones(len(named), np.float32)
        model = persons.train(persons.NamedFaces(ids, labels, ids, vectors[named], ones, people[named]), embedder)
        strangers = np.flatnonzero(~known)
        found, taken = (
            model.decide(vectors[rows], FaceConstraints(np.arange(len(rows), dtype=np.int32)), embedder)
            for rows in (probes, strangers)
        )
        right.append((found == people[probes]).mean())
        accepted.append((taken != UNASSIGNED).mean())
    what = f"LFW, {LABELLED} faces of each person named"
    return [
        *figures,
        Figure(f"{what}: the others recognised", 100 * float(np.mean(right)), "%", goal=_least(98)),
        Figure(
            f"{what}: strangers taken for somebody", 100 * float(np.mean(accepted)), "%", goal=Goal(1, at_most=True)
        ),
    ]


async def _trained(
    pool: WorkerPool,
    settings: Settings,
    places: Places,
    positives: Mapping[str, list[int]] | Mapping[str, Ints],
    denied: Mapping[str, list[int]] | None = None,
) -> tuple[TrainingSet, TagModel]:
    count = len(places.kinds)
    facts = LabelledPhotos(
        ids=places.graph.ids,
        days=[f"day {at % 300}" for at in range(count)],
        folders=["scenes"] * count,
        tags=[TagNode(name, name) for name in places.names],
        positives={name: [int(photo) for photo in photos] for name, photos in positives.items()},
        negatives=denied or {},
    )
    learnt = training_set(facts, places.graph)
    settings.learn_dir.mkdir(parents=True, exist_ok=True)  # which the worker reads
    files = settings.learn_dir / "set.safetensors", settings.learn_dir / "graph.safetensors"
    dataset.save(learnt, files[0])
    neighbours.save(places.graph, files[1])
    content = await train_tags(pool, *files, settings, lambda done, total: None)
    (settings.data_dir / "model.safetensors").write_bytes(content)
    model = registry.unpacked(content)
    if not isinstance(model, TagModel):
        raise TypeError("not a model of tags")
    return learnt, model


def _by_name(model: TagModel, places: Places) -> Floats:
    """Returns probabilities (n, kinds)."""
    order = [model.labels.index(name) for name in places.names]
    return model.predictor.probabilities(places.graph)[:, order]


def _score(model: TagModel, places: Places, photos: Ints) -> float:
    truth = (places.kinds[photos, None] == np.arange(len(places.names))).astype(np.float32)
    return float(average_precisions(_by_name(model, places)[photos], Evidence(truth, np.ones_like(truth))).mean())


def _drawn(places: Places, labels: int, draw: int) -> dict[str, Ints]:
    chance = np.random.default_rng(draw)
    return {
        name: chance.permutation(np.flatnonzero(places.kinds == at))[:labels] for at, name in enumerate(places.names)
    }


def _places(path: Path) -> Places:
    with np.load(path) as arrays:
        names, kinds = np.unique(arrays["names"], return_inverse=True)
        ids = [f"{at:05}" for at in range(len(kinds))]
        return Places(neighbours.build("benchmark", ids, arrays["features"]), kinds, names.tolist())


def _features(bench: Bench, settings: Settings, figures: list[Figure]) -> Path | None:
    path = settings.data_dir / "scenes.npz"
    if path.exists():
        return path
    pictures = sorted(bench.scenes.glob("*/*.jpg"))
    if not pictures:
        bench.say(f"left out: there is no {bench.scenes}/<place>/<picture>.jpg")
        return None
    row = catalogue.backbone(settings.learn.backbone)
    store = BackboneWeights(settings.models_dir, settings.learn.weights)
    store.fetch([row], lambda what, done, total: bench.say(what))

    async def run() -> tuple[Floats, float, float]:
        pool = describing_pool(settings)
        try:
            with opened_files(pictures[:1]) as files:
                await describe(pool, files, settings)  # the backbone is loaded
            start = time.perf_counter()
            parts = []
            for at in range(0, len(pictures), BATCH_SIZE):
                bench.say(f"features of {at:,} of {len(pictures):,} pictures")
                with opened_files(pictures[at : at + BATCH_SIZE]) as files:
                    found = await describe(pool, files, settings)
                parts.append(found.vectors)
            return np.concatenate(parts), time.perf_counter() - start, _peak(pool)
        finally:
            await pool.close()

    features, seconds, megabytes = asyncio.run(run())
    figures += [
        Figure(f"features, {settings.learn.threads} threads", len(pictures) / seconds, "photos/s"),
        Figure("features, peak memory of the worker", megabytes, "MB"),
    ]
    np.savez(path, features=features, names=np.array([each.parent.name for each in pictures]))
    return path


def _peak(pool: WorkerPool) -> float:
    """Returns the peak memory of the largest process in megabytes."""
    status = [Path(f"/proc/{pid}/status").read_text() for pid in pool.pids]
    return max((int(each.split("VmHWM:")[1].split()[0]) for each in status), default=0) / 1024


def _least(limit: float) -> Goal:
    return Goal(limit, at_most=False)


if __name__ == "__main__":
    print(*_measured(Path(sys.argv[1]), int(sys.argv[2])))
