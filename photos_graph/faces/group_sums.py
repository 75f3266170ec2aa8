"""The sums of the vectors of groups. A face that is alone is its own sum, which stays where the vectors are: most faces
of a large library are in a file, and a copy of all of them would not fit into the memory of a worker."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photos_graph.faces.sightings import Floats

BLOCK = 65_536  # faces that are copied at once, and groups by which the sums grow
NOWHERE = -1


class GroupSums:
    """The sums and sizes of g groups. ``faces`` (m,) are rows of ``vectors``, and ``groups`` (m,) their groups. Each
    group must have a face."""

    def __init__(
        self, vectors: Floats, faces: npt.NDArray[np.integer], groups: npt.NDArray[np.int32], count: int
    ) -> None:
        self._vectors = np.asarray(vectors)  # every look at a part of a memmap would make another memmap
        self.sizes = np.bincount(groups, minlength=count).astype(np.float32)
        self._face = np.zeros(count, np.int32)
        self._face[groups] = faces
        self._row = np.full(count, NOWHERE, np.int32)  # of a group in _sums
        several = np.flatnonzero(self.sizes > 1)
        self._row[several] = np.arange(len(several), dtype=np.int32)
        self._sums = np.zeros((len(several), vectors.shape[1]), np.float32)
        self._free: list[int] = []
        for start in range(0, len(faces), BLOCK):
            part = slice(start, start + BLOCK)
            rows = self._row[groups[part]]
            np.add.at(self._sums, rows[rows >= 0], self._vectors[faces[part][rows >= 0]])

    def __len__(self) -> int:
        return len(self._row)

    def one(self, group: int) -> Floats:
        """Returns the sum of a group (dimensions,), which must not be changed."""
        row = self._row[group]
        found: Floats = self._vectors[self._face[group]] if row < 0 else self._sums[row]
        return found

    def of(self, groups: npt.NDArray[np.int32]) -> Floats:
        """Returns the sums of the groups (k,), as (k, dimensions)."""
        rows = self._row[groups]
        alone = rows < 0
        if not alone.any():
            return self._sums[rows]
        if alone.all():
            return self._vectors[self._face[groups]]
        out = np.empty((len(groups), self._vectors.shape[1]), np.float32)
        out[alone] = self._vectors[self._face[groups[alone]]]
        out[~alone] = self._sums[rows[~alone]]
        return out

    def merge(self, group: int, partner: int) -> None:
        """Adds the sum of ``partner``, which is no group any more, to that of ``group``."""
        if self._row[group] < 0 <= self._row[partner]:
            self._row[group], self._row[partner] = self._row[partner], NOWHERE
            self._sums[self._row[group]] += self._vectors[self._face[group]]
        elif self._row[group] < 0:
            row = self._new_row()
            self._sums[row] = self._vectors[self._face[group]] + self._vectors[self._face[partner]]
            self._row[group] = row
        else:
            self._sums[self._row[group]] += self.one(partner)
            if (left := int(self._row[partner])) >= 0:
                self._free.append(left)
        self.sizes[group] += self.sizes[partner]

    def _new_row(self) -> int:
        if not self._free:
            count = len(self._sums)
            # It grows where it is, as the pages of a large array need not be copied for that.
            self._sums.resize((count + min(BLOCK, max(64, count)), self._sums.shape[1]), refcheck=False)
            self._free.extend(range(len(self._sums) - 1, count - 1, -1))
        return self._free.pop()
