"""The index in the plainest Python there is: a list of rows, filtered and sorted anew for each question."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from photos_graph.model.labels import FolderMarks, TagSource
from photos_graph.model.library import DatePrecision
from photos_graph.model.search import MatchKind, PhotoOrder, PhotoShape, TimelineUnit
from photos_graph.search.folding import fold, name_words, natural_key
from photos_graph.search.geo import EARTH_RADIUS_KM
from photos_graph.search.query import And, Everything, Not, Or, Query
from photos_graph.search.rows import PhotoRow
from photos_graph.search.terms.added import AddedIn
from photos_graph.search.terms.albums import InAlbum, InNoAlbum, OnlyInAlbums
from photos_graph.search.terms.content import LooksLike, LooksLikeText
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.exposure import Exposed
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import FacesIn, OnlyPersons, UnnamedFaces, WithPerson
from photos_graph.search.terms.picture_kinds import (
    SCREENSHOT_WORDS,
    HasCopies,
    IsEdited,
    IsRaw,
    IsScreenshot,
    Shaped,
)
from photos_graph.search.terms.places import AtPlace, InBox, Near
from photos_graph.search.terms.properties import Favourite, Rated, TakenWith
from photos_graph.search.terms.tags import Excluded, OnlyTagged, Tagged, Untagged
from photos_graph.search.terms.words import Words
from photos_graph.tags import inherited
from tests.kit.oracles.naive_rows import Label, NaiveRows


class NaiveIndex(NaiveRows):
    @property
    def visible(self) -> list[PhotoRow]:
        return [row for row in self.photos.values() if row.folders]

    def evaluate(self, query: Query) -> set[int]:
        return {row.number for row in self.visible if self._fits(row, query)}

    def collapsed(self, found: set[int]) -> set[int]:
        stacks = {number: self.stack(self.photos[number]) for number in found}
        return {number for number, held in stacks.items() if not held or number == next(n for n in held if n in found)}

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

    def span(self, found: set[int]) -> tuple[datetime, datetime] | None:
        """The first and the last time of the photos that have one."""
        times = sorted(taken for number in found if (taken := self.photos[number].taken) is not None)
        return (times[0], times[-1]) if times else None

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

    def clusters(self, found: set[int], box: InBox, zoom: int, whole: bool) -> dict[str, list[int]]:
        """The photos of each cell of a map, newest first, by the quadkey of the cell."""
        cells: dict[str, list[int]] = {}
        inside: set[str] = set()
        edges = [cell(latitude, box.west, zoom) for latitude in (box.north, box.south)]
        for number in self.ordered(found, PhotoOrder.TAKEN_DESC):
            row = self.photos[number]
            if row.latitude is None or row.longitude is None:
                continue
            column, line = cell(row.latitude, row.longitude, zoom)
            key = "".join(str(column >> bit & 1 | (line >> bit & 1) << 1) for bit in reversed(range(zoom + 2)))
            west, east = edges[0][0], cell(0, box.east, zoom)[0]
            across = west <= column <= east if box.west <= box.east else column >= west or column <= east
            if (across and edges[0][1] <= line <= edges[1][1]) if whole else self._fits(row, box):
                inside.add(key)
                cells.setdefault(key, []).append(number)
        return {key: cells[key] for key in sorted(inside)}

    def years(self, found: set[int]) -> list[tuple[int, int]]:
        return [(start.year, count) for start, count, _ in self.timeline(found, TimelineUnit.YEAR)]

    def place_counts(self, found: set[int]) -> dict[str, int]:
        counts = {place: len(found & self.evaluate(AtPlace(place))) for place in self.places}
        return {place: count for place, count in counts.items() if count}

    def counts(self, found: set[int], terms: Iterable[Query]) -> list[int]:
        return [len(found & self.evaluate(term)) for term in terms]

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
            case TakenIn(after, before, year, month, day):
                if query == TakenIn():
                    return True
                t = row.taken
                return (
                    t is not None
                    and (after is None or after <= t)
                    and (before is None or _last_moment(row) < before)
                    and year in (None, t.year)
                    and (month is None or (month == t.month and row.precision is not DatePrecision.YEAR))
                    and (day is None or (day == t.day and row.precision in (DatePrecision.DAY, DatePrecision.SECOND)))
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
            case Exposed(column, low, high):
                value = getattr(row.exposure, column)
                return value is not None and (low is None or low <= value) and (high is None or value <= high)
            case AddedIn(after, before):
                at = datetime.fromtimestamp(row.added_ms / 1000, UTC)
                return (after is None or after <= at) and (before is None or at < before)
            case Shaped(shape):
                ratio = row.width / row.height if row.width and row.height else 0
                return {
                    PhotoShape.SQUARE: 1 / 1.02 <= ratio <= 1.02,
                    PhotoShape.LANDSCAPE: ratio > 1.02,
                    PhotoShape.PORTRAIT: 0 < ratio < 1 / 1.02,
                    PhotoShape.PANORAMA: ratio >= 2 or 0 < ratio <= 1 / 2,
                }[shape]
            case IsRaw():
                return row.is_raw
            case HasCopies():
                return row.files > 1
            case IsEdited():
                return row.stack is not None and row.stack[1] == "EDIT" and row.stack_rank in (1, -3)
            case IsScreenshot():
                above = {at for f in row.folders for at in self.way_up(f, self.folders) if at in self.folders}
                texts = [row.name, *row.texts, *(self.folders[at].name for at in above)]
                known = {word for text in texts for word in name_words(text)}
                return row.camera is None and any(
                    all(any(word.startswith(each) for word in known) for each in wanted) for wanted in SCREENSHOT_WORDS
                )
            case UnnamedFaces(confirmed):
                label = self.labels.get(row.number, Label())
                named = label.persons | (set() if confirmed else label.persons_predicted)
                return label.faces > len(named & set(self.persons))
            case Favourite(wanted):
                return row.favourite is wanted
            case TakenWith(text):
                if row.camera is None:
                    return False
                make, model, lens = (*row.camera.split("|"), "", "")[:3]
                return any(fold(text) in fold(part) for part in (make, model, lens, f"{make} {model}"))
            case LooksLike(look) | LooksLikeText(look):
                return row.number in self.looks.get(look, ())
            case Tagged(tag_id, confirmed):
                return any(tag_id in self.tag_up(tag.tag_id) for tag in self.put_on(row, confirmed)) and (
                    tag_id in self.tags
                )
            case OnlyTagged(tag_ids, confirmed):
                near = {above for tag_id in tag_ids if tag_id in self.tags for above in self.tag_up(tag_id)}
                meant = set(tag_ids) & set(self.tags)
                return all(
                    tag.tag_id in near or meant & set(self.tag_up(tag.tag_id)) for tag in self.put_on(row, confirmed)
                )
            case Untagged(confirmed):
                return not self.put_on(row, confirmed)
            case Excluded(tag_id):
                off = set(self.labels.get(row.number, Label()).excluded)
                for folder in row.folders:
                    for at in self.way_up(folder, self.folders):
                        off.update(self.marks.get(at, FolderMarks(at)).excluded)
                return (
                    tag_id in self.tags
                    and not off.isdisjoint(self.tag_up(tag_id))
                    and not self._fits(row, Tagged(tag_id))
                )
            case WithPerson(person_id, confirmed):
                return person_id in self.shows(row, confirmed)
            case OnlyPersons(person_ids, confirmed):
                return self.shows(row, confirmed) <= set(person_ids)
            case InAlbum(album_id):
                return album_id in self.albums_of(row)
            case OnlyInAlbums(album_ids):
                return self.albums_of(row) <= set(album_ids)
            case InNoAlbum():
                return not self.albums_of(row)
            case FacesIn(minimum, maximum):
                faces = self.labels.get(row.number, Label()).faces
                return (minimum is None or minimum <= faces) and (maximum is None or faces <= maximum)
            case Words(text, confirmed):
                known = self._words(row, confirmed)
                wanted = name_words(text)
                return (bool(wanted) or not text.strip()) and all(
                    any(word.startswith(each) for word in known) for each in wanted
                )

    def matches(self, row: PhotoRow, query: Query) -> list[tuple[MatchKind, str, tuple[str, ...]]]:
        """Why a photo fits, of the terms that have a way: as (kind, label, via)."""
        match query:
            case And(parts) | Or(parts):
                return [each for part in parts if self._fits(row, part) for each in self.matches(row, part)]
            case Tagged(tag_id, confirmed):
                return [(MatchKind.TAG, self.tags[tag_id].name, self._way_of_tag(row, tag_id, confirmed))]
            case WithPerson(person_id):
                return [(MatchKind.PERSON, self.persons[person_id].name, ())]
            case InAlbum(album_id):
                return [(MatchKind.ALBUM, self.albums[album_id].name, ())]
            case InFolder(folder_id):
                return [(MatchKind.FOLDER, self.path(folder_id, self.folders), ())]
            case AtPlace(place_id) if place_id in self.places:
                own = {at for at in row.places if place_id in self.way_up(at, self.places)}
                via = () if place_id in own else self.paths(own, self.places)
                return [(MatchKind.PLACE, self.places[place_id].name, via)]
            case TakenIn() if query != TakenIn():
                assert row.taken is not None
                digits = {DatePrecision.YEAR: 4, DatePrecision.MONTH: 7}.get(row.precision, 10)
                return [(MatchKind.DATE, row.taken.isoformat()[:digits], ())]
            case Words(text, confirmed):
                return [
                    (MatchKind.TEXT, word, self._named_so(row, word, confirmed))
                    for word in dict.fromkeys(name_words(text))
                ]
            case _:
                return []

    def _way_of_tag(self, row: PhotoRow, tag_id: str, confirmed: bool) -> tuple[str, ...]:
        tags = [tag for tag in self.put_on(row, confirmed) if tag_id in self.tag_up(tag.tag_id)]
        best = min((TagSource.MANUAL, TagSource.FOLDER, TagSource.PREDICTED).index(tag.source) for tag in tags)
        if best == 1:
            meant = {tag.tag_id for tag in tags}
            ways = [
                [self.marks.get(at, FolderMarks(at)) for at in self.way_up(folder, self.folders)]
                for folder in row.folders
            ]
            came = [pair for way in ways for pair in inherited(way, self.tag_up)]
            return self.paths({folder for carried, folder in came if carried.tag_id in meant}, self.folders)
        put = {tag.tag_id for tag in tags if (TagSource.MANUAL, None, TagSource.PREDICTED)[best] is tag.source}
        return () if tag_id in put else self.paths(put, self.tags)

    def _named_so(self, row: PhotoRow, word: str, confirmed: bool) -> tuple[str, ...]:
        folders = {at for f in row.folders for at in self.way_up(f, self.folders)}
        places = {at for p in row.places for at in self.way_up(p, self.places)}
        tags = {at for tag in self.put_on(row, confirmed) for at in self.tag_up(tag.tag_id)}
        kinds = (
            (folders, self.folders),
            (places, self.places),
            (tags, self.tags),
            (self.shows(row, confirmed), self.persons),
        )
        via: list[str] = []
        for ids, rows in kinds:
            named = {id_ for id_ in ids if id_ in rows and any(w.startswith(word) for w in name_words(rows[id_].name))}
            via += self.paths(named, rows)
        return tuple(via)

    def _words(self, row: PhotoRow, confirmed: bool) -> set[str]:
        names = [row.name, *row.texts]
        names += [
            self.folders[at].name for f in row.folders for at in self.way_up(f, self.folders) if at in self.folders
        ]
        names += [self.places[at].name for p in row.places for at in self.way_up(p, self.places) if at in self.places]
        names += [
            self.tags[at].name
            for tag in self.put_on(row, confirmed)
            for at in self.tag_up(tag.tag_id)
            if at in self.tags
        ]
        names += [self.persons[id_].name for id_ in self.shows(row, confirmed)]
        return {word for name in names for word in name_words(name)}


def cell(latitude: float, longitude: float, zoom: int) -> tuple[int, int]:
    """The column and row of the cell of a map in Web Mercator, with four cells by four in a tile."""
    side = 4 << zoom
    sine = math.sin(math.radians(latitude))
    northing = math.copysign(9, latitude) if abs(sine) == 1 else math.atanh(sine)
    column, line = (longitude + 180) / 360 * side, (1 - northing / math.pi) / 2 * side
    return min(int(column), side - 1), min(max(int(line), 0), side - 1)


def _last_moment(row: PhotoRow) -> datetime:
    """The last microsecond of the day, month or year."""
    assert row.taken is not None
    match row.precision:
        case DatePrecision.SECOND:
            return row.taken
        case DatePrecision.DAY:
            last = row.taken
        case DatePrecision.MONTH:
            last = row.taken.replace(day=monthrange(row.taken.year, row.taken.month)[1])
        case DatePrecision.YEAR:
            last = row.taken.replace(month=12, day=31)
    return datetime.combine(last, time.max)


def _angle(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Between two points on the sphere, by vectors rather than by haversine."""
    a, b = _vector(latitude, longitude), _vector(to_latitude, to_longitude)
    cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    return math.atan2(math.hypot(*cross), sum(x * y for x, y in zip(a, b, strict=True)))


def _vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, at = math.radians(latitude), math.radians(longitude)
    return math.cos(phi) * math.cos(at), math.cos(phi) * math.sin(at), math.sin(phi)
