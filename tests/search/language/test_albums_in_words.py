"""Albums in the words of each language."""

from __future__ import annotations

import pytest

from photos_graph.model.albums import Album
from photos_graph.model.search import Ref
from photos_graph.search.filter_names import query_of
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.search.index import SearchIndex
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
