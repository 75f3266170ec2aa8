"""Prefixes whose value is not a name: ``year:``, ``rating:``, ``camera:``."""

from __future__ import annotations

import re
from datetime import datetime

from photos_graph.errors import BadInput
from photos_graph.search.query import Query, Rated, TakenIn

_YEARS = re.compile(r"([0-9]{1,4})(?:(?:[-\N{EN DASH}]|\.\.)([0-9]{1,4}))?")
_RATING = re.compile(r"(>=|<=|>|<|=)?(-?[0-9])")
_RATINGS = re.compile(r"(-?[0-9])(?:[-\N{EN DASH}]|\.\.)([0-9])")


def year(value: str) -> tuple[Query, str]:
    """The question and its label. Raises BadInput."""
    match = _YEARS.fullmatch(value)
    first = int(match[1]) if match else 0
    last = int(match[2]) if match and match[2] else first
    if not 1 <= first <= last:
        raise BadInput("`year:` takes a year or a range of them, as in year:2019 or year:2018-2020.")
    if first == last:
        return TakenIn(year=first), str(first)
    end = datetime(last + 1, 1, 1) if last < 9999 else None
    return TakenIn(datetime(first, 1, 1), end), f"{first} to {last}"


def rating(value: str) -> tuple[Query, str]:
    """The question and its label. Raises BadInput."""
    if match := _RATINGS.fullmatch(value):
        low, high = int(match[1]), int(match[2])
        if -1 <= low <= high <= 5:
            return Rated(low, high), f"rating {low} to {high}"
    if (match := _RATING.fullmatch(value)) and -1 <= (number := int(match[2])) <= 5:
        sign = match[1] or "="
        low_high = {
            "=": (number, number),
            ">=": (number, None),
            ">": (number + 1, None),
            "<=": (None, number),
            "<": (None, number - 1),
        }[sign]
        return Rated(*low_high), f"rating {sign} {number}"
    raise BadInput("`rating:` takes -1 (rejected) to 5, as in rating:4, rating:>=4, rating:<3 or rating:2-4.")
