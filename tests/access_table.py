"""The table in docs/access.md of who may do what, made from the schema and the routes: ``python -m tests.access_table``
rewrites it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import graphql
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.permission import PermissionExtension
from strawberry.types.field import StrawberryField

from photos_graph.access.credentials import Access
from photos_graph.access.roles import RANK
from photos_graph.access.signing import Keys
from photos_graph.model.access import Role
from photos_graph.settings import WebSettings
from photos_graph.web.app import build_app
from resolvers.permissions import RolePermission
from resolvers.schema import NODE_ROLES, NODES, build_schema
from resolvers.scoped_fields import KEPT

PAGE = Path(__file__).resolve().parents[1] / "docs" / "access.md"
START, END = "<!-- access: made by python -m tests.access_table -->", "<!-- end of access -->"

YES, NO, NULL, ALLOWED, HELD = "yes", "-", "null", "if allowed", "with an address"
EVERYBODY = (Role.VIEWER, Role.EDITOR, Role.OWNER)
SCOPED = "scoped viewer"  # whose token shows only some of the photos
WHO = ("stranger", SCOPED, *(role.value.lower() for role in EVERYBODY))

# What is served beside GraphQL, by path. Pictures have two rows, because some are files as they are on disk.
ROUTES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "/healthz": {"": (YES,) * 5},
    "/readyz": {"": (YES,) * 5},
    "/metrics": {"unless `web.metrics` is `open`": (NO, NO, NO, NO, YES)},
    "/login": {"": (YES,) * 5},
    "/logout": {"": (YES,) * 5},
    "/session": {"": (NO, YES, YES, YES, YES)},
    "/media/{named}/{what}": {
        "thumbnails, faces": (HELD, YES, YES, YES, YES),
        "`original`, `motion`": (HELD, ALLOWED, ALLOWED, YES, YES),
    },
    "/": {"": (NO, YES, YES, YES, YES)},
    "/photo/{id}": {"": (NO, YES, YES, YES, YES)},
    "/folders": {"": (NO, YES, YES, YES, YES)},
    "/people": {"": (NO, YES, YES, YES, YES)},
    "/review": {"": (NO, NO, NO, YES, YES)},
    "/system": {"": (NO, NO, NO, YES, YES)},
    "/static/pages/{version}/{name}": {"": (NO, YES, YES, YES, YES)},
    "/graphql": {"the page, queries, WebSocket": (NO, YES, YES, YES, YES)},
    "/static/graphiql/{version}/{name}": {"": (NO, YES, YES, YES, YES)},
}


@dataclass(frozen=True, slots=True)
class Row:
    """What, and of what, may be asked for by each of ``WHO``."""

    of: str
    what: tuple[str, ...]
    cells: tuple[str, ...]

    def __str__(self) -> str:
        return f"| {' | '.join((f'`{self.of}`', ' '.join(self.what), *self.cells))} |"


def highest(*roles: Role) -> Role:
    return max(roles, key=lambda role: RANK[role])


def lowest(*roles: Role) -> Role:
    return min(roles, key=lambda role: RANK[role])


def definition(type_: graphql.GraphQLObjectType, name: str) -> StrawberryField:
    own = type_.extensions["strawberry-definition"]
    [field] = [each for each in own.fields if name_of(each) == name]
    assert isinstance(field, StrawberryField)
    return field


def name_of(field: StrawberryField) -> str:
    head, *rest = field.python_name.split("_")
    return field.graphql_name or head + "".join(part.capitalize() for part in rest)


def needed(field: StrawberryField) -> Role | None:
    """The role that the permission of a field asks for."""
    permissions = [
        each
        for extension in field.extensions
        if isinstance(extension, PermissionExtension)
        for each in extension.permissions
    ]
    roles = [each.role for each in permissions if isinstance(each, RolePermission)]
    assert len(roles) == len(permissions)
    return highest(*roles) if roles else None


def objects(schema: graphql.GraphQLSchema) -> dict[str, graphql.GraphQLObjectType]:
    return {
        name: type_
        for name, type_ in sorted(schema.type_map.items())
        if isinstance(type_, graphql.GraphQLObjectType) and not name.startswith("__")
    }


def reach(schema: graphql.GraphQLSchema) -> dict[str, Role]:
    """The lowest role that gets an object of each type, by any way."""
    kinds = {"ChangeRecord" if kind == "Change" else kind: kind for kind in NODES}
    found = dict.fromkeys(("Query", "Mutation", "Subscription"), Role.VIEWER)
    while True:
        before = dict(found)
        for name, type_ in objects(schema).items():
            for field_name, field in type_.fields.items() if name in found else ():
                own = definition(type_, field_name)
                role = highest(found[name], needed(own) or Role.VIEWER, own.metadata.get("null below", Role.VIEWER))
                target = graphql.get_named_type(field.type)
                if isinstance(target, graphql.GraphQLInterfaceType):
                    for kind, key in kinds.items():
                        through = highest(role, NODE_ROLES.get(key, Role.VIEWER))
                        found[kind] = lowest(found.get(kind, through), through)
                elif isinstance(target, graphql.GraphQLObjectType):
                    found[target.name] = lowest(found.get(target.name, role), role)
        if found == before:
            return found


def cells(type_name: str, field: StrawberryField, role: Role) -> tuple[str, ...]:
    """What each of ``WHO`` gets of a field of an object that ``role`` can reach."""
    role = highest(role, needed(field) or Role.VIEWER)
    shown_from = field.metadata.get("null below")
    found = [YES if RANK[each] >= RANK[role] else NO for each in EVERYBODY]
    for place, each in enumerate(EVERYBODY):
        if found[place] == YES and shown_from is not None and RANK[each] < RANK[shown_from]:
            found[place] = NULL
    if field.metadata.get("originals") and found[0] == YES:
        found[0] = ALLOWED
    return (NO, found[0] if name_of(field) in KEPT.get(type_name, ()) else NO, *found)


def shown(name: str, field: graphql.GraphQLField) -> str:
    return f"`{name}({', '.join(sorted(field.args))})`" if field.args else f"`{name}`"


def rows() -> Iterator[Row]:
    """The fields of queries, mutations and subscriptions one by one; the others of a type together, unless they need
    more than what it takes to reach an object of that type; and the routes."""
    schema = build_schema(WebSettings())._schema
    reached = reach(schema)
    ordered = ["Query", "Subscription", "Mutation", *(objects(schema).keys() - {"Query", "Subscription", "Mutation"})]
    for name in sorted(ordered, key=lambda each: (ordered.index(each) if each in ordered[:3] else 3, each)):
        type_ = objects(schema)[name]
        of_roles = [YES if RANK[role] >= RANK[reached[name]] else NO for role in EVERYBODY]
        common: tuple[str, ...] = (NO, of_roles[0] if name in KEPT else NO, *of_roles)
        together: list[str] = []
        for field_name, field in sorted(type_.fields.items()):
            own = cells(name, definition(type_, field_name), reached[name])
            if name in ordered[:3] or own != common:
                yield Row(name, (shown(field_name, field),), own)
            else:
                together.append(shown(field_name, field))
        if together:
            yield Row(name, tuple(together), common)
    for path in sorted(paths()):
        for what, allowed in ROUTES[path].items():
            yield Row(path, (what,) if what else (), allowed)


def paths() -> set[str]:
    """The paths of the routes of the service."""
    app = build_app(
        [Route("/graphql", _never)], answer=_no_answer, settings=WebSettings(), access=Access(Keys(b""), {})
    )
    return {str(getattr(route, "path", route)) for route in app.routes}


async def _never(request: Request) -> Response:
    raise AssertionError(request.url)


async def _no_answer(request: Request, document: str, variables: Mapping[str, object]) -> dict[str, object]:
    raise AssertionError(request.url)


def table() -> str:
    head = [f"| of | what | {' | '.join(WHO)} |", "| --- | --- |" + " --- |" * len(WHO)]
    return "\n".join([*head, *map(str, rows())])


def with_table(page: str) -> str:
    between = f"{re.escape(START)}.*?{re.escape(END)}"
    return re.sub(between, lambda _: f"{START}\n{table()}\n{END}", page, flags=re.DOTALL)


def read(page: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """What the page says of each field and route: the cells by what, by of."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    written = page.partition(START)[2].partition(END)[0]
    for line in written.strip().splitlines()[2:]:
        of, what, *given = (each.strip() for each in line.strip("|").split("|"))
        for each in re.findall(r"`[^`]+`", what) if not of.startswith("`/") else [what]:
            found.setdefault(of.strip("`"), {})[each.strip("`")] = tuple(given)
    return found


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))
