"""The base classes of search terms. A term is a condition on photos, and one class has everything specific to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar, Self

from pyroaring import BitMap

from photos_graph.model.search import Match, MatchKind
from photos_graph.search.photo_sets import PhotoSets

Reasons = Iterator[tuple[int, Match]]  # with the number of the photo


class Term(ABC):
    """A condition on photos. Terms are frozen values that hold ids, never names, so that evaluating one cannot fail: an
    unknown id has no photos.

    A term that clients can write directly in a filter overrides ``checked``; see ``search/filters.py``.
    """

    __slots__ = ()

    kind: ClassVar[MatchKind] = MatchKind.OTHER
    is_slow: ClassVar[bool] = False  # it may look at photos one by one, so it is evaluated after all other terms

    @abstractmethod
    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        """Returns the photos of ``within`` that meet the condition. ``within`` holds only visible photos, and must not
        be changed."""

    @abstractmethod
    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        """Yields why each of these photos, all of which meet the condition, does so."""

    def checked(self) -> Self:
        """Returns the term itself. Raises BadInput if its values are invalid."""
        return self


class SetTerm(Term):
    """A term whose photos are stored as a set, or quickly computed as one. These terms are intersected first, the
    smallest set first."""

    __slots__ = ()

    @abstractmethod
    def all_photos(self, sets: PhotoSets) -> BitMap:
        """Returns all photos that meet the condition. The set must not be changed."""

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        return within & self.all_photos(sets)


class PrefixTerm(Term):
    """A term that can be searched for by a prefix and a value, such as ``rating:4``. The tables of the languages in
    ``search/language`` name the prefix."""

    __slots__ = ()

    @classmethod
    @abstractmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str] | None:
        """Returns the term and the label with which it is shown, or None if the value is empty.

        ``value`` is folded (without case and accents), ``typed`` is not. Raises BadInput if the value is invalid."""


def same_reason(photos: BitMap, kind: MatchKind, label: str) -> Reasons:
    """Yields the same reason for all of the photos."""
    match = Match(kind, label)
    return ((number, match) for number in photos)


def own_reasons(photos: BitMap, label_of: Callable[[int], str]) -> Reasons:
    """Yields a reason for each photo, with a label that is made from its number."""
    return ((number, Match(MatchKind.OTHER, label_of(number))) for number in photos)


def paths(path_of: Callable[[str], str | None], ids: Iterable[str]) -> tuple[str, ...]:
    """Returns the paths of those rows that are known, sorted and without duplicates."""
    return tuple(sorted({path for id_ in ids if (path := path_of(id_)) is not None}))
