"""Reads the hierarchical keywords of the Metadata Working Group: a tree of structures in XMP, in which each keyword may
say whether it applies to the picture."""

from __future__ import annotations

import re
from collections.abc import Mapping

TREE = "Xmp.mwg-kw.Keywords"
_NODE = re.compile(
    r"Xmp\.mwg-kw\.Keywords/mwg-kw:Hierarchy(?P<place>\[\d{1,4}\](?:/mwg-kw:Children\[\d{1,4}\]){0,20})"
    r"/mwg-kw:(?P<field>Keyword|Applied)"
)


def applied(values: Mapping[str, str]) -> list[list[str]]:
    """Returns the names from the top of the tree down to each keyword that applies, by the values below TREE. Where a
    keyword does not say whether it applies, it does if nothing is below it."""
    names: dict[str, str] = {}
    said: dict[str, str] = {}
    for path, value in values.items():
        if match := _NODE.fullmatch(path):
            (names if match["field"] == "Keyword" else said)[match["place"]] = value
    parents = {_parent(place) for place in names}
    return [
        _names(place, names)
        for place in names
        if (said[place].casefold() == "true" if place in said else place not in parents)
    ]


def _parent(place: str) -> str:
    return place.rpartition("/")[0]


def _names(place: str, names: Mapping[str, str]) -> list[str]:
    levels: list[str] = []
    while place:
        levels.append(names.get(place, ""))
        place = _parent(place)
    return levels[::-1]
