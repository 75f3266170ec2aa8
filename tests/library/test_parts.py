"""Metadata that Exiv2 does not find, or of which it reads only a part, is found by a second reader."""

from __future__ import annotations

import io
import struct
import subprocess
import zlib
from datetime import datetime
from pathlib import Path

import PIL.Image
import pillow_heif
import pillow_jxl  # noqa: F401, it registers itself
import pytest
from PIL import ExifTags, PngImagePlugin

from photos_graph.library.metadata import read_metadata
from photos_graph.library.packets import repaired, states_nothing
from photos_graph.model.library import Camera, Metadata
from tests.kit.cases import case
from tests.kit.dng import dng
from tests.kit.metadata import bag, jpeg_with, sidecar
from tests.kit.pictures import encoded

SHOT = datetime(2019, 8, 5, 12, 34, 56)
PACKET = sidecar(bag("dc:subject", "sea", "Città"), xmp_Rating="4")


def read(data: bytes, beside: bytes | None = None) -> tuple[Metadata, tuple[str, ...]]:
    return read_metadata(data, "a", 0, beside)


def picture(encoder: str, **options: object) -> bytes:
    pillow_heif.register_heif_opener()
    file = io.BytesIO()
    PIL.Image.new("RGB", (64, 64), "red").save(file, encoder, **options)  # type: ignore[arg-type]
    return file.getvalue()


def exif() -> bytes:
    block = PIL.Image.Exif()
    block[ExifTags.Base.Make] = "Canon"
    block[ExifTags.IFD.Exif] = {ExifTags.Base.DateTimeOriginal: "2019:08:05 12:34:56"}
    return block.tobytes()


@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF", "JPEG2000"])
def test_what_exiftool_wrote_is_read_from_every_format(encoder: str, tmp_path: Path) -> None:
    suffix = {"JPEG2000": "jp2", "HEIF": "heic"}.get(encoder, encoder.lower())
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(picture(encoder))
    written = ["-EXIF:DateTimeOriginal=2019:08:05 12:34:56", "-EXIF:Make=Canon", "-XMP:Rating=4", "-XMP:Subject=sea"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *written, path], check=True)
    found, warnings = read(path.read_bytes())
    assert (found.taken and found.taken.at, found.camera) == (SHOT, Camera("Canon"))
    assert (found.rating, found.keywords, warnings) == (4, ("sea",), ())


def test_the_xmp_of_a_gif(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(picture("GIF"))
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP:Rating=4", "-XMP:Subject=sea", path], check=True)
    found, _ = read(path.read_bytes())
    assert (found.rating, found.keywords) == (4, ("sea",))


@pytest.mark.corpora
def test_the_case_of_a_heic_that_exiftool_dated() -> None:
    found, warnings = read(case("heic_dated_by_exiftool.heic"))
    assert (found.taken and found.taken.at, warnings) == (SHOT, ())


def test_the_texts_of_a_png() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Title", "A title")
    texts.add_itxt("Description", "Città di Pescara")
    texts.add_text("Creation Time", "Mon, 05 Aug 2019 12:34:56 +0200")
    found, warnings = read(picture("PNG", pnginfo=texts))
    assert (found.description.title, found.description.caption, warnings) == ("A title", "Città di Pescara", ())
    assert found.taken and (found.taken.at, found.taken.offset) == (SHOT, "+02:00")


def test_a_broken_colour_profile_loses_no_metadata() -> None:
    for encoder in ("JPEG", "PNG", "WEBP", "HEIF", "AVIF"):
        found, _ = read(picture(encoder, icc_profile=b"no profile" * 20, exif=exif()))
        assert (found.taken and found.taken.at, found.camera) == (SHOT, Camera("Canon")), encoder


def test_a_broken_chunk_before_it_loses_no_exif() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    png = picture("PNG", exif=exif())
    broken = (
        png[:33] + chunk(b"iCCP", b"name\0\0not compressed") + chunk(b"zTXt", b"Raw profile type icc\0\0xx") + png[33:]
    )
    assert read(broken)[0].camera == Camera("Canon")


def test_a_raw_file_that_exiv2_does_not_know_says_what_libraw_reads() -> None:
    scene = PIL.Image.new("RGB", (64, 48), "red")
    raw = b"II\x99\0" + dng(scene, preview=encoded(scene, "JPEG"))[4:]
    assert read(raw)[0].camera == Camera("Maker", "Model")


def test_exif_that_nobody_can_read_is_told() -> None:
    data = jpeg_with({"Exif.Image.Make": "Canon"})
    start = data.index(b"Exif\0\0") + 6
    found, warnings = read(data[:start] + b"XXXX" + data[start + 4 :])
    assert found.camera is None and "It has EXIF that cannot be read." in warnings


def test_a_picture_without_metadata_is_no_failure() -> None:
    for encoder in ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "TIFF"):
        assert read(picture(encoder))[1] == (), encoder


def test_empty_exif_and_an_empty_packet_are_no_failure() -> None:
    empty = b"Exif\0\0II*\0\x08\0\0\0" + bytes(6)  # as Photoshop saves for the web
    assert read(picture("JPEG", exif=empty))[1] == ()
    packet = sidecar().decode()
    start, end = packet.index("<rdf:Description"), packet.index("</rdf:RDF>")
    packet = f'{packet[:start]}<rdf:Description rdf:about=""/>{packet[end:]}'  # as screenshots on a Mac have it
    assert read(picture("JPEG", xmp=packet.encode()))[1] == ()


@pytest.mark.parametrize("filling", [" ", "<rdf:Description ", '<rdf:Description rdf:about="" ', "<?", "<x:xmpmeta "])
def test_a_long_packet_that_is_almost_empty_takes_no_longer(filling: str) -> None:
    assert not states_nothing(b"<x:xmpmeta>" + filling.encode() * 100_000 + b"x")


@pytest.mark.parametrize("encoder", ["BMP", "JPEG2000", "JXL"])
def test_a_format_without_metadata_is_no_failure(encoder: str) -> None:
    data = picture(encoder, **({"no_jp2": True} if encoder == "JPEG2000" else {}))  # without a container
    assert read(data)[1] == ()


TEXT = PACKET.decode()
BROKEN = {
    "utf-16": TEXT.encode("utf-16"),
    "utf-16 without a mark": TEXT[TEXT.index("<x:") :].encode("utf-16-le"),
    "utf-16 in the other order": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "utf-32": TEXT.encode("utf-32"),
    "an old encoding": TEXT.replace("\ufeff", "").encode("cp1252"),
    "a declared encoding": f'<?xml version="1.0" encoding="latin1"?>{TEXT[TEXT.index("<x:") :]}'.encode("latin-1"),
    "a stray ampersand": TEXT.replace("<dc:subject>", "<dc:source>a & b</dc:source><dc:subject>").encode(),
    "a control character": TEXT.replace("<dc:subject>", "<dc:source>a\x01b</dc:source><dc:subject>").encode(),
    "an unknown prefix": TEXT.replace("<dc:subject>", "<my:own>1</my:own><dc:subject>").encode(),
    "a prefix without a declaration": TEXT.replace('xmlns:dc="http://purl.org/dc/elements/1.1/"', "").encode(),
    "a property that is there twice": TEXT.replace("</rdf:D", "<xmp:Rating>2</xmp:Rating></rdf:D").encode(),
    "an end that is cut off": PACKET[: PACKET.index(b"</rdf:Bag>")],
    "bytes after the end": PACKET + b"\0\0<garbage",
    "blanks before the start": b"\n \n" + PACKET,
    "nothing around the core": TEXT[TEXT.index("<rdf:RDF") : TEXT.index("</x:xmpmeta>")].encode(),
}  # fmt: skip


@pytest.mark.parametrize("packet", BROKEN.values(), ids=BROKEN.keys())
def test_one_error_in_a_sidecar_does_not_lose_the_rest(packet: bytes) -> None:
    found, _ = read(jpeg_with(), packet)
    assert (found.rating, found.keywords) == (4, ("sea", "Città"))


def test_a_broken_packet_in_a_picture_is_repaired_too() -> None:
    packet = BROKEN["a prefix without a declaration"]
    body = b"http://ns.adobe.com/xap/1.0/\0" + packet
    plain = jpeg_with()
    found, _ = read(plain[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + plain[2:])
    assert (found.rating, found.keywords) == (4, ("sea", "Città"))


def test_what_is_no_packet_is_not_repaired() -> None:
    assert repaired(b"no packet") is None
    assert repaired(b"<!DOCTYPE x><x:xmpmeta/>") is None
    assert repaired(b"<x:xmpmeta>" + b" " * 9_000_000) is None


def test_a_packet_of_a_hundred_thousand_levels_is_cut() -> None:
    deep = sidecar('<dc:a rdf:parseType="Resource">' * 100_000)
    found = repaired(deep)
    assert found is not None and found.count(b"<dc:a") < 100


def test_a_namespace_that_a_file_declares_under_a_known_prefix_counts_for_that_file_alone() -> None:
    read(jpeg_with(), PACKET.replace(b"http://purl.org/dc/elements/1.1/", b"http://purl.org/other/"))
    read(jpeg_with(), PACKET)
    assert read(jpeg_with({"Xmp.dc.subject": ["sea", "sun"]}))[0].keywords == ("sea", "sun")
