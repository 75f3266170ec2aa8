"""Splits a text into words, quoted phrases, prefixes with their values, parentheses, and the signs of search boxes.

All positions refer to the text as it was typed, so that an answer can quote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from photos_graph.search.folding import fold, symbols
from photos_graph.search.language.languages import PREFIXES

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»\N{FULLWIDTH QUOTATION MARK}", '"'))
# Keyboards make a longer dash of a minus sign.
_MINUS_SIGNS = r"\-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
_ITEM = re.compile(
    r'"(?P<quoted>[^"]*)"'
    rf'|(?P<prefix>{"|".join(PREFIXES)}):(?:"(?P<exact>[^"]*)"|(?P<value>[^\s()"]*))'
    r"|(?P<open>\()|(?P<close>\))"
    r"|(?P<word>[^\W\d_]+|\d+)"
    rf'|(?P<other>(?![{_MINUS_SIGNS}!|])[^\w\s()"|]+)'
)
ANDS = frozenset("&+")
INSIDE = {"", *"-_.'/\N{RIGHT SINGLE QUOTATION MARK}"}  # read as one word: "IMG_1234", "X-T3"
_MINUS = re.compile(rf"(?:^|[\s|&+,;:])([{_MINUS_SIGNS}!]+)$")  # at the end of what stands before a word
_RANGE = re.compile(rf"\s*[{_MINUS_SIGNS}]+\s*")  # between two numbers


class TokenKind(Enum):
    WORD = auto()
    QUOTED = auto()
    FIELD = auto()
    OPEN = auto()
    CLOSE = auto()
    OR = auto()  # "|"
    MINUS = auto()  # "-" or "!" directly before a word, but not inside one


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    start: int
    end: int
    folded: str = ""  # the word, the quoted text, or the value of the prefix
    joint: str = ""  # the text between it and the previous word; after another token, only if it has a sign of ANDS
    prefix: str = ""  # FIELD
    exact: bool = False  # FIELD: the value was in quotes
    value: str = ""  # QUOTED and FIELD: as it was typed


class TypedWords:
    """The folded words of a text by its tokens, and what was typed before them. ``texts`` has "" for a token that is
    no word. Behind the last token there are no words."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.texts = [token.folded if token.kind is TokenKind.WORD else "" for token in tokens]
        self._tokens = tokens

    def text(self, at: int) -> str:
        return self.texts[at] if at < len(self.texts) else ""

    def raw_joint(self, at: int) -> str:
        """Returns what was typed between a token and the word before it."""
        return self._tokens[at].joint if at < len(self._tokens) else " "

    def joint(self, at: int) -> str:
        """Does the same without spaces, for a sign that stands there. Behind the last token, it is a space."""
        return self._tokens[at].joint.strip() if at < len(self._tokens) else " "


def tokens(text: str) -> Iterator[Token]:
    """Yields the tokens of a text. A quote that is not closed is ignored."""
    text = text.translate(_QUOTES)
    folded, origin = _fold(text)
    last, previous = 0, None
    for match in _ITEM.finditer(folded):
        found = _token(match, text, origin)
        if not found:
            continue  # the joint of two words
        before = folded[last : match.start()]
        signs = [] if match.lastgroup == "close" else list(_signs(before, last, origin, previous, found[0]))
        if not signs and previous is not None and (previous.kind is TokenKind.WORD or not ANDS.isdisjoint(before)):
            found[0] = replace(found[0], joint=before)
        yield from (*signs, *found)
        last, previous = match.end(), found[-1]


def _token(match: re.Match[str], text: str, origin: Sequence[int]) -> list[Token]:
    """Returns the tokens of a match. The alternatives of a prefix, as in "tag:a|b", are several."""
    start, end = origin[match.start()], origin[match.end() - 1] + 1
    match match.lastgroup:
        case "open":
            return [Token(TokenKind.OPEN, start, end)]
        case "close":
            return [Token(TokenKind.CLOSE, start, end)]
        case "quoted":
            return [Token(TokenKind.QUOTED, start, end, match["quoted"], value=text[start + 1 : end - 1])]
        case "exact":
            value = _between(text, origin, *match.span("exact"))
            return [Token(TokenKind.FIELD, start, end, match["exact"], prefix=match["prefix"], exact=True, value=value)]
        case "value":
            return list(_alternatives(match, text, origin))
        case _:
            shown = [match[0]] if match["word"] else symbols(match[0])
            return [Token(TokenKind.WORD, start, end, shown[0], " ")] if shown else []


def _alternatives(match: re.Match[str], text: str, origin: Sequence[int]) -> Iterator[Token]:
    low = match.start("value")
    for place, part in enumerate(match["value"].split("|")):
        start, high = (low if place else match.start()), low + len(part)
        if place and part:
            yield Token(TokenKind.OR, origin[low - 1], origin[low - 1] + 1)
        if part or not place:
            yield Token(
                TokenKind.FIELD,
                origin[start],
                origin[high - 1] + 1,
                part,
                prefix=match["prefix"],
                value=_between(text, origin, low, high),
            )
        low = high + 1


def _signs(before: str, start: int, origin: Sequence[int], previous: Token | None, following: Token) -> Iterator[Token]:
    """Yields the signs in the text before a token. "2018 -2020" has none: it is a range. "2018, -2020" and "2018 !2020"
    exclude the second year."""
    if (place := before.find("|")) >= 0:
        yield Token(TokenKind.OR, origin[start + place], origin[start + place] + 1)
    alone = previous is None or previous.kind is TokenKind.OPEN
    if (minus := _MINUS.search(before)) is None or (minus.start() == minus.start(1) and not alone):
        return
    if not (_is_number(previous) and _is_number(following) and _RANGE.fullmatch(before)):
        at = start + minus.start(1)
        yield Token(TokenKind.MINUS, origin[at], origin[at] + 1)


def _is_number(token: Token | None) -> bool:
    return token is not None and token.kind is TokenKind.WORD and token.folded.isdecimal()


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """Returns the folded text and, for each of its characters, the position in ``text`` of the original character."""
    if text.isascii():
        return fold(text), range(len(text))
    each = {character: fold(character) for character in set(text)}
    parts = [each[character] for character in text]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


def _between(text: str, origin: Sequence[int], low: int, high: int) -> str:
    return text[origin[low] : origin[high - 1] + 1] if low < high else ""
