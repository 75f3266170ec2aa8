"""Groups of photos that show the same, or nearly so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SimilarKind(StrEnum):
    """How the members of a group are alike."""

    EXACT = "EXACT"
    RESIZED = "RESIZED"
    BURST = "BURST"


class Difference(StrEnum):
    """What may differ between the photos of a group, or between the files of one photo."""

    PIXELS = "PIXELS"
    BYTES = "BYTES"
    FORMAT = "FORMAT"
    DATE = "DATE"
    FOLDER = "FOLDER"
    METADATA = "METADATA"
    TAGS = "TAGS"
    FACES = "FACES"
    RATING = "RATING"


class BestReason(StrEnum):
    """Why a photo is the best one of its group: the first property by which it surpasses the second best."""

    PIXELS = "PIXELS"
    SHARPNESS = "SHARPNESS"
    FACES = "FACES"
    FIRST = "FIRST"


@dataclass(frozen=True, slots=True)
class SimilarGroup:
    """The numbers of the photos of a group, of which the first one, in the order of their numbers, never changes."""

    kind: SimilarKind
    numbers: tuple[int, ...]
    id: str  # the kind and the id of the first photo


@dataclass(frozen=True, slots=True)
class BestPhoto:
    photo_id: str
    reason: BestReason
