"""Signed addresses of pictures. Each gives access to a single rendition of a photo or of a face, to one original, or to
the moving part of one photo."""

from __future__ import annotations

from functools import lru_cache

from photos_graph.auth import Signer
from photos_graph.images.sizes import RenditionSize
from photos_graph.model.images import ThumbnailFormat

ORIGINAL, MOTION = "original", "motion"


VERSION_DIGITS = 8  # of the content hash


def thumbnail_url(signer: Signer, photo_key: str, size: RenditionSize, format: ThumbnailFormat) -> str:
    return _url(signer, photo_key, _rendition(size, format))


@lru_cache(256)
def _rendition(size: RenditionSize, format: ThumbnailFormat) -> str:
    return f"{size}.{format}".lower()


def original_url(signer: Signer, photo_id: str, content_hash: str) -> str:
    """Returns the address of an original. It changes with the bytes of the file, because a browser may keep them."""
    return _url(signer, f"{photo_id}-{content_hash[:VERSION_DIGITS]}", ORIGINAL)


def motion_url(signer: Signer, photo_id: str) -> str:
    return _url(signer, photo_id, MOTION)


def is_signed(signer: Signer, named: str, what: str, signature: str) -> bool:
    return signer.verify(signature, "media", named, what)


def _url(signer: Signer, named: str, what: str) -> str:
    """``named`` is the photo and, after a hyphen, the version of its look or of its bytes."""
    return f"/media/{named}/{what}?s={signer.sign('media', named, what)}"
