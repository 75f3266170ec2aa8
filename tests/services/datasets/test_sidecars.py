"""What records of photos are as sidecars."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from photos_graph.model.labels import TagSource
from photos_graph.services.datasets.exports.records import FaceRecord, LibraryRecord, PersonMark, PhotoRecord, TagRecord
from photos_graph.services.datasets.exports.sidecars import Sidecars, sidecar_of
from photos_graph.services.datasets.exports.staging import ExportedFile, StagingFolder

pytestmark = pytest.mark.anyio


def tagged(file: str, tag: str, format: str = "JPEG") -> PhotoRecord:
    return PhotoRecord(file, file, (f"Pictures/{file}",), tags=(TagRecord(tag, TagSource.MANUAL),), format=format)


@pytest.fixture
def staging(tmp_path: Path) -> StagingFolder:
    staging = StagingFolder(tmp_path / "out")
    staging.create()
    return staging


async def test_labels_that_cannot_be_written_leave_out_their_photo_alone(staging: StagingFolder) -> None:
    block = await Sidecars(staging).write(0, [tagged("1.jpg", "\ud800"), tagged("2.jpg", "Sea")])
    assert [each.path for each in block.skipped] == ["Pictures/1.jpg"]
    assert [each.path for each in block.files] == ["sidecars/Pictures/2.jpg.xmp"]


async def test_the_short_name_of_a_raw_file_is_written_once(staging: StagingFolder) -> None:
    sidecars = Sidecars(staging)
    records = [tagged("1.CR2", "Sea", "RAW"), tagged("1.DNG", "Land", "RAW"), tagged("b.c/2", "Sun", "RAW")]
    records.append(replace(tagged("3.NEF", "Sky", "RAW"), tags=()))
    for number, record in enumerate(records):
        block = await sidecars.write(number, [record])
        staging.record_block(number, block.records, block.files, block.skipped)
    staging.remove_unlisted()
    written = [each.path for each in (*staging.files(), *sidecars.finish(LibraryRecord()))]
    full = [f"sidecars/Pictures/{name}.xmp" for name in ("1.CR2", "1.DNG", "b.c/2")]
    assert written == [*full, "sidecars/Pictures/1.xmp"]
    assert b"Sea" in staging.read("sidecars/Pictures/1.xmp")


async def test_a_full_disk_ends_it_and_a_name_that_is_too_long_does_not(tmp_path: Path) -> None:
    staging = Full(tmp_path / "out")
    staging.create()
    with pytest.raises(OSError, match="No space"):
        await Sidecars(staging).write(0, [tagged("1.jpg", "Sea")])
    block = await Sidecars(staging).write(0, [tagged(f"{'1' * 250}.jpg", "Sea")])
    assert not block.files and len(block.skipped) == 1


class Full(StagingFolder):
    def put(self, relative: str, data: Iterable[bytes]) -> ExportedFile:
        super().put(relative, data)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def test_a_guess_at_somebody_who_is_in_the_photo_already_has_no_name() -> None:
    sides = (0.1, 0.2, 0.2, 0.4), (0.6, 0.2, 0.2, 0.4), (0.6, 0.7, 0.1, 0.1)
    record = PhotoRecord(
        "1",
        "1",
        ("Pictures/1.jpg",),
        tags=(TagRecord("Sea", TagSource.PREDICTED, 0.7), TagRecord("Land", TagSource.MANUAL)),
        faces=(
            FaceRecord(sides[0], person="Ann", marks=(PersonMark("Ann"),)),
            FaceRecord(sides[1], person="Ann", score=0.8),
            FaceRecord(sides[2], person="Bob", score=0.8),
        ),
    )
    said = sidecar_of(record)
    assert [region.name for region in said.regions] == ["Ann", None, "Bob"]
    assert (said.predicted_tags, said.predicted_persons) == (("Sea",), ("Bob",))
