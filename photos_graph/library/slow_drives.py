"""Asks a drive that answers late for many things at once. A drive that answers at once is asked as before."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")
Answer = TypeVar("Answer")

SLOW_SECONDS = 0.001  # a disk of this machine answers in a hundredth of it, one in the network in several times as much
AT_ONCE = 16  # questions, and folders that are listed
LAST = 8  # answers by which a drive is judged


class Drive:
    """How fast the answers of a drive are, and the threads that ask a slow one. ``close`` ends them.

    A drive is slow while all but a quarter of its last answers took SLOW_SECONDS. By their mean, it would seem slow if
    a few answers came late because this machine was busy.
    """

    def __init__(self) -> None:
        self.is_slow = False
        self._lock = threading.Lock()
        self._last: deque[float] = deque(maxlen=LAST)
        self._listing = 0  # folders
        self._folders: ThreadPoolExecutor | None = None
        self._questions: ThreadPoolExecutor | None = None

    def timed(self, ask: Callable[[T], Answer], about: T) -> Answer:
        """Returns the answer, and notes how long it took."""
        started = time.perf_counter()
        try:
            return ask(about)
        finally:
            self._note(time.perf_counter() - started)

    def ask_at_once(self, ask: Callable[[T], object], about: Sequence[T]) -> None:
        """Asks all of these questions about the entries of a folder, and returns when the last answer has come. An
        OSError counts as an answer.

        The folders that are being listed share the threads, since some systems ask for one entry of a folder at a time.
        """
        threads = min(AT_ONCE // max(1, self._listing), len(about))
        if threads <= 1:
            self._ask(ask, about)
            return
        if self._questions is None:
            with self._lock:
                self._questions = self._questions or ThreadPoolExecutor(AT_ONCE, "questions")
        parts = [self._questions.submit(self._ask, ask, about[part::threads]) for part in range(1, threads)]
        self._ask(ask, about[::threads])
        for part in parts:
            part.result()

    def _ask(self, ask: Callable[[T], object], about: Sequence[T]) -> None:
        for one in about:
            with suppress(OSError):
                self.timed(ask, one)

    def begin(self, work: Callable[[T], Answer], on: T) -> Future[Answer]:
        """Begins to list a folder in a thread, which may call ``ask_at_once``."""

        def worked() -> Answer:
            with self._lock:
                self._listing += 1
            try:
                return work(on)
            finally:
                with self._lock:
                    self._listing -= 1

        self._folders = self._folders or ThreadPoolExecutor(AT_ONCE, "folders")
        return self._folders.submit(worked)

    def close(self) -> None:
        """Ends the threads, without waiting for a drive that does not answer."""
        for threads in (self._folders, self._questions):
            if threads is not None:
                threads.shutdown(wait=False, cancel_futures=True)

    def _note(self, seconds: float) -> None:
        with self._lock:
            self._last.append(seconds)
            if len(self._last) == LAST:
                self.is_slow = sorted(self._last)[LAST // 4] >= SLOW_SECONDS
