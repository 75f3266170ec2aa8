"""Normalizes text so that it compares as people expect: regardless of case and accents, and with numbers by value."""

from __future__ import annotations

import re
import string
import unicodedata

_WORD = re.compile(r"[^\W\d_]+|\d+")
_SYMBOLS = re.compile(r"[^\w\s]+")
_DIGITS = re.compile(r"([0-9]+)")
_EDGES = string.punctuation + string.whitespace


def fold(text: str) -> str:
    """Returns the text compatibility-decomposed, case-folded and without combining marks, so that "L'Àquila" and
    "l'aquila" are equal."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Returns the folded words of a text. Letters and digits are separate words: "IMG_1234.jpg" gives img, 1234,
    jpg."""
    return _WORD.findall(fold(text))


def name_words(name: str) -> list[str]:
    """Returns the words of a name, or its symbols if it has no words, such as "🏖"."""
    return words(name) or symbols(name)


def symbols(text: str) -> list[str]:
    """Returns the emoji and other symbols of a text without words as one word. Punctuation does not count as a
    symbol."""
    kept = fold(text).strip(_EDGES).replace("\N{VARIATION SELECTOR-16}", "")
    return [kept] if any(unicodedata.category(c)[0] == "S" for c in kept if not c.isascii()) else []


def inner_symbols(name: str) -> list[str]:
    """Returns the emoji and other symbols of a name that may also have words, such as "Beach 🏖"."""
    return [symbol for run in _SYMBOLS.findall(name) for symbol in symbols(run)]


def natural_key(text: str) -> bytes:
    """Returns bytes that sort as people expect: img2 before img10, é between e and f, and A together with a.

    A run of digits becomes its length followed by its value, so that numbers compare by their value.
    """
    parts = _DIGITS.split(fold(text))
    key = bytearray(parts[0].encode("utf-8", "surrogatepass"))
    for digits, rest in zip(parts[1::2], parts[2::2], strict=True):
        value = digits.lstrip("0").encode()
        key += b"0"
        key += bytes((len(value),)) if len(value) < 255 else b"\xff" + len(value).to_bytes(4, "big")
        key += value
        key += rest.encode("utf-8", "surrogatepass")
    return bytes(key)
