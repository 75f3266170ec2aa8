"""Converts colours to sRGB that no ICC profile describes, but the code points of ITU-T H.273 (CICP).

High dynamic range is mapped to the standard range by its reference white: 203 cd/m2 (ITU-R BT.2408) become the white of
sRGB, darker colours keep their luminance, and brighter ones become as bright as sRGB allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from photos_graph.images.vips import pyvips

Floats = NDArray[np.float64]

REFERENCE_WHITE = 203.0  # cd/m2
PQ, HLG = 16, 18  # transfer characteristics
_PQ_PEAK = 10_000.0  # cd/m2
_HLG_PEAK = 1_000.0  # cd/m2, of the display for which ITU-R BT.2100 gives the system gamma
_HLG_SYSTEM_GAMMA = 1.2
_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0}

_D65, _C, _E, _DCI = (0.3127, 0.3290), (0.310, 0.316), (1 / 3, 1 / 3), (0.314, 0.351)
_BT709 = 1
_ADOBE_RGB = 256  # not one of the code points, which are bytes
_PRIMARIES = {  # x and y of red, green, blue and white
    _BT709: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65),
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    10: ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), _E),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
    _ADOBE_RGB: ((0.640, 0.330), (0.210, 0.710), (0.150, 0.060), _D65),
}
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_BT2020_LUMINANCE = (0.2627, 0.6780, 0.0593)


@dataclass(frozen=True, slots=True)
class ColourSignal:
    """The colour primaries and the transfer characteristics of a picture, as code points of ITU-T H.273."""

    primaries: int
    transfer: int

    @property
    def is_srgb(self) -> bool:
        """Whether the picture is shown as sRGB. This holds for unknown code points, and for the transfer functions of
        television with a standard range, which browsers show as sRGB too."""
        return self.primaries in (_BT709, *_unknown(self.primaries)) and not _is_special(self.transfer)

    @property
    def is_hdr(self) -> bool:
        return self.transfer in (PQ, HLG)


ADOBE_RGB = ColourSignal(_ADOBE_RGB, 4)


def to_srgb(image: pyvips.Image, signal: ColourSignal) -> pyvips.Image:
    """Converts an image of 8 or 16 bits with 1 or 3 bands, and an optional alpha, to sRGB with 8 bits."""
    alpha = _alpha(image) if image.hasalpha() else None
    colours = image.extract_band(0, n=image.bands - 1) if image.hasalpha() else image
    if colours.bands == 1:
        colours = colours.bandjoin([colours, colours])
    linear = colours.maplut(_table(signal.transfer, colours.format, _depth(image)))
    if signal.transfer == HLG:
        linear = _displayed_hlg(linear)
    matrix = pyvips.Image.new_from_array(_to_bt709(signal.primaries).tolist())
    srgb = linear.recomb(matrix).copy(interpretation="scrgb").colourspace("srgb")
    return srgb if alpha is None else srgb.bandjoin(alpha)


def cmyk_to_srgb(image: pyvips.Image) -> pyvips.Image:
    """Converts CMYK without a profile, as browsers and ImageMagick do: each ink takes its share of the light."""
    if image.format == "ushort":
        image = (image >> 8).cast("uchar")
    paper = image.extract_band(0, n=4).invert()
    light = (paper.extract_band(0, n=3) * paper.extract_band(3) * (1 / 255)).rint().cast("uchar")
    return light.copy(interpretation="srgb")


def lab_to_srgb(image: pyvips.Image) -> pyvips.Image:
    """Converts CIELAB, whose white is D50 in pictures."""
    return image.colourspace("lab").extract_band(0, n=3).icc_export(output_profile="srgb", intent="perceptual")


def _unknown(primaries: int) -> tuple[int, ...]:
    return () if primaries in _PRIMARIES else (primaries,)


def _is_special(transfer: int) -> bool:
    return transfer in (PQ, HLG) or transfer in _GAMMAS


def _alpha(image: pyvips.Image) -> pyvips.Image:
    alpha = image.extract_band(image.bands - 1)
    return (alpha >> 8).cast("uchar") if image.format == "ushort" else alpha


def _depth(image: pyvips.Image) -> int:
    """Returns the bits of a sample. libvips moves samples of 10 and 12 bits to the upper bits of 16."""
    if image.format == "uchar":
        return 8
    return int(image.get("bits-per-sample")) if image.get_typeof("bits-per-sample") else 16


@cache
def _table(transfer: int, sample: str, depth: int) -> pyvips.Image:
    """Returns a table from the samples to linear light, where 1 is the white of sRGB (for HLG: the peak)."""
    size = 256 if sample == "uchar" else 65536
    highest = ((1 << depth) - 1) << (size.bit_length() - 1 - depth)
    signal = np.minimum(np.arange(size) / highest, 1.0)
    return pyvips.Image.new_from_array(_linear(signal, transfer)[np.newaxis].astype(np.float32))


def _linear(signal: Floats, transfer: int) -> Floats:
    if transfer == PQ:
        power = signal ** (32 / 2523)
        light: Floats = (np.maximum(power - 107 / 128, 0) / (2413 / 128 - 2392 / 128 * power)) ** (16384 / 2610)
        return light * _PQ_PEAK / REFERENCE_WHITE
    if transfer == HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        return np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    if transfer in _GAMMAS:
        return signal ** _GAMMAS[transfer]
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def _displayed_hlg(scene: pyvips.Image) -> pyvips.Image:
    """Applies the opto-optical transfer function, which turns the light of the scene into that of the display."""
    luminance = scene.recomb(pyvips.Image.new_from_array([list(_BT2020_LUMINANCE)]))
    return scene * luminance ** (_HLG_SYSTEM_GAMMA - 1) * (_HLG_PEAK / REFERENCE_WHITE)


@cache
def _to_bt709(primaries: int) -> Floats:
    """Returns the matrix from linear light with these primaries to that with the primaries of sRGB."""
    if primaries not in _PRIMARIES:
        return np.eye(3)
    matrix: Floats = np.linalg.inv(_to_xyz(_BT709)) @ _adapted(primaries) @ _to_xyz(primaries)
    return matrix


def _to_xyz(primaries: int) -> Floats:
    *colours, white = (np.array([x, y, 1 - x - y]) for x, y in _PRIMARIES[primaries])
    matrix = np.stack(colours, axis=1)
    scaled: Floats = matrix * np.linalg.solve(matrix, white / white[1])
    return scaled


def _adapted(primaries: int) -> Floats:
    """Returns the matrix that adapts XYZ colours from their white to D65, after Bradford."""
    x, y = _PRIMARIES[primaries][3]
    source, target = (_BRADFORD @ np.array([x / y, 1.0, (1 - x - y) / y]) for x, y in ((x, y), _D65))
    matrix: Floats = np.linalg.inv(_BRADFORD) @ np.diag(target / source) @ _BRADFORD
    return matrix
