"""Composes queries from parts that are joined by words, and from the things that a phrase names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from photos_graph.model.search import MatchKind
from photos_graph.search.language.lexicon import Lexicon, Thing
from photos_graph.search.query import And, Not, Or, Query
from photos_graph.search.terms.albums import InAlbum
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import WithPerson
from photos_graph.search.terms.places import AtPlace
from photos_graph.search.terms.tags import Excluded, Tagged
from photos_graph.search.terms.term import Term

_TERMS: dict[MatchKind, Callable[[str], Term]] = {
    MatchKind.TAG: Tagged,
    MatchKind.PERSON: WithPerson,
    MatchKind.PLACE: AtPlace,
    MatchKind.FOLDER: InFolder,
    MatchKind.ALBUM: InAlbum,
}
_ORDER = tuple(_TERMS)


def all_of(parts: Sequence[Query]) -> Query:
    """Joins the parts by "and", as flat as possible and without duplicates."""
    if len(parts) == 1:
        return parts[0]
    flat = _distinct(each for part in parts for each in (part.parts if isinstance(part, And) else (part,)))
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(parts: Sequence[Query]) -> Query:
    """Joins the parts by "or", as flat as possible and without duplicates."""
    if len(parts) == 1:
        return parts[0]
    flat = _distinct(each for part in parts for each in (part.parts if isinstance(part, Or) else (part,)))
    return flat[0] if len(flat) == 1 else Or(flat)


def _distinct(parts: Iterable[Query]) -> tuple[Query, ...]:
    """Removes duplicate terms. Subtrees are not compared, since that would compare their contents at every level."""
    found: dict[object, Query] = {}
    for part in parts:
        found.setdefault(id(part) if isinstance(part, And | Or | Not) else part, part)
    return tuple(found.values())


def ordered(things: Collection[Thing], lexicon: Lexicon) -> list[tuple[Thing, str]]:
    """Returns the things with their labels: tags, persons, places, folders and albums, each kind sorted by name."""
    labelled = [(thing, lexicon.label(thing)) for thing in things]
    return sorted(labelled, key=lambda each: (_ORDER.index(each[0].kind), each[1], each[0].id))


def query_of(things: Sequence[Thing], others: Sequence[Query] = ()) -> Query:
    """Returns a query for any of the things. If one of them is a tag, photos that match by another meaning must not
    exclude the tag: a person who excluded Abruzzo from a photo overrides its position."""
    tags = [thing.id for thing in things if thing.kind is MatchKind.TAG]
    rest = [*(_TERMS[thing.kind](thing.id) for thing in things if thing.kind is not MatchKind.TAG), *others]
    if tags and rest:
        rest = [all_of([any_of(rest), *(Not(Excluded(tag)) for tag in tags)])]
    return any_of([*(Tagged(tag) for tag in tags), *rest])
