"""The faces of persons by their ranks, kept with the index: what lists, numbers and covers of persons are made of.

The index does not need them to answer. Who reads the faces of a person from the graph puts them here, and learns here
in which photos these faces may have changed since, so that only those are read again. A person may have faces in a
large part of the library.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.array_files import Arrays
from photos_graph.search.arrays import Numbers, bitmap, numbers_of

MOST_FACES = 5_000_000  # that are kept, of 43 bytes each
NOTHING = BitMap()


class RankedFace(NamedTuple):
    """A face by its rank, and the number of its photo. ``is_named``: somebody said whose it is, and it is not
    ignored."""

    rank: str
    photo_number: int
    is_named: bool


@dataclass(frozen=True, slots=True)
class RankedFaces:
    """Faces of a person, best first. The arrays must not be changed."""

    ranks: npt.NDArray[np.bytes_]
    photos: Numbers
    named: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, faces: Iterable[RankedFace]) -> RankedFaces:
        rows = sorted(faces)
        return cls(
            np.array([row.rank.encode() for row in rows], np.bytes_),
            np.array([row.photo_number for row in rows], np.uint32),
            np.array([row.is_named for row in rows], np.bool_),
        )

    def __len__(self) -> int:
        return len(self.ranks)

    def part(self, after: str, before: str | None, limit: int, from_end: bool) -> list[str]:
        """Returns up to ``limit`` ranks between two others: the first ones or, if ``from_end``, the last ones in
        descending order."""
        ranks: Any = self.ranks  # which bisect takes as a sequence
        start = bisect_right(ranks, after.encode())
        end = len(ranks) if before is None else max(bisect_left(ranks, before.encode()), start)
        wanted = ranks[max(end - limit, start) : end][::-1] if from_end else ranks[start : min(start + limit, end)]
        return [rank.decode() for rank in wanted.tolist()]

    def best_named(self) -> str | None:
        """Returns the rank of the best face of those that are named."""
        if not self.named.any():
            return None
        return bytes(self.ranks[self.named.argmax()]).decode()

    def seen_in(self, photos: BitMap) -> RankedFaces:
        """Returns the faces in these photos."""
        found = bitmap(self.photos)
        return self if found <= photos else self._only(np.isin(self.photos, numbers_of(found & photos)))

    def replaced(self, photos: BitMap, faces: RankedFaces) -> RankedFaces:
        """Returns the faces as they are after those in ``photos`` became ``faces``."""
        kept = self._only(~np.isin(self.photos, numbers_of(photos)))
        if not len(faces):
            return kept
        places = np.searchsorted(kept.ranks, faces.ranks)
        width = max(kept.ranks.dtype, faces.ranks.dtype, key=lambda kind: kind.itemsize)
        return RankedFaces(
            np.insert(kept.ranks.astype(width), places, faces.ranks),
            np.insert(kept.photos, places, faces.photos),
            np.insert(kept.named, places, faces.named),
        )

    def _only(self, chosen: npt.NDArray[np.bool_]) -> RankedFaces:
        return RankedFaces(self.ranks[chosen], self.photos[chosen], self.named[chosen])


NO_FACES = RankedFaces.of([])


class PersonFaces:
    """The faces of those persons that were read, and the photos in which they may have changed since.

    At most ``most`` faces are kept. Those of the person that was put first go first."""

    def __init__(self, most: int = MOST_FACES) -> None:
        self.is_saved = True  # whether a snapshot has everything that was read
        self._most = most
        self._size = 0
        self._known: dict[str, RankedFaces] = {}
        # A set is replaced by a new one and never changed, so that a reader sees by its identity whether there was a
        # touch. Of persons who are not known, it tells nothing else.
        self._touched: dict[str, BitMap] = {}
        self._forgotten = object()

    def known(self, person_id: str) -> RankedFaces | None:
        """Returns the faces of a person without those changes that ``touched`` tells of."""
        return self._known.get(person_id)

    def touched(self, person_id: str) -> BitMap:
        """Returns the photos in which the faces of a person may have changed."""
        return self._touched.get(person_id, NOTHING)

    def touch(self, person_ids: Iterable[str] | None, photos: BitMap | None) -> None:
        """Marks the faces of these persons in these photos as changed. None stands for all."""
        if person_ids is None or photos is None:
            self._known.clear()
            self._touched.clear()
            self._size, self._forgotten, self.is_saved = 0, object(), False
            return
        for person_id in person_ids:
            self._touched[person_id] = self.touched(person_id) | photos if person_id in self._known else BitMap()

    def moment(self, person_id: str) -> tuple[object, BitMap | None]:
        """Returns what tells whether the faces of a person were touched after this call."""
        return self._forgotten, self._touched.get(person_id)

    def put(self, person_id: str, faces: RankedFaces, since: tuple[object, BitMap | None]) -> None:
        """Keeps the faces of a person, unless one was touched after ``since``, which was taken before they were
        read."""
        forgotten, touched = self.moment(person_id)
        if forgotten is not since[0] or touched is not since[1]:
            return
        before = self._known.pop(person_id, NO_FACES)
        self._touched[person_id] = BitMap()
        self._known[person_id] = faces
        self._size += len(faces) - len(before)
        self.is_saved = False
        while self._size > self._most:
            self._size -= len(self._known.pop(next(iter(self._known))))

    def forget(self, person_ids: Iterable[str]) -> None:
        """Forgets persons who are gone."""
        for person_id in person_ids:
            self._size -= len(self._known.pop(person_id, NO_FACES))

    def dump(self) -> tuple[list[tuple[str, int, int]], Arrays]:
        """Returns the id of each person with the numbers of faces and of touched photos, and the arrays of all of
        them."""
        known = self._known
        touched = [numbers_of(self.touched(id_)) for id_ in known]
        sizes = [(id_, len(faces), len(photos)) for (id_, faces), photos in zip(known.items(), touched, strict=True)]
        ranks = _joined([faces.ranks for faces in known.values()], np.bytes_)
        self.is_saved = True
        return sizes, {
            "ranks": ranks.view(np.uint8).reshape(len(ranks), ranks.itemsize),
            "photos": _joined([faces.photos for faces in known.values()], np.uint32),
            "named": _joined([faces.named for faces in known.values()], np.bool_),
            "touched": _joined(touched, np.uint32),
        }

    def restore(self, sizes: Iterable[Sequence[Any]], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Takes what ``dump`` returned."""
        ranks = arrays["ranks"].view(f"S{arrays['ranks'].shape[1]}").reshape(-1)
        at = at_touched = 0
        for id_, size, photos in sizes:
            part = slice(at, at + size)
            # Copies, so that what is replaced one by one does not keep the whole.
            faces = RankedFaces(ranks[part].copy(), arrays["photos"][part].copy(), arrays["named"][part].copy())
            self._known[id_] = faces
            if photos:
                self._touched[id_] = bitmap(arrays["touched"][at_touched : at_touched + photos])
            at, at_touched = at + size, at_touched + photos
        self._size = at


def _joined(parts: Sequence[npt.NDArray[Any]], kind: type[Any]) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, kind)
