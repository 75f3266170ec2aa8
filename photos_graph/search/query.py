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
    """Every word begins some word of the photo's file names, folders, places, tags or persons; case and accents do
    not count. ``confirmed`` leaves out tags and persons that only a model says."""

    text: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag stands for its whole subtree. ``confirmed`` leaves out predictions, here and below."""

    tag_id: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class OnlyTagged:
    """No tag was put on the photo but these, those below them and those above them. Photos without tags fit."""

    tag_ids: tuple[str, ...]
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Untagged:
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Excluded:
    """Somebody took the tag off: from the photo, or from a folder on its way up, and it does not have it."""

    tag_id: str


@dataclass(frozen=True, slots=True)
class WithPerson:
    person_id: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class OnlyPersons:
    """Nobody known but these is in the picture. Photos without persons fit."""

    person_ids: tuple[str, ...]
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class FacesIn:
    """How many faces are in the picture, both ends included."""

    minimum: int | None = None
    maximum: int | None = None


Query = (
    Everything
    | And
    | Or
    | Not
    | InFolder
    | AtPlace
    | TakenIn
    | Near
    | InBox
    | Rated
    | Favourite
    | TakenWith
    | Words
    | Tagged
    | OnlyTagged
    | Untagged
    | Excluded
    | WithPerson
    | OnlyPersons
    | FacesIn
)
