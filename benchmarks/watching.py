"""Measures what it costs to notice changes of a library: by looking at all folders each minute, or by watching."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.report import Figure, Goal
from photos_graph.library.folder_watch import FolderWatch, why_not
from photos_graph.library.mounts import mount_table
from photos_graph.library.walking import DirectoryRules, FoundFolder, KnownFolder, walk
from photos_graph.model.library import Root, RootState
from photos_graph.services.scan.polling import _changed
from photos_graph.services.scan.watches import PAUSE_SECONDS
from photos_graph.settings import LibrarySettings

SIZES = (10_000, 100_000)  # folders
BELOW = 99  # folders in each


def watching(bench: Bench) -> Iterator[Figure]:
    for folders in SIZES:
        with bench.scratch() as scratch:
            root = os.fsencode(scratch)
            because = why_not(root, folders, mount_table())
            if because is not None:
                print(f"watching: {folders:,} folders cannot be watched: {because}", file=sys.stderr)
                return
            bench.say(f"making {folders:,} folders")
            _make(scratch, folders)
            yield from asyncio.run(_measured(bench, root, folders))


def _make(folder: Path, folders: int) -> None:
    for number in range(folders // (BELOW + 1)):
        for below in range(BELOW):
            (folder / str(number) / str(below)).mkdir(parents=True)
        for each in (*(folder / str(number)).iterdir(), folder / str(number)):
            os.utime(each, (1, 1))
    os.utime(folder, (1, 1))


async def _measured(bench: Bench, root: bytes, folders: int) -> list[Figure]:
    rules = DirectoryRules(frozenset({"jpg"}), frozenset(LibrarySettings().skip_folders))
    found = (each for each in walk(root, rules) if isinstance(each, FoundFolder))
    known = {each.relative: KnownFolder(each.key, each.mtime_ns) for each in found}
    library = Root("root", "Pictures", root, "", RootState.ONLINE)
    polls = []
    for number in range(bench.rounds):
        bench.say(f"a poll of {folders:,} folders, round {number + 1} of {bench.rounds}")
        started = time.thread_time()
        if _changed(library, rules, known, None):
            raise RuntimeError("a folder has changed")
        polls.append(time.thread_time() - started)
    bench.say(f"watching {folders:,} folders")
    told = asyncio.Event()
    watch = FolderWatch(told.set)
    before, memory, started = _kernel_memory(), _memory(), time.thread_time()
    watch.listen()
    _changed(library, rules, known, watch)
    begun = time.thread_time() - started
    if watch.failure is not None:
        raise RuntimeError(watch.failure)
    kernel, memory = _kernel_memory() - before, _memory() - memory
    started = time.thread_time()
    await asyncio.sleep(10)
    idle = 6 * (time.thread_time() - started)
    if told.is_set():
        raise RuntimeError("something was told")
    started = time.perf_counter()
    os.mknod(root + b"/0/0/new.jpg")
    await told.wait()
    await asyncio.sleep(PAUSE_SECONDS)
    watch.listen()
    if not _changed(library, rules, known, watch):
        raise RuntimeError("a new file was not found")
    seconds = time.perf_counter() - started
    watch.close()
    poll = sorted(polls)[len(polls) // 2]
    what = f"{folders:,} folders"
    return [
        Figure(f"{what}, processor a minute, watched", idle, "s", poll, "polled each minute", idle / poll),
        Figure(f"{what}, processor to begin to watch", begun, "s"),
        Figure(f"{what}, memory of the service for watches", memory / 1e6, "MB"),
        Figure(f"{what}, memory of the kernel for watches", kernel / 1e6, "MB"),
        Figure(f"{what}, from a new file to its scan", seconds, "s", goal=Goal(10, at_most=True)),
    ]


def _memory() -> int:
    """Returns the bytes of the most memory that this process has had."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _kernel_memory() -> int:
    """Returns the bytes of the kernel's objects that cannot be given up."""
    [line] = [line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("SUnreclaim:")]
    return 1024 * int(line.split()[1])
