"""``docs/search.md`` says what is done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from photos_graph.errors import BadInput
from photos_graph.search.language.languages import LANGUAGES
from photos_graph.search.language.parser import parse
from tests.kit.language.library import FILES, FOLDERS, PERSONS, PLACES, TAGS, TODAY, index
from tests.kit.language.shorthand import shorthand

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "search.md").read_text()
EXAMPLES = re.findall(r"^\| `([^`]*)` \| (?!`)(.*) \|$", PAGE, re.MULTILINE)
LIBRARY = index()


def test_there_are_examples() -> None:
    rejected = len(re.findall(r"^\| `.* \| `BAD_INPUT` \|$", PAGE, re.MULTILINE))
    assert len(EXAMPLES) == PAGE.count("\n| `") - rejected
    assert len(EXAMPLES) > 70


@pytest.mark.parametrize(("text", "question"), EXAMPLES)
def test_an_example_is_taken_as_the_page_says(text: str, question: str) -> None:
    assert shorthand(parse(text, LIBRARY.lexicon, TODAY), LIBRARY.lexicon) == question


def test_what_the_page_calls_bad_input_is() -> None:
    rows = re.findall(r"^\| (`[a-z]+:.*`) \| `BAD_INPUT` \|$", PAGE, re.MULTILINE)
    texts = [text for row in rows for text in re.findall(r"`([^`]*)`", row)]
    assert len(texts) >= 9
    for text in texts:
        with pytest.raises(BadInput):
            parse(text, LIBRARY.lexicon, TODAY)


def test_the_library_is_the_one_that_the_page_describes() -> None:
    described = " ".join(PAGE.partition("in a library with")[2].partition("On the right")[0].split())
    lists = re.findall(r"- (?:and )?the (?:tags|persons|places|folders|files) (.*?)[,.](?= -|$)", described)
    assert len(lists) == 5
    known = {row.name for row in (*TAGS, *PERSONS, *PLACES, *FOLDERS)} | set(FILES)
    for listed in lists:
        plain = re.sub(r' \(marked as "me"\)|, among others|"', "", listed)
        assert {name.rpartition("/")[2] for name in re.split(r", | and ", plain)} <= known


def test_every_prefix_has_an_example() -> None:
    prefixes = {name for language in LANGUAGES[:1] for name in language.prefixes}
    used = {prefix for text, _ in EXAMPLES for prefix in re.findall(r"([a-z]+):", text)}
    assert prefixes <= used
