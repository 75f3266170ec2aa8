"""The maker note of Apple says which shots are one burst."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from photos_graph.library.apple_notes import burst_of
from photos_graph.library.metadata import read_metadata
from tests.kit.metadata import apple_note, jpeg_with

BURST = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"


def test_the_id_of_a_burst_is_that_of_exiftool(tmp_path: Path) -> None:
    data = jpeg_with({"Exif.Image.Make": "Apple", "Exif.Photo.MakerNote": apple_note(BURST)})
    (tmp_path / "a.jpg").write_bytes(data)
    told = subprocess.check_output(["exiftool", "-s3", "-BurstUUID", tmp_path / "a.jpg"], text=True)
    assert read_metadata(data, "a.jpg", 0)[0].burst == told.strip() == BURST


NOTE = apple_note(BURST)


@pytest.mark.parametrize(
    "note", [b"", b"Apple", NOTE[:15], NOTE[:16], NOTE[:30], NOTE[:45], NOTE.replace(b"6F", b"\xff\xff"), b"x" + NOTE]
)
def test_a_note_that_is_cut_off_or_damaged_names_none(note: bytes) -> None:
    assert burst_of(note) is None
