"""Search in words: what they were taken for, and the photos."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from photos_graph import model
from resolvers.connections import given, page_size
from resolvers.context import Info
from resolvers.pages import PhotoConnection
from resolvers.permissions import CanView


@strawberry.type(description="A part of the text, and what it was taken for.")
class SearchTerm:
    text: str
    kind: model.MatchKind
    label: str
    negated: bool

    @classmethod
    def of(cls, term: model.SearchTerm) -> SearchTerm:
        return cls(text=term.text, kind=term.kind, label=term.label, negated=term.negated)


@strawberry.type
class SearchResult:
    terms: list[SearchTerm]
    unmatched: list[str] = strawberry.field(description="What could not be placed, as it was typed.")
    photos: PhotoConnection


@strawberry.type
class SearchQueries:
    @strawberry.field(
        permission_classes=[CanView], description='"landscapes in Abruzzo containing me": words become a filter.'
    )
    def search(
        self,
        info: Info,
        text: str,
        order_by: model.PhotoOrder = model.PhotoOrder.TAKEN_DESC,
        first: int | None = UNSET,
        after: str | None = UNSET,
    ) -> SearchResult:
        parsed, page = info.context.services.search.search(text, order_by, page_size(first), given(after))
        return SearchResult(
            terms=[SearchTerm.of(term) for term in parsed.terms],
            unmatched=list(parsed.unmatched),
            photos=PhotoConnection.of(page),
        )
