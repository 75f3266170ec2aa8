"""The photos that look like a text, as an image-text model finds them: guesses, which are never labels.

A worker compares a text with the vectors of all photos, which takes longer than a question may. So it is asked before a
query is evaluated (``services/browse/questions.py``), and its answers are kept here until the vectors change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.search.arrays import Keys, Numbers, bitmap
from photos_graph.search.columns import PhotoTable
from photos_graph.search.label_sets import NONE

MAX_ANSWERS = 128  # texts of which the photos are kept; one question has at most 50

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Alike:
    """The photos that look like a text: their ``numbers`` (n,) in ascending order, the first halves of their ids as
    ``prefixes`` (n,), and ``scores`` (n,), which tell by how many deviations each is more alike than usual."""

    numbers: Numbers
    prefixes: Keys
    scores: Floats


class LookSets:
    """The photos that look like each text that was asked for."""

    def __init__(self, table: PhotoTable, visible: BitMap) -> None:
        self.source: object = None  # tells the vectors apart that texts are compared with; None if there are none
        self._table = table
        self._visible = visible
        self._alike: dict[str, Alike] = {}  # the one that was used last comes last
        self._showing: dict[str, BitMap] = {}

    def use(self, source: object) -> None:
        """Answers only by comparisons with these vectors from now on, or by none."""
        if source != self.source:
            self.source = source
            self._alike.clear()
            self.forget()

    def take_over(self, before: LookSets) -> None:
        """Takes over the answers of another index of the same photos."""
        self.source, self._alike = before.source, dict(before._alike)
        self.forget()

    def forget(self) -> None:
        """Must be called whenever the visible photos, or their ids, have changed."""
        self._showing.clear()

    def has(self, text: str) -> bool:
        """Returns whether it is known what looks like the text."""
        if (found := self._alike.pop(text, None)) is None:
            return False
        self._alike[text] = found
        return True

    def put(self, source: object, text: str, alike: Alike) -> None:
        """Keeps an answer, unless the vectors have changed since it was asked for."""
        if source != self.source:
            return
        self._alike[text] = alike
        self._showing.pop(text, None)
        while len(self._alike) > MAX_ANSWERS:
            oldest = next(iter(self._alike))
            del self._alike[oldest]
            self._showing.pop(oldest, None)

    def showing(self, text: str) -> BitMap:
        """Returns the visible photos that look like a text, or none if it was not asked for. The set must not be
        changed."""
        if (alike := self._alike.get(text)) is None:
            return NONE
        if text not in self._showing:
            numbers = alike.numbers[self._current(alike)]
            self._showing[text] = bitmap(numbers) & self._visible
        return self._showing[text]

    def scores(self, text: str, photos: Numbers) -> Floats:
        """Returns by how many deviations each of the photos (n,), which look like the text, is more alike than
        usual."""
        alike = self._alike[text]
        found: Floats = alike.scores[np.searchsorted(alike.numbers, photos)]
        return found

    def _current(self, alike: Alike) -> npt.NDArray[np.bool_]:
        """Returns for which of the photos the number still belongs to the same photo."""
        known: npt.NDArray[np.bool_] = alike.numbers < len(self._table.ids)
        known[known] = self._table.id_prefixes(alike.numbers[known]) == alike.prefixes[known]
        return known
