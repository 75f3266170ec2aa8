"""Measures the memory and reads of a process and its children by ``/proc``."""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024
# The parts of a service, and what the command of such a process has. Everything else is the service itself.
PARTS = {
    "the engine": "photos_graph.graph.engine.embedded_child",
    "reading originals": "intake_child",
    "faces": "detection_child",
    "features": "features_child",
    "other workers": "photos_graph.workers.child",
}
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
    return PARTS["reading originals"] in command(pid)


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
    return sum(map(_processor_seconds, tree(pid)))


def _processor_seconds(pid: int) -> float:
    """Returns the time of a processor that this process alone has used, or 0 if it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _part(pid: int) -> str:
    given = command(pid)
    return next((part for part, sign in PARTS.items() if sign in given), "the service")


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
    """Samples a process tree during the block and records its peak memory, the bytes that its decoders read, and the
    time of a processor that each of PARTS used."""

    def __init__(self, pid: int) -> None:
        self.peak = Memory()
        self._pid = pid
        self._before = self._reads()
        self._after: dict[int, int] = {}
        self._used_before = self._used()
        self._used_after: dict[int, tuple[str, float]] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    @property
    def decoders_read(self) -> int:
        """Returns the bytes that the decoders have read."""
        return sum(after - self._before.get(pid, 0) for pid, after in self._after.items())

    @property
    def processor_seconds(self) -> dict[str, float]:
        """Returns the time of a processor by parts."""
        seconds: dict[str, float] = {}
        for pid, (part, after) in self._used_after.items():
            _, before = self._used_before.get(pid, (part, 0.0))
            seconds[part] = seconds.get(part, 0.0) + after - before
        return seconds

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
        self._used_after |= {pid: used for pid, used in self._used().items() if used[1]}

    def _used(self) -> dict[int, tuple[str, float]]:
        return {pid: (_part(pid), _processor_seconds(pid)) for pid in tree(self._pid)}

    def _reads(self) -> dict[int, int]:
        return {pid: bytes_read(pid) for pid in tree(self._pid) if is_decoder(pid)}
