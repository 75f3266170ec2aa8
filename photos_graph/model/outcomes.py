"""What becomes of mutations."""

from __future__ import annotations

from enum import StrEnum


class MutationOutcome(StrEnum):
    """What the graph holds of a mutation."""

    DONE = "DONE"
    PARTLY_DONE = "PARTLY_DONE"
    NOT_DONE = "NOT_DONE"
