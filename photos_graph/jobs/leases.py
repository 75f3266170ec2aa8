"""Whether the process that runs a job is still alive.

No clock of another process is compared, since it may be wrong or be set. A process that runs jobs holds a lock on a
file in the data directory, so that others which use that directory see at once that it has died. Those elsewhere see
that the job has not been renewed for some time of their own.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from photos_graph.graph.jobs import Lease

ABANDONED_SECONDS = 15.0  # after which a job that is not renewed is abandoned
LONGEST_GAP_SECONDS = 5.0  # between two looks; after a longer one, nobody knows what happened meanwhile


class Leases:
    """The leases that this process has seen, and that of its own ``owner``, whose lock is held in ``folder``. ``clock``
    returns seconds that always go forward."""

    def __init__(self, owner: str, folder: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._owner = owner
        self._folder = folder
        self._clock = clock
        self._looked = clock()
        self._since: dict[Lease, float] = {}
        self._held: int | None = None

    def open(self) -> None:
        """Shows others that this process is alive, as far as the folder can be written to."""
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._held = os.open(self._folder / self._owner, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def close(self) -> None:
        if self._folder is not None and self._held is not None:
            (self._folder / self._owner).unlink(missing_ok=True)
            os.close(self._held)
            self._held = None

    def abandoned(self, leases: Iterable[Lease]) -> frozenset[Lease]:
        """Returns those of the leases that were abandoned, and all of this process itself, which knows what it still
        runs. Call it at least every few seconds."""
        present, now = frozenset(leases), self._clock()
        if now - self._looked > LONGEST_GAP_SECONDS:
            self._since.clear()
        self._looked = now
        self._since = {lease: self._since.get(lease, now) for lease in present}
        self._forget_dead(present)
        return frozenset(
            lease
            for lease, since in self._since.items()
            if lease.owner == self._owner or now - since >= ABANDONED_SECONDS or self._is_dead(lease.owner)
        )

    def _is_dead(self, owner: str) -> bool:
        """Returns whether a process that used this data directory has ended without a word."""
        if self._folder is None:
            return False
        try:
            file = os.open(self._folder / owner, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        else:
            return True
        finally:
            os.close(file)

    def _forget_dead(self, present: frozenset[Lease]) -> None:
        """Deletes the files of processes that have died, as soon as they own no job."""
        owners = {lease.owner for lease in present} | {self._owner}
        with suppress(OSError):
            for file in self._folder.iterdir() if self._folder is not None else ():
                if file.name not in owners and self._is_dead(file.name):
                    file.unlink(missing_ok=True)
