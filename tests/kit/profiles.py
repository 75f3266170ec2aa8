"""ICC profiles that tests need, made by the layout of ICC.1."""

from __future__ import annotations

import struct

import numpy as np
import pyvips

from tests.kit.colours import Floats


def rgb_profile(primaries: tuple[tuple[float, float], ...], white: tuple[float, float], gamma: float) -> bytes:
    """A profile of matrix and curve, as ICC.1 lays it out. Colours are adapted to D50 after Bradford."""
    points = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in (*primaries, white)]).T
    matrix = points[:, :3] * np.linalg.solve(points[:, :3], points[:, 3])
    cone = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    d50 = np.array([0.9642, 1.0, 0.8249])
    adapted = np.linalg.inv(cone) @ np.diag(cone @ d50 / (cone @ points[:, 3])) @ cone @ matrix
    return _profile(
        b"RGB ",
        {b"rXYZ": adapted[:, 0], b"gXYZ": adapted[:, 1], b"bXYZ": adapted[:, 2]},
        (b"rTRC", b"gTRC", b"bTRC"),
        gamma,
    )


def grey_profile(gamma: float) -> bytes:
    return _profile(b"GRAY", {}, (b"kTRC",), gamma)


def _profile(space: bytes, points: dict[bytes, Floats], curves: tuple[bytes, ...], gamma: float) -> bytes:
    def xyz(values: Floats) -> bytes:
        return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))

    tags = {b"wtpt": xyz(np.array([0.9642, 1.0, 0.8249])), **{name: xyz(value) for name, value in points.items()}}
    tags |= dict.fromkeys(curves, b"curv" + bytes(4) + struct.pack(">IHxx", 1, round(gamma * 256)))
    at, table, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(data))
        body += data
    header = struct.pack(
        ">I4sI4s4s4s12x4s28x3i48x",
        at + len(body),
        b"lcms",
        0x02400000,
        b"mntr",
        space,
        b"XYZ ",
        b"acsp",
        63190,
        65536,
        54061,
    )
    return header + struct.pack(">I", len(tags)) + table + body


PROPHOTO = rgb_profile(((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)), (0.3457, 0.3585), 1.8)
ADOBE_RGB = rgb_profile(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), (0.3127, 0.329), 2.2)
CMYK = bytes(pyvips.Operation.call("profile_load", "cmyk"))
