"""The term for the time at which a photo was added to the library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, NewType

import numpy as np
from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.search.arrays import bitmap, numbers_of
from photos_graph.search.label_words import ENGLISH_LABELS, LabelWords
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import PrefixTerm, Reasons, Term, own_reasons

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Instant = NewType("Instant", datetime)  # with an offset


@dataclass(frozen=True, slots=True)
class AddedIn(PrefixTerm):
    """Matches photos by the time at which they were added to the library."""

    after: Annotated[Instant | None, "The earliest time at which a photo was added; inclusive."] = None
    before: Annotated[Instant | None, "The time before which a photo was added; exclusive."] = None

    def checked(self) -> AddedIn:
        if any(moment is not None and moment.tzinfo is None for moment in (self.after, self.before)):
            raise BadInput('A time at which photos were added has an offset, as in "2026-11-25T00:00:00+01:00".')
        return self

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        numbers = numbers_of(within)
        added = sets.table.added[numbers]
        low = -np.inf if self.after is None else _milliseconds(self.after)
        high = np.inf if self.before is None else _milliseconds(self.before)
        return bitmap(numbers[(added >= low) & (added < high)])

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        def label(number: int) -> str:
            return f"added {datetime.fromtimestamp(int(sets.table.added[number]) / 1000, UTC):%Y-%m-%d}"

        return own_reasons(photos, label)

    def label(self, words: LabelWords = ENGLISH_LABELS) -> str:
        bounds = [words.say("since {}", _minute(self.after))] if self.after else []
        bounds += [words.say("before {}", _minute(self.before))] if self.before else []
        return words.say("added {}", " ".join(bounds)) if bounds else words.say("added at any time")

    @classmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str]:
        sign = next((sign for sign in (">=", "<") if value.startswith(sign)), "")
        try:
            moment = datetime.fromisoformat(typed.removeprefix(sign)) if sign else None
            # The first and the last days that a ``datetime`` can hold have no instant in some time zones.
            instant = None if moment is None else Instant(moment if moment.tzinfo else moment.astimezone())
        except (ValueError, OverflowError):
            instant = None
        if instant is None:
            raise BadInput("`added:` takes a bound, as in added:>=2026-11-01 or added:<2026-11-25T12:00:00+01:00.")
        found = cls(after=instant) if sign == ">=" else cls(before=instant)
        return found, found.label()


def _minute(moment: datetime) -> str:
    return moment.isoformat(" ", "minutes")[:16]  # strftime does not write 1 as 0001 everywhere


def _milliseconds(moment: datetime) -> int:
    """Returns the first whole millisecond that is not before the moment."""
    return -((_EPOCH - moment) // _MILLISECOND)
