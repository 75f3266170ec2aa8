"""Public holidays of countries, the hemisphere, and the languages that are on."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from photos_graph.model.library import DatePrecision
from photos_graph.search.language.customs import Customs
from photos_graph.search.language.languages import LANGUAGES
from photos_graph.search.language.parser import parse
from photos_graph.search.rows import PhotoRow
from photos_graph.settings import SearchSettings
from tests.kit.language.library import TODAY, index
from tests.kit.language.shorthand import shorthand
from tests.kit.search_index import index_of

LIBRARY = index()


def question(text: str, customs: Customs) -> str:
    return shorthand(parse(text, LIBRARY.lexicon, TODAY, customs), LIBRARY.lexicon)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Independence Day 2010", "taken [2010-07-04, 2010-07-05)"),  # a Sunday, which is made up for on Monday
        ("Memorial Day 2015", "taken [2015-05-25, 2015-05-26)"),
        ("Martin Luther King Jr. Day 2016", "taken [2016-01-18, 2016-01-19)"),
        ("Tag der Deutschen Einheit 2019", "taken [2019-10-03, 2019-10-04)"),
        ("Fête nationale 2015 avec Anna", "taken [2015-07-14, 2015-07-15) and person Anna Rossi"),
        ("Festa della Repubblica 2019", "taken [2019-06-02, 2019-06-03)"),
        ("Juneteenth National Independence Day 1990", "taken [1990-01-02, 1990-01-02)"),  # it was no holiday then
    ],
)
def test_public_holidays_are_known_by_their_names(text: str, expected: str) -> None:
    assert question(text, Customs(LANGUAGES, ("DE", "FR", "IT", "US"))) == expected


def test_public_holidays_of_other_countries_are_unknown() -> None:
    assert "unmatched" in question("Memorial Day 2015", Customs(LANGUAGES, ("IT", "XX")))


def test_summer_is_in_december_in_the_south() -> None:
    customs = Customs.of(SearchSettings(hemisphere="south"))
    assert question("summer 2019", customs) == "taken [2019-12-01, 2020-03-01)"
    assert question("inverno 2019", customs) == "taken [2019-06-01, 2019-09-01)"


def test_a_language_that_is_off_is_not_read() -> None:
    customs = Customs.of(SearchSettings(languages=("en",)))
    assert question("beach senza Bob", customs) == "tag Beach and person Bob; unmatched: `senza`"
    assert question("beach without Bob", customs) == "tag Beach and not person Bob"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Easter", {"easter 2015", "monday 2015", "easter 2016"}),
        ("Easter 2016", {"easter 2016"}),
        ("Sundays", {"easter 2015", "easter 2016"}),
        ("weekends", {"saturday", "easter 2015", "easter 2016"}),
    ],
)
def test_holidays_and_days_of_the_week_find_their_photos(text: str, expected: set[str]) -> None:
    days = {
        "saturday": date(2015, 4, 4),
        "easter 2015": date(2015, 4, 5),
        "monday 2015": date(2015, 4, 6),
        "easter 2016": date(2016, 3, 27),
        "not easter": date(2016, 4, 5),
    }
    rows = [
        PhotoRow(number, f"{number:032x}", name, ("root",), taken=datetime(each.year, each.month, each.day, 12))
        for number, (name, each) in enumerate(days.items())
    ]
    month = PhotoRow(9, f"{9:032x}", "m", ("root",), taken=datetime(2015, 4, 1), precision=DatePrecision.MONTH)
    search = index_of([*rows, month, PhotoRow(10, f"{10:032x}", "undated", ("root",))])
    found = search.evaluate(parse(text, search.lexicon, TODAY).query)
    assert {name for number, name in enumerate(days) if number in found} == expected
    assert len(found) == len(expected)
