"""The names of the cameras and lenses of a library, and the parts of them by which people call them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from photos_graph.search.folding import fold, name_words
from photos_graph.search.language.languages import GRAMMAR
from photos_graph.search.language.spelling import SpellingVocabulary
from photos_graph.search.terms.properties import names_of_camera

MAX_WORDS = 8  # of a part of a name
_MIN_LETTERS = 3  # of a word that tells enough for itself
_BREAKS = " /,()"  # between two parts of a name
_WORD = re.compile(r"mm(?=f\d)|[^\W\d_]+|\d+")  # as in "55mmF2.8"
# Words of the names of many cameras and lenses, which tell nothing without others.
_COMMON = frozenset(
    name_words(
        "back front dual triple wide ultra tele telephoto main camera kamera lens zoom macro with pro plus max mini "
        "lite series digital compact corporation corp company optical imaging inc ltd co gmbh technologies electronics "
        "new old standard the edition one two air smart note mark"
    )
)


class CameraNames:
    """Finds the texts of ``TakenWith`` by folded words. ``cameras`` returns the cameras of the index, each as its make,
    model and lens. The table is made again when there are more."""

    def __init__(self, cameras: Callable[[], Sequence[str]]) -> None:
        self._cameras = cameras
        self._known = 0
        self._texts: dict[str, set[str]] = {}
        self._longest: dict[str, int] = {}  # words of the longest part, by its first word
        self._vocabulary = SpellingVocabulary()  # of words that tell enough for themselves

    def longest(self, word: str) -> int:
        """Returns the number of words of the longest part of a name that begins with this word, or 0."""
        self._refresh()
        return self._longest.get(word, 0)

    def find(self, words: Sequence[str]) -> frozenset[str]:
        """Returns the parts of names, as they are written there, that consist of these words."""
        self._refresh()
        keys = (" ".join(words), "".join(words))
        return next((frozenset(self._texts[key]) for key in keys if key in self._texts), frozenset())

    def near(self, word: str, most: int) -> Sequence[str]:
        """Returns the words of names that differ by at most so many slips."""
        self._refresh()
        return self._vocabulary.near(word, most) if most else ()

    def _refresh(self) -> None:
        cameras = self._cameras()
        if len(cameras) == self._known:
            return
        for camera in cameras[self._known if len(cameras) > self._known else 0 :]:
            for words, text in _parts(camera):
                key = _key(words)
                self._texts.setdefault(key, set()).add(text)
                if len(words) == 1 and key not in self._vocabulary:
                    self._vocabulary.add(key)
                for first in {words[0], *_WORD.findall(key)[:1]}:  # "X" and "XT" of X-T3
                    self._longest[first] = max(self._longest.get(first, 0), len(words))
        self._known = len(cameras)


def tells_alone(words: Sequence[str]) -> bool:
    """Returns whether one of the words tells enough for itself. Otherwise they must be typed as one, as in "X-T3"."""
    return any(
        len(word) >= _MIN_LETTERS and word.isalpha() and word not in _COMMON and word not in GRAMMAR for word in words
    )


def _key(words: Sequence[str]) -> str:
    """Returns a key that is equal for "X-T3", "XT3" and "X T3"."""
    return " ".join(words) if tells_alone(words) else "".join(words)


def _parts(camera: str) -> Iterator[tuple[list[str], str]]:
    """Yields the telling parts of the names of a camera: their folded words, and the parts as they are written."""
    make, model, *others = names_of_camera(camera)
    for name in dict.fromkeys((make, model, *others)):
        folded, is_camera = fold(name), name in (make, model)
        words = list(_WORD.finditer(folded))
        for start in range(len(words)):
            for end in range(start + 1, min(start + MAX_WORDS, len(words)) + 1):
                some = [word[0] for word in words[start:end]]
                low, high = words[start].start(), words[end - 1].end()
                begins = low == 0 or folded[low - 1] in _BREAKS
                ends = not is_camera or high == len(folded) or folded[high] in _BREAKS
                if _tells(some, begins and ends, is_camera):
                    yield some, (name if len(name) == len(folded) else folded)[low:high]


def _tells(words: Sequence[str], is_whole: bool, may_be_alone: bool) -> bool:
    if tells_alone(words):
        return may_be_alone or len(words) > 1
    has_letters = any(word.isalpha() and word not in _COMMON for word in words)
    return is_whole and has_letters and any(word.isdecimal() for word in words)
