"""Decodes JPEG XL with libjxl. A JPEG that was packed into JPEG XL is unpacked, and decoded as the JPEG that it is."""

from __future__ import annotations

from photos_graph.errors import Unreadable
from photos_graph.images import formats
from photos_graph.images.containers import contents_of
from photos_graph.images.declared import declared_colour
from photos_graph.images.formats import Bytes
from photos_graph.images.opened import SWAPPING_ORIENTATIONS, DecodeLimits, Opened, check_pixels, open_vips
from photos_graph.images.vips import pyvips

_CONTAINER = b"\x00\x00\x00\x0cJXL "
_HEADER_BYTES = 64  # more than size and orientation take
_MODES = {"L": (1, "uchar"), "LA": (2, "uchar"), "RGB": (3, "uchar"), "RGBA": (4, "uchar"), "I;16": (1, "ushort")}
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))  # of width to height
_SIZE_BITS = (9, 13, 18, 30)


def open_jxl(data: Bytes, limits: DecodeLimits) -> Opened:
    """Reads the header, since libjxl is reached through a library that decodes at once. Raises Unreadable and
    OverLimit."""
    width, height = _displayed_size(_codestream(data))
    check_pixels(width, height, limits)

    def thumbnail(edge: int, fail_on: str) -> pyvips.Image:
        image = _decode(data)
        if isinstance(image, bytes):
            return open_vips(image, formats.JPEG, limits).thumbnail(edge, fail_on)

        def shrink(**colour: str) -> pyvips.Image:
            return image.thumbnail_image(edge, height=edge, size="down", **colour)

        return declared_colour(image, None).shrunk(edge, lambda: image, shrink)

    return Opened(formats.JXL, width, height, thumbnail)


def _decode(data: Bytes) -> pyvips.Image | bytes:
    """Returns the upright picture, or the JPEG that was packed."""
    from pillow_jxl import Decoder

    try:
        is_jpeg, info, pixels, profile, _ = Decoder(num_threads=1)(bytes(data))
    except (RuntimeError, ValueError):  # it gives no reason
        raise Unreadable("It is damaged: libjxl cannot decode it.") from None
    if is_jpeg:
        return bytes(pixels)
    if info.mode not in _MODES:
        raise Unreadable("It has samples of floating point, which cannot be shown.")
    bands, sample = _MODES[info.mode]
    image = pyvips.Image.new_from_memory(pixels, info.width, info.height, bands, sample)
    grey = "b-w" if sample == "uchar" else "grey16"
    image = image.copy(interpretation=grey if bands < 3 else "srgb")
    if profile:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", bytes(profile))
    return image


def _codestream(data: Bytes) -> bytes:
    """Returns the beginning of the code stream, without the container."""
    if bytes(data[: len(_CONTAINER)]) != _CONTAINER:
        return bytes(data[:_HEADER_BYTES])
    start = b""
    for kind, part in contents_of(memoryview(data)):
        if kind in (b"jxlc", b"jxlp") and len(start) < _HEADER_BYTES:
            start += part[4 if kind == b"jxlp" else 0 :][:_HEADER_BYTES]  # a partial one begins with its number
    return start


def _displayed_size(codestream: bytes) -> tuple[int, int]:
    """Returns width and height from the header (ISO/IEC 18181-1, D.2 and D.3)."""
    if codestream[:2] != b"\xff\x0a":
        raise Unreadable("It is damaged: it has no picture.")
    bits = _Bits(codestream[2:])
    small = bits.take(1)
    height = _length(bits, small)
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio - 1]
        width = height * across // down
    else:
        width = _length(bits, small)
    is_default = bits.take(1)
    orientation = 1 + bits.take(3) if not is_default and bits.take(1) else 1
    return (height, width) if orientation in SWAPPING_ORIENTATIONS else (width, height)


def _length(bits: _Bits, small: int) -> int:
    return 8 * (1 + bits.take(5)) if small else 1 + bits.take(_SIZE_BITS[bits.take(2)])


class _Bits:
    """Takes bits, the lowest of each byte first."""

    def __init__(self, data: bytes) -> None:
        self._rest = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self._rest & ((1 << count) - 1)
        self._rest >>= count
        return value
