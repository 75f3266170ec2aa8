"""Questions that a grammar makes, in five languages, find what a naive reading of the grammar finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from benchmarks.search.asked import ANNA, BOB, CARLA, DARIO, ME, TODAY
from benchmarks.search.family import Mask, family
from photos_graph.errors import TooComplex
from photos_graph.search.arrays import numbers_of
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.languages import LANGUAGES
from photos_graph.search.language.parser import parse
from photos_graph.search.language.phrase_roles import PhraseRole

LIBRARY = family(3_000, 60)
with TemporaryDirectory() as folder:
    INDEX = LIBRARY.index(Path(folder))

Made = tuple[str, Mask]  # a text, and the photos that it asks for

NAMES: list[Made] = [
    ("Anna", LIBRARY.person(ANNA)),
    ("Bob Miller", LIBRARY.person(BOB)),
    ("Rossi", LIBRARY.person(CARLA, DARIO)),
    ("Landscapes", LIBRARY.tag("Landscapes")),
    ("beach", LIBRARY.tag("Beach")),
    ("lanscapes", LIBRARY.tag("Landscapes")),
    ("nature", LIBRARY.tag("Nature")),
    ("Nature/Lakes", LIBRARY.tag("Lakes")),
    ("Abruzzo", LIBRARY.tag_or_place("Abruzzo")),
    ("Rome", LIBRARY.at("Rome")),
    ("San Francisco", LIBRARY.at("San Francisco")),
    ("L'Aquila", LIBRARY.at("L'Aquila")),
    ("Italia", LIBRARY.at("Italy")),
    ('"Bavaria"', LIBRARY.at("Bavaria")),
    ("person:Carla", LIBRARY.person(CARLA)),
    ("tag:Beach", LIBRARY.tag("Beach")),
    ("place:Abruzzo", LIBRARY.at("Abruzzo")),
]
OTHERS: list[Made] = [
    ("rating:>=4", LIBRARY.rating >= 4),
    ("rating:1-2", (LIBRARY.rating >= 1) & (LIBRARY.rating <= 2)),
    ("camera:canon", LIBRARY.camera == 0),
    ("looks:dog", LIBRARY.looks("dog")),
    ("year:2014", LIBRARY.year(2014)),
]
ENGLISH: list[Made] = [
    ("me", LIBRARY.person(ME)),
    ("favourites", LIBRARY.favourite),
    ("5 stars", LIBRARY.rating == 5),
    ("rated 4 or more", LIBRARY.rating >= 4),
    ("nobody", LIBRARY.faces == 0),
    ("group photos", LIBRARY.faces >= 3),
    ("2 people", LIBRARY.faces == 2),
    ("churches", LIBRARY.looks("church")),
]


def phrase(language: Language, role: PhraseRole) -> str:
    """Returns the phrase of that role that has the fewest others: "des" is both "dès" and "des"."""
    return min(
        (text for text, roles in language.roles.items() if role in roles), key=lambda text: len(language.roles[text])
    )


def dates(language: Language) -> st.SearchStrategy[Made]:
    names = {number: name for name, number in reversed(language.months.items())}
    since, until = phrase(language, PhraseRole.SINCE), phrase(language, PhraseRole.BEFORE)
    years = st.integers(2000, 2025)
    ways: list[Callable[[int, int], Made]] = [
        lambda year, month: (f"{year}", LIBRARY.year(year)),
        lambda year, month: (f"{names[month]} {year}", LIBRARY.year(year) & LIBRARY.month(month)),
        lambda year, month: (f"{names[month]}", LIBRARY.month(month)),
        lambda year, month: (f"{year}-{month:02}", LIBRARY.year(year) & LIBRARY.month(month)),
        lambda year, month: (f"{since} {year}", LIBRARY.year(*range(year, 2027))),
        lambda year, month: (f"{until} {year}", LIBRARY.year(*range(1990, year))),
        lambda year, month: (f"{year}-{year + 2}", LIBRARY.year(year, year + 1, year + 2)),
    ]
    return st.builds(lambda way, year, month: way(year, month), st.sampled_from(ways), years, st.integers(1, 12))


def atoms(language: Language) -> st.SearchStrategy[Made]:
    return st.sampled_from([*NAMES, *OTHERS, *(ENGLISH if language.code == "en" else ())])


@st.composite
def questions(draw: st.DrawFn, language: Language, depth: int = 1) -> Made:
    """Groups, all of which must hold. Each may be negated: by "not" alone, by a sign, or by "without", which goes on
    over an "and" before a name. The last group may be a date."""
    not_, without, and_ = (phrase(language, role) for role in (PhraseRole.NOT, PhraseRole.WITHOUT, PhraseRole.AND))
    text, wanted, goes_on = "", np.ones(LIBRARY.size, bool), False
    for place in range(draw(st.integers(1, 3))):
        lead = draw(st.sampled_from(["", "", f"{not_} ", f"{without} ", "-"]))
        joint = draw(st.sampled_from([", ", f" {and_} ", " & "])) if place else ""
        group, found = draw(groups(language, depth, lead == "-"))
        negated = bool(lead) or (goes_on and joint != ", ")
        goes_on = lead.startswith(without) or (not lead and negated)
        text, wanted = f"{text}{joint}{lead}{group}", wanted & (~found if negated else found)
    if draw(st.booleans()):
        date, found = draw(dates(language))
        text, wanted = f"{text}, {date}", wanted & found
    return text, wanted


@st.composite
def groups(draw: st.DrawFn, language: Language, depth: int, alone: bool) -> Made:
    """Alternatives, each of which is an atom or a question in parentheses. A sign belongs to one of them alone."""
    or_ = phrase(language, PhraseRole.OR)
    inner = questions(language, depth - 1).map(lambda made: (f"({made[0]})", made[1])) if depth else st.nothing()
    some = draw(st.lists(atoms(language) | inner, min_size=1, max_size=1 if alone else 2))
    return draw(st.sampled_from([f" {or_} ", " | "])).join(text for text, _ in some), np.any(
        [m for _, m in some], axis=0
    )


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(LANGUAGES).flatmap(questions))
def test_what_a_grammar_makes_is_read_as_it_was_meant(made: Made) -> None:
    text, wanted = made
    try:
        parsed = parse(text, INDEX.lexicon, TODAY)
    except TooComplex:
        reject()  # a few have more than 50 words
    assert parsed.unmatched == ()
    assert np.array_equal(numbers_of(INDEX.evaluate(parsed.query)), np.flatnonzero(wanted)), parsed.query
