"""Compares two indexes of the same library, photo by photo and row by row, for the doctor and for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.search.arrays import bitmap, numbers_of
from photos_graph.search.columns import COLUMNS, PhotoTable
from photos_graph.search.hierarchy import Hierarchy
from photos_graph.search.index import SearchIndex
from photos_graph.search.label_sets import KINDS, NONE


@dataclass(frozen=True, slots=True)
class Differences:
    """The differences between two indexes. ``photos`` has the numbers of the photos that only one index shows, or for
    which their values differ. ``rows`` names the folders, tags, persons and albums that differ, the folders whose tags
    differ, and the albums whose photos do."""

    photos: list[int]
    rows: list[str]

    def __bool__(self) -> bool:
        return bool(self.photos or self.rows)


def differences(one: SearchIndex, other: SearchIndex) -> Differences:
    return Differences(sorted(_photos(one, other) | _labelled(one, other)), [*_rows(one, other)])


def _photos(one: SearchIndex, other: SearchIndex) -> BitMap:
    shown = (one.sets.visible, other.sets.visible)
    unlike = (shown[0] ^ shown[1]) | (one.sets.favourites ^ other.sets.favourites)
    numbers = numbers_of(shown[0] & shown[1])
    here, there = one.sets.table, other.sets.table
    wrong = (here.ids[numbers] != there.ids[numbers]).any(axis=1)
    for column in COLUMNS.keys() - _CODED.keys():
        left, right = getattr(here, column)[numbers], getattr(there, column)[numbers]
        wrong |= (left != right) & ~((left != left) & (right != right))  # different, and not both NaN
    for value in (*_CODED.values(), _name):
        wrong |= _column(value, here, numbers) != _column(value, there, numbers)
    return unlike | bitmap(numbers[wrong])


def _labelled(one: SearchIndex, other: SearchIndex) -> BitMap:
    unlike = BitMap()
    for kind in KINDS:
        here, there = getattr(one.sets.labels, kind), getattr(other.sets.labels, kind)
        for label in here.keys() | there.keys():
            unlike |= here.get(label, NONE) ^ there.get(label, NONE)
    return unlike


def _rows(one: SearchIndex, other: SearchIndex) -> Iterable[str]:
    kinds: tuple[tuple[str, Hierarchy[Any], Hierarchy[Any]], ...] = (
        ("folder", one.folders, other.folders),
        ("tag", one.tags, other.tags),
        ("person", one.persons, other.persons),
        ("album", one.albums, other.albums),
    )
    for kind, here, there in kinds:
        for id_ in _unlike(_by_id(here), _by_id(there)):
            yield f"{kind} {here.path(id_) or there.path(id_)}"
    for id_ in _unlike(one.sets.tags.inheritance.marks, other.sets.tags.inheritance.marks):
        yield f"tags of folder {one.folders.path(id_) or other.folders.path(id_)}"
    for id_ in _unlike(_placed(one), _placed(other)):
        yield f"photos of album {one.albums.path(id_) or other.albums.path(id_)}"


def _placed(index: SearchIndex) -> dict[str, object]:
    placed = index.sets.albums.placed
    return {id_: (each.numbers.tolist(), each.positions.tolist()) for id_, each in placed.items()}


def _by_id(rows: Hierarchy[Any]) -> dict[str, object]:
    return {row.id: row for row in rows}


def _unlike(here: Mapping[str, object], there: Mapping[str, object]) -> list[str]:
    return sorted(id_ for id_ in here.keys() | there.keys() if here.get(id_) != there.get(id_))


def _column(value: Callable[[PhotoTable, int], object], table: PhotoTable, numbers: npt.NDArray[Any]) -> Any:
    column = np.empty(len(numbers), object)
    column[:] = [value(table, number) for number in numbers.tolist()]
    return column


def _camera(table: PhotoTable, number: int) -> object:
    return table.cameras.values[table.camera[number]]


def _folders(table: PhotoTable, number: int) -> object:
    return frozenset(table.folder_sets.values[table.folders[number]])


def _places(table: PhotoTable, number: int) -> object:
    return frozenset(table.place_sets.values[table.places[number]])


def _stack(table: PhotoTable, number: int) -> object:
    return table.stacks.values[table.stack[number]]


def _name(table: PhotoTable, number: int) -> object:
    return bytes(table.names[number])


_CODED: dict[str, Callable[[PhotoTable, int], object]] = {
    "camera": _camera,
    "folders": _folders,
    "places": _places,
    "stack": _stack,
}
