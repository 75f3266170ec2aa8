"""Finds out when a photo was taken: the local time as precisely as anything tells it, its offset from UTC if known, and
the source.

Decision 0016 gives the reasons for the order of the sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from photos_graph.library.date_statements import (
    BESIDE,
    CHANGED,
    DATES,
    DIGITIZED,
    FIELDS,
    OFFSET_OF_CHANGE,
    SHOT,
    ZERO_DAYS,
    DateStatement,
    StatedDates,
    believable,
    first_value,
)
from photos_graph.library.date_text import ReadDate, read_date
from photos_graph.library.fields import Fields
from photos_graph.library.file_names import taken_from_name
from photos_graph.library.gps_time import later
from photos_graph.library.zones import as_delta, offset_at, offset_between, parse_offset
from photos_graph.model.library import DatePrecision, Location, Taken, TakenSource

__all__ = ["FIELDS", "from_file_time", "taken"]

_DAY, _MINUTE, _SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
_ANY_ZONE = timedelta(hours=26)  # the farthest that two local times of one moment can be apart
_ORDER = tuple(DatePrecision)  # finest first
_MILLENNIUM = date(2000, 1, 1)  # where clocks start, but which many photos are of, too
_NAME = "The name"
_RANK = {name: rank for rank, name in enumerate([*(BESIDE + name for name in DATES), *DATES])}


def taken(
    embedded: Fields,
    sidecar: Fields,
    file_name: str,
    mtime_ns: int,
    now: datetime,
    location: Location | None = None,
) -> tuple[Taken | None, tuple[str, ...]]:
    """Returns the time, or None if not even the file has a plausible one, and warnings of dates that were odd or lost.

    The first plausible statement counts: of the sidecar, of the fields for the shot, of those for the digitized
    picture, of GPS, of the file name, of EXIF's time of change, and of the file system. A coarse one gives way to a
    finer one in its span. ``now`` has a time zone; times before the first photograph, or more than a day after now, are
    not plausible. ``location`` gives the zone of a time in UTC.
    """
    stated = StatedDates(embedded, sidecar, now)
    ordered = _ordered(stated, file_name, location)
    if not ordered:
        return from_file_time(mtime_ns, now), tuple(stated.lost.values())
    first = ordered[0]
    best = _refined(first, ordered)
    offset = best.date.offset
    if offset is None and best.date.precision is DatePrecision.SECOND:
        offset = _offset(best, ordered, stated, location)
    return Taken(best.at, best.source, offset, best.date.precision), tuple(_doubts(first, best, stated))


def from_file_time(mtime_ns: int, now: datetime) -> Taken | None:
    """Returns the file's time in UTC, because nothing says where the file was written."""
    try:
        at = datetime.fromtimestamp(mtime_ns // 1_000_000_000, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None
    is_set = at.year > 1970 and at.date() not in ZERO_DAYS
    return Taken(at, TakenSource.FILE_TIME, "+00:00") if is_set and believable(at, now) else None


def _others(stated: StatedDates, file_name: str, location: Location | None) -> Iterator[DateStatement]:
    """Yields the time of GPS, which is UTC, as the clock of its place, and that of the file's name."""
    if stated.gps:
        offset = (location and offset_at(location, stated.gps)) or _offset_of_gps(stated.embedded, stated.gps)
        yield from _local("GPS", stated.gps, TakenSource.GPS, offset)
    if named := taken_from_name(file_name):
        if named.offset and location and (local := offset_at(location, named.at)):
            yield from _local(_NAME, named.at, named.source, local)
        else:
            yield DateStatement(_NAME, file_name, ReadDate(named.at, named.precision, named.offset), named.source)


def _local(name: str, utc: datetime, source: TakenSource, offset: str) -> Iterator[DateStatement]:
    if at := later(utc, as_delta(offset)):
        yield DateStatement(name, utc.isoformat(), ReadDate(at, offset=offset), source)


# -- their order


def _ordered(stated: StatedDates, file_name: str, location: Location | None) -> list[DateStatement]:
    shot, digitized, changed = (
        [each for each in stated.inside if each.field in names] for names in (SHOT, DIGITIZED, (CHANGED,))
    )
    words, copies = _divided(stated.beside, [*shot, *digitized])
    # What was digitized days after the receiver had the time of the shot was not taken then.
    scans = [each for each in (*copies, *digitized) if stated.gps and each.at > stated.gps + _ANY_ZONE]
    fields = [each for each in (*words, *shot, *copies, *digitized) if each not in scans]
    others = [each for each in _others(stated, file_name, location) if believable(each.at, stated.now)]
    ordered = [
        *(each for each in fields if each.date.whole),
        *(each for each in fields if not each.date.whole),
        *others,
        *scans,
    ]
    name = next((each for each in others if each.field == _NAME and not each.is_zero), None)
    zeros = [each for each in (*ordered, *changed) if each not in words and (each.is_zero or _is_reset(each, name))]
    late = [each for each in zeros if each.at.date() not in ZERO_DAYS or each.at.date() == _MILLENNIUM]
    epochs = [each for each in zeros if each not in late]
    rest = [each for each in changed if each not in zeros]
    return [*(each for each in ordered if each not in zeros), *late, *rest, *epochs]


def _is_reset(each: DateStatement, name: DateStatement | None) -> bool:
    """Returns whether the first hour of a year is doubtful, since the name of the file gives another day."""
    return name is not None and each.is_new_year and abs(each.at - name.at) > _ANY_ZONE


def _divided(
    beside: Iterable[DateStatement], inside: Sequence[DateStatement]
) -> tuple[list[DateStatement], list[DateStatement]]:
    """Divides what a sidecar states into its owner's word, and what may be the time when the sidecar was made.

    A date of the shot is the owner's word, first of all one that no field of the file has. A date of the digitized
    picture is so if it is coarse, or earlier than the file's, since a sidecar is made later.
    """
    words: list[DateStatement] = []
    copies: list[DateStatement] = []
    for each in beside:
        name = each.field.removeprefix(BESIDE)
        earlier = bool(inside) and each.at < inside[0].at - _ANY_ZONE
        if name in SHOT or (name in DIGITIZED and (each.is_coarse or earlier)):
            words.append(each)
        elif name in DIGITIZED:
            copies.append(each)
    zeros = [each.at for each in inside if each.is_zero]
    known = [each.at for each in inside]
    words = [each for each in words if each.is_coarse or not _is_among(each.at, zeros)]
    return sorted(words, key=lambda each: _is_among(each.at, known)), copies


def _is_among(at: datetime, others: Iterable[datetime]) -> bool:
    return any(abs(at - other) < _SECOND for other in others)


# -- what others add to the best


def _refined(best: DateStatement, ordered: Sequence[DateStatement]) -> DateStatement:
    """Returns the first statement that tells the same date more precisely, or else the best itself."""
    precision = best.meant
    if precision is DatePrecision.SECOND and not best.date.lossy:
        return best
    if best.is_coarse and best.beside:
        return best  # as precise as its owner wanted it
    start = best.at.replace(hour=0, minute=0, second=0, microsecond=0)
    end = _end(start, precision) + (_DAY if best.date.lossy else timedelta())
    for other in ordered:
        finer = _ORDER.index(other.meant) < _ORDER.index(precision) or best.date.lossy
        usable = other.field != CHANGED and not other.is_zero and not other.date.lossy and other.at != best.at
        if finer and usable and start <= other.at < end:
            return other
    return best


def _end(start: datetime, precision: DatePrecision) -> datetime:
    """Returns the end of the day, month or year that starts then."""
    if precision is DatePrecision.YEAR:
        return start.replace(year=start.year + 1)
    if precision is DatePrecision.MONTH:
        return (start + 31 * _DAY).replace(day=1)
    return start + _DAY


def _offset(
    best: DateStatement, ordered: Sequence[DateStatement], stated: StatedDates, location: Location | None
) -> str | None:
    """Returns the offset of other statements of the same local time, if they agree, or else that by GPS, or else that
    of EXIF's time of change, which is the only one that some cameras write."""
    same = {each.date.offset for each in ordered if each.date.offset and abs(each.at - best.at) < _SECOND}
    by_gps = stated.gps and offset_between(best.at, stated.gps, location)
    of_change = _offset_of_change(stated.embedded, best.at) if best.source is TakenSource.EXIF else None
    return (same.pop() if len(same) == 1 else None) or by_gps or of_change


def _offset_of_change(embedded: Fields, at: datetime, tolerance: timedelta = _SECOND) -> str | None:
    """Returns the offset of EXIF's time of change if that time is the shot's, and not that of an edit."""
    changed = read_date(first_value(embedded, CHANGED), at.year)
    if changed and abs(changed.at - at) > tolerance:
        return None
    return parse_offset(first_value(embedded, OFFSET_OF_CHANGE))


def _offset_of_gps(embedded: Fields, utc: datetime) -> str:
    """Returns an offset that EXIF states, of a time that is GPS's, or else that of UTC."""
    for suffix in ("Original", "Digitized", ""):
        offset = parse_offset(first_value(embedded, f"Exif.Photo.OffsetTime{suffix}"))
        at = offset and later(utc, as_delta(offset))
        if offset and (suffix or (at and _offset_of_change(embedded, at, 5 * _MINUTE))):
            return offset
    return "+00:00"


def _doubts(first: DateStatement, best: DateStatement, stated: StatedDates) -> Iterator[str]:
    """Yields a warning for each field before the first that was lost, and for what is odd about that one."""

    def is_before(field: str) -> bool:
        return first.field not in _RANK or _RANK[field] < _RANK[first.field]

    yield from (warning for field, warning in stated.lost.items() if is_before(field))
    for each in (*stated.beside, *stated.inside):
        if each.date.odd and (each is first or (not each.date.whole and is_before(each.field))):
            yield each.oddity
    if best.is_zero:
        yield f"{best.field} says {best.at:%Y-%m-%d}, as a clock does that was never set."
