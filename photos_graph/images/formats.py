"""The formats of pictures. Recognises them by content, and lists those that this installation can decode."""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from photos_graph.model.library import RAW_FORMAT

Bytes = bytes | memoryview
Decoder = Literal["libvips", "pillow-heif", "rawpy", "pillow", "pillow-jxl", "psd-tools"]


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """A format of pictures. ``name`` is the value of ``Photo.format``. Files of one format may have several
    extensions."""

    name: str
    decoder: Decoder
    extensions: tuple[str, ...]
    media_type: str


@dataclass(frozen=True, slots=True)
class FormatSupport:
    """The decoder for files with this extension, and whether it is available in this installation."""

    extension: str
    decoder: str
    available: bool


# MPO and JPS hold two pictures, of which programs that know JPEG alone show the first.
JPEG = PictureFormat(
    "JPEG", "libvips", ("jpg", "jpeg", "jpe", "jfif", "jif", "pjpeg", "pjp", "mpo", "jps"), "image/jpeg"
)
PNG = PictureFormat("PNG", "libvips", ("png", "apng"), "image/png")
WEBP = PictureFormat("WEBP", "libvips", ("webp",), "image/webp")
TIFF = PictureFormat("TIFF", "libvips", ("tif", "tiff"), "image/tiff")
GIF = PictureFormat("GIF", "libvips", ("gif",), "image/gif")
AVIF = PictureFormat("AVIF", "libvips", ("avif", "avifs"), "image/avif")
HEIC = PictureFormat("HEIC", "pillow-heif", ("heic", "heif", "hif", "heics", "heifs"), "image/heic")
BMP = PictureFormat("BMP", "pillow", ("bmp", "dib"), "image/bmp")
JP2 = PictureFormat("JP2", "pillow", ("jp2", "j2k", "j2c", "jpc", "jpf", "jpx"), "image/jp2")
JXL = PictureFormat("JXL", "pillow-jxl", ("jxl",), "image/jxl")
PSD = PictureFormat("PSD", "psd-tools", ("psd", "psb"), "image/vnd.adobe.photoshop")
RAW = PictureFormat(
    RAW_FORMAT,
    "rawpy",
    (
        *("3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "iiq", "kdc", "mef", "mos", "mrw"),
        *("nef", "nrw", "orf", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f"),
    ),
    "image/x-raw",
)

FORMATS = (JPEG, PNG, WEBP, TIFF, GIF, AVIF, HEIC, RAW, BMP, JP2, JXL, PSD)
BY_NAME = {each.name: each for each in FORMATS}

# The extensions that a scan treats as photos. Formats that cannot be decoded are included, so that they are reported.
EXTENSIONS = frozenset(extension for each in FORMATS for extension in each.extensions)

_STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"BM", BMP),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", JP2),
    (b"\xff\x4f\xff\x51", JP2),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", JXL),
    (b"\xff\x0a", JXL),
    (b"8BPS\x00\x01", PSD),
    (b"8BPS\x00\x02", PSD),
    (b"FUJIFILMCCD-RAW", RAW),
    (b"II\x1a\x00\x00\x00HEAPCCDR", RAW),  # CRW
    (b"IIRO", RAW),
    (b"IIRS", RAW),
    (b"MMOR", RAW),
    (b"IIU\x00", RAW),  # RW2
    (b"FOVb", RAW),
    (b"\x00MRM", RAW),
)
_TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_AVIF_BRANDS = {b"avif", b"avis"}
_HEVC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_HEAD_BYTES = 4096  # the beginning of a HEIF file, with its brands and the list of its items
_CONTAINER_BRANDS = {b"mif1", b"msf1"}

_COMPRESSION, _PHOTOMETRIC, _SUB_IFDS, _DNG_VERSION = 259, 262, 330, 50706
_COMPRESSIONS_BEYOND_VIPS = {34925, 50000, 50001}  # LZMA, Zstandard, WebP
_RAW_COMPRESSIONS = {32767, 32769, 32770, 34713, 65535}  # Sony, Samsung, Nikon, Pentax
_RAW_PHOTOMETRICS = {32803, 34892}  # colour filter array, linear raw
_MAX_IFDS = 16
_MAX_ENTRIES = 512


def sniff(data: Bytes) -> PictureFormat | None:
    """Recognises the format of a file by its first bytes, and a TIFF also by its directories. Returns None for any
    other content."""
    if data[4:8] == b"ftyp":
        return _sniff_boxes(bytes(data[:_HEAD_BYTES]))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[:4] in _TIFF_STARTS:
        return RAW if _is_raw(data) else TIFF
    return next((found for start, found in _STARTS if data[: len(start)] == start), None)


def _sniff_boxes(data: bytes) -> PictureFormat | None:
    size = min(int.from_bytes(data[:4], "big"), 256)
    major, compatible = data[8:12], {data[at : at + 4] for at in range(16, size, 4)}
    if major == b"crx ":
        return RAW
    if major in _AVIF_BRANDS:
        return AVIF
    # "mif1" and other brands name only the container; the compatible brands name the codec.
    if compatible & _AVIF_BRANDS and not {major, *compatible} & _HEVC_BRANDS:
        return AVIF
    if {major, *compatible} & _HEVC_BRANDS:
        return HEIC
    if major in _CONTAINER_BRANDS:  # no brand names the codec, so the kinds of the items do
        return AVIF if b"av01" in data and b"hvc1" not in data else HEIC
    return None


def _is_raw(data: Bytes) -> bool:
    """Returns whether a TIFF holds the pixels of a sensor, as NEF, ARW, DNG, PEF and others do. CR2 states this in its
    header."""
    if data[8:10] == b"CR":
        return True
    order = "<" if data[:2] == b"II" else ">"
    try:
        if data[2:4] not in (b"*\x00", b"\x00*"):  # BigTIFF
            return False
        return any(_holds_raw(tag, value) for tag, value in _entries(data, order))
    except struct.error:
        return False


def is_beyond_vips(data: Bytes) -> bool:
    """Returns whether a TIFF is compressed in a way that our libvips does not know."""
    if data[2:4] not in (b"*\x00", b"\x00*"):  # BigTIFF
        return False
    try:
        tags = _entries(data, "<" if data[:2] == b"II" else ">")
        return next((value for tag, value in tags if tag == _COMPRESSION), 1) in _COMPRESSIONS_BEYOND_VIPS
    except struct.error:
        return False


def _holds_raw(tag: int, value: int) -> bool:
    if tag == _DNG_VERSION:
        return True
    return (tag == _COMPRESSION and value in _RAW_COMPRESSIONS) or (tag == _PHOTOMETRIC and value in _RAW_PHOTOMETRICS)


def _entries(data: Bytes, order: str) -> Iterator[tuple[int, int]]:
    """Yields the tags and values of the first directory, of those after it and of those below it."""
    offsets = [struct.unpack_from(order + "I", data, 4)[0]]
    seen: set[int] = set()
    while offsets and len(seen) < _MAX_IFDS:
        offset = offsets.pop(0)
        if offset in seen or not offset:
            continue
        seen.add(offset)
        count = struct.unpack_from(order + "H", data, offset)[0]
        for number in range(min(count, _MAX_ENTRIES)):
            at = offset + 2 + 12 * number
            tag, kind, length = struct.unpack_from(order + "HHI", data, at)
            value: int = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, at + 8)[0]
            if tag == _SUB_IFDS and length == 1:
                offsets.append(value)
            elif tag == _SUB_IFDS:
                offsets.extend(struct.unpack_from(f"{order}{min(length, _MAX_IFDS)}I", data, value))
            yield tag, value
        offsets.append(struct.unpack_from(order + "I", data, offset + 2 + 12 * count)[0])


def support() -> tuple[FormatSupport, ...]:
    """Lists every extension with its decoder and whether the decoder is installed. It loads the decoders, so it must be
    called in a child process."""
    return tuple(
        FormatSupport(extension, each.decoder, _available(each)) for each in FORMATS for extension in each.extensions
    )


def _available(each: PictureFormat) -> bool:
    match each.decoder:
        case "libvips":
            return _vips_loads("heif" if each is AVIF else each.name.lower())
        case "pillow":
            from PIL import features

            return each is not JP2 or bool(features.check("jpg_2000"))
        case _:
            return importlib.util.find_spec(each.decoder.replace("-", "_")) is not None


def _vips_loads(nickname: str) -> bool:
    import pyvips

    return bool(pyvips.type_find("VipsForeignLoad", f"{nickname}load_buffer"))
