"""Runs the shipped workers over pictures, from tests that must not import what the workers do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from photos_graph.faces.analysis import Found
from photos_graph.learn import dataset, neighbours
from photos_graph.learn.dataset import TrainingSet
from photos_graph.learn.neighbours import Neighbours
from photos_graph.services.faces.detection_call import describe_faces, find_faces, model_pool
from photos_graph.services.learning.features_call import PictureFeatures, classify, describe, describing_pool
from photos_graph.services.learning.training_call import train_tags, training_pool
from photos_graph.settings import FaceSettings, LearnSettings, Settings
from photos_graph.workers.pool import WorkerPool
from tests.kit.corpora import PORTRAITS
from tests.kit.pictures import opened_files

T = TypeVar("T")

ROWS, COLUMNS, EACH = 4, 6, 80  # of the class photo; a picture of a face, of which half is face, in pixels
PUPILS = ROWS * COLUMNS


def class_photo() -> Image.Image:
    """Makes a photo whose faces are 40 of 3,840 pixels wide, which are 20 in the largest rendition."""
    photo = Image.new("RGB", (3840, 2400), "dimgray")
    for place, person in enumerate(sorted(PORTRAITS.iterdir())[:PUPILS]):
        face = Image.open(next(person.iterdir())).crop((50, 50, 200, 200)).resize((EACH, EACH))
        photo.paste(face, (150 + place % COLUMNS * 630, 150 + place // COLUMNS * 590))
    return photo


class OwnLoop:
    """A loop in a thread of its own, so that one worker serves many tests. ``close`` ends the workers of ``pool``."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def close(self) -> None:
        self.run(self._pool.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def with_weights(home: Path, data_dir: Path) -> Path:
    """Returns a data directory with the weights of ``home``."""
    data_dir.mkdir(exist_ok=True)
    if not (data_dir / "models").exists():
        (data_dir / "models").symlink_to(home, target_is_directory=True)
    return data_dir


class Models(OwnLoop):
    """The models of faces, with the weights of ``home``."""

    def __init__(self, home: Path, data_dir: Path, embedder: str = "SFace") -> None:
        self._settings = Settings(data_dir=with_weights(home, data_dir), faces=FaceSettings(embedder=embedder))
        super().__init__(model_pool(self._settings))

    def find(self, pictures: Sequence[Path], *, large: bool = False) -> list[Found]:
        """Returns the faces of each picture. With ``large``, the picture is its own original."""
        found = []
        for picture in pictures:
            with picture.open("rb") as file:
                original = file.fileno() if large else None
                found.append(self.run(find_faces(self._pool, file.fileno(), original, self._settings)))
        return found

    def describe(self, picture: Path, boxes: list[list[float]]) -> Found:
        """Returns the faces in boxes that somebody drew."""
        drawn = np.array(boxes, np.float32)
        with picture.open("rb") as file:
            return self.run(describe_faces(self._pool, file.fileno(), drawn, self._settings))


class BackboneWorker(OwnLoop):
    """A backbone, with the weights of ``home``."""

    def __init__(self, home: Path, data_dir: Path, backbone: str = "EfficientNetLite0") -> None:
        learn = LearnSettings(backbone=backbone, threads=2)
        self._settings = Settings(data_dir=with_weights(home, data_dir), learn=learn)
        super().__init__(describing_pool(self._settings))

    def describe(self, pictures: Sequence[Path]) -> PictureFeatures:
        """Returns the features of each picture."""
        with opened_files(pictures) as files:
            return self.run(describe(self._pool, files, self._settings))

    def classify(self, pictures: Sequence[Path]) -> PictureFeatures:
        """Returns the probabilities of ImageNet's classes for each picture."""
        with opened_files(pictures) as files:
            return self.run(classify(self._pool, files, self._settings))


class Trainer(OwnLoop):
    """The process that trains."""

    def __init__(self, folder: Path) -> None:
        (folder / "models").mkdir()
        self._settings = Settings(data_dir=folder, learn=LearnSettings(threads=2, precision=0.9))
        super().__init__(training_pool(self._settings))

    def train(self, learnt: TrainingSet, graph: Neighbours, steps: list[tuple[int, int]] | None = None) -> bytes:
        """Returns the model's file. ``steps`` receives the progress."""
        folder = self._settings.learn_dir
        folder.mkdir(exist_ok=True)
        files = folder / "set.safetensors", folder / "graph.safetensors"
        dataset.save(learnt, files[0])
        neighbours.save(graph, files[1])
        reported = [] if steps is None else steps
        return self.run(train_tags(self._pool, *files, self._settings, lambda *step: reported.append(step)))
