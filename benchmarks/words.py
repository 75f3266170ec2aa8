"""Measures how words that no label has rank photos of known kinds: by the classes of the backbone alone."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.bench import Bench
from benchmarks.report import Figure
from photos_graph.learn import catalogue, content, neighbours
from photos_graph.learn.evidence import Evidence
from photos_graph.learn.metrics import average_precisions
from photos_graph.learn.weights import BackboneWeights
from photos_graph.search.concepts import concepts, named
from photos_graph.search.content_sets import LIKELY
from photos_graph.services.learning.features_call import BATCH_SIZE, describe, describing_pool
from photos_graph.settings import Settings

BACKBONE = "EfficientNetLite0"
PHOTOS = 420  # unless the options say more: 60 of each kind
PORTRAITS = "portraits"
WORDS = {  # what is asked for, and the kind of photos that is meant
    "sea": "sea",
    "beach": "sea",
    "mare": "sea",
    "mountain": "mountain",
    "Gebirge": "mountain",
    "valley": "mountain",
    "snow": "glacier",
    "street": "street",
    "building": "buildings",
    "city": "buildings",
    "church": "buildings",
    "suit": PORTRAITS,
    "tie": PORTRAITS,
    "clothing": PORTRAITS,
}

Floats = npt.NDArray[np.float32]


def words(bench: Bench) -> Iterator[Figure]:
    """Measures with photos of scenes, and with those of LFW as portraits."""
    if not bench.scenes.is_dir() or not bench.people.is_dir():
        bench.say("words needs --scenes and --people")
        return
    pictures, kinds = _pictures(bench)
    (folder := bench.folder / "learn").mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=folder)
    BackboneWeights(settings.models_dir).fetch([catalogue.backbone(BACKBONE)], lambda name, done, total: None)
    started = time.perf_counter()
    features = asyncio.run(_features(bench, settings, pictures))
    bench.say(f"{len(pictures):,} photos described in {time.perf_counter() - started:.0f} s")
    graph = neighbours.build(BACKBONE, [str(picture) for picture in pictures], features)
    layer = content.class_layer(settings.models_dir, BACKBONE)
    started = time.perf_counter()
    found = content.scores(layer, graph.vectors)
    yield Figure("guessing what photos look like", len(pictures) / (time.perf_counter() - started), "photos/s")
    places = {id_: at for at, id_ in enumerate(concepts())}
    for word, kind in WORDS.items():
        wanted, scores = kinds == kind, found[:, places[named(word) or ""]]
        given = scores >= LIKELY
        name = f'"{word}" for {kind}, {wanted.mean():.0%} of {len(kinds):,} photos'
        known = Evidence(wanted[:, None].astype(np.float32), np.ones((len(wanted), 1), np.float32))
        yield Figure(f"{name}: average precision", float(average_precisions(scores[:, None], known)[0]), "")
        yield Figure(f"{name}: right of those found", 100 * float(wanted[given].mean()) if given.any() else 0.0, "%")
        yield Figure(f"{name}: found", 100 * float(given[wanted].mean()), "%")


def _pictures(bench: Bench) -> tuple[list[Path], npt.NDArray[np.str_]]:
    """Returns the paths, and the kind of each, an even share of all kinds."""
    folders = {folder.name: folder for folder in sorted(bench.scenes.iterdir()) if folder.is_dir()}
    each = max(1, (bench.photos_given or PHOTOS) // (len(folders) + 1))
    chance = np.random.default_rng(3)
    pictures: list[Path] = []
    kinds: list[str] = []
    for kind, folder in {**folders, PORTRAITS: bench.people}.items():
        known = sorted(path for path in folder.rglob("*.jpg") if path.is_file())
        some = chance.permutation(len(known))[:each].tolist()
        pictures += [known[at] for at in some]
        kinds += [kind] * len(some)
    return pictures, np.array(kinds)


async def _features(bench: Bench, settings: Settings, pictures: list[Path]) -> Floats:
    pool = describing_pool(settings)
    parts: list[Floats] = []
    try:
        for start in range(0, len(pictures), BATCH_SIZE):
            bench.say(f"{start:,} of {len(pictures):,} photos described")
            some = [os.fsencode(picture.resolve()) for picture in pictures[start : start + BATCH_SIZE]]
            found = await describe(pool, some, settings)
            if found.failed:
                raise RuntimeError(f"{len(found.failed)} pictures cannot be read")
            parts.append(found.vectors)
    finally:
        await pool.close()
    return np.concatenate(parts)
