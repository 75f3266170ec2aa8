"""Decodes formats that our libvips cannot load: HEIC (with pillow-heif), BMP and JPEG 2000 (with Pillow)."""

from __future__ import annotations

import io
import warnings

import PIL.Image
import PIL.ImageFile

from photos_graph.errors import Unreadable
from photos_graph.images import formats
from photos_graph.images.formats import Bytes
from photos_graph.images.opened import DecodeLimits, Opened, check_pixels
from photos_graph.images.vips import pyvips

PIL.Image.MAX_IMAGE_PIXELS = None  # we check the limit from the settings
_PLUGINS = {formats.BMP: "BMP", formats.JP2: "JPEG2000"}
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, RuntimeError)


def open_pillow(data: Bytes, found: formats.PictureFormat, limits: DecodeLimits) -> Opened:
    """Reads the header. Raises Unreadable and OverLimit."""
    try:
        picture = _open_heif(data, limits) if found is formats.HEIC else _open(data, found)
    except _DAMAGE as error:
        raise Unreadable(f"It is damaged: {_reason(error)}.") from None
    check_pixels(picture.width, picture.height, limits)

    def thumbnail(edge: int, fail_on: str) -> pyvips.Image:
        PIL.ImageFile.LOAD_TRUNCATED_IMAGES = fail_on == "none"
        try:
            image = from_pillow(picture)
        except _DAMAGE as error:
            raise Unreadable(f"It is damaged: {_reason(error)}.") from None
        return image.thumbnail_image(edge, height=edge, size="down", **_profile(image))

    return Opened(found, picture.width, picture.height, thumbnail)


def from_pillow(picture: PIL.Image.Image) -> pyvips.Image:
    """Converts a picture to a libvips image with the same pixels and colour profile."""
    profile = picture.info.get("icc_profile")
    if picture.mode not in ("L", "I;16", "RGB", "RGBA"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    bands = len(picture.getbands())
    depth, grey = ("ushort", "grey16") if picture.mode == "I;16" else ("uchar", "b-w")
    image = pyvips.Image.new_from_memory(picture.tobytes(), picture.width, picture.height, bands, depth)
    image = image.copy(interpretation=grey if bands == 1 else "srgb")
    if profile:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image


def _profile(image: pyvips.Image) -> dict[str, str]:
    return {"output_profile": "srgb"} if "icc-profile-data" in image.get_fields() else {}


def _open(data: Bytes, found: formats.PictureFormat) -> PIL.Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return PIL.Image.open(io.BytesIO(data), formats=[_PLUGINS[found]])


def _open_heif(data: Bytes, limits: DecodeLimits) -> PIL.Image.Image:
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = False
    heif = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    check_pixels(heif.size[0], heif.size[1], limits)  # to_pillow() decodes
    return heif.to_pillow()


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or "the data is not valid"
