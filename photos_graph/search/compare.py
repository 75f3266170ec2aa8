"""Two indexes of the same library, photo by photo: for a doctor, and for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from photos_graph.search.arrays import bitmap, numbers_of
from photos_graph.search.index import SearchIndex
from photos_graph.search.table import PhotoTable

_PLAIN = ("taken", "added", "rating", "latitude", "longitude")


def differing(one: SearchIndex, other: SearchIndex) -> list[int]:
    """Numbers of the photos that only one of them shows, or that they know different things of."""
    shown = (one.terms.visible, other.terms.visible)
    unlike = (shown[0] ^ shown[1]) | (one.terms.favourites ^ other.terms.favourites)
    numbers = numbers_of(shown[0] & shown[1])
    here, there = one.terms.table, other.terms.table
    wrong = (here.ids[numbers] != there.ids[numbers]).any(axis=1)
    for column in _PLAIN:
        left, right = getattr(here, column)[numbers], getattr(there, column)[numbers]
        wrong |= (left != right) & ~((left != left) & (right != right))  # unlike, and not both no number
    for value in (_camera, _folders, _places, _name):
        wrong |= _column(value, here, numbers) != _column(value, there, numbers)
    return sorted(unlike | bitmap(numbers[wrong]))


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


def _name(table: PhotoTable, number: int) -> object:
    return bytes(table.names[number])
