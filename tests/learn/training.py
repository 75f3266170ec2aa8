"""Trains in the shipped worker, from tests that must not import what it does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from photos_graph.learn import dataset, neighbours
from photos_graph.learn.dataset import TrainingSet
from photos_graph.learn.neighbours import Neighbours
from photos_graph.services.learning.training_call import train_tags, training_pool
from photos_graph.settings import LearnSettings, Settings

T = TypeVar("T")


class Trainer:
    """A pool in a loop of its own, so that one worker serves many tests."""

    def __init__(self, folder: Path) -> None:
        (folder / "models").mkdir()
        self._folder = folder
        self._settings = Settings(data_dir=folder, learn=LearnSettings(threads=2, precision=0.9))
        self._pool = training_pool(self._settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def train(self, learnt: TrainingSet, graph: Neighbours, steps: list[tuple[int, int]] | None = None) -> bytes:
        """The model's file; ``steps`` gets the progress."""
        files = self._folder / "set.npz", self._folder / "graph.npz"
        dataset.save(learnt, files[0])
        neighbours.save(graph, files[1])
        told = [] if steps is None else steps
        return self._run(train_tags(self._pool, *files, self._settings, lambda *step: told.append(step)))

    def close(self) -> None:
        self._run(self._pool.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
