"""Snapshots of the index: its columns and orders in one file, which is checked when it is read.

The file is a cache. If anything is wrong with it, BadSnapshot is raised, and the owner builds the index from the graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.array_files import Arrays, Damaged, read_arrays, write_arrays
from photos_graph.model.albums import Album
from photos_graph.model.faces import Person
from photos_graph.model.labels import Carried, FolderMarks, Tag
from photos_graph.model.library import Place, PlaceKind
from photos_graph.model.search import PhotoOrder
from photos_graph.search.index import SearchIndex
from photos_graph.search.label_sets import KINDS
from photos_graph.search.rows import FolderRow, LabelPostings, PlacedPhotos

VERSION = 4  # of the format; raised when the meaning of anything in it changes


class BadSnapshot(Exception):
    """The file is not readable, is damaged, or was written by another version. The index must be built from the
    graph."""


@dataclass(frozen=True, slots=True)
class Captured:
    """The contents of an index at one moment."""

    about: dict[str, Any]
    arrays: Arrays


def capture(index: SearchIndex) -> Captured:
    """Copies the contents of the index. This is quick, and ``write`` can then run on another thread."""
    index.prepare()
    return Captured(*_parts(index))


def write(captured: Captured, path: Path) -> None:
    """Writes the file atomically. There must be only one writer at a time.

    Raises OSError if the file cannot be written; the previous file then stays.
    """
    write_arrays(path, VERSION, captured.about, captured.arrays)


def save(index: SearchIndex, path: Path) -> None:
    """Captures the index and writes it. See ``capture`` and ``write``."""
    write(capture(index), path)


def load(path: Path) -> SearchIndex:
    """Reads an index from a snapshot. Raises BadSnapshot."""
    try:
        about, arrays = read_arrays(path, VERSION)
        return _index_of(arrays, about)
    except Damaged as error:
        raise BadSnapshot(str(error)) from error
    except Exception as error:  # a damaged file may raise anything that NumPy or Roaring can raise
        raise BadSnapshot(f"{path}: {error}") from error


def _parts(index: SearchIndex) -> tuple[dict[str, Any], Arrays]:
    sets, table = index.sets, index.sets.table
    segments = sets.file_words.dump()
    about: dict[str, Any] = {
        "seq": index.seq,
        "cameras": list(table.cameras.values),
        "folder_sets": list(table.folder_sets.values),
        "place_sets": list(table.place_sets.values),
        "stacks": list(table.stacks.values),
        "folders": [asdict(row) for row in sets.folders],
        "places": [asdict(row) for row in sets.places],
        "tags": [asdict(row) for row in sets.tags.rows],
        "persons": [asdict(row) for row in sets.persons.rows],
        "marks": [asdict(marks) for marks in sets.tags.inheritance.marks.values()],
        "albums": [asdict(row) for row in sets.albums.rows],
        "placed": list(sets.albums.placed),
        "labels": {},
        "segments": len(segments),
    }
    about["person_faces"], faces = index.person_faces.dump()
    arrays: Arrays = {
        "visible": _packed(sets.visible),
        "favourites": _packed(sets.favourites),
    }
    for kind in KINDS:
        about["labels"][kind], arrays[f"labels_{kind}"] = _joined(getattr(sets.labels, kind))
    for place, placed in enumerate(sets.albums.placed.values()):
        arrays |= {f"album{place}_numbers": placed.numbers, f"album{place}_positions": placed.positions}
    arrays |= {f"table_{name}": values for name, values in table.dump().items()}
    arrays |= {f"order_{name}": order.sequence for name, order in index.orders().items()}
    arrays |= {f"faces_{name}": values for name, values in faces.items()}
    for place, segment in enumerate(segments):
        arrays |= {f"words{place}_{name}": values for name, values in segment.items()}
    return about, arrays


def _index_of(arrays: Arrays, about: dict[str, Any]) -> SearchIndex:
    index = SearchIndex()
    index.seq = about["seq"]
    sets, table = index.sets, index.sets.table
    table.restore(_under("table_", arrays))
    table.cameras.restore(about["cameras"])
    table.folder_sets.restore(tuple(ids) for ids in about["folder_sets"])
    table.place_sets.restore(tuple(ids) for ids in about["place_sets"])
    table.stacks.restore((id_, kind) for id_, kind in about["stacks"])
    sets.folders.put(FolderRow(**row) for row in about["folders"])
    sets.places.put(Place(**row | {"kind": PlaceKind(row["kind"])}) for row in about["places"])
    index.apply_tags(Tag(**_with_tuples(row, "merged")) for row in about["tags"])
    index.apply_persons(Person(**_with_tuples(row, "groups", "merged")) for row in about["persons"])
    index.apply_marks(_marks(row) for row in about["marks"])
    sets.file_words.restore(_under(f"words{place}_", arrays) for place in range(about["segments"]))
    sets.restore(_unpacked(arrays["visible"]), _unpacked(arrays["favourites"]))
    labels = {kind: _parted(about["labels"][kind], arrays[f"labels_{kind}"]) for kind in KINDS}
    index.apply_labels(LabelPostings(**labels), None)
    index.apply_albums(_album(row) for row in about["albums"])
    index.apply_placed(
        {id_: PlacedPhotos(**_under(f"album{place}_", arrays)) for place, id_ in enumerate(about["placed"])}, None
    )
    for name, order in index.orders().items():
        order.restore(arrays[f"order_{name}"])
    index.map.touch(sets.visible)
    if "person_faces" in about:  # which earlier versions did not write
        index.person_faces.restore(about["person_faces"], _under("faces_", arrays))
    return index


def _with_tuples(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return row | {name: tuple(row[name]) for name in names}


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)}


def _packed(photos: BitMap) -> npt.NDArray[np.uint8]:
    return np.frombuffer(photos.serialize(), np.uint8)


def _unpacked(values: npt.NDArray[np.uint8]) -> BitMap:
    return BitMap.deserialize(values.tobytes())


def _joined(sets: Mapping[Any, BitMap]) -> tuple[list[tuple[Any, int]], npt.NDArray[np.uint8]]:
    """Concatenates the sets. Returns the key and the size in bytes of each, and the bytes."""
    parts = [(key, photos.serialize()) for key, photos in sets.items()]
    return [(key, len(raw)) for key, raw in parts], np.frombuffer(b"".join(raw for _, raw in parts), np.uint8)


def _parted(sizes: list[tuple[Any, int]], values: npt.NDArray[np.uint8]) -> dict[Any, BitMap]:
    ends = accumulate(size for _, size in sizes)
    return {key: _unpacked(values[end - size : end]) for (key, size), end in zip(sizes, ends, strict=True)}


def _album(row: dict[str, Any]) -> Album:
    return Album(**row | {"order": PhotoOrder(row["order"]) if row["order"] is not None else None})


def _marks(row: dict[str, Any]) -> FolderMarks:
    carried = tuple(Carried(**each) for each in row["carried"])
    return FolderMarks(row["folder_id"], carried, tuple(row["excluded"]))
