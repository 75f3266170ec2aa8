"""The phrases by which a name is found: the whole name, the name without dates and small words, and its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum, auto

from photos_graph.model.search import MatchKind
from photos_graph.search.language.languages import GRAMMAR, MONTHS, SMALL_WORDS

_MAX_PART_WORDS = 4


class MatchLevel(IntEnum):
    """The ways in which a phrase matches a name, the strongest first."""

    NAME = auto()  # whole names of tags, persons and places
    FOLDER = auto()  # whole names of folders, and these without their dates and numbers
    PART = auto()  # words of the names of tags, persons and places


LEVELS = tuple(MatchLevel)  # an enumeration is iterated more slowly

# Words that begin many names and tell nothing of them: they name nothing alone, but what they begin is offered.
QUALIFIERS = frozenset(
    (
        *("new", "nuova", "nuovo", "neue", "neuer", "neues", "nouveau", "nouvelle", "nueva", "nuevo"),
        *("old", "great", "little", "upper", "lower", "gran", "grand", "los", "las"),
        *("san", "santa", "sant", "santo", "saint", "sainte", "sao"),
        *("north", "south", "east", "west", "nord", "sud", "est", "norte", "sur"),
    )
)
Phrase = tuple[MatchLevel, Sequence[int]]  # the level, and the positions of the words in the name


def phrases(kind: MatchKind, words: list[str]) -> Iterator[Phrase]:
    """Yields the phrases by which a name is found."""
    if not words:
        return
    whole = range(len(words))
    if kind is MatchKind.FOLDER:
        yield MatchLevel.FOLDER, whole
        if undated := _bare(words, _undated(words)):
            yield MatchLevel.FOLDER, undated
        return
    yield MatchLevel.NAME, whole
    if bare := _bare(words, whole):
        yield MatchLevel.NAME, bare
    yield from ((MatchLevel.PART, part) for part in _parts(words))


def _parts(words: list[str]) -> Iterator[range]:
    """Yields runs of words without grammar words. The whole name, single letters and single numbers are left out."""
    for start in range(len(words)):
        for end in range(start + 1, min(start + _MAX_PART_WORDS, len(words)) + 1):
            if words[end - 1] in GRAMMAR:
                break
            if end - start < len(words) and any(len(word) > 1 and not word.isdecimal() for word in words[start:end]):
                yield range(start, end)


def _bare(words: list[str], places: Sequence[int]) -> Sequence[int]:
    """Removes small words such as "the" and "in" at either end, so that "L'Aquila" is found by "Aquila"."""
    start, end = 0, len(places)
    while start < end and words[places[start]] in SMALL_WORDS:
        start += 1
    while end > start and words[places[end - 1]] in SMALL_WORDS:
        end -= 1
    return places[start:end]


def _undated(words: list[str]) -> list[int]:
    """Removes numbers and the months beside them, so that "14 August 2019 Rome" is found by "Rome"."""
    return [
        place
        for place, word in enumerate(words)
        if not word.isdecimal()
        and not (word in MONTHS and any(beside.isdecimal() for beside in words[max(0, place - 1) : place + 2]))
    ]
