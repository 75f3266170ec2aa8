"""What answers about some photos say of the photos that look like them, until a model has learnt from the answers.

Measured on 5,012 photos (scenes, portraits and camera samples) with four tags of 20 examples each, which were given
with a precision of a half: after 100 answers, the photos with more rejected than confirmed ones among their neighbours
lost the tag. Of these, 88 % were wrong. 38 % of all wrong ones were found, 6 % of what was right was lost, and the
precision of the rest rose from 0.50 to 0.62. Where it was 0.78, it rose to 0.83. Less alike neighbours added little.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from photos_graph.array_files import MappedArrays
from photos_graph.learn.neighbours import NO_PHOTO, VERSION

ALIKE = 0.7  # cosine similarity of the features from which a neighbour's answer counts


def nearest(path: Path, ids: Sequence[str]) -> list[list[str]]:
    """Returns, for each of the photos, the ids of its stored neighbours with a similarity of at least ALIKE, best
    first. The list is empty for a photo that is not in the file. Raises Damaged."""
    arrays = MappedArrays(path, VERSION)
    if not arrays.count("ids"):
        return [[] for _ in ids]
    known = arrays.whole("ids")
    names = np.ascontiguousarray(known).view(f"S{known.shape[1]}").ravel()
    order = arrays.whole("order")
    wanted = np.array([id_.encode() for id_ in ids], names.dtype)
    at = np.minimum(np.searchsorted(names, wanted, sorter=order), len(order) - 1)
    places = order[at]
    found = names[places] == wanted
    near, similar = arrays.whole("near")[places], arrays.whole("similar")[places]
    near[~found[:, None] | (similar < ALIKE)] = NO_PHOTO
    return [[names[place].decode() for place in row.tolist() if place != NO_PHOTO] for row in near]


def moved(score: float, threshold: float, confirmed: int, rejected: int) -> float:
    """Returns the score of a tag on a photo that nobody answered for, from the ``score`` of the model and the numbers
    of neighbours for which people confirmed or rejected the tag.

    If more were rejected, the photo does not reach the threshold. If more were confirmed, a score below the threshold
    comes closer to it, but never reaches it: neighbours alone give no tag.
    """
    if rejected > confirmed and score >= threshold:
        return threshold / 2
    if confirmed > rejected and score < threshold:
        return (score + threshold) / 2
    return score
