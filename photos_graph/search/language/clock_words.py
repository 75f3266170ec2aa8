"""Times of the clock in words: "at 8 pm", "after 20:00", "um 8 Uhr", "alle 8 di sera", "between 8 and 10 in the
morning".

A number is an hour if something says so: "am", "pm" or "Uhr", minutes after a colon, a half or a quarter, a time of the
day, or what only stands before hours, as "alle" in Italian. A time is the hour that begins then, or with minutes the
quarter of an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from photos_graph.model.search import MatchKind
from photos_graph.search.language.dates import Dates
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.properties import Said
from photos_graph.search.language.tokens import Token
from photos_graph.search.terms.times import DayTime, TakenBetween

_DAY = 24 * 60  # minutes
_QUARTER = 15
_BOUNDS = (PhraseRole.BEFORE, PhraseRole.UNTIL, PhraseRole.AFTER, PhraseRole.SINCE)
_RANGES = ((PhraseRole.BETWEEN, (PhraseRole.AND, PhraseRole.TO)), (PhraseRole.FROM, (PhraseRole.TO,)))
_DASHES = {"-", "\N{EN DASH}"}
_HALVES = (PhraseRole.AM, PhraseRole.PM)


@dataclass(frozen=True, slots=True)
class _Time:
    """A time that ends before a token. ``half`` says which half of the day it is in, if the text does: 0 for the first
    and 1 for the second. The minutes may be before the hour, and are then negative. Without ``is_certain``, it is only
    a number."""

    end: int
    hour: int
    minute: int | None = None
    half: int | None = None
    is_certain: bool = False

    @property
    def begin(self) -> int:
        """The minute of the day."""
        hour = self.hour if self.half is None or self.hour > 12 else self.hour % 12 + 12 * self.half
        begin = hour * 60 + (self.minute or 0)
        return min(begin, _DAY) if begin >= 0 else begin + _DAY


class ClockWords:
    """Reads times of the clock from the tokens of one text in one language."""

    def __init__(self, tokens: Sequence[Token], language: Language, dates: Dates) -> None:
        self._tokens = tokens
        self._texts = dates.texts
        self._text, self._joint = dates.typed.text, dates.typed.joint
        self._language = language
        self._dates = dates

    def read(self, at: int) -> Said | None:
        """Reads the time, or the span of times, that begins at a token."""
        text = self._texts[at]
        language = self._language
        may_begin = text.isdecimal() or text in language.clock_starts or text in language.numbers
        if not may_begin and text not in language.times:
            return None
        found = self._bounded(at) or self._between(at) or self._single(at)
        if found is None:
            return None
        end, first, last = found
        if first == last:
            return None
        term = TakenBetween(first, last)
        return Said(end, term, term.label(self._language.labels), MatchKind.DATE)

    def _bounded(self, at: int) -> tuple[int, int, int] | None:
        for role in _BOUNDS:
            count = self._language.taken(self._texts, at, role)
            time = self._edge(at + count, self._leads_hours(at, count)) if count else None
            if time is not None and time.is_certain:
                is_first = role in (PhraseRole.BEFORE, PhraseRole.UNTIL)
                return (time.end, 0, time.begin) if is_first else (time.end, time.begin % _DAY, _DAY)
        return None

    def _between(self, at: int) -> tuple[int, int, int] | None:
        for lead, joints in _RANGES:
            count = self._language.taken(self._texts, at, lead)
            first = self._edge(at + count, self._leads_hours(at, count)) if count else None
            if first is not None and (last := self._last(first.end, joints, dash=False)):
                return _range(first, last)
        first = self._edge(at, False)
        last = self._last(first.end, (PhraseRole.TO,), dash=True) if first else None
        return _range(first, last) if first and last else None

    def _last(self, at: int, joints: Sequence[PhraseRole], *, dash: bool) -> _Time | None:
        for role in joints:
            if count := self._language.taken(self._texts, at, role):
                return self._edge(at + count, self._leads_hours(at, count))
        return self._edge(at, False) if dash and self._joint(at) in _DASHES else None

    def _single(self, at: int) -> tuple[int, int, int] | None:
        time = self._time(at, False)
        if time is None or not time.is_certain:
            return None
        begin = time.begin % _DAY
        return time.end, begin, begin + (_QUARTER if time.minute else 60)

    def _leads_hours(self, at: int, count: int) -> bool:
        return PhraseRole.CLOCK in self._language.roles.get(" ".join(self._texts[at : at + count]), ())

    def _edge(self, at: int, is_led: bool) -> _Time | None:
        """Reads a time that begins or ends a span, which may be noon."""
        named = self._dates.time(at) if at < len(self._texts) else None
        if named is not None and named[1].time is DayTime.NOON:
            return _Time(named[0], 12, half=1, is_certain=True)
        return self._time(at, is_led)

    def _time(self, at: int, is_led: bool) -> _Time | None:
        """Reads a time. ``is_led`` tells that what stands before only stands before hours."""
        taken = self._language.taken
        if not is_led and (count := taken(self._texts, at, PhraseRole.CLOCK)):
            at, is_led = at + count, True
        time = self._with_part(at, is_led) or self._on_hour(at)
        if time is None:
            return None
        for half, role in enumerate(_HALVES):
            if time.half is None and time.hour <= 12 and (count := taken(self._texts, time.end, role)):
                time = replace(time, end=time.end + count, half=half, is_certain=True)
        time = self._of_day(time) if time.half is None else time
        return replace(time, is_certain=True) if is_led and self._ends(time.end) else time

    def _on_hour(self, at: int) -> _Time | None:
        hour = self._hour(at)
        return None if hour is None else self._with_minutes(_Time(at + 1, hour))

    def _named_hour(self, at: int) -> _Time | None:
        """Reads noon or midnight."""
        named = self._dates.time(at) if at < len(self._texts) else None
        if named is None or named[1].time not in (DayTime.NOON, DayTime.MIDNIGHT):
            return None
        return _Time(named[0], 12, half=int(named[1].time is DayTime.NOON))

    def _with_part(self, at: int, is_led: bool) -> _Time | None:
        """Reads an hour with a half, a quarter or minutes in words: "half past 8", "fünf vor halb neun", "otto e
        mezza", "midi et demi", "8 Uhr 30"."""
        if before := self._part_before(at):
            end, minutes, is_number = before
            hour = self._on_hour(end) or self._named_hour(end)
            if hour is None or hour.minute is not None or (is_number and not self._ends(hour.end)):
                return None
            return replace(hour, minute=minutes, is_certain=True)
        hour = self._on_hour(at) or self._named_hour(at)
        if hour is None or hour.minute is not None:
            return None
        after = self._part_after(at, hour, is_led)
        return replace(hour, end=after[0], minute=after[1], is_certain=True) if after else None

    def _part_before(self, at: int) -> tuple[int, int, bool] | None:
        """Returns the token after a half or some minutes that stand before an hour, how many minutes they add to it,
        and whether they are a number."""
        parts = self._language.parts_before
        count, part = self._language.named(self._texts, at, parts)
        if part is not None:
            return at + count, part, False
        if (minutes := self._minutes(at)) is None:
            return None
        for sign, role in ((1, PhraseRole.MINUTES_PAST), (-1, PhraseRole.MINUTES_TO)):
            if count := self._language.taken(self._texts, minutes[0], role):
                start = minutes[0] + count
                more, part = self._language.named(self._texts, start, parts)
                return start + more, sign * minutes[1] + (part or 0), True
        return None

    def _part_after(self, at: int, hour: _Time, is_led: bool) -> tuple[int, int] | None:
        """Returns the token after a half or some minutes that stand after an hour, and how many minutes they add to it.
        A number counts only if it is surely an hour, and if nothing is counted with it: "le 8 e 2 persone"."""
        count, part = self._language.named(self._texts, hour.end, self._language.parts_after)
        if part is not None:
            return hour.end + count, part
        for sign, role in ((1, PhraseRole.AND_MINUTES), (-1, PhraseRole.LESS_MINUTES)):
            count = self._language.taken(self._texts, hour.end, role) if is_led or hour.is_certain else 0
            if count and (minutes := self._minutes(hour.end + count)) and self._ends(minutes[0]):
                return minutes[0], sign * minutes[1]
        minutes = self._minutes(hour.end)
        if minutes is None or not self._ends(minutes[0]) or self._is_beside(hour.end):
            return None
        return minutes if hour.is_certain or self._are_said(at, hour, minutes) else None

    def _are_said(self, at: int, hour: _Time, minutes: tuple[int, int]) -> bool:
        """Returns whether an hour and minutes are both words, as in "eight thirty". "Quatre vingt" is a number."""
        is_number = " ".join(self._texts[at : minutes[0]]) in self._language.decades
        words = self._texts[at].isalpha() and self._texts[hour.end].isalpha()
        return words and not is_number and hour.hour <= 12 and minutes[1] >= 10

    def _minutes(self, at: int) -> tuple[int, int] | None:
        """Returns the token after a number below 60, and the number."""
        text = self._text(at)
        if text.isdecimal():
            return (at + 1, int(text)) if len(text) <= 2 and 0 < int(text) < 60 else None
        count, number = self._language.named(self._texts, at, self._language.minutes)
        return (
            None if number is None or PhraseRole.FILLER in self._language.roles.get(text, ()) else (at + count, number)
        )

    def _hour(self, at: int) -> int | None:
        """Reads the number of an hour, in digits or as a word other than an article: "a night" is no time."""
        text = self._text(at)
        if text.isdecimal():
            return int(text) if len(text) <= 2 and int(text) <= 24 else None
        hour = self._language.numbers.get(text, 25)
        return hour if hour <= 24 and PhraseRole.FILLER not in self._language.roles.get(text, ()) else None

    def _with_minutes(self, time: _Time) -> _Time:
        """Reads the minutes and the word for an hour: "20:15", "20h15", "20.15 Uhr", "8 o'clock"."""
        taken, end = self._language.taken, time.end
        unit = taken(self._texts, end, PhraseRole.HOUR)
        minutes_at = end + 1 if unit and self._text(end) == "h" else end
        minutes = self._text(minutes_at)
        joint = self._joint(minutes_at)
        if len(minutes) == 2 and minutes.isdecimal() and int(minutes) < 60 and self._is_beside(minutes_at):
            after = taken(self._texts, minutes_at + 1, PhraseRole.HOUR)
            if joint == ":" or minutes_at > end or (joint == "." and after):
                return replace(time, end=minutes_at + 1 + after, minute=int(minutes), is_certain=True)
        return replace(time, end=end + unit, is_certain=True) if unit else time

    def _of_day(self, time: _Time) -> _Time:
        """Reads the time of the day after a time: "8 in the morning", "8 Uhr abends". "3 nights" are no time."""
        starts = self._dates.past_links(time.end)
        found = next(
            (day for at in starts if (at > time.end or time.is_certain) and (day := self._dates.time(at))), None
        )
        if found is None or found[1].time is None:
            return time
        return replace(time, end=found[0], half=_half(time.hour, found[1].time), is_certain=True)

    def _ends(self, at: int) -> bool:
        """Returns whether nothing goes on at a token that could be counted: "le 3 cime" are no hour."""
        if at >= len(self._texts) or not self._texts[at] or not self._tokens[at].joint.isspace():
            return True
        is_half = any(self._language.taken(self._texts, at, role) for role in _HALVES)
        return is_half or self._dates.time(at) is not None or self._language.lead(self._texts, at)[0] > 0

    def _is_beside(self, at: int) -> bool:
        return at < len(self._tokens) and not self._tokens[at].joint.isspace()


def _half(hour: int, time: DayTime) -> int:
    """Returns in which half of the day an hour up to 12 of that time of the day is."""
    match time:
        case DayTime.MORNING:
            return 0
        case DayTime.NOON:
            return int(hour != 11)
        case DayTime.NIGHT | DayTime.MIDNIGHT:
            return int(6 <= hour < 12)
    return 1


def _range(first: _Time, last: _Time) -> tuple[int, int, int] | None:
    """Returns the span from one time to another. What says the half of the day of one says it of both, unless the first
    is later then: "between 11 and 1 pm"."""
    if not (first.is_certain or last.is_certain):
        return None
    if last.hour == 12 and last.half == 0 and first.half is None and 0 < first.hour < 12:
        last = replace(last, half=1)  # "between 10 and 12 am" ends at noon
        first = replace(first, half=0)
    if first.half is None and last.half is not None:
        same = replace(first, half=last.half)
        first = same if same.begin <= last.begin else first
    elif last.half is None and first.half is not None and last.hour <= 12:
        same = replace(last, half=first.half)
        last = same if same.begin >= first.begin else last
    return last.end, first.begin % _DAY, last.begin or _DAY
