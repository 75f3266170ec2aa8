"""What a line of an export may say: what this service writes, and nothing that it could not have written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from photos_graph.errors import BadInput
from photos_graph.model.properties import PhotoProperty
from photos_graph.services.datasets.exports.records import (
    PHOTO,
    AlbumMark,
    FaceRecord,
    FolderRecord,
    LibraryRecord,
    PersonMark,
    PhotoRecord,
    PropertyMark,
    TagMark,
    ValueMark,
)
from photos_graph.services.datasets.imports.validation import (
    MAX_CLOCK_SKEW_MS,
    MAX_ITEMS,
    MAX_TEXT_LENGTH,
    check_library,
    check_photo,
)

NOW = 1_000_000
PLAIN = PhotoRecord("x", "0" * 64, ("a.jpg",))


def face(*box: float, source: str = "MANUAL", **mark: object) -> PhotoRecord:
    marks = (PersonMark("Ann", **mark),) if mark else ()  # type: ignore[arg-type]
    return replace(PLAIN, faces=(FaceRecord(box, source, marks=marks),))  # type: ignore[arg-type]


def tag(**mark: object) -> PhotoRecord:
    return replace(PLAIN, marks=(TagMark("Sea", **mark),))  # type: ignore[arg-type]


def stated(which: PhotoProperty, at: int = 5, **values: str | float | None) -> PhotoRecord:
    return replace(PLAIN, properties=(PropertyMark(which, values, at, "ann"),))


@pytest.mark.parametrize(
    "record",
    [
        PLAIN,
        tag(at=0, by="ann", via="MANUAL"),
        tag(at=NOW + MAX_CLOCK_SKEW_MS, via="IMPORTED"),
        tag(excluded=True, at=5),
        face(0, 0, 1, 1, via="IMPORTED"),
        face(0.333333, 0.9, 0.666667, 0.1),
        face(-0.04, 0.9, 0.1, 0.19, source="DETECTED"),  # of somebody who is half in the picture
        stated(PhotoProperty.TITLE, title="Quay"),
        stated(PhotoProperty.CAPTION, caption=None),
        replace(PLAIN, albums=(AlbumMark("Trip", -(2**24), 5, "ann"), AlbumMark("Smart", cover=True))),
        stated(PhotoProperty.POSITION, latitude=None, longitude=None, altitude=None),
        stated(PhotoProperty.POSITION, latitude=-90.0, longitude=180.0, altitude=5.0),
        stated(PhotoProperty.POSITION, latitude=None, longitude=None, altitude=None, placeId="IT/Abruzzo"),
        stated(PhotoProperty.DATE, takenAt="1987-01-01T00:00:00", takenSource="XMP", takenPrecision="YEAR"),
        replace(PLAIN, rating=ValueMark(-1, 5, "ann"), favourite=ValueMark(True, 5, "")),
    ],
)
def test_what_an_export_says(record: PhotoRecord) -> None:
    check_photo(record, NOW)
    check_photo(PHOTO.validate_json(PHOTO.dump_json(record, exclude_defaults=True)), NOW)


@pytest.mark.parametrize(
    "record",
    [
        replace(PLAIN, sha256="0" * 63),
        replace(PLAIN, picture_hash="0" * 63),
        replace(PLAIN, id="x" * (MAX_TEXT_LENGTH + 1)),
        replace(PLAIN, files=("a\0.jpg",)),
        tag(via="x"),
        tag(via="PREDICTED"),
        tag(via="FOLDER_NAME"),
        tag(at=-1),
        tag(at=10**17),
        tag(at=2**63),
        tag(by="a" * 256),
        tag(by="a\nb"),
        tag(recursive=True),
        replace(PLAIN, marks=(TagMark("a" * (MAX_TEXT_LENGTH + 1)),)),
        replace(PLAIN, marks=(TagMark("Sea"),) * (MAX_ITEMS + 1)),
        face(float("nan"), 0.5, 0.1, 0.1),
        face(0.1, 0.1, float("inf"), 0.1),
        face(0.1, 0.1, 0, 0.1),
        face(0.1, 0.1, 0.1, -0.1),
        face(0.1, 5, 0.1, 0.1),
        face(-1e300, 0.1, 1e300, 0.1),
        face(0.1, 0.1, 0.1, 0.1, source="x"),
        face(0.1, 0.1, 0.1, 0.1, via="x"),
        face(0.1, 0.1, 0.1, 0.1, at=2**63),
        stated(PhotoProperty.TITLE, title="x" * 256),
        stated(PhotoProperty.POSITION, latitude=91, longitude=0),
        stated(PhotoProperty.POSITION, latitude=float("nan"), longitude=0),
        stated(PhotoProperty.POSITION, latitude=5),
        stated(PhotoProperty.POSITION, latitude="north", longitude=0),
        stated(PhotoProperty.POSITION, latitude=5.0, longitude=5.0, placeId="IT"),
        stated(PhotoProperty.POSITION, placeId=5.0),
        stated(PhotoProperty.DATE, takenAt="yesterday", takenSource="XMP"),
        stated(PhotoProperty.DATE, takenAt="0009-01-01T00:00:00", takenSource="XMP"),
        stated(PhotoProperty.DATE, takenAt="2019-01-01T00:00:00", takenSource="XMP", takenOffset="2"),
        stated(PhotoProperty.DATE, takenAt="2019-01-01T00:00:00", takenSource="x"),
        stated(PhotoProperty.TITLE, at=2**63, title="x"),
        replace(PLAIN, rating=ValueMark(999, 5)),
        replace(PLAIN, rating=ValueMark(True, 5)),
        replace(PLAIN, rating=ValueMark(3, 10**17)),
        replace(PLAIN, favourite=ValueMark(7, 5)),
        replace(PLAIN, favourite=ValueMark(None, 5)),
        replace(PLAIN, albums=(AlbumMark("Trip", 2**60),)),
        replace(PLAIN, albums=(AlbumMark("Trip", 0, 2**63),)),
        replace(PLAIN, albums=(AlbumMark("Trip\0"),)),
    ],
)
def test_what_cannot_be(record: PhotoRecord) -> None:
    with pytest.raises(BadInput):
        check_photo(record, NOW)


def test_folders() -> None:
    check_library(
        LibraryRecord(folders=(FolderRecord("P", (TagMark("Sea", via="FOLDER_NAME", recursive=True),)),)), NOW
    )
    for mark in (TagMark("Sea", via="x"), TagMark("Sea", at=2**63), TagMark("Sea", by="\0")):
        with pytest.raises(BadInput):
            check_library(LibraryRecord(folders=(FolderRecord("P", (mark,)),)), NOW)
