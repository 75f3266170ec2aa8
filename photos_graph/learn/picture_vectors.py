"""The file of the vectors by which an image-text model describes the photos, and how texts are compared with it.

A photo is found if it is more alike to the text than is usual for the text. What is usual differs from text to text and
from model to model: pictures of anything are more alike to "a photo" than to "despair". So the similarities of a sample
of the library are taken for usual: their median, and their deviation from it.

Vectors are kept as bytes, so that comparing a text with a million photos by 512 numbers takes milliseconds. They are
turned by a random rotation before they are rounded. That changes no similarity, and spreads what models such as CLIP
put into a few of the numbers, which would leave little of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from photos_graph.array_files import Arrays, Damaged, MappedArrays, write_arrays
from photos_graph.errors import ModelUnavailable
from photos_graph.learn.image_text import INSTALL

VERSION = 1  # of the file; raise it when the meaning of its contents changes
CUT = 3.0  # deviations above the usual from which a photo is found
SAMPLE = 20_000  # photos of which the similarities are taken for usual
BLOCK = 8_192  # photos compared at a time

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]
Ids = npt.NDArray[np.uint8]  # (n, 16)
Numbers = npt.NDArray[np.uint32]
Times = npt.NDArray[np.int64]  # of when a photo was described, in milliseconds since 1970


@dataclass(frozen=True, slots=True)
class AlikePhotos:
    """What looks like a text: the ``numbers`` (n,) of the photos in ascending order, the first halves of their ids as
    ``prefixes`` (n,), and ``scores`` (n,), in deviations above the usual."""

    numbers: Numbers
    prefixes: npt.NDArray[np.int64]
    scores: Floats


class PictureVectors:
    """The file, of which a comparison reads the vectors. ``model`` is the fingerprint of the model that made them."""

    def __init__(self, path: Path) -> None:
        """Raises Damaged."""
        arrays = MappedArrays(path, VERSION)
        self.model: str = arrays.about["model"]
        self.numbers: Numbers = arrays.whole("numbers")
        self.ids: Ids = arrays.whole("ids")
        self.turn: Floats = arrays.whole("turn")
        self.scales: Floats = arrays.whole("scales")
        self.vectors: Bytes = arrays.mapped("vectors")
        self._times: Times = arrays.whole("times")

    def __len__(self) -> int:
        return len(self.numbers)

    def rows_of(self, numbers: Numbers, ids: Ids, times: Times) -> npt.NDArray[np.int64]:
        """Returns the rows (n,) of photos that were described at these times, or -1 for those that the file lacks."""
        rows = np.searchsorted(self.numbers, numbers).astype(np.int64)
        at = np.minimum(rows, len(self) - 1)
        if not len(self):
            return np.full(len(numbers), -1, np.int64)
        same = (self.numbers[at] == numbers) & (self._times[at] == times) & (self.ids[at] == ids).all(axis=1)
        return np.where(same, at, -1)

    def alike(self, wanted: Floats) -> Floats:
        """Returns the similarities (n,) of all photos to a vector of length one. They are exact but for the rounding of
        both to bytes. Raises ModelUnavailable if the vector is of another space, or a library is missing."""
        if self.vectors.shape[1] != len(wanted):
            raise ModelUnavailable(
                f"The image-text model has {self.vectors.shape[1]} numbers for a picture and {len(wanted)} for a text, "
                "so that its two networks do not belong together. Copy or fetch the model again."
            )
        try:
            from simsimd import cdist
        except ImportError:
            raise ModelUnavailable(f"The library simsimd is not installed. {INSTALL}") from None
        rounded, scales = in_bytes(wanted[None] @ self.turn)
        found: Floats = np.zeros(len(self), np.float32)
        for start in range(0, len(self), BLOCK):
            part = slice(start, start + BLOCK)
            found[part] = np.asarray(cdist(rounded, self.vectors[part], "dot"))[0]
        found *= self.scales * scales
        return found

    def find(self, wanted: Floats) -> AlikePhotos:
        """Returns the photos that look like what a vector of length one describes. Raises ModelUnavailable."""
        scores = deviations(self.alike(wanted))
        rows = np.flatnonzero(scores >= CUT)
        prefixes = np.ascontiguousarray(self.ids[rows, :8]).view(">i8").ravel().astype(np.int64)
        return AlikePhotos(self.numbers[rows], prefixes, scores[rows])


def in_bytes(vectors: Floats) -> tuple[Bytes, Floats]:
    """Rounds vectors (n, dimensions) to bytes, whose products with the scales (n,) are the vectors again, but for a
    254th of the largest number of each."""
    scales = np.maximum(np.abs(vectors).max(axis=1), np.float32(1e-12)) / np.float32(127)
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def deviations(alike: Floats) -> Floats:
    """Returns by how many deviations each of the similarities (n,) is above the usual one.

    The deviation is the median of those from the median, in the scale of a normal distribution: photos that show what
    is asked for change it little, even if they are a fifth of the library.
    """
    if not len(alike):
        return alike
    # Drawn at random, since photos that follow each other are alike, and every tenth may be by the same camera.
    drawn = np.random.default_rng(0).integers(0, len(alike), SAMPLE) if len(alike) > SAMPLE else slice(None)
    sample = alike[drawn]
    middle = np.median(sample)
    deviation = max(1.4826 * float(np.median(np.abs(sample - middle))), 1e-4)
    scores: Floats = ((alike - middle) / deviation).astype(np.float32)
    return scores


def _rotation(dimensions: int) -> Floats:
    drawn = np.random.default_rng(0).normal(size=(dimensions, dimensions))
    return np.linalg.qr(drawn)[0].astype(np.float32)


class Collected:
    """The vectors of n photos on their way to the file. They are in a temporary file, so that those of a large library
    need not fit into memory."""

    def __init__(self, path: Path, count: int) -> None:
        self._path = path
        self._filled = np.zeros(count, np.bool_)
        self._scales = np.zeros(count, np.float32)
        self._turn = np.zeros((0, 0), np.float32)
        self._vectors: Bytes | None = None

    def take_over(self, before: PictureVectors, rows: npt.NDArray[np.int64]) -> None:
        """Takes over the vectors of the photos whose rows in that file are not -1."""
        self._begin(before.turn)
        known = np.flatnonzero(rows >= 0)
        for start in range(0, len(known), BLOCK):
            places = known[start : start + BLOCK]
            self._into(places, before.vectors[rows[places]], before.scales[rows[places]])

    def put(self, places: Sequence[int], vectors: Sequence[Floats]) -> None:
        """Adds the vectors of the photos at these places. Those of another length than the first ones are left out."""
        if vectors:
            if self._vectors is None:
                self._begin(_rotation(len(vectors[0])))
            kept = [at for at, vector in enumerate(vectors) if len(vector) == len(self._turn)]
            if kept:
                self._into(np.array(places)[kept], *in_bytes(np.stack([vectors[at] for at in kept]) @ self._turn))

    def _begin(self, turn: Floats) -> None:
        self._turn = turn
        self._vectors = np.memmap(self._path, np.int8, "w+", shape=(len(self._filled), len(turn)))

    def _into(self, places: npt.NDArray[np.int64], vectors: Bytes, scales: Floats) -> None:
        if self._vectors is not None:
            self._vectors[places], self._scales[places] = vectors, scales
            self._filled[places] = True

    def write(self, path: Path, model: str, numbers: Numbers, ids: Ids, times: Times) -> None:
        """Writes the file. Photos whose vector is missing are left out. Raises OSError."""
        if self._vectors is None:
            return
        every = bool(self._filled.all())
        some = slice(None) if every else self._filled
        arrays: Arrays = {
            "numbers": numbers,
            "ids": ids,
            "times": times,
            "scales": self._scales,
            "vectors": self._vectors,
        }
        shown = {name: values[some] for name, values in arrays.items()}
        write_arrays(path, VERSION, {"model": model}, shown | {"turn": self._turn})


def opened(path: Path, model: str) -> PictureVectors | None:
    """Returns the file if it can be used and is of this model."""
    try:
        found = PictureVectors(path)
    except (Damaged, KeyError):
        return None
    return found if found.model == model else None
