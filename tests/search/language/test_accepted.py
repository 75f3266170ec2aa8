"""Accepted: each text with exactly the question that it must become, its terms, and what is left."""

from __future__ import annotations

import pytest

from photos_graph.search.index import SearchIndex
from photos_graph.search.language.parser import Parsed, parse
from photos_graph.search.query import Everything, Not, Or
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import FacesIn, OnlyPersons
from photos_graph.search.terms.places import AtPlace, InBox
from photos_graph.search.terms.properties import Favourite, Rated, TakenWith
from photos_graph.search.terms.tags import OnlyTagged, Tagged, Untagged
from photos_graph.search.terms.words import Words
from tests.kit.language.cases import (
    ABRUZZO,
    ABRUZZO_PLACE,
    ABRUZZO_TAG,
    ANNA,
    AQUILA,
    BEACH,
    BOB,
    GARDEN,
    ITALY,
    LANDSCAPES,
    MARIA,
    ME,
    MOUNTAINS,
    ROME,
    SAN_VITO,
    SUMMER,
    Case,
    both,
    case,
    either,
    month,
    span,
    year,
)
from tests.kit.language.library import TODAY, index

ABRUZZO_TERMS = ("Abruzzo = TAG Abruzzo", "Abruzzo = PLACE Abruzzo")

STORY = [
    case(
        "landscapes in Abruzzo containing me",
        both(LANDSCAPES, ABRUZZO, ME),
        "landscapes = TAG Landscapes",
        *ABRUZZO_TERMS,
        "me = PERSON Carlo Rossi",
    ),
    case(
        "landscapes in Abruzzo not in 2020",
        both(LANDSCAPES, ABRUZZO, Not(year(2020))),
        "landscapes = TAG Landscapes",
        *ABRUZZO_TERMS,
        "2020 = not DATE 2020",
    ),
    case(
        "Abruzzo or Rome",
        either(ABRUZZO_TAG, ABRUZZO_PLACE, ROME),
        *ABRUZZO_TERMS,
        "Rome = PLACE Rome",
    ),
    case("landscapes in Abruzzo", both(LANDSCAPES, ABRUZZO), "landscapes = TAG Landscapes", *ABRUZZO_TERMS),
]

NAMES = [
    case("Landscape", LANDSCAPES, "Landscape = TAG Landscapes"),
    case("LANDSCAPES", LANDSCAPES, "LANDSCAPES = TAG Landscapes"),
    case("beaches", BEACH, "beaches = TAG Beach"),
    case("beach volleyball", Tagged("volleyball"), "beach volleyball = TAG Beach volleyball"),
    case("volleyball", Tagged("volleyball"), "volleyball = TAG Beach volleyball"),
    case(
        "lakes",
        either(Tagged("lakes"), Tagged("lakes-trips")),
        "lakes = TAG Nature/Lakes",
        "lakes = TAG Trips/Lakes",
    ),
    case("Nature/Lakes", Tagged("lakes"), "Nature/Lakes = TAG Nature/Lakes"),
    case("Places/Abruzzo beach", both(ABRUZZO_TAG, BEACH), "Places/Abruzzo = TAG Abruzzo", "beach = TAG Beach"),
    case('"Italy/Abruzzo"', either(*ABRUZZO_PLACE.parts[:1]).parts[0], '"Italy/Abruzzo" = PLACE Abruzzo'),
    case("L'Aquila", AQUILA, "L'Aquila = PLACE L'Aquila"),
    case("laquila aquila", AQUILA, "laquila = PLACE L'Aquila", "aquila = PLACE L'Aquila"),
    case("san vito chietino", SAN_VITO, "san vito chietino = PLACE San Vito Chietino"),
    case("San-Vito", SAN_VITO, "San-Vito = PLACE San Vito Chietino"),
    case("Rome, Italy", both(ROME, ITALY), "Rome = PLACE Rome", "Italy = PLACE Italy"),
    case("isle of man", Tagged("man"), "isle of man = TAG Isle of Man"),
    case("maria", MARIA, "maria = PERSON María del Mar"),
    case("Mari\u0301a del mar", MARIA, "Mari\u0301a del mar = PERSON María del Mar"),
    case("Rossi", either(ANNA, ME), "Rossi = PERSON Anna Rossi", "Rossi = PERSON Carlo Rossi"),
    case(
        "anna rossi's landscapes",
        both(ANNA, LANDSCAPES),
        "anna rossi = PERSON Anna Rossi",
        "landscapes = TAG Landscapes",
    ),
    case("citta", Tagged("towns"), "citta = TAG Città"),
    case("🏖 in Rome", both(Tagged("parasol"), ROME), "🏖 = TAG 🏖", "Rome = PLACE Rome"),
    case("I", ME, "I = PERSON Carlo Rossi"),
    case("myself and Bob", both(ME, BOB), "myself = PERSON Carlo Rossi", "Bob = PERSON Bob"),
    case("show me photos of Anna", ANNA, "Anna = PERSON Anna Rossi"),
]

SLIPS = [
    case("lanscape", LANDSCAPES, "lanscape = TAG Landscapes"),
    case("landcsapes", LANDSCAPES, "landcsapes = TAG Landscapes"),
    case("abruzo", ABRUZZO, "abruzo = TAG Abruzzo", "abruzo = PLACE Abruzzo"),
    case("volleybal beahc", both(Tagged("volleyball"), BEACH), "volleybal = TAG Beach volleyball", "beahc = TAG Beach"),
    case("Isle of Mann", Tagged("man"), "Isle = TAG Isle of Man", unmatched=("Mann",)),
    case("bop", Or(()), unmatched=("bop",)),
    case("4321 Abruzzo", ABRUZZO, *ABRUZZO_TERMS, unmatched=("4321",)),
    case("Francisco", Or(()), unmatched=("Francisco",)),
    case("San Francisco", Or(()), "San Francisco = OTHER San Francisco", unmatched=("San", "Francisco")),
    case("volleyball zebra", Or(()), "volleyball zebra = OTHER volleyball zebra", unmatched=("volleyball", "zebra")),
    case("zebra volleyball", Or(()), "zebra volleyball = OTHER zebra volleyball", unmatched=("zebra", "volleyball")),
    case("volleybal-zebra", Or(()), "volleybal-zebra = OTHER volleybal-zebra", unmatched=("volleybal-zebra",)),
    case("volleyball, zebra", Tagged("volleyball"), "volleyball = TAG Beach volleyball", unmatched=("zebra",)),
    case("volleyball -zebra", Tagged("volleyball"), "volleyball = TAG Beach volleyball", unmatched=("zebra",)),
    case("Anna & zebra", ANNA, "Anna = PERSON Anna Rossi", unmatched=("zebra",)),
    case("Anna sunset", both(ANNA, Words("sunset")), "Anna = PERSON Anna Rossi", "sunset = TEXT sunset"),
    case(
        "without Anna Smith in Rome",
        ROME,
        "Anna Smith = not OTHER Anna Smith",
        "Rome = PLACE Rome",
        unmatched=("Anna", "Smith"),
    ),
    case("Rome without Zoe", ROME, "Rome = PLACE Rome", unmatched=("Zoe",)),
    case("beech", Words("beech"), "beech = TEXT beech"),
    case("etna sunsett", Words("etna"), "etna = TEXT etna", unmatched=("sunsett",)),
]

FOLDERS = [
    case("wedding of gina", InFolder("wedding"), "wedding of gina = FOLDER Photos/2018-06 Wedding of Gina"),
    case(
        "2018-06 wedding of gina",
        InFolder("wedding"),
        "2018-06 wedding of gina = FOLDER Photos/2018-06 Wedding of Gina",
    ),
    case("giardino", GARDEN, "giardino = FOLDER Photos/Giardino"),
    case(
        "raw",
        either(InFolder("raw-1"), InFolder("raw-2")),
        "raw = FOLDER Photos/Italy/Raw",
        "raw = FOLDER Photos/raw",
    ),
    case("Rome 2019", both(ROME, year(2019)), "Rome = PLACE Rome", "2019 = DATE 2019"),
    case("in:abruzzo", InFolder("2019-abruzzo"), "in:abruzzo = FOLDER Photos/Italy/2019 Abruzzo"),
    case(
        'in:"Italy/2019 Abruzzo"',
        InFolder("2019-abruzzo"),
        'in:"Italy/2019 Abruzzo" = FOLDER Photos/Italy/2019 Abruzzo',
    ),
    case(
        'in:"Rome 2019" Anna',
        both(InFolder("rome-2019"), ANNA),
        'in:"Rome 2019" = FOLDER Photos/Rome 2019',
        "Anna = PERSON Anna Rossi",
    ),
    case('"Italy/Raw"', InFolder("raw-1"), '"Italy/Raw" = FOLDER Photos/Italy/Raw'),
]

OPERATORS = [
    case("landscapes Anna", both(LANDSCAPES, ANNA), "landscapes = TAG Landscapes", "Anna = PERSON Anna Rossi"),
    case("landscapes and Anna", both(LANDSCAPES, ANNA), "landscapes = TAG Landscapes", "Anna = PERSON Anna Rossi"),
    case(
        "landscapes in Abruzzo or Rome",
        both(LANDSCAPES, either(ABRUZZO_TAG, ABRUZZO_PLACE, ROME)),
        "landscapes = TAG Landscapes",
        *ABRUZZO_TERMS,
        "Rome = PLACE Rome",
    ),
    case("not Anna or Bob", Not(either(ANNA, BOB)), "Anna = not PERSON Anna Rossi", "Bob = not PERSON Bob"),
    case("Anna not Bob", both(ANNA, Not(BOB)), "Anna = PERSON Anna Rossi", "Bob = not PERSON Bob"),
    case("not Anna and Bob", both(Not(ANNA), BOB), "Anna = not PERSON Anna Rossi", "Bob = PERSON Bob"),
    case("Anna or not Bob", either(ANNA, Not(BOB)), "Anna = PERSON Anna Rossi", "Bob = not PERSON Bob"),
    case("without Anna and Bob", both(Not(ANNA), Not(BOB)), "Anna = not PERSON Anna Rossi", "Bob = not PERSON Bob"),
    case(
        "without Anna and Bob in Rome",
        both(Not(ANNA), Not(BOB), ROME),
        "Anna = not PERSON Anna Rossi",
        "Bob = not PERSON Bob",
        "Rome = PLACE Rome",
    ),
    case("without Anna and with Bob", both(Not(ANNA), BOB), "Anna = not PERSON Anna Rossi", "Bob = PERSON Bob"),
    case("neither Anna nor Bob", both(Not(ANNA), Not(BOB)), "Anna = not PERSON Anna Rossi", "Bob = not PERSON Bob"),
    case("not without Bob", BOB, "Bob = PERSON Bob"),
    case(
        "landscapes (Anna or (Bob not in 2019))",
        both(LANDSCAPES, either(ANNA, both(BOB, Not(year(2019))))),
        "landscapes = TAG Landscapes",
        "Anna = PERSON Anna Rossi",
        "Bob = PERSON Bob",
        "2019 = not DATE 2019",
    ),
    case(
        "not (Anna and Bob)",
        Not(both(ANNA, BOB)),
        "Anna = not PERSON Anna Rossi",
        "Bob = not PERSON Bob",
    ),
    case(
        "not (Anna not Bob)",
        Not(both(ANNA, Not(BOB))),
        "Anna = not PERSON Anna Rossi",
        "Bob = PERSON Bob",
    ),
    case("((Anna", ANNA, "Anna = PERSON Anna Rossi"),
    case("Anna) Bob", both(ANNA, BOB), "Anna = PERSON Anna Rossi", "Bob = PERSON Bob"),
    case("or Anna and", ANNA, "Anna = PERSON Anna Rossi"),
    case("only me", both(ME, OnlyPersons(("carlo",))), "only = OTHER nobody else", "me = PERSON Carlo Rossi"),
    case(
        "only Anna and Bob",
        both(ANNA, BOB, OnlyPersons(("anna", "bob"))),
        "only = OTHER nobody else",
        "Anna = PERSON Anna Rossi",
        "Bob = PERSON Bob",
    ),
    case(
        "only Anna or Bob",
        both(either(ANNA, BOB), OnlyPersons(("anna", "bob"))),
        "only = OTHER nobody else",
        "Anna = PERSON Anna Rossi",
        "Bob = PERSON Bob",
    ),
    case(
        "only Anna and landscapes",
        both(ANNA, OnlyPersons(("anna",)), LANDSCAPES),
        "only = OTHER nobody else",
        "Anna = PERSON Anna Rossi",
        "landscapes = TAG Landscapes",
    ),
    case(
        "landscapes with only me in Rome",
        both(LANDSCAPES, ME, OnlyPersons(("carlo",)), ROME),
        "landscapes = TAG Landscapes",
        "only = OTHER nobody else",
        "me = PERSON Carlo Rossi",
        "Rome = PLACE Rome",
    ),
    case(
        "only landscapes",
        both(LANDSCAPES, OnlyTagged(("landscapes",))),
        "only = OTHER no other tags",
        "landscapes = TAG Landscapes",
    ),
    case(
        "not only Bob",
        Not(both(BOB, OnlyPersons(("bob",)))),
        "only = not OTHER nobody else",
        "Bob = not PERSON Bob",
    ),
    case("only Rome", ROME, "Rome = PLACE Rome"),
]

PROPERTIES = [
    case("favourites", Favourite(), "favourites = OTHER favourite"),
    case("-favourites Rome", both(Not(Favourite()), ROME), "favourites = not OTHER favourite", "Rome = PLACE Rome"),
    case("5 stars", Rated(5, 5), "5 stars = OTHER rating 5"),
    case("five stars", Rated(5, 5), "five stars = OTHER rating 5"),
    case("rated 4 or more", Rated(4, None), "rated 4 or more = OTHER rating 4 or more"),
    case("rated at least 4 stars", Rated(4, None), "rated at least 4 stars = OTHER rating 4 or more"),
    case("4 or more stars", Rated(4, None), "4 or more stars = OTHER rating 4 or more"),
    case("4 stars or better", Rated(4, None), "4 stars or better = OTHER rating 4 or more"),
    case("6 stars", Or(()), unmatched=("6", "stars")),
    case("rated", Or(()), unmatched=("rated",)),
    case("2 people at Rome", both(FacesIn(2, 2), ROME), "2 people = OTHER 2 people", "Rome = PLACE Rome"),
    case("at least three people", FacesIn(3, None), "at least three people = OTHER 3 or more people"),
    case("show me group photos", FacesIn(3, None), "group photos = OTHER 3 or more people"),
    case("nobody", FacesIn(None, 0), "nobody = OTHER nobody"),
    case("no people", Not(FacesIn(1, None)), "people = not OTHER people"),
    case("untagged", Untagged(), "untagged = OTHER untagged"),
    case("without tags", Untagged(), "without tags = OTHER untagged"),
    case("photos without gps", Not(InBox(90, -90, 180, -180)), "gps = not OTHER position"),
    case("Anna or favourites", either(ANNA, Favourite()), "Anna = PERSON Anna Rossi", "favourites = OTHER favourite"),
    case("preferiti a Rome", both(Favourite(), ROME), "preferiti = OTHER preferite", "Rome = PLACE Rome"),
    case(
        "foto di gruppo senza me",
        both(FacesIn(3, None), Not(ME)),
        "foto di gruppo = OTHER 3 o più persone",
        "me = not PERSON Carlo Rossi",
    ),
    case("senza gps", Not(InBox(90, -90, 180, -180)), "gps = not OTHER posizione"),
    case("almeno 4 stelle", Rated(4, None), "almeno 4 stelle = OTHER voto 4 o più"),
]

SIGNS = [
    case("beach -Rome", both(BEACH, Not(ROME)), "beach = TAG Beach", "Rome = not PLACE Rome"),
    case("beach \N{MINUS SIGN}Rome", both(BEACH, Not(ROME)), "beach = TAG Beach", "Rome = not PLACE Rome"),
    case("beach,-Rome", both(BEACH, Not(ROME)), "beach = TAG Beach", "Rome = not PLACE Rome"),
    case("!Rome", Not(ROME), "Rome = not PLACE Rome"),
    case("-Rome beach", both(Not(ROME), BEACH), "Rome = not PLACE Rome", "beach = TAG Beach"),
    case("-in Rome beach", both(Not(ROME), BEACH), "Rome = not PLACE Rome", "beach = TAG Beach"),
    case("beach -me", both(BEACH, Not(ME)), "beach = TAG Beach", "me = not PERSON Carlo Rossi"),
    case("beach -2019", both(BEACH, Not(year(2019))), "beach = TAG Beach", "2019 = not DATE 2019"),
    case("2014 !2015", both(year(2014), Not(year(2015))), "2014 = DATE 2014", "2015 = not DATE 2015"),
    case("2014, -2015", both(year(2014), Not(year(2015))), "2014 = DATE 2014", "2015 = not DATE 2015"),
    case(
        "year:2014 -year:2015",
        both(year(2014), Not(year(2015))),
        "year:2014 = DATE 2014",
        "year:2015 = not DATE 2015",
    ),
    case("year:2014 -2015", both(year(2014), Not(year(2015))), "year:2014 = DATE 2014", "2015 = not DATE 2015"),
    case("2014 & -2015", both(year(2014), Not(year(2015))), "2014 = DATE 2014", "2015 = not DATE 2015"),
    case("-San-Vito beach", both(Not(SAN_VITO), BEACH), "San-Vito = not PLACE San Vito Chietino", "beach = TAG Beach"),
    case("-tag:beach Rome", both(Not(BEACH), ROME), "tag:beach = not TAG Beach", "Rome = PLACE Rome"),
    case(
        '-"Isle of Man" Rome',
        both(Not(Tagged("man")), ROME),
        '"Isle of Man" = not TAG Isle of Man',
        "Rome = PLACE Rome",
    ),
    case("-🏖 Rome", both(Not(Tagged("parasol")), ROME), "🏖 = not TAG 🏖", "Rome = PLACE Rome"),
    case(
        "beach -(Rome or Anna) Bob",
        both(BEACH, Not(either(ROME, ANNA)), BOB),
        "beach = TAG Beach",
        "Rome = not PLACE Rome",
        "Anna = not PERSON Anna Rossi",
        "Bob = PERSON Bob",
    ),
    case("-beach | Rome", either(Not(BEACH), ROME), "beach = not TAG Beach", "Rome = PLACE Rome"),
    case("beach | -Rome", either(BEACH, Not(ROME)), "beach = TAG Beach", "Rome = not PLACE Rome"),
    case(
        "beach|Rome Anna",
        both(either(BEACH, ROME), ANNA),
        "beach = TAG Beach",
        "Rome = PLACE Rome",
        "Anna = PERSON Anna Rossi",
    ),
    case("August | 2019", either(month(8), year(2019)), "August = DATE August", "2019 = DATE 2019"),
    case("tag:beach|landscapes", either(BEACH, LANDSCAPES), "tag:beach = TAG Beach", "landscapes = TAG Landscapes"),
    case("beach & Rome", both(BEACH, ROME), "beach = TAG Beach", "Rome = PLACE Rome"),
    case("beach+Rome", both(BEACH, ROME), "beach = TAG Beach", "Rome = PLACE Rome"),
    case("beach +Rome", both(BEACH, ROME), "beach = TAG Beach", "Rome = PLACE Rome"),
    case("without Anna & Bob", both(Not(ANNA), Not(BOB)), "Anna = not PERSON Anna Rossi", "Bob = not PERSON Bob"),
    case("beach - Rome", both(BEACH, ROME), "beach = TAG Beach", "Rome = PLACE Rome"),
    case("beach --Rome", both(BEACH, Not(ROME)), "beach = TAG Beach", "Rome = not PLACE Rome"),
    case("2018 -2020", span("2018-01-01", "2021-01-01"), "2018 -2020 = DATE 2018 to 2020"),
    case("Rome! - | & +", ROME, "Rome = PLACE Rome"),
    case("beach -zebra", BEACH, "beach = TAG Beach", unmatched=("zebra",)),
    case("-zebra", Or(()), unmatched=("zebra",)),
]

PREFIXES = [
    case("tag:abruzzo", ABRUZZO_TAG, "tag:abruzzo = TAG Abruzzo"),
    case("tag:landscape", LANDSCAPES, "tag:landscape = TAG Landscapes"),
    case("tag:Trips/Lakes", Tagged("lakes-trips"), "tag:Trips/Lakes = TAG Trips/Lakes"),
    case('tag:"beach volleyball"', Tagged("volleyball"), 'tag:"beach volleyball" = TAG Beach volleyball'),
    case('tag:"beaches"', Or(()), unmatched=('tag:"beaches"',)),
    case("not tag:Abruzzo", Not(ABRUZZO_TAG), "tag:Abruzzo = not TAG Abruzzo"),
    case("person:anna", ANNA, "person:anna = PERSON Anna Rossi"),
    case("place:abruzzo", AtPlace("IT/Abruzzo"), "place:abruzzo = PLACE Abruzzo"),
    case("place:Italy/Abruzzo", AtPlace("IT/Abruzzo"), "place:Italy/Abruzzo = PLACE Abruzzo"),
    case("luogo:Italia", ITALY, "luogo:Italia = PLACE Italy"),
    case("-place:Rome Anna", both(Not(ROME), ANNA), "place:Rome = not PLACE Rome", "Anna = PERSON Anna Rossi"),
    case("person:me or person:Bob", either(ME, BOB), "person:me = PERSON Carlo Rossi", "person:Bob = PERSON Bob"),
    case("year:2019", year(2019), "year:2019 = DATE 2019"),
    case("year:2018-2020", span("2018-01-01", "2021-01-01"), "year:2018-2020 = DATE 2018 to 2020"),
    case("rating:>=4", Rated(4, None), "rating:>=4 = OTHER rating >= 4"),
    case("rating:5", Rated(5, 5), "rating:5 = OTHER rating = 5"),
    case("rating:<2", Rated(None, 1), "rating:<2 = OTHER rating < 2"),
    case("rating:>2", Rated(3, None), "rating:>2 = OTHER rating > 2"),
    case("rating:<=-1", Rated(None, -1), "rating:<=-1 = OTHER rating <= -1"),
    case("rating:2-4", Rated(2, 4), "rating:2-4 = OTHER rating 2 to 4"),
    case("camera:X-T3", TakenWith("X-T3"), "camera:X-T3 = OTHER camera X-T3"),
    case(
        'camera:"EOS 5D" Rome',
        both(TakenWith("EOS 5D"), ROME),
        'camera:"EOS 5D" = OTHER camera EOS 5D',
        "Rome = PLACE Rome",
    ),
    case("year:2019, Rome", both(year(2019), ROME), "year:2019, = DATE 2019", "Rome = PLACE Rome"),
    case("year:2018\N{EN DASH}2020", span("2018-01-01", "2021-01-01"), "year:2018\N{EN DASH}2020 = DATE 2018 to 2020"),
    case("rating:>=4; Rome", both(Rated(4, None), ROME), "rating:>=4; = OTHER rating >= 4", "Rome = PLACE Rome"),
    case("camera:X-T3, Rome", both(TakenWith("X-T3"), ROME), "camera:X-T3, = OTHER camera X-T3", "Rome = PLACE Rome"),
    case(
        "tag:Trips/Lakes, person:me.",
        both(Tagged("lakes-trips"), ME),
        "tag:Trips/Lakes, = TAG Trips/Lakes",
        "person:me. = PERSON Carlo Rossi",
    ),
    case("tag:zebra Rome", ROME, "Rome = PLACE Rome", unmatched=("tag:zebra",)),
    case("size:big Rome", ROME, "Rome = PLACE Rome", unmatched=("size:big",)),
]

DATES = [
    case("2019", year(2019), "2019 = DATE 2019"),
    case("in 2019", year(2019), "2019 = DATE 2019"),
    case("August 2019", month(8, 2019), "August 2019 = DATE August 2019"),
    case("Aug 2019", month(8, 2019), "Aug 2019 = DATE August 2019"),
    case("in August", month(8), "August = DATE August"),
    case("2019-08", month(8, 2019), "2019-08 = DATE August 2019"),
    case("2019-08-14", span("2019-08-14", "2019-08-15"), "2019-08-14 = DATE 14 August 2019"),
    case("14 August 2019", span("2019-08-14", "2019-08-15"), "14 August 2019 = DATE 14 August 2019"),
    case("August 14th, 2019", span("2019-08-14", "2019-08-15"), "August 14th, 2019 = DATE 14 August 2019"),
    case("14.8.2019", span("2019-08-14", "2019-08-15"), "14.8.2019 = DATE 14 August 2019"),
    case("14/8/2019", span("2019-08-14", "2019-08-15"), "14/8/2019 = DATE 14 August 2019"),
    case("summer", SUMMER, "summer = DATE June to August"),
    case("winter", either(month(12), month(1), month(2)), "winter = DATE December to February"),
    case("summer 2019", span("2019-06-01", "2019-09-01"), "summer 2019 = DATE 1 June 2019 to 31 August 2019"),
    case("the summer of 2019", span("2019-06-01", "2019-09-01"), "summer of 2019 = DATE 1 June 2019 to 31 August 2019"),
    case("winter 2019", span("2019-12-01", "2020-03-01"), "winter 2019 = DATE 1 December 2019 to 29 February 2020"),
    case(
        "winter 2018/2019",
        span("2018-12-01", "2019-03-01"),
        "winter 2018/2019 = DATE 1 December 2018 to 28 February 2019",
    ),
    case("last summer", span("2026-06-01", "2026-09-01"), "last summer = DATE 1 June 2026 to 31 August 2026"),
    case("last autumn", span("2025-09-01", "2025-12-01"), "last autumn = DATE 1 September 2025 to 30 November 2025"),
    case("this autumn", span("2026-09-01", "2026-12-01"), "this autumn = DATE 1 September 2026 to 30 November 2026"),
    case("last winter", span("2025-12-01", "2026-03-01"), "last winter = DATE 1 December 2025 to 28 February 2026"),
    case("last August", month(8, 2026), "last August = DATE August 2026"),
    case("last December", month(12, 2025), "last December = DATE December 2025"),
    case("this year", year(2026), "this year = DATE 2026"),
    case("last year", year(2025), "last year = DATE 2025"),
    case("last month", month(10, 2026), "last month = DATE October 2026"),
    case("this month", month(11, 2026), "this month = DATE November 2026"),
    case("last week", span("2026-11-16", "2026-11-23"), "last week = DATE 16 November 2026 to 22 November 2026"),
    case("this week", span("2026-11-23", "2026-11-30"), "this week = DATE 23 November 2026 to 29 November 2026"),
    case("yesterday", span("2026-11-24", "2026-11-25"), "yesterday = DATE 24 November 2026"),
    case("today", span("2026-11-25", "2026-11-26"), "today = DATE 25 November 2026"),
    case("between 2018 and 2020", span("2018-01-01", "2021-01-01"), "between 2018 and 2020 = DATE 2018 to 2020"),
    case("from 2018 to 2020", span("2018-01-01", "2021-01-01"), "from 2018 to 2020 = DATE 2018 to 2020"),
    case("2018-2020", span("2018-01-01", "2021-01-01"), "2018-2020 = DATE 2018 to 2020"),
    case(
        "between June and August 2019",
        span("2019-06-01", "2019-09-01"),
        "between June and August 2019 = DATE 1 June 2019 to 31 August 2019",
    ),
    case(
        "between November and February",
        either(month(11), month(12), month(1), month(2)),
        "between November and February = DATE November to February",
    ),
    case(
        "from 14 August 2019 to 2 September 2019",
        span("2019-08-14", "2019-09-03"),
        "from 14 August 2019 to 2 September 2019 = DATE 14 August 2019 to 2 September 2019",
    ),
    case("before 2019", span(None, "2019-01-01"), "before 2019 = DATE before 2019"),
    case("after 2019", span("2020-01-01", None), "after 2019 = DATE since 2020"),
    case("since 2019", span("2019-01-01", None), "since 2019 = DATE since 2019"),
    case("until 2019", span(None, "2020-01-01"), "until 2019 = DATE before 2020"),
    case(
        "from 14 to 20 August 2019",
        span("2019-08-14", "2019-08-21"),
        "from 14 to 20 August 2019 = DATE 14 August 2019 to 20 August 2019",
    ),
    case(
        "14-20 August 2019",
        span("2019-08-14", "2019-08-21"),
        "14-20 August 2019 = DATE 14 August 2019 to 20 August 2019",
    ),
    case(
        "between the 30th of December and 2 January 2020",
        span("2019-12-30", "2020-01-03"),
        "between the 30th of December and 2 January 2020 = DATE 30 December 2019 to 2 January 2020",
    ),
    case(
        "August 14 to August 20, 2019",
        span("2019-08-14", "2019-08-21"),
        "August 14 to August 20, 2019 = DATE 14 August 2019 to 20 August 2019",
    ),
    case("31 to 20 June 2019", span("2019-06-20", "2019-06-21"), "20 June 2019 = DATE 20 June 2019", unmatched=("31",)),
    case("14 to August", month(8), "August = DATE August", unmatched=("14",)),
    case("since last summer", span("2026-06-01", None), "since last summer = DATE since 1 June 2026"),
    case("before August", span(None, "2026-08-01"), "before August = DATE before 1 August 2026"),
    case("after 14 August 2019", span("2019-08-15", None), "after 14 August 2019 = DATE since 15 August 2019"),
    case("2018 and 2019", either(year(2018), year(2019)), "2018 = DATE 2018", "2019 = DATE 2019"),
    case(
        "August and September 2019",
        either(month(8, 2019), month(9, 2019)),
        "August = DATE August 2019",
        "September 2019 = DATE September 2019",
    ),
    case(
        "2018, 2019 and 2020 in Rome",
        both(either(year(2018), year(2019), year(2020)), ROME),
        "2018 = DATE 2018",
        "2019 = DATE 2019",
        "2020 = DATE 2020",
        "Rome = PLACE Rome",
    ),
    case(
        "August, September and October 2019",
        either(month(8, 2019), month(9, 2019), month(10, 2019)),
        "August = DATE August 2019",
        "September = DATE September 2019",
        "October 2019 = DATE October 2019",
    ),
    case("August and 2019", both(month(8), year(2019)), "August = DATE August", "2019 = DATE 2019"),
    case(
        "before 2018 or after 2020",
        either(span(None, "2018-01-01"), span("2021-01-01", None)),
        "before 2018 = DATE before 2018",
        "after 2020 = DATE since 2021",
    ),
    case(
        "since 2018 and before 2020",
        both(span("2018-01-01", None), span(None, "2020-01-01")),
        "since 2018 = DATE since 2018",
        "before 2020 = DATE before 2020",
    ),
    case("31 June 2019", month(6, 2019), "June 2019 = DATE June 2019", unmatched=("31",)),
    case("before Rome", ROME, "Rome = PLACE Rome", unmatched=("before",)),
    case("1234", Words("1234"), "1234 = TEXT 1234"),
]

TEXTS = [
    case("", Everything()),
    case("  \t ", Everything()),
    case("photos", Everything()),
    case("all of the pictures", Everything()),
    case("sunset", Words("sunset"), "sunset = TEXT sunset"),
    case("Canyo", Words("Canyo"), "Canyo = TEXT Canyo"),
    case("IMG_1234", Words("IMG_1234"), "IMG_1234 = TEXT IMG_1234"),
    case("IMG_9999", Words("IMG"), "IMG = TEXT IMG", unmatched=("9999",)),
    case("zq", Or(()), unmatched=("zq",)),
    case('"grand canyon"', Words("grand canyon"), '"grand canyon" = TEXT grand canyon'),
    case('"Abruzzo"', ABRUZZO, '"Abruzzo" = TAG Abruzzo', '"Abruzzo" = PLACE Abruzzo'),
    case('"beaches"', Or(()), unmatched=('"beaches"',)),
    case("“Beach” Rome", both(BEACH, ROME), "“Beach” = TAG Beach", "Rome = PLACE Rome"),
    case('Rome "', ROME, "Rome = PLACE Rome"),
    case("zebra Rome qwerty", ROME, "Rome = PLACE Rome", unmatched=("zebra", "qwerty")),
    case("zebra", Or(()), unmatched=("zebra",)),
    case("not zebra", Or(()), unmatched=("zebra",)),
    case("Rome not", ROME, "Rome = PLACE Rome", unmatched=("not",)),
    case("Rome only", ROME, "Rome = PLACE Rome", unmatched=("only",)),
    case("zebra-crossing, Rome!", ROME, "Rome = PLACE Rome", unmatched=("zebra-crossing",)),
]

ITALIAN = [
    case(
        "da giugno ad agosto 2019",
        span("2019-06-01", "2019-09-01"),
        "da giugno ad agosto 2019 = DATE 1 giugno 2019 - 31 agosto 2019",
    ),
    case(
        "dal 14 al 20 agosto 2019",
        span("2019-08-14", "2019-08-21"),
        "dal 14 al 20 agosto 2019 = DATE 14 agosto 2019 - 20 agosto 2019",
    ),
    case("fino ad agosto 2019", span(None, "2019-09-01"), "fino ad agosto 2019 = DATE prima del 1 settembre 2019"),
    case(
        "paesaggi in Abruzzo con me",
        both(ABRUZZO, ME),
        *ABRUZZO_TERMS,
        "me = PERSON Carlo Rossi",
        unmatched=("paesaggi",),
    ),
    case("montagna o città", either(MOUNTAINS, Tagged("towns")), "montagna = TAG Montagne", "città = TAG Città"),
    case(
        "compleanno di Anna", both(Tagged("birthdays"), ANNA), "compleanno = TAG Compleanni", "Anna = PERSON Anna Rossi"
    ),
    case(
        "foto di Anna e Bob senza me",
        both(ANNA, BOB, Not(ME)),
        "Anna = PERSON Anna Rossi",
        "Bob = PERSON Bob",
        "me = not PERSON Carlo Rossi",
    ),
    case(
        "solo io e Anna",
        both(ME, ANNA, OnlyPersons(("carlo", "anna"))),
        "solo = OTHER nessun altro",
        "io = PERSON Carlo Rossi",
        "Anna = PERSON Anna Rossi",
    ),
    case(
        "montagne non in Abruzzo",
        both(MOUNTAINS, Not(ABRUZZO)),
        "montagne = TAG Montagne",
        "Abruzzo = not TAG Abruzzo",
        "Abruzzo = not PLACE Abruzzo",
    ),
    case(
        "l'estate scorsa all'Aquila",
        both(span("2026-06-01", "2026-09-01"), AQUILA),
        "estate scorsa = DATE 1 giugno 2026 - 31 agosto 2026",
        "Aquila = PLACE L'Aquila",
    ),
    case("agosto 2019", month(8, 2019), "agosto 2019 = DATE agosto 2019"),
    case("il 14 agosto 2019", span("2019-08-14", "2019-08-15"), "14 agosto 2019 = DATE 14 agosto 2019"),
    case("1º agosto 2019", span("2019-08-01", "2019-08-02"), "1º agosto 2019 = DATE 1 agosto 2019"),
    case(
        "nell'inverno del 2019",
        span("2019-12-01", "2020-03-01"),
        "inverno del 2019 = DATE 1 dicembre 2019 - 29 febbraio 2020",
    ),
    case("tra il 2018 e il 2020", span("2018-01-01", "2021-01-01"), "tra il 2018 e il 2020 = DATE 2018 - 2020"),
    case("dal 2018 al 2020", span("2018-01-01", "2021-01-01"), "dal 2018 al 2020 = DATE 2018 - 2020"),
    case("dal 2018", span("2018-01-01", None), "dal 2018 = DATE dal 2018"),
    case("prima dell'estate 2019", span(None, "2019-06-01"), "prima dell'estate 2019 = DATE prima del 1 giugno 2019"),
    case("dopo il 2019", span("2020-01-01", None), "dopo il 2019 = DATE dal 2020"),
    case("fino a ieri", span(None, "2026-11-25"), "fino a ieri = DATE prima del 25 novembre 2026"),
    case("quest'anno", year(2026), "quest'anno = DATE 2026"),
    case("il mese scorso", month(10, 2026), "mese scorso = DATE ottobre 2026"),
    case(
        "la scorsa settimana",
        span("2026-11-16", "2026-11-23"),
        "scorsa settimana = DATE 16 novembre 2026 - 22 novembre 2026",
    ),
    case(
        "voto:>=4 anno:2019", both(Rated(4, None), year(2019)), "voto:>=4 = OTHER rating >= 4", "anno:2019 = DATE 2019"
    ),
    case("mostrami le foto di Bob a Rome", both(BOB, ROME), "Bob = PERSON Bob", "Rome = PLACE Rome"),
    case("né Anna né Bob", both(Not(ANNA), Not(BOB)), "Anna = not PERSON Anna Rossi", "Bob = not PERSON Bob"),
]

CASES = [*STORY, *NAMES, *SLIPS, *FOLDERS, *OPERATORS, *SIGNS, *PROPERTIES, *PREFIXES, *DATES, *TEXTS, *ITALIAN]


@pytest.fixture(scope="module")
def library() -> SearchIndex:
    return index()


@pytest.mark.parametrize("wanted", CASES, ids=lambda wanted: wanted.text)
def test_accepted(library: SearchIndex, wanted: Case) -> None:
    parsed = parse(wanted.text, library.lexicon, TODAY)
    assert parsed == Parsed(wanted.query, wanted.terms, wanted.unmatched)


def test_each_can_be_evaluated_and_explained(library: SearchIndex) -> None:
    for wanted in CASES:
        found = library.evaluate(wanted.query)
        assert found <= library.sets.visible
        assert list(library.matches(wanted.query, list(found))) == list(found)
