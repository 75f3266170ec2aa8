"""Decodes the merged picture of a Photoshop file, or its thumbnail if it was saved without a merged picture."""

from __future__ import annotations

import io
from typing import Any

import PIL.Image

from photos_graph.errors import Unreadable
from photos_graph.images import formats
from photos_graph.images.declared import declaration
from photos_graph.images.formats import Bytes
from photos_graph.images.opened import DecodeLimits, Opened, check_pixels
from photos_graph.images.pillow import damage_of_pillow, from_pillow, shrunk
from photos_graph.images.vips import pyvips


def open_psd(data: Bytes, limits: DecodeLimits) -> Opened:
    """Reads the layers' records, and no pixels. Raises Unreadable and OverLimit."""
    from psd_tools import PSDImage
    from psd_tools.constants import Resource

    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (18, 14))
    check_pixels(width, height, limits)
    with damage_of_pillow():
        psd = PSDImage.open(io.BytesIO(data))
        profile = psd.image_resources.get_data(Resource.ICC_PROFILE)

    def thumbnail(edge: int, fail_on: str) -> pyvips.Image:
        with damage_of_pillow():
            image = from_pillow(_picture(psd, profile))
        return shrunk(image, edge, None)

    return Opened(formats.PSD, width, height, thumbnail, colours=declaration(profile))


def _picture(psd: Any, profile: bytes | None) -> PIL.Image.Image:
    picture: PIL.Image.Image | None = psd.topil(apply_icc=False) if psd.has_preview() else psd.thumbnail()
    if picture is None:
        raise Unreadable("It was saved without a merged picture. Save it again with maximum compatibility.")
    if psd.has_preview() and profile:
        picture.info["icc_profile"] = profile
    return picture
