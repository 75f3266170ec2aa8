import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos_graph.search.folding import fold, name_words, natural_key, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [("L'Àquila", "l'aquila"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("①", "1"), ("ﬁn", "fin"), ("İ", "i")],
)
def test_case_accents_and_compatibility_forms_do_not_count(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_composed_and_decomposed_spellings_are_one() -> None:
    assert fold("e\u0301te\u0301") == fold("\u00e9t\u00e9") == "ete"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IMG_1234.JPG", ["img", "1234", "jpg"]),
        ("20190812_143355", ["20190812", "143355"]),
        ("L'Aquila-2019b", ["l", "aquila", "2019", "b"]),
        ("!?_", []),
        ("", []),
        ("山田", ["山田"]),
        ("bad\udcff.jpg", ["bad", "jpg"]),
    ],
)
def test_words_end_where_letters_meet_digits(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_names_sort_as_people_count() -> None:
    names = ["a", "a 1", "A2", "á2b", "a10", "a010b", "b", "img2", "IMG10", "img100", "z", "é\udcff"]
    expected = ["a", "a 1", "A2", "á2b", "a10", "a010b", "b", "é\udcff", "img2", "IMG10", "img100", "z"]
    assert sorted(names, key=natural_key) == expected


@given(st.integers(0, 10**400), st.integers(0, 10**400))
def test_numbers_of_any_length_sort_by_value(a: int, b: int) -> None:
    left, right = natural_key(f"x{a:04}.jpg"), natural_key(f"x{b}.jpg")
    assert (left < right, left == right) == (a < b, a == b)


@given(st.text())
def test_any_text_has_words_and_a_key(text: str) -> None:
    natural_key(text)
    assert all(word == fold(word) for word in words(text)) or not text.isascii()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("L'Àquila 2", ["l", "aquila", "2"]),
        ("Beach 🏖", ["beach"]),
        ("🏖", ["🏖"]),
        (" (🏖) ", ["🏖"]),
        ("❤❤", ["❤❤"]),
        ("€", ["€"]),
        ("--- $ !", []),
        ("", []),
        ("\u200b\0\udcff", []),
    ],
)
def test_a_name_without_words_is_what_it_shows(name: str, expected: list[str]) -> None:
    assert name_words(name) == expected
