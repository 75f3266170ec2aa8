"""What the graph hands over to the index, besides the nouns of ``model.py``: rows of photos and folders, and the photos
of every label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pyroaring import BitMap


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """``folders`` are those of its files that are not missing. A photo without any is not shown."""

    number: int
    id: str  # 32 hex digits
    name: str  # of its first file by key, for NAME_ASC and words
    folders: tuple[str, ...]
    names: tuple[str, ...] = ()  # of all its files that are not missing
    places: tuple[str, ...] = ()  # the ids it is AT; what those lie within is in the place rows
    taken: datetime | None = None  # naive, wall clock
    added_ms: int = 0  # since the epoch
    rating: int | None = None
    favourite: bool = False
    camera: str | None = None  # "make|model|lens"
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class FolderRow:
    id: str
    name: str
    key: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class LabelPostings:
    """Photo numbers by label, of all photos or of those that were touched. These are the labels of photos themselves;
    the index works out what photos inherit from folders and what tags imply."""

    said: Mapping[str, BitMap] = field(default_factory=dict)  # by tag id; by people or imported
    excluded: Mapping[str, BitMap] = field(default_factory=dict)  # by tag id
    predicted: Mapping[str, BitMap] = field(default_factory=dict)  # by tag id; at least the tag's threshold
    persons: Mapping[str, BitMap] = field(default_factory=dict)  # by person id
    persons_predicted: Mapping[str, BitMap] = field(default_factory=dict)  # by person id
    faces: Mapping[int, BitMap] = field(default_factory=dict)  # by how many; photos without are left out
