"""One child process as the parent sees it; ``child.py`` is the other side."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import os
import signal
import socket
import struct
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from photos_graph import errors
from photos_graph.environment import for_workers
from photos_graph.shown import harmless
from photos_graph.workers.confinement import say_what_is_missing
from photos_graph.workers.frames import (
    HEADER,
    MAX_BODY,
    STEP,
    FrameKind,
    TaskFailure,
    error_of,
    frame,
    pack_call,
    send_descriptors,
)
from photos_graph.workers.port import Steps
from photos_graph.workers.printed import Printed
from photos_graph.workers.task import Task

log = logging.getLogger(__name__)

Argument = TypeVar("Argument")
T = TypeVar("T")

START_SECONDS = 60.0
STDERR_TAIL = 4096  # bytes that are told with the death of a child
CHILD_ENVIRONMENT = {
    "VIPS_CONCURRENCY": "1",
    "VIPS_DISC_THRESHOLD": "1000g",  # large pictures go to memory, which is limited, and never to a temporary file
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",  # each takes 64 MiB of address space
    "PYTHONUTF8": "1",
}


_Identity = tuple[int, int]  # device and inode


class NeverBegan(Exception):
    """The child was gone before the call reached it, so the call is not to blame."""


class Worker:
    """A child process, which serves one caller at a time."""

    def __init__(
        self, process: asyncio.subprocess.Process, files: socket.socket, readable: dict[Path, _Identity | None]
    ) -> None:
        """``files`` takes the descriptors that belong to calls. ``readable`` has the folders that the child reads, as
        they were when it started."""
        if not (process.stdin and process.stdout and process.stderr):
            raise TypeError("a worker talks through pipes")
        self.pid = process.pid
        self.task: str | None = None
        self.begun = False  # whether the child has received the call of the task
        self.answer: Any = None
        self.retired = False
        self.runs = 0
        self._process = process
        self._files = files
        self._readable = readable
        self._calls = process.stdin
        self._answers = process.stdout
        self._stderr = process.stderr
        self._tail = b""
        # The child outlives the request for which it starts, so what it prints is not logged with the id of that one.
        self._listener = asyncio.create_task(self._listen(), context=contextvars.Context())

    @classmethod
    async def start(cls, targets: Sequence[str], memory_bytes: int, readable: Sequence[Path] = ()) -> Worker:
        """``readable`` are the folders that its tasks read. Raises Unavailable when the child does not come up, and
        NeverBegan when something kills it meanwhile."""
        say_what_is_missing()
        found = {folder: _identity(folder) for folder in readable}
        try:
            files, childs = socket.socketpair()
        except OSError as error:
            raise _not_started(error) from None
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "photos_graph.workers.child"),
                *(str(memory_bytes), str(os.getpid()), str(childs.fileno()), *map(str, readable), "--", *targets),
                pass_fds=(childs.fileno(),),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=for_workers() | CHILD_ENVIRONMENT,
                start_new_session=True,  # the terminal's signals are the parent's to answer
                limit=1024 * 1024,
            )
        except BaseException as error:
            files.close()
            if not isinstance(error, OSError):
                raise
            raise _not_started(error) from None
        finally:
            childs.close()
        files.setblocking(False)
        files.shutdown(socket.SHUT_RD)
        worker = cls(process, files, found)
        try:
            async with asyncio.timeout(START_SECONDS):
                kind, _ = await worker._frame()
            if kind is not FrameKind.READY:
                raise EOFError
        except BaseException as error:
            await worker.kill()
            if not isinstance(error, (EOFError, TimeoutError)):
                raise
            if isinstance(error, EOFError) and (process.returncode or 0) < 0:
                raise NeverBegan from None
            log.error("A worker does not start: %s", worker._last_words)
            raise errors.Unavailable("A worker does not start. The log of the service has the reason.") from None
        return worker

    @property
    def usable(self) -> bool:
        return not self.retired and self._process.returncode is None and not self._answers.at_eof()

    @property
    def is_up_to_date(self) -> bool:
        """Whether the folders that it may read are still the same ones: a child cannot be given another one."""
        return all(_identity(folder) == before for folder, before in self._readable.items())

    async def run(
        self, task: Task[Argument, Any], argument: Argument, timeout_seconds: float, on_step: Steps
    ) -> AsyncGenerator[bytes]:
        """Yields the chunks that the task emits, and reports its progress to ``on_step``; then ``answer`` is set.

        Raises NeverBegan, what the task raised, KilledWorker, or OverLimit when it takes too long. Unless it ends
        normally or with the task's own error, the worker is no longer usable and has to be killed.
        """
        packed, descriptors = task.pack(argument)
        call = frame(FrameKind.CALL, pack_call(task.target, packed, len(descriptors)))
        deadline = asyncio.get_running_loop().time() + timeout_seconds
        self.task, self.answer, self.begun = task.name, None, False
        self.runs += 1
        usable_again, retiring = False, False
        parts: list[bytes] = []
        try:
            try:
                send_descriptors(self._files, descriptors)
            except OSError as error:
                raise EOFError from error
            self._calls.write(call)
            while True:
                async with asyncio.timeout_at(deadline):
                    kind, body = await self._frame()
                if kind is FrameKind.CHUNK:
                    yield body
                elif kind is FrameKind.BEGUN:
                    self.begun = True
                elif kind is FrameKind.RETIRING:
                    retiring = True
                elif kind is FrameKind.STEP:
                    on_step(*_read(STEP.unpack, body))
                elif kind is FrameKind.PART:
                    parts.append(body)
                elif kind is FrameKind.ANSWER:
                    self.answer = _read(task.answers.validate_json, b"".join((*parts, body)))
                    usable_again = not retiring
                    return
                elif kind is FrameKind.ERROR:
                    failure = _read(TaskFailure.load, body)
                    usable_again = not retiring
                    raise error_of(failure)
                else:
                    raise EOFError
        except TimeoutError:
            raise errors.OverLimit(f"It takes longer than {timeout_seconds:g} seconds.") from None
        except EOFError:
            if not self.begun:
                raise NeverBegan from None
            cause = await self._cause()
            log.warning("A worker died in the task %s (%s): %s", task, cause, self._last_words)
            raise errors.KilledWorker(f"The process that opened it died ({cause}).") from None
        finally:
            self.task = None
            self.retired = not usable_again

    async def _frame(self) -> tuple[FrameKind, bytes]:
        """Raises EOFError when the child is gone, or sends something else than a frame."""
        try:
            size, number = HEADER.unpack(await self._answers.readexactly(HEADER.size))
            if size > MAX_BODY:
                raise EOFError
            return FrameKind(number), await self._answers.readexactly(size)
        except (ConnectionError, ValueError) as error:
            raise EOFError from error

    async def _cause(self) -> str:
        await self.kill()
        code = self._process.returncode or 0
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
        return f"exit status {code}"

    async def _listen(self) -> None:
        printed = Printed(self.pid)
        while text := await self._stderr.read(STDERR_TAIL):
            self._tail = (self._tail + text)[-STDERR_TAIL:]
            printed.feed(text)
        printed.close()

    @property
    def _last_words(self) -> str:
        return harmless(self._tail.decode(errors="backslashreplace"), lines=True)

    async def kill(self) -> None:
        """Kills the child and waits for its end."""
        self.retired = True
        try:
            # One that died by itself must show its own signal, so it gets a moment to be reaped.
            if self._answers.at_eof():
                async with asyncio.timeout(1):
                    await self._process.wait()
        except TimeoutError:
            pass
        finally:
            if self._process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
        await self._process.wait()
        await self._listener
        self._files.close()
        # The public interface closes the pipes only after the last unread byte was read.
        self._process._transport.close()  # type: ignore[attr-defined]


def _identity(folder: Path) -> _Identity | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _not_started(error: OSError) -> errors.Unavailable:
    log.error("A worker cannot be started: %s.", error.strerror)
    return errors.Unavailable("No worker can be started. The log of the service has the reason.")


def _read(parse: Callable[[bytes], T], body: bytes) -> T:
    """Raises EOFError for a body that is not of the declared type: a child that sends one cannot be trusted again."""
    try:
        return parse(body)
    except (ValueError, struct.error) as error:
        log.warning("A worker sent an answer that is not valid: %s", error)
        raise EOFError from error
