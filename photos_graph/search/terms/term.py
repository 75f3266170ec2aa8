"""What a search term is: a condition on photos, with everything that is particular to it in one class."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar, Self

from pyroaring import BitMap

from photos_graph.model.search import Match, MatchKind
from photos_graph.search.photo_sets import PhotoSets

Reasons = Iterator[tuple[int, Match]]  # with the number of the photo


class Term(ABC):
    """A condition on photos. Terms are frozen values that hold ids, never names, so that evaluating one cannot fail:
    an id that is not known has no photos.

    A term that clients give in a filter as it stands overrides ``checked``; see ``search/filters.py``.
    """

    __slots__ = ()

    kind: ClassVar[MatchKind] = MatchKind.OTHER
    is_slow: ClassVar[bool] = False  # it may look at photos one by one, so it is evaluated after all other terms

    @abstractmethod
    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        """The photos of ``within`` that meet the condition. ``within`` holds only visible photos and is not changed."""

    @abstractmethod
    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        """Why each of these photos, all of which meet the condition, does so."""

    def checked(self) -> Self:
        """The term itself. Raises BadInput if its values make no sense."""
        return self


class SetTerm(Term):
    """A term whose photos are there as a set, or nearly so. These are intersected first, the smallest set first."""

    __slots__ = ()

    @abstractmethod
    def all_photos(self, sets: PhotoSets) -> BitMap:
        """All photos that meet the condition, for reading only."""

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        return within & self.all_photos(sets)


class PrefixTerm(Term):
    """A term that can be searched for by a prefix and a value, such as ``rating:4``. The tables of the languages in
    ``search/language`` name the prefix."""

    __slots__ = ()

    @classmethod
    @abstractmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str] | None:
        """The term and the label that it is shown with; None if the value is empty and so asks for nothing.

        ``value`` is folded (without case and accents), ``typed`` is not. Raises BadInput if it makes no sense."""


def same_reason(photos: BitMap, kind: MatchKind, label: str) -> Reasons:
    """One reason that all of the photos share."""
    match = Match(kind, label)
    return ((number, match) for number in photos)


def own_reasons(photos: BitMap, label_of: Callable[[int], str]) -> Reasons:
    """A reason for each photo, with a label made from its number."""
    return ((number, Match(MatchKind.OTHER, label_of(number))) for number in photos)


def paths(path_of: Callable[[str], str | None], ids: Iterable[str]) -> tuple[str, ...]:
    """The paths of those rows that are known, each once and in order."""
    return tuple(sorted({path for id_ in ids if (path := path_of(id_)) is not None}))
