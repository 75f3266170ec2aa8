"""Propagates labels along the graph of neighbours, from photos with a label to photos without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from photos_graph.learn.neighbours import NO_PHOTO, Neighbours

SHARPNESS = 10.0  # the weight of a pair is exp(SHARPNESS * (cosine similarity - 1))

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Way:
    """How labels propagate: the share ``alpha`` that a photo takes from its neighbours in each of the ``steps``, and
    whether two photos count twice if each is among the neighbours of the other. More steps lead to other kinds."""

    alpha: float = 0.95
    steps: int = 6
    mutual_count_twice: bool = True


USUAL = Way()
EARLIER = Way(alpha=0.9, steps=12, mutual_count_twice=False)  # of models of a format before there was a choice


class Propagation:
    """The matrix ``S`` of Zhou et al., "Learning with local and global consistency": the symmetric graph, scaled by
    degrees."""

    def __init__(self, graph: Neighbours, way: Way) -> None:
        from scipy.sparse import coo_array, diags_array

        count = len(graph)
        rows = np.repeat(np.arange(count), graph.near.shape[1])
        columns, similar = graph.near.ravel(), graph.similar.ravel()
        there = columns != NO_PHOTO
        weights = np.exp(SHARPNESS * (similar[there] - 1)).astype(np.float32)
        one_way = coo_array((weights, (rows[there], columns[there])), (count, count)).tocsr()
        both_ways = one_way + one_way.T if way.mutual_count_twice else one_way.maximum(one_way.T)
        degrees = np.maximum(both_ways.sum(axis=1), 1e-12)
        scale = diags_array((1 / np.sqrt(degrees)).astype(np.float32))
        self._matrix: Any = (scale @ both_ways @ scale).tocsr().astype(np.float32)
        self._way = way

    def spread(self, labels: Floats) -> Floats:
        """Propagates the initial ``labels`` (n, labels). Returns the amounts that arrive at each photo (n, labels)."""
        flow = labels
        alpha = self._way.alpha
        for _ in range(self._way.steps):
            flow = np.float32(alpha) * (self._matrix @ flow) + np.float32(1 - alpha) * labels
        return flow
