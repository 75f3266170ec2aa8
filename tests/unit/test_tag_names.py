from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos_graph.errors import BadInput
from photos_graph.names import (
    MAX_DEPTH,
    MAX_LENGTH,
    checked_tag_name,
    checked_tag_path,
    name_apart,
    parts_of_name_apart,
    tag_key,
    tag_names,
    tag_path,
)


def test_names_are_trimmed_and_composed() -> None:
    assert checked_tag_name("  E\u0301te\u0301 ") == "Été"
    assert checked_tag_name("x" * MAX_LENGTH) == "x" * MAX_LENGTH
    assert checked_tag_name("👩\u200d👩\u200d👧") == "👩\u200d👩\u200d👧"


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\0", "\x85", "a\u2028x", "\ud800", "x" * 256])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(BadInput):
        checked_tag_name(name)


def test_paths() -> None:
    assert checked_tag_path("Places/ Italy /Abruzzo") == ("Places", "Italy", "Abruzzo")
    assert checked_tag_path("/Places/") == ("Places",)
    assert checked_tag_path(r"Music/AC\/DC/") == ("Music", "AC/DC")
    assert checked_tag_path(r"a\b/c\\/d") == (r"a\b", "c\\", "d")
    assert len(checked_tag_path("/".join("a" * MAX_DEPTH))) == MAX_DEPTH


@pytest.mark.parametrize("path", ["", "/", "a//b", "a/ /b", "/".join("a" * (MAX_DEPTH + 1))])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(BadInput):
        checked_tag_path(path)


@given(st.lists(st.text("/\\ab", min_size=1, max_size=6), min_size=1, max_size=4))
def test_a_path_has_the_names_that_it_was_made_of(names: list[str]) -> None:
    assert tag_names(tag_path(names)) == names


def test_a_path_without_slashes_in_names_is_written_as_ever() -> None:
    assert tag_path(["Places", r"a\b", "c"]) == r"Places/a\b/c"


def test_case_and_composition_make_no_other_tag_and_accents_do() -> None:
    assert tag_key("p", "STRASSE") == tag_key("p", "straße")
    assert tag_key(None, "E\u0301te\u0301") == tag_key(None, "ÉTÉ")
    assert tag_key(None, "Ete") != tag_key(None, "Été")
    assert tag_key(None, "a") != tag_key("p", "a")


@given(st.text(max_size=20))
def test_a_key_is_the_same_in_every_form(name: str) -> None:
    forms = {form: unicodedata.normalize(form, name) for form in ("NFC", "NFD")}
    assert tag_key("p", forms["NFC"]) == tag_key("p", forms["NFD"]) == tag_key("p", tag_key("", name)[1:])


def test_a_name_with_what_tells_it_apart_can_be_read_back() -> None:
    assert parts_of_name_apart(name_apart("Anna", "cousin", "1990-05-02")) == [("Anna", "cousin")]
    assert ("Anna (Rossi)", "cousin") in parts_of_name_apart(name_apart("Anna (Rossi)", "cousin", None))
    assert ("Anna", "cousin (Rome)") in parts_of_name_apart(name_apart("Anna", "cousin (Rome)", None))
    for text in ("Anna", "Anna ()", " (cousin)", "Anna (cousin", "Anna(cousin)"):
        assert parts_of_name_apart(text) == []
