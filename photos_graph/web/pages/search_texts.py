"""Texts for the search box by which pages lead to the photos of something."""

from __future__ import annotations


def naming(prefix: str, name: str) -> str:
    """Returns a text such as ``in:"Italy/2019"``, or "" for a name with quotation marks, which a search cannot say."""
    return "" if '"' in name else f'{prefix}:"{name}"'
