"""Runs the shipped workers over pictures, from tests that must not import what the workers do."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from photos_graph.faces.analysis import Found
from photos_graph.services.faces.detection_call import describe_faces, find_faces, model_pool
from photos_graph.settings import FaceSettings, Settings
from tests.corpora import CORPORA

T = TypeVar("T")

ROWS, COLUMNS, EACH = 4, 6, 80  # of the class photo; a picture of a face, of which half is face, in pixels
PUPILS = ROWS * COLUMNS


def class_photo() -> Image.Image:
    """Its faces are 40 pixels wide of 3,840: 20 in the largest rendition."""
    photo = Image.new("RGB", (3840, 2400), "dimgray")
    for place, person in enumerate(sorted((CORPORA / "lfw").iterdir())[:PUPILS]):
        face = Image.open(next(person.iterdir())).crop((50, 50, 200, 200)).resize((EACH, EACH))
        photo.paste(face, (150 + place % COLUMNS * 630, 150 + place // COLUMNS * 590))
    return photo


class Models:
    """A pool with the weights of ``home``, in a loop of its own, so that one worker serves many tests."""

    def __init__(self, home: Path, data_dir: Path, embedder: str = "SFace") -> None:
        data_dir.mkdir(exist_ok=True)
        (data_dir / "models").symlink_to(home, target_is_directory=True)
        self._settings = Settings(data_dir=data_dir, faces=FaceSettings(embedder=embedder))
        self._pool = model_pool(self._settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def find(self, pictures: Sequence[Path], *, large: bool = False) -> list[Found]:
        """The faces of each; ``large``: the picture is its own original."""
        paths = [os.fsencode(picture) for picture in pictures]
        return [self._run(find_faces(self._pool, path, path if large else None, self._settings)) for path in paths]

    def describe(self, picture: Path, boxes: list[list[float]]) -> Found:
        """The faces in boxes that somebody drew."""
        drawn = np.array(boxes, np.float32)
        return self._run(describe_faces(self._pool, os.fsencode(picture), drawn, self._settings))

    def close(self) -> None:
        self._run(self._pool.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
