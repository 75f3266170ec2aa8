"""The schema: the fields that each noun brings, put together.

A photo has faces, a face has a person, and a person has photos: the types of a graph refer to one another in a circle,
and so do their modules. This is inherent in GraphQL, and one file of all types would be longer than anybody wants to
read. So a module imports the types of the nouns that it builds on, and refers to the others by ``strawberry.lazy`` with
an import inside the resolver.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from copy import copy
from functools import cache
from inspect import isawaitable
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from photos_graph.errors import BadInput, PhotosGraphError, Unauthenticated
from photos_graph.model.access import Role
from photos_graph.monitoring import Metrics
from photos_graph.settings import WebSettings
from resolvers import ids
from resolvers.access import AccessMutations, AccessQueries, load_access_token, load_session
from resolvers.album_mutations import AlbumMutations
from resolvers.albums import AlbumQueries, load_album
from resolvers.changes import ChangeMutations, ChangeQueries, ChangeSubscriptions, load_change
from resolvers.clusters import ClusterJobMutations, ClusterMutations, ClusterQueries, load_cluster
from resolvers.connections import MAX_PAGE, Node
from resolvers.context import Context, Info
from resolvers.datasets import DatasetMutations
from resolvers.document_reader import Reader
from resolvers.errors import PublicErrors, log_unforeseen, public
from resolvers.execution import LevelExecutor
from resolvers.faces import FaceJobMutations, FaceMutations, FaceQueries, load_face
from resolvers.folders import FolderQueries, load_folder
from resolvers.jobs import JobMutations, JobQueries, JobSubscriptions, load_job
from resolvers.library import LibraryMutations, LibraryQueries, load_root
from resolvers.limits import QueryLimits, TimeLimit, counted
from resolvers.map import MapQueries
from resolvers.measuring import Measuring
from resolvers.models import ModelMutations, ModelQueries, load_model
from resolvers.moved_photos import PhotoSubscriptions
from resolvers.outcomes import OutcomeQueries
from resolvers.pages import PhotoQueries
from resolvers.parsing import Parsing
from resolvers.permissions import CanEdit, CanView
from resolvers.persons import PersonMutations, PersonQueries, load_person
from resolvers.photos import PhotoMutations, find_photo
from resolvers.places import load_place
from resolvers.predicted_tags import PredictedTagMutations
from resolvers.properties import PropertyMutations
from resolvers.replacements import ReplacementMutations
from resolvers.review import ReviewMutations, ReviewQueries, load_item
from resolvers.scalars import SCALARS
from resolvers.schedules import ScheduleMutations, ScheduleQueries
from resolvers.scoped_fields import KINDS, keep_to_scopes
from resolvers.search import SearchQueries
from resolvers.sheets import SheetMutations, SheetQueries
from resolvers.similar_groups import SimilarGroupQueries, load_group
from resolvers.stacks import StackMutations, load_stack
from resolvers.suggestions import SuggestionQueries, load_suggestion
from resolvers.tagging import TaggingMutations
from resolvers.tags import TagMutations, TagQueries, ThresholdMutations, load_tag
from resolvers.timeline import TimelineQueries
from resolvers.trips import TripMutations, TripQueries, load_trip
from resolvers.viewer import ViewerQueries

NODES: Mapping[str, Callable[[Info, str], Awaitable[Node | None] | Node | None]] = {
    "Photo": find_photo,
    "Folder": load_folder,
    "Job": load_job,
    "Tag": load_tag,
    "Person": load_person,
    "Face": load_face,
    "FaceCluster": load_cluster,
    "Model": load_model,
    "Stack": load_stack,
    "Change": load_change,
    "Root": load_root,
    "Place": load_place,
    "ReviewItem": load_item,
    "Trip": load_trip,
    "SimilarGroup": load_group,
    "Album": load_album,
    "Suggestion": load_suggestion,
    "AccessToken": load_access_token,
    "Session": load_session,
}
# The kinds that not every viewer finds. To others, such an id is one of nothing.
NODE_ROLES: Mapping[str, Role] = {
    "Job": Role.EDITOR,
    "Model": Role.EDITOR,
    "ReviewItem": Role.EDITOR,
    "AccessToken": Role.OWNER,
    "Session": Role.OWNER,
}


async def find_node(info: Info, kind: str, ours: str) -> Node | None:
    """Returns None for what does not exist, and for what the viewer may not see."""
    may_find = info.context.known_viewer.may(NODE_ROLES.get(kind, Role.VIEWER))
    is_kept = info.context.scope is None or kind in KINDS
    load = NODES.get(kind) if may_find and is_kept else None
    found = load(info, ours) if load is not None else None
    return await found if isawaitable(found) else found


@strawberry.type(
    description="What can be read. Every field requires at least the role VIEWER. An error has a code in "
    "`extensions.code`: BAD_INPUT, NOT_FOUND, CONFLICT, UNAUTHENTICATED, FORBIDDEN, UNAVAILABLE, UNKNOWN_OUTCOME, "
    "TOO_COMPLEX or INTERNAL."
)
class Query(
    LibraryQueries,
    FolderQueries,
    PhotoQueries,
    TimelineQueries,
    MapQueries,
    SearchQueries,
    SuggestionQueries,
    TagQueries,
    AlbumQueries,
    PersonQueries,
    FaceQueries,
    ClusterQueries,
    ModelQueries,
    SheetQueries,
    ScheduleQueries,
    ReviewQueries,
    TripQueries,
    SimilarGroupQueries,
    ChangeQueries,
    OutcomeQueries,
    JobQueries,
    ViewerQueries,
    AccessQueries,
):
    @strawberry.field(
        permission_classes=[CanView],
        description="Finds an object of any type by its global id. Returns null if there is none. Fails with BAD_INPUT "
        "if the id is not valid.",
    )
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The global id of the object.")]
    ) -> Node | None:
        return await find_node(info, *ids.parse(id))

    @strawberry.field(
        permission_classes=[CanView],
        description="Finds objects of any types by their global ids, in this order, with null where there is none. "
        "Fails with BAD_INPUT if an id is not valid or if there are more than 500, and with TOO_COMPLEX if so many "
        "objects contain too much.",
    )
    async def nodes(
        self,
        info: Info,
        global_ids: Annotated[
            list[strawberry.ID], strawberry.argument(name="ids", description="Up to 500 global ids.")
        ],
    ) -> list[Node | None]:
        if len(global_ids) > MAX_PAGE:
            raise BadInput(f"Up to {MAX_PAGE} objects can be asked for at once.")
        wanted = counted(info, lambda: [ids.parse(each) for each in global_ids])
        return await asyncio.gather(*(find_node(info, kind, ours) for kind, ours in wanted))

    @strawberry.field(
        permission_classes=[CanView],
        description="The queries again, so that the error of one part of a page does not take the others with it: an "
        "error in `people: query { persons { totalCount } }` makes `people` null and nothing else.",
    )
    def query(self) -> Query | None:
        return Query()


@strawberry.type(
    description="What can be changed. Every field requires at least the role EDITOR; without it the call fails with "
    "FORBIDDEN."
)
class Mutation(
    LibraryMutations,
    PhotoMutations,
    PropertyMutations,
    StackMutations,
    ReplacementMutations,
    TagMutations,
    TaggingMutations,
    PredictedTagMutations,
    AlbumMutations,
    AccessMutations,
    PersonMutations,
    ClusterMutations,
    FaceMutations,
    ChangeMutations,
    FaceJobMutations,
    ClusterJobMutations,
    ModelMutations,
    SheetMutations,
    ThresholdMutations,
    ScheduleMutations,
    ReviewMutations,
    TripMutations,
    JobMutations,
    DatasetMutations,
):
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="The queries, to be asked after the mutations of the same request, so that its answer has what "
        "they changed elsewhere.",
    )
    def query(self) -> Query | None:
        return Query()


@strawberry.type(
    description="What can be watched, over a WebSocket with the protocol graphql-transport-ws, or as server-sent "
    "events. Every field requires at least the role VIEWER."
)
class Subscription(JobSubscriptions, ChangeSubscriptions, PhotoSubscriptions):
    pass


ANSWERED_ONCE = frozenset({OperationType.QUERY, OperationType.MUTATION})


class Schema(strawberry.Schema):
    reader: Reader

    async def execute(self, *arguments: Any, **named: Any) -> ExecutionResult:
        """Subscriptions are not executed here but by ``stream``, as events or over a WebSocket."""
        return await super().execute(*arguments, **{"allowed_operation_types": ANSWERED_ONCE, **named})

    async def stream(self, *arguments: Any, **named: Any) -> AsyncGenerator[Any, None]:
        context = named.get("context_value")
        if not isinstance(context, Context):
            return await super().stream(*arguments, **named)
        named["context_value"] = fresh = context.afresh()
        scope = _scope_of(fresh)
        return _while_let_in(fresh, scope, await super().stream(*arguments, **named))

    async def _prepare_operation_async(
        self, context: ExecutionContext, extensions_runner: SchemaExtensionsRunner
    ) -> PreExecutionError | None:
        """Makes an answer of what the extensions refuse while a document is read, also for streams; strawberry has no
        public way to it."""
        try:
            return await super()._prepare_operation_async(context, extensions_runner)
        except (GraphQLError, PhotosGraphError) as error:
            problem = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
            context.pre_execution_errors = [problem]
            return PreExecutionError(data=None, errors=[problem])

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Only unforeseen errors are logged."""
        for error in errors:
            log_unforeseen(error)


def _scope_of(context: Context) -> str | None:
    with suppress(Unauthenticated):  # which the subscription meets itself
        return context.scope
    return None


async def _while_let_in(
    context: Context, scope: str | None, results: AsyncGenerator[Any, None]
) -> AsyncGenerator[Any, None]:
    """Passes results on until the token or the session of the viewer ends, or the token shows other photos, and then
    ends with that error."""
    async with aclosing(results):
        async for result in results:
            try:
                _ = context.known_viewer
                if context.scope != scope:
                    raise Unauthenticated("Your token shows other photos now. Connect again.")
            except Unauthenticated as error:
                yield ExecutionResult(None, [public(GraphQLError(error.public_message, original_error=error))])
                return
            yield result


def build_schema(settings: WebSettings, slow_seconds: float = 1, metrics: Metrics | None = None) -> Schema:
    """``slow_seconds``: operations that take longer are logged. ``metrics`` count those of clients."""
    reader = Reader(settings)
    schema = _with_types_of(_converted())
    schema.extensions = (
        lambda: Measuring(slow_seconds, metrics),
        PublicErrors,
        lambda: Parsing(reader),
        lambda: QueryLimits(settings, reader),
        lambda: TimeLimit(settings),
    )
    schema.reader = reader
    return schema


@cache
def _converted() -> Schema:
    """Returns a schema without extensions. Its types are the same for all schemas, and take long to convert."""
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=LevelExecutor,
    )
    keep_to_scopes(schema._schema)  # strawberry has no public way to it
    return schema


def _with_types_of(other: Schema) -> Schema:
    """Returns a copy. That of graphql-core, which strawberry keeps, leads from the types to the schema."""
    schema = copy(other)
    schema._schema = copy(other._schema)
    schema._schema.extensions = {**other._schema.extensions, GraphQLCoreConverter.DEFINITION_BACKREF: schema}
    schema._schema._strawberry_schema = schema  # type: ignore[attr-defined]
    return schema


def print_sdl() -> str:
    return build_schema(WebSettings()).as_str() + "\n"
