"""What a line of an export may say.

A hand may have written it, or an enemy, and what it says is kept for good: a line that this service would never have
written is refused as a whole, before any of it is believed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable

from photos_graph.errors import BadInput
from photos_graph.graph.faces.detections import DETECTED, IMPORTED, MANUAL
from photos_graph.names import MAX_LENGTH, plain_name
from photos_graph.services.datasets.exports.records import (
    FaceRecord,
    LibraryRecord,
    PersonMark,
    PhotoRecord,
    TagMark,
    ValueMark,
)

AHEAD_MS = 86_400_000  # that the clock of another machine may be
MOST = 10_000  # marks or faces of one photo
MOST_PATH = 8_192  # characters
_ROUNDED = 1e-5  # what the places of a box are off, when they were written with six digits
_HASH = re.compile("[0-9a-f]{64}")
_WAYS = (None, MANUAL, IMPORTED)
_FOLDER_WAYS = (*_WAYS, "FOLDER_NAME")


def check_photo(record: PhotoRecord, now_ms: int) -> None:
    """Raises BadInput."""
    if not _HASH.fullmatch(record.sha256):
        raise BadInput("A SHA-256 is 64 hexadecimal digits.")
    _few(record.files, record.marks, record.faces, *(face.marks for face in record.faces))
    _short(record.id, *record.files, *(mark.tag for mark in record.marks))
    for face in record.faces:
        _check_face(face)
        _short(*(mark.person for mark in face.marks))
    _check_rating(record.rating)
    if not isinstance(record.favourite.value, bool):
        raise BadInput("A favourite is true or false.")
    persons = [mark for face in record.faces for mark in face.marks]
    _check_words([*record.marks, *persons, record.rating, record.favourite], now_ms)
    _check_ways([*record.marks, *persons], _WAYS)
    if any(mark.recursive is not None for mark in record.marks):
        raise BadInput("A mark of a photo is not recursive.")


def check_library(library: LibraryRecord, now_ms: int) -> None:
    """Raises BadInput."""
    _short(*library.tags, *library.thresholds, *(person.name for person in library.persons))
    for folder in library.folders:
        _few(folder.marks)
        _short(folder.path, *(mark.tag for mark in folder.marks))
        _check_words(folder.marks, now_ms)
        _check_ways(folder.marks, _FOLDER_WAYS)


def _few(*those: Collection[object]) -> None:
    if any(len(each) > MOST for each in those):
        raise BadInput(f"It has more than {MOST:,} marks, faces or files.")


def _short(*texts: str) -> None:
    if any(len(text) > MOST_PATH or "\0" in text for text in texts):
        raise BadInput(f"A name or path has more than {MOST_PATH:,} characters, or one that is none.")


def _check_face(face: FaceRecord) -> None:
    """The centre is in the picture; the face of somebody at the edge, as detectors see it, is not all of it."""
    x, y, width, height = face.box
    centre = (x + width / 2, y + height / 2)
    within = all(-_ROUNDED <= side <= 1 + _ROUNDED for side in centre) and 0 < width <= 2 and 0 < height <= 2
    if not within or not all(map(math.isfinite, face.box)):
        raise BadInput("The box of a face is not in the picture.")
    if face.source not in (DETECTED, MANUAL, IMPORTED):
        raise BadInput("The source of a face is DETECTED, MANUAL or IMPORTED.")


def _check_rating(mark: ValueMark) -> None:
    if mark.value is not None and (isinstance(mark.value, bool) or not -1 <= mark.value <= 5):
        raise BadInput("A rating is -1 (rejected) to 5, or null for none.")


def _check_words(marks: Iterable[TagMark | PersonMark | ValueMark], now_ms: int) -> None:
    for mark in marks:
        if mark.at is not None and not 0 <= mark.at <= now_ms + AHEAD_MS:
            raise BadInput("Something was said before 1970, or is still to be said.")
        if mark.by and plain_name(mark.by) is None:
            raise BadInput(f"Who said it is up to {MAX_LENGTH} characters, no control character among them.")


def _check_ways(marks: Iterable[TagMark | PersonMark], ways: Collection[str | None]) -> None:
    if any(mark.via not in ways for mark in marks):
        raise BadInput(f"How a mark came is {', '.join(filter(None, ways))}.")
