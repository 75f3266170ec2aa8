"""The names of months and days are those of the CLDR."""

from __future__ import annotations

from typing import Literal

import pytest
from babel import Locale

from photos_graph.search.folding import name_words
from photos_graph.search.language.calendar_names import CALENDAR_NAMES
from photos_graph.search.language.languages import LANGUAGES


def months(code: str, width: Literal["wide", "abbreviated"]) -> list[set[str]]:
    forms = [form[width] for form in Locale(code).months.values()]
    return [{names[number] for names in forms} for number in range(1, 13)]


def folded(names: list[set[str]]) -> list[set[str]]:
    return [{" ".join(name_words(name)) for name in each} for each in names]


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
def test_the_names_of_a_language(code: str) -> None:
    wide, short, days = ([set(each.split("/")) for each in names.split(",")] for names in CALENDAR_NAMES[code])
    assert wide == months(code, "wide")
    assert folded(short) == folded(months(code, "abbreviated"))
    assert days == [{Locale(code).days["stand-alone"]["wide"][number]} for number in range(7)]
