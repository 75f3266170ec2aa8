"""Encodes renditions. They have no metadata. The pixels are sRGB, which programs assume if there is no profile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from photos_graph.images.decoding import Decoded, vips_errors
from photos_graph.images.vips import pyvips
from photos_graph.model.images import ThumbnailFormat

MEDIA_TYPES = {
    ThumbnailFormat.JPEG: "image/jpeg",
    ThumbnailFormat.WEBP: "image/webp",
    ThumbnailFormat.AVIF: "image/avif",
}
WEBP_EFFORT = 2  # takes a third less time than libvips' default of 4, for a few per cent more bytes
AVIF_EFFORT = 2
SMALL_EDGE = 512  # pixels; the largest edge of a small picture
SMALL_QUALITY = 95  # lowest quality of a small picture
AVIF_DISCOUNT = 20  # AV1 looks like JPEG at a quality that is this much lower


def quality_of(decoded: Decoded, quality: int) -> int:
    """Returns the quality of the encoding, which is at least SMALL_QUALITY for a small picture that keeps its size.

    Small pictures are enlarged for display and for the backbone. Encoding pictures of 100 pixels with the quality of
    large ones reduced the accuracy of tags by 0.8 points and saved only a few kilobytes.
    """
    edge = max(decoded.width, decoded.height)
    is_whole = edge == max(decoded.image.width, decoded.image.height)
    return max(quality, SMALL_QUALITY) if is_whole and edge <= SMALL_EDGE else quality


def encode(image: pyvips.Image, format: ThumbnailFormat, quality: int) -> bytes:
    """Returns the encoded picture. See ``encode_to``."""
    chunks: list[bytes] = []
    encode_to(image, format, quality, chunks.append)
    return b"".join(chunks)


def encode_to(
    image: pyvips.Image,
    format: ThumbnailFormat,
    quality: int,
    emit: Callable[[bytes], None],
) -> None:
    """Emits the encoded picture in chunks, as libvips produces them. Alpha is kept, except in JPEG, where transparent
    parts become white.

    ``image`` is sRGB with 3 or 4 bands (see ``decoding.Decoded``). ``quality`` is 1 to 100 on the scale of JPEG.
    """
    broken: list[BaseException] = []

    def write(chunk: memoryview) -> int:
        try:
            emit(bytes(chunk))
        except BaseException as error:  # exceptions must not unwind through C
            broken.append(error)
            return -1
        return len(chunk)

    target = pyvips.TargetCustom()
    target.on_write(write)
    try:
        with vips_errors():
            _save(image, format, quality, target)
    except Exception:
        if broken:
            raise broken[0] from None
        raise


def _save(image: pyvips.Image, format: ThumbnailFormat, quality: int, target: Any) -> None:
    match format:
        case ThumbnailFormat.JPEG:
            if image.hasalpha():
                image = image.flatten(background=255)
            image.jpegsave_target(target, Q=quality, keep="none")
        case ThumbnailFormat.WEBP:
            image.webpsave_target(target, Q=quality, effort=WEBP_EFFORT, keep="none")
        case ThumbnailFormat.AVIF:
            image.heifsave_target(
                target, compression="av1", Q=max(1, quality - AVIF_DISCOUNT), effort=AVIF_EFFORT, keep="none"
            )
        case ThumbnailFormat.AUTO:
            raise ValueError("AUTO is settled by the Accept header before a picture is made")
