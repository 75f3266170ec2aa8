"""The names of ImageNet's 1,000 classes, in the order in which a backbone gives their probabilities."""

from __future__ import annotations

import json
import re

from photos_graph.errors import ModelUnavailable
from photos_graph.learn.catalogue import CLASS_NAMES
from photos_graph.learn.weights import BackboneWeights
from photos_graph.weights import WeightState

_EXPLAINED = re.compile(r" \(| / |, ")  # the rest of the name explains it ("kite (bird)") or is a synonym


def names(store: BackboneWeights) -> tuple[str, ...]:
    """Returns names such as "lakeshore". Any of them can be the name of a tag, and two classes may share a name.

    Raises ModelUnavailable if the file of names is missing or damaged.
    """
    if (state := store.state(CLASS_NAMES)) is not WeightState.READY:
        raise ModelUnavailable(f"The names of ImageNet's classes are {state}. Fetch them: photos-graph models --fetch")
    return tuple(_EXPLAINED.split(name)[0] for name in json.loads(store.path(CLASS_NAMES).read_text("utf-8")))
