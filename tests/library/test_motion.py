"""Videos in motion photos: where they are, in files as phones write them."""

from __future__ import annotations

import io
import os
import struct
import subprocess
from pathlib import Path

import pillow_heif
import pytest

from photos_graph.library.motion import MotionVideo, motion_video
from tests.kit.corpora import CORPORA
from tests.kit.pictures import encoded, scene

EXIFTOOL = os.environ.get("PHOTOS_TEST_EXIFTOOL", "exiftool")


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


VIDEO = (
    box(b"ftyp", b"mp42\0\0\0\0isommp42") + box(b"mdat", bytes(range(256)) * 8) + box(b"moov", box(b"mvhd", bytes(100)))
)


def jpeg(packet: str = "") -> bytes:
    return encoded(scene(60, 40), "JPEG", xmp=packet.encode()) if packet else encoded(scene(60, 40), "JPEG")


def packet(attributes: str, inside: str = "") -> str:
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:GCamera="http://ns.google.com/photos/1.0/camera/"
 xmlns:Container="http://ns.google.com/photos/1.0/container/"
 xmlns:Item="http://ns.google.com/photos/1.0/container/item/" {attributes}>{inside}</rdf:Description>
</rdf:RDF></x:xmpmeta>"""


def directory(*items: tuple[str, int]) -> str:
    listed = "".join(
        f'<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="image/jpeg" Item:Semantic="{semantic}"'
        f' Item:Length="{length}" Item:Padding="0"/></rdf:li>'
        for semantic, length in items
    )
    return f"<Container:Directory><rdf:Seq>{listed}</rdf:Seq></Container:Directory>"


def as_elements(*items: tuple[str, int]) -> str:
    listed = "".join(
        f'<rdf:li rdf:parseType="Resource"><Container:Item rdf:parseType="Resource"><Item:Mime>a/b</Item:Mime>'
        f"<Item:Semantic>{semantic}</Item:Semantic><Item:Length>{length}</Item:Length></Container:Item></rdf:li>"
        for semantic, length in items
    )
    return f"<Container:Directory><rdf:Seq>{listed}</rdf:Seq></Container:Directory>"


def samsung(name: bytes = b"MotionPhoto_Data", data: bytes = VIDEO) -> bytes:
    """The blocks and the table that Samsung's phones append."""
    blocks = []
    for kind, label, content in ((0x0A01, b"Image_UTC_Data", b"1600000000000"), (0x0A30, name, data)):
        blocks.append((kind, struct.pack("<HHI", 0, kind, len(label)) + label + content))
    distances = [sum(len(block) for _, block in blocks[number:]) for number in range(len(blocks))]
    entries = b"".join(
        struct.pack("<HHII", 0, kind, distance, len(block))
        for (kind, block), distance in zip(blocks, distances, strict=True)
    )
    table = struct.pack("<4sII", b"SEFH", 106, len(blocks)) + entries
    return b"".join(block for _, block in blocks) + table + struct.pack("<I4s", len(table), b"SEFT")


MICRO = jpeg(packet(f'GCamera:MicroVideo="1" GCamera:MicroVideoVersion="1" GCamera:MicroVideoOffset="{len(VIDEO)}"'))
MOTION = packet('GCamera:MotionPhoto="1"', directory(("Primary", 0), ("MotionPhoto", len(VIDEO))))
GAIN_MAP = jpeg()
WITH_GAIN_MAP = packet(
    'GCamera:MotionPhoto="1"',
    as_elements(("Primary", 0), ("GainMap", len(GAIN_MAP)), ("MotionPhoto", len(VIDEO))),
)

CASES = {
    "MicroVideo": MICRO + VIDEO,
    "MotionPhoto": jpeg(MOTION) + VIDEO,
    "MotionPhoto after a gain map": jpeg(WITH_GAIN_MAP) + GAIN_MAP + VIDEO,
    "Samsung": jpeg() + samsung(),
    "MotionPhoto with something appended": jpeg(MOTION) + VIDEO + b"appended by a program",
    "Huawei": jpeg() + VIDEO + b"v2_f34          LIVE_1234567        ",
}


@pytest.mark.parametrize("name", CASES)
def test_the_video_is_found(name: str) -> None:
    data = CASES[name]
    for given in (data, memoryview(data)):
        found = motion_video(given)
        assert found == MotionVideo(data.index(VIDEO), len(VIDEO))


def test_exiftool_finds_the_same_video_of_samsung(tmp_path: Path) -> None:
    file = tmp_path / "picture.jpg"
    file.write_bytes(CASES["Samsung"])
    extracted = subprocess.run([EXIFTOOL, "-b", "-EmbeddedVideoFile", file], capture_output=True, check=True).stdout
    found = motion_video(CASES["Samsung"])
    assert found and extracted == CASES["Samsung"][found.offset : found.offset + found.length]


@pytest.mark.parametrize("wide", [False, True])
def test_the_video_of_a_heic_is_in_a_box(wide: bool) -> None:
    file = io.BytesIO()
    pillow_heif.from_pillow(scene(64, 64)).save(file)
    head = struct.pack(">I4sQ", 1, b"mpvd", 16 + len(VIDEO)) if wide else struct.pack(">I4s", 8 + len(VIDEO), b"mpvd")
    data = file.getvalue() + head + VIDEO
    assert motion_video(data) == MotionVideo(data.index(VIDEO), len(VIDEO))
    assert motion_video(file.getvalue()) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff",
        VIDEO,  # a video is no motion photo
        jpeg(),
        jpeg() + VIDEO,  # nothing says so
        jpeg(MOTION),  # the video was cut off
        jpeg(MOTION) + VIDEO[: len(VIDEO) // 2],
        jpeg(MOTION) + VIDEO.replace(b"moov", b"xxxx"),
        jpeg() + samsung(data=b"no video"),
        jpeg() + samsung(name=b"DualShot_DepthMap"),
        jpeg() + b"SEFT",
        jpeg() + struct.pack("<4sIII4s", b"SEFH", 106, 2**32 - 1, 12, b"SEFT"),
        jpeg(packet('GCamera:MicroVideoOffset="99999999999"')) + VIDEO,
        encoded(scene(60, 40), "PNG"),
    ],
)
def test_without_a_whole_video_there_is_none(data: bytes) -> None:
    assert motion_video(data) is None


def test_no_part_of_a_motion_photo_is_too_short_to_read() -> None:
    for data in CASES.values():
        for end in (*range(0, 200, 7), *range(200, len(data), 211)):
            found = motion_video(data[:end])
            assert found is None or found.offset + found.length <= end


@pytest.mark.corpora
def test_no_photograph_of_the_corpora_is_taken_for_a_motion_photo() -> None:
    files = [path for path in CORPORA.rglob("*") if path.is_file()]
    found = [path.name for path in files if motion_video(path.read_bytes())]
    assert not [name for name in found if not name.lower().endswith((".mp.jpg", "mp.jpg"))]
