"""Formats figures as a table, each beside that of a peer and its goal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

TITLES = ("what", "photos-graph", "peer", "ratio", "goal", "met")


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit for our value, or for its ratio to the value of the peer."""

    limit: float
    at_most: bool
    of_ratio: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value. ``peer`` is the value of the bare library ``peer_name`` in the same unit and run.

    ``ratio`` is our value divided by the peer's, as the median over the pairs that were measured one after the other.
    """

    what: str
    ours: float
    unit: str
    peer: float | None = None
    peer_name: str = ""
    ratio: float | None = None
    goal: Goal | None = None

    @property
    def met(self) -> bool | None:
        """Returns whether the goal is met, or None if there is none."""
        value = self.ratio if self.goal is not None and self.goal.of_ratio else self.ours
        if self.goal is None or value is None:
            return None
        return value <= self.goal.limit if self.goal.at_most else value >= self.goal.limit

    def cells(self) -> tuple[str, ...]:
        """Returns a cell for each of TITLES."""
        goal = ""
        if self.goal is not None:
            unit = "x" if self.goal.of_ratio else self.unit
            goal = f"{'<=' if self.goal.at_most else '>='} {_number(self.goal.limit)} {unit}"
        return (
            self.what,
            f"{_number(self.ours)} {self.unit}",
            "" if self.peer is None else f"{_number(self.peer)} {self.unit} ({self.peer_name})",
            "" if self.ratio is None else f"{self.ratio:.2f} x",
            goal,
            {None: "", True: "yes", False: "no"}[self.met],
        )


def _number(value: float) -> str:
    """Formats a number with three significant digits, and a whole number with all."""
    if value == 0 or abs(value) >= 99.95:  # which is 100 in three digits
        return f"{value:,.0f}"
    return f"{value:.{2 - math.floor(math.log10(abs(value)))}f}"


def table(figures: Sequence[Figure]) -> Table:
    shown = Table(*TITLES)
    for figure in figures:
        colour = {None: "", True: "green", False: "red"}[figure.met]
        shown.add_row(*figure.cells()[:-1], f"[{colour}]{figure.cells()[-1]}[/]" if colour else "")
    return shown


def markdown(figures: Sequence[Figure]) -> str:
    rows = [TITLES, ("---",) * len(TITLES), *(figure.cells() for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
