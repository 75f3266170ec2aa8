"""XMP that does not fit into one segment of a JPEG."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
from pathlib import Path

import pytest

from photos_graph.library.metadata import read_metadata
from tests.kit.metadata import bag, jpeg_with, sidecar

WORDS = [f"word {number:05}" for number in range(400)]
EXTENDED = sidecar(bag("dc:subject", *WORDS), xmp_Rating="1", photoshop_Instructions="x" * 80_000)
IDENTITY = hashlib.md5(EXTENDED, usedforsecurity=False).hexdigest().upper()
PACKET = sidecar(
    "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Quay</rdf:li></rdf:Alt></dc:title>"
    f"<xmpNote:HasExtendedXMP xmlns:xmpNote='http://ns.adobe.com/xmp/note/'>{IDENTITY}</xmpNote:HasExtendedXMP>",
    xmp_Rating="4",
)


def segment(content: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def pieces(extended: bytes, size: int) -> list[bytes]:
    head = b"http://ns.adobe.com/xmp/extension/\0" + IDENTITY.encode() + struct.pack(">I", len(extended))
    return [segment(head + struct.pack(">I", at) + extended[at : at + size]) for at in range(0, len(extended), size)]


def picture(*segments: bytes) -> bytes:
    plain = jpeg_with()
    return plain[:2] + segment(b"http://ns.adobe.com/xap/1.0/\0" + PACKET) + b"".join(segments) + plain[2:]


@pytest.mark.parametrize("size", [60_000, 7_001])
def test_the_fields_of_both_packets_are_read_as_exiftool_reads_them(size: int, tmp_path: Path) -> None:
    data = picture(*reversed(pieces(EXTENDED, size)))
    (tmp_path / "a.jpg").write_bytes(data)
    command = ["exiftool", "-json", "-XMP:Subject", "-XMP:Title", tmp_path / "a.jpg"]
    [told] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    metadata, warnings = read_metadata(data, "a.jpg", 0)
    assert (list(metadata.keywords), metadata.description.title) == (told["Subject"], told["Title"]) == (WORDS, "Quay")
    assert (metadata.rating, warnings) == (4, ()), "what the packet itself says wins"


@pytest.mark.parametrize("broken", [pieces(EXTENDED, 60_000)[:1], pieces(b"<x:xmpmeta " + EXTENDED[:99], 50), []])
def test_a_part_that_is_missing_or_damaged_costs_nothing_else(broken: list[bytes]) -> None:
    metadata, _ = read_metadata(picture(*broken), "a.jpg", 0)
    assert (metadata.rating, metadata.description.title, metadata.keywords) == (4, "Quay", ())
