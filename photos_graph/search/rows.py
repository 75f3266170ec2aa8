"""What the index is made of: one row per photo, folder and place, as the graph hands them over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """``folders`` are those of its files that are not missing; without one the photo is not shown."""

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
class PlaceRow:
    id: str
    name: str
    parent_id: str | None = None
