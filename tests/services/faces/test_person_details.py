"""Birthdays, notes and groups of persons, and how they are searched for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from pyroaring import BitMap

from photos_graph.bootstrap import Services
from photos_graph.errors import BadInput
from photos_graph.model.faces import PersonDetails
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.services.faces.person_details import age_at, checked_details
from photos_graph.settings import Settings
from tests.kit.faced_library import alone, named, photos_of
from tests.kit.library import in_step, searched

pytestmark = pytest.mark.anyio


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with alone(settings) as services:
        yield services


async def found(services: Services, text: str) -> set[int]:
    _, page = await searched(services, text, first=100)
    return set(page.numbers)


def only(services: Services, name: str) -> set[int]:
    persons = PhotoFilter(persons=TermFilter(any=(named(name),), only=True))
    return set(services.browse.photos(persons, PhotoOrder.NAME_ASC).numbers)


async def test_persons_are_found_by_their_groups_and_told_apart_by_notes_and_birthdays(services: Services) -> None:
    editing, assignment = services.person_editing, services.assignment
    cousin = await editing.create("Anna", details={"note": " cousin ", "groups": ["Family", "family", "Choir"]})
    other = await editing.create("Anna", details={"birthday": date(1990, 5, 2)})
    bob = await editing.create("Bob", details={"groups": ["Family"]})
    assert (cousin.note, cousin.groups, other.birthday) == ("cousin", ("Choir", "family"), "1990-05-02")
    for faces, person in ((["f1", "f2"], cousin), (["f2", "f3"], other), (["f5"], bob), (["g5"], other)):
        await assignment.assign(faces, Ref(id=person.id))
    await assignment.assign(["f1", "f4"], Ref(id=cousin.id))
    assert photos_of(services, "FAMILY") == {1, 4, 5} == await found(services, "family")
    assert await found(services, "person:family") == {1, 4, 5}
    assert only(services, "family") >= {1, 4} and 5 not in only(services, "family")
    assert await found(services, "anna") == {1, 2, 3, 4, 5}
    facets, everything = services.browse.facets, services.index.search.sets.visible
    assert facets.groups(everything, 9) == [("family", 3), ("Choir", 2)]
    assert facets.groups(everything & BitMap([5]), 9) == [("family", 1)]
    assert facets.groups(everything, 1) == [("family", 3)]
    assert (await found(services, "anna cousin"), await found(services, "Anna 1990")) == ({1, 4}, {2, 3, 5})
    parsed, _ = await searched(services, "anna", first=1)
    assert [term.label for term in parsed.terms] == ["Anna (1990-05-02)", "Anna (cousin)"]
    await editing.update(bob.id, details={"groups": [], "note": "", "birthday": None})
    assert photos_of(services, "family") == {1, 4}
    assert await in_step(services)


def test_what_is_not_valid_is_refused() -> None:
    wrong: list[PersonDetails] = [
        {"birthday": date.today() + timedelta(days=2)},
        {"note": "a\nb"},
        {"groups": [""]},
        {"groups": [f"group {n}" for n in range(33)]},
    ]
    for details in wrong:
        with pytest.raises(BadInput):
            checked_details(details)
    assert checked_details({}) == {}


def test_age_is_in_whole_years() -> None:
    assert age_at("1990-05-02", date(2020, 5, 1)) == 29
    assert age_at("1990-05-02", date(2020, 5, 2)) == 30
    assert age_at("1990-05-02", date(1990, 5, 1)) is None
    assert age_at(None, date(2020, 5, 2)) is None
