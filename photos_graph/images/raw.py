"""Decodes camera RAW files. It uses the embedded preview, or develops the file at half size if there is no usable
preview."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from photos_graph.errors import OverLimit, Unreadable, Unsupported
from photos_graph.images import formats
from photos_graph.images.formats import Bytes
from photos_graph.images.opened import DecodeLimits, Opened, check_pixels, open_vips
from photos_graph.images.vips import pyvips

if TYPE_CHECKING:
    import rawpy

MIN_PREVIEW_EDGE = 640  # pixels; smaller previews are for the camera's own screen
_SIDEWAYS = (5, 6)
_ORIENTATIONS = {3: 3, 5: 8, 6: 6}  # LibRaw's flip as an EXIF orientation
_TURNS = {1: 0, 3: 2, 6: 1, 8: 3}  # EXIF orientations as clockwise quarter turns


def open_raw(data: Bytes, found: formats.PictureFormat, limits: DecodeLimits) -> Opened:
    """Reads the header. Raises Unsupported, Unreadable and OverLimit."""
    import rawpy

    try:
        raw = rawpy.imread(io.BytesIO(data))
    except rawpy.LibRawFileUnsupportedError:
        raise Unsupported("LibRaw does not support the format of this camera.") from None
    except rawpy.LibRawError as error:
        raise Unreadable(f"It is damaged: {_reason(error)}.") from None
    sizes = raw.sizes
    check_pixels(sizes.raw_width, sizes.raw_height, limits)
    width, height = (sizes.height, sizes.width) if sizes.flip in _SIDEWAYS else (sizes.width, sizes.height)

    def thumbnail(edge: int, fail_on: str) -> pyvips.Image:
        image = _preview(raw, edge, fail_on, limits)
        if image is None:
            image = _develop(raw).thumbnail_image(edge, height=edge, size="down")
        return image

    return Opened(found, width, height, thumbnail, _ORIENTATIONS.get(sizes.flip, 1))


def _preview(raw: rawpy.RawPy, edge: int, fail_on: str, limits: DecodeLimits) -> pyvips.Image | None:
    """Returns the embedded picture, upright, or None if there is no usable picture."""
    import rawpy

    try:
        embedded = raw.extract_thumb().data  # an encoded JPEG, or pixels
        preview = open_vips(embedded, formats.JPEG, limits) if isinstance(embedded, bytes) else _open_pixels(embedded)
    except (rawpy.LibRawError, pyvips.Error):
        return None
    if max(preview.width, preview.height) < MIN_PREVIEW_EDGE:
        return None
    image = preview.thumbnail(edge, fail_on)
    # libvips has already turned a preview that states its orientation, which the file may have changed since. Other
    # previews lie like the sensor.
    turns = _TURNS[_ORIENTATIONS.get(raw.sizes.flip, 1)] - _TURNS.get(preview.orientation, 0)
    return image.rot(f"d{turns % 4 * 90}") if turns % 4 else image


def _develop(raw: rawpy.RawPy) -> pyvips.Image:
    """Develops the file at half size. The result is upright, because LibRaw applies the orientation."""
    import rawpy

    try:
        pixels = raw.postprocess(half_size=True, use_camera_wb=True, output_bps=8)
    except rawpy.LibRawUnsufficientMemoryError:
        raise OverLimit("It needs more memory than one picture may take.") from None
    except rawpy.LibRawError as error:
        raise Unreadable(f"It is damaged: {_reason(error)}.") from None
    return _from_array(pixels)


def _open_pixels(pixels: Any) -> Opened:
    image = _from_array(pixels)

    def thumbnail(edge: int, fail_on: str) -> pyvips.Image:
        return image.thumbnail_image(edge, height=edge, size="down")

    return Opened(formats.RAW, image.width, image.height, thumbnail)


def _from_array(pixels: Any) -> pyvips.Image:
    """Converts pixels to an image, which is grey if the camera has no colour filter."""
    grey = pixels.ndim == 2 or pixels.shape[2] == 1
    return pyvips.Image.new_from_array(pixels, interpretation="b-w" if grey else "srgb")


def _reason(error: Exception) -> str:
    """Converts LibRaw's message, which is bytes, to text. Since it reads from memory, an input error means that the
    data end too early."""
    import rawpy

    if isinstance(error, rawpy.LibRawIOError):
        return "it ends too early"
    first = error.args[0] if error.args else ""
    return first.decode(errors="replace") if isinstance(first, bytes) else str(first) or type(error).__name__
