"""Chooses the format of a picture by the Accept header of the client (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from photos_graph.model.images import ThumbnailFormat

_OFFERED = (  # the smallest first
    (ThumbnailFormat.AVIF, "image/avif"),
    (ThumbnailFormat.WEBP, "image/webp"),
    (ThumbnailFormat.JPEG, "image/jpeg"),
)


def chosen(accept: str | None) -> ThumbnailFormat:
    """Returns the format. AVIF and WebP are sent only to clients that name them, because many that accept ``*/*``
    cannot display them.

    The format is JPEG if no other format is preferred, even for a client that refuses JPEG, because a picture that may
    be displayed is better than status 406.
    """
    if not accept:
        return ThumbnailFormat.JPEG
    liked = _qualities(accept)
    anything = liked.get("image/*", liked.get("*/*", 0.0))
    best, best_quality = ThumbnailFormat.JPEG, liked.get("image/jpeg", anything)
    for format_, media_type in reversed(_OFFERED[:2]):
        quality = liked.get(media_type, 0.0)
        if quality and quality >= best_quality:
            best, best_quality = format_, quality
    return best


def _qualities(accept: str) -> dict[str, float]:
    found = {}
    for item in accept.split(",")[:50]:
        media_type, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = min(max(float(value), 0.0), 1.0)
                except ValueError:
                    quality = 0.0
        found[media_type] = quality
    return found
