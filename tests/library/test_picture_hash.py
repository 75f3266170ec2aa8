import hashlib
import io
import json
import os
import struct
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import exiv2
import numpy as np
import pillow_heif
import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from psd_tools import PSDImage
from psd_tools.constants import Compression

from photos_graph.library.picture_hash import picture_hash
from tests.kit.corpora import CORPORA
from tests.kit.dng import dng
from tests.kit.photoshop import RGB, planes, psd

EXIFTOOL = os.environ.get("PHOTOS_TEST_EXIFTOOL", "exiftool")  # Debian's cannot hash pictures yet


def picture(seed: int = 1, size: tuple[int, int] = (96, 64)) -> Image.Image:
    small = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def heif(image: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, format=kind)
    return file.getvalue()


def tiff(image: Image.Image, **options: object) -> bytes:
    return bytes(pyvips.Image.new_from_array(np.asarray(image)).tiffsave_buffer(**options))


def frames(image: Image.Image) -> dict[str, object]:
    return {"save_all": True, "append_images": [image.rotate(180)], "duration": 100, "loop": 0}


def packed_psd(image: Image.Image) -> bytes:
    file = io.BytesIO()
    PSDImage.frompil(image, compression=Compression.RLE).save(file)
    return file.getvalue()


MAKERS: dict[str, Callable[[Image.Image], bytes]] = {
    "baseline.jpg": lambda image: saved(image, "JPEG"),
    "progressive.jpg": lambda image: saved(image, "JPEG", progressive=True),
    "cmyk.jpg": lambda image: saved(image.convert("CMYK"), "JPEG"),
    "thumbnail.jpg": lambda image: with_thumbnail(saved(image, "JPEG")),
    "plain.png": lambda image: saved(image, "PNG"),
    "palette.png": lambda image: saved(image.quantize(), "PNG"),
    "moving.png": lambda image: saved(image, "PNG", **frames(image)),
    "lossy.webp": lambda image: saved(image, "WEBP"),
    "lossless.webp": lambda image: saved(image, "WEBP", lossless=True),
    "moving.webp": lambda image: saved(image, "WEBP", **frames(image)),
    "plain.heic": lambda image: heif(image, "HEIF"),
    "plain.avif": lambda image: saved(image, "AVIF"),
    "strips.tif": lambda image: saved(image, "TIFF"),
    "deflated.tif": lambda image: tiff(image, compression="deflate"),
    "tiled.tif": lambda image: tiff(image, tile=True, tile_width=32, tile_height=32),
    "pages.tif": lambda image: saved(image, "TIFF", save_all=True, append_images=[image.rotate(180)]),
    "raw.dng": dng,
    "preview.dng": lambda image: dng(image, preview=saved(image, "JPEG")),
    "plain.gif": lambda image: saved(image, "GIF"),
    "moving.gif": lambda image: saved(image, "GIF", **frames(image)),
    "plain.jp2": lambda image: saved(image, "JPEG2000"),
    "raw.psd": lambda image: psd(planes(image), RGB),
    "large.psb": lambda image: psd(planes(image), RGB, depth=16, version=2),
    "packed.psd": packed_psd,
}

WRITTEN = [
    *("-XMP-dc:Subject=Sea", "-XMP-dc:Subject=Land", "-XMP-xmp:Rating=4"),
    *("-XMP-exif:GPSLatitude=42.1", "-XMP-exif:GPSLongitude=14.2"),
    "-XMP-dc:Description=" + 4000 * "A long caption. ",  # so that everything behind it moves
]
WRITTEN_AS_EXIF = [
    *("-n", "-IFD0:Orientation=6", "-IFD0:Artist=" + 900 * "Somebody ", "-ExifIFD:DateTimeOriginal=2020:02:02 12:00:00")
]


def with_thumbnail(data: bytes) -> bytes:
    image = opened(data)
    exif = image.exifData()
    exiv2.ExifThumb(exif).setJpegThumbnail(saved(picture(3, (16, 12)), "JPEG"))
    image.writeMetadata()
    return bytes(image.io().data())


def opened(data: bytes) -> exiv2.Image:
    image = exiv2.ImageFactory.open(data)
    image.readMetadata()
    return image


def hash_of(data: bytes) -> str:
    return picture_hash(data, sha256(data))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def by_exiftool(folder: Path, files: Mapping[str, bytes], arguments: list[str]) -> dict[str, bytes]:
    """Has exiftool, which takes long to start, change all these files, and returns them."""
    paths = {name: folder / name for name in files}
    for name, path in paths.items():
        path.write_bytes(files[name])
    program = ["exiftool", "-q", "-m", "-overwrite_original", *arguments, *paths.values()]
    subprocess.run(program, check=True, capture_output=True)
    return {name: path.read_bytes() for name, path in paths.items()}


def test_metadata_that_exiftool_writes_leaves_the_hash(tmp_path: Path) -> None:
    made = {name: maker(picture()) for name, maker in MAKERS.items()}
    before = {name: hash_of(data) for name, data in made.items()}
    assert [name for name, data in made.items() if before[name] == sha256(data)] == []
    written = by_exiftool(tmp_path, made, WRITTEN)
    with_exif = {name: data for name, data in written.items() if not name.endswith(("gif", "jp2"))}
    again = by_exiftool(tmp_path, with_exif, WRITTEN_AS_EXIF)
    assert [name for name, data in written.items() if data == made[name] or data == again.get(name)] == []
    assert {name: hash_of(data) for name, data in written.items()} == before
    assert [name for name, data in again.items() if hash_of(data) != before[name]] == []


@pytest.mark.parametrize(
    "name", [name for name in MAKERS if name.endswith(("jpg", "png", "webp", "tif", "dng", "jp2"))]
)
def test_metadata_that_exiv2_writes_leaves_the_hash(name: str) -> None:
    data = MAKERS[name](picture())
    image = opened(data)
    image.exifData()["Exif.Image.Artist"] = "Somebody " * 900
    image.xmpData()["Xmp.xmp.Rating"] = "4"
    image.writeMetadata()
    written = bytes(image.io().data())
    assert written != data
    assert hash_of(written) == hash_of(data)


def test_a_removed_thumbnail_leaves_the_hash(tmp_path: Path) -> None:
    data = MAKERS["thumbnail.jpg"](picture())
    removed = by_exiftool(tmp_path, {"a.jpg": data}, ["-IFD1:all="])["a.jpg"]
    assert len(removed) < len(data) - 200
    assert hash_of(removed) == hash_of(data) == hash_of(MAKERS["baseline.jpg"](picture()))


def test_what_follows_a_jpeg_leaves_the_hash() -> None:
    data = MAKERS["baseline.jpg"](picture())
    assert hash_of(data + MAKERS["baseline.jpg"](picture(2)) + b"a video") == hash_of(data)


@pytest.mark.parametrize("block", [4096, 4096 + 128 * 1024, 4096 + 256 * 1024])
def test_the_end_is_found_wherever_coded_data_end(block: int) -> None:
    scan = b"\xff\xd8\xff\xda\x00\x02"
    for length in range(block - 12, block + 4):
        coded = (b"\x11\xff\x00\xff\xff\xd0" * (length // 6 + 1))[:length] + b"\x00"
        assert hash_of(scan + coded + b"\xff\xd9" + b"a video") == sha256(scan[2:] + coded)


def test_the_segment_that_tells_the_colours_counts() -> None:
    data = MAKERS["cmyk.jpg"](picture())
    at = data.index(b"Adobe") + 11
    assert hash_of(data[:at] + b"\x02" + data[at + 1 :]) != hash_of(data)


@pytest.mark.parametrize("name", MAKERS)
def test_other_pixels_have_another_hash(name: str) -> None:
    other = picture()
    other.paste((250, 10, 10), (10, 10, 30, 30))
    assert hash_of(MAKERS[name](other)) != hash_of(MAKERS[name](picture()))


def test_a_big_tiff_counts_its_pixels_alone() -> None:
    images = [tiff(picture(), bigtiff=True, compression="deflate", xres=xres) for xres in (2, 3)]
    assert images[0][:3] == b"II+" and images[0] != images[1]
    assert hash_of(images[0]) == hash_of(images[1]) != hash_of(tiff(picture(2), bigtiff=True, compression="deflate"))


def test_a_jpeg_xl_in_a_box_is_the_one_without() -> None:
    bare = b"\xff\x0a" + bytes(range(200))
    start = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
    boxes = [(b"ftyp", b"jxl \0\0\0\0jxl "), (b"Exif", bytes(40)), (b"jxlc", bare)]
    assert hash_of(
        start + b"".join(struct.pack(">I4s", 8 + len(part), kind) + part for kind, part in boxes)
    ) == hash_of(bare)


@pytest.mark.parametrize("name", MAKERS)
def test_a_file_that_ends_too_early_is_its_own_picture(name: str) -> None:
    """Else two photos of which a broken card left only the first lines would become one."""
    data = MAKERS[name](picture())
    cut = data[: len(data) * 2 // 3]
    assert hash_of(cut) == sha256(cut)


def test_other_files_are_their_own_picture() -> None:
    for data in (b"", b"\xff\xd8\xff", b"no picture", saved(picture(), "BMP")):
        assert hash_of(data) == sha256(data)


@given(
    st.sampled_from(sorted(MAKERS)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)), max_size=12),
    st.booleans(),
)
def test_broken_files_have_a_hash_too(name: str, breaks: list[tuple[float, bytes]], early: bool) -> None:
    data = bytearray(MADE[name])
    for where, garbage in breaks:
        at = int(where * (min(400, len(data)) if early else len(data)))
        data[at : at + len(garbage)] = garbage
    assert len(hash_of(bytes(data))) == 64


MADE = {name: make(picture()) for name, make in MAKERS.items()}


def test_hostile_tables_take_no_long_time() -> None:
    """Each names the whole file again and again."""
    many = 400_000
    places = struct.pack("<I", 8) * many
    table = struct.pack("<H", 2) + b"".join(
        struct.pack("<HHII", tag, 4, many, at) for tag, at in ((273, 38), (279, 38 + 4 * many))
    )
    size = 38 + 8 * many
    hostile_tiff = b"II*\0" + struct.pack("<I", 8) + table + bytes(4) + places + struct.pack("<I", size - 8) * many
    boxes = struct.pack(">I4sHHI", 16, b"ftyp", 0, 0, 0) + struct.pack(">I4s", 0, b"meta") + bytes(4)
    located = bytes([0, 0, 0, 0, 0x04, 0x00]) + struct.pack(">H", 60_000) + bytes([0, 1, 0, 0, 0xFF, 0xFF]) * 60_000
    hostile_heif = boxes + struct.pack(">I4s", 8 + len(located), b"iloc") + located
    hostile_jpeg = b"\xff\xd8" + b"\xff\xda\x00\x02" * 1_000_000
    started = time.process_time()
    for data in (hostile_tiff, hostile_heif, hostile_jpeg):
        assert hash_of(data) == sha256(data)
    assert time.process_time() - started < 60  # each took hours without limits


@pytest.mark.corpora
def test_files_with_one_picture_for_exiftool_have_one_hash() -> None:
    """exiftool leaves out what pixels are decoded by, such as tables and the frames of a moving PNG, so hostile files
    that differ only there share a picture for it alone."""
    version = subprocess.run([EXIFTOOL, "-ver"], capture_output=True, check=True, text=True).stdout
    if tuple(map(int, version.split("."))) < (12, 58):
        pytest.skip("This exiftool cannot hash pictures; PHOTOS_TEST_EXIFTOOL may name a newer one")
    answer = subprocess.run(
        [
            EXIFTOOL,
            "-r",
            "-j",
            "-m",
            "-q",
            "-q",
            "-i",
            "hostile",
            "-api",
            "ImageHashType=SHA256",
            "-ImageDataHash",
            CORPORA,
        ],
        capture_output=True,
        check=True,
    ).stdout
    hashes = defaultdict(set)
    pictures = defaultdict(set)
    for entry in json.loads(answer):
        if judged := entry.get("ImageDataHash"):
            found = hash_of(Path(entry["SourceFile"]).read_bytes())
            hashes[judged].add(found)
            pictures[found].add(judged)
    assert len(hashes) > 3000
    assert [group for group in hashes.values() if len(group) > 1] == []
    assert [group for group in pictures.values() if len(group) > 1] == []
