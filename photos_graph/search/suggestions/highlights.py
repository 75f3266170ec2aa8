"""Which parts of a label were typed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from photos_graph.search.folding import fold

_WORD = re.compile(r"[^\W\d_]+|\d+")


def matched(label: str, starts: Collection[str]) -> list[tuple[int, int]]:
    """Returns the parts of a label, each by its start and its end in characters, in which a word of it begins with one
    of the folded ``starts``; with the longest of these. Accents count as parts of their letters."""
    folded, origin = _folded(label)
    found = []
    for word in _WORD.finditer(folded):
        length = max((len(start) for start in starts if word[0].startswith(start)), default=0)
        if length:
            end = word.start() + length
            found.append((origin[word.start()], origin[end] if end < len(origin) else len(label)))
    return found


def _folded(label: str) -> tuple[str, Sequence[int]]:
    """Returns the folded label and, for each of its characters, the place of its letter in the label."""
    parts = [fold(character) for character in label]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]
