"""Where photos were taken, over arrays of degrees. A photo without a position is nowhere: its degrees are NaN."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from photos_graph.search.query import InBox, Near

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG

Degrees = npt.NDArray[np.float64]


def in_box(latitude: Degrees, longitude: Degrees, box: InBox) -> npt.NDArray[Any]:
    """Places (ascending) in the arrays that lie in the box, its edges included."""
    inside = (latitude >= box.south) & (latitude <= box.north)
    if box.west <= box.east:
        inside &= (longitude >= box.west) & (longitude <= box.east)
    else:
        inside &= (longitude >= box.west) | (longitude <= box.east)
    return np.flatnonzero(inside)


def near(latitude: Degrees, longitude: Degrees, circle: Near) -> npt.NDArray[Any]:
    """Places (ascending) in the arrays at most ``radius_km`` away along a great circle."""
    if not (circle.radius_km >= 0 and math.isfinite(circle.latitude) and math.isfinite(circle.longitude)):
        return np.zeros(0, np.intp)
    candidates = in_box(latitude, longitude, _bounds(circle))
    distance = distance_km(latitude[candidates], longitude[candidates], circle.latitude, circle.longitude)
    return candidates[distance <= circle.radius_km]


def distance_km(latitude: Degrees, longitude: Degrees, to_latitude: float, to_longitude: float) -> Degrees:
    """Haversine."""
    phi, to_phi = np.radians(latitude), np.radians(to_latitude)
    across = np.sin(np.radians(longitude - to_longitude) / 2) ** 2
    half = np.sin((phi - to_phi) / 2) ** 2 + np.cos(phi) * np.cos(to_phi) * across
    result: Degrees = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return result


def _bounds(circle: Near) -> InBox:
    """The box around a circle, a little wider than exact so that rounding loses nobody."""
    angle = circle.radius_km / EARTH_RADIUS_KM * (1 + 1e-9) + 1e-9
    north = circle.latitude + np.degrees(angle)
    south = circle.latitude - np.degrees(angle)
    if north >= 90 or south <= -90:  # a pole lies inside: every meridian does
        return InBox(north=north, south=south, east=180, west=-180)
    reach = float(np.degrees(np.arcsin(min(1.0, np.sin(angle) / np.cos(np.radians(circle.latitude))))))
    if reach >= 180:
        return InBox(north=north, south=south, east=180, west=-180)
    centre = (circle.longitude + 180) % 360 - 180
    west, east = centre - reach, centre + reach
    return InBox(
        north=north, south=south, west=west + 360 if west < -180 else west, east=east - 360 if east > 180 else east
    )
