"""Times thirty questions in words inside the service: read, evaluated, counted, and a page made."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.bench import Bench
from benchmarks.processes import MIB
from benchmarks.report import Figure, Goal
from benchmarks.search.asked import THIRTY, TODAY, AskedQuestion
from benchmarks.search.family import Family, family
from photos_graph.memory import give_back
from photos_graph.model.search import PhotoOrder
from photos_graph.search.arrays import numbers_of
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import EVERY_LANGUAGE
from photos_graph.search.language.parser import parse
from photos_graph.services.browse.photos import photo_page

SIZES = (10_000, 100_000, 1_000_000)
NAMES = 50_000
REPEATS = 20
LIMIT = 30.0  # milliseconds


@dataclass(frozen=True, slots=True)
class AskedTimes:
    """Times of one question in milliseconds: by the clock, and of the processor. ``read`` is the text alone, and
    ``counted`` the count of each term alone, the first time."""

    question: AskedQuestion
    found: int
    median: float
    worst: float
    busy: float
    read: float
    counted: float


def asking(bench: Bench) -> Iterator[Figure]:
    """Measures the sizes up to ``bench.photos``."""
    EVERY_LANGUAGE.prepare()
    yield Figure(f"memory of a vocabulary of {NAMES:,} names", _vocabulary(bench) / MIB, "MiB")
    for size in (each for each in SIZES if each <= bench.photos):
        bench.say(f"{size:,} photos are generated")
        library = family(size, NAMES)
        with bench.scratch() as folder:
            index = library.index(folder)
        asked = [_ask(library, index, question) for question in THIRTY]
        for each in sorted(asked, key=lambda each: -each.median):
            bench.say(
                f"  {each.question.text} ({each.found:,} photos): {each.median:.2f} ms, worst {each.worst:.2f}, "
                f"processor {each.busy:.2f}, of which reading {each.read:.2f}; terms counted {each.counted:.2f}"
            )
        name = f"thirty questions in words, {size:,} photos and {NAMES:,} names"
        goal = Goal(LIMIT, at_most=True) if size == SIZES[-1] else None
        yield Figure(f"{name}: worst median", max(each.median for each in asked), "ms", goal=goal)
        yield Figure(f"{name}: worst of the processor", max(each.busy for each in asked), "ms", goal=goal)
        yield Figure(f"{name}: median", statistics.median(each.median for each in asked), "ms")
        yield Figure(f"{name}: worst of reading the text", max(each.read for each in asked), "ms")


def _ask(library: Family, index: SearchIndex, question: AskedQuestion) -> AskedTimes:
    def search() -> int:
        return photo_page(index, parse(question.text, index.lexicon, TODAY).query, PhotoOrder.TAKEN_DESC, 50).total

    parsed = parse(question.text, index.lexicon, TODAY)
    counted = _busy(lambda: [len(index.evaluate(query)) for query in parsed.term_queries])
    found = numbers_of(index.evaluate(parsed.query))
    if not np.array_equal(found, np.flatnonzero(question.naive(library))):
        raise RuntimeError(f"{question.text}: other photos than by a naive reading")
    search()
    times, busy = [], []
    for _ in range(REPEATS):
        started = time.perf_counter()
        busy.append(_busy(search))
        times.append(1000 * (time.perf_counter() - started))
    read = statistics.median(_busy(lambda: parse(question.text, index.lexicon, TODAY)) for _ in range(REPEATS))
    return AskedTimes(
        question, len(found), statistics.median(times), max(times), statistics.median(busy), read, counted
    )


def _busy(work: Callable[[], object]) -> float:
    """Returns the time of the processor in milliseconds."""
    started = time.thread_time()
    work()
    return 1000 * (time.thread_time() - started)


def _vocabulary(bench: Bench) -> int:
    """Returns the bytes that names take which no photo bears: tags, persons and places."""

    def held(names: int) -> tuple[SearchIndex, int]:
        gc.collect()
        give_back()
        before = _resident()
        with bench.scratch() as folder:
            index = family(1_000, names).index(folder)
        gc.collect()
        give_back()
        return index, _resident() - before

    _, few = held(0)
    index, many = held(NAMES)
    assert len(index.tags) + len(index.persons) + len(index.places) > 0.9 * NAMES
    return many - few


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
