"""Finds the photos of this library to which the records of an export belong."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import export_rows
from photos_graph.index import Index
from photos_graph.services.datasets.exports.records import PhotoRecord


class PhotoMatcher:
    """Finds photos by their pictures, then by the bytes of their files, and last by the paths of their files."""

    def __init__(self, graph: Graph, index: Index) -> None:
        self._graph = graph
        self._index = index

    async def numbers(self, records: Sequence[PhotoRecord]) -> list[int | None]:
        """Returns the number of the photo of each record, or None if this library has no such photo."""
        found: list[int | None] = [None] * len(records)
        for look_up in (self._by_picture, self._by_content, self._by_path):
            left = [place for place, number in enumerate(found) if number is None]
            numbers = await look_up([records[place] for place in left]) if left else []
            for place, number in zip(left, numbers, strict=True):
                found[place] = number
        return found

    async def _by_picture(self, records: Sequence[PhotoRecord]) -> list[int | None]:
        hashes = [record.picture_hash for record in records if record.picture_hash]
        known = await export_rows.numbers_by_picture(self._graph, hashes)
        return [known.get(record.picture_hash or "") for record in records]

    async def _by_content(self, records: Sequence[PhotoRecord]) -> list[int | None]:
        known = await export_rows.numbers_by_content(self._graph, [record.sha256 for record in records])
        return [known.get(record.sha256) for record in records]

    async def _by_path(self, records: Sequence[PhotoRecord]) -> list[int | None]:
        places = [[place for path in record.files if (place := self._place(path))] for record in records]
        folders = sorted({folder for each in places for folder, _ in each})
        held = await export_rows.photos_in_folders(self._graph, folders) if folders else {}
        return [next((held[place][1] for place in each if place in held), None) for each in places]

    def _place(self, path: str) -> tuple[str, str] | None:
        """Returns the id of the folder and the name of the file."""
        above, _, name = path.rpartition("/")
        folder = self._index.search.folders.at(above)
        return (folder.id, name) if folder is not None else None
