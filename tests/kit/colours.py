"""Pictures whose colours are stated by code points (CICP) or by profiles, made from sRGB by the published formulas.

The matrices are those of ITU-R BT.2087 and of SMPTE EG 432, as printed there, and not calculated as ``images.colour``
does it.
"""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import PIL.Image
import pillow_heif
import pyvips
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BT2020, P3 = 9, 12  # primaries

FROM_BT709 = {
    1: np.eye(3),
    BT2020: np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]),
    P3: np.array([[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]]),
}
SRGB_CURVE, LINEAR, GAMMA_22, PQ, HLG = 13, 8, 4, 16, 18
WHITE = 203.0  # cd/m2


def light_of(picture: PIL.Image.Image) -> Floats:
    """The linear light of an sRGB picture, where 1 is white."""
    signal = np.asarray(picture.convert("RGB")) / 255
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def signal_of(light: Floats, primaries: int, transfer: int) -> Floats:
    """The signal, from 0 to 1, of linear light with the primaries of sRGB."""
    light = np.clip(light @ FROM_BT709[primaries].T, 0, None)
    match transfer:
        case 16:
            power = (light * WHITE / 10000) ** (2610 / 16384)
            return np.asarray(((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32))
        case 18:
            display = light * WHITE / 1000
            luminance = display @ np.array([[0.2627], [0.6780], [0.0593]])
            scene = np.clip(display * np.maximum(luminance, 1e-9) ** (1 / 1.2 - 1), 0, 1)
            high = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
            return np.asarray(np.where(scene <= 1 / 12, np.sqrt(3 * scene), high))
        case 8:
            return np.clip(light, 0, 1)
        case 4:
            return np.clip(light, 0, 1) ** (1 / 2.2)
        case _:
            light = np.clip(light, 0, 1)
            return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def signalled_png(signal: Floats, primaries: int, transfer: int, bits: int = 16) -> bytes:
    data: bytes = _image(signal, bits).pngsave_buffer()
    body = b"cICP" + bytes([primaries, transfer, 0, 1])
    return data[:33] + struct.pack(">I", 4) + body + struct.pack(">I", zlib.crc32(body)) + data[33:]  # after IHDR


def signalled_avif(signal: Floats, primaries: int, transfer: int, bits: int = 10) -> bytes:
    data: bytes = _image(signal, 8 if bits == 8 else 16).heifsave_buffer(
        compression="av1", bitdepth=bits, lossless=True, effort=0
    )
    return _with_nclx(data, primaries, transfer)


def signalled_heic(signal: Floats, primaries: int, transfer: int, bits: int = 10) -> bytes:
    file = io.BytesIO()
    height, width, _ = signal.shape
    pixels, mode = (_codes(signal, 16), "RGB;16") if bits > 8 else (_codes(signal, 8), "RGB")
    pillow_heif.from_bytes(mode, (width, height), pixels.tobytes()).save(
        file, quality=95, chroma=444, color_primaries=primaries, transfer_characteristics=transfer
    )
    return file.getvalue()


def _with_nclx(data: bytes, primaries: int, transfer: int) -> bytes:
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">2H", primaries, transfer) + data[at + 4 :]


def _codes(signal: Floats, bits: int) -> NDArray[np.uint8] | NDArray[np.uint16]:
    codes = np.round(np.clip(signal, 0, 1) * ((1 << bits) - 1))
    return codes.astype(np.uint8) if bits == 8 else codes.astype(np.uint16)


def _image(signal: Floats, bits: int) -> pyvips.Image:
    return pyvips.Image.new_from_array(_codes(signal, bits), interpretation="srgb" if bits == 8 else "rgb16")
