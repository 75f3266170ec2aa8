"""What was changed, as the list of changes shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A change of labels, persons or tags that can be undone, unless it was undone already."""

    id: str
    number: int  # changes are numbered in the order in which they were made
    kind: str  # such as "TAG_PHOTOS"
    at: datetime  # UTC, aware
    by: str
    summary: str  # a sentence
    changed: int  # photos or faces; or folders, persons or tags if it concerns neither
    undone: bool
