"""Clusters of photos on a map: the photos of each cell of a grid, whose borders follow from the zoom alone.

The map is that of web maps, in spherical Mercator. At each zoom, a tile of it has four cells by four, so that a cell
is 64 pixels wide where a tile has 256. Nearer to the poles than 85.05 degrees, the map ends; photos there are in its
last row of cells.

The photos are kept in the order of a Z-curve, in which those of a cell stand together at every zoom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.errors import BadInput, TooComplex
from photos_graph.search import geo
from photos_graph.search.arrays import Keys, Numbers, bitmap, grown, numbers_of
from photos_graph.search.columns import PhotoTable
from photos_graph.search.geo import Degrees, Edges
from photos_graph.search.orders import IntegerOrder

MAX_ZOOM = 22
MOST_CLUSTERS = 10_000
_CELLS = 2  # doublings of the cells of the world from a tile to its cells: four by four
_DEPTH = MAX_ZOOM + _CELLS  # bits of a column or row of cells
_NOWHERE = np.iinfo(np.int64).max  # the place on the curve of a photo without a position; sorts last
_SPREAD = ((16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F), (2, 0x3333333333333333),
           (1, 0x5555555555555555))  # fmt: skip

_MARGIN = 1e-6  # degrees
_WORLD = Edges(north=90, south=-90, east=180, west=-180)

Cells = npt.NDArray[np.int64]
Places = Keys | slice  # along the curve


@dataclass(frozen=True, slots=True)
class MapCluster:
    """The photos of a cell. ``key`` is the quadkey of the cell, ``latitude`` and ``longitude`` are the mean of their
    positions, ``box`` has all of them, and ``cover_id`` is the id of the most recent photo."""

    key: str
    latitude: float
    longitude: float
    count: int
    box: Edges
    cover_id: str


class MapClusters:
    def __init__(self, table: PhotoTable) -> None:
        self._table = table
        self._places: Keys = np.zeros(0, np.int64)  # on the curve, by number
        self._order = IntegerOrder(lambda numbers: self._places[numbers])
        self._touched = BitMap()
        # Of the photos with a position, in the order of the curve:
        self._curve: Keys = np.zeros(0, np.int64)
        self._latitude: Degrees = np.zeros(0)
        self._longitude: Degrees = np.zeros(0)

    def touch(self, numbers: BitMap) -> None:
        """Must be called whenever photos have been added, changed or removed."""
        self._touched |= numbers

    def clusters(
        self, found: BitMap, visible: BitMap, newest_first: IntegerOrder, bounds: Edges, zoom: int, whole: bool
    ) -> list[MapCluster]:
        """Returns the clusters of these visible photos that are within the bounds, from north to south along the curve.

        With ``whole``, a cell that the bounds cut has all of its photos, so that it does not change with the bounds.
        ``newest_first`` is the order by date, which must be up to date. Raises BadInput for a zoom that the map does
        not have, and TooComplex for more than 10,000 clusters.
        """
        if not 0 <= zoom <= MAX_ZOOM:
            raise BadInput(f"A zoom is from 0, where one tile has the whole world, to {MAX_ZOOM}.", about=zoom)
        self.prepare(visible)
        level = zoom + _CELLS
        shown = self._shown(found, _around(bounds, level) if whole else bounds)
        cells = self._curve[shown] >> 2 * (_DEPTH - level)
        starts = _starts(cells)
        if whole and not (cut := _cut(cells[starts], bounds, level)).all():
            inside = np.repeat(cut, np.diff(starts, append=len(cells)))
            shown, cells = np.arange(len(self._curve))[shown][inside], cells[inside]
            starts = _starts(cells)
        if len(starts) > MOST_CLUSTERS:
            raise TooComplex(
                f"These bounds have {len(starts):,} clusters at this zoom, and the limit is {MOST_CLUSTERS:,}. Ask for "
                "a lower zoom or for smaller bounds."
            )
        return self._clusters(shown, cells, starts, newest_first, level) if len(starts) else []

    def prepare(self, visible: BitMap) -> None:
        """Updates the curve for the photos that came, went or moved. Most changes, such as a rating, are none of
        these."""
        touched, self._touched = self._touched, BitMap()
        moved = self._moved(numbers_of(touched), visible)
        if not len(moved):
            return
        table = self._table
        self._places = grown(self._places, int(moved[-1]) + 1, _NOWHERE)
        self._places[moved] = _curve(table.latitude[moved], table.longitude[moved])
        self._order.touch(bitmap(moved))
        self._order.refresh(visible)
        sequence = self._order.sequence
        curve = self._places[sequence]
        located = sequence[: np.searchsorted(curve, _NOWHERE)]
        self._curve = curve[: len(located)]
        self._latitude, self._longitude = table.latitude[located], table.longitude[located]

    def _moved(self, touched: Numbers, visible: BitMap) -> Numbers:
        """Returns those of the touched photos (ascending) that are visible and were not, or were and are not, or that
        have another position than on the curve."""
        rank = self._order.rank
        ranks = np.full(len(touched), -1, np.int64)
        known = touched < len(rank)
        ranks[known] = rank[touched[known]]
        was, now = ranks >= 0, np.isin(touched, numbers_of(visible & bitmap(touched)))
        moved = was != now
        both = np.flatnonzero(was & now)
        numbers, ranks = touched[both], ranks[both]
        before = np.full((2, len(both)), np.nan)
        placed = ranks < len(self._curve)
        before[:, placed] = self._latitude[ranks[placed]], self._longitude[ranks[placed]]
        after = np.stack([self._table.latitude[numbers], self._table.longitude[numbers]])
        after[:, np.isnan(after).any(axis=0)] = np.nan
        moved[both] = ~((before == after) | (np.isnan(before) & np.isnan(after))).all(axis=0)
        found: Numbers = touched[moved]
        return found

    def _shown(self, found: BitMap, bounds: Edges) -> Places:
        """Returns the places along the curve (ascending) of the photos with a position within the bounds."""
        places: Places = slice(0, len(self._curve))  # of everything, which copies nothing
        if len(found) < len(self._order.sequence):
            ranks = self._order.sorted_ranks(found)
            places = ranks[: np.searchsorted(ranks, len(self._curve))]
        if bounds == _WORLD:
            return places
        inside: Keys = geo.in_box(self._latitude[places], self._longitude[places], bounds)
        return inside if isinstance(places, slice) else places[inside]

    def _clusters(
        self, shown: Places, cells: Cells, starts: Keys, newest_first: IntegerOrder, level: int
    ) -> list[MapCluster]:
        latitude, longitude = self._latitude[shown], self._longitude[shown]
        counts = np.diff(starts, append=len(cells))
        south, north = np.minimum.reduceat(latitude, starts), np.maximum.reduceat(latitude, starts)
        west, east = np.minimum.reduceat(longitude, starts), np.maximum.reduceat(longitude, starts)
        middle = np.clip(np.add.reduceat(latitude, starts) / counts, south, north)
        across = np.clip(np.add.reduceat(longitude, starts) / counts, west, east)
        ranks = newest_first.rank[self._order.sequence[shown]]
        latest = newest_first.sequence[np.minimum.reduceat(ranks, starts)]
        covers = [number.tobytes().hex() for number in self._table.ids[latest]]
        edges = zip(north.tolist(), south.tolist(), east.tolist(), west.tolist(), strict=True)
        keys = [np.base_repr(cell, 4).zfill(level) for cell in cells[starts].tolist()]
        rows = zip(keys, middle.tolist(), across.tolist(), counts.tolist(), edges, covers, strict=True)
        return [MapCluster(key, at, by, count, Edges(*box), cover) for key, at, by, count, box, cover in rows]


def _curve(latitude: Degrees, longitude: Degrees) -> Keys:
    """Returns the places of positions on the curve: the bits of the column and the row of their smallest cells in
    turn, the row first. The rows begin in the north."""
    columns, rows = _grid(latitude, longitude)
    places = _spread(columns) | _spread(rows) << 1
    return np.where(np.isnan(latitude + longitude), _NOWHERE, places)


def _grid(latitude: Degrees, longitude: Degrees) -> tuple[Cells, Cells]:
    """Returns the columns and the rows of the smallest cells that have the positions."""
    with np.errstate(divide="ignore"):
        northing = np.arctanh(np.sin(np.radians(np.nan_to_num(latitude)))) / np.pi  # -1 to 1 on the map
    across, down = (np.nan_to_num(longitude) + 180) / 360, (1 - northing) / 2
    return _whole(across), _whole(down)


def _whole(share: Degrees) -> Cells:
    cells: Cells = np.clip(share * (1 << _DEPTH), 0, (1 << _DEPTH) - 1).astype(np.int64)
    return cells


def _spread(numbers: Cells) -> Cells:
    """Returns the numbers with a zero before each of their bits."""
    for shift, mask in _SPREAD:
        numbers = (numbers | numbers << shift) & mask
    return numbers


def _gathered(numbers: Cells) -> Cells:
    """Returns every other bit of the numbers, which ``_spread`` moved apart."""
    numbers = numbers & _SPREAD[-1][1]
    for (shift, _), mask in zip(reversed(_SPREAD), [*(mask for _, mask in _SPREAD[-2::-1]), 0xFFFFFFFF], strict=True):
        numbers = (numbers | numbers >> shift) & mask
    return numbers


def _starts(cells: Cells) -> Keys:
    """Returns where in the sorted cells each of them begins."""
    return np.append(np.zeros(min(len(cells), 1), np.int64), np.flatnonzero(cells[1:] != cells[:-1]) + 1)


def _cut(cells: Cells, bounds: Edges, level: int) -> npt.NDArray[np.bool_]:
    """Returns of which cells the bounds have a part."""
    west, east, north, south = _ends(bounds, level)
    columns, rows = _gathered(cells), _gathered(cells >> 1)
    within: npt.NDArray[np.bool_] = (columns >= west) & (columns <= east)
    if bounds.west > bounds.east:
        within = (columns >= west) | (columns <= east)
    return within & (rows >= north) & (rows <= south)


def _around(bounds: Edges, level: int) -> Edges:
    """Returns a box around all cells of which the bounds have a part, slightly too wide."""
    west, east, north, south = _ends(bounds, level)
    side = 1 << level
    top, bottom = (math.degrees(math.asin(math.tanh(math.pi * (1 - 2 * row / side)))) for row in (north, south + 1))
    box = Edges(
        north=90 if north == 0 else top + _MARGIN,
        south=-90 if south + 1 == side else bottom - _MARGIN,
        east=min((east + 1) / side * 360 - 180 + _MARGIN, 180),
        west=max(west / side * 360 - 180 - _MARGIN, -180),
    )
    if bounds.west > bounds.east and box.west <= box.east:  # they meet on the other side
        return box._replace(west=-180, east=180)
    return box


def _ends(bounds: Edges, level: int) -> tuple[int, int, int, int]:
    """Returns the columns of the west and the east and the rows of the north and the south."""
    columns, rows = _grid(np.array([bounds.north, bounds.south]), np.array([bounds.west, bounds.east]))
    west, east, north, south = (np.concatenate((columns, rows)) >> (_DEPTH - level)).tolist()
    return west, east, north, south
