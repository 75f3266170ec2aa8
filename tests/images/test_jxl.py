"""JPEG XL: sizes by the header, colours by what it declares, and JPEGs that were packed."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from pillow_jxl import JpegXLImagePlugin

from photos_graph.errors import OverLimit, Unreadable
from photos_graph.images.decoding import decode
from photos_graph.images.opened import DecodeLimits
from tests.kit.colours import HLG, PQ, SRGB_CURVE, light_of, signal_of
from tests.kit.pictures import distance, encoded, scene
from tests.kit.shown import shown

LIMITS = DecodeLimits(max_pixels=50_000_000)
ODD = (241, 163)  # a size whose width does not follow from its height, so that the header states both
D65, BT2100, P3, SRGB_PRIMARIES = 1, 9, 11, 1  # as JPEG XL numbers them
assert JpegXLImagePlugin  # registers the format


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA"])
def test_modes(mode: str) -> None:
    picture = scene().convert(mode)
    decoded = decode(encoded(picture, "JXL", lossless=True), 320, LIMITS)
    assert (decoded.format, decoded.width, decoded.height, decoded.warnings) == ("JXL", 600, 400, ())
    assert distance(shown(decoded), scene() if mode.startswith("RGB") else scene().convert("L")) < 2


def test_grey_of_16_bits() -> None:
    grey = scene().convert("L")
    light = np.round(light_of(grey)[..., 0] * 65535).astype(np.uint16)  # pillow-jxl declares linear light
    decoded = decode(encoded(PIL.Image.fromarray(light), "JXL", lossless=True), 320, LIMITS)
    assert distance(shown(decoded), grey) < 2


@pytest.mark.parametrize("size", [(8, 8), (256, 256), (1000, 1), (1, 1000), (3000, 2000), (1920, 1080), (640, 512)])
@pytest.mark.parametrize("container", [False, True])
def test_the_size_is_read_from_the_header(size: tuple[int, int], container: bool) -> None:
    data = encoded(PIL.Image.new("RGB", size), "JXL", effort=1, use_container=container)
    width, height = size
    with pytest.raises(OverLimit, match=f"{width} x {height} pixels"):
        decode(data, 320, DecodeLimits(width * height - 1))
    decoded = decode(data, 320, DecodeLimits(width * height))
    assert (decoded.width, decoded.height) == size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_packed_jpeg_is_unpacked_and_turned(orientation: int, tmp_path: Path) -> None:
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    stored = scene().transpose(PIL.Image.Transpose(undo[orientation])) if orientation > 1 else scene()
    stored.save(tmp_path / "picture.jpg", quality=95, exif=exif)
    with PIL.Image.open(tmp_path / "picture.jpg") as jpeg:
        data = encoded(jpeg, "JXL", lossless_jpeg=True)
    decoded = decode(data, 320, LIMITS)
    assert (decoded.format, decoded.width, decoded.height) == ("JXL", 600, 400)
    assert distance(shown(decoded), scene()) < 2


@pytest.mark.parametrize(
    ("primaries", "transfer"), [(BT2100, PQ), (BT2100, HLG), (P3, SRGB_CURVE), (SRGB_PRIMARIES, SRGB_CURVE)]
)
def test_its_colours_are_followed(primaries: int, transfer: int) -> None:
    as_code_point = {BT2100: 9, P3: 12, SRGB_PRIMARIES: 1}[primaries]
    picture = scene(*ODD)
    signal = signal_of(light_of(picture), as_code_point, transfer)
    stored = PIL.Image.fromarray(np.round(np.clip(signal, 0, 1) * 255).astype(np.uint8))
    decoded = decode(declared(stored, primaries, transfer), 320, LIMITS)
    assert np.abs(decoded.image.numpy().astype(float) - np.asarray(picture)).mean() < 3


def declared(picture: PIL.Image.Image, primaries: int, transfer: int, orientation: int = 1) -> bytes:
    """A JPEG XL whose samples have the colours that the header says: libjxl's own header is exchanged."""
    data = encoded(picture, "JXL", lossless=True, use_original_profile=True)
    before = header(picture.size, SRGB_PRIMARIES, SRGB_CURVE)
    assert data.startswith(before)
    return header(picture.size, primaries, transfer, orientation) + data[len(before) :]


def header(size: tuple[int, int], primaries: int, transfer: int, orientation: int = 1) -> bytes:
    """The header of a code stream (ISO/IEC 18181-1, D)."""
    bits = _Bits()
    width, height = size
    bits.put(0, 1)
    bits.put(0, 2).put(height - 1, 9)
    bits.put(0, 3)
    bits.put(0, 2).put(width - 1, 9)
    bits.put(0, 1)  # not all defaults
    bits.put(int(orientation > 1), 1)
    if orientation > 1:
        bits.put(orientation - 1, 3).put(0, 3)  # no intrinsic size, preview or animation
    bits.put(0, 1).put(0, 2)  # 8 bits a sample
    bits.put(1, 1)  # 16 bits are enough for the decoder
    bits.put(0, 2)  # no extra channels
    bits.put(0, 1)  # not XYB
    if (primaries, transfer) == (SRGB_PRIMARIES, SRGB_CURVE):
        bits.put(1, 1)
    else:
        bits.put(0, 1).put(0, 1)  # not all defaults, no ICC profile
        bits.enumerated(0).enumerated(D65).enumerated(primaries)
        bits.put(0, 1).enumerated(transfer)  # no gamma
        bits.enumerated(1)  # relative intent
    if orientation > 1:
        bits.put(1, 1)  # default tone mapping
    bits.put(0, 2)  # no extensions
    bits.put(1, 1)  # default transforms
    return b"\xff\x0a" + bits.bytes()


class _Bits:
    def __init__(self) -> None:
        self._value, self._count = 0, 0

    def put(self, value: int, count: int) -> _Bits:
        self._value |= value << self._count
        self._count += count
        return self

    def enumerated(self, value: int) -> _Bits:
        if value < 2:
            return self.put(value, 2)
        return self.put(2, 2).put(value - 2, 4) if value < 18 else self.put(3, 2).put(value - 18, 6)

    def bytes(self) -> bytes:
        return self._value.to_bytes((self._count + 7) // 8, "little")


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_its_own_orientation_is_applied_once(orientation: int) -> None:
    undo = {3: 3, 6: 2, 8: 4}
    picture = scene(*ODD)
    stored = picture.transpose(PIL.Image.Transpose(undo[orientation])) if orientation > 1 else picture
    decoded = decode(declared(stored, SRGB_PRIMARIES, SRGB_CURVE, orientation), 320, LIMITS)
    assert (decoded.width, decoded.height) == ODD
    assert distance(shown(decoded), picture) < 2


def test_damage_is_told() -> None:
    data = encoded(scene(), "JXL", use_container=True)
    whole = len(data)
    for cut in (data[:12], data[:40], data[: whole // 2], data[:-100]):
        with pytest.raises(Unreadable, match="damaged"):
            decode(cut, 320, LIMITS)
    with pytest.raises(Unreadable, match="damaged"):
        decode(b"\x00\x00\x00\x0cJXL \r\n\x87\n" + struct.pack(">I4s", 8, b"free") + bytes(20), 300, LIMITS)
    with pytest.raises(Unreadable, match="damaged"):
        decode(b"\xff\x0a" + bytes(40), 300, LIMITS)
