"""The words of file names, to find photos by the beginning of a word.

Numbers in file names make nearly as many distinct words as photos, so a word does not get a bitmap of its own. Recent
photos are in a dictionary; when it is full, it becomes a segment of three flat arrays. Segments of similar size are
merged, so that there are few of them and each photo is moved only a few times.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.search.arrays import Numbers, bitmap, numbers_of

_NONE = np.zeros(0, np.uint32)
_CACHE_SIZE = 16  # answers that a segment remembers
_CHUNK = 1024  # photos that are looked up together

Arrays = dict[str, npt.NDArray[Any]]


class Vocabulary(Sequence[bytes]):
    """Sorted distinct words in one buffer. ``ends[i]`` is where word i ends."""

    def __init__(self, text: bytes, ends: npt.NDArray[np.int64]) -> None:
        self.text, self.ends = text, ends

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, place: Any) -> Any:
        return self.text[self.ends[place - 1] if place else 0 : self.ends[place]]


class Segment:
    """An immutable inverted index. ``numbers[starts[w]:starts[w+1]]`` are the photos with word w, and ``live`` are the
    photos for which the segment is still valid."""

    def __init__(self, words: Vocabulary, starts: npt.NDArray[np.int64], numbers: Numbers, live: BitMap) -> None:
        self.words, self.starts, self.numbers, self.live = words, starts, numbers, live
        self._known: dict[bytes, BitMap] = {}  # the pages of one answer ask for the same words

    @classmethod
    def of(cls, words: Sequence[bytes], places: npt.NDArray[Any], numbers: Numbers, live: BitMap) -> Segment:
        """Makes a segment of postings, each a pair of a position in ``words`` and the number of a photo. ``words`` may
        be in any order and may contain duplicates."""
        ordered = sorted(set(words))
        new = {word: place for place, word in enumerate(ordered)}
        places = np.array([new[word] for word in words], np.int64)[places]
        numbers = numbers[np.lexsort((numbers, places))]
        starts = np.concatenate(([0], np.cumsum(np.bincount(places, minlength=len(ordered)))))
        ends = np.cumsum([len(word) for word in ordered], dtype=np.int64)
        return cls(Vocabulary(b"".join(ordered), ends), starts.astype(np.int64), numbers, live)

    def find(self, prefix: bytes) -> BitMap:
        known = self._known.get(prefix)
        if known is None:
            if len(self._known) >= _CACHE_SIZE:
                self._known.clear()
            known = self._known[prefix] = bitmap(self._numbers(prefix))
        return known & self.live

    def having(self, word: bytes) -> BitMap:
        return bitmap(self._numbers(word, whole=True)) & self.live

    def has(self, start: bytes, whole: bool) -> bool:
        """Returns whether a photo has this word or, unless ``whole`` is set, a word that begins with it. For a frequent
        word, the first photos usually suffice."""
        numbers = self._numbers(start, whole)
        return any(not self.live.isdisjoint(bitmap(numbers[at : at + _CHUNK])) for at in range(0, len(numbers), _CHUNK))

    def _numbers(self, start: bytes, whole: bool = False) -> Numbers:
        first = bisect_left(self.words, start)
        last = bisect_left(self.words, start + (b"\0" if whole else b"\xff"), lo=first)  # no word contains these bytes
        return self.numbers[self.starts[first] : self.starts[last]]

    def merged(self, other: Segment) -> Segment:
        words: list[bytes] = [*self.words, *other.words]
        places, numbers = [], []
        for segment, shift in ((self, 0), (other, len(self.words))):
            at = np.repeat(np.arange(len(segment.words)) + shift, np.diff(segment.starts))
            kept = _members(segment.numbers, segment.live)
            places.append(at[kept])
            numbers.append(segment.numbers[kept])
        used, where = np.unique(np.concatenate(places), return_inverse=True)
        return Segment.of([words[i] for i in used], where, np.concatenate(numbers), self.live | other.live)


def _members(numbers: Numbers, live: BitMap) -> npt.NDArray[np.bool_]:
    marks = np.zeros(int(max(numbers.max(initial=0), live.max() if live else 0)) + 1, np.bool_)
    marks[numbers_of(live)] = True
    return marks[numbers]


class FileWords:
    def __init__(self, most_recent: int = 16384) -> None:
        """Creates an empty index. When the dictionary has ``most_recent`` photos, it becomes a segment."""
        self._most_recent = most_recent
        self._segments: list[Segment] = []
        self._recent: dict[int, tuple[str, ...]] = {}
        self._postings: dict[str, BitMap] = {}

    def replace(self, touched: BitMap, words: Mapping[int, Iterable[str]]) -> None:
        """Replaces the words of the touched photos. A touched photo without an entry in ``words`` no longer has any."""
        for segment in self._segments:
            segment.live = segment.live - touched
        for number in touched:
            self._forget(number)
        for number, those in words.items():
            self._recent[number] = distinct = tuple(set(those))
            for word in distinct:
                self._postings.setdefault(word, BitMap()).add(number)
        if len(self._recent) >= self._most_recent:
            self._settle()

    def find(self, prefix: str) -> BitMap:
        """Returns the photos with a word that begins with the folded ``prefix``."""
        raw = prefix.encode("utf-8", "surrogatepass")
        recent = [photos for word, photos in self._postings.items() if word.startswith(prefix)]
        return BitMap.union(BitMap(), *recent, *(segment.find(raw) for segment in self._segments))

    def having(self, word: str) -> BitMap:
        """Returns the photos with the folded word itself."""
        raw = word.encode("utf-8", "surrogatepass")
        return BitMap.union(self._postings.get(word, BitMap()), *(segment.having(raw) for segment in self._segments))

    def has(self, start: str, whole: bool) -> bool:
        """Returns whether a photo has the folded word or, unless ``whole`` is set, a word that begins with it."""
        raw = start.encode("utf-8", "surrogatepass")
        if start in self._postings or any(segment.has(raw, whole) for segment in self._segments):
            return True
        # A search in one string is several times faster than a loop over the words.
        return not whole and f"\n{start}" in "\n".join(("", *self._postings))

    def _forget(self, number: int) -> None:
        for word in self._recent.pop(number, ()):
            photos = self._postings[word]
            photos.discard(number)
            if not photos:
                del self._postings[word]

    def _settle(self) -> None:
        """Turns the dictionary into a segment, and merges segments of similar size."""
        if self._recent:
            words = [word.encode("utf-8", "surrogatepass") for word in self._postings]
            counts = [len(photos) for photos in self._postings.values()]
            places = np.repeat(np.arange(len(words)), counts)
            numbers = np.concatenate([_NONE, *(numbers_of(photos) for photos in self._postings.values())])
            self._segments.append(Segment.of(words, places, numbers, BitMap(self._recent)))
            self._recent, self._postings = {}, {}
        while len(self._segments) > 1 and len(self._segments[-2].live) <= 2 * len(self._segments[-1].live):
            last = self._segments.pop()
            self._segments[-1] = self._segments[-1].merged(last)

    def dump(self) -> list[Arrays]:
        """Returns a dictionary of arrays for each segment. These do not change with the words."""
        self._settle()
        return [
            {
                "text": np.frombuffer(segment.words.text, np.uint8),
                "ends": segment.words.ends,
                "starts": segment.starts,
                "numbers": segment.numbers,
                "live": np.frombuffer(segment.live.serialize(), np.uint8),
            }
            for segment in self._segments
        ]

    def restore(self, segments: Iterable[Arrays]) -> None:
        self._segments = [
            Segment(
                Vocabulary(part["text"].tobytes(), part["ends"]),
                part["starts"],
                part["numbers"],
                BitMap.deserialize(part["live"].tobytes()),
            )
            for part in segments
        ]
        self._recent, self._postings = {}, {}
