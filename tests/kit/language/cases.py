"""What a text must be taken for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from photos_graph.model.search import MatchKind, SearchTerm
from photos_graph.search.query import And, Not, Or, Query
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import WithPerson
from photos_graph.search.terms.places import AtPlace
from photos_graph.search.terms.tags import Excluded, Tagged


@dataclass(frozen=True)
class Case:
    text: str
    query: Query
    terms: tuple[SearchTerm, ...]
    unmatched: tuple[str, ...]


def case(text: str, query: Query, *terms: str, unmatched: tuple[str, ...] = ()) -> Case:
    """A term is "its text = KIND label", or "its text = not KIND label"."""
    return Case(text, query, tuple(_term(term) for term in terms), unmatched)


def _term(term: str) -> SearchTerm:
    text, _, rest = term.partition(" = ")
    negated = rest.startswith("not ")
    kind, _, label = rest.removeprefix("not ").partition(" ")
    return SearchTerm(text, MatchKind(kind), label, negated)


def both(*parts: Query) -> And:
    return And(parts)


def either(*parts: Query) -> Or:
    return Or(parts)


def span(after: str | None, before: str | None) -> TakenIn:
    """Of days as 2019-08-14."""
    return TakenIn(after and datetime.fromisoformat(after), before and datetime.fromisoformat(before))  # type: ignore[arg-type]


def year(number: int) -> TakenIn:
    return TakenIn(year=number)


def month(number: int, of: int | None = None) -> TakenIn:
    return TakenIn(year=of, month=number)


LANDSCAPES = Tagged("landscapes")
BEACH = Tagged("beach")
MOUNTAINS = Tagged("mountains")
ABRUZZO_TAG = Tagged("abruzzo")
ABRUZZO_PLACE = And((AtPlace("IT/Abruzzo"), Not(Excluded("abruzzo"))))
ABRUZZO = Or((ABRUZZO_TAG, ABRUZZO_PLACE))
ROME = AtPlace("IT/Lazio/Rome")
AQUILA = AtPlace("IT/Abruzzo/L'Aquila")
SAN_VITO = AtPlace("IT/Abruzzo/San Vito Chietino")
ITALY = AtPlace("IT")
ME = WithPerson("carlo")
ANNA = WithPerson("anna")
BOB = WithPerson("bob")
MARIA = WithPerson("maria")
GARDEN = InFolder("garden")
SUMMER = Or((month(6), month(7), month(8)))
