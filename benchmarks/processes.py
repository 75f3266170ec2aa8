"""Measures the memory and reads of a process and its children by ``/proc``."""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024
SAMPLE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Memory:
    """The proportional set size in bytes, which counts shared memory once. ``service`` is everything except the graph
    engine."""

    service: int = 0
    engine: int = 0


def tree(pid: int) -> list[int]:
    """Returns the ids of the process and its descendants."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                for child in (task / "children").read_text().split():
                    found += tree(int(child))
    return found


def is_engine(pid: int) -> bool:
    return "photos_graph.graph.engine.embedded_child" in command(pid)


def is_decoder(pid: int) -> bool:
    return "photos_graph.workers.child" in command(pid)


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def memory(pid: int) -> Memory:
    service = engine = 0
    for each in tree(pid):
        if is_engine(each):
            engine += _pss(each)
        else:
            service += _pss(each)
    return Memory(service, engine)


def processor_seconds(pid: int) -> float:
    """Returns the time of a processor that the process and its descendants have used, which hardly depends on what else
    the machine does."""
    ticks = 0
    for each in tree(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def bytes_read(pid: int) -> int:
    """Returns the bytes that all read calls of the process have returned, from files, pipes and sockets, or 0 if it has
    ended."""
    try:
        return int(Path(f"/proc/{pid}/io").read_text().split()[1])
    except OSError:
        return 0


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


class Watch:
    """Samples a process tree during the block and records its peak memory and the bytes that its decoders read."""

    def __init__(self, pid: int) -> None:
        self.peak = Memory()
        self._pid = pid
        self._before = self._reads()
        self._after: dict[int, int] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    @property
    def decoders_read(self) -> int:
        """Returns the bytes that the decoders have read."""
        return sum(after - self._before.get(pid, 0) for pid, after in self._after.items())

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._look()

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self._look()

    def _look(self) -> None:
        now = memory(self._pid)
        self.peak = Memory(max(self.peak.service, now.service), max(self.peak.engine, now.engine))
        self._after |= {pid: count for pid, count in self._reads().items() if count}

    def _reads(self) -> dict[int, int]:
        return {pid: bytes_read(pid) for pid in tree(self._pid) if is_decoder(pid)}
