"""The options of a benchmark, and the measuring that all benchmarks share."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pictures import Say


@dataclass(frozen=True, slots=True)
class Bench:
    """The options of a run.

    ``folder`` keeps pictures and libraries between runs. ``originals`` is a folder of JPEGs to use instead of generated
    ones. ``rounds`` is the number of times that each pair of measurements is taken, ``photos`` the size of the large
    library. ``people`` is a folder with a subfolder of pictures for each person, such as LFW; ``scenes`` is one with a
    subfolder for each kind of place. ``files`` is a folder of files with metadata, and of the other
    corpora. ``labels`` are the numbers of labels to try, if they are not the usual ones. ``photos_given`` is
    ``photos``, if somebody chose it.
    """

    folder: Path
    rounds: int
    photos: int
    originals: Path | None
    people: Path
    scenes: Path
    files: Path
    say: Say
    labels: tuple[int, ...] = ()
    photos_given: int | None = None

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Yields a folder that is deleted after the block."""
        with tempfile.TemporaryDirectory(prefix="scratch-", dir=self.folder) as folder:
            yield Path(folder)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two measurements taken alternately (A B A B), so that other load on the machine affects both."""

    ours: Sequence[float]
    theirs: Sequence[float]

    @property
    def medians(self) -> tuple[float, float]:
        return statistics.median(self.ours), statistics.median(self.theirs)

    @property
    def ratio(self) -> float:
        return statistics.median(a / b for a, b in zip(self.ours, self.theirs, strict=True))


def milliseconds(work: Callable[..., object], *arguments: object) -> float:
    """Returns how long the work takes with these arguments."""
    started = time.perf_counter()
    work(*arguments)
    return (time.perf_counter() - started) * 1000


def in_turn(rounds: int, ours: Callable[[int], float], theirs: Callable[[int], float]) -> Pairs:
    """Measures both alternately. Each is called with the number of the round."""
    measured = [(ours(number), theirs(number)) for number in range(rounds)]
    return Pairs([a for a, _ in measured], [b for _, b in measured])
