"""Executes queries level by level: each field for all objects of a level at once.

graphql-core executes object by object, with several calls, an ``info`` and, where a loader is asked, a task for each
field of each object. This costs more than everything else that a page needs. Here, a field is prepared once for a
level, and then read, or called, for each object.

The values are those of graphql-core. As soon as anything is unusual (an error, a null where there must be none, an
interface, introspection), the query is executed by graphql-core from the start, which knows how errors spread and where
they are. A query has no effects, and its loaders remember what they have read. Mutations and subscriptions are always
executed by graphql-core.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from itertools import chain, islice
from operator import attrgetter
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    FieldNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationType,
    is_leaf_type,
)
from graphql.execution.collect_fields import collect_fields
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from photos_graph.graph.engine.caller import begin_mutation
from resolvers.coercion import Coerced, undeclared
from resolvers.context import Context, Info
from resolvers.document_reader import Reader
from resolvers.portions import Portions
from resolvers.scoped_fields import is_beyond
from resolvers.waiting import FROM_LOADERS, close, finished_by_tasks, finished_together

_BLOCK = 500  # values of a field that are read before others may come first
_AS_THEY_ARE = {"String": str, "ID": str, "Boolean": bool}  # scalars whose values need no conversion


class Unusual(Exception):
    """The query has to be executed by graphql-core."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A type: a list of another shape, objects with selected fields, or a leaf."""

    nullable: bool
    items: Shape | None = None
    selected: Selection | None = None
    leaves: Callable[[list[Any]], list[Any]] = list

    @property
    def waits(self) -> bool:
        return self.items.waits if self.items is not None else self.selected is not None and self.selected.waits


@dataclass(frozen=True, slots=True)
class SelectedField:
    """``read`` returns the value of the field of an object, or an awaitable."""

    name: str
    read: Callable[[Any], Any]
    shape: Shape
    is_async: bool
    from_loaders: bool


@dataclass(frozen=True, slots=True)
class Selection:
    fields: tuple[SelectedField, ...]
    waits: bool  # whether a field, here or below, is asynchronous


class LevelExecutor(StrawberryGraphQLCoreExecutionContext):
    @classmethod
    def build(  # the parameters are those of graphql-core
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        root_value: Any = None,
        context_value: Any = None,
        raw_variable_values: dict[str, Any] | None = None,
        *others: Any,
        **named: Any,
    ) -> list[GraphQLError] | Executor[Any]:
        """Takes variables that were coerced before as they are."""
        if not isinstance(raw_variable_values, Coerced):
            return super().build(schema, document, root_value, context_value, raw_variable_values, *others, **named)
        if isinstance(raw_variable_values.outcome, list):
            return raw_variable_values.outcome
        bare, operations = undeclared(document)
        made = super().build(schema, bare, root_value, context_value, None, *others, **named)
        if isinstance(made, Executor):
            made.operation = operations[id(made.operation)]
            made.variable_values = raw_variable_values.outcome
        return made

    def execute_operation(self, serially: bool | None = None) -> Any:
        if self.operation.operation is not OperationType.QUERY or not isinstance(self.context_value, Context):
            return super().execute_operation(serially)
        if (reader := self._reader_of_introspection()) is not None:
            return reader.aside(super().execute_operation)
        try:
            selection = self._selection_of_query()
        except (Unusual, GraphQLError, RecursionError):
            return super().execute_operation(serially)
        return self._by_levels(selection)

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, field_details_list: Any, path: Path, position_context: Any
    ) -> Any:
        """Each mutation of a request has an outcome of its own, and its answer shows nothing that was loaded before."""
        if path.prev is None and parent_type is self.schema.mutation_type and isinstance(self.context_value, Context):
            self.context_value.mutations[str(path.key)] = begin_mutation()
            self.context_value.forget_loaded()
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def _reader_of_introspection(self) -> Reader | None:
        """Returns the reader, which has a thread, if the query asks for nothing but the schema. This takes long, and
        waits for nothing."""
        names = [each.name.value for each in self.operation.selection_set.selections if isinstance(each, FieldNode)]
        alone = len(names) == len(self.operation.selection_set.selections) and all(n.startswith("__") for n in names)
        reader: Reader | None = self.schema.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].reader
        return reader if alone else None

    async def _by_levels(self, selection: Selection) -> Any:
        context: Context = self.context_value
        nodes_left = context.nodes_left
        try:
            [data] = await _rows(selection, [self.root_value], Portions())
            return ExecutionResult(data, None)
        except Exception:  # which graphql-core meets again, and puts into the answer
            context.nodes_left = nodes_left
        result: Any = super().execute_operation()
        return await result if isawaitable(result) else result

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        """Each event of a subscription is answered from the graph as it is then, and may contain as many nodes as
        another."""
        executor = super().build_per_event_executor(payload)
        if isinstance(self.context_value, Context):
            executor.context_value = self.context_value.afresh()
        return executor

    def _selection_of_query(self) -> Selection:
        root = self.schema.query_type
        if root is None:
            raise Unusual
        collected = collect_fields(self.schema, self.fragments, self.variable_values, root, self.operation)
        return self._selection(root, collected.grouped_field_set)

    def _selection(self, type_: GraphQLObjectType, grouped: Any) -> Selection:
        fields = tuple(self._field(type_, name, details) for name, details in grouped.items())
        return Selection(fields, any(field.is_async or field.shape.waits for field in fields))

    def _field(self, parent: GraphQLObjectType, name: str, details: Any) -> SelectedField:
        node = details[0].node
        if node.name.value == "__typename":
            return SelectedField(name, lambda _: parent.name, Shape(False), False, False)
        definition = self.schema.get_field(parent, node.name.value)
        field = definition and definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if definition is None or not isinstance(field, StrawberryField) or is_beyond(definition, self.context_value):
            raise Unusual
        shape = self._shape(definition.type, details)
        if field.is_basic_field:
            return SelectedField(name, attrgetter(field.python_name), shape, False, False)
        nodes = [each.node for each in details]
        raw = self.build_resolve_info(definition, nodes, parent, Path(None, name, parent.name))
        given = get_argument_values(definition, node, self.variable_values, details[0].fragment_variable_values)
        is_async = field.is_async
        from_loaders = FROM_LOADERS.items() <= field.metadata.items()
        resolver = field.base_resolver
        resolve = definition.resolve
        if resolve is None or resolver is None:
            raise Unusual
        if field.extensions or resolver.parent_parameter or resolver.root_parameter:
            return SelectedField(name, lambda source: resolve(source, raw, **given), shape, is_async, False)
        converter = self.schema.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].schema_converter
        info: Info = converter.config.info_class(_raw_info=raw, _field=field)
        arguments = convert_arguments(
            given, field.arguments, scalar_registry=converter.scalar_registry, config=converter.config, info=info
        )
        if resolver.info_parameter:
            arguments[resolver.info_parameter.name] = info
        call: Callable[..., Any] = resolver.wrapped_func  # type: ignore[assignment]
        return SelectedField(name, lambda source: call(source, **arguments), shape, is_async, from_loaders)

    def _shape(self, type_: GraphQLOutputType, details: Any) -> Shape:
        nullable = not isinstance(type_, GraphQLNonNull)
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(inner, GraphQLList):
            return Shape(nullable, items=self._shape(inner.of_type, details))
        if is_leaf_type(inner):
            return Shape(nullable, leaves=_leaves(inner))
        if not isinstance(inner, GraphQLObjectType):
            raise Unusual
        grouped = self.collect_subfields(inner, details).grouped_field_set
        return Shape(nullable, selected=self._selection(inner, grouped))


def _leaves(type_: GraphQLLeafType) -> Callable[[list[Any]], list[Any]]:
    """Returns a function that converts the values of a scalar or an enum to those of JSON."""
    convert = type_.coerce_output_value
    if (kept := _AS_THEY_ARE.get(type_.name)) is not None:
        return lambda values: [value if value is None or type(value) is kept else convert(value) for value in values]
    if not isinstance(type_, GraphQLEnumType):
        return lambda values: [None if value is None else convert(value) for value in values]
    known: dict[Any, Any] = {None: None}

    def of_enum(values: list[Any]) -> list[Any]:
        for value in set(values) - known.keys():
            known[value] = convert(value)
        return [known[value] for value in values]

    return of_enum


async def _rows(selection: Selection, objects: Sequence[Any], portions: Portions) -> list[dict[str, Any]]:
    """Returns the selected fields of each object. Raises whatever a resolver raises, and Unusual."""
    columns = await _values(selection.fields, objects, portions)
    later = [place for place, field in enumerate(selection.fields) if field.shape.waits]
    if len(later) > 1:
        waiting = [_completed(selection.fields[n].shape, columns[n], portions) for n in later]
        completed = await finished_by_tasks(waiting)
        columns = [completed[later.index(n)] if n in later else column for n, column in enumerate(columns)]
    else:
        later = []
    for place, field in enumerate(selection.fields):
        if place not in later:
            columns[place] = await _completed(field.shape, columns[place], portions)
    names = [field.name for field in selection.fields]
    rows: list[dict[str, Any]] = []
    left = zip(*columns, strict=True)
    while block := [dict(zip(names, row, strict=True)) for row in islice(left, _BLOCK)]:
        rows += block
        await portions.rest(len(block))
    return rows


async def _values(fields: Sequence[SelectedField], objects: Sequence[Any], portions: Portions) -> list[list[Any]]:
    """Returns a list for each field, of its values of the objects."""
    columns: list[list[Any]] = []
    try:
        for field in fields:
            columns.append([])  # before it is read, so that what was started is known when a resolver fails
            for start in range(0, len(objects), _BLOCK):
                part = objects[start : start + _BLOCK]
                columns[-1].extend(map(field.read, part))
                await portions.rest(len(part))
        together = [place for place, field in enumerate(fields) if field.is_async and field.from_loaders]
        apart = [place for place, field in enumerate(fields) if field.is_async and not field.from_loaders]
        ways = ((together, finished_together), (apart, finished_by_tasks))
        if waits := [_replace(columns, places, finished) for places, finished in ways if places]:
            await finished_by_tasks(waits)
    except BaseException:
        for column in columns:
            close(column)
        raise
    return columns


async def _replace(
    columns: list[list[Any]], places: Sequence[int], finished: Callable[[list[Any]], Awaitable[list[Any]]]
) -> None:
    """Replaces coroutines by their results."""
    results = iter(await finished([value for place in places for value in columns[place]]))
    for place in places:
        columns[place] = list(islice(results, len(columns[place])))


async def _completed(shape: Shape, values: list[Any], portions: Portions) -> list[Any]:
    """Returns the values as they stand in the answer. Raises Unusual for a null where there must be none."""
    present = [value for value in values if value is not None]
    if len(present) < len(values) and not shape.nullable:
        raise Unusual
    if shape.items is not None:
        done = await _completed_lists(shape.items, present, portions)
    elif shape.selected is not None:
        done = await _rows(shape.selected, present, portions)
    else:
        return await _completed_leaves(shape, values, portions)
    if len(present) == len(values):
        return done
    following = iter(done)
    return [None if value is None else next(following) for value in values]


async def _completed_leaves(shape: Shape, values: list[Any], portions: Portions) -> list[Any]:
    done: list[Any] = []
    for start in range(0, len(values), _BLOCK):
        part = shape.leaves(values[start : start + _BLOCK])
        done += part
        await portions.rest(len(part))
    return done


async def _completed_lists(shape: Shape, lists: Sequence[Sequence[Any]], portions: Portions) -> list[Any]:
    completed = iter(await _completed(shape, list(chain.from_iterable(lists)), portions))
    return [list(islice(completed, len(each))) for each in lists]
