"""Albums in the words of each language."""

from __future__ import annotations

import pytest

from photos_graph.model.albums import Album
from photos_graph.model.search import MatchKind, Ref
from photos_graph.search.filter_names import query_of
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.composition import any_of
from photos_graph.search.language.customs import EVERY_LANGUAGE
from photos_graph.search.language.parser import parse
from photos_graph.search.language.wording import explain
from photos_graph.search.query import And, Not, Or, Query
from photos_graph.search.terms.albums import InAlbum, InNoAlbum
from photos_graph.search.terms.properties import Favourite
from photos_graph.search.terms.tags import Tagged
from tests.kit.language.library import TODAY, index


@pytest.fixture(scope="module")
def library() -> SearchIndex:
    made = index()
    made.apply_albums([Album("trip", "Abruzzo 2019"), Album("wedding", "Wedding"), Album("beach", "Beach")])
    return made


TRIP, WEDDING = InAlbum("trip"), InAlbum("wedding")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("in album Abruzzo 2019", TRIP),
        ("photos from the album Abruzzo 2019", TRIP),
        ("im Album Abruzzo 2019", TRIP),
        ("nell'album Abruzzo 2019", TRIP),
        ("dans l'album Abruzzo 2019", TRIP),
        ("en el álbum Abruzzo 2019", TRIP),
        ('album:"Abruzzo 2019"', TRIP),
        ("album:wedding", WEDDING),
        ("wedding", WEDDING),
        ("in album wedding, favourites", And((WEDDING, Favourite()))),
        ("not in album wedding", Not(WEDDING)),
        ("without album:wedding", Not(WEDDING)),
        ("not in any album", InNoAlbum()),
        ("photos in no album", InNoAlbum()),
        ("in keinem Album", InNoAlbum()),
        ("in nessun album", InNoAlbum()),
        ("dans aucun album", InNoAlbum()),
        ("en ningún álbum", InNoAlbum()),
        ("favourites without album", And((Favourite(), InNoAlbum()))),
    ],
)
def test_albums_are_found_by_words(library: SearchIndex, text: str, query: Query) -> None:
    parsed = parse(text, library.lexicon, TODAY)
    assert (parsed.query, parsed.unmatched) == (query, ())


def test_a_name_that_a_tag_has_too_means_either(library: SearchIndex) -> None:
    query = parse("beach", library.lexicon, TODAY).query
    assert isinstance(query, Or) and isinstance(query.parts[0], Tagged)
    assert parse("album beach", library.lexicon, TODAY).query == InAlbum("beach")


@pytest.fixture(scope="module")
def named_alike() -> SearchIndex:
    """Albums with the names of persons, places, tags and dates."""
    names = ["Anna Rossi", "Rome", "Rome 2019", "Beach", "2019", "Bob and Anna", "The lakes of Rome", "Abruzzo"]
    made = index()
    made.apply_albums(Album(name, name, text=name) for name in names)
    return made


@pytest.mark.parametrize(
    ("text", "album"),
    [
        ("Anna Rossi", "Anna Rossi"),
        ("with anna rossi", "Anna Rossi"),
        ("Rome", "Rome"),
        ("Rome 2019", "Rome 2019"),
        ("2019", "2019"),
        ("Bob and Anna", "Bob and Anna"),
        ("the lakes of Rome", "The lakes of Rome"),
        ("lakes of Rome", "The lakes of Rome"),
        ("Abruzzo", "Abruzzo"),
        ('"Anna Rossi"', "Anna Rossi"),
    ],
)
def test_an_album_hides_nothing_that_its_name_means(named_alike: SearchIndex, text: str, album: str) -> None:
    plain, parsed = (parse(text, each.lexicon, TODAY) for each in (index(), named_alike))
    assert parsed.query == any_of([plain.query, InAlbum(album)])
    assert parsed.unmatched == () and parsed.terms[-1].kind is MatchKind.ALBUM
    favourites = parse(f"{text}, favourites", named_alike.lexicon, TODAY).query
    assert favourites == And((parsed.query, Favourite()))
    without = parse(f"not ({text})", named_alike.lexicon, TODAY).query
    assert without == Not(parsed.query)


@pytest.mark.parametrize("text", ["near Rome", "Beach volleyball", "Bob 3 years old", "Giardino", "folder Rome 2019"])
def test_a_longer_phrase_than_the_name_of_an_album_means_what_it_does(named_alike: SearchIndex, text: str) -> None:
    assert parse(text, named_alike.lexicon, TODAY) == parse(text, index().lexicon, TODAY)


@pytest.mark.parametrize("text", ["Anna Rossi", "Rome 2019", "Wedding", "Weding", "zebra"])
def test_a_saved_search_is_read_without_the_names_of_albums(text: str) -> None:
    made = index()
    made.apply_albums([Album("own", text, text=text), Album("other", "Wedding of zebras")])
    assert parse(text, made.lexicon.without_albums(), TODAY) == parse(text, index().lexicon, TODAY)
    for said in (f'album:"{text}"', f"in album {text}"):
        assert parse(said, made.lexicon.without_albums(), TODAY).query == InAlbum("own")


@pytest.mark.parametrize(
    ("filter", "text", "label"),
    [
        (PhotoFilter(albums=TermFilter(any=(Ref(name="wedding"),))), "Wedding", "Wedding"),
        (PhotoFilter(albums=TermFilter(any=(Ref(name="beach"),))), "album:Beach", "Beach"),
        (PhotoFilter(in_no_album=True), "in no album", "in no album"),
    ],
)
def test_what_is_said_of_albums_reads_back(library: SearchIndex, filter: PhotoFilter, text: str, label: str) -> None:
    said = explain(query_of(filter, library), library, TODAY, EVERY_LANGUAGE)
    assert (said.text, said.is_readable, [term.label for term in said.terms]) == (text, True, [label])
