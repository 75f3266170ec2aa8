"""What the classes of the backbone are called: words, and the sets of ImageNet's 1,000 classes that they mean.

``concepts.tsv`` has them. A word means its own class, or all classes below it in WordNet: "dog" means 118 breeds.
``tests/concept_table.py`` makes the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from photos_graph.search.folding import words

TABLE = Path(__file__).with_name("concepts.tsv")
_LANGUAGES = ("en", "it", "de", "fr", "es")


@dataclass(frozen=True, slots=True)
class Concept:
    """A set of classes that has names. ``id`` is its first name."""

    id: str
    classes: tuple[int, ...]
    names: Mapping[str, tuple[str, ...]]  # by language


@cache
def concepts() -> Mapping[str, Concept]:
    """Returns the concepts by their ids."""
    found: dict[str, Concept] = {}
    for line in TABLE.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            classes, *called = line.split("\t")
            names = {code: tuple(each.split("/")) for code, each in zip(_LANGUAGES, called, strict=False) if each}
            id_ = next(iter(names.values()))[0]
            found[id_] = Concept(id_, tuple(_numbers(classes)), names)
    return found


def named(name: str) -> str | None:
    """Returns the id of the concept that is called so in any language, regardless of case and accents."""
    return _by_name().get(" ".join(words(name)))


@cache
def _by_name() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for code in _LANGUAGES:
        for concept in concepts().values():
            for name in concept.names.get(code, ()):
                found.setdefault(" ".join(words(name)), concept.id)
    return found


def _numbers(runs: str) -> chain[int]:
    """Reads "151-268,275"."""
    ends = (run.partition("-") for run in runs.split(","))
    return chain.from_iterable(range(int(first), int(last or first) + 1) for first, _, last in ends)
