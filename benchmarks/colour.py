"""Measures the colours of thumbnails of real photographs, against decoders of a few lines by the formulas of the
standards. The same photographs in sRGB show how much comes from making them smaller in another way."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pillow_heif
from numpy.typing import NDArray
from PIL import ImageCms

from benchmarks.bench import Bench
from benchmarks.pictures import photographs
from benchmarks.report import Figure, Goal
from photos_graph.images.decoding import decode
from photos_graph.images.opened import DecodeLimits
from photos_graph.images.vips import pyvips
from tests.kit.colours import (
    BT2020,
    FROM_BT709,
    HLG,
    P3,
    PQ,
    SRGB_CURVE,
    Floats,
    light_of,
    signal_of,
    signalled_avif,
    signalled_heic,
    signalled_png,
)
from tests.kit.profiles import CMYK, PROPHOTO

COUNT, CROP, EDGE = 8, 640, 160  # photographs, and sides in pixels; a crop keeps the noise of the sensor
LIMITS = DecodeLimits(max_pixels=50_000_000)
GOAL = Goal(3, at_most=True)  # of 255

Variant = Callable[[PIL.Image.Image], tuple[bytes, PIL.Image.Image]]  # the file, and how it should be shown


def colour(bench: Bench) -> list[Figure]:
    """Measures the mean difference over all samples of all photographs, in 255ths."""
    originals = bench.originals or bench.folder / "photographs"
    if bench.originals is None:
        photographs(originals, COUNT, bench.say)
    pictures = list(_crops(originals))
    figures = []
    for name, variant in VARIANTS.items():
        bench.say(name)
        error = float(np.mean([_error(*variant(picture)) for picture in pictures]))
        bench.say(f"{name}: {error:.2f} of 255")
        figures.append(Figure(f"colour of real photographs: {name}", error, "of 255", goal=GOAL))
    return figures


def _crops(folder: Path) -> Iterator[PIL.Image.Image]:
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))[:COUNT]:
        with PIL.Image.open(path) as picture:
            left, top = (picture.width - CROP) // 2, (picture.height - CROP) // 2
            yield picture.crop((left, top, left + CROP, top + CROP)).convert("RGB")


def _error(data: bytes, expected: PIL.Image.Image) -> float:
    shown = decode(data, EDGE, LIMITS).image.extract_band(0, n=3).numpy()
    small = expected.resize((EDGE, EDGE), PIL.Image.Resampling.LANCZOS)
    return float(np.abs(shown.astype(float) - np.asarray(small, float)).mean())


def _srgb(picture: PIL.Image.Image) -> tuple[bytes, PIL.Image.Image]:
    return _saved(picture, "PNG"), picture


def _signalled(encoder: Callable[[Floats, int, int], bytes], primaries: int, transfer: int) -> Variant:
    def variant(picture: PIL.Image.Image) -> tuple[bytes, PIL.Image.Image]:
        data = encoder(signal_of(light_of(picture), primaries, transfer), primaries, transfer)
        return data, _picture(_light(_samples(data), primaries, transfer))

    return variant


def _prophoto(picture: PIL.Image.Image) -> tuple[bytes, PIL.Image.Image]:
    wide = _converted(picture, SRGB, _profile(PROPHOTO), "RGB")
    data = _saved(wide, "JPEG", quality=95, subsampling=0, icc_profile=PROPHOTO)
    with PIL.Image.open(io.BytesIO(data)) as stored:
        return data, _picture((np.asarray(stored) / 255) ** 1.8 @ PROPHOTO_TO_BT709.T)


def _cmyk_with_profile(picture: PIL.Image.Image) -> tuple[bytes, PIL.Image.Image]:
    inks = _converted(picture, SRGB, _profile(CMYK), "CMYK")
    data = _saved(inks, "JPEG", quality=95, icc_profile=CMYK)
    with PIL.Image.open(io.BytesIO(data)) as stored:
        return data, _converted(stored, _profile(CMYK), SRGB, "RGB")


def _cmyk(picture: PIL.Image.Image) -> tuple[bytes, PIL.Image.Image]:
    data = _saved(picture.convert("CMYK"), "JPEG", quality=95)
    with PIL.Image.open(io.BytesIO(data)) as stored:
        paper = 255 - np.asarray(stored, float)
    return data, PIL.Image.fromarray(np.round(paper[..., :3] * paper[..., 3:] / 255).astype(np.uint8))


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
# By Lindbloom: ProPhoto to XYZ, Bradford from D50 to D65, XYZ to sRGB.
PROPHOTO_TO_BT709 = np.array([[2.0343, -0.7276, -0.3067], [-0.2288, 1.2317, -0.0029], [-0.0086, -0.1533, 1.1619]])
VARIANTS: dict[str, Variant] = {
    "sRGB (the difference of methods)": _srgb,
    "PQ, AVIF with 10 bits": _signalled(signalled_avif, BT2020, PQ),
    "PQ, HEIC": _signalled(signalled_heic, BT2020, PQ),
    "PQ, PNG with 16 bits": _signalled(signalled_png, BT2020, PQ),
    "HLG, AVIF with 10 bits": _signalled(signalled_avif, BT2020, HLG),
    "HLG, HEIC": _signalled(signalled_heic, BT2020, HLG),
    "Display P3 by nclx, AVIF": _signalled(signalled_avif, P3, SRGB_CURVE),
    "Display P3 by nclx, HEIC": _signalled(signalled_heic, P3, SRGB_CURVE),
    "ProPhoto by profile, JPEG": _prophoto,
    "CMYK by profile, JPEG": _cmyk_with_profile,
    "CMYK without a profile, JPEG": _cmyk,
}


def _samples(data: bytes) -> Floats:
    """Returns the samples of the file as they are stored, from 0 to 1."""
    if data.startswith(b"\x89PNG") or data[8:12] == b"avif":
        highest = 65535 if data.startswith(b"\x89PNG") else 1023 << 6
        return np.asarray(pyvips.Image.new_from_buffer(data, "").numpy(), float) / highest
    heif = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    array: NDArray[np.uint16] = np.asarray(heif)
    return array[..., :3] / (65535 if array.dtype == np.uint16 else 255)


def _light(signal: Floats, primaries: int, transfer: int) -> Floats:
    """Returns linear light with the primaries of sRGB, where 1 is white. The formulas are those of ITU-R BT.2100."""
    if transfer == PQ:
        power = signal ** (1 / 78.84375)
        light = (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125)
        light = light * 10000 / 203
    elif transfer == HLG:
        scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12)
        light = scene * (scene @ np.array([[0.2627], [0.6780], [0.0593]])) ** 0.2 * 1000 / 203
    else:
        light = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    return light @ np.linalg.inv(FROM_BT709[primaries]).T


def _picture(light: Floats) -> PIL.Image.Image:
    signal = signal_of(light, 1, SRGB_CURVE)
    return PIL.Image.fromarray(np.round(signal * 255).astype(np.uint8))


def _converted(
    picture: PIL.Image.Image, source: ImageCms.ImageCmsProfile, target: ImageCms.ImageCmsProfile, mode: str
) -> PIL.Image.Image:
    shown = ImageCms.profileToProfile(picture, source, target, outputMode=mode)
    assert shown is not None
    return shown


def _profile(data: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(data))


def _saved(picture: PIL.Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()
