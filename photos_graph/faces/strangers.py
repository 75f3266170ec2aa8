"""Recognises strangers whom people ignore, so that they need not be ignored again in every new photo."""

from __future__ import annotations

import numpy as np

from photos_graph.faces.catalogue import Embedder
from photos_graph.faces.clustering import average_linkage, unconstrained
from photos_graph.faces.matching import known, probability
from photos_graph.faces.sightings import Floats
from photos_graph.faces.similarity import Bools, Similarities, chosen

# Blurred or hidden faces of different people resemble each other, and so do false detections.
MIN_QUALITY = 0.2
BLOCK = 4096  # faces in one matrix product


def stranger_scores(kept: Similarities, ignored: Bools, qualities: Floats, embedder: Embedder, cut: float) -> Floats:
    """Returns for each of n faces how likely it is (0..1) that it is a stranger whom people ignored.

    ``ignored`` (n,) tells whom they ignored, and ``qualities`` (n,) are 0..1. The ignored faces are grouped like all
    others, so that a stranger counts by all faces; faces that are ignored get no score themselves.
    """
    scores = np.zeros(len(kept), np.float32)
    shown = ignored & (qualities >= MIN_QUALITY)
    if not shown.any():
        return scores
    theirs = chosen(kept, shown)
    groups = average_linkage(theirs.vectors, theirs.pairs, cut, unconstrained(len(theirs)), dropped=theirs.dropped)
    strangers = known(theirs.vectors, qualities[shown], groups)
    first, second = kept.pairs.first, kept.pairs.second
    near = np.unique(np.concatenate([first[shown[second]], second[shown[first]]]))
    near = near[~ignored[near]]
    for start in range(0, len(near), BLOCK):
        some = near[start : start + BLOCK]
        scores[some] = probability((kept.vectors[some] @ strangers.means.T).max(axis=1), embedder)
    return scores
