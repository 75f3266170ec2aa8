"""What a worker gives up for good once it has imported what it works with.

It reads programs, libraries and the folders that its tasks name, and no other file; it opens nothing for writing,
removes and renames nothing, makes no connection, starts no program, and neither looks into another process nor sends
signals to one. What it works on arrives by pipe and by descriptor.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from photos_graph.workers import landlock, seccomp
from photos_graph.workers.landlock import Readable

log = logging.getLogger(__name__)

_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
_EVERYTHING = Readable.FILES | Readable.NAMES
_MAX_LINKS = 1_000  # entries of a folder of models that are looked at for links

# Where libraries look while they run: for other libraries, time zones, the processor and memory.
_SYSTEM = (
    *("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/usr/share", "/etc/ld.so.cache"),
    *("/etc/localtime", "/etc/timezone", "/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf"),
    *("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version", "/proc/filesystems"),
    *("/proc/sys/vm", "/sys/devices/system", "/sys/fs/cgroup"),
)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the kernel can do to confine workers. ``landlock`` is the version of its interface, 0 if it is off."""

    landlock: int
    seccomp: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """What is off, as sentences for people."""
        sentences = []
        if not self.landlock:
            sentences.append("Landlock is off, so workers can read all files that the service can read.")
        if not self.seccomp:
            sentences.append("seccomp is off, so workers can open connections and start programs.")
        return tuple(sentences)


@cache
def available() -> Abilities:
    """Returns what the kernel can do, which does not change while it runs."""
    return Abilities(landlock.version(), seccomp.is_available())


@cache
def say_what_is_missing() -> None:
    """Writes into the log, once, what is off."""
    for sentence in available().missing:
        log.warning("%s It needs Linux 5.13 or newer, and a container runtime that allows it.", sentence)


def confine(targets: Iterable[str], readable: Sequence[bytes]) -> None:
    """Gives up what a worker for ``targets`` does not need. It can go on reading what is in the folders ``readable``.

    Raises OSError if the kernel refuses what it said it could do.
    """
    can = available()
    if sys.platform == "linux":
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if can.landlock:
        landlock.restrict(dict(_allowed(targets, readable)))
    if can.seccomp:
        seccomp.restrict()


def refuse_to_be_read() -> None:
    """Makes the memory, the environment and the descriptors of this process unreadable to other processes of the same
    user, and keeps it from leaving a core file. A debugger of that user cannot attach any more, either."""
    if sys.platform == "linux":
        _prctl(_PR_SET_DUMPABLE, 0)


def _allowed(targets: Iterable[str], readable: Sequence[bytes]) -> Iterator[tuple[bytes, Readable]]:
    for entry in filter(None, sys.path):
        yield os.fsencode(entry), Readable.NAMES  # an import looks for names everywhere
    for package in {"photos_graph", *(target.partition(".")[0] for target in targets)}:
        for folder in getattr(sys.modules.get(package), "__path__", ()):
            yield os.fsencode(folder), _EVERYTHING
    libraries = [path for path in os.environ.get("LD_LIBRARY_PATH", "").split(":") if path]
    for place in (sys.prefix, sys.base_prefix, sys.exec_prefix, *libraries, *_SYSTEM):
        yield os.fsencode(place), _EVERYTHING
    for given in readable:
        yield given, _EVERYTHING
        for linked in _linked(Path(os.fsdecode(given))):
            yield os.fsencode(linked), _EVERYTHING


def _linked(folder: Path) -> Iterator[Path]:
    """Yields the files elsewhere to which links in a folder lead: its owner may keep large models on another disk."""
    for number, (parent, folders, names) in enumerate(os.walk(folder)):
        if number > _MAX_LINKS:
            return
        for path in (Path(parent, name) for name in (*folders, *names)):
            if path.is_symlink():
                yield path.resolve()


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        failed = ctypes.get_errno()
        raise OSError(failed, os.strerror(failed))
