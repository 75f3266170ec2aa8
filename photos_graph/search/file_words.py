"""Words of file names: which photos have a name with a word that begins so.

Numbers in file names make nearly as many distinct words as photos, so words do not get a bitmap each.
Recent photos lie in a dictionary; when it is full it becomes a segment of three flat arrays. Segments are
merged when they are of like size, so there are few of them and each photo is moved a few times only.
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
_KEPT = 16  # answers
_LOOK = 1024  # photos looked at together for one that is still there

Arrays = dict[str, npt.NDArray[Any]]


class Vocabulary(Sequence[bytes]):
    """Sorted distinct words in one buffer; ``ends[i]`` is where word i ends."""

    def __init__(self, text: bytes, ends: npt.NDArray[np.int64]) -> None:
        self.text, self.ends = text, ends

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, place: Any) -> Any:
        return self.text[self.ends[place - 1] if place else 0 : self.ends[place]]


class Segment:
    """``live`` are the photos that it still speaks for; ``numbers[starts[w]:starts[w+1]]`` those with word w."""

    def __init__(self, words: Vocabulary, starts: npt.NDArray[np.int64], numbers: Numbers, live: BitMap) -> None:
        self.words, self.starts, self.numbers, self.live = words, starts, numbers, live
        self._known: dict[bytes, BitMap] = {}  # whoever turns pages asks for the same words again

    @classmethod
    def of(cls, words: Sequence[bytes], places: npt.NDArray[Any], numbers: Numbers, live: BitMap) -> Segment:
        """From one (place in ``words``, photo) pair per posting; ``words`` in any order and repeated as it may be."""
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
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[prefix] = bitmap(self._numbers(prefix))
        return known & self.live

    def has(self, start: bytes, whole: bool) -> bool:
        """Some photo has this word, or one that begins so; of a frequent one the first photos tell."""
        numbers = self._numbers(start, whole)
        return any(not self.live.isdisjoint(bitmap(numbers[at : at + _LOOK])) for at in range(0, len(numbers), _LOOK))

    def _numbers(self, start: bytes, whole: bool = False) -> Numbers:
        first = bisect_left(self.words, start)
        last = bisect_left(self.words, start + (b"\0" if whole else b"\xff"), lo=first)  # no word holds these bytes
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


class NameWords:
    def __init__(self, most_recent: int = 16384) -> None:
        """``most_recent`` photos lie in the dictionary before they become a segment."""
        self._most_recent = most_recent
        self._segments: list[Segment] = []
        self._recent: dict[int, tuple[str, ...]] = {}
        self._postings: dict[str, BitMap] = {}

    def replace(self, touched: BitMap, words: Mapping[int, Iterable[str]]) -> None:
        """``words`` of the touched photos; those of them that it leaves out have none any more."""
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
        """Photos with a word that begins so; ``prefix`` is folded."""
        raw = prefix.encode("utf-8", "surrogatepass")
        recent = [photos for word, photos in self._postings.items() if word.startswith(prefix)]
        return BitMap.union(BitMap(), *recent, *(segment.find(raw) for segment in self._segments))

    def has(self, start: str, whole: bool) -> bool:
        """Some photo has this word, or one that begins so; ``start`` is folded."""
        raw = start.encode("utf-8", "surrogatepass")
        if start in self._postings or any(segment.has(raw, whole) for segment in self._segments):
            return True
        # several times faster than word by word
        return not whole and f"\n{start}" in "\n".join(("", *self._postings))

    def _forget(self, number: int) -> None:
        for word in self._recent.pop(number, ()):
            photos = self._postings[word]
            photos.discard(number)
            if not photos:
                del self._postings[word]

    def _settle(self) -> None:
        """The dictionary becomes a segment, and segments of like size become one."""
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
        """One dictionary of arrays per segment; they stay as they are when the words go on."""
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
