"""The JSON format: all labels with their provenance, photo by photo, for scripts and for a later import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from photos_graph.services.datasets.exports.dataset_formats import Block
from photos_graph.services.datasets.exports.records import LIBRARY, PHOTO, LibraryRecord, PhotoRecord
from photos_graph.services.datasets.exports.staging import ExportedFile, StagingFolder

PHOTOS, LIBRARY_FILE = "photos.jsonl", "library.json"


class Lossless:
    """The writer of the JSON format, the only one that keeps every label and its provenance."""

    how_to_read = """\
`photos.jsonl` has one JSON object per photo and line. Empty values are left out. `tags` are all tags of the
photo with their sources. `marks` are the labels on the photo itself, including exclusions. `faces` have boxes (x, y,
width and height as fractions of the picture as displayed), and `marks` that name the persons they are or are not.
`properties` are the title, the caption, the date and the position, where a person stated them in place of the file.
`albums` are the places of the photo in albums, whose photos are in the order of `position`.
`is_hidden` marks a photo that no file held, for example because its root had been removed: its labels count again when
a file with its picture is back.
`library.json` has all tags, all persons, the labels of folders, and albums with what smart albums find. Times are in
milliseconds since 1970 (UTC).
`photos-graph import` reads this folder back and finds photos by their pictures (`picture_hash`), else by the bytes
of their files (`sha256`), else by their paths."""

    def __init__(self, staging: StagingFolder) -> None:
        self._staging = staging

    async def write(self, number: int, records: Sequence[PhotoRecord]) -> Block:
        """Returns the block as it is, because all records are written at the end."""
        return Block(list(records))

    def finish(self, library: LibraryRecord) -> Iterable[ExportedFile]:
        """Writes the records of all photos, and that of the library."""
        lines = (PHOTO.dump_json(record, exclude_defaults=True) + b"\n" for record in self._staging.records())
        yield self._staging.put(PHOTOS, lines)
        yield self._staging.put(LIBRARY_FILE, [LIBRARY.dump_json(library, indent=1, exclude_defaults=True)])
