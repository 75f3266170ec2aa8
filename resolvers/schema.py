"""The schema: what each noun brings, put together."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import ParserCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from photos_graph.settings import WebSettings
from resolvers import ids
from resolvers.changes import ChangeMutations
from resolvers.connections import Node
from resolvers.context import Context, Info
from resolvers.datasets import DatasetMutations
from resolvers.errors import PublicErrors, log_unforeseen
from resolvers.face_jobs import FaceJobMutations
from resolvers.faces import FaceQueries, load_cluster, load_face
from resolvers.folders import FolderQueries, load_folder
from resolvers.jobs import JobMutations, JobQueries, JobSubscriptions, load_job
from resolvers.learning import ModelMutations, ModelQueries
from resolvers.library import LibraryMutations, LibraryQueries
from resolvers.limits import QueryLimits, TimeLimit
from resolvers.models import load_model
from resolvers.naming import FaceMutations, PersonMutations
from resolvers.pages import PhotoQueries
from resolvers.permissions import CanView
from resolvers.persons import PersonQueries, load_person
from resolvers.photos import PhotoMutations, load_photo
from resolvers.review import ReviewMutations, ReviewQueries
from resolvers.scalars import SCALARS
from resolvers.schedules import ScheduleMutations, ScheduleQueries
from resolvers.search import SearchQueries
from resolvers.tagging import TagMutations
from resolvers.tags import TagQueries, load_tag
from resolvers.viewer import ViewerQueries


@strawberry.type
class Query(
    LibraryQueries,
    FolderQueries,
    PhotoQueries,
    SearchQueries,
    TagQueries,
    PersonQueries,
    FaceQueries,
    ModelQueries,
    ScheduleQueries,
    ReviewQueries,
    JobQueries,
    ViewerQueries,
):
    @strawberry.field(permission_classes=[CanView])
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        kind, ours = ids.parse(id)
        if kind == "Photo":
            return await load_photo(info, ours)
        if kind == "Folder":
            return load_folder(info, ours)
        if kind == "Job":
            return await load_job(info, ours)
        if kind == "Tag":
            return load_tag(info, ours)
        if kind == "Person":
            return load_person(info, ours)
        if kind == "Face":
            return await load_face(info, ours)
        if kind == "FaceCluster":
            return await load_cluster(info, ours)
        if kind == "Model":
            return await load_model(info, ours)
        return None


@strawberry.type
class Mutation(
    LibraryMutations,
    PhotoMutations,
    TagMutations,
    PersonMutations,
    FaceMutations,
    ChangeMutations,
    FaceJobMutations,
    ModelMutations,
    ScheduleMutations,
    ReviewMutations,
    JobMutations,
    DatasetMutations,
):
    pass


@strawberry.type
class Subscription(JobSubscriptions):
    pass


ANSWERED_ONCE = frozenset({OperationType.QUERY, OperationType.MUTATION})


class Schema(strawberry.Schema):
    async def execute(self, *arguments: Any, **named: Any) -> ExecutionResult:
        """Subscriptions come by ``subscribe``, over a WebSocket."""
        return await super().execute(*arguments, **{**named, "allowed_operation_types": ANSWERED_ONCE})

    async def stream(self, *arguments: Any, **named: Any) -> AsyncGenerator[Any, None]:
        if isinstance(context := named.get("context_value"), Context):
            named["context_value"] = context.for_operation()
        return await super().stream(*arguments, **named)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Only what nobody foresaw is worth a line in the log."""
        for error in errors:
            log_unforeseen(error)


def build_schema(settings: WebSettings) -> Schema:
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=[PublicErrors, ParserCache, lambda: QueryLimits(settings), lambda: TimeLimit(settings)],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def print_sdl() -> str:
    return build_schema(WebSettings()).as_str() + "\n"
