"""What is of a country, in the languages of searches: "Italian", "spagnole", "französische", "allemandes"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from photos_graph.search.folding import fold

ADJECTIVES = Path(__file__).with_name("country_adjectives.tsv")


def country_adjectives(code: str) -> tuple[str, ...]:
    """Returns the folded words for what is of a country, in all forms, by its code of two letters."""
    return _by_country().get(code, ())


def _english(word: str) -> Iterator[str]:
    yield word


def _italian(word: str) -> Iterator[str]:
    stem, hard = word[:-1], word[-2:-1] in ("c", "g")
    endings = {"o": ("o", "a", "i", "e"), "e": ("e", "i"), "a": ("a", "i", "e")}[word[-1]]
    yield from (stem + ending for ending in endings)
    if hard:  # "tedesche"
        yield from (f"{stem}h{ending}" for ending in ("i", "e"))


def _german(word: str) -> Iterator[str]:
    yield from (word + ending for ending in ("", "e", "em", "en", "er", "es"))


def _french(word: str) -> Iterator[str]:
    feminine = word if word.endswith("e") else f"{word}ne" if word.endswith("ien") else f"{word}e"
    feminine = {"grec": "grecque", "turc": "turque"}.get(word, feminine)
    yield from (word, feminine, f"{word}s", f"{feminine}s")


def _spanish(word: str) -> Iterator[str]:
    if word.endswith("o"):
        yield from (word[:-1] + ending for ending in ("o", "a", "os", "as"))
    elif word[-1] in "ae":
        yield from (word, f"{word}s")
    elif word.endswith("i"):
        yield from (word, f"{word}es")
    else:
        yield from (word, f"{word}a", f"{word}es", f"{word}as")


_FORMS: tuple[Callable[[str], Iterator[str]], ...] = (_english, _italian, _german, _french, _spanish)


@cache
def _by_country() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in ADJECTIVES.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            code, *columns = line.split("\t")
            words = (
                (forms, fold(word)) for forms, text in zip(_FORMS, columns, strict=True) for word in text.split(",")
            )
            found[code] = tuple(dict.fromkeys(form for forms, word in words if word for form in forms(word)))
    return found
