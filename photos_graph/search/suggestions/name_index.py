"""Names by the beginnings of their words, also of words with slips, in arrays that tens of thousands of names fit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

MIN_LETTERS = 4  # of a beginning of a word that may have a slip, and of what is meant by it
_TWO_SLIPS = 9  # letters from which on it may have two
_MAX_LETTERS = 32
NO_FIT = 4
_LAST = "\U0010ffff"  # sorts after every letter

K = TypeVar("K", bound=Hashable)


class Quality(IntEnum):
    """How well a typed text fits a name. The lowest is the best."""

    WHOLE = 0  # it is the name
    START = 1  # the name begins with it
    WORD = 2  # each of its words begins a word of the name
    SLIPPED = 3  # the same, with slips


class Called(NamedTuple, Generic[K]):
    """A name of a thing: the key of the thing, the folded words of the name, and a label, or None if the label of the
    thing is always the same."""

    key: K
    words: Sequence[str]
    label: str | None = None


class Fitting(NamedTuple, Generic[K]):
    """Names by how well they fit, and the beginnings of words by which they were found."""

    names: Mapping[Quality, Sequence[Called[K]]]
    starts: Sequence[str]


class NameIndex(Generic[K]):
    """Finds names by what was typed of them. It is made again when names change."""

    def __init__(self, names: Iterable[Called[K]]) -> None:
        self._names = [name._replace(words=tuple(name.words)) for name in names if name.words]
        places: dict[str, list[tuple[int, int]]] = {}
        self._whole: dict[str, list[int]] = {}
        for number, name in enumerate(self._names):
            self._whole.setdefault(" ".join(name.words), []).append(number)
            for at, word in enumerate(name.words):
                places.setdefault(word, []).append((number, at))
        self._words = sorted(places)
        counts = np.fromiter((len(places[word]) for word in self._words), np.int64, len(self._words))
        self._starts = np.concatenate(([0], np.cumsum(counts)))
        flat = np.array([pair for word in self._words for pair in places[word]], np.int32).reshape(-1, 2)
        self._numbers, self._firsts = flat[:, 0].copy(), flat[:, 1] == 0
        self._cuts: dict[int, tuple[list[str], npt.NDArray[np.uint32]]] = {}  # beginnings of words, by their length

    def __len__(self) -> int:
        return len(self._names)

    def find(self, words: Sequence[str], slipped: bool = False) -> Fitting[K]:
        """Returns the names in which each of ``words``, which are folded, begins a word. With ``slipped``, beginnings
        with slips count too."""
        starts = [tuple(self.near(word)) if slipped else () for word in words]
        quality = np.zeros(len(self._names), np.int8)
        for place, (word, others) in enumerate(zip(words, starts, strict=True)):
            here = np.full(len(self._names), NO_FIT, np.int8)
            for other in others:
                here[self._numbers[self._span(other)]] = Quality.SLIPPED
            span = self._span(word)
            numbers = self._numbers[span]
            here[numbers] = Quality.START if place else Quality.WORD
            here[numbers[self._firsts[span]]] = Quality.START
            np.maximum(quality, here, out=quality)
        quality[self._whole.get(" ".join(words), [])] = Quality.WHOLE
        found = {each: np.flatnonzero(quality == each).tolist() for each in Quality}
        names = {each: [self._names[number] for number in numbers] for each, numbers in found.items() if numbers}
        return Fitting(names if words else {}, (*words, *(start for others in starts for start in others)))

    def near(self, word: str) -> Iterator[str]:
        """Yields the beginnings of words of which ``word`` may be a misspelling. Words of nine
        letters or more may have two slips, and words with fewer than four letters, and numbers, none."""
        most = slips(word)
        for length in range(max(len(word) - most, MIN_LETTERS), len(word) + most + 1) if most else ():
            cuts, letters = self._cut(length)
            unlike = np.bitwise_count(letters ^ _letters(np.array([word]))[0])
            alike = [cuts[place] for place in np.flatnonzero(unlike <= 2 * most).tolist()]
            yield from (
                found for found, _, _ in extract(word, alike, scorer=OSA.distance, score_cutoff=most, limit=None)
            )

    def _span(self, start: str) -> slice:
        """Returns where in the arrays the words are that begin so."""
        low, high = bisect_left(self._words, start), bisect_left(self._words, start + _LAST)
        return slice(int(self._starts[low]), int(self._starts[high]))

    def _cut(self, length: int) -> tuple[list[str], npt.NDArray[np.uint32]]:
        """Returns the beginnings of that length, and the set of letters of each."""
        if length not in self._cuts:
            cuts = list(dict.fromkeys(word[:length] for word in self._words if len(word) >= length and word.isalpha()))
            self._cuts[length] = cuts, _letters(np.array(cuts, f"U{max(length, 1)}"))
        return self._cuts[length]


def slips(word: str) -> int:
    """Returns how many slips the beginning of a word may have."""
    if not word.isalpha() or not MIN_LETTERS <= len(word) <= _MAX_LETTERS:
        return 0
    return 2 if len(word) >= _TWO_SLIPS else 1


def _letters(words: npt.NDArray[np.str_]) -> npt.NDArray[np.uint32]:
    """Returns the sets of letters of words as 32 bits each."""
    if not len(words):
        return np.zeros(0, np.uint32)
    codes = np.ascontiguousarray(words).view(np.uint32).reshape(len(words), -1)
    bits = np.where(codes > 0, np.uint32(1) << (codes & np.uint32(31)), np.uint32(0))
    found: npt.NDArray[np.uint32] = np.bitwise_or.reduce(bits, axis=1)
    return found
