"""The file of comparisons: what pairs of photos are to one another, and how sharp photos are.

The picture of a photo never changes, so neither does what was found here. When photos were taken may be corrected, so
what follows from times is not kept. Only what was not looked for yet is compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntFlag
from pathlib import Path

import numpy as np
import numpy.typing as npt

from photos_graph.array_files import Arrays, read_arrays, write_arrays
from photos_graph.learn.relations import NO_GROUPS, Groups, Ints, keys_of
from photos_graph.learn.turned import EDGE, turned_pairs
from photos_graph.model.similar import SimilarKind
from photos_graph.services.learning.similar_rules import ShotTimes
from photos_graph.settings import Settings

Bytes = npt.NDArray[np.uint8]

VERSION = 2  # of the file; raise it when pictures are compared in another way
SEEKS = 2  # raise it when more is looked for, so that libraries are looked at again; what was compared stays


class PairEvidence(IntFlag):
    """What pictures say of a pair, and what was looked for in them."""

    COPIES = 1
    ONE_MOMENT = 2
    SOUGHT_COPIES = 4
    SOUGHT_MOMENT = 8
    MAY_BE_TURNED = 16  # small pictures say so
    SOUGHT_TURNED = 32


KINDS = (SimilarKind.RESIZED, SimilarKind.BURST)  # those that follow from comparisons


def similar_file(settings: Settings) -> Path:
    return settings.learn_dir / "similar.safetensors"


@dataclass(slots=True)
class Comparisons:
    """``pairs`` (m, 2) are the numbers of photos that were compared, the smaller one first, in their order, and
    ``seen`` (m,) what was found. ``sharpness`` maps numbers to the variance of the Laplacian of the LARGE
    rendition. ``graph`` is the identity of the graph that gave the numbers. ``shown`` are the groups of each kind that
    follow. ``small`` (k, EDGE, EDGE, 3) are the small pictures of the photos ``small_of`` (k,), ascending, among which
    turned ones were looked for; of a photo that has none it is black."""

    graph: str
    pairs: Ints = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    seen: Bytes = field(default_factory=lambda: np.zeros(0, np.uint8))
    sharpness: dict[int, float] = field(default_factory=dict)
    shown: dict[SimilarKind, Groups] = field(default_factory=dict)
    small_of: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    small: Bytes = field(default_factory=lambda: np.zeros((0, EDGE, EDGE, 3), np.uint8))

    def copies(self, times: ShotTimes) -> Ints:
        """Returns the pairs that are one picture, as far as their times allow it."""
        pairs = self.pairs[(self.seen & PairEvidence.COPIES) != 0]
        found: Ints = pairs[times.may_be_copies(pairs)]
        return found

    def moments(self, times: ShotTimes) -> Ints:
        """Returns the pairs that are shots of one moment by their pictures and by their times, and are no copies."""
        pairs, copies = self.pairs[(self.seen & PairEvidence.ONE_MOMENT) != 0], self.copies(times)
        found: Ints = pairs[times.may_be_moments(pairs) & ~np.isin(keys_of(pairs), keys_of(copies))]
        return found

    def unknown(self, pairs: Ints, times: ShotTimes) -> Ints:
        """Returns those of the pairs (n, 2) whose pictures must be compared, because their times allow a relation that
        was not looked for yet."""
        keys, known = keys_of(pairs), keys_of(self.pairs)
        places = np.searchsorted(known, keys)
        is_known = np.isin(keys, known)
        seen = np.zeros(len(pairs), np.uint8)
        seen[is_known] = self.seen[places[is_known]]
        may_be_copy, may_be_moment = times.may_be_copies(pairs), times.may_be_moments(pairs)
        is_copy = may_be_copy & ((seen & PairEvidence.COPIES) != 0)
        seeks_copy = may_be_copy & ((seen & PairEvidence.SOUGHT_COPIES) == 0)
        seeks_moment = may_be_moment & ((seen & PairEvidence.SOUGHT_MOMENT) == 0)
        found: Ints = pairs[~is_copy & (seeks_copy | seeks_moment)]
        return found

    def turned(self, times: ShotTimes) -> Ints:
        """Returns the pairs of which small pictures say that one may be the other one turned, and whose pictures were
        not compared for that yet."""
        sought = PairEvidence.SOUGHT_TURNED | PairEvidence.COPIES
        pairs = self.pairs[((self.seen & PairEvidence.MAY_BE_TURNED) != 0) & ((self.seen & sought) == 0)]
        found: Ints = pairs[times.may_be_copies(pairs)]
        return found

    def look_for_turned(self, numbers: Ints, small: Bytes) -> None:
        """Looks for pictures that are turned ones of others, with the small pictures of more photos (ascending)."""
        every, pictures = np.concatenate([self.small_of, numbers]), np.concatenate([self.small, small])
        order = np.argsort(every, kind="stable")
        pairs = every[order][turned_pairs(pictures[order], np.isin(every[order], numbers))]
        self.add(dict.fromkeys(map(tuple, pairs.tolist()), PairEvidence.MAY_BE_TURNED))
        self.small_of, self.small = every[order], pictures[order]

    def add(self, found: Mapping[tuple[int, int], PairEvidence]) -> None:
        """Adds what was found to what is known of the same pairs."""
        if not found:
            return
        pairs = np.concatenate([self.pairs, np.array(list(found), np.int64)])
        seen = np.concatenate([self.seen, np.array(list(found.values()), np.uint8)])
        order = np.argsort(keys_of(pairs), kind="stable")
        pairs, seen = pairs[order], seen[order]
        starts = np.flatnonzero(np.diff(keys_of(pairs), prepend=-1))
        self.pairs, self.seen = pairs[starts], np.bitwise_or.reduceat(seen, starts)


def save(found: Comparisons, path: Path) -> None:
    """Writes the file atomically. Raises OSError."""
    numbers = sorted(found.sharpness)
    arrays: Arrays = {
        "pairs": found.pairs.astype(np.uint32),
        "seen": found.seen,
        "photos": np.array(numbers, np.uint32),
        "sharpness": np.array([found.sharpness[number] for number in numbers], np.float32),
        "small of": found.small_of.astype(np.uint32),
        "small": found.small,
    }
    for kind in KINDS:
        groups = found.shown.get(kind, NO_GROUPS)
        arrays |= {f"members {kind}": groups.members.astype(np.uint32), f"starts {kind}": groups.starts}
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_arrays(path, VERSION, {"graph": found.graph}, arrays)


def load(path: Path) -> Comparisons:
    """Reads a file that ``save`` wrote. Raises Damaged; the pictures must then be compared again."""
    about, arrays = read_arrays(path, VERSION)
    small = {"small_of": arrays["small of"].astype(np.int64), "small": arrays["small"]} if "small" in arrays else {}
    return Comparisons(
        about["graph"],
        arrays["pairs"].astype(np.int64),
        arrays["seen"],
        dict(zip(arrays["photos"].tolist(), arrays["sharpness"].tolist(), strict=True)),
        {kind: Groups(arrays[f"members {kind}"].astype(np.int64), arrays[f"starts {kind}"]) for kind in KINDS},
        **small,
    )
