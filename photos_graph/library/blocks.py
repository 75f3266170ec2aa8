"""Finds the blocks of metadata in a picture with the decoders of pictures, where Exiv2 does not find them.

A block is handed to Exiv2 as a file of its own, so that one set of rules reads all fields.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Literal

_HEAD = 64 * 1024  # bytes at the start of a file that tell which blocks it has
_MAX_TEXT = 64 * 1024  # characters of one text of a PNG
_EXIF = re.compile(
    rb"\A\xff\xd8.*\xff\xe1..Exif\0\0"
    rb"|\A\x89PNG.*(?:eXIf(?:MM|II)|Raw profile type (?:exif|APP1)\0)"
    rb"|\A....ftyp.*infe.{8,12}Exif"
    rb"|\A\0\0\0\x0cJXL .*Exif\0\0\0\0(?:MM|II)"
    rb"|\ARIFF....WEBPVP8X.{4}[\x08-\x0f\x18-\x1f\x28-\x2f\x38-\x3f]",
    re.DOTALL,
)
_OTHERS = re.compile(
    rb"\A\x89PNG.*[tiz](?:EXt|TXt)|\A....ftyp.*infe.{8,12}mime|\AGIF8.*XMP DataXMP"
    rb"|\ARIFF....WEBPVP8X.{4}[\x04-\x07\x0c-\x0f\x14-\x17\x1c-\x1f\x24-\x27\x2c-\x2f\x34-\x37\x3c-\x3f]",
    re.DOTALL,
)
_TIFF_START = re.compile(rb"MM\0[*+]|II[*+]\0")
_PACKET = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>|<rdf:RDF.*?</rdf:RDF>", re.DOTALL)
# Texts of PNG, and the fields of XMP that mean the same.
_TEXTS = {
    "Title": "Xmp.dc.title",
    "Description": "Xmp.dc.description",
    "Comment": "Xmp.dc.description",
    "Author": "Xmp.dc.creator",
    "Copyright": "Xmp.dc.rights",
    "Software": "Xmp.xmp.CreatorTool",
    "Creation Time": "Xmp.photoshop.DateCreated",
}


@dataclass(frozen=True, slots=True)
class Blocks:
    """``exif`` begins like a TIFF; ``texts`` are values by the names of the XMP fields that mean the same.
    ``is_picture`` says that a decoder knows the format and has read the header."""

    exif: bytes | None = None
    xmp: bytes | None = None
    texts: dict[str, str] = field(default_factory=dict)
    is_picture: bool = False

    @property
    def has_empty_exif(self) -> bool:
        """Whether the first directory of EXIF has no entries, as in pictures that Photoshop saved for the web."""
        if self.exif is None:
            return False
        order: Literal["little", "big"] = "little" if self.exif.startswith(b"II") else "big"
        first = int.from_bytes(self.exif[4:8], order)
        return int.from_bytes(self.exif[first : first + 2], order) == 0


def states_exif(data: memoryview | bytes) -> bool:
    """Returns whether the header of the file says that it has EXIF."""
    return _EXIF.match(bytes(data[:_HEAD])) is not None


def states_others(data: memoryview | bytes) -> bool:
    """Returns whether the header of the file says that it has XMP or texts."""
    head = bytes(data[:_HEAD])
    return _OTHERS.match(head) is not None or b"ns.adobe.com/xap" in head


def find_blocks(data: memoryview | bytes) -> Blocks:
    """Returns the blocks that a decoder finds. Never raises; it reads the header and decodes no pixels."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            info = _heif(data) if bytes(data[4:8]) == b"ftyp" and bytes(data[8:11]) != b"avi" else _pillow(data)
    except Exception:  # decoders raise errors of many classes for broken files
        return Blocks()
    return Blocks(_tiff(info.get("exif")), _packet(info.get("xmp"), data, info), _texts(info), is_picture=True)


def _heif(data: memoryview | bytes) -> dict[str, Any]:
    import pillow_heif

    info: dict[str, Any] = pillow_heif.open_heif(io.BytesIO(data)).info
    return info


def _pillow(data: memoryview | bytes) -> dict[str, Any]:
    import PIL
    import PIL.Image

    if data[:2] == b"\xff\x0a" or data[4:8] == b"JXL ":
        import pillow_jxl  # noqa: F401, it registers itself

    try:
        opened = PIL.Image.open(io.BytesIO(data))
    except PIL.UnidentifiedImageError:
        return _raw(data)
    with opened as picture:
        info: dict[str, Any] = {str(key): value for key, value in picture.info.items()}
        if "exif" not in info and picture.format == "TIFF":
            info["exif"] = picture.getexif().tobytes()
    return info


def _raw(data: memoryview | bytes) -> dict[str, Any]:
    """Returns what LibRaw reads from a raw file, which it writes into the preview as EXIF."""
    import rawpy

    with rawpy.imread(io.BytesIO(data)) as raw:
        preview = raw.extract_thumb()
    return _pillow(bytes(preview.data)) if preview.format is rawpy.ThumbFormat.JPEG else {}


def _tiff(block: Any) -> bytes | None:
    """Returns the block from where its TIFF begins, after the marker of JPEG and the offset of HEIF."""
    start = _TIFF_START.search(block, 0, 32) if isinstance(block, bytes) else None
    return block[start.start() :] if start else None


def _packet(block: Any, data: memoryview | bytes, info: dict[str, Any]) -> bytes | None:
    if isinstance(block, bytes | str) and block:
        return block.encode() if isinstance(block, str) else block
    name, at = info.get("extension") or (b"", 0)  # of a GIF
    found = _PACKET.search(bytes(data[at:])) if name == b"XMP DataXMP" else None
    return found[0] if found else None


def _texts(info: dict[str, Any]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, name in _TEXTS.items():
        value = info.get(key)
        if isinstance(value, str) and value.strip():
            text = value[:_MAX_TEXT]
            texts.setdefault(name, _date(text) if key == "Creation Time" else text)
    return texts


def _date(text: str) -> str:
    """Returns the date in the form of XMP if it is one of e-mail, as the specification of PNG suggests."""
    try:
        return parsedate_to_datetime(text).isoformat()
    except ValueError:
        return text
