"""Measures how words that no label has rank photos of known kinds: by the classes of the backbone, and by the
image-text model that the settings name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.bench import Bench
from benchmarks.looks import cuts
from benchmarks.report import Figure
from photos_graph.faces.embedding import normalised
from photos_graph.learn import catalogue, content, image_text, neighbours
from photos_graph.learn.catalogue import HEAD
from photos_graph.learn.content import ClassLayer
from photos_graph.learn.evidence import Evidence
from photos_graph.learn.image_text import OnnxTexts
from photos_graph.learn.metrics import average_precisions
from photos_graph.learn.neighbours import Halves
from photos_graph.learn.picture_vectors import CUT, deviations
from photos_graph.learn.weights import BackboneWeights
from photos_graph.search.concepts import concepts, named
from photos_graph.search.content_sets import LIKELY
from photos_graph.services.learning.features_call import BATCH_SIZE, PictureFeatures, describe, describing_pool
from photos_graph.services.learning.picturing import ImageTextDescriber, picturing_pool
from photos_graph.settings import Settings, load
from tests.kit.pictures import opened_files

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
Kinds = npt.NDArray[np.str_]
Chosen = npt.NDArray[np.bool_]


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
    features = asyncio.run(described_pictures(bench, settings, pictures))
    bench.say(f"{len(pictures):,} photos described in {time.perf_counter() - started:.0f} s")
    graph = neighbours.build(BACKBONE, [str(picture) for picture in pictures], features)
    layer = content.class_layer(settings.models_dir, BACKBONE)
    started = time.perf_counter()
    found = content.scores(layer, graph.vectors)
    yield Figure("guessing what photos look like", len(pictures) / (time.perf_counter() - started), "photos/s")
    places = {id_: at for at, id_ in enumerate(concepts())}
    wanted = {word: kinds == kind for word, kind in WORDS.items()}
    for word in WORDS:
        scores = found[:, places[named(word) or ""]]
        yield from _figures(f'"{word}"', kinds, word, scores, scores >= LIKELY)
    # As in an image-text model, a word and a picture are vectors, whose similarity has no scale of its own.
    for figure in cuts({word: _alike(layer, graph.vectors, named(word) or "") for word in WORDS}, wanted):
        yield replace(figure, what=f"classes as texts: {figure.what}")
    yield from _by_image_text(bench, settings, pictures, kinds, wanted)


def _figures(name: str, kinds: Kinds, word: str, scores: Floats, given: Chosen) -> Iterator[Figure]:
    kind = WORDS[word]
    wanted = kinds == kind
    name = f"{name} for {kind}, {wanted.mean():.0%} of {len(kinds):,} photos"
    known = Evidence(wanted[:, None].astype(np.float32), np.ones((len(wanted), 1), np.float32))
    yield Figure(f"{name}: average precision", float(average_precisions(scores[:, None], known)[0]), "")
    yield Figure(f"{name}: right of those found", 100 * float(wanted[given].mean()) if given.any() else 0.0, "%")
    yield Figure(f"{name}: found", 100 * float(given[wanted].mean()), "%")


def _alike(layer: ClassLayer, vectors: Halves, concept_id: str) -> Floats:
    """Returns the similarities (n,) of photos to a concept, in the space of the pooled channels: its vector is the mean
    of those of its classes."""
    pooled, classes = vectors[:, :HEAD].astype(np.float32), list(concepts()[concept_id].classes)
    text = (layer.kernel / np.linalg.norm(layer.kernel, axis=0))[:, classes].mean(axis=1)
    alike: Floats = normalised(pooled) @ normalised(text)
    return alike


def _by_image_text(
    bench: Bench, settings: Settings, pictures: list[Path], kinds: Kinds, wanted: dict[str, Chosen]
) -> Iterator[Figure]:
    """Measures the same words with the image-text model of the settings, if there is one."""
    folder = load().text_model
    if folder is None or not image_text.is_here(folder):
        bench.say("no image-text model is measured: PHOTOS_LEARN__TEXT names none whose files are here")
        return
    seen = asyncio.run(_seen(bench, settings.model_copy(update={"learn": load().learn}), folder, pictures))
    encoder = OnnxTexts(folder, settings.learn.threads)
    alike = {word: seen @ encoder.vector(word) for word in WORDS}
    for word, each in alike.items():
        yield from _figures(f'image-text model: "{word}"', kinds, word, each, deviations(each) >= CUT)
    for figure in cuts(alike, wanted):
        yield replace(figure, what=f"image-text model: {figure.what}")


async def _seen(bench: Bench, settings: Settings, folder: Path, pictures: list[Path]) -> Floats:
    pool = picturing_pool(settings)
    model = ImageTextDescriber(pool, settings, folder, image_text.fingerprint(folder))
    try:
        return await _described(bench, pictures, model.describe)
    finally:
        await pool.close()


def _pictures(bench: Bench) -> tuple[list[Path], Kinds]:
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


async def described_pictures(bench: Bench, settings: Settings, pictures: list[Path]) -> Floats:
    pool = describing_pool(settings)
    try:
        return await _described(bench, pictures, lambda files: describe(pool, files, settings))
    finally:
        await pool.close()


async def _described(
    bench: Bench, pictures: list[Path], describe: Callable[[Sequence[int]], Awaitable[PictureFeatures]]
) -> Floats:
    parts: list[Floats] = []
    for start in range(0, len(pictures), BATCH_SIZE):
        bench.say(f"{start:,} of {len(pictures):,} photos described")
        with opened_files(pictures[start : start + BATCH_SIZE]) as files:
            found = await describe(files)
        if found.failed:
            raise RuntimeError(f"{len(found.failed)} pictures cannot be read")
        parts.append(found.vectors)
    return np.concatenate(parts)
