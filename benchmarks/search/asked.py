"""Thirty questions as people ask them, each beside a naive reading of it over the columns of ``family.py``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from benchmarks.search.family import Family, Mask

TODAY = date(2026, 11, 25)  # a Wednesday
ANNA, BOB, CARLA, DARIO, ME = "Anna Berti", "Bob Miller", "Carla Rossi", "Dario Rossi", "Elena Conti"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question. ``naive`` returns the photos that it asks for."""

    text: str
    naive: Callable[[Family], Mask]


THIRTY = [
    AskedQuestion(text, naive)
    for text, naive in (
        (
            "landscapes in Abruzzo containing me",
            lambda lib: lib.tag("Landscapes") & lib.tag_or_place("Abruzzo") & lib.person(ME),
        ),
        ("Anna in Rome 2019", lambda lib: lib.person(ANNA) & lib.at("Rome") & lib.year(2019)),
        ("beach -Pescara", lambda lib: lib.tag("Beach") & ~lib.at("Pescara")),
        (
            "without Bob in Italy last summer",
            lambda lib: ~lib.person(BOB) & lib.at("Italy") & lib.days("2026-06-01", "2026-08-31"),
        ),
        ("only Anna and Bob", lambda lib: lib.person(ANNA) & lib.person(BOB) & lib.only(ANNA, BOB)),
        ("Anna or Carla in August 2017", lambda lib: lib.person(ANNA, CARLA) & lib.year(2017) & lib.month(8)),
        (
            "(beach or mountains) and Rossi",
            lambda lib: (lib.tag("Beach") | lib.tag("Mountains")) & lib.person(CARLA, DARIO),
        ),
        ("Christmas with Bob", lambda lib: (lib.day(12, 24) | lib.day(12, 25) | lib.day(12, 26)) & lib.person(BOB)),
        ("25 December with Anna", lambda lib: lib.day(12, 25) & lib.person(ANNA)),
        ("on Sundays in Munich", lambda lib: lib.weekday(6) & lib.at("Munich")),
        ("in the morning in Seville", lambda lib: lib.hours(6, 12) & lib.at("Seville")),
        ("5 stars in Brittany", lambda lib: (lib.rating == 5) & lib.at("Brittany")),
        ("rated 4 or more, not in Rome", lambda lib: (lib.rating >= 4) & ~lib.at("Rome")),
        ("favourites of Anna", lambda lib: lib.favourite & lib.person(ANNA)),
        ("camera:X-T3 in Norway", lambda lib: (lib.camera == 1) & lib.at("Norway")),
        ("nobody in Monterey", lambda lib: (lib.faces == 0) & lib.at("Monterey")),
        ("2 people at the beach", lambda lib: (lib.faces == 2) & lib.tag("Beach")),
        ("group photos in 2016", lambda lib: (lib.faces >= 3) & lib.year(2016)),
        ("untagged 2012", lambda lib: ~_tagged(lib) & lib.year(2012)),
        ("nature in the 2010s", lambda lib: lib.tag("Nature") & lib.year(*range(2010, 2020))),
        ("tag:Nature/Lakes 2014", lambda lib: lib.tag("Lakes") & lib.year(2014)),
        ("family in Spain", lambda lib: lib.person(ANNA, BOB) & lib.at("Spain")),
        ("birthday without gps", lambda lib: lib.tag("Birthday") & (lib.city < 0)),
        ("lanscapes in Tuscanny", lambda lib: lib.tag("Landscapes") & lib.at("Tuscany")),
        ("USA 2011", lambda lib: lib.at("United States") & lib.year(2011)),
        ("dogs and churches without Anna", lambda lib: lib.looks("dog") & lib.looks("church") & ~lib.person(ANNA)),
        (
            "foto di Anna in Abruzzo ad agosto",
            lambda lib: lib.person(ANNA) & lib.tag_or_place("Abruzzo") & lib.month(8),
        ),
        (
            "Fotos aus Italien ohne Anna im Sommer 2018",
            lambda lib: lib.at("Italy") & ~lib.person(ANNA) & lib.days("2018-06-01", "2018-08-31"),
        ),
        (
            "photos de Bob en France en juillet 2018",
            lambda lib: lib.person(BOB) & lib.at("France") & lib.year(2018) & lib.month(7),
        ),
        (
            "fotos con Carla en Granada entre 2012 y 2014",
            lambda lib: lib.person(CARLA) & lib.at("Granada") & lib.year(2012, 2013, 2014),
        ),
    )
]


def _tagged(lib: Family) -> Mask:
    found = lib.tag("Landscapes")
    for name in lib.tagged:
        found = found | lib.tag(name)
    return found
