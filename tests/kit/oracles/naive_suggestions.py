"""Suggestions in the plainest Python there is: every name is looked at, counted and sorted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

from photos_graph.search.folding import name_words
from photos_graph.search.suggestions.name_index import Quality, slips
from photos_graph.search.suggestions.ranking import PER_ROUND


class Thing(NamedTuple):
    kind: str
    key: str
    names: Sequence[str]


class Suggested(NamedTuple):
    kind: str
    key: str
    quality: Quality
    count: int


def suggested(things: Iterable[Thing], text: str, count: Callable[[Thing], int], first: int) -> list[Suggested]:
    typed, things = name_words(text), list(things)
    if not typed:
        return []
    exact = _ranked(things, typed, count, _begins)
    if sum(min(first, sum(each.kind == kind for each in exact)) for kind in {each.kind for each in exact}) >= first:
        return exact[:first]
    return _ranked(things, typed, count, _begins_nearly)[:first]


def _ranked(
    things: Iterable[Thing], typed: Sequence[str], count: Callable[[Thing], int], fits: Callable[[str, str], bool]
) -> list[Suggested]:
    found = []
    for thing in things:
        fitting = [
            (quality, name_words(name))
            for name in thing.names
            if (quality := _quality(name_words(name), typed, fits)) is not None
        ]
        if fitting and (photos := count(thing)):
            best = min(quality for quality, _ in fitting)
            name = next(name for quality, name in fitting if quality is best)
            found.append((best, -photos, name, thing))
    ranked = []
    for kind in {thing.kind for *_, thing in found}:
        for quality in Quality:
            those = sorted((*each[:3], each[3].key) for each in found if each[0] is quality and each[3].kind == kind)
            ranked += [
                (quality, place // PER_ROUND, photos, name, kind, key)
                for place, (_, photos, name, key) in enumerate(those)
            ]
    return [Suggested(kind, key, quality, -photos) for quality, _, photos, _, kind, key in sorted(ranked)]


def _quality(name: Sequence[str], typed: Sequence[str], fits: Callable[[str, str], bool]) -> Quality | None:
    if list(name) == list(typed):
        return Quality.WHOLE
    if all(any(word.startswith(each) for word in name) for each in typed):
        return Quality.START if name[0].startswith(typed[0]) else Quality.WORD
    return Quality.SLIPPED if name and all(any(fits(each, word) for word in name) for each in typed) else None


def _begins(typed: str, word: str) -> bool:
    return word.startswith(typed)


def _begins_nearly(typed: str, word: str) -> bool:
    most = slips(typed)
    starts = (
        word[:length] for length in range(max(len(typed) - most, 4), len(typed) + most + 1) if length <= len(word)
    )
    return word.startswith(typed) or bool(
        most and word.isalpha() and any(OSA.distance(typed, start) <= most for start in starts)
    )
