"""Finds out what a file declares about its colours: an ICC profile, or code points of ITU-T H.273 (CICP)."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from photos_graph.images.colour import ADOBE_RGB, ColourSignal, cmyk_to_srgb, lab_to_srgb, to_srgb
from photos_graph.images.formats import Bytes
from photos_graph.images.vips import pyvips

_MAX_CHUNKS = 100  # of a PNG before its pixels
_MAX_TAGS = 100  # of an ICC profile
_MAX_BYTES = 16 * 1024  # of an ICC profile that may be that of sRGB
_SAME = 2  # levels of 255; LittleCMS rounds by up to as many
_PROBE = (15 * np.indices((18, 18, 18))).astype(np.uint8).reshape(3, 18, -1).transpose(1, 2, 0)  # colours of all kinds
_SPACES = {"b-w": b"GRAY", "grey16": b"GRAY", "srgb": b"RGB ", "rgb": b"RGB ", "rgb16": b"RGB ", "cmyk": b"CMYK"}


# libvips would convert CMYK by a profile of its own, and takes Lab as if its white were that of sRGB.
_CONVERSIONS = {"cmyk": cmyk_to_srgb, "lab": lab_to_srgb, "labs": lab_to_srgb}


@dataclass(frozen=True, slots=True)
class DeclaredColour:
    """What a file declares about its colours. ``profile`` says that its ICC profile fits the pixels and is to be used.
    ``signal`` is None if the profile or sRGB is meant. ``model`` is the interpretation that libvips gives to the
    pixels."""

    model: str
    profile: bool = False
    signal: ColourSignal | None = None

    def shrunk(
        self, edge: int, load: Callable[[], pyvips.Image], thumbnail: Callable[..., pyvips.Image]
    ) -> pyvips.Image:
        """Returns the picture upright, at most ``edge`` pixels on its longest side. It is in sRGB, or in another space
        that libvips converts to sRGB.

        ``load`` returns the whole picture. ``thumbnail`` is libvips' function that shrinks while it loads. It is used
        wherever libvips knows the colours, and takes the options that concern them.
        """
        if self.signal is not None:
            deep = self.model in ("rgb16", "grey16")  # of which the thumbnail functions keep 8 bits
            return _small(edge, load(), self.signal) if deep else to_srgb(thumbnail(), self.signal)
        if not self.profile and self.model in _CONVERSIONS:
            return _CONVERSIONS[self.model](load()).thumbnail_image(edge, height=edge, size="down")
        if self.profile:
            with suppress(pyvips.Error):  # if the picture itself is damaged, this error comes again
                return thumbnail(output_profile="srgb", intent="perceptual")
        return thumbnail()


def _small(edge: int, image: pyvips.Image, signal: ColourSignal) -> pyvips.Image:
    """Converts after shrinking, which is faster."""
    if image.hasalpha():
        return to_srgb(image, signal).thumbnail_image(edge, height=edge, size="down")
    scale = edge / max(image.width, image.height)
    small = image.resize(scale) if scale < 1 else image
    return to_srgb(small.copy_memory().autorot(), signal)


def declaration(profile: bytes | None, signal: ColourSignal | None = None) -> bytes:
    """Returns bytes that differ if two files declare their colours differently."""
    return (profile or b"") + (b"" if signal is None else b"%d %d" % (signal.primaries, signal.transfer))


def declared_colour(image: pyvips.Image, signal: ColourSignal | None, *, over_profile: bool = False) -> DeclaredColour:
    """Chooses between the profile of ``image`` and ``signal``. A profile goes first, except that of a PNG with
    code points (``over_profile``), and profiles that state code points of high dynamic range, which LittleCMS does not
    know."""
    profile = _profile(image)
    if profile and not (over_profile and signal):
        signal = _signal_in(profile)
        if signal is None or not signal.is_hdr:
            plain = image.interpretation == "srgb" and len(profile) <= _MAX_BYTES and _is_srgb(profile)
            return DeclaredColour(image.interpretation, profile=not plain)
    return DeclaredColour(image.interpretation, signal=None if signal is None or signal.is_srgb else signal)


def png_signal(data: Bytes) -> ColourSignal | None:
    """Returns what the chunk cICP of a PNG says. Full range is assumed, which PNG demands for RGB."""
    at = 8
    for _ in range(_MAX_CHUNKS):
        length, kind = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8])
        if kind == b"cICP" and length == 4:
            return ColourSignal(data[at + 8], data[at + 9])
        if kind in (b"IDAT", b"IEND", b""):
            return None
        at += length + 12
    return None


def camera_signal(image: pyvips.Image) -> ColourSignal | None:
    """Returns Adobe RGB if the camera states it by its rule for file systems (DCF), as cameras do without a profile."""
    field = "exif-ifd4-InteroperabilityIndex"
    stated = image.get_typeof(field) and str(image.get(field)).startswith("R03")
    return ADOBE_RGB if stated else None


def heif_signal(data: Bytes) -> ColourSignal | None:
    """Returns the nclx profile of the primary picture of a HEIF or AVIF file. It reads the header only."""
    import pillow_heif  # the decoders of libvips do not return it

    with suppress(OSError, SyntaxError, ValueError, EOFError, IndexError, RuntimeError):
        return signal_of(pillow_heif.open_heif(io.BytesIO(data)).info)
    return None


def signal_of(info: dict[str, object]) -> ColourSignal | None:
    """Returns the nclx profile of the information that pillow-heif gives on a picture."""
    nclx = info.get("nclx_profile")
    if not isinstance(nclx, dict):
        return None
    return ColourSignal(int(nclx["color_primaries"]), int(nclx["transfer_characteristics"]))


def _profile(image: pyvips.Image) -> bytes | None:
    """Returns the ICC profile of the image, if it is one and is for pixels of this kind."""
    if not image.get_typeof("icc-profile-data"):
        return None
    profile = bytes(image.get("icc-profile-data"))
    fits = profile[36:40] == b"acsp" and profile[16:20] == _SPACES.get(image.interpretation)
    return profile if fits and (image.interpretation != "cmyk" or _converts(profile)) else None


@lru_cache(maxsize=16)  # a library has pictures of few cameras and programs
def _is_srgb(profile: bytes) -> bool:
    """Returns whether a conversion by the profile would change nothing that can be seen. It would take a seventh of the
    time in which a large rendition is made."""
    height, width, bands = _PROBE.shape
    probe = pyvips.Image.new_from_memory(_PROBE.tobytes(), width, height, bands, "uchar").copy(interpretation="srgb")
    probe.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    try:
        converted = probe.icc_transform("srgb", embedded=True, intent="perceptual").write_to_memory()
    except pyvips.Error:
        return False
    return bool(np.abs(np.frombuffer(converted, np.uint8).astype(int) - _PROBE.ravel()).max() <= _SAME)


def _converts(profile: bytes) -> bool:
    """Returns whether LittleCMS can use a profile of CMYK. It is asked beforehand, since libvips would use a profile of
    its own instead."""
    from PIL.ImageCms import ImageCmsProfile, PyCMSError, buildTransform, createProfile

    try:
        buildTransform(ImageCmsProfile(io.BytesIO(profile)), createProfile("sRGB"), "CMYK", "RGB")
    except (PyCMSError, OSError):
        return False
    return True


def _signal_in(profile: bytes) -> ColourSignal | None:
    """Returns the code points that the tag "cicp" of an ICC profile states."""
    with suppress(struct.error):
        for number in range(min(struct.unpack_from(">I", profile, 128)[0], _MAX_TAGS)):
            name, at, _ = struct.unpack_from(">4sII", profile, 132 + 12 * number)
            if name == b"cicp":
                return ColourSignal(*struct.unpack_from(">8x2B", profile, at))
    return None
