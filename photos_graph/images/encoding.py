"""Renditions as bytes. No metadata leaves: the pixels are sRGB, which is what a picture without a profile is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from photos_graph.images.decoding import Decoded, vips_errors
from photos_graph.images.vips import pyvips
from photos_graph.model import ThumbnailFormat

MEDIA_TYPES = {
    ThumbnailFormat.JPEG: "image/jpeg",
    ThumbnailFormat.WEBP: "image/webp",
    ThumbnailFormat.AVIF: "image/avif",
}
WEBP_EFFORT = 2  # a third less time than libvips' default of 4, a few per cent more bytes
AVIF_EFFORT = 2
SMALL_EDGE, FINE = 512, 95  # pixels of a picture, and the quality that it has at least
AVIF_DISCOUNT = 20  # AV1 looks like JPEG at about this much less on the scale of quality


def quality_of(decoded: Decoded, quality: int) -> int:
    """A small picture that is kept at its size is looked at enlarged, by people and by the backbone: encoding it once
    more as coarsely as a large one cost 0.8 points of the tags on pictures of 100 pixels, and saves a few kilobytes."""
    edge = max(decoded.width, decoded.height)
    is_whole = edge == max(decoded.image.width, decoded.image.height)
    return max(quality, FINE) if is_whole and edge <= SMALL_EDGE else quality


def encode(image: pyvips.Image, format: ThumbnailFormat, quality: int) -> bytes:
    chunks: list[bytes] = []
    encode_to(image, format, quality, chunks.append)
    return b"".join(chunks)


def encode_to(
    image: pyvips.Image,
    format: ThumbnailFormat,
    quality: int,
    emit: Callable[[bytes], None],
) -> None:
    """Emits the encoded picture piece by piece as libvips makes it. Alpha is kept but in JPEG, where it is white.

    ``image`` is sRGB with 3 or 4 bands (see ``decode.Decoded``); ``quality`` 1 to 100, as JPEG means it.
    """
    broken: list[BaseException] = []

    def write(chunk: memoryview) -> int:
        try:
            emit(bytes(chunk))
        except BaseException as error:  # it must not unwind through C
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
