"""The rows that the graph gives to the index, besides the classes of ``photos_graph.model``: rows of photos and
folders, and the photos of every label and album."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from pyroaring import BitMap

from photos_graph.model.library import NO_EXPOSURE, DatePrecision, Exposure
from photos_graph.search.arrays import Keys, Numbers


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo. ``folders`` are those of its files that are not missing. A photo without any is invisible."""

    number: int
    id: str  # 32 hex digits
    name: str  # of the file that speaks for it, for NAME_ASC and words
    folders: tuple[str, ...]
    texts: tuple[str, ...] = ()  # their words find the photo: the names of all its files that are not missing
    places: tuple[str, ...] = ()  # the ids of the places that it is AT; their ancestors are in the rows of places
    taken: datetime | None = None  # naive, wall clock
    precision: DatePrecision = DatePrecision.SECOND  # of ``taken``, which is the start of the day, month or year
    added_ms: int = 0  # since the epoch
    rating: int | None = None
    favourite: bool = False
    camera: str | None = None  # "make|model|lens"
    latitude: float | None = None
    longitude: float | None = None
    exposure: Exposure = NO_EXPOSURE
    stack: tuple[str, str] | None = None  # the id and the kind of the stack that it is in
    stack_rank: int = 0  # the visible photo with the lowest one is the cover
    width: int = 0  # as displayed; 0 if it is not known
    height: int = 0
    is_raw: bool = False
    files: int = 1  # that are not missing


@dataclass(frozen=True, slots=True)
class FolderRow:
    id: str
    name: str
    key: str
    parent_id: str | None = None

    merged: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class LabelPostings:
    """The numbers of photos by label, for all photos or for the touched ones. These are the labels of photos
    themselves; the index derives the labels that photos inherit from folders, and the ancestors of tags."""

    tagged: Mapping[str, BitMap] = field(default_factory=dict)  # by tag id; from people or files
    excluded: Mapping[str, BitMap] = field(default_factory=dict)  # by tag id
    predicted: Mapping[str, BitMap] = field(default_factory=dict)  # by tag id; with at least the tag's threshold
    persons: Mapping[str, BitMap] = field(default_factory=dict)  # by person id
    persons_predicted: Mapping[str, BitMap] = field(default_factory=dict)  # by person id
    faces: Mapping[int, BitMap] = field(
        default_factory=dict
    )  # by the number of faces; photos without faces are left out


@dataclass(frozen=True, slots=True)
class PlacedPhotos:
    """The photos that people put into an album: their ``numbers`` (n,) in ascending order, and their ``positions``
    (n,)."""

    numbers: Numbers
    positions: Keys
