from concurrent.futures import ThreadPoolExecutor

import pytest

from photos_graph.library.places import Gazetteer
from photos_graph.model.library import Location, Place, PlaceKind


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer()


def ids(gazetteer: Gazetteer, latitude: float, longitude: float) -> list[str]:
    return [place.id for place in gazetteer.places([Location(latitude, longitude)])[0]]


def test_country_region_and_city_with_their_parents(gazetteer: Gazetteer) -> None:
    assert gazetteer.places([Location(42.35, 13.4)]) == [
        (
            Place("IT", "Italy", PlaceKind.COUNTRY),
            Place("IT/Abruzzo", "Abruzzo", PlaceKind.REGION, "IT"),
            Place("IT/Abruzzo/L'Aquila", "L'Aquila", PlaceKind.CITY, "IT/Abruzzo"),
        )
    ]


def test_many_at_once_in_their_order(gazetteer: Gazetteer) -> None:
    found = gazetteer.places([Location(43.467, 11.885), Location(0.1, -30), Location(35.68, 139.69)])
    assert [places[0].id if places else None for places in found] == ["IT", None, "JP"]


def test_none_asked_none_found(gazetteer: Gazetteer) -> None:
    assert gazetteer.places([]) == []


@pytest.mark.parametrize(
    ("kilometres", "kinds"),
    [
        (40, ["COUNTRY", "REGION", "CITY"]),
        (60, ["COUNTRY", "REGION"]),
        (150, ["COUNTRY"]),
        (210, []),
    ],
)
def test_far_from_everyone_less_is_said(gazetteer: Gazetteer, kilometres: float, kinds: list[str]) -> None:
    # West of Corvo, the westernmost town of the Azores, at 39.67 N 31.11 W: nothing but sea.
    degrees = kilometres / (111.195 * 0.7697)
    found = gazetteer.places([Location(39.67, -31.113 - degrees)])[0]
    assert [place.kind for place in found] == kinds


def test_the_nearest_is_nearest_on_the_globe(gazetteer: Gazetteer) -> None:
    # 8.9 km to Valle Castellana, to its east; 10.1 km to Acquasanta Terme in the Marches, which is fewer degrees.
    assert ids(gazetteer, 42.68, 13.42)[1] == "IT/Abruzzo"


def test_the_date_line_is_no_border(gazetteer: Gazetteer) -> None:
    assert ids(gazetteer, -16.8, 179.99)[0] == ids(gazetteer, -16.8, -179.99)[0] == "FJ"


def test_a_city_without_a_region_lies_in_its_country(gazetteer: Gazetteer) -> None:
    *_, city = gazetteer.places([Location(1.35, 103.8)])[0]
    assert (city.id.split("/")[:2], city.parent_id) == (["SG", "-"], "SG")


def test_a_slash_in_a_name_does_not_make_levels(gazetteer: Gazetteer) -> None:
    *_, city = gazetteer.places([Location(46.59, 14.79889)])[0]
    assert (city.id, city.name) == ("AT/Carinthia/Bleiburg-Pliberk", "Bleiburg/Pliberk")


def test_threads_share_one(gazetteer: Gazetteer) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda _: ids(gazetteer, 42.35, 13.4), range(50))
    assert all(each == ["IT", "IT/Abruzzo", "IT/Abruzzo/L'Aquila"] for each in found)
