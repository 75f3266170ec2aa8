"""Every list of the schema is read from both ends."""

from __future__ import annotations

import graphql

from resolvers.schema import print_sdl

AROUND = {"Query.photosAround"}  # which is a page around a photo, and takes the numbers before and after it


def test_every_connection_is_paged_forwards_and_backwards() -> None:
    schema = graphql.build_schema(print_sdl())
    connections = {
        f"{type_.name}.{name}": field
        for type_ in schema.type_map.values()
        if isinstance(type_, graphql.GraphQLObjectType)
        for name, field in type_.fields.items()
        if graphql.get_named_type(field.type).name.endswith("Connection")
    }
    assert len(connections) >= 20 and connections.keys() > AROUND
    lacking = {
        name: missing
        for name, field in connections.items()
        if name not in AROUND and (missing := {"first", "after", "last", "before"} - field.args.keys())
    }
    assert not lacking
