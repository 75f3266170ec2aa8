"""The columns of the index: what is known of each photo, by its number."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from photos_graph.search.arrays import Keys, Numbers, PackedBytes, grown
from photos_graph.search.folding import natural_key
from photos_graph.search.rows import PhotoRow

NO_DATE = np.iinfo(np.int64).max  # sorts last in both directions
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)

_COLUMNS: dict[str, tuple[type[np.generic], object]] = {
    "taken": (np.int64, NO_DATE),  # microseconds of the wall clock since 1970
    "added": (np.int64, 0),  # milliseconds since the epoch
    "rating": (np.int16, 0),  # a photo without one counts as 0
    "latitude": (np.float64, np.nan),
    "longitude": (np.float64, np.nan),
    "camera": (np.int32, 0),  # code in ``cameras``
    "folders": (np.int32, 0),  # code in ``folder_sets``
    "places": (np.int32, 0),  # code in ``place_sets``
}

T = TypeVar("T", bound=Hashable)


def microseconds(taken: datetime) -> int:
    """A naive wall clock as a sort key."""
    return (taken - _EPOCH) // _MICROSECOND


class Interned(Generic[T]):
    """Values that many photos share, each with a small code; code 0 is the empty value."""

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


class PhotoTable:
    """``ids`` holds 16 raw bytes a photo; ``names`` the natural sort key of its name."""

    taken: Keys
    added: Keys
    rating: npt.NDArray[np.int16]
    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]
    camera: npt.NDArray[np.int32]
    folders: npt.NDArray[np.int32]
    places: npt.NDArray[np.int32]

    def __init__(self) -> None:
        self.ids = np.zeros((0, 16), np.uint8)
        self.names = PackedBytes()
        self.cameras = Interned("")
        self.folder_sets: Interned[tuple[str, ...]] = Interned(())
        self.place_sets: Interned[tuple[str, ...]] = Interned(())
        for name, (dtype, _) in _COLUMNS.items():
            setattr(self, name, np.zeros(0, dtype))

    @property
    def capacity(self) -> int:
        return len(self.ids)

    def write(self, rows: Sequence[PhotoRow]) -> None:
        if not rows:
            return
        numbers = np.array([row.number for row in rows], np.int64)
        self._reserve(int(numbers.max()) + 1)
        identities = bytes.fromhex("".join(row.id for row in rows))
        self.ids[numbers] = np.frombuffer(identities, np.uint8).reshape(len(rows), 16)
        self.taken[numbers] = [NO_DATE if row.taken is None else microseconds(row.taken) for row in rows]
        self.added[numbers] = [row.added_ms for row in rows]
        self.rating[numbers] = [row.rating or 0 for row in rows]
        located = [row.latitude is not None and row.longitude is not None for row in rows]
        self.latitude[numbers] = [r.latitude if ok else np.nan for r, ok in zip(rows, located, strict=True)]
        self.longitude[numbers] = [r.longitude if ok else np.nan for r, ok in zip(rows, located, strict=True)]
        self.camera[numbers] = [self.cameras.code(row.camera or "") for row in rows]
        self.folders[numbers] = [self.folder_sets.code(row.folders) for row in rows]
        self.places[numbers] = [self.place_sets.code(row.places) for row in rows]
        for row in rows:
            self.names[row.number] = natural_key(row.name)

    def id_prefixes(self, numbers: Numbers) -> Keys:
        """The first eight bytes of each id as one number to look it up by."""
        return np.ascontiguousarray(self.ids[numbers, :8]).view(">i8").ravel().astype(np.int64)

    def _reserve(self, size: int) -> None:
        if size <= self.capacity:
            return
        self.ids = grown(self.ids, size, 0)
        for name, (_, fill) in _COLUMNS.items():
            setattr(self, name, grown(getattr(self, name), len(self.ids), fill))

    def dump(self) -> dict[str, npt.NDArray[Any]]:
        names = {f"names_{name}": values for name, values in self.names.dump().items()}
        return {"ids": self.ids, **{name: getattr(self, name) for name in _COLUMNS}, **names}

    def restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.ids = arrays["ids"]
        for name in _COLUMNS:
            setattr(self, name, arrays[name])
        self.names.restore({part: arrays[f"names_{part}"] for part in ("text", "start", "length")})
