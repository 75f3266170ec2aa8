"""Search in plain words: how they were understood, and the photos."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import search as search_model
from photos_graph.search.language.parser import Parsed
from photos_graph.search.language.relaxation import Relaxed
from photos_graph.search.query import Query
from photos_graph.services.browse.photos import PhotoBrowser, PhotoPage
from resolvers.connections import After, Before, First, Last, given, page_size, page_sizes
from resolvers.context import Info
from resolvers.enums import MatchKind, PhotoOrder, Stacks
from resolvers.filters import PhotoFilter, decode_filter, filter_text
from resolvers.pages import OrderBy, PhotoConnection, StacksArgument
from resolvers.permissions import CanView


class _Counts:
    """Counts of photos, each of which is computed when it is asked for. They are kept, because a document may ask for
    one under many names, and a text may repeat a word."""

    def __init__(self, browse: PhotoBrowser, stacks: Stacks) -> None:
        self._browse = browse
        self._stacks = stacks
        self._known: dict[Query, int] = {}

    def count(self, query: Query) -> int:
        if query not in self._known:
            self._known[query] = self._browse.count(query, self._stacks)
        return self._known[query]


class _Answer:
    """A text as it was understood, the counts of its terms, and what it finds without some of them."""

    def __init__(self, browse: PhotoBrowser, parsed: Parsed, order: search_model.PhotoOrder, stacks: Stacks) -> None:
        self.browse = browse
        self.parsed = parsed
        self.order = order
        self.stacks = stacks
        self.count = _Counts(browse, stacks).count

    def page(
        self, query: Query, first: int | None, after: str | None, last: int | None, before: str | None
    ) -> PhotoConnection:
        first, last = page_sizes(first, last)
        page = self.browse.page(query, self.order, first, given(after), last, given(before), self.stacks)
        return PhotoConnection.of(page)

    @cached_property
    def filter(self) -> str | None:
        """The text of a filter that finds the same photos, or None if ``decode_filter`` accepts none."""
        found = self.browse.filter_of(self.parsed.query)
        return filter_text(found) if found is not None else None

    @cached_property
    def relaxed(self) -> list[Relaxed]:
        return self.browse.relaxed(self.parsed)

    def terms(self, places: Iterable[int]) -> list[SearchTerm]:
        parsed = self.parsed
        return [SearchTerm.of(parsed.terms[place], parsed.term_queries[place], self.count) for place in places]


@strawberry.type(description="A part of the search text that was understood as a condition.")
class SearchTerm:
    query: strawberry.Private[Query]
    count_of: strawberry.Private[Callable[[Query], int]]
    text: str = strawberry.field(description="The words of the text that state this condition.")
    kind: MatchKind = strawberry.field(description="The kind of the condition.")
    label: str = strawberry.field(
        description="The condition in words: the name of the tag, person, folder or place, or words in the language "
        'of the question, such as "August 2019".'
    )
    negated: bool = strawberry.field(description='Whether photos must not match it, as in "not in 2020".')
    alternatives: list[str] = strawberry.field(
        description="Names that the words may mean instead, the most similar first. If one of the words is in "
        "`unmatched`, the term is not applied, and the names are only offered: a person may have meant one of them."
    )

    @strawberry.field(
        description="How many photos of the library match `label` alone, whether or not the term is negated. It is 0 "
        "for a term that is not applied."
    )
    def count(self) -> int:
        return self.count_of(self.query)

    @classmethod
    def of(cls, term: search_model.SearchTerm, query: Query, count_of: Callable[[Query], int]) -> SearchTerm:
        return cls(
            query=query,
            count_of=count_of,
            text=term.text,
            kind=term.kind,
            label=term.label,
            negated=term.negated,
            alternatives=list(term.alternatives),
        )


@strawberry.type(description="A part of the search text without which photos are found.")
class EmptyingCondition:
    answer: strawberry.Private[_Answer]
    relaxed: strawberry.Private[Relaxed]

    @strawberry.field(
        description="The terms that are left out. There are several if the part means several things, or if only "
        "leaving out several parts finds photos."
    )
    def terms(self) -> list[SearchTerm]:
        return self.answer.terms(self.relaxed.terms)

    @strawberry.field(description="How many photos match the rest of the text.")
    def count(self) -> int:
        return self.answer.count(self.relaxed.query)

    @strawberry.field(description="The photos that match the rest of the text.")
    def photos(
        self, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> PhotoConnection:
        return self.answer.page(self.relaxed.query, first, after, last, before)


@strawberry.type(description="The answer to a search in plain words.")
class SearchResult:
    answer: strawberry.Private[_Answer]
    terms: list[SearchTerm] = strawberry.field(
        description="The conditions that the text was understood as, so that a client can show them."
    )
    unmatched: list[str] = strawberry.field(description="The words that were not understood, as they were typed.")
    page: strawberry.Private[PhotoPage]

    @strawberry.field(
        description="The photos that match all conditions. Without arguments of its own, it is the page that the "
        "arguments of `search` ask for."
    )
    def photos(
        self, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> PhotoConnection:
        if all(given(each) is None for each in (first, after, last, before)):
            return PhotoConnection.of(self.page)
        return self.answer.page(self.answer.parsed.query, first, after, last, before)

    @strawberry.field(
        description="What the text was understood as, as JSON that fits `PhotoFilter`, with ids in place of names: "
        'passed to `photos`, it finds the same photos. A date such as "last month" is that of today. It is null if '
        "there is no such filter; `termsWithoutFilter` says why."
    )
    def filter(self) -> str | None:
        return self.answer.filter

    @strawberry.field(
        description="If `filter` is null: the terms that no filter can state, such as times of the day, days of the "
        "week and holidays. It is empty if the filter would only be too large."
    )
    def terms_without_filter(self) -> list[SearchTerm]:
        if self.answer.filter is not None:
            return []
        return self.answer.terms(self.answer.browse.without_filter(self.answer.parsed))

    @strawberry.field(
        description="If no photo matches all conditions: those without which photos are found, the one without which "
        "the most are found first, and at most 10. It is empty if photos were found, or if the text has one condition."
    )
    def emptied_by(self) -> list[EmptyingCondition]:
        if self.page.total:
            return []
        return [EmptyingCondition(answer=self.answer, relaxed=each) for each in self.answer.relaxed]


@strawberry.type(description="A filter, put into words.")
class FilterExplanation:
    text: str = strawberry.field(
        description="The whole filter as a text, in the first language of the setting `search.languages`, and with "
        'prefixes such as "tag:" where a word alone would mean something else.'
    )
    is_searchable: bool = strawberry.field(
        description="Whether `search` understands the text as exactly this filter. Some conditions cannot be put into "
        "words, such as that only confirmed labels count."
    )
    terms: list[SearchTerm] = strawberry.field(
        description="The conditions of the filter, all of which must hold, so that a client can show them one by one. "
        "Their labels are in the same language."
    )


@strawberry.type
class SearchQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="Puts a filter into words. Fails like `photos` if the filter is invalid.",
    )
    async def explain_filter(
        self,
        info: Info,
        filter: Annotated[PhotoFilter, strawberry.argument(description="The filter to put into words.")],
        stacks: StacksArgument = Stacks.COLLAPSED,
    ) -> FilterExplanation:
        browse = info.context.services.browse
        wanted = decode_filter(filter)
        await info.context.services.questions.of_filter(wanted)
        found = browse.explain(wanted)
        count = _Counts(browse, stacks).count
        return FilterExplanation(
            text=found.text,
            is_searchable=found.is_readable,
            terms=[SearchTerm.of(term, query, count) for term, query in zip(found.terms, found.queries, strict=True)],
        )

    @strawberry.field(
        permission_classes=[CanView],
        description="Searches in plain words, in the languages of the setting `search.languages`. The words become a "
        'filter, which is returned as `terms`. For example "landscapes in Abruzzo containing me". Fails with '
        "TOO_COMPLEX if the text is too long.",
    )
    async def search(
        self,
        info: Info,
        text: Annotated[str, strawberry.argument(description="What to search for.")],
        order_by: OrderBy = PhotoOrder.TAKEN_DESC,
        first: First = UNSET,
        after: After = UNSET,
        stacks: StacksArgument = Stacks.COLLAPSED,
    ) -> SearchResult:
        browse = info.context.services.browse
        parsed = await info.context.services.questions.of_text(text)
        page = browse.page(parsed.query, order_by, page_size(first), given(after), stacks=stacks)
        answer = _Answer(browse, parsed, order_by, stacks)
        return SearchResult(
            answer=answer,
            terms=answer.terms(range(len(parsed.terms))),
            unmatched=list(parsed.unmatched),
            page=page,
        )
