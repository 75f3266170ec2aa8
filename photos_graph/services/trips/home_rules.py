"""Where the home of the photographer is: the regions with photos in the most weeks. These functions are pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photos_graph.search.geo import EARTH_RADIUS_KM

HOME_KM = 40.0  # photos that are farther from every home are away
LEAST_WEEKS = 6  # in which a home has photos, within 18 months or in all years
LEAST_SHARE = 0.25  # of the weeks with photos
SECOND_SHARE = 0.4  # of the weeks of the first home: a second home, or the one after a move

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def points(latitude: Floats, longitude: Floats) -> Floats:
    """Returns the points (n, 3) of positions in degrees on the Earth, in kilometres. Over distances for which it
    matters, the straight line between two points is as long as the way on the surface."""
    north, east = np.radians(latitude), np.radians(longitude)
    flat = np.cos(north)
    return EARTH_RADIUS_KM * np.stack([flat * np.cos(east), flat * np.sin(east), np.sin(north)], axis=1)


def away(days: Ints, places: Floats) -> Bools:
    """Returns which photos (n,) were taken away from home, given their days since 1970 (n,) and their points (n, 3).

    The homes of half a year are the regions in which photos were taken in the most weeks of it, of the half before and
    of the one after, so that a journey, which lasts a few weeks, is no home, however many photos it has. Where there
    are too few weeks, the homes are those of all years. If nothing is a home, every photo is away.
    """
    weeks, halves = days // 7, days.astype("M8[D]").astype("M8[M]").astype(np.int64) // 6
    cells, cell_of = _cells(places)
    always = _homes(weeks, cell_of, cells)
    is_away = np.ones(len(days), bool)
    for half in np.unique(halves).tolist():
        around = np.abs(halves - half) <= 1
        homes = _homes(weeks[around], cell_of[around], cells)
        rows = np.flatnonzero(halves == half)
        for home in homes if len(homes) else always:
            is_away[rows] &= np.linalg.norm(places[rows] - home, axis=1) > HOME_KM
    return is_away


def _cells(places: Floats) -> tuple[Floats, Ints]:
    """Divides the points into cells of 10 km. Returns the mean point of each (m, 3), and the cell of each point."""
    _, cell_of = np.unique(np.floor(places / 10.0).astype(np.int64), axis=0, return_inverse=True)
    cell_of = cell_of.ravel().astype(np.int64)
    sizes = np.bincount(cell_of)
    sums = np.stack([np.bincount(cell_of, weights=places[:, axis]) for axis in range(3)], axis=1)
    return sums / np.maximum(sizes, 1)[:, None], cell_of


def _homes(weeks: Ints, cell_of: Ints, cells: Floats) -> Floats:
    """Returns the points (h, 3) of up to two homes, or none."""
    visits = np.unique(np.stack([cell_of, weeks], axis=1), axis=0)
    every = len(np.unique(weeks))
    found: list[Floats] = []
    first = 0
    for _ in range(2):
        if not len(visits):
            break
        of_cell = np.bincount(visits[:, 0], minlength=len(cells))
        # The weeks of a region are those of all cells around it. The busiest cells are tried.
        busiest = np.argsort(-of_cell, kind="stable")[:8]
        near = [np.linalg.norm(cells - cells[each], axis=1) <= HOME_KM for each in busiest]
        counts = [len(np.unique(visits[those[visits[:, 0]], 1])) for those in near]
        best = int(np.argmax(counts))
        least = max(LEAST_WEEKS, LEAST_SHARE * every, SECOND_SHARE * first)
        if counts[best] < least:
            break
        first = first or counts[best]
        found.append(cells[busiest[best]])
        visits = visits[~near[best][visits[:, 0]]]
    return np.array(found, np.float64).reshape(-1, 3)
