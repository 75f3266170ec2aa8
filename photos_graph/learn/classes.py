"""What ImageNet's 1,000 classes are called, in the order in which a backbone gives their probabilities."""

from __future__ import annotations

import json
import re

from photos_graph.errors import ModelUnavailable
from photos_graph.learn.catalogue import CLASS_NAMES
from photos_graph.learn.weights import BackboneWeights
from photos_graph.weights import WeightState

_EXPLAINED = re.compile(r" \(| / |, ")  # what comes after says which kite, or names it once more


def names(store: BackboneWeights) -> tuple[str, ...]:
    """Such as "lakeshore"; any of them may be the name of a tag, and two classes may have one name.

    Raises ModelUnavailable when the file of names is missing or damaged.
    """
    if (state := store.state(CLASS_NAMES)) is not WeightState.READY:
        raise ModelUnavailable(f"The names of ImageNet's classes are {state}: run photos-graph models --fetch")
    return tuple(_EXPLAINED.split(name)[0] for name in json.loads(store.path(CLASS_NAMES).read_text("utf-8")))
