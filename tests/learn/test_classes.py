"""The names of ImageNet's classes are those of what the backbone sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from photos_graph.errors import ModelUnavailable
from photos_graph.learn.catalogue import CLASS_NAMES
from photos_graph.learn.classes import names
from photos_graph.learn.weights import BackboneWeights
from photos_graph.names import checked_tag_name


def test_each_class_has_a_name_that_a_tag_may_have(backbone_home: Path) -> None:
    known = names(BackboneWeights(backbone_home))
    assert len(known) == 1000 and [checked_tag_name(name) for name in known] == list(known)
    assert (known[0], known[21], known[421], known[975]) == ("tench", "kite", "handrail", "lakeshore")


def test_names_that_are_missing_or_damaged_are_said_to_be(backbone_home: Path, tmp_path: Path) -> None:
    store = BackboneWeights(tmp_path)
    with pytest.raises(ModelUnavailable, match=r"missing.*models --fetch"):
        names(store)
    path = store.path(CLASS_NAMES)
    path.parent.mkdir(parents=True)
    path.write_bytes(BackboneWeights(backbone_home).path(CLASS_NAMES).read_bytes().replace(b"tench", b"trout"))
    with pytest.raises(ModelUnavailable, match="damaged"):
        names(store)
