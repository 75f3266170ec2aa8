"""Colours: what is shown is compared with the formulas of the standards, and with LittleCMS for profiles."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from PIL import ImageCms

from photos_graph.images.decoding import decode
from photos_graph.images.opened import DecodeLimits
from photos_graph.images.vips import pyvips
from tests.kit.cases import case
from tests.kit.colours import (
    BT2020,
    GAMMA_22,
    HLG,
    LINEAR,
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
from tests.kit.pictures import encoded
from tests.kit.pictures import scene as made_scene
from tests.kit.profiles import ADOBE_RGB, CMYK, PROPHOTO, grey_profile

LIMITS = DecodeLimits(max_pixels=50_000_000)
MAX_ERROR = 3  # of 255, on average
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))

Encoder = Callable[[Floats, int, int], bytes]


def scene() -> PIL.Image.Image:
    return made_scene(240, 160)


def pixels(data: bytes, edge: int = 600) -> NDArray[np.float64]:
    image = decode(data, edge, LIMITS).image
    return np.asarray(image.extract_band(0, n=3).numpy(), dtype=np.float64)


def error(data: bytes, expected: PIL.Image.Image) -> float:
    """Returns the mean difference of 255 over all samples."""
    return float(np.abs(pixels(data) - np.asarray(expected.convert("RGB"), dtype=np.float64)).mean())


@pytest.mark.parametrize("encoder", [signalled_png, signalled_avif, signalled_heic])
@pytest.mark.parametrize(
    ("primaries", "transfer"),
    [(BT2020, PQ), (BT2020, HLG), (P3, PQ), (P3, SRGB_CURVE), (BT2020, SRGB_CURVE), (P3, GAMMA_22)],
)
def test_code_points_are_followed(encoder: Encoder, primaries: int, transfer: int) -> None:
    data = encoder(signal_of(light_of(scene()), primaries, transfer), primaries, transfer)
    assert error(data, scene()) < MAX_ERROR


@pytest.mark.parametrize("encoder", [signalled_avif, signalled_heic, signalled_png])
def test_code_points_are_followed_in_8_bits(encoder: Callable[[Floats, int, int, int], bytes]) -> None:
    data = encoder(signal_of(light_of(scene()), P3, SRGB_CURVE), P3, SRGB_CURVE, 8)
    assert error(data, scene()) < MAX_ERROR


def test_linear_light_is_encoded() -> None:
    assert error(signalled_png(signal_of(light_of(scene()), 1, LINEAR), 1, LINEAR), scene()) < 1


def test_code_points_that_are_unknown_or_those_of_television_change_nothing() -> None:
    signal = signal_of(light_of(scene()), 1, SRGB_CURVE)
    for primaries, transfer in [(1, 1), (1, 6), (2, 2), (0, 0), (255, 255)]:
        assert error(signalled_png(signal, primaries, transfer, 8), scene()) == 0


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_brighter_than_white_is_white_and_grey_stays_grey(transfer: int) -> None:
    ramp = np.repeat(np.linspace(0, 4, 256)[np.newaxis, :, np.newaxis], 3, axis=2)
    shown = pixels(signalled_png(signal_of(ramp, BT2020, transfer), BT2020, transfer))[0]
    assert (shown[64:] > 253).all()  # from 203 cd/m2
    assert (np.ptp(shown, axis=1) <= 1).all()
    assert (np.diff(shown.mean(axis=1)) >= 0).all()


def test_a_colour_beyond_srgb_is_as_saturated_as_srgb_allows() -> None:
    green = np.zeros((8, 8, 3))
    green[..., 1] = 1.0
    assert pixels(signalled_png(green, BT2020, SRGB_CURVE))[4, 4].tolist() == [0, 255, 0]


def test_alpha_is_kept_beside_code_points() -> None:
    signal = signal_of(light_of(scene()), P3, SRGB_CURVE)
    image = pyvips.Image.new_from_array(np.round(signal * 65535).astype(np.uint16), interpretation="rgb16")
    data = signalled_png(signal, P3, SRGB_CURVE)
    chunk = data[33:49]  # cICP
    plain = image.bandjoin(0x8000).copy(interpretation="rgb16").pngsave_buffer()
    decoded = decode(plain[:33] + chunk + plain[33:], 600, LIMITS).image
    assert (decoded.bands, decoded.extract_band(3).max()) == (4, 128)
    assert error(plain[:33] + chunk + plain[33:], scene()) < 1


def test_code_points_in_a_profile_count_if_they_say_hdr() -> None:
    signal = signal_of(light_of(scene()), BT2020, PQ)
    image = pyvips.Image.new_from_array(np.round(signal * 65535).astype(np.uint16), interpretation="rgb16")
    tagged = _with_tag(SRGB.tobytes(), b"cicp", b"cicp" + bytes(4) + bytes([BT2020, PQ, 0, 1]))
    image = image.copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", tagged)
    assert error(image.tiffsave_buffer(), scene()) < MAX_ERROR


def _with_tag(profile: bytes, name: bytes, data: bytes) -> bytes:
    """A profile with one more tag. The tags move by the length of its entry."""
    count = struct.unpack_from(">I", profile, 128)[0]
    entries = [struct.unpack_from(">4sII", profile, 132 + 12 * number) for number in range(count)]
    table = b"".join(struct.pack(">4sII", tag, at + 12, size) for tag, at, size in entries)
    table += struct.pack(">4sII", name, len(profile) + 12, len(data))
    whole = profile[:128] + struct.pack(">I", count + 1) + table + profile[132 + 12 * count :] + data
    return struct.pack(">I", len(whole)) + whole[4:]


@pytest.mark.corpora
def test_the_shared_case_of_pq() -> None:
    shown = pixels(case("hdr_pq_bt2020.avif"))
    corners = [shown[5, 5], shown[5, -6], shown[-6, 5], shown[-6, -6]]
    expected = [(220, 30, 30), (30, 180, 30), (30, 30, 220), (255, 255, 255)]
    assert np.abs(np.array(corners) - expected).mean() < MAX_ERROR


def converted(picture: PIL.Image.Image, profile: bytes) -> PIL.Image.Image:
    """What LittleCMS makes of the picture."""
    shown = ImageCms.profileToProfile(picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), SRGB, outputMode="RGB")
    assert shown is not None
    return shown


@pytest.mark.parametrize("profile", [PROPHOTO, ADOBE_RGB], ids=["ProPhoto", "AdobeRGB"])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_profile_of_a_wide_gamut_is_followed(format: str, profile: bytes) -> None:
    options = {} if format in ("PNG", "TIFF") else {"quality": 97}
    data = encoded(scene(), format, icc_profile=profile, **options)
    assert error(data, converted(scene(), profile)) < MAX_ERROR
    assert error(data, scene()) > MAX_ERROR


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_the_profile_of_srgb_changes_nothing(format: str) -> None:
    """Not even by rounding, since nothing is converted."""
    tagged, plain = encoded(scene(), format, icc_profile=SRGB.tobytes()), encoded(scene(), format)
    assert decode(tagged, 600, LIMITS).look != decode(plain, 600, LIMITS).look, "the profile is there"
    assert np.array_equal(pixels(tagged, 100), pixels(plain, 100))


def test_a_profile_in_jpeg_2000_is_followed() -> None:
    data = encoded(scene(), "JPEG2000")
    at = data.index(b"jp2h") - 4
    size = struct.unpack_from(">I", data, at)[0]
    colour = data.index(b"colr", at) - 4
    old = struct.unpack_from(">I", data, colour)[0]
    new = struct.pack(">I4s3B", 11 + len(ADOBE_RGB), b"colr", 2, 0, 0) + ADOBE_RGB
    header = struct.pack(">I", size - old + len(new)) + data[at + 4 : colour] + new + data[colour + old : at + size]
    assert error(data[:at] + header + data[at + size :], converted(scene(), ADOBE_RGB)) < 1


@pytest.mark.parametrize("index", ["R03", "R98"])
def test_adobe_rgb_that_a_camera_states_without_a_profile_is_followed(index: str) -> None:
    exif = PIL.Image.Exif()
    exif.get_ifd(0x8769)[0xA005] = {1: index, 2: b"0100"}
    data = encoded(scene(), "JPEG", quality=97, exif=exif)
    expected = converted(scene(), ADOBE_RGB) if index == "R03" else scene()
    assert error(data, expected) < MAX_ERROR


def test_a_profile_is_followed_in_16_bits() -> None:
    image = pyvips.Image.new_from_array(np.asarray(scene()).astype(np.uint16) * 257, interpretation="rgb16").copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", PROPHOTO)
    for data in (image.pngsave_buffer(), image.tiffsave_buffer()):
        assert error(data, converted(scene(), PROPHOTO)) < 1


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF"])
def test_a_grey_profile_is_followed(format: str) -> None:
    grey, profile = scene().convert("L"), grey_profile(1.0)
    data = encoded(grey, format, icc_profile=profile)
    assert error(data, converted(grey, profile)) < MAX_ERROR
    assert error(data, grey) > 20


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_follows_its_profile(format: str) -> None:
    inks = scene().convert("CMYK")
    assert error(encoded(inks, format, icc_profile=CMYK, quality=97), converted(inks, CMYK)) < MAX_ERROR


@pytest.mark.parametrize("profile", [None, b"no profile" * 20, CMYK[:1000], SRGB.tobytes()])
@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_without_a_profile_of_use_is_shown_as_browsers_show_it(format: str, profile: bytes | None) -> None:
    options = {} if profile is None else {"icc_profile": profile}
    cyan, magenta, yellow, _ = scene().convert("CMYK").split()
    black = PIL.Image.linear_gradient("L").resize(scene().size)
    inks = PIL.Image.merge("CMYK", (cyan, magenta, yellow, black))
    paper = 255 - np.asarray(inks).astype(float)
    expected = PIL.Image.fromarray(np.round(paper[..., :3] * paper[..., 3:] / 255).astype(np.uint8))
    assert error(encoded(inks, format, quality=97, **options), expected) < MAX_ERROR


def test_cmyk_of_16_bits() -> None:
    inks = scene().convert("CMYK")
    image = pyvips.Image.new_from_array(np.asarray(inks).astype(np.uint16) * 257, interpretation="cmyk").copy()
    assert error(image.tiffsave_buffer(), scene()) < MAX_ERROR
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", CMYK)
    assert error(image.tiffsave_buffer(), converted(inks, CMYK)) < MAX_ERROR


def test_cmyk_is_upright_too() -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    inks = scene().transpose(PIL.Image.Transpose.ROTATE_90).convert("CMYK")
    assert error(encoded(inks, "JPEG", quality=97, exif=exif), scene()) < MAX_ERROR


def test_lab_is_shown_as_littlecms_shows_it() -> None:
    to_lab = ImageCms.buildTransform(SRGB, ImageCms.createProfile("LAB"), "RGB", "LAB")
    lab = ImageCms.applyTransform(scene(), to_lab)
    assert lab is not None
    assert error(encoded(lab, "TIFF"), scene()) < MAX_ERROR
    samples = np.asarray(lab).astype(np.int16)
    samples[..., 1:] = (samples[..., 1:] + 128) % 256 - 128
    image = pyvips.Image.new_from_array((samples * [32767 / 255, 256, 256]).astype(np.int16), interpretation="labs")
    assert error(image.tiffsave_buffer(), scene()) < MAX_ERROR


def _without_first_curve(profile: bytes) -> bytes:
    return profile.replace(b"rTRC", b"xTRC", 1)


BROKEN = {
    "no profile": b"no profile" * 20,
    "one byte": b"x",
    "cut": PROPHOTO[:200],
    "a curve is missing": _without_first_curve(PROPHOTO),
    "of CMYK": CMYK,
    "of Lab": ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    "of XYZ": ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes(),
    "of grey": grey_profile(1.0),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_profile_of_no_use_costs_the_profile_and_nothing_else(format: str, name: str) -> None:
    options = {} if format in ("PNG", "TIFF") else {"quality": 97}
    data = encoded(scene(), format, icc_profile=BROKEN[name], **options)
    assert error(data, scene()) < MAX_ERROR
    assert decode(data, 300, LIMITS).warnings == ()


@pytest.mark.parametrize("name", ["no profile", "of CMYK", "of Lab", "of XYZ"])
def test_a_profile_of_no_use_costs_grey_nothing(name: str) -> None:
    grey = scene().convert("L")
    for format in ("JPEG", "PNG", "TIFF"):
        assert error(encoded(grey, format, icc_profile=BROKEN[name]), grey) < MAX_ERROR


def test_a_profile_of_no_use_costs_a_heic_nothing(tmp_path: Path) -> None:
    import pillow_heif

    for name in ("no profile", "a curve is missing", "of CMYK", "of XYZ"):
        picture = pillow_heif.from_pillow(scene())
        file = io.BytesIO()
        picture.save(file, quality=95, icc_profile=BROKEN[name])
        assert error(file.getvalue(), scene()) < MAX_ERROR
