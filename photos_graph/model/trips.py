"""Trips and events: photos that were taken on one journey, or on one occasion."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pyroaring import BitMap


class TripKind(StrEnum):
    """Whether the photos were taken away from home, or many of them within a short time."""

    TRIP = "TRIP"
    EVENT = "EVENT"


@dataclass(frozen=True, slots=True)
class Trip:
    """Photos, by number, of which some may not be visible. ``own_name`` follows from places and dates, and
    ``given_name`` was chosen by a person. ``place_ids`` has the cities of the photos, or their regions or countries,
    those with the most photos first."""

    id: str
    kind: TripKind
    own_name: str
    start: date
    end: date
    photos: BitMap
    place_ids: tuple[str, ...] = ()
    given_name: str | None = None
    change_id: str | None = field(default=None, compare=False)  # of the call that returns it, if it changed something

    @property
    def name(self) -> str:
        return self.own_name if self.given_name is None else self.given_name
