"""Hostile: whatever is typed has an answer or a public error, and soon."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photos_graph.errors import BadInput, TooComplex
from photos_graph.model.search import SearchTerm
from photos_graph.search.language.languages import LANGUAGES, PREFIXES
from photos_graph.search.language.parser import MAX_CHARACTERS, Parsed, parse
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.query import Everything, Or
from tests.kit.language.cases import Case
from tests.kit.language.library import PERSONS, PLACES, TAGS, TODAY, index
from tests.kit.steps import steps
from tests.search.language.test_accepted import CASES

LIBRARY = index()

GRAMMAR = sorted({phrase for language in LANGUAGES for phrase in language.roles})
CALENDAR = sorted(
    {
        name
        for each in LANGUAGES
        for name in (*each.months, *each.seasons, *each.weekdays, *each.times, *each.holidays.spans, *each.decades)
    }
)
SAYINGS = sorted({phrase for language in LANGUAGES for phrase in language.sayings})
NAMES = [row.name for row in (*TAGS, *PERSONS, *PLACES)]
PIECES = st.one_of(
    st.sampled_from(GRAMMAR),
    st.sampled_from(CALENDAR),
    st.sampled_from(SAYINGS),
    st.sampled_from(NAMES),
    st.sampled_from(
        [
            "(",
            ")",
            "|",
            "!",
            "&",
            " -",
            '"',
            "“",
            "«",
            ",",
            "-",
            "/",
            "'",
            "_",
            "\u200b",
            "\u202e",
            "\u0301",
            "\ufe0f",
            "\0",
        ]
    ),
    st.sampled_from([f"{prefix}:" for prefix in PREFIXES]),
    st.sampled_from(["2019", "14", "8", "2019-08-14", "31.2.2019", "9999", "0", ">=4", "th", "º"]),
    st.text(max_size=6),
)


def answered(text: str) -> Parsed | None:
    """The answer, checked for what holds of every one; None where there was a public error."""
    try:
        parsed = parse(text, LIBRARY.lexicon, TODAY)
        LIBRARY.evaluate(parsed.query)
    except (BadInput, TooComplex):
        return None
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    shown = [*parsed.unmatched, *(term.text for term in parsed.terms)]
    assert all(part and part in whole for part in shown)
    assert json.dumps([parsed.unmatched, [term.label for term in parsed.terms]], ensure_ascii=False).encode()
    if not parsed.terms:
        assert parsed.query == (Or(()) if parsed.unmatched else Everything())
    return parsed


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=30), st.sampled_from([" ", ""]))
def test_pieces_of_the_language_in_any_order(pieces: list[str], joint: str) -> None:
    answered(joint.join(pieces))


DATES = st.sampled_from(
    [
        *(*CALENDAR, "2019", "14", "14.8.", "2018/19", "today", "last night", "weekend", "week", "'18", "14 Aug 19"),
        *("8 pm", "20:00", "24:59", "8 o'clock", "noon", "in the morning", "5 years ago", "5 days", "Bob's birthday"),
    ]
)
JOINTS = st.sampled_from(
    [
        *("", "between", "from", "to", "and", "since", "before", "until", "last", "this", "-", "early", "end of"),
        *("older than", "more than", "the day after", "2 weeks before", "first week of", "last 999 days of", "at"),
    ]
)


@settings(max_examples=300)
@given(st.lists(st.tuples(JOINTS, DATES).map(" ".join), min_size=1, max_size=4))
def test_dates_in_any_order(pieces: list[str]) -> None:
    assert answered(" ".join(pieces)) is not None


@settings(max_examples=300)
@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_characters(text: str) -> None:
    answered(text)


@settings(max_examples=200)
@given(st.sampled_from([case for case in CASES if case.terms and not case.text.endswith((" not", " only"))]), st.data())
def test_what_is_added_takes_nothing_away(case: Case, data: st.DataObject) -> None:
    """Unknown words behind a text and a comma are unmatched, and change nothing else of it."""
    added = data.draw(st.text(alphabet="qxz", min_size=7, max_size=9))
    after = parse(f"{case.text} , {added}", LIBRARY.lexicon, TODAY)
    assert after == Parsed(case.query, case.terms, (*case.unmatched, added))


INJECTIONS = [
    "'; DROP TABLE photos; --",
    '" OR "1"="1',
    "' UNION SELECT * FROM persons --",
    "MATCH (n) DETACH DELETE n",
    "'}) MATCH (t:Tag) DETACH DELETE t //",
    "Abruzzo`) RETURN * //",
    'tag:"x"})-[:TAGGED]->(n) DELETE n',
    "{{7*7}} ${jndi:ldap://x} <script>alert(1)</script> %00 ../../etc/passwd",
    "tag:tag:tag:tag:",
    "::::: :tag: in:in:in:",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_injections_are_words_like_others(text: str) -> None:
    before = len(LIBRARY.tags), len(LIBRARY.persons)
    assert answered(text) is not None
    assert (len(LIBRARY.tags), len(LIBRARY.persons)) == before


SCRIPTS = {
    "مناظر طبيعية في أبروتسو": ("مناظر", "طبيعية", "في", "أبروتسو"),
    "נופים באברוצו": ("נופים", "באברוצו"),
    "東京 の 写真": ("東京", "の", "写真"),
    "🏔️ 👨‍👩‍👧 ❤": ("🏔️", "👨‍👩‍👧", "❤"),
}


@pytest.mark.parametrize("text", SCRIPTS)
def test_other_scripts_and_emoji_are_unmatched_as_they_stand(text: str) -> None:
    assert parse(text, LIBRARY.lexicon, TODAY) == Parsed(Or(()), (), SCRIPTS[text])


@pytest.mark.parametrize(
    "around", ["\u202e{}\u202c", "\ufeff{}", "\u200f{}\u200e", "\u200b{}\u2060", "…{}!?", "**{}**"]
)
def test_marks_around_a_name_do_not_hide_it(around: str) -> None:
    parsed = parse(around.format("Rome"), LIBRARY.lexicon, TODAY)
    assert parsed == parse("Rome", LIBRARY.lexicon, TODAY)


def test_lone_surrogates_do_not_come_back() -> None:
    parsed = parse('Rome \ud800 "\udfff"', LIBRARY.lexicon, TODAY)
    assert parsed.terms == parse("Rome", LIBRARY.lexicon, TODAY).terms
    "".join(parsed.unmatched).encode()


LONG = {
    "words": " ".join(letter * 9 for letter in string.ascii_lowercase) * 60,
    "one word": "a" * MAX_CHARACTERS,
    "a name over and over": "landscapes" * 1000,
    "digits": "1" * MAX_CHARACTERS,
    "parentheses": "(" * MAX_CHARACTERS,
    "pairs": "()" * 5000,
    "quotes": '"' * MAX_CHARACTERS,
    "quoted": '"a" ' * 2500,
    "a long quote": '"' + "zebra " * 1700 + '"',
    "prefixes": "tag:" * 2500,
    "open prefixes": 'in:"' * 2500,
    "not": "not " * 2500,
    "or": "or " * 3000,
    "from": "from " * 2000,
    "between": "between the " * 800,
    "dates": "2019-08-14 " * 900,
    "dashes": "2019-" * 2000,
    "slashes": "a/" * 5000,
    "combining": "a" + "\u0301" * 10_000,
    "that which grows when it is folded": "\ufdfa" * MAX_CHARACTERS,
    "emoji": "🏖" * MAX_CHARACTERS,
    "controls": "\0" * MAX_CHARACTERS,
    "surrogates": "\ud800" * MAX_CHARACTERS,
    "right to left": "\u202eabc " * 2000,
    "hangul": "각" * MAX_CHARACTERS,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_ten_kilobytes_have_an_answer_after_few_steps(text: str) -> None:
    assert steps(lambda: answered(text[:MAX_CHARACTERS])) < 50 * MAX_CHARACTERS


def test_every_role_is_in_some_table() -> None:
    said = {role for language in LANGUAGES for roles in language.roles.values() for role in roles}
    assert said == set(PhraseRole)


def test_terms_are_in_the_order_of_the_text() -> None:
    text = "only Anna and Bob in Rome without landscapes in 2019"
    terms: tuple[SearchTerm, ...] = parse(text, LIBRARY.lexicon, TODAY).terms
    places = [text.index(term.text) for term in terms]
    assert places == sorted(places)
