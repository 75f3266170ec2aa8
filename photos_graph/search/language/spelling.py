"""The words of all names, among which the words that a misspelt word may mean are found."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, Prefix
from rapidfuzz.process import extract

MIN_LETTERS = 5  # letters of a word that may be misspelt
_MAX_LETTERS = 64  # letters of a word that may be misspelt
_MAX_ENDING = 3  # letters in which the ends of two forms of a word differ
_MAX_ADDED_ENDING = 5  # letters that one form has more than another, as in "mountaineer"


def slips(word: str) -> int:
    """Returns how many slips a word may have. A slip is a wrong, missing or extra letter, or two swapped letters.

    Words from 5 letters on may have one slip, words from 9 letters on two, and numbers none.
    """
    if not word.isalpha() or not MIN_LETTERS <= len(word) <= _MAX_LETTERS:
        return 0
    return 2 if len(word) >= 9 else 1


def alike(word: str, other: str) -> bool:
    """Returns whether words with nearly the same stem are forms of one word, such as "families" and "family". The stem
    of "Francisco" in Italian is that of "France", but they are not alike."""
    shared = Prefix.similarity(word, other)
    rests = len(word) - shared, len(other) - shared
    if max(rests) <= (_MAX_ENDING if min(rests) else _MAX_ADDED_ENDING):
        return True
    return OSA.distance(word, other, score_cutoff=_MAX_ENDING) <= _MAX_ENDING


def is_genitive(word: str, other: str) -> bool:
    """Returns whether one of two words is the other with an "s", as "Annas" and "Anna". The names of persons have no
    other forms: "mare" is not María del Mar."""
    return word == other or word == f"{other}s" or other == f"{word}s"


def extends(word: str, other: str) -> bool:
    """Returns whether one of two words is the other with a few more letters, as "Bavarian" and "Bavaria"."""
    shared = Prefix.similarity(word, other)
    return shared == min(len(word), len(other)) and abs(len(word) - len(other)) <= _MAX_ENDING


def extends_or_ends_alike(word: str, other: str) -> bool:
    """Returns whether words may be forms of the name of a place: one extends the other, or they differ by the
    last letter. "Bavarian" is of Bavaria and "Roma" is Rome, but "madre" is not Madrid."""
    return extends(word, other) or (len(word) == len(other) and Prefix.similarity(word, other) == len(word) - 1)


def is_sure_slip(word: str, name: str) -> bool:
    """Returns whether a word is surely a misspelling of a name, of which only inner letters are missing, doubled or
    swapped: "Cannon" of Canon, while "Nikos" may be a name of its own."""
    return word[0] + word[-1] == name[0] + name[-1] and _slipped(word, name, OSA.distance(word, name))


def _slipped(word: str, name: str, slips_left: int) -> bool:
    """Returns whether a word differs from a name only by so many letters that are missing, doubled or swapped."""
    if word == name or not slips_left:
        return word == name
    same = next((at for at, pair in enumerate(zip(word, name, strict=False)) if pair[0] != pair[1]), len(name))
    before, word, name = word[max(same - 1, 0) : same], word[same:], name[same:]
    return (
        _slipped(word, name[1:], slips_left - 1)
        or (word[:1] == before and _slipped(word[1:], name, slips_left - 1))
        or (word[:2] == name[1::-1] and _slipped(word[2:], name[2:], slips_left - 1))
    )


class SpellingVocabulary:
    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._by_length: dict[int, dict[str, None]] = {}  # only words of letters
        # Made on demand:
        self._sorted: list[str] | None = None
        self._letters: dict[int, tuple[list[str], npt.NDArray[np.uint32]]] = {}

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def add(self, word: str) -> None:
        count = self._counts.get(word, 0)
        self._counts[word] = count + 1
        if not count:
            if word.isalpha():
                self._by_length.setdefault(len(word), {})[word] = None
            self._changed(word)

    def discard(self, word: str) -> None:
        count = self._counts.get(word, 0)
        if count > 1:
            self._counts[word] = count - 1
        elif count:
            del self._counts[word]
            self._by_length.get(len(word), {}).pop(word, None)
            self._changed(word)

    def _changed(self, word: str) -> None:
        self._sorted = None
        self._letters.pop(len(word), None)

    def begins(self, prefix: str) -> bool:
        """Returns whether any word begins with ``prefix``."""
        if self._sorted is None:
            self._sorted = sorted(self._counts)
        at = bisect_left(self._sorted, prefix)
        return at < len(self._sorted) and self._sorted[at].startswith(prefix)

    def near(self, word: str, slips: int) -> list[str]:
        """Returns the words with the fewest slips, up to ``slips``."""
        lengths = range(len(word) - slips, len(word) + slips + 1)
        alike = [candidate for length in lengths for candidate in self._with_letters_of(word, length, 2 * slips)]
        found = extract(word, alike, scorer=OSA.distance, score_cutoff=slips, limit=None)
        fewest = min((distance for _, distance, _ in found), default=0)
        return sorted(candidate for candidate, distance, _ in found if distance == fewest)

    def _with_letters_of(self, word: str, length: int, most: int) -> list[str]:
        """Returns the words of that length whose set of letters differs from that of ``word`` in at most ``most``
        letters. A slip changes up to two letters of the set."""
        if length not in self._letters:
            known = list(self._by_length.get(length, ()))
            self._letters[length] = known, np.fromiter(map(_letters, known), np.uint32, len(known))
        words, letters = self._letters[length]
        unlike = np.bitwise_count(letters ^ np.uint32(_letters(word)))
        return [words[place] for place in np.flatnonzero(unlike <= most).tolist()]


def _letters(word: str) -> int:
    """Returns the set of letters of a word as 32 bits."""
    letters = 0
    for letter in word:
        letters |= 1 << (ord(letter) & 31)
    return letters
