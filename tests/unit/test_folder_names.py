from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos_graph.names import checked_tag_path
from photos_graph.search.folder_names import phrases, proposed_tags
from photos_graph.search.folding import fold

KNOWN: dict[str, tuple[str, ...]] = {
    "abruzzo": ("Places/Abruzzo",),
    "gran sasso": ("Gran Sasso",),
    "roma": ("Roma",),
    "l'aquila": ("L'Aquila",),
    "aquila": ("Aquila",),
    "anna": (),
    "anna rossi": (),
}


def known(text: str) -> tuple[str, ...] | None:
    return KNOWN.get(fold(text))


@pytest.mark.parametrize(
    "name",
    [
        "100CANON", "101APPLE", "100_PANA", "102msdcf", "DCIM", "dcim", "IMG_2041", "IMG_20190805_123456", "DSCN0001",
        "Camera Roll", "Camera Uploads", "New folder", "New folder (2)", "Nuova cartella 3", "Untitled", "Pictures",
        "Photos from 2019", "My Photos", "Google Photos", "Rullino foto", "Foto varie", "WhatsApp Images", "Day 1",
        "2019", "2019-08", "2019-08-14", "20190814", "14.08.2019", "2019_08_14", "08 August", "August 2019",
        "14 agosto", "May 2019", "Aug-2019", "01 - January", "3rd August", "#12", "(2)", "12", "", " ", "-", "__",
        "...", "The", "for my", "C", "550e8400-e29b-41d4-a716-446655440000", "d41d8cd98f00b204e9800998ecf8427e",
    ],
)  # fmt: skip
def test_names_that_say_nothing(name: str) -> None:
    assert phrases(name) == []


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("2019 Abruzzo", ["Abruzzo"]),
        ("2019-08-14 Gran Sasso hike", ["Gran Sasso hike"]),
        ("2019_08_14_Gran_Sasso", ["Gran Sasso"]),
        ("2019.08.14 - 2019.08.20 Croatia", ["Croatia"]),
        ("20190814Abruzzo", ["Abruzzo"]),
        ("Abruzzo-2019", ["Abruzzo"]),
        ("14 agosto 2019 Roma", ["Roma"]),
        ("14th August party", ["party"]),
        ("2019 \u2013 Weihnachten", ["Weihnachten"]),
        ("Photos of the Beach", ["Beach"]),
        ("Foto di Roma", ["Roma"]),
        ("Trip to Rome", ["Trip to Rome"]),
        ("Christmas 2019 at Grandma", ["Christmas at Grandma"]),
        ("Rome & Naples", ["Rome", "Naples"]),
        ("Italy, Abruzzo (Gran Sasso)", ["Italy", "Abruzzo", "Gran Sasso"]),
        ("Part 2 - Roma", ["Roma"]),
        ("Sant'Angelo", ["Sant'Angelo"]),
        ("Baden-Baden", ["Baden-Baden"]),
        ("3rd birthday", ["3rd birthday"]),
        ("80s party", ["80s party"]),
        ("May", ["May"]),
        ("Mar Rosso", ["Mar Rosso"]),
        ("E\u0301te\u0301", ["Été"]),
        ("山 2020", ["山"]),
        ("sea\n\x07shore", ["sea shore"]),
    ],
)
def test_names_without_dates_numbers_and_words_that_say_nothing(name: str, left: list[str]) -> None:
    assert phrases(name) == left


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("2019 abruzzo", ["Places/Abruzzo"]),
        ("Gran Sasso", ["Gran Sasso"]),
        ("Gran Sasso hike", ["Gran Sasso", "hike"]),
        ("Abruzzo with Anna", ["Places/Abruzzo"]),
        ("Anna", []),
        ("Anna Rossi", []),
        ("Anna's birthday", ["birthday"]),
        ("Me and Anna in Abruzzo", ["Places/Abruzzo"]),
        ("Gita all'Aquila", ["Gita", "Aquila"]),
        ("L'Aquila e Roma", ["L'Aquila", "Roma"]),
        ("Roma 2019, Roma 2020", ["Roma"]),
        ("Wedding", ["Wedding"]),
    ],
)
def test_what_is_known_is_recognised_the_longest_first(name: str, tags: list[str]) -> None:
    assert proposed_tags(name, known) == tags


@given(st.text(max_size=40))
def test_whatever_a_folder_is_called_its_tags_can_be_made(name: str) -> None:
    for tag in proposed_tags(name, known):
        checked_tag_path(tag)
