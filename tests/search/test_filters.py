"""What a filter of a client becomes as a query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from math import inf, nan

import pytest

from photos_graph.errors import BadInput
from photos_graph.model.labels import Certainty
from photos_graph.model.search import PhotoShape, Ref
from photos_graph.search.filters import (
    ExposureFilter,
    FloatRange,
    FolderFilter,
    IntRange,
    PhotoFilter,
    TermFilter,
    to_query,
)
from photos_graph.search.query import And, Everything, Not, Or, Query
from photos_graph.search.terms.added import AddedIn, Instant
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.exposure import Exposed
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import FacesIn, OnlyPersons, UnnamedFaces, WithPerson
from photos_graph.search.terms.picture_kinds import HasCopies, IsEdited, IsRaw, IsScreenshot, Shaped
from photos_graph.search.terms.places import AtPlace, InBox, Near
from photos_graph.search.terms.properties import Favourite, Rated, TakenWith
from photos_graph.search.terms.tags import OnlyTagged, Tagged, Untagged
from photos_graph.search.terms.words import Words

LATER = Instant(datetime(2026, 11, 25, tzinfo=UTC))
NAMES = {
    "L'Aquila": ["IT/Abruzzo/L'Aquila"],
    "Springfield": ["US/IL/Springfield", "US/MA/Springfield"],
    "Abruzzo": ["t1"],
    "Rome": ["t2", "t3"],
    "Anna": ["p1"],
}


class Names:
    def places(self, ref: Ref) -> Sequence[str]:
        return [ref.id] if ref.id else NAMES.get(ref.name or "", [])

    tags = persons = places

    def folder(self, filter: FolderFilter) -> str:
        return filter.id or "by path"


def query(filter: PhotoFilter) -> Query:
    return to_query(filter, Names())


def named(*names: str) -> tuple[Ref, ...]:
    return tuple(Ref(name=name) for name in names)


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (PhotoFilter(), Everything()),
        (PhotoFilter(favourite=False), Favourite(False)),
        (PhotoFilter(text="sea", camera="X100"), And((TakenWith("X100"), Words("sea")))),
        (PhotoFilter(folder=FolderFilter(id="f", recursive=False)), InFolder("f", False)),
        (PhotoFilter(rating=IntRange(min=3)), Rated(3, None)),
        (
            PhotoFilter(exposure=ExposureFilter(iso=IntRange(max=400), aperture=FloatRange(1.8, 2.8))),
            And((Exposed("iso", None, 400), Exposed("aperture", 1.8, 2.8))),
        ),
        (PhotoFilter(exposure=ExposureFilter()), Everything()),
        (
            PhotoFilter(taken=TakenIn(after=datetime(2019, 8, 1), month=8)),
            TakenIn(datetime(2019, 8, 1), None, None, 8),
        ),
        (PhotoFilter(near=Near(42.35, 13.4, 50)), Near(42.35, 13.4, 50)),
        (PhotoFilter(box=InBox(10, -10, -170, 170)), InBox(10, -10, -170, 170)),
        (PhotoFilter(not_=PhotoFilter(favourite=True)), Not(Favourite(True))),
        (PhotoFilter(or_=()), Or(())),
        (PhotoFilter(and_=()), Everything()),
        (PhotoFilter(and_=(PhotoFilter(text="a"),) * 2, text="a"), Words("a")),
        (PhotoFilter(or_=(PhotoFilter(text="a"),) * 2), Or((Words("a"),))),
        (PhotoFilter(tags=TermFilter(any=named("Abruzzo") * 2)), Or((Tagged("t1"),))),
        (
            PhotoFilter(or_=(PhotoFilter(text="a"), PhotoFilter(not_=PhotoFilter(text="b"))), favourite=True),
            And((Or((Words("a"), Not(Words("b")))), Favourite(True))),
        ),
    ],
)
def test_all_that_is_given_must_hold(filter: PhotoFilter, expected: Query) -> None:
    assert query(filter) == expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (
            TermFilter(all=named("L'Aquila", "Springfield")),
            And(
                (
                    Or((AtPlace("IT/Abruzzo/L'Aquila"),)),
                    Or((AtPlace("US/IL/Springfield"), AtPlace("US/MA/Springfield"))),
                )
            ),
        ),
        (
            TermFilter(any=named("L'Aquila", "Springfield")),
            Or((AtPlace("IT/Abruzzo/L'Aquila"), AtPlace("US/IL/Springfield"), AtPlace("US/MA/Springfield"))),
        ),
        (TermFilter(none=named("L'Aquila")), Not(Or((AtPlace("IT/Abruzzo/L'Aquila"),)))),
        (TermFilter(any=named("nowhere")), Or(())),
        (TermFilter(any=()), Or(())),
        (TermFilter(none=()), Everything()),
        (TermFilter(any=named("L'Aquila"), only=True), Or((AtPlace("IT/Abruzzo/L'Aquila"),))),
        (TermFilter(all=(Ref(id="FR"),)), Or((AtPlace("FR"),))),
        (TermFilter(), Everything()),
    ],
)
def test_a_name_means_any_place_that_has_it(terms: TermFilter, expected: Query) -> None:
    assert query(PhotoFilter(places=terms)) == expected


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (PhotoFilter(tags=TermFilter(any=named("Rome"))), Or((Tagged("t2"), Tagged("t3")))),
        (
            PhotoFilter(tags=TermFilter(all=(Ref(id="t9"), Ref(name="Abruzzo")), none=named("Rome"))),
            And((Or((Tagged("t9"),)), Or((Tagged("t1"),)), Not(Or((Tagged("t2"), Tagged("t3")))))),
        ),
        (
            PhotoFilter(tags=TermFilter(all=named("Abruzzo"), any=named("Rome"), only=True)),
            And((Or((Tagged("t1"),)), Or((Tagged("t2"), Tagged("t3"))), OnlyTagged(("t1", "t2", "t3")))),
        ),
        (
            PhotoFilter(persons=TermFilter(any=named("Anna", "nobody"), only=True)),
            And((Or((WithPerson("p1"),)), OnlyPersons(("p1",)))),
        ),
        (PhotoFilter(face_count=IntRange(min=2)), FacesIn(2, None)),
        (PhotoFilter(untagged=True), Untagged()),
        (PhotoFilter(shape=PhotoShape.PANORAMA), Shaped(PhotoShape.PANORAMA)),
        (PhotoFilter(raw=True), IsRaw()),
        (PhotoFilter(screenshot=False), Not(IsScreenshot())),
        (PhotoFilter(edited=True), IsEdited()),
        (PhotoFilter(duplicates=True), HasCopies()),
        (PhotoFilter(unnamed_faces=True, certainty=Certainty.CONFIRMED), UnnamedFaces(True)),
        (PhotoFilter(added=AddedIn(before=LATER)), AddedIn(before=LATER)),
        (PhotoFilter(untagged=False), Not(Untagged())),
        (
            PhotoFilter(
                certainty=Certainty.CONFIRMED,
                tags=TermFilter(all=named("Abruzzo"), only=True),
                or_=(PhotoFilter(untagged=True), PhotoFilter(persons=TermFilter(any=named("Anna"), only=True))),
                not_=PhotoFilter(text="sea", certainty=Certainty.PREDICTED),
            ),
            And(
                (
                    Or((Untagged(True), And((Or((WithPerson("p1", True),)), OnlyPersons(("p1",), True))))),
                    Not(Words("sea", True)),
                    Or((Tagged("t1", True),)),
                    OnlyTagged(("t1",), True),
                )
            ),
        ),
        (
            PhotoFilter(text="sea", not_=PhotoFilter(certainty=Certainty.CONFIRMED, untagged=True)),
            And((Not(Untagged(True)), Words("sea"))),
        ),
    ],
)
def test_tags_persons_and_how_sure_it_is(filter: PhotoFilter, expected: Query) -> None:
    assert query(filter) == expected


@pytest.mark.parametrize(
    "filter",
    [
        PhotoFilter(taken=TakenIn(month=13)),
        PhotoFilter(taken=TakenIn(year=0)),
        PhotoFilter(near=Near(91, 0, 1)),
        PhotoFilter(near=Near(0, nan, 1)),
        PhotoFilter(near=Near(0, 0, -1)),
        PhotoFilter(near=Near(0, 0, inf)),
        PhotoFilter(box=InBox(-1, 1, 0, 0)),
        PhotoFilter(box=InBox(1, 0, 181, 0)),
        PhotoFilter(exposure=ExposureFilter(iso=IntRange(min=-1))),
        PhotoFilter(exposure=ExposureFilter(seconds=FloatRange(max=nan))),
        PhotoFilter(added=AddedIn(after=Instant(datetime(2019, 8, 1)))),
        PhotoFilter(places=TermFilter(only=True)),
        PhotoFilter(tags=TermFilter(only=True, none=named("Rome"))),
        PhotoFilter(persons=TermFilter(only=True, any=())),
        PhotoFilter(not_=PhotoFilter(taken=TakenIn(month=0))),
    ],
)
def test_what_makes_no_sense_is_refused(filter: PhotoFilter) -> None:
    with pytest.raises(BadInput):
        query(filter)
