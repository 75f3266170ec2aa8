"""What the worker reads of an original's metadata alone is what it reads of it with the whole."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from photos_graph.errors import StillWritten, Unreadable
from photos_graph.services.scan.intake_child import read_metadata_alone, take_in
from photos_graph.services.scan.intake_tasks import (
    READ_METADATA,
    TAKE_IN,
    FileOrder,
    IntakeOrder,
    MetadataOrder,
    MetadataRead,
)
from photos_graph.workers.task import Emit
from tests.kit.corpora import CORPORA
from tests.kit.dng import dng
from tests.kit.metadata import bag, jpeg_with, sidecar
from tests.kit.pictures import encoded, opened_files, put, scene

SILENT: Emit = cast("Emit", lambda chunk: None)


@contextmanager
def order(path: Path, beside: Path | None = None, found: os.stat_result | None = None) -> Iterator[FileOrder]:
    """``found`` is what the scan found, if that was another file."""
    found = found or path.stat()
    picasa = path.with_name(".picasa.ini")
    beside_it = [each for each in (beside, picasa if picasa.exists() else None) if each is not None]
    with opened_files([path, *beside_it]) as files:
        yield FileOrder(
            file=files[0],
            sidecar=files[1] if beside is not None else None,
            takeout=None,
            picasa=files[-1] if picasa in beside_it else None,
            beside_reasons=(),
            raw_name=path.name.encode(),
            name=path.name,
            size=found.st_size,
            mtime_ns=found.st_mtime_ns,
            max_bytes=2**30,
        )


def alone(file: FileOrder, width: int, height: int) -> MetadataRead:
    argument = READ_METADATA.arguments.dump_json(MetadataOrder(file, width, height, whole=False))
    return READ_METADATA.answers.validate_json(read_metadata_alone(argument, SILENT, None))


def check(file: FileOrder) -> None:
    argument = TAKE_IN.arguments.dump_json(IntakeOrder(file, 10**8, 80))
    whole = TAKE_IN.answers.validate_json(take_in(argument, SILENT, None))
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
            with order(path, tmp_path / "beside.jpg.xmp" if path.name == "beside.jpg" else None) as file:
                check(file)
    with order(tmp_path / "turned.jpg") as file:
        turned = alone(file, 8, 8).metadata
    assert turned.orientation == 6 and turned.keywords == ("Sea",) and len(turned.regions) == 1


@pytest.mark.corpora
def test_in_real_files_too() -> None:
    for path in sorted((CORPORA / "exif-orientation").glob("*.jpg")):
        with order(path) as file:
            check(file)


def test_a_file_that_is_another_one_now_is_not_read(tmp_path: Path) -> None:
    path = put(tmp_path / "1.jpg", jpeg_with())
    before = path.stat()
    put(path, jpeg_with({"Exif.Image.Make": "Canon"}))
    with order(path, found=before) as file, pytest.raises(StillWritten):
        alone(file, 8, 8)
    with order(put(path, b"")) as file, pytest.raises(Unreadable):
        alone(file, 8, 8)
