"""The index in the plainest Python there is: a list of rows, filtered and sorted anew for each question."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from photos_graph.model import PhotoOrder, TimelineUnit
from photos_graph.search.folding import fold, natural_key, words
from photos_graph.search.geo import EARTH_RADIUS_KM
from photos_graph.search.query import (
    And,
    AtPlace,
    Everything,
    Favourite,
    InBox,
    InFolder,
    Near,
    Not,
    Or,
    Query,
    Rated,
    TakenIn,
    TakenWith,
    Words,
)
from photos_graph.search.rows import FolderRow, PhotoRow, PlaceRow


class NaiveIndex:
    def __init__(self) -> None:
        self.photos: dict[int, PhotoRow] = {}
        self.folders: dict[str, FolderRow] = {}
        self.places: dict[str, PlaceRow] = {}

    def apply_photos(self, rows: Iterable[PhotoRow], gone: Iterable[int] = ()) -> None:
        for number in gone:
            self.photos.pop(number, None)
        for row in rows:
            self.photos[row.number] = row

    def apply_folders(self, rows: Iterable[FolderRow], gone: Iterable[str] = ()) -> None:
        for folder_id in gone:
            self.folders.pop(folder_id, None)
        self.folders |= {row.id: row for row in rows}

    def apply_places(self, rows: Iterable[PlaceRow]) -> None:
        self.places |= {row.id: row for row in rows}

    @property
    def visible(self) -> list[PhotoRow]:
        return [row for row in self.photos.values() if row.folders]

    def evaluate(self, query: Query) -> set[int]:
        return {row.number for row in self.visible if self._fits(row, query)}

    def ordered(self, found: set[int], order: PhotoOrder) -> list[int]:
        key: Callable[[PhotoRow], Any] = {
            PhotoOrder.TAKEN_DESC: lambda r: (r.taken is None, r.taken and -(r.taken - datetime(1970, 1, 1))),
            PhotoOrder.TAKEN_ASC: lambda r: (r.taken is None, r.taken),
            PhotoOrder.ADDED_DESC: lambda r: -r.added_ms,
            PhotoOrder.NAME_ASC: lambda r: natural_key(r.name),
            PhotoOrder.RATING_DESC: lambda r: -(r.rating or 0),
        }[order]
        rows = sorted((self.photos[n] for n in found), key=lambda r: r.number)
        return [row.number for row in sorted(rows, key=key)]

    def timeline(self, found: set[int], unit: TimelineUnit) -> list[tuple[date, int, int]]:
        buckets: dict[date, list[int]] = {}
        for number in self.ordered(found, PhotoOrder.TAKEN_DESC):
            taken = self.photos[number].taken
            if taken is not None:
                day = taken.date()
                start = {
                    TimelineUnit.YEAR: day.replace(month=1, day=1),
                    TimelineUnit.MONTH: day.replace(day=1),
                    TimelineUnit.DAY: day,
                }[unit]
                buckets.setdefault(start, []).append(number)
        return [(start, len(numbers), numbers[0]) for start, numbers in buckets.items()]

    def years(self, found: set[int]) -> list[tuple[int, int]]:
        return [(start.year, count) for start, count, _ in self.timeline(found, TimelineUnit.YEAR)]

    def place_counts(self, found: set[int]) -> dict[str, int]:
        counts = {place: len(found & self.evaluate(AtPlace(place))) for place in self.places}
        return {place: count for place, count in counts.items() if count}

    def way_up(self, row_id: str | None, rows: dict[str, Any]) -> list[str]:
        way = []
        while row_id is not None:
            way.append(row_id)
            row_id = rows[row_id].parent_id if row_id in rows else None
        return way

    def _fits(self, row: PhotoRow, query: Query) -> bool:
        match query:
            case Everything():
                return True
            case And(parts):
                return all(self._fits(row, part) for part in parts)
            case Or(parts):
                return any(self._fits(row, part) for part in parts)
            case Not(part):
                return not self._fits(row, part)
            case InFolder(folder_id, recursive):
                ways = [self.way_up(f, self.folders) if recursive else [f] for f in row.folders]
                return any(folder_id in way for way in ways)
            case AtPlace(place_id):
                return any(place_id in self.way_up(p, self.places) for p in row.places)
            case TakenIn(after, before, year, month):
                if query == TakenIn():
                    return True
                t = row.taken
                return (
                    t is not None
                    and (after is None or after <= t)
                    and (before is None or t < before)
                    and year in (None, t.year)
                    and month in (None, t.month)
                )
            case Near(latitude, longitude, radius_km):
                if row.latitude is None or row.longitude is None:
                    return False
                return _angle(row.latitude, row.longitude, latitude, longitude) * EARTH_RADIUS_KM <= radius_km
            case InBox(north, south, east, west):
                if row.latitude is None or row.longitude is None:
                    return False
                across = (
                    west <= row.longitude <= east if west <= east else row.longitude >= west or row.longitude <= east
                )
                return south <= row.latitude <= north and across
            case Rated(minimum, maximum):
                rating = row.rating or 0
                return (minimum is None or minimum <= rating) and (maximum is None or rating <= maximum)
            case Favourite(wanted):
                return row.favourite is wanted
            case TakenWith(text):
                return row.camera is not None and any(fold(text) in fold(part) for part in row.camera.split("|"))
            case Words(text):
                known = self._words(row)
                return all(any(word.startswith(wanted) for word in known) for wanted in words(text))

    def _words(self, row: PhotoRow) -> set[str]:
        names = [row.name, *row.names]
        names += [
            self.folders[at].name for f in row.folders for at in self.way_up(f, self.folders) if at in self.folders
        ]
        names += [self.places[at].name for p in row.places for at in self.way_up(p, self.places) if at in self.places]
        return {word for name in names for word in words(name)}


def _angle(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Between two points on the sphere, by vectors rather than by haversine."""
    a, b = _vector(latitude, longitude), _vector(to_latitude, to_longitude)
    cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    return math.atan2(math.hypot(*cross), sum(x * y for x, y in zip(a, b, strict=True)))


def _vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, at = math.radians(latitude), math.radians(longitude)
    return math.cos(phi) * math.cos(at), math.cos(phi) * math.sin(at), math.sin(phi)
