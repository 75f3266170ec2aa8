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
`photos.jsonl` has a JSON object for each photo on a line of its own; what is left out of one is
empty. `tags` are those that the photo has, and how each came; `marks` what was said of the photo itself, exclusions
among them; `faces` with their boxes (x, y, width, height as shares of the picture as displayed) and `marks` of who
it is or is not. `library.json` has all tags, persons, and what is said of folders. Times are milliseconds since 1970
(UTC). `photos-graph import` of this folder brings all of it back, to photos with the same content (`sha256`)."""

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
