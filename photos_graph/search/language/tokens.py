"""Splits a text into words, quoted phrases, prefixes with their values, and parentheses.

All positions refer to the text as it was typed, so that an answer can quote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from photos_graph.search.folding import fold, symbols
from photos_graph.search.language.languages import PREFIXES

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»\N{FULLWIDTH QUOTATION MARK}", '"'))
_ITEM = re.compile(
    r'"(?P<quoted>[^"]*)"'
    rf'|(?P<prefix>{"|".join(PREFIXES)}):(?:"(?P<exact>[^"]*)"|(?P<value>[^\s()"]*))'
    r"|(?P<open>\()|(?P<close>\))"
    r"|(?P<word>[^\W\d_]+|\d+)"
    r'|(?P<other>[^\w\s()"]+)'
)


class TokenKind(Enum):
    WORD = auto()
    QUOTED = auto()
    FIELD = auto()
    OPEN = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    start: int
    end: int
    folded: str = ""  # the word, the quoted text, or the value of the prefix
    joint: str = ""  # WORD: the text between it and the previous word
    prefix: str = ""  # FIELD
    exact: bool = False  # FIELD: the value was in quotes
    value: str = ""  # QUOTED and FIELD: as it was typed


def tokens(text: str) -> Iterator[Token]:
    """Yields the tokens of a text. A quote that is not closed is ignored."""
    text = text.translate(_QUOTES)
    folded, origin = _fold(text)
    last, after_word = 0, False
    for match in _ITEM.finditer(folded):
        start, end = origin[match.start()], origin[match.end() - 1] + 1
        match match.lastgroup:
            case "open":
                token = Token(TokenKind.OPEN, start, end)
            case "close":
                token = Token(TokenKind.CLOSE, start, end)
            case "quoted":
                token = Token(TokenKind.QUOTED, start, end, match["quoted"], value=text[start + 1 : end - 1])
            case "exact" | "value" as group:
                token = Token(
                    TokenKind.FIELD,
                    start,
                    end,
                    match[group],
                    prefix=match["prefix"],
                    exact=group == "exact",
                    value=_between(text, origin, *match.span(group)),
                )
            case _:
                shown = [match[0]] if match["word"] else symbols(match[0])
                if not shown:
                    continue  # the joint of two words
                joint = folded[last : match.start()] if after_word else " "
                token = Token(TokenKind.WORD, start, end, shown[0], joint)
        yield token
        last, after_word = match.end(), token.kind is TokenKind.WORD


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """Returns the folded text and, for each of its characters, the position in ``text`` of the original character."""
    if text.isascii():
        return fold(text), range(len(text))
    each = {character: fold(character) for character in set(text)}
    parts = [each[character] for character in text]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


def _between(text: str, origin: Sequence[int], low: int, high: int) -> str:
    return text[origin[low] : origin[high - 1] + 1] if low < high else ""
