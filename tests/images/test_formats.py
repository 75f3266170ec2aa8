"""Formats by content."""

from __future__ import annotations

import struct

import pytest

from photos_graph.images import formats


def boxes(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return struct.pack(">I", len(body) + 4) + body + bytes(32)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\xff\xd8\xff\xe1", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"),
        (b"GIF89a", "GIF"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"II*\0\x10\0\0\0CR\x02\0", "RAW"),
        (b"IIRO\x08\0\0\0", "RAW"),
        (b"FUJIFILMCCD-RAW 0201", "RAW"),
        (boxes(b"crx ", b"crx ", b"isom"), "RAW"),
        (boxes(b"heic", b"mif1", b"heic"), "HEIC"),
        (boxes(b"mif1", b"mif1", b"heic"), "HEIC"),
        (boxes(b"avif", b"mif1", b"avif"), "AVIF"),
        (boxes(b"mif1", b"mif1", b"avif"), "AVIF"),
        (boxes(b"hevc", b"msf1", b"hevc"), "HEIC"),
        (boxes(b"MiHB", b"mif1", b"heix"), "HEIC"),
        (boxes(b"avis", b"avif", b"avis", b"msf1"), "AVIF"),
        (b"\xff\x0a\xfa\x7f", "JXL"),
        (b"8BPS\x00\x01", "PSD"),
        (b"8BPS\x00\x02", "PSD"),
    ],
)
def test_content_tells_the_format(data: bytes, name: str) -> None:
    for given in (data, memoryview(bytearray(data)).toreadonly()):  # the second as a scan reads it
        found = formats.sniff(given)
        assert found and found.name == name


@pytest.mark.parametrize("data", [b"", b"\0", b"RIFF\0\0\0\0WAVE", boxes(b"isom", b"mp42"), b"<svg", b"%PDF-1.4"])
def test_anything_else_is_none_of_ours(data: bytes) -> None:
    assert formats.sniff(data) is None


def test_directories_in_a_circle_come_to_an_end() -> None:
    entry = struct.pack("<HHII", 330, 4, 1, 8)
    assert formats.sniff(b"II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 8)) is formats.TIFF


def test_a_directory_that_claims_too_much_is_not_believed() -> None:
    assert formats.sniff(b"II*\0" + struct.pack("<IH", 8, 65535) + bytes(100)) is formats.TIFF


def test_a_scan_knows_the_extensions_of_photos() -> None:
    assert {
        "jpg",
        "mpo",
        "jps",
        "jfif",
        "jpe",
        "heic",
        "heics",
        "hif",
        "avifs",
        "cr2",
        "jxl",
        "psd",
    } <= formats.EXTENSIONS
    assert not {"svg", "pdf", "mp4", "xmp"} & formats.EXTENSIONS


def test_support_names_every_extension_once() -> None:
    support = formats.support()
    assert {each.extension for each in support} == formats.EXTENSIONS and len(support) == len(formats.EXTENSIONS)
    assert not [each.extension for each in support if not each.available]
