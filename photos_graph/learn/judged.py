"""Compares what a new model and the active one give, on the photos that people judged for a tag. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MIN_GIVEN = 6  # judged photos that the new model gives the tag to, below which nothing is compared
MARGIN = 0.05  # precision by which the new model may be worse
CHANCE = 0.1  # a model that keeps its promise is as often wrong on a few judged photos with at most this chance

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class JudgedGiven:
    """The judged photos that a model gives a tag to: ``count`` of them, of which ``right`` have it."""

    right: int = 0
    count: int = 0

    def __add__(self, other: JudgedGiven) -> JudgedGiven:
        return JudgedGiven(self.right + other.right, self.count + other.count)

    @property
    def precision(self) -> float | None:
        """The share that has the tag, or None if nothing was judged."""
        return self.right / self.count if self.count else None


def judged_given(scores: Floats, threshold: float, right: Bools) -> JudgedGiven:
    """Counts judged photos with these scores (j,), of which those with ``right`` (j,) have the tag."""
    given = scores >= threshold
    return JudgedGiven(int((given & right).sum()), int(given.sum()))


def is_worse(new: JudgedGiven, old: JudgedGiven, promised: float) -> bool:
    """Returns whether the new model breaks its promise on photos where the active one is better. That one or two of a
    dozen are wrong may be chance: a model that keeps its promise in the library is not always right on a sheet."""
    from scipy.stats import binom

    if new.precision is None or old.precision is None or new.count < MIN_GIVEN:
        return False
    by_chance = float(binom.sf(new.count - new.right - 1, new.count, 1 - promised))
    return by_chance < CHANCE and new.precision < old.precision - MARGIN


def why_worse(new: JudgedGiven, old: JudgedGiven, given_to: int, library: int) -> str:
    """Returns the reason in a sentence that does not name the tag. It would be ``given_to`` so many photos."""
    return (
        f"It would be given to {given_to:,} of {library:,} photos; {new.count - new.right} of {new.count} judged ones "
        f"among them are wrong, and {old.count - old.right} of {old.count} with the active model."
    )


def compared(new: JudgedGiven, old: JudgedGiven) -> str:
    """Returns a sentence about all tags together, or "" if there is nothing to compare."""
    if new.precision is None or old.precision is None:
        return ""
    return (
        f" Of the judged photos that it gives a tag to, {new.right} of {new.count} are right ({new.precision:.0%}), "
        f"and {old.right} of {old.count} with the active model ({old.precision:.0%})."
    )
