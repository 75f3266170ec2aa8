"""Measures on arrays what ``open_library`` measures through the service: what tags are given to in a library of which
most photos are of other kinds, before and after a judged sheet. Many draws take minutes, also in small libraries."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.bench import Bench
from benchmarks.open_library import CASES, CORPORA, LABELS, PORTRAITS, SCENES, TREE, Given, both, wanted
from benchmarks.report import Figure
from photos_graph.learn import catalogue, dataset, neighbours, registry
from photos_graph.learn.dataset import UNLABELLED, LabelledPhotos, TagNode, TrainingSet, training_set
from photos_graph.learn.neighbours import Neighbours
from photos_graph.learn.sheets import draw_sheet
from photos_graph.learn.tags import TagModel
from photos_graph.learn.weights import BackboneWeights
from photos_graph.services.learning.features_call import BATCH_SIZE, describe, describing_pool
from photos_graph.services.learning.training_call import train_tags, training_pool
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool
from tests.kit.pictures import opened_files

SMALL, SMALL_PORTRAITS = 60, 60  # photos of each kind of place, and portraits, in the small library
PICTURES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")

Floats = npt.NDArray[np.float32]
Names = npt.NDArray[np.str_]
Labels = Mapping[str, Sequence[int]]
Drawn = Mapping[str, Sequence[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class Library:
    """n photos with their ``kinds`` (n,) and ``folders``."""

    graph: Neighbours
    kinds: Names
    folders: Sequence[str]


def giving(bench: Bench) -> list[Figure]:
    (folder := bench.folder / "giving").mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=folder)
    if (path := asyncio.run(_features(bench, settings))) is None:
        return []
    with np.load(path) as arrays:
        return asyncio.run(_all(bench, settings, arrays["features"], arrays["folders"]))


async def _all(bench: Bench, settings: Settings, features: Floats, folders: Names) -> list[Figure]:
    pool = training_pool(settings)
    figures: list[Figure] = []
    try:
        for size in ("small", "large"):
            for case, tags in CASES.items():
                for labels in bench.labels or LABELS:
                    before: list[Given] = []
                    after: list[Given] = []
                    for draw in range(bench.rounds):
                        bench.say(f"{size} library, {case}, {labels} labels each, draw {draw + 1}")
                        library = _library(features, folders, draw if size == "small" else None)
                        async for first, given in _drawn(pool, settings, library, tags, labels, draw):
                            (before if first else after).extend(given)
                    what = f"arrays of {len(library.kinds):,} photos, {case}, {labels} labels each"
                    figures += both(what, before, after)
    finally:
        await pool.close()
    return figures


def _library(features: Floats, folders: Names, draw: int | None) -> Library:
    """Returns all photos, or a small library that is drawn."""
    parts = [folder.split("/") for folder in folders.tolist()]
    kinds = np.array([each[1] if each[0] == CORPORA[0] else each[0] for each in parts])
    rows = np.arange(len(kinds))
    if draw is not None:
        chance = np.random.default_rng(draw)
        places = sorted({each[1] for each in parts if each[0] == CORPORA[0]})
        sizes = dict.fromkeys(places, SMALL) | {PORTRAITS: SMALL_PORTRAITS}
        some = [chance.permutation(np.flatnonzero(kinds == kind))[:size] for kind, size in sizes.items()]
        rows = np.sort(np.concatenate(some))
    graph = neighbours.build("benchmark", [f"{row:05}" for row in rows], features[rows])
    return Library(graph, kinds[rows], folders[rows].tolist())


async def _drawn(
    pool: WorkerPool, settings: Settings, library: Library, tags: Sequence[str], labels: int, draw: int
) -> AsyncIterator[tuple[bool, list[Given]]]:
    """Yields what is given before a sheet, and after one of each tag."""
    chance = np.random.default_rng(draw)
    names = [tag.removeprefix(TREE) for tag in tags]
    positives: dict[str, list[int]] = {
        name: chance.permutation(np.flatnonzero(library.kinds == SCENES[name]))[:labels].tolist() for name in names
    }
    nodes = [
        TagNode(name, name, (TREE,) if tag.startswith(TREE) else ()) for tag, name in zip(tags, names, strict=True)
    ]
    if any(node.parents for node in nodes):
        nodes.append(TagNode(TREE, TREE))
    learnt, model = await _trained(pool, settings, library, nodes, positives, {}, {})
    found = model.predictor.probabilities(library.graph)
    yield True, _given(library, learnt, model, found)
    negatives: dict[str, list[int]] = {}
    sheets: dict[str, list[tuple[int, float]]] = {}
    for at, each in enumerate(model.per_label):
        free = np.flatnonzero(learnt.truth[:, at] == UNLABELLED)
        sheet = draw_sheet(found[free, at], zlib.crc32(f"{each.label} {draw}".encode()))
        places, right = free[sheet.places], _right(library, each.label)[free[sheet.places]]
        positives[each.label] = [*positives.get(each.label, ()), *places[right].tolist()]
        negatives[each.label] = places[~right].tolist()
        sheets[each.label] = list(zip(places.tolist(), sheet.inclusion.tolist(), strict=True))
    learnt, model = await _trained(pool, settings, library, nodes, positives, negatives, sheets)
    yield False, _given(library, learnt, model, model.predictor.probabilities(library.graph))


async def _trained(
    pool: WorkerPool,
    settings: Settings,
    library: Library,
    nodes: Sequence[TagNode],
    positives: Labels,
    negatives: Labels,
    sheets: Drawn,
) -> tuple[TrainingSet, TagModel]:
    ids, days = library.graph.ids, [None] * len(library.kinds)
    facts = LabelledPhotos(ids, days, library.folders, nodes, positives, negatives, sheets)
    learnt = training_set(facts, library.graph)
    settings.learn_dir.mkdir(parents=True, exist_ok=True)  # which the worker reads
    files = settings.learn_dir / "set.safetensors", settings.learn_dir / "graph.safetensors"
    dataset.save(learnt, files[0])
    neighbours.save(library.graph, files[1])
    model = registry.unpacked(await train_tags(pool, *files, settings, lambda done, total: None))
    if not isinstance(model, TagModel):
        raise TypeError("not a model of tags")
    return learnt, model


def _right(library: Library, label: str) -> npt.NDArray[np.bool_]:
    return np.isin(library.kinds, list(wanted(label.removesuffix("/"))))


def _given(library: Library, learnt: TrainingSet, model: TagModel, found: Floats) -> list[Given]:
    out = []
    for at, each in enumerate(model.per_label):
        free, right = learnt.truth[:, at] == UNLABELLED, _right(library, each.label)
        given = free & (found[:, at] >= model.thresholds[at])
        count, good = int(given.sum()), int((given & right).sum())
        portraits = int((library.kinds[given] == PORTRAITS).sum())
        share = good / max(1, int((free & right).sum()))
        out.append(Given(each.label, good / count if count else None, share, each.expected_precision, count, portraits))
    return out


def features_of(bench: Bench) -> Path | None:
    """Returns the file of the features of all pictures of the corpora, or None if there are none."""
    settings = Settings(data_dir=bench.folder / "giving")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return asyncio.run(_features(bench, settings))


async def _features(bench: Bench, settings: Settings) -> Path | None:
    """Returns the file of the features of all pictures of the corpora, which is kept between runs."""
    path = settings.data_dir / "features.npz"
    if path.exists():
        return path
    pictures = list(_pictures(bench.files))
    if not any(name == CORPORA[0] for name, _ in pictures):
        bench.say(f"left out: there is no {bench.files}/{CORPORA[0]}")
        return None
    store = BackboneWeights(settings.models_dir, settings.learn.weights)
    store.fetch([catalogue.backbone(settings.learn.backbone)], lambda what, done, total: bench.say(what))
    pool, parts, folders = describing_pool(settings), [], []
    try:
        for start in range(0, len(pictures), BATCH_SIZE):
            bench.say(f"features of {start:,} of {len(pictures):,} pictures")
            some = [each for _, each in pictures[start : start + BATCH_SIZE]]
            with opened_files(some) as files:
                described = await describe(pool, files, settings)
            parts.append(described.vectors)
            folders += [some[at].parent.relative_to(bench.files).as_posix() for at in described.seen]
    finally:
        await pool.close()
    np.savez(path, features=np.concatenate(parts), folders=np.array(folders))
    return path


def _pictures(files: Path) -> Iterator[tuple[str, Path]]:
    for name in CORPORA:
        for path in sorted((files / name).rglob("*")):
            if path.suffix.lower() in PICTURES:
                yield name, path
