"""Guesses what photos look like, from the features that are stored: ImageNet's classes, summed up to concepts.

The last layer of the backbone makes the classes from its 1,280 pooled channels, which are a part of the features, so
that no picture is looked at again. Features keep their direction and not their length; one usual length for all serves
as well (correlation of the probabilities 0.98).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photos_graph.array_files import Arrays, Damaged, pack, read_arrays, unpack
from photos_graph.learn import catalogue
from photos_graph.learn.catalogue import HEAD
from photos_graph.learn.neighbours import Halves, Neighbours
from photos_graph.learn.torch_file import read_tensors
from photos_graph.learn.weights import BackboneWeights
from photos_graph.search.concepts import TABLE, concepts
from photos_graph.search.content_sets import LEAST
from photos_graph.search.content_sets import VERSION as FILE_VERSION

LENGTH = 15.0  # usual length of the pooled channels; over photos of scenes and portraits it was 14.8, give or take 1.4
VERSION = 1  # of what a worker emits
PHOTOS_PER_BLOCK = 8192

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.uint16]  # of concepts
Rows = npt.NDArray[np.uint32]
Entries = tuple[Places, Rows, npt.NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class ClassLayer:
    """The layer that makes the logits of the classes: ``kernel`` (1280, 1000) and ``bias`` (1000,)."""

    kernel: Floats
    bias: Floats

    def probabilities(self, vectors: Halves) -> Floats:
        """Returns the probabilities (n, 1000) of the classes, for vectors of ``Neighbours``."""
        pooled = vectors[:, :HEAD].astype(np.float32)
        pooled /= np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), np.float32(1e-6))
        logits = pooled @ (LENGTH * self.kernel) + self.bias
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        found: Floats = raised / raised.sum(axis=1, keepdims=True)
        return found


@dataclass(frozen=True, slots=True)
class Guessed:
    """What n photos look like. Entry e says that the photo in row ``rows[e]`` looks like concept ``places[e]``, by
    its position among all concepts, with the probability ``scores[e]``, times 255."""

    ids: tuple[str, ...]
    places: Places
    rows: Rows
    scores: npt.NDArray[np.uint8]


def class_layer(home: Path, backbone: str) -> ClassLayer:
    """Reads the layer from the weights below ``home``. Raises ModelUnavailable."""
    row, store = catalogue.backbone(backbone), BackboneWeights(home)
    store.check(row)
    tensors = read_tensors(store.path(row.weights[0]))
    return ClassLayer(np.ascontiguousarray(tensors["_fc.weight"].T, np.float32), tensors["_fc.bias"].astype(np.float32))


def guess(layer: ClassLayer, graph: Neighbours, before: Guessed | None = None) -> Guessed:
    """Guesses what the photos of a graph look like. Those that were guessed before are taken over."""
    known = {id_: at for at, id_ in enumerate(before.ids)} if before is not None else {}
    old = np.array([known.get(id_, -1) for id_ in graph.ids], np.int64)
    parts: list[Entries] = [_taken_over(before, old)] if before is not None else []
    new, sums = np.flatnonzero(old < 0), _membership()
    for start in range(0, len(new), PHOTOS_PER_BLOCK):
        rows = new[start : start + PHOTOS_PER_BLOCK]
        found = scores(layer, graph.vectors[rows], sums)
        photos, places = np.nonzero(found >= LEAST)
        sure = np.rint(255 * found[photos, places].clip(0, 1)).astype(np.uint8)
        parts.append((places.astype(np.uint16), rows[photos].astype(np.uint32), sure))
    nothing: Entries = np.zeros(0, np.uint16), np.zeros(0, np.uint32), np.zeros(0, np.uint8)
    return Guessed(graph.ids, *(np.concatenate(each) for each in zip(nothing, *parts, strict=True)))


def scores(layer: ClassLayer, vectors: Halves, sums: Any = None) -> Floats:
    """Returns the probabilities (n, concepts) of all concepts: the sums of those of their classes."""
    found: Floats = (_membership() if sums is None else sums) @ layer.probabilities(vectors).T
    return found.T


def _membership() -> Any:
    """Returns a sparse matrix (concepts, 1000): 1 for the classes of a concept."""
    from scipy.sparse import csr_array  # only in the worker: the service reads what it made

    pairs = [(place, each) for place, concept in enumerate(concepts().values()) for each in concept.classes]
    places, classes = np.array(pairs).T
    return csr_array((np.ones(len(pairs), np.float32), (places, classes)), (len(concepts()), 1000))


def _taken_over(before: Guessed, old: Ints) -> Entries:
    """Returns the entries of the photos that are still here. ``old`` (n,) are the rows that they had, or -1."""
    now = np.full(len(before.ids), -1, np.int32)
    now[old[old >= 0]] = np.flatnonzero(old >= 0)
    rows = now[before.rows]
    return before.places[rows >= 0], rows[rows >= 0].astype(np.uint32), before.scores[rows >= 0]


@cache
def vocabulary() -> int:
    """Returns a checksum of the table of concepts and of what else the guesses depend on."""
    return zlib.crc32(TABLE.read_bytes(), FILE_VERSION)


def packed(found: Guessed) -> bytes:
    """Returns guesses as bytes that another process can read."""
    arrays: Arrays = {"places": found.places, "rows": found.rows, "scores": found.scores}
    return pack(VERSION, {"ids": found.ids}, arrays)


def unpacked(content: bytes) -> Guessed:
    """Reads what ``packed`` made. Raises Damaged."""
    about, arrays = unpack(content, VERSION)
    return Guessed(tuple(about["ids"]), arrays["places"], arrays["rows"], arrays["scores"])


def stored(path: Path) -> Guessed | None:
    """Returns what the file of the index says, or None if it cannot be taken over."""
    try:
        about, arrays = read_arrays(path, FILE_VERSION)
    except Damaged:
        return None
    if about["source"][-1] != vocabulary() or about["concepts"] != list(concepts()):
        return None
    ids = tuple(each.tobytes().hex() for each in arrays["ids"])
    places = np.repeat(np.arange(len(arrays["starts"]) - 1, dtype=np.uint16), np.diff(arrays["starts"]))
    return Guessed(ids, places, arrays["rows"], arrays["scores"])
