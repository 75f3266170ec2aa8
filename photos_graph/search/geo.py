"""Distances and boxes over arrays of degrees. A photo without a position has NaN, which is in no box or circle."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG

Degrees = npt.NDArray[np.float64]


class Edges(NamedTuple):
    """A box in degrees. If its west is greater than its east, it crosses the antimeridian."""

    north: float
    south: float
    east: float
    west: float


def in_box(latitude: Degrees, longitude: Degrees, box: Edges) -> npt.NDArray[Any]:
    """Returns the indices (ascending) of the positions that are in the box, including its edges."""
    inside = (latitude >= box.south) & (latitude <= box.north)
    if box.west <= box.east:
        inside &= (longitude >= box.west) & (longitude <= box.east)
    else:
        inside &= (longitude >= box.west) | (longitude <= box.east)
    return np.flatnonzero(inside)


def near(
    latitude: Degrees, longitude: Degrees, to_latitude: float, to_longitude: float, radius_km: float
) -> npt.NDArray[Any]:
    """Returns the indices (ascending) of the positions at most ``radius_km`` away along a great circle."""
    if not (radius_km >= 0 and math.isfinite(to_latitude) and math.isfinite(to_longitude)):
        return np.zeros(0, np.intp)
    candidates = in_box(latitude, longitude, _bounds(to_latitude, to_longitude, radius_km))
    distance = distance_km(latitude[candidates], longitude[candidates], to_latitude, to_longitude)
    return candidates[distance <= radius_km]


def distance_km(latitude: Degrees, longitude: Degrees, to_latitude: float, to_longitude: float) -> Degrees:
    """Returns great-circle distances by the haversine formula."""
    phi, to_phi = np.radians(latitude), np.radians(to_latitude)
    across = np.sin(np.radians(longitude - to_longitude) / 2) ** 2
    half = np.sin((phi - to_phi) / 2) ** 2 + np.cos(phi) * np.cos(to_phi) * across
    result: Degrees = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return result


def _bounds(latitude: float, longitude: float, radius_km: float) -> Edges:
    """Returns a box around a circle, slightly too wide, so that no photo is lost to rounding."""
    angle = radius_km / EARTH_RADIUS_KM * (1 + 1e-9) + 1e-9
    north = latitude + np.degrees(angle)
    south = latitude - np.degrees(angle)
    if north >= 90 or south <= -90:  # a pole is inside, and so is a part of every meridian
        return Edges(north=north, south=south, east=180, west=-180)
    reach = float(np.degrees(np.arcsin(min(1.0, np.sin(angle) / np.cos(np.radians(latitude))))))
    if reach >= 180:
        return Edges(north=north, south=south, east=180, west=-180)
    centre = (longitude + 180) % 360 - 180
    west, east = centre - reach, centre + reach
    return Edges(
        north=north, south=south, west=west + 360 if west < -180 else west, east=east - 360 if east > 180 else east
    )


def centre(latitude: Degrees, longitude: Degrees) -> tuple[float, float] | None:
    """Returns the middle of the positions on the sphere, as latitude and longitude, or None if there is none."""
    known = ~(np.isnan(latitude) | np.isnan(longitude))
    if not known.any():
        return None
    phi, theta = np.radians(latitude[known]), np.radians(longitude[known])
    x, y, z = np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)
    east, north, up = float(x.mean()), float(y.mean()), float(z.mean())
    latitude_of = math.degrees(math.atan2(up, math.hypot(east, north)))
    return round(latitude_of, 6), round(math.degrees(math.atan2(north, east)), 6)
