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
