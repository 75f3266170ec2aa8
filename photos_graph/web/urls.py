"""Signed addresses of pictures. Each gives access to a single rendition of a photo or of a face, or to one original."""

from __future__ import annotations

from photos_graph.auth import Signer
from photos_graph.images.sizes import RenditionSize
from photos_graph.model.images import ThumbnailFormat

ORIGINAL = "original"


def thumbnail_url(signer: Signer, photo_id: str, size: RenditionSize, format: ThumbnailFormat) -> str:
    return _url(signer, photo_id, f"{size}.{format}".lower())


def original_url(signer: Signer, photo_id: str) -> str:
    return _url(signer, photo_id, ORIGINAL)


def is_signed(signer: Signer, photo_id: str, what: str, signature: str) -> bool:
    return signer.verify(signature, "media", photo_id, what)


def _url(signer: Signer, photo_id: str, what: str) -> str:
    return f"/media/{photo_id}/{what}?s={signer.sign('media', photo_id, what)}"
