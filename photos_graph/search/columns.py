"""The columns of the index: what it knows about each photo, by the number of the photo."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from photos_graph.model.library import DatePrecision
from photos_graph.search.arrays import Keys, Numbers, PackedBytes, grown
from photos_graph.search.folding import natural_key
from photos_graph.search.rows import PhotoRow

NO_DATE = np.iinfo(np.int64).max  # sorts last in both directions
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


class Column(NamedTuple):
    """A column of the table. ``fill`` is the value of a photo about which nothing is known. A column that is ``posted``
    has a set of photos for each of its values (``PhotoSets.by_value``) except ``without_set``."""

    dtype: type[np.generic]
    fill: object
    posted: bool = False
    without_set: int | None = None


# A snapshot that lacks one of these columns is not read, so a new one needs no new version of the format.
COLUMNS: dict[str, Column] = {
    "taken": Column(np.int64, NO_DATE),  # microseconds of the wall clock since 1970
    "precision": Column(np.int8, 0, posted=True, without_set=0),  # place in ``PRECISIONS``
    "added": Column(np.int64, 0),  # milliseconds since the epoch
    "rating": Column(np.int16, 0, posted=True),  # a photo without one counts as 0
    "latitude": Column(np.float64, np.nan),
    "longitude": Column(np.float64, np.nan),
    "camera": Column(np.int32, 0, posted=True, without_set=0),  # code in ``cameras``
    "folders": Column(np.int32, 0),  # code in ``folder_sets``
    "places": Column(np.int32, 0),  # code in ``place_sets``
    "iso": Column(np.uint16, 0),  # this and the next three: ``steps_of``
    "aperture": Column(np.uint16, 0),
    "seconds": Column(np.uint16, 0),
    "focal_length": Column(np.uint16, 0),
    "stack": Column(np.int32, 0),  # code in ``stacks``
    "stack_rank": Column(np.int16, 0),
    "shape": Column(np.int8, 0, posted=True, without_set=0),  # ``shape_of``
    "raw": Column(np.int8, 0, posted=True, without_set=0),
    "files": Column(np.uint8, 1, posted=True, without_set=1),  # of one picture; 255 stands for more
}
PRECISIONS = tuple(DatePrecision)  # a time that is known to the second, or none, has place 0
_UNITS = {DatePrecision.DAY: "M8[D]", DatePrecision.MONTH: "M8[M]", DatePrecision.YEAR: "M8[Y]"}
POSTED = {name: column.without_set for name, column in COLUMNS.items() if column.posted}

T = TypeVar("T", bound=Hashable)


def microseconds(taken: datetime) -> int:
    """Converts a naive local time to a sort key."""
    return (taken - _EPOCH) // _MICROSECOND


def moment(key: int) -> datetime:
    """Converts a sort key to a naive local time."""
    return _EPOCH + key * _MICROSECOND


PORTRAIT, LANDSCAPE, SQUARE, TALL, WIDE = range(1, 6)  # shapes; the last two are panoramas
_SQUARE, _PANORAMA = 1.02, 2.0  # the longer side by the shorter one: at most that of a square, at least of a panorama


def shape_of(width: int, height: int) -> int:
    """Returns the shape of a picture, or 0 if its size is not known."""
    short, long = sorted((width, height))
    if short <= 0:
        return 0
    if long <= short * _SQUARE:
        return SQUARE
    if long >= short * _PANORAMA:
        return WIDE if width > height else TALL
    return LANDSCAPE if width > height else PORTRAIT


_STEPS_PER_DOUBLING, _LEAST = 1560, -16  # from 2 ** -16 (of a second) to 2 ** 26 (of sensitivity) in two bytes
MOST_STEPS = np.iinfo(np.uint16).max


def steps_of(values: Sequence[float | None]) -> npt.NDArray[np.uint16]:
    """Returns the places of numbers on a scale of 65,535 steps, each 0.044 % more than the one before; 0 for none, and
    for zero. Four such columns take 8 bytes a photo."""
    known = np.array([value or np.nan for value in values], np.float64)
    steps = np.clip(np.rint((np.log2(known) - _LEAST) * _STEPS_PER_DOUBLING), 1, MOST_STEPS)
    places: npt.NDArray[np.uint16] = np.nan_to_num(steps).astype(np.uint16)
    return places


def step_of(value: float | None) -> int:
    """Returns what ``steps_of`` does for one number."""
    return int(steps_of([value])[0])


class Interned(Generic[T]):
    """Values that many photos share, each with a small code. Code 0 is the empty value."""

    def __init__(self, empty: T) -> None:
        self.values: list[T] = [empty]
        self._codes: dict[T, int] = {empty: 0}

    def code(self, value: T) -> int:
        code = self._codes.get(value)
        if code is None:
            code = self._codes[value] = len(self.values)
            self.values.append(value)
        return code

    def restore(self, values: Iterable[T]) -> None:
        self.values = list(values)
        self._codes = {value: code for code, value in enumerate(self.values)}


@dataclass(frozen=True, slots=True)
class ParsedRows:
    numbers: npt.NDArray[np.int64]
    columns: dict[str, npt.NDArray[Any]]
    names: list[bytes]


class PhotoTable:
    """The columns of all photos. ``ids`` holds 16 raw bytes per photo, and ``names`` the natural sort key of its
    name."""

    taken: Keys
    precision: npt.NDArray[np.int8]
    added: Keys
    rating: npt.NDArray[np.int16]
    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]
    camera: npt.NDArray[np.int32]
    folders: npt.NDArray[np.int32]
    places: npt.NDArray[np.int32]
    iso: npt.NDArray[np.uint16]
    aperture: npt.NDArray[np.uint16]
    seconds: npt.NDArray[np.uint16]
    focal_length: npt.NDArray[np.uint16]
    stack: npt.NDArray[np.int32]
    stack_rank: npt.NDArray[np.int16]
    shape: npt.NDArray[np.int8]
    raw: npt.NDArray[np.int8]
    files: npt.NDArray[np.uint8]

    def __init__(self) -> None:
        self.size = 0  # one more than the greatest number; the columns may have room for more
        self.ids = np.zeros((0, 16), np.uint8)
        self.names = PackedBytes()
        self.cameras = Interned("")
        self.folder_sets: Interned[tuple[str, ...]] = Interned(())
        self.place_sets: Interned[tuple[str, ...]] = Interned(())
        self.stacks: Interned[tuple[str, str]] = Interned(("", ""))  # the id and the kind
        for name, column in COLUMNS.items():
            setattr(self, name, np.zeros(0, column.dtype))

    def parse(self, rows: Sequence[PhotoRow]) -> ParsedRows:
        """Converts rows to columns. A malformed row raises an error before anything in the table has changed."""
        located = [row.latitude is not None and row.longitude is not None for row in rows]
        identities = np.frombuffer(bytes.fromhex("".join(row.id for row in rows)), np.uint8)
        columns = {
            "ids": identities.reshape(len(rows), 16),
            "taken": [NO_DATE if row.taken is None else microseconds(row.taken) for row in rows],
            "precision": [0 if row.taken is None else PRECISIONS.index(row.precision) for row in rows],
            "added": [row.added_ms for row in rows],
            "rating": [row.rating or 0 for row in rows],
            "latitude": [row.latitude if ok else np.nan for row, ok in zip(rows, located, strict=True)],
            "longitude": [row.longitude if ok else np.nan for row, ok in zip(rows, located, strict=True)],
            "camera": [self.cameras.code(row.camera or "") for row in rows],
            "folders": [self.folder_sets.code(row.folders) for row in rows],
            "places": [self.place_sets.code(row.places) for row in rows],
            "iso": steps_of([row.exposure.iso for row in rows]),
            "aperture": steps_of([row.exposure.aperture for row in rows]),
            "seconds": steps_of([row.exposure.seconds for row in rows]),
            "focal_length": steps_of([row.exposure.focal_length for row in rows]),
            "stack": [0 if row.stack is None else self.stacks.code(row.stack) for row in rows],
            "stack_rank": [row.stack_rank for row in rows],
            "shape": [shape_of(row.width, row.height) for row in rows],
            "raw": [row.is_raw for row in rows],
            "files": [min(max(row.files, 1), 255) for row in rows],
        }
        return ParsedRows(
            np.array([row.number for row in rows], np.int64),
            {name: np.array(values, getattr(self, name).dtype) for name, values in columns.items()},
            [natural_key(row.name) for row in rows],
        )

    def write(self, parsed: ParsedRows) -> None:
        if not len(parsed.numbers):
            return
        self._reserve(int(parsed.numbers.max()) + 1)
        for name, values in parsed.columns.items():
            getattr(self, name)[parsed.numbers] = values
        for number, name_key in zip(parsed.numbers.tolist(), parsed.names, strict=True):
            self.names[number] = name_key

    def ends(self, numbers: Numbers) -> Keys:
        """Returns the ends of the days, months and years that the dates of these photos stand for, in microseconds
        since 1970. The end of an exact time is the next microsecond."""
        taken, precision = self.taken[numbers], self.precision[numbers]
        ends: Keys = taken + (taken != NO_DATE)
        for place, unit in enumerate(map(_UNITS.get, PRECISIONS)):
            coarse = precision == place
            if unit and coarse.any():
                starts = taken[coarse].view("M8[us]").astype(unit)
                ends[coarse] = (starts + 1).astype("M8[us]").astype(np.int64)
        return ends

    def id_prefixes(self, numbers: Numbers) -> Keys:
        """Returns the first eight bytes of each id as one number, by which the id can be looked up."""
        return np.ascontiguousarray(self.ids[numbers, :8]).view(">i8").ravel().astype(np.int64)

    def _reserve(self, size: int) -> None:
        self.size = max(self.size, size)
        if size <= len(self.ids):
            return
        self.ids = grown(self.ids, size, 0)
        for name, column in COLUMNS.items():
            setattr(self, name, grown(getattr(self, name), len(self.ids), column.fill))

    def dump(self) -> dict[str, npt.NDArray[Any]]:
        """Returns copies of the arrays, which do not change with the table."""
        columns = {name: getattr(self, name)[: self.size].copy() for name in ("ids", *COLUMNS)}
        return columns | {f"names_{name}": values for name, values in self.names.dump(self.size).items()}

    def restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        for name in ("ids", *COLUMNS):
            setattr(self, name, arrays[name])
        self.size = len(self.ids)
        self.names.restore({part: arrays[f"names_{part}"] for part in ("text", "start", "length")})
