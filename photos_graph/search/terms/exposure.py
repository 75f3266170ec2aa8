"""The term for how a photo was exposed."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar, Literal

import numpy as np
from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.model.search import MatchKind
from photos_graph.search.arrays import bitmap, numbers_of
from photos_graph.search.columns import MOST_STEPS, step_of
from photos_graph.search.label_words import ENGLISH_LABELS, LabelWords
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.ranges import in_words, read_range, real, whole
from photos_graph.search.terms.term import PrefixTerm, Reasons, Term, same_reason

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
        return same_reason(photos, MatchKind.OTHER, self.label())

    def label(self, words: LabelWords = ENGLISH_LABELS) -> str:
        return words.say(_LABELS[self.column], in_words(self.minimum, self.maximum, words))


class _ExposurePrefix(PrefixTerm):
    """A prefix for one number of the exposure. It makes an ``Exposed``, and is never made itself."""

    __slots__ = ()
    column: ClassVar[ExposureColumn]
    example: ClassVar[str]

    @classmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str]:
        bounds = read_range(value, whole if cls.column == "iso" else real)
        if bounds is None:
            raise BadInput(f"A prefix for the exposure takes a number or a range, as in {cls.example}.")
        found = Exposed(cls.column, *bounds)
        return found, found.label()


class IsoPrefix(_ExposurePrefix):
    column = "iso"
    example = "iso:400, iso:>=800 or iso:100-400"


class AperturePrefix(_ExposurePrefix):
    column = "aperture"
    example = "aperture:2.8 or aperture:<=4"


class ShutterPrefix(_ExposurePrefix):
    column = "seconds"
    example = "shutter:1/125 or shutter:>=0.5"


class FocalPrefix(_ExposurePrefix):
    column = "focal_length"
    example = "focal:50 or focal:24-70"
