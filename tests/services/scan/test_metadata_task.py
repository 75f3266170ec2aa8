"""What the worker reads of an original's metadata alone is what it reads of it with the whole."""

from __future__ import annotations

import mmap
from pathlib import Path

import pytest

from photos_graph.errors import NotFound, StillWritten, Unreadable
from photos_graph.services.scan.intake_child import read_metadata_alone, take_in
from photos_graph.services.scan.intake_tasks import (
    READ_METADATA,
    TAKE_IN,
    FileOrder,
    IntakeOrder,
    MetadataOrder,
    MetadataRead,
)
from tests.kit.corpora import CORPORA
from tests.kit.dng import dng
from tests.kit.metadata import bag, jpeg_with, sidecar
from tests.kit.pictures import encoded, put, scene


def order(path: Path, beside: bytes | None = None) -> FileOrder:
    found = path.stat()
    root = bytes(path.parent)
    return FileOrder(
        root, bytes(path)[len(root) + 1 :], beside, None, path.name, found.st_size, found.st_mtime_ns, False, 2**30
    )


def alone(file: FileOrder, width: int, height: int) -> MetadataRead:
    argument = READ_METADATA.arguments.dump_json(MetadataOrder(file, width, height, whole=False))
    return READ_METADATA.answers.validate_json(read_metadata_alone(argument, lambda chunk: None))


def check(file: FileOrder) -> None:
    argument = TAKE_IN.arguments.dump_json(IntakeOrder(file, 10**8, 80))
    whole = TAKE_IN.answers.validate_json(take_in(argument, lambda chunk: None))
    read = alone(file, whole.width, whole.height)
    assert read.metadata == whole.metadata
    assert read.warnings == tuple(each for each in whole.warnings if each[0] == "metadata")


@pytest.mark.parametrize("mapped", [True, False])
def test_metadata_alone_is_the_metadata_of_the_whole(
    tmp_path: Path, mapped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``mapped``: as on a disk whose files can be mapped into memory, and as on one whose cannot."""
    fields = {"Exif.Image.Orientation": "6", "Exif.Image.Make": "Canon", "Xmp.dc.subject": ["Sea"]}
    put(tmp_path / "turned.jpg", jpeg_with(fields) + bytes(1_000_000))
    put(tmp_path / "beside.jpg", jpeg_with(fields))
    put(tmp_path / "beside.jpg.xmp", sidecar(bag("dc:subject", "Snow")))
    put(tmp_path / ".picasa.ini", b"[turned.jpg]\nfaces=rect64(3f845bcb59418507),8e62398ebda8c1a5\n")
    put(tmp_path / "raw.dng", dng(scene(1200, 800), 6, preview=encoded(scene(1200, 800), "JPEG")))
    for format in ("PNG", "WEBP", "TIFF"):
        put(tmp_path / f"picture.{format.lower()}", encoded(scene(), format))
    if not mapped:

        def refuse(*arguments: object, **options: object) -> None:
            raise OSError("this file system maps nothing")

        monkeypatch.setattr(mmap, "mmap", refuse)
    for path in sorted(tmp_path.iterdir()):
        if path.suffix not in (".xmp", ".ini"):
            check(order(path, b"beside.jpg.xmp" if path.name == "beside.jpg" else None))
    turned = alone(order(tmp_path / "turned.jpg"), 8, 8).metadata
    assert turned.orientation == 6 and turned.keywords == ("Sea",) and len(turned.regions) == 1


@pytest.mark.corpora
def test_in_real_files_too() -> None:
    for path in sorted((CORPORA / "exif-orientation").glob("*.jpg")):
        check(order(path))


def test_a_file_that_is_another_one_now_is_not_read(tmp_path: Path) -> None:
    path = put(tmp_path / "1.jpg", jpeg_with())
    before = order(path)
    put(path, jpeg_with({"Exif.Image.Make": "Canon"}))
    with pytest.raises(StillWritten):
        alone(before, 8, 8)
    path.unlink()
    with pytest.raises(NotFound):
        alone(before, 8, 8)
    empty = put(path, b"")
    with pytest.raises(Unreadable):
        alone(order(empty), 8, 8)
