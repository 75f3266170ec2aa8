"""The photos that look like something, as a model sees them: guesses, which are never labels.

They are in a file of the data directory, of which a question reads a small part. ``services/learning/content.py``
writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.array_files import Arrays, MappedArrays, write_arrays
from photos_graph.search.arrays import Keys, Numbers, bitmap
from photos_graph.search.columns import PhotoTable
from photos_graph.search.label_sets import NONE

VERSION = 1  # of the file; raise it when the meaning of its contents changes
LEAST = 0.05  # probability from which a photo is stored
LIKELY = 0.2  # probability from which a photo is found

Bytes = npt.NDArray[np.uint8]


class ContentFile:
    """The stored guesses. Entries ``starts[c]`` to ``starts[c + 1]`` belong to concept c: the ``rows`` of its photos,
    and their ``scores``, which are probabilities times 255. A row is a photo, by its number and its id. Rows, and the
    entries of a concept, are sorted by number."""

    def __init__(self, path: Path) -> None:
        """Raises Damaged."""
        self._arrays = MappedArrays(path, VERSION)
        self.about = self._arrays.about
        self._place = {id_: at for at, id_ in enumerate(self.about["concepts"])}
        self._starts = self._arrays.whole("starts")
        self.numbers: Numbers = self._arrays.whole("numbers")
        self._prefixes: Keys = np.ascontiguousarray(self._arrays.whole("ids")[:, :8]).view(">i8").ravel()

    def scored(self, concept_id: str) -> tuple[Numbers, Bytes]:
        """Returns the rows and scores of the photos of a concept."""
        at = self._place.get(concept_id)
        first, last = (0, 0) if at is None else self._starts[at : at + 2].tolist()
        if first == last:
            return np.zeros(0, np.uint32), np.zeros(0, np.uint8)
        return self._arrays.part("rows", first, last), self._arrays.part("scores", first, last)

    def current(self, rows: Numbers, table: PhotoTable) -> npt.NDArray[np.bool_]:
        """Returns for which of the rows (n,) the number still belongs to the same photo."""
        numbers = self.numbers[rows]
        known: npt.NDArray[np.bool_] = numbers < len(table.ids)
        known[known] = table.id_prefixes(numbers[known]) == self._prefixes[rows[known]]
        return known


def write_content(
    path: Path, source: Sequence[int], ids: Bytes, numbers: Numbers, scores: Mapping[str, tuple[Numbers, Bytes]]
) -> None:
    """Writes the file. ``ids`` (n, 16) and ``numbers`` (n,), sorted by number, are the photos, and ``scores`` has the
    sorted rows of photos and their scores by concept. ``source`` tells what the guesses were made from. Raises
    OSError."""
    sizes = [len(rows) for rows, _ in scores.values()]
    arrays: Arrays = {
        "ids": ids,
        "numbers": numbers,
        "starts": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        "rows": np.concatenate([np.zeros(0, np.uint32), *(rows for rows, _ in scores.values())]),
        "scores": np.concatenate([np.zeros(0, np.uint8), *(each for _, each in scores.values())]),
    }
    write_arrays(path, VERSION, {"source": list(source), "concepts": list(scores)}, arrays)


class ContentSets:
    """The photos of every concept. The sets are computed on demand, and cached until photos or the file change."""

    def __init__(self, table: PhotoTable, visible: BitMap) -> None:
        self.file: ContentFile | None = None
        self._table = table
        self._visible = visible
        self._showing: dict[str, BitMap] = {}

    def use(self, file: ContentFile | None) -> None:
        """Answers from this file from now on, or finds nothing if it is None."""
        self.file = file
        self.forget()

    def forget(self) -> None:
        """Must be called whenever the visible photos, or their ids, have changed."""
        self._showing.clear()

    def showing(self, concept_id: str) -> BitMap:
        """Returns the visible photos that look like it. The set must not be changed."""
        if self.file is None:
            return NONE
        if concept_id not in self._showing:
            rows, scores = self.file.scored(concept_id)
            rows = rows[scores >= LIKELY * 255]
            rows = rows[self.file.current(rows, self._table)]
            self._showing[concept_id] = bitmap(self.file.numbers[rows]) & self._visible
        return self._showing[concept_id]

    def probabilities(self, concept_id: str, photos: Numbers) -> npt.NDArray[np.float64]:
        """Returns how likely each of the photos (n,) shows it, or 0 if that is not stored."""
        likely = np.zeros(len(photos))
        if self.file is not None:
            rows, scores = self.file.scored(concept_id)
            numbers = self.file.numbers[rows]
            places = np.searchsorted(numbers, photos)
            stored = np.flatnonzero(places < len(numbers))
            stored = stored[numbers[places[stored]] == photos[stored]]
            likely[stored] = scores[places[stored]] / 255
        return likely
