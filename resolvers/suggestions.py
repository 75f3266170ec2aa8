"""Suggestions as somebody types into a search box."""

from __future__ import annotations

import json
from typing import Annotated

import strawberry
from pydantic import TypeAdapter, ValidationError
from strawberry import UNSET

from photos_graph.errors import BadInput, NotFound
from photos_graph.search import filters
from photos_graph.search.filter_json import from_json, to_json
from photos_graph.services.browse import suggesting
from resolvers import ids
from resolvers.connections import Node, given
from resolvers.context import Info
from resolvers.enums import SuggestionKind
from resolvers.filters import PhotoFilter, decode_filter, encode_filter
from resolvers.permissions import CanView

_OBJECTS: dict[SuggestionKind, ids.Kind] = {
    SuggestionKind.TAG: "Tag",
    SuggestionKind.PERSON: "Person",
    SuggestionKind.FOLDER: "Folder",
    SuggestionKind.PLACE: "Place",
    SuggestionKind.ALBUM: "Album",
}
# What an id holds: the text, the kind, the id of the object or else the label, and the filter of the request as JSON.
_ASKED: TypeAdapter[tuple[str, SuggestionKind, str, str | None]] = TypeAdapter(
    tuple[str, SuggestionKind, str, str | None]
)


@strawberry.type(description="A part of the label of a suggestion.")
class LabelPart:
    text: str = strawberry.field(description="The text of the part.")
    is_matched: bool = strawberry.field(description="Whether it was typed, so that a client can show it in bold.")


@strawberry.type(
    description="Something that a text in a search box can be completed to. Its id also stands for the text and the "
    "filter for which it was suggested."
)
class Suggestion(Node):
    object_id: strawberry.Private[strawberry.ID | None]
    kind: SuggestionKind = strawberry.field(description="What is suggested.")
    label: str = strawberry.field(
        description="What to show: a name, the path of a folder, or a date in the language in which it was typed."
    )
    count: int = strawberry.field(
        description="The number of photos that it finds together with the filter of the request; never 0."
    )
    filter: str = strawberry.field(description="The filter that it stands for, as JSON that fits `PhotoFilter`.")
    text: str | None = strawberry.field(
        description="A text to put into the search box, which `search` understands as the filter. It is null for a "
        "name with quotation marks, which a search cannot say."
    )
    parts: list[LabelPart] = strawberry.field(
        description="The label in parts, which joined together are the label. Those that were typed are marked."
    )

    @strawberry.field(description="The tag, person, folder, place or album, or null for a date or a camera.")
    async def node(self, info: Info) -> Node | None:
        from resolvers.schema import find_node

        return None if self.object_id is None else await find_node(info, *ids.parse(self.object_id))

    @classmethod
    def of(cls, own: suggesting.Suggestion, typed: str, within: filters.PhotoFilter | None) -> Suggestion:
        named = own.label if own.id is None else own.id
        asked = [typed, own.kind, named, None if within is None else to_json(within)]
        return cls(
            id=ids.encode("Suggestion", json.dumps(asked, ensure_ascii=False, separators=(",", ":"))),
            object_id=ids.encode(_OBJECTS[own.kind], own.id) if own.id is not None else None,
            kind=own.kind,
            label=own.label,
            count=own.count,
            filter=json.dumps(encode_filter(own.filter), ensure_ascii=False),
            text=own.text,
            parts=[LabelPart(text=text, is_matched=is_matched) for text, is_matched in own.parts()],
        )


async def load_suggestion(info: Info, id: str) -> Suggestion | None:
    """Returns None if it is suggested no longer."""
    try:
        typed, kind, named, text = _ASKED.validate_json(id)
        within = None if text is None else from_json(text)
        await info.context.services.questions.of_filter(within)
        found = info.context.services.suggester.suggest(typed, (kind,), within, suggesting.MOST_SUGGESTIONS)
    except (ValidationError, BadInput, NotFound):
        return None
    same = (each for each in found if named == (each.label if each.id is None else each.id))
    return next((Suggestion.of(each, typed, within) for each in same), None)


@strawberry.type
class SuggestionQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="Returns what a text in a search box can be completed to, best first. Each of its words must begin "
        "a word of a name, regardless of case and accents; words of four letters or more may have a slip, and of nine "
        "or more two, if little else fits. The order is by how well a name fits, then by the number of photos, with "
        "three of each kind before the fourth of any. What finds no photo is left out. Fails like `photos`, and with "
        "BAD_INPUT if the text is too long or if `first` is out of range.",
    )
    async def suggest(
        self,
        info: Info,
        text: Annotated[
            str,
            strawberry.argument(
                description="What was typed so far, up to 1,000 characters. Without a word of "
                "letters or digits, nothing is suggested."
            ),
        ],
        kinds: Annotated[
            list[SuggestionKind] | None,
            strawberry.argument(description="What may be suggested. Everything may by default."),
        ] = UNSET,
        filter: Annotated[
            PhotoFilter | None,
            strawberry.argument(
                description="The filter that is applied already. Suggestions are counted within it, and those that "
                "find nothing there are left out."
            ),
        ] = UNSET,
        first: Annotated[
            int,
            strawberry.argument(description=f"The number of suggestions, from 0 to {suggesting.MOST_SUGGESTIONS}."),
        ] = 10,
    ) -> list[Suggestion]:
        wanted = decode_filter(filter)
        await info.context.services.questions.of_filter(wanted)
        found = info.context.services.suggester.suggest(text, given(kinds), wanted, first)
        return [Suggestion.of(each, text, wanted) for each in found]
