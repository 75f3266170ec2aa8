"""The term for how a photo was exposed."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np
from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.model.search import MatchKind
from photos_graph.search.arrays import bitmap, numbers_of
from photos_graph.search.columns import MOST_STEPS, step_of
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import Reasons, Term, same_reason

ExposureColumn = Literal["iso", "aperture", "seconds", "focal_length"]
_LABELS: dict[ExposureColumn, str] = {
    "iso": "ISO {}",
    "aperture": "aperture {}",
    "seconds": "exposure time {} s",
    "focal_length": "focal length {} mm",
}


@dataclass(frozen=True, slots=True)
class Exposed(Term):
    """Matches photos by one number of their exposure. Both bounds are inclusive, and numbers that differ by less than
    0.02 % count as equal. Photos whose file does not state the number do not match."""

    column: ExposureColumn
    minimum: float | None = None
    maximum: float | None = None

    is_slow = True

    def checked(self) -> Exposed:
        if not all(bound is None or (isfinite(bound) and bound >= 0) for bound in (self.minimum, self.maximum)):
            raise BadInput("A bound of an exposure must be a number that is not negative.")
        return self

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        numbers = numbers_of(within)
        steps = getattr(sets.table, self.column)[numbers]
        low = max(step_of(self.minimum), 1)
        high = MOST_STEPS if self.maximum is None else step_of(self.maximum)
        return bitmap(numbers[np.logical_and(steps >= low, steps <= high)])

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, MatchKind.OTHER, _LABELS[self.column].format(self._range()))

    def _range(self) -> str:
        low, high = (None if bound is None else f"{bound:g}" for bound in (self.minimum, self.maximum))
        if low is None or high is None:
            return "known" if low is high else f"{low} or more" if high is None else f"up to {high}"
        return low if low == high else f"{low} to {high}"
