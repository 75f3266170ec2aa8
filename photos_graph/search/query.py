"""A question as a tree of terms over ids; pure values, no strings of any query language.

Names are turned into ids before a tree is built (``services.browse``), so evaluating one never fails:
an id that is not known simply holds no photos.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Everything:
    pass


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """No parts hold no photos."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Query


@dataclass(frozen=True, slots=True)
class InFolder:
    folder_id: str
    recursive: bool = True


@dataclass(frozen=True, slots=True)
class AtPlace:
    """A place stands for all that lies within it."""

    place_id: str


@dataclass(frozen=True, slots=True)
class TakenIn:
    """``after <= t < before`` by the wall clock, and in that year and month (1..12) where given."""

    after: datetime | None = None
    before: datetime | None = None
    year: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Near:
    latitude: float
    longitude: float
    radius_km: float


@dataclass(frozen=True, slots=True)
class InBox:
    """Degrees; a box whose west is greater than its east crosses the antimeridian."""

    north: float
    south: float
    east: float
    west: float


@dataclass(frozen=True, slots=True)
class Rated:
    """A photo without a rating counts as 0."""

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Favourite:
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class TakenWith:
    """``text`` is part of the camera's make, model or lens; case and accents do not count."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """Every word begins some word of the photo's file names, folders or places; case and accents do not count."""

    text: str


Query = (
    Everything | And | Or | Not | InFolder | AtPlace | TakenIn | Near | InBox | Rated | Favourite | TakenWith | Words
)
