"""Guesses the encoding of text that does not declare it: that of IPTC and EXIF from before UTF-8.

The texts of a file are judged together, since one program wrote them. For each encoding that is in question, each
character counts by how likely it is where it stands. ``charset-normalizer`` needs more text than a keyword has, so it
only decides between the encodings of East Asia.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

_WESTERN = "àáâãäåæçèéêëìíîïñòóôõöøùúûüßœÀÁÂÄÅÆÇÈÉÊÍÑÓÔÖØÚÜ"
_TURKISH = "çğıöşüâÇĞİÖŞÜ"
_CENTRAL = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻčďěňřšťůýžČĎĚŇŘŠŤŮŽăâîőűáéíöüäôđŐŰÁÉÍÖÜÄÔĐ"


class _Candidate(NamedTuple):
    """``letters`` are the likely ones (all, if it is empty), ``weight`` says how likely each is, ``prior`` how likely
    the encoding is before any letter was seen, and ``crowded`` what an accented letter after another one costs."""

    letters: str
    weight: float = 1.0
    prior: float = 0.0
    crowded: float = -1.5


_CANDIDATES = {
    "cp1252": _Candidate(_WESTERN, prior=0.2),
    "mac_roman": _Candidate(_WESTERN),
    "cp1250": _Candidate(_CENTRAL, weight=0.9, crowded=-0.7),
    "cp1254": _Candidate(_TURKISH, prior=-0.1),
    "cp1251": _Candidate(""),
    "cp1253": _Candidate(""),
    "koi8_r": _Candidate("", prior=-0.2),
}
_EAST_ASIAN = ["cp932", "gb18030", "cp949", "big5"]
_RARE, _LIKELY_SYMBOL, _CAPITAL = 0.3, 0.5, 0.6
_WRONG = -3.0  # for a character that cannot stand there
_QUOTES = set(
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}"
    "\N{RIGHT SINGLE QUOTATION MARK}\N{HORIZONTAL ELLIPSIS}«»¿¡"
)
_SYMBOLS = set("\N{EN DASH}\N{EM DASH}\N{NO-BREAK SPACE}°€£©®™·§½¼²³ºª")
_BEFORE_LETTERS = set("©°\N{EN DASH}\N{EM DASH}\N{NO-BREAK SPACE}")  # of the symbols
_FIRST_IN_WORD = set("ΆΈΉΊΌΎΏ")
_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_WORD = re.compile(r"\S+")
_MAX_SAMPLE = 4096  # bytes that are judged


def likely_encoding(samples: Iterable[bytes]) -> str:
    """Returns the Python name of the encoding in which the texts make most sense. They are not UTF-8."""
    sample = b"\n".join(each for each in samples if not each.isascii())[:_MAX_SAMPLE]
    scores = {name: each.prior + _score(sample, name) for name, each in _CANDIDATES.items()}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] > 0 else _east_asian(sample) or best


def _east_asian(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=_EAST_ASIAN).best()
    return found.encoding if found else None


def _score(sample: bytes, encoding: str) -> float:
    text = sample.decode(encoding, "replace")
    return sum(sum(_of_characters(word, encoding)) for word in _WORD.findall(text) if not word.isascii())


def _of_characters(word: str, encoding: str) -> Iterator[float]:
    """Yields how well each character that is not ASCII fits where it stands in the word."""
    letters = [character for character in word if character.isalpha()]
    if len(letters) > 2 and all(_is_accented(letter) for letter in letters):
        yield _WRONG
    if len(letters) > 1 and word[0].isupper():
        yield _CAPITAL
    for place, character in enumerate(word):
        if not character.isascii():
            before, after = word[place - 1 : place], word[place + 1 : place + 2]
            yield _fit(character, before, after, encoding)


def _fit(character: str, before: str, after: str, encoding: str) -> float:
    if not character.isalpha() or character in "ƒºª":
        return _symbol(character, before, after)
    odd_case = before.isalpha() and before.islower() and character.isupper()
    odd_case = odd_case or (character.islower() and after.isalpha() and after.isupper())
    if odd_case or any(each.isalpha() and _script(each) != _script(character) for each in (before, after)):
        return _WRONG
    if character in _FIRST_IN_WORD and before.isalpha():
        return _WRONG
    candidate = _CANDIDATES[encoding]
    alone = not (before.isalpha() or after.isalpha())
    likely = character in candidate.letters if candidate.letters else not alone
    crowded = _is_accented(character) and _is_accented(before)
    return (candidate.weight if likely else _RARE) + (candidate.crowded if crowded else 0)


def _symbol(character: str, before: str, after: str) -> float:
    within = before.isalpha() and after.isalpha()
    if character == _APOSTROPHE and within:
        return 1.0
    if character in _QUOTES:
        return _WRONG if within else 1.0
    fits = character in _SYMBOLS and not within and (not after.isalpha() or character in _BEFORE_LETTERS)
    return _LIKELY_SYMBOL if fits else _WRONG


def _is_accented(character: str) -> bool:
    return bool(character) and not character.isascii() and character.isalpha() and _script(character) == "LATIN"


@cache
def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]


class UndeclaredText:
    """Decodes the texts of one file, whose encoding is guessed once, when the first of them is not UTF-8."""

    def __init__(self, samples: Iterable[bytes]) -> None:
        self._samples = samples
        self._encoding: str | None = None

    def decode(self, raw: bytes) -> str:
        """Returns the text up to the first NUL."""
        raw = raw.split(b"\0", 1)[0]
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            pass
        if self._encoding is None:
            self._encoding = likely_encoding(
                [raw, *(each.split(b"\0", 1)[0] for each in self._samples if not _is_utf8(each))]
            )
        return raw.decode(self._encoding, "replace")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
