"""Everything in the schema is described, in whole sentences and common words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import graphql
import pytest

from resolvers.schema import print_sdl

BANNED = re.compile(
    r"\b(said|anew|whoever|none that is|what people said|given out|of ours|upon|sister|nobody|somebody|most of)\b",
    re.IGNORECASE,
)
CODES = {
    "BAD_INPUT",
    "NOT_FOUND",
    "CONFLICT",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "UNAVAILABLE",
    "TOO_COMPLEX",
    "INTERNAL",
}

SCHEMA = graphql.build_schema(print_sdl())


def elements(schema: graphql.GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Each type, field, argument, input field, enum value, directive and its argument, with its description."""
    for name, type_ in schema.type_map.items():
        if name.startswith("__"):
            continue
        yield name, type_.description
        if isinstance(type_, graphql.GraphQLEnumType):
            yield from ((f"{name}.{value}", each.description) for value, each in type_.values.items())
        if isinstance(type_, graphql.GraphQLInputObjectType):
            yield from ((f"{name}.{field}", each.description) for field, each in type_.fields.items())
        if isinstance(type_, graphql.GraphQLObjectType | graphql.GraphQLInterfaceType):
            for field, each in type_.fields.items():
                yield f"{name}.{field}", each.description
                yield from ((f"{name}.{field}({key})", value.description) for key, value in each.args.items())
    for directive in schema.directives:
        yield f"@{directive.name}", directive.description
        yield from ((f"@{directive.name}({key})", value.description) for key, value in directive.args.items())


def described() -> list[tuple[str, str]]:
    """The descriptions that this project writes: not those of GraphQL's own scalars and directives."""
    standard = {*graphql.specified_scalar_types, *(f"@{each.name}" for each in graphql.specified_directives)}
    return [
        (name, text) for name, text in elements(SCHEMA) if text is not None and name.partition("(")[0] not in standard
    ]


def problems(text: str) -> list[str]:
    """What keeps a description from being plain English."""
    found = []
    if not text[:1].isupper():
        found.append("it does not start with a capital")
    if not re.search(r"[.?]$", text):
        found.append("it does not end with a full stop")
    if len(text.split()) < 2:
        found.append("it is no sentence")
    found += [f"it has the word {word!r}" for word in BANNED.findall(text)]
    found += [
        f"{code} is no code of an error" for code in re.findall(r"with ([A-Z]+_[A-Z]+)", text) if code not in CODES
    ]
    return found


def test_everything_is_described() -> None:
    assert [name for name, text in elements(SCHEMA) if not text] == []


def test_descriptions_are_sentences_in_plain_english() -> None:
    assert {name: found for name, text in described() if (found := problems(text))} == {}


def test_what_is_described_is_the_whole_schema() -> None:
    names = {name for name, _ in elements(SCHEMA)}
    assert {"Query.photos(filter)", "PhotoFilter.tags", "Certainty.CONFIRMED", "Node.id", "PageInfo"} <= names


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Assigns the faces to this person, replacing any earlier assignment.", 0),
        ("Whoever they were. Twice in one photo: CONFLICT.", 1),
        ("by name", 2),
        ("URL", 2),
        ("Fails with NOT_THERE if it is not known.", 1),
    ],
)
def test_a_description_that_is_no_plain_english_is_seen(text: str, count: int) -> None:
    assert len(problems(text)) == count
