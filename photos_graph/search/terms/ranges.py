"""Reads and writes the numbers and ranges after a prefix: "400", ">=400", "100-400", "1/125" or "0.5..2"."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from math import isfinite
from typing import TypeVar

from photos_graph.search.label_words import ENGLISH_LABELS, LabelWords

N = TypeVar("N", int, float)
Bounds = tuple[N | None, N | None]

ANY = "any"  # a value that is known, whatever it is
_RANGE = re.compile(r"(?P<low>.+?)(?:\.\.)(?P<high>.+)|(?P<from>[^-]+)[-\N{EN DASH}](?P<to>[^-]+)")


def read_range(value: str, number: Callable[[str], N]) -> Bounds[N] | None:
    """Returns the bounds, both inclusive, or None if the value is no range. ``number`` raises ValueError."""
    try:
        if value == ANY:
            return None, None
        for sign in (">=", "<="):
            if value.startswith(sign):
                bound = number(value[2:])
                return (bound, None) if sign == ">=" else (None, bound)
        low, high = _ends(value, number)
        bounds = number(low), number(high)
    except (ValueError, ArithmeticError):
        return None
    return bounds if bounds[0] <= bounds[1] else None


def _ends(value: str, number: Callable[[str], N]) -> tuple[str, str]:
    try:
        number(value)  # "1e-05" is no range
    except ValueError:
        match = _RANGE.fullmatch(value)
        if match is None:
            raise
        return (match["low"], match["high"]) if match["low"] else (match["from"], match["to"])
    return value, value


def write_range(low: float | None, high: float | None) -> str:
    """Returns the text that ``read_range`` reads as these bounds."""
    if low is None or high is None:
        return ANY if low is high else f"<={high!r}" if low is None else f">={low!r}"
    return repr(low) if low == high else f"{low!r}..{high!r}"


def whole(text: str) -> int:
    """Raises ValueError unless the text is a number of at most nine digits."""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(text)
    return int(text)


def real(text: str) -> float:
    """Reads "2.8", "1/125" or "1e-05". Raises ValueError or ArithmeticError."""
    if len(text) > 30:
        raise ValueError(text)
    found = float(Fraction(text)) if "/" in text else float(text)
    if not isfinite(found) or found < 0:
        raise ValueError(text)
    return found


def in_words(low: float | None, high: float | None, words: LabelWords = ENGLISH_LABELS) -> str:
    """Returns a range in words: "400", "100 to 400", "400 or more" or "up to 400"."""
    if low is None or high is None:
        if low is high:
            return words.say("known")
        return words.say("{} or more", _short(low)) if high is None else words.say("up to {}", _short(high))
    return words.range(_short(low), _short(high))


def _short(number: float | None) -> str:
    return f"{number:g}"
