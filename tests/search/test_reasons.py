"""Why a photo answers a question."""

from dataclasses import replace
from datetime import datetime

import pytest
from pyroaring import BitMap

from photos_graph.errors import TooComplex
from photos_graph.model.faces import Person
from photos_graph.model.labels import Carried, FolderMarks, Tag
from photos_graph.model.library import Exposure
from photos_graph.model.search import Match, MatchKind, PhotoShape
from photos_graph.search.index import SearchIndex
from photos_graph.search.query import And, Everything, Not, Or, Query
from photos_graph.search.rows import FolderRow, LabelPostings
from photos_graph.search.terms.added import AddedIn
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.exposure import Exposed
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import FacesIn, OnlyPersons, UnnamedFaces, WithPerson
from photos_graph.search.terms.picture_kinds import HasCopies, IsEdited, IsRaw, IsScreenshot, Shaped
from photos_graph.search.terms.places import AtPlace, InBox, Near
from photos_graph.search.terms.properties import Favourite, Rated, TakenWith
from photos_graph.search.terms.tags import Excluded, OnlyTagged, Tagged, Untagged
from photos_graph.search.terms.words import Words
from tests.kit.search_index import index_of, photo
from tests.kit.steps import steps

TAGS = [Tag("places", "Places"), Tag("abruzzo", "Abruzzo", "places"), Tag("sea", "Sea")]


@pytest.fixture
def index() -> SearchIndex:
    """Photo 1 in "Italy/trip 2", which carries Abruzzo; said on it: Sea. Photo 2 in "Été", predicted: Abruzzo."""
    italy = replace(
        photo(1),
        name="a.jpg",
        folders=("trip2",),
        places=("IT/Abruzzo/L'Aquila",),
        taken=datetime(2019, 8, 5, 12),
        rating=4,
        favourite=True,
        camera="Canon|EOS 5D|",
        exposure=Exposure(400, 2.8, 1 / 125, 50),
        latitude=42.35,
        longitude=13.4,
        width=400,
        height=300,
        is_raw=True,
        files=2,
        stack=("s", "EDIT"),
        stack_rank=1,
        added_ms=1_700_000_000_000,
    )
    index = index_of([italy, replace(photo(2), name="sea.jpg", folders=("ete",), places=(), taken=None)])
    index.apply_tags(TAGS)
    index.apply_persons([Person("p", "Anna")])
    index.apply_marks([FolderMarks("trip2", (Carried("abruzzo", True),), ("sea",))])
    index.apply_labels(
        LabelPostings(
            tagged={"sea": BitMap([1])},
            excluded={"sea": BitMap([2])},
            predicted={"abruzzo": BitMap([2])},
            persons={"p": BitMap([1])},
            faces={2: BitMap([1])},
        ),
        None,
    )
    return index


@pytest.mark.parametrize(
    ("query", "kind", "label", "via"),
    [
        (Tagged("sea"), MatchKind.TAG, "Sea", ()),
        (Tagged("abruzzo"), MatchKind.TAG, "Abruzzo", ("Photos/Italy/trip 2",)),
        (Tagged("places"), MatchKind.TAG, "Places", ("Photos/Italy/trip 2",)),
        (WithPerson("p"), MatchKind.PERSON, "Anna", ()),
        (InFolder("italy"), MatchKind.FOLDER, "Photos/Italy", ()),
        (AtPlace("IT"), MatchKind.PLACE, "Italy", ("Italy/Abruzzo/L'Aquila",)),
        (AtPlace("IT/Abruzzo/L'Aquila"), MatchKind.PLACE, "L'Aquila", ()),
        (TakenIn(year=2019), MatchKind.DATE, "2019-08-05", ()),
        (Words("ABR"), MatchKind.TEXT, "abr", ("Italy/Abruzzo", "Places/Abruzzo")),
        (Words("anna"), MatchKind.TEXT, "anna", ("Anna",)),
        (Words("jpg"), MatchKind.TEXT, "jpg", ()),
        (Rated(3), MatchKind.OTHER, "rating 4", ()),
        (Favourite(), MatchKind.OTHER, "favourite", ()),
        (TakenWith("canon"), MatchKind.OTHER, "Canon EOS 5D", ()),
        (Exposed("iso", 400, 400), MatchKind.OTHER, "ISO 400", ()),
        (Exposed("iso", 100, 400), MatchKind.OTHER, "ISO 100 to 400", ()),
        (Exposed("seconds", None, 0.01), MatchKind.OTHER, "exposure time up to 0.01 s", ()),
        (Exposed("focal_length", 50), MatchKind.OTHER, "focal length 50 or more mm", ()),
        (Exposed("aperture"), MatchKind.OTHER, "aperture known", ()),
        (FacesIn(1), MatchKind.OTHER, "2 faces", ()),
        (UnnamedFaces(), MatchKind.OTHER, "unnamed faces", ()),
        (Shaped(PhotoShape.LANDSCAPE), MatchKind.OTHER, "landscape format", ()),
        (IsRaw(), MatchKind.OTHER, "RAW", ()),
        (HasCopies(), MatchKind.OTHER, "2 files", ()),
        (IsEdited(), MatchKind.OTHER, "edited", ()),
        (AddedIn(), MatchKind.OTHER, "added 2023-11-14", ()),
        (Near(42.35, 13.39, 5), MatchKind.OTHER, "0.8 km away", ()),
        (InBox(43, 42, 14, 13), MatchKind.OTHER, "42.3500, 13.4000", ()),
        (OnlyTagged(("sea", "places")), MatchKind.OTHER, "no other tags", ()),
        (OnlyPersons(("p",)), MatchKind.OTHER, "nobody else", ()),
    ],
)
def test_a_term_tells_its_way(index: SearchIndex, query: Query, kind: MatchKind, label: str, via: tuple[str]) -> None:
    assert index.matches(query, [1]) == {1: [Match(kind, label, via)]}


@pytest.mark.parametrize(
    ("query", "label"),
    [
        (Untagged(True), "untagged"),
        (Favourite(False), "not a favourite"),
        (FacesIn(0, 0), "0 faces"),
        (IsScreenshot(), "screenshot"),
        (Excluded("sea"), "without Sea"),
    ],
)
def test_what_is_missing_may_be_what_was_asked_for(index: SearchIndex, query: Query, label: str) -> None:
    index.apply_photos(
        [
            replace(
                photo(2),
                folders=("ete",),
                favourite=False,
                camera=None,
                name="Screenshot 1.png",
                texts=("Screenshot 1.png",),
            )
        ]
    )
    assert index.matches(query, [2]) == {2: [Match(MatchKind.OTHER, label)]}


def test_a_name_without_words_is_found_by_what_it_shows(index: SearchIndex) -> None:
    index.apply_tags([Tag("sea", "🏖"), Tag("places", "🌍"), Tag("new", "🎿")])
    assert index.evaluate(Words("🏖")) == BitMap([1])
    assert index.matches(Words("🏖"), [1]) == {1: [Match(MatchKind.TEXT, "🏖", ("🏖",))]}
    assert index.evaluate(Words("🌍")) == BitMap([1, 2])
    assert index.evaluate(Words("🎿")) == BitMap()
    index.apply_tags([Tag("sea", "Sea")])
    assert index.evaluate(Words("🏖")) == BitMap()


def test_a_narrower_tag_is_the_way_where_no_folder_is(index: SearchIndex) -> None:
    assert index.matches(Tagged("places"), [2]) == {2: [Match(MatchKind.TAG, "Places", ("Places/Abruzzo",))]}
    index.apply_labels(LabelPostings(tagged={"abruzzo": BitMap([1])}), BitMap([1]))
    assert index.matches(Tagged("places"), [1]) == {1: [Match(MatchKind.TAG, "Places", ("Places/Abruzzo",))]}
    assert index.matches(Tagged("abruzzo"), [1]) == {1: [Match(MatchKind.TAG, "Abruzzo")]}


def test_every_copy_has_its_way(index: SearchIndex) -> None:
    index.apply_photos([replace(photo(1), folders=("trip2", "ete"))])
    index.apply_marks([FolderMarks("ete", (Carried("places", False),))])
    (match,) = index.matches(Tagged("places"), [1])[1]
    assert match.via == ("Photos/Italy/trip 2", "Photos/Été")


def test_only_what_holds_is_a_reason(index: SearchIndex) -> None:
    query = And((Or((Tagged("sea"), Tagged("abruzzo", True), WithPerson("p"))), Not(Rated(5)), Everything()))
    found = index.matches(query, [1, 2, 3])
    assert [match.label for match in found[1]] == ["Sea", "Abruzzo", "Anna"]
    assert found[2] == []  # does not answer
    assert found[3] == []  # is not there
    assert index.matches(And((Tagged("sea"), Tagged("sea"))), [1])[1] == [Match(MatchKind.TAG, "Sea")]


def test_a_question_nested_too_deep_is_too_complex(index: SearchIndex) -> None:
    query: Query = Everything()
    for _ in range(5000):
        query = And((query, Everything()))
    with pytest.raises(TooComplex):
        index.matches(query, [1])


def test_a_full_page_tells_in_few_steps_why_it_answers_many_words() -> None:
    words = [chr(place) * 3 for place in range(ord("a"), ord("z") + 1)]
    index = index_of([replace(photo(number), folders=("8",)) for number in range(500)])
    index.apply_folders([FolderRow("1", " ".join(words), "1")])
    index.apply_folders(
        FolderRow(str(n), f"Days {n} of a trip to somewhere", f"1/{n}", str(n - 1)) for n in range(2, 9)
    )
    query = And(tuple(Words(" ".join(words[at:])) for at in range(8)))
    found = index.matches(query, range(500))
    assert {len(reasons) for reasons in found.values()} == {26}
    assert steps(lambda: index.matches(query, range(500))) < 100 * 500 * 26 * 8  # photos, words, folders
