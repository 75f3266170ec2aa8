"""Search in plain words: how they were understood, and the photos."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import search as search_model
from resolvers.connections import After, First, given, page_size
from resolvers.context import Info
from resolvers.enums import MatchKind, PhotoOrder, Stacks
from resolvers.pages import OrderBy, PhotoConnection, StacksArgument
from resolvers.permissions import CanView


@strawberry.type(description="A part of the search text that was understood as a condition.")
class SearchTerm:
    text: str = strawberry.field(description="The words of the text that state this condition.")
    kind: MatchKind = strawberry.field(description="The kind of the condition.")
    label: str = strawberry.field(
        description='The condition in words: the name of the tag, person, folder or place, or for example "2019".'
    )
    negated: bool = strawberry.field(description='Whether photos must not match it, as in "not in 2020".')
    alternatives: list[str] = strawberry.field(
        description="Names that the words may mean instead, the most similar first. If one of the words is in "
        "`unmatched`, the term is not applied, and the names are only offered: a person may have meant one of them."
    )

    @classmethod
    def of(cls, term: search_model.SearchTerm) -> SearchTerm:
        return cls(
            text=term.text,
            kind=term.kind,
            label=term.label,
            negated=term.negated,
            alternatives=list(term.alternatives),
        )


@strawberry.type(description="The answer to a search in plain words.")
class SearchResult:
    terms: list[SearchTerm] = strawberry.field(
        description="The conditions that the text was understood as, so that a client can show them."
    )
    unmatched: list[str] = strawberry.field(description="The words that were not understood, as they were typed.")
    photos: PhotoConnection = strawberry.field(description="The photos that match all conditions.")


@strawberry.type
class SearchQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="Searches in plain words, in the languages of the setting `search.languages`. The words become a "
        'filter, which is returned as `terms`. For example "landscapes in Abruzzo containing me". Fails with '
        "TOO_COMPLEX if the text is too long.",
    )
    def search(
        self,
        info: Info,
        text: Annotated[str, strawberry.argument(description="What to search for.")],
        order_by: OrderBy = PhotoOrder.TAKEN_DESC,
        first: First = UNSET,
        after: After = UNSET,
        stacks: StacksArgument = Stacks.COLLAPSED,
    ) -> SearchResult:
        browse = info.context.services.browse
        parsed, page = browse.search(text, order_by, page_size(first), given(after), stacks=stacks)
        return SearchResult(
            terms=[SearchTerm.of(term) for term in parsed.terms],
            unmatched=list(parsed.unmatched),
            photos=PhotoConnection.of(page),
        )
