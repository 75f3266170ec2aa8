"""Opens originals with care: a file is recorded before it is opened, so that one that ends the service is known.

How often a file was opened without an answer decides how it is treated: a suspect is read alone, and a file that ended
the service repeatedly is not opened again.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar

from photos_graph.errors import PhotosGraphError
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import files
from photos_graph.graph.library.files import PendingFile
from photos_graph.jobs.concurrency import map_unordered, retry_while_busy

BLOCK = 128  # files that are recorded as opened together
QUEUED = 8  # files that wait for the pool, so that it has work while results are written
SUSPECT_AFTER = 1  # openings without an answer, after which a file is read alone,
QUARANTINE_AFTER = (
    5  # and after which it is not opened again: a service that is killed for other reasons says nothing of it
)
QUARANTINED = "The whole service ended every time it was read alone. It is not read again."

F = TypeVar("F", bound=PendingFile)
R = TypeVar("R")


async def open_each(
    graph: Graph, block: Sequence[F], read: Callable[[F], Awaitable[R]], at_once: int
) -> AsyncGenerator[tuple[F, R | PhotosGraphError]]:
    """Yields each file with what ``read`` returned or raised. ``read`` is called again while it raises Busy.

    It records the block as opened first, and takes the record back for files that were not reached.
    """

    async def outcome(file: F) -> R | PhotosGraphError:
        return await outcome_of(read, file)

    await files.note_opened(graph, [file.record.id for file in block])
    unread = {file.record.id for file in block}
    try:
        async with aclosing(map_unordered(block, outcome, at_once)) as outcomes:
            async for file, found in outcomes:
                yield file, found
                unread.discard(file.record.id)
    finally:
        await files.note_unopened(graph, list(unread))


async def outcome_of(read: Callable[[F], Awaitable[R]], file: F) -> R | PhotosGraphError:
    """Returns what ``read`` returns or raises. It is called again while it raises Busy."""
    try:
        return await retry_while_busy(lambda: read(file))
    except PhotosGraphError as error:
        return error
