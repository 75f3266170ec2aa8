"""What a benchmark is given, and the measuring that all of them share."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pictures import Say


@dataclass(frozen=True, slots=True)
class Bench:
    """``folder`` keeps pictures and libraries from run to run; ``originals``: a folder of JPEGs to take instead of
    those made here; ``rounds``: how often each pair of measurements is taken; ``photos``: in the large library;
    ``people``: a folder of pictures for each person, such as LFW; ``scenes``: one for each kind of place."""

    folder: Path
    rounds: int
    photos: int
    originals: Path | None
    people: Path
    scenes: Path
    say: Say

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for the block alone."""
        with tempfile.TemporaryDirectory(prefix="scratch-", dir=self.folder) as folder:
            yield Path(folder)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two things measured in turn, A B A B, so that what else the machine does hits both."""

    ours: Sequence[float]
    theirs: Sequence[float]

    @property
    def medians(self) -> tuple[float, float]:
        return statistics.median(self.ours), statistics.median(self.theirs)

    @property
    def ratio(self) -> float:
        return statistics.median(a / b for a, b in zip(self.ours, self.theirs, strict=True))


def in_turn(rounds: int, ours: Callable[[int], float], theirs: Callable[[int], float]) -> Pairs:
    """Each is called with the number of the round."""
    measured = [(ours(number), theirs(number)) for number in range(rounds)]
    return Pairs([a for a, _ in measured], [b for _, b in measured])
