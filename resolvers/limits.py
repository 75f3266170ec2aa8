"""Limits on what one document may request, weighed before anything runs: its depth, its aliases, its nodes, and the
fields and values that it makes the service prepare."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    introspection_types,
    is_list_type,
)
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from photos_graph.errors import TimedOut, TooComplex, UnknownOutcome
from photos_graph.graph.engine.caller import no_mutation
from photos_graph.settings import WebSettings
from resolvers.coercion import Coercion, are_large
from resolvers.connections import DEFAULT_PAGE, MAX_PAGE
from resolvers.context import Info
from resolvers.document_reader import Reader
from resolvers.outcomes import UNCERTAIN, uncertain
from resolvers.parsing import check_role
from resolvers.value_weights import weight_of_literal, weights_of_variables

LIST_NODES = 10  # the assumed length of a list without pages: files, places, tags, matches
COUNTED = frozenset(
    {
        ("Query", "timeline"),
        ("Query", "geo"),
        ("Query", "nodes"),
        ("Tag", "children"),
        ("Tag", "ancestors"),
        ("Folder", "ancestors"),
        ("Photo", "faces"),
        ("Stack", "photos"),
        ("SimilarGroup", "photos"),
        ("SimilarGroup", "files"),
        ("Photo", "albums"),
        *(
            (type_, field)
            for type_ in ("BulkResult", "AlbumPayload", "ChangeRecord")
            for field in ("tags", "persons", "albums")
        ),
    }
)  # counted as they are read
DESCRIBED = 4  # the average of the fields, arguments, values and the like that one type of the schema has
INTROSPECTION = {"__schema": introspection_types["__Schema"], "__type": introspection_types["__Type"]}
INHERITED = frozenset({("SearchResult", "photos")})  # pages whose size the field above may give
AROUND = ("before", "after")  # the arguments of a page that has a middle

FIELD_WORK = 4  # of a selected field, where that of a value such as an id is 1
MOST_STEPS = 20_000  # of weighing one document, which take some hundredths of a second

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Weight:
    depth: int = 0
    aliases: int = 0
    nodes: int = 0
    work: int = 0  # fields that are prepared for all objects of a level at once, and the values of their arguments

    def beside(self, other: Weight) -> Weight:
        depth = max(self.depth, other.depth)
        return Weight(depth, self.aliases + other.aliases, self.nodes + other.nodes, self.work + other.work)


class Scale:
    """Weighs selections. Each fragment is weighed once, however often it is spread, which keeps this cheap."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
        without: Collection[tuple[str, str]] = (),
        values: Mapping[str, int] | None = None,
    ) -> None:
        """``without`` lists fields, each as the names of its type and of itself, that weigh nothing here. ``values``
        are the weights of the variables."""
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._without = without
        self._values = values or {}
        self._steps = 0
        self._weighed: dict[tuple[str, int], Weight] = {}

    def weigh(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None, page: int = 1) -> Weight:
        """Returns the weight of selections on ``parent``. ``page`` is the size of its lists if it is a connection.

        Raises TooComplex for a document that cannot even be weighed in time.
        """
        total = Weight()
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                total = total.beside(self._field(selection, parent, page))
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                on = self._schema.get_type(condition.name.value) if condition else parent
                total = total.beside(self.weigh(selection.selection_set, on, page))
            elif isinstance(selection, FragmentSpreadNode):
                total = total.beside(self._fragment(selection.name.value, page))
        return total

    def _fragment(self, name: str, page: int) -> Weight:
        key = (name, page)
        if key not in self._weighed:
            self._weighed[key] = Weight()  # for a fragment within itself, which another rule refuses
            if (fragment := self._fragments.get(name)) is not None:
                on = self._schema.get_type(fragment.type_condition.name.value)
                self._weighed[key] = self.weigh(fragment.selection_set, on, page)
        return self._weighed[key]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, page: int) -> Weight:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TooComplex("This document spreads its fragments too often in lists of different sizes.")
        if node.name.value == "__typename":
            return Weight(work=FIELD_WORK)
        if node.name.value in INTROSPECTION:
            return self._introspection(node)
        if parent is not None and (parent.name, node.name.value) in self._without:
            return Weight()
        fields = parent.fields if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else {}
        field = fields.get(node.name.value)
        type_ = get_named_type(field.type) if field else None
        is_inherited = parent is not None and (parent.name, node.name.value) in INHERITED
        is_whole = parent is not None and (parent.name, node.name.value) in COUNTED and not self._sizes(node)
        size = page if is_whole else self._page(node, field, page, is_inherited)
        below = self.weigh(node.selection_set, type_, size)
        count = 1
        if field is not None and is_list_type(get_nullable_type(field.type)):
            in_connection = parent is not None and parent.name.endswith("Connection")
            count = page if in_connection else size if "first" in field.args and not is_whole else LIST_NODES
            if parent is not None and parent.name.startswith("__"):
                count = len(self._schema.type_map) if node.name.value == "types" else DESCRIBED
        nodes = count * (1 + below.nodes) if node.selection_set else 0
        work = FIELD_WORK + self._arguments(node, field) + below.work
        return Weight(below.depth + 1, below.aliases + (node.alias is not None), nodes, work)

    def _introspection(self, node: FieldNode) -> Weight:
        """Returns the weight of a description of the schema, which is read without pages, and may be deep."""
        below = self.weigh(node.selection_set, INTROSPECTION[node.name.value])
        return Weight(nodes=1 + below.nodes, work=FIELD_WORK + below.work)

    def _arguments(self, node: FieldNode, field: GraphQLField | None) -> int:
        known = field.args if field is not None else {}
        return sum(
            weight_of_literal(
                each.value, known[name].type if (name := each.name.value) in known else None, self._values
            )
            for each in node.arguments or ()
        )

    def _page(self, node: FieldNode, field: GraphQLField | None, above: int, is_inherited: bool) -> int:
        """Returns how many items a field gives. A field without sizes has that of the field above, and so have the
        photos of ``search`` (``is_inherited``) if they are given no argument at all."""
        if field is None or not ("first" in field.args or _has_middle(field)):
            return above
        given = self._given(node)
        if _has_middle(field):
            sides = [given.get(side) or field.args[side].default_value for side in AROUND]
            return 1 + sum(min(max(side, 0), MAX_PAGE) for side in sides if isinstance(side, int))
        if is_inherited and not given:
            return above
        asked = self._sizes(node)
        default = field.args["first"].default_value
        size = max(asked, default=default if isinstance(default, int) else DEFAULT_PAGE)
        return min(max(size, 1), MAX_PAGE)

    def _given(self, node: FieldNode) -> dict[str, int | None]:
        """Returns the arguments that are given, those that are no numbers as None."""
        return {
            each.name.value: self._number(each.value) for each in node.arguments or () if not self._is_null(each.value)
        }

    def _sizes(self, node: FieldNode) -> list[int]:
        given = self._given(node)
        return [value for name in ("first", "last") if (value := given.get(name)) is not None]

    def _is_null(self, node: ValueNode) -> bool:
        """Whether an argument counts as not given."""
        missing = isinstance(node, VariableNode) and self._variables.get(node.name.value) is None
        return missing or isinstance(node, NullValueNode)

    def _number(self, node: ValueNode) -> int | None:
        if isinstance(node, VariableNode):
            value = self._variables.get(node.name.value)
            if isinstance(value, float) and value.is_integer():
                value = int(value)  # JSON has one kind of number, so 10.0 is an Int
            return value if isinstance(value, int) else None
        return int(node.value[:9]) if isinstance(node, IntValueNode) else None


def _has_middle(field: GraphQLField) -> bool:
    return "first" not in field.args and all(side in field.args for side in AROUND)


def with_defaults(document: DocumentNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the variables and the defaults of those that are left out; the largest if operations differ. A default
    that is no number only counts as given."""
    defaults: dict[str, int] = {}
    others: dict[str, str] = {}
    for operation in document.definitions:
        for each in operation.variable_definitions or () if isinstance(operation, OperationDefinitionNode) else ():
            name = each.variable.name.value
            if isinstance(each.default_value, IntValueNode):
                defaults[name] = max(int(each.default_value.value[:9]), defaults.get(name, 0))
            elif isinstance(each.default_value, StringValueNode):
                others[name] = each.default_value.value
    return {**others, **defaults, **variables}


def exceeded(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], limits: WebSettings
) -> list[GraphQLError]:
    """Returns an error for each limit that a valid document exceeds."""
    try:
        total, values = _total(schema, document, variables)
    except TooComplex as problem:
        return [GraphQLError(problem.public_message, original_error=problem)]
    asked = (
        ("levels deep", total.depth, limits.max_depth),
        ("aliases", total.aliases, limits.max_aliases),
        ("nodes", total.nodes, limits.max_cost),
        ("fields and values", max(total.work, values), limits.max_values),
    )
    problems = [
        TooComplex(f"This document requests {amount:,} {what}, and the limit is {most:,}.")
        for what, amount, most in asked
        if amount > most
    ]
    return [GraphQLError(problem.public_message, original_error=problem) for problem in problems]


def _total(schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> tuple[Weight, int]:
    """Returns the weight of all operations, and that of the variables. Raises TooComplex."""
    values = weights_of_variables(schema, document, variables)
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    scale = Scale(schema, fragments, with_defaults(document, variables), values=values)
    total = Weight()
    for each in document.definitions:
        if isinstance(each, OperationDefinitionNode):
            total = total.beside(scale.weigh(each.selection_set, schema.get_root_type(each.operation)))
    return total, sum(values.values())


def counted(info: Info, read: Callable[[], Sequence[T]]) -> Sequence[T]:
    """Returns what ``read`` gives: a list without pages, which may be longer than assumed. Raises TooComplex.

    Each item counts with everything below it, except the lists that are counted themselves.
    """
    raw, context = info._raw_info, info.context  # strawberry has no public way to the nodes
    charge(info, 0)  # the list is not even read if the items above have requested too many
    items = read()
    fields = tuple(id(node) for node in raw.field_nodes)
    if fields not in context.list_weights:
        scale = Scale(raw.schema, raw.fragments, info.variable_values, COUNTED)
        type_ = get_named_type(raw.return_type)
        weights = (scale.weigh(node.selection_set, type_).nodes for node in raw.field_nodes)
        context.list_weights[fields] = 1 + sum(weights)
    charge(info, len(items) * context.list_weights[fields])
    return items


def charge(info: Info, nodes: int) -> None:
    """Counts nodes that are read without being shown, such as those that a field compares. Raises TooComplex."""
    context = info.context
    context.nodes_left -= nodes
    if context.nodes_left < 0:
        raise TooComplex(
            "The lists in this document contain more nodes than a document may request. Use lists with pages."
        )


class QueryLimits(SchemaExtension):
    """Validates each document once, because clients send the same ones again. It is weighed each time, because
    its variables may set the sizes of pages."""

    def __init__(self, settings: WebSettings, reader: Reader) -> None:
        self._settings = settings
        self._reader = reader

    async def on_validate(self) -> AsyncIterator[None]:
        """Raises TooComplex, Busy, and Forbidden for a mutation that the viewer may not run."""
        context = self.execution_context
        schema, document = context.schema._schema, context.graphql_document  # strawberry has no public way to it
        if document is not None and context.query is not None:
            check_role(context, document)
            read = await self._reader.read(context.query)
            problems = await self._reader.check(context.query, read, schema)
            variables = context.variables or {}
            context.pre_execution_errors = problems or exceeded(schema, document, variables, self._settings)
            operation = get_operation_ast(document, context.operation_name)
            if not context.pre_execution_errors and operation is not None and are_large(variables):
                context.variables = await self._reader.aside(Coercion(schema, operation, variables).run)
        yield


class TimeLimit(SchemaExtension):
    """Ends queries and mutations in time, over HTTP and WebSocket. A subscription lasts as long as its client."""

    def __init__(self, settings: WebSettings) -> None:
        self._seconds = settings.timeout_seconds

    async def on_execute(self) -> AsyncIterator[None]:
        if self.execution_context.operation_type is OperationType.SUBSCRIPTION:
            yield
            return
        limit = asyncio.timeout(self._seconds)
        try:
            with no_mutation():  # a mutation of this operation ends with it
                async with limit:
                    yield
        except TimeoutError:
            if not limit.expired():
                raise
            late = TimedOut(
                f"This took longer than {self._seconds:g} seconds, which is the limit. Try again, or request less at "
                "once."
            )
            if (mutation := uncertain(late, None, self.execution_context.context)) is not None:
                raise UnknownOutcome(UNCERTAIN, mutation.request_id) from None
            raise late from None
