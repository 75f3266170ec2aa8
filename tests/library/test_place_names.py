"""Places that files name in words."""

from __future__ import annotations

import pytest

from photos_graph.library.places import Gazetteer
from photos_graph.model.library import Location
from photos_graph.model.properties import Description


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer()


@pytest.mark.parametrize(
    ("city", "region", "country", "expected"),
    [
        ("Pescara", "Abruzzo", "Italy", "IT/Abruzzo/Pescara"),
        ("pescara ", None, None, "IT/Abruzzo/Pescara"),
        ("Pescara", "Provincia di Pescara", "IT", "IT/Abruzzo/Pescara"),
        ("Roma", "Lazio", "Italia", "IT/Lazio/Rome"),
        ("München", "Bayern", "DEU", "DE/Bavaria/Munich"),
        ("L\u2019Aquila", None, "Italien", "IT/Abruzzo/L'Aquila"),
        ("東京", None, "日本", "JP/Tokyo/Tokyo"),
        ("London", None, "UK", "GB/England/London"),
        ("Los Angeles", "CA", "USA", "US/California/Los Angeles"),
        ("Springfield", "Illinois", "USA", "US/Illinois/Springfield"),
        ("Springfield", None, "USA", "US"),
        ("Nowhere at all", "Abruzzo", "Italy", "IT/Abruzzo"),
        ("Rome", "Veneto", "Italy", "IT/Veneto"),
        (None, "Abruzzo", None, "IT/Abruzzo"),
        (None, None, "ITA", "IT"),
        ("Paris", None, None, None),
        ("Pescara", None, "Narnia", None),
        ("Somewhere", None, None, None),
        (None, None, None, None),
    ],
)
def test_the_place_that_names_mean(
    gazetteer: Gazetteer, city: str | None, region: str | None, country: str | None, expected: str | None
) -> None:
    [places] = gazetteer.named([Description(city=city, region=region, country=country)])
    assert (places[-1].id if places else None) == expected


def test_it_is_the_place_of_its_position_with_all_that_contain_it(gazetteer: Gazetteer) -> None:
    assert gazetteer.named([Description(city="Pescara")]) == gazetteer.places([Location(42.4584, 14.20283)])
