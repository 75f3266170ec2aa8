"""Has texts looked for in the pictures, by a worker that keeps the image-text model warm."""

from __future__ import annotations

import asyncio
import logging

import numpy as np

from photos_graph.errors import ModelUnavailable, PhotosGraphError, Unavailable
from photos_graph.index import Index
from photos_graph.search.look_sets import Alike
from photos_graph.search.query import Query
from photos_graph.search.smart_albums import SmartAlbums
from photos_graph.services.browse.looking_tasks import LOOK, LookOrder
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool

log = logging.getLogger(__name__)

WAIT_SECONDS = 3.0  # for the answers to a question; those that come later serve the next one
MAX_SECONDS = 60.0  # for one text, with the start of the worker and the loading of the model
MAX_WAITING = 64  # texts in the queue


def looking_pool(settings: Settings) -> WorkerPool:
    """Returns a pool of one process, which starts when it is first needed and stays, so that it is warm."""
    folders = [settings.learn_dir, *settings.readable_by_models]
    return WorkerPool((LOOK,), 1, settings.learn.memory_bytes, MAX_SECONDS, MAX_WAITING, readable=folders)


class Looking:
    """Looks for texts, and puts what it finds into the index. ``pool`` is the result of ``looking_pool``."""

    def __init__(self, index: Index, pool: WorkerPool, settings: Settings) -> None:
        self._index = index
        self._pool = pool
        self._settings = settings
        self._running: dict[str, asyncio.Task[None]] = {}

    async def look(self, query: Query) -> None:
        """Looks for all texts of the query, and of the smart albums that it names, that are not known yet. Raises
        Unavailable if that is not possible within WAIT_SECONDS; the worker goes on then."""
        looks = self._index.search.sets.looks
        if looks.source is None:
            return
        every = SmartAlbums(self._index.search, self._index.customs).texts_of(query)
        missing = [text for text in dict.fromkeys(every) if not looks.has(text)]
        if not missing:
            return
        tasks = [self._task(text) for text in missing]
        done, late = await asyncio.wait(tasks, timeout=WAIT_SECONDS)
        for task in done:
            task.result()
        if late:
            raise Unavailable("The image-text model is still being loaded. Try again in a moment.")

    async def warm(self) -> None:
        """Loads the model, if photos were described by it."""
        if self._index.search.sets.looks.source is not None:
            await asyncio.wait([self._task("")])

    async def close(self) -> None:
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _task(self, text: str) -> asyncio.Task[None]:
        """Returns the task that looks for a text. Those who ask for the same text share it."""
        if (running := self._running.get(text)) is None:
            running = self._running[text] = asyncio.create_task(self._ask(text), name="looking")
            running.add_done_callback(lambda task: self._ended(text, task))
        return running

    def _ended(self, text: str, task: asyncio.Task[None]) -> None:
        del self._running[text]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("Words cannot be looked for in the pictures: %s", error)

    async def _ask(self, text: str) -> None:
        settings, source = self._settings, self._index.search.sets.looks.source
        if settings.text_model is None or settings.vectors_file is None:
            raise Unavailable("There is no image-text model.")
        order = LookOrder(text, settings.text_model, settings.vectors_file, settings.learn.threads)
        try:
            count, chunks = await self._pool.call(LOOK, order, Priority.INTERACTIVE)
        except ModelUnavailable as error:  # of which viewers shall not see where the model lies
            model = settings.text_model
            shown = error.public_message.replace(f" in {model}", "").replace(str(model), model.name)
            raise ModelUnavailable(shown) from error
        except Unavailable:
            raise
        except PhotosGraphError as error:  # the worker died, or took too long
            raise Unavailable(f"The image-text model does not answer. {error.public_message}") from error
        if text:
            self._index.search.sets.looks.put(source, text, _alike(count, b"".join(chunks)))


def _alike(count: int, content: bytes) -> Alike:
    ends = 4 * count, 12 * count
    return Alike(
        np.frombuffer(content[: ends[0]], np.uint32),
        np.frombuffer(content[ends[0] : ends[1]], np.int64),
        np.frombuffer(content[ends[1] :], np.float32),
    )
