"""A line to an engine that a test can cut, and on which nothing gets through while the test holds it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urlsplit

from tests.kit.engines import RunningEngine, free_port


@asynccontextmanager
async def drawn_to(engine: RunningEngine) -> AsyncIterator[Line]:
    """A line, and nobody who hears of what the driver leaves behind: tasks that fail when nobody waits for them any
    longer, of which the next test would be told."""
    loop = asyncio.get_running_loop()
    handler = loop.get_exception_handler()
    loop.set_exception_handler(lambda *_: None)
    try:
        line = Line(engine)
        await line.mend()
        yield line
        line.release()
        await line.cut()
        gc.collect()
        await asyncio.sleep(0)
    finally:
        loop.set_exception_handler(handler)


class Line:
    """Forwards a port of this machine to the engine until it is cut."""

    def __init__(self, engine: RunningEngine) -> None:
        self.port = free_port()
        self._target = urlsplit(engine.endpoint.uri)
        self._server: asyncio.Server | None = None
        self._pipes: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = asyncio.Event()
        self._open.set()
        self.endpoint = replace(engine.endpoint, uri=f"bolt://127.0.0.1:{self.port}")

    async def hold(self) -> None:
        """From now on the engine seems to hang, until ``release`` is called."""
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
        self._open.set()
        while self._tasks:  # to which one may be added that was just accepted
            for pipe in self._pipes:
                pipe.transport.abort()
            await asyncio.wait(self._tasks, timeout=0.05)
        self._pipes.clear()

    async def _accept(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        far, to_far = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._pipes |= {to_near, to_far}
        for reader, writer in ((near, to_far), (far, to_near)):
            task = asyncio.create_task(self._copy(reader, writer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()
