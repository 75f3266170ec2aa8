"""The file of comparisons: what pairs of photos are to one another, and how sharp photos are.

The picture of a photo never changes, so neither does what was found here. Only photos that are new are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from photos_graph.array_files import Arrays, read_arrays, write_arrays
from photos_graph.images.tasks import Relation
from photos_graph.learn.relations import NO_GROUPS, Groups, Ints, keys_of
from photos_graph.model.similar import SimilarKind
from photos_graph.settings import Settings

Bytes = npt.NDArray[np.uint8]

VERSION = 1  # of the file; raise it when pictures are compared in another way


KINDS = {SimilarKind.RESIZED: Relation.RESIZED, SimilarKind.BURST: Relation.BURST}


def similar_file(settings: Settings) -> Path:
    return settings.learn_dir / "similar.safetensors"


@dataclass(slots=True)
class Comparisons:
    """``pairs`` (m, 2) are the numbers of photos that were compared, the smaller one first, in their order, and
    ``relations`` (m,) what they are. ``sharpness`` maps numbers to the variance of the Laplacian of the LARGE
    rendition. ``graph`` is the identity of the graph that gave the numbers. ``shown`` are the groups of each kind that
    follow."""

    graph: str
    pairs: Ints = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    relations: Bytes = field(default_factory=lambda: np.zeros(0, np.uint8))
    sharpness: dict[int, float] = field(default_factory=dict)
    shown: dict[SimilarKind, Groups] = field(default_factory=dict)

    def of(self, relation: Relation) -> Ints:
        """Returns the pairs that are this to one another."""
        found: Ints = self.pairs[self.relations == relation]
        return found

    def unknown(self, pairs: Ints) -> Ints:
        """Returns those of the pairs (n, 2) that were not compared yet."""
        return pairs[~np.isin(keys_of(pairs), keys_of(self.pairs))]

    def add(self, found: Mapping[tuple[int, int], Relation]) -> None:
        if not found:
            return
        pairs = np.concatenate([self.pairs, np.array(list(found), np.int64)])
        relations = np.concatenate([self.relations, np.array(list(found.values()), np.uint8)])
        order = np.argsort(keys_of(pairs), kind="stable")
        self.pairs, self.relations = pairs[order], relations[order]


def save(found: Comparisons, path: Path) -> None:
    """Writes the file atomically. Raises OSError."""
    numbers = sorted(found.sharpness)
    arrays: Arrays = {
        "pairs": found.pairs.astype(np.uint32),
        "relations": found.relations,
        "photos": np.array(numbers, np.uint32),
        "sharpness": np.array([found.sharpness[number] for number in numbers], np.float32),
    }
    for kind in KINDS:
        groups = found.shown.get(kind, NO_GROUPS)
        arrays |= {f"members {kind}": groups.members.astype(np.uint32), f"starts {kind}": groups.starts}
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_arrays(path, VERSION, {"graph": found.graph}, arrays)


def load(path: Path) -> Comparisons:
    """Reads a file that ``save`` wrote. Raises Damaged; the pictures must then be compared again."""
    about, arrays = read_arrays(path, VERSION)
    return Comparisons(
        about["graph"],
        arrays["pairs"].astype(np.int64),
        arrays["relations"],
        dict(zip(arrays["photos"].tolist(), arrays["sharpness"].tolist(), strict=True)),
        {kind: Groups(arrays[f"members {kind}"].astype(np.int64), arrays[f"starts {kind}"]) for kind in KINDS},
    )
