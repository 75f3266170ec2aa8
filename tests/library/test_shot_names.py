"""The names that cameras and programs give to the files of one shot, and to the shots of a burst."""

from __future__ import annotations

import pytest

from photos_graph.library.shot_names import shot_name

EDITS = {
    "IMG_1234-edited.jpg": "IMG_1234.jpg",
    "IMG_1234-edited(1).jpg": "IMG_1234(1).jpg",
    "IMG_1234-bearbeitet.jpg": "IMG_1234.HEIC",
    "IMG_1234-modifié.jpg": "IMG_1234.jpg",
    "IMG_1234-modifie\N{COMBINING ACUTE ACCENT}.jpg": "IMG_1234.jpg",
    "IMG_1234-編集済み.jpg": "IMG_1234.jpg",
    "IMG_E1234.JPG": "img_1234.heic",
    "DSC_0001-Edit.tif": "DSC_0001.NEF",
    "DSC_0001-Edit-2.tif": "DSC_0001.NEF",
    "beach (edited).png": "beach.png",
    "PXL_20210101_120000123~2.jpg": "PXL_20210101_120000123.jpg",
    "PXL_20210101_120000123.RAW-01.COVER.jpg": "PXL_20210101_120000123.RAW-02.ORIGINAL.dng",
}


@pytest.mark.parametrize("edited", EDITS)
def test_an_edited_version_is_of_the_shot_of_its_original(edited: str) -> None:
    one, original = shot_name(edited), shot_name(EDITS[edited])
    assert one.is_edited and not original.is_edited
    assert one.base == original.base


@pytest.mark.parametrize("name", ["unedited.jpg", "IMG_E.jpg", "credit.jpg", "2019-08-05.jpg", "a~b.jpg", "edited.jpg"])
def test_other_names_are_no_edited_versions(name: str) -> None:
    assert not shot_name(name).is_edited


BURSTS = [
    ("00000IMG_00000_BURST20190101120000123_COVER.jpg", "00001IMG_00001_BURST20190101120000123.jpg"),
    ("DSCPDC_0001_BURST20190101120000.JPG", "DSCPDC_0002_BURST20190101120000.JPG"),
    ("IMG_20190101_120000_BURST1_COVER.jpg", "IMG_20190101_120000_BURST12.jpg"),
    ("PXL_20210101_120000123.BURST-01.jpg", "PXL_20210101_120000123.BURST-02.jpg"),
]


@pytest.mark.parametrize(("one", "other"), BURSTS)
def test_the_shots_of_a_burst_name_it(one: str, other: str) -> None:
    first, second = shot_name(one), shot_name(other)
    assert first.burst is not None and first.burst == second.burst
    assert first.is_cover == ("COVER" in one)
    assert first.base != second.base


def test_a_name_that_ends_with_a_number_is_counted() -> None:
    one, other = shot_name("DSC_0099.JPG"), shot_name("dsc_0100.jpg")
    assert (one.prefix, one.count) == (other.prefix, 99) == ("dsc_", 99)
    assert other.count == 100
    assert shot_name("beach.jpg").count is None
