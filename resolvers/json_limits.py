"""Weighs JSON before it is decoded, because 4 MB of brackets become 100 MB of lists."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from json import JSONDecodeError

from photos_graph.errors import TooComplex

MOST_LEVELS = 250  # a filter has two for each of its at most 100 levels

_STEPS: Mapping[int, int] = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_OTHERS = bytes(set(range(256)) - _STEPS.keys())


def check_json(text: str | bytes, most_values: int) -> None:
    """Raises TooComplex for JSON with more values, or deeper, than a request may have, and JSONDecodeError for a text
    that is not UTF-8, of which this cannot be known. Anything else that is invalid is left to the decoder."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if b"\x00" in raw:
        raise JSONDecodeError("The request is not JSON in UTF-8.", "", 0)
    if _values(raw) <= most_values and raw.count(b"[") + raw.count(b"{") <= MOST_LEVELS:
        return  # strings may contain such characters too, so there are as many at most
    plain = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    if plain.count(b'"') > 4 * most_values:  # two at the ends of a key and two at those of its value
        raise _too_many(most_values)
    structure = b"".join(plain.split(b'"')[::2])
    if _values(structure) > most_values:
        raise _too_many(most_values)
    brackets = structure.translate(None, _OTHERS)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > MOST_LEVELS:
        raise TooComplex(f"A request may be nested {MOST_LEVELS} levels deep.")


def _values(raw: bytes) -> int:
    return raw.count(b",") + raw.count(b"[") + raw.count(b"{")


def _too_many(most: int) -> TooComplex:
    return TooComplex(f"A request may have {most:,} values. Send it in parts.")
