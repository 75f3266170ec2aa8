"""The rules for the content of an export that is imported.

A person or an attacker may have written the file, and its labels are stored permanently. Therefore a line that this
service would never have written is refused as a whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable

from photos_graph.errors import BadInput
from photos_graph.graph.faces.detections import DETECTED, IMPORTED, MANUAL
from photos_graph.model.stacks import COVER, chosen
from photos_graph.names import MAX_LENGTH, plain_name
from photos_graph.services.datasets.exports.records import (
    AlbumMark,
    AlbumRecord,
    FaceRecord,
    LibraryRecord,
    PersonMark,
    PhotoRecord,
    PropertyMark,
    StackMark,
    TagMark,
    ValueMark,
)
from photos_graph.services.datasets.imports.merge_rules import parts_of
from photos_graph.services.labels.property_rules import check_parts

MAX_CLOCK_SKEW_MS = 86_400_000  # by which the clock of another machine may be ahead
MAX_ITEMS = 10_000  # marks, faces or files of one photo
MAX_TEXT_LENGTH = 8_192  # characters of a name or path
_ROUNDING = 1e-5  # error of a coordinate, which is written with six decimals
_HASH, _STACK = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{32}")
MAX_POSITION = 2**53  # of a photo in an album
MIN_RANK, MAX_RANK = chosen(COVER), 100  # of a photo in a stack
_PHOTO_SOURCES = (None, MANUAL, IMPORTED)
_FOLDER_SOURCES = (*_PHOTO_SOURCES, "FOLDER_NAME")


def check_photo(record: PhotoRecord, now_ms: int) -> None:
    """Raises BadInput if the record of a photo breaks a rule. ``now_ms`` is the time since the epoch."""
    if not _HASH.fullmatch(record.sha256) or not _HASH.fullmatch(record.picture_hash or record.sha256):
        raise BadInput("A SHA-256 and a picture hash must have 64 hexadecimal digits.")
    _check_counts(record.files, record.marks, record.faces, record.albums, *(face.marks for face in record.faces))
    _check_texts(record.id, *record.files, *(mark.tag for mark in record.marks), *record.description.texts())
    for face in record.faces:
        _check_face(face)
        _check_texts(*(mark.person for mark in face.marks))
    _check_rating(record.rating)
    if not isinstance(record.favourite.value, bool):
        raise BadInput("A favourite must be true or false.")
    _check_stack(record.stack)
    _check_albums(record.albums)
    for stated in record.properties:
        check_parts(stated.property, parts_of(stated))
    persons = [mark for face in record.faces for mark in face.marks]
    _check_provenance([*record.marks, *persons, *record.properties, record.rating, record.favourite], now_ms)
    _check_provenance([*record.albums, *([record.stack] if record.stack is not None else [])], now_ms)
    _check_sources([*record.marks, *persons], _PHOTO_SOURCES)
    if any(mark.recursive is not None for mark in record.marks):
        raise BadInput("A label of a photo cannot be recursive.")


def check_library(library: LibraryRecord, now_ms: int) -> None:
    """Raises BadInput if the record of the library breaks a rule. ``now_ms`` is the time since the epoch."""
    _check_texts(
        *library.tags,
        *library.thresholds,
        *(text for each in library.persons for text in (each.name, each.called or "")),
    )
    for folder in library.folders:
        _check_counts(folder.marks)
        _check_texts(folder.path, *(mark.tag for mark in folder.marks))
        _check_provenance(folder.marks, now_ms)
        _check_sources(folder.marks, _FOLDER_SOURCES)
    _check_texts(*(album.name for album in library.albums))
    _check_provenance(library.albums, now_ms)


def _check_counts(*collections: Collection[object]) -> None:
    if any(len(each) > MAX_ITEMS for each in collections):
        raise BadInput(f"It has more than {MAX_ITEMS:,} labels, faces or files.")


def _check_texts(*texts: str) -> None:
    if any(len(text) > MAX_TEXT_LENGTH or "\0" in text for text in texts):
        raise BadInput(
            f"A name or path has more than {MAX_TEXT_LENGTH:,} characters, or a character that is not valid."
        )


def _check_stack(mark: StackMark | None) -> None:
    if mark is None:
        return
    if (mark.stack is None) != (mark.kind is None) or not _STACK.fullmatch(mark.stack or "0" * 32):
        raise BadInput("A stack must have a kind, and an id of 32 hexadecimal digits.")
    if not MIN_RANK <= mark.rank <= MAX_RANK:
        raise BadInput(f"The rank in a stack must be from {MIN_RANK} to {MAX_RANK}.")


def _check_albums(marks: Iterable[AlbumMark]) -> None:
    _check_texts(*(mark.album for mark in marks))
    if any(abs(mark.position or 0) > MAX_POSITION for mark in marks):
        raise BadInput(f"The position in an album must be from -{MAX_POSITION} to {MAX_POSITION}.")


def _check_face(face: FaceRecord) -> None:
    """Requires the centre of the box to be in the picture. A detector's box of a face at the edge may extend beyond."""
    x, y, width, height = face.box
    centre = (x + width / 2, y + height / 2)
    within = all(-_ROUNDING <= side <= 1 + _ROUNDING for side in centre) and 0 < width <= 2 and 0 < height <= 2
    if not within or not all(map(math.isfinite, face.box)):
        raise BadInput("The box of a face must be inside the picture.")
    if face.source not in (DETECTED, MANUAL, IMPORTED):
        raise BadInput("The source of a face must be DETECTED, MANUAL or IMPORTED.")


def _check_rating(mark: ValueMark) -> None:
    if mark.value is not None and (isinstance(mark.value, bool) or not -1 <= mark.value <= 5):
        raise BadInput("A rating must be from -1 (rejected) to 5, or null for no rating.")


def _check_provenance(
    marks: Iterable[TagMark | PersonMark | PropertyMark | ValueMark | StackMark | AlbumMark | AlbumRecord], now_ms: int
) -> None:
    for mark in marks:
        if mark.at is not None and not 0 <= mark.at <= now_ms + MAX_CLOCK_SKEW_MS:
            raise BadInput("The time of a label must not be before 1970 or in the future.")
        if mark.by and plain_name(mark.by) is None:
            raise BadInput(
                f"The name of an author must have up to {MAX_LENGTH} characters, without control characters."
            )


def _check_sources(marks: Iterable[TagMark | PersonMark], sources: Collection[str | None]) -> None:
    if any(mark.via not in sources for mark in marks):
        raise BadInput(f"The source of a label must be {', '.join(filter(None, sources))}.")
