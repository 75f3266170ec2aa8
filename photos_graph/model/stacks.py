"""Stacks: photos that belong together and are shown as one entry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StackKind(StrEnum):
    """The reason why photos are in one stack."""

    RAW_JPEG = "RAW_JPEG"
    LIVE = "LIVE"
    EDIT = "EDIT"
    BURST = "BURST"
    MANUAL = "MANUAL"


# Ranks of photos in their stack, the cover of which has the lowest: a cover by its name, an edited version, a picture,
# a RAW file. The photo that a person chose as the cover comes before them all, and still shows which rank it had.
COVER, EDITED, PICTURE, RAW_FILE = RANKS = range(4)


def chosen(rank: int) -> int:
    """Returns the rank of a photo that a person chose as the cover, given its rank before."""
    return rank % len(RANKS) - len(RANKS)


def not_chosen(rank: int) -> int:
    """Returns the rank that the photo has unless a person chose it as the cover."""
    return rank % len(RANKS)


class Stacks(StrEnum):
    """How lists and counts treat stacks."""

    COLLAPSED = "COLLAPSED"
    EXPANDED = "EXPANDED"


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack as clients see it. ``photo_ids`` are those of its visible photos, the cover first."""

    id: str
    kind: StackKind
    photo_ids: tuple[str, ...]
