"""Searches: their terms and matches, and the order of their results."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class PhotoOrder(StrEnum):
    """The order of a list of photos."""

    TAKEN_DESC = "TAKEN_DESC"
    TAKEN_ASC = "TAKEN_ASC"
    ADDED_DESC = "ADDED_DESC"
    NAME_ASC = "NAME_ASC"
    RATING_DESC = "RATING_DESC"
    ALBUM = "ALBUM"


class TagOrder(StrEnum):
    """The order of a list of tags."""

    NAME = "NAME"
    PHOTO_COUNT = "PHOTO_COUNT"


class FolderOrder(StrEnum):
    """The order of a list of folders."""

    NAME = "NAME"
    PHOTO_COUNT = "PHOTO_COUNT"
    NEWEST = "NEWEST"


class PersonOrder(StrEnum):
    """The order of a list of persons."""

    NAME = "NAME"
    PHOTO_COUNT = "PHOTO_COUNT"
    LAST_SEEN = "LAST_SEEN"


class TimelineUnit(StrEnum):
    """The length of a section of the timeline."""

    YEAR = "YEAR"
    MONTH = "MONTH"
    DAY = "DAY"


class PhotoShape(StrEnum):
    """The shape of a picture as it is displayed. A panorama is also a landscape or a portrait."""

    PORTRAIT = "PORTRAIT"
    LANDSCAPE = "LANDSCAPE"
    SQUARE = "SQUARE"
    PANORAMA = "PANORAMA"


class MatchKind(StrEnum):
    """The kind of a search term."""

    TAG = "TAG"
    PERSON = "PERSON"
    FOLDER = "FOLDER"
    PLACE = "PLACE"
    DATE = "DATE"
    TEXT = "TEXT"
    LOOKS_LIKE = "LOOKS_LIKE"
    ALBUM = "ALBUM"
    OTHER = "OTHER"


class SuggestionKind(StrEnum):
    """What a search can be completed to."""

    TAG = "TAG"
    PERSON = "PERSON"
    FOLDER = "FOLDER"
    PLACE = "PLACE"
    CAMERA = "CAMERA"
    DATE = "DATE"
    ALBUM = "ALBUM"


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to a tag, person, place or album by its id, or by its name or path."""

    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The reason why a photo matches a query. ``via`` holds the paths of the folders or descendant tags that led to the
    match."""

    kind: MatchKind
    label: str
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """A part of a search text, and how it was interpreted. ``alternatives`` are names that it may mean instead."""

    text: str
    kind: MatchKind
    label: str
    negated: bool = False
    alternatives: tuple[str, ...] = field(default=(), compare=False)
