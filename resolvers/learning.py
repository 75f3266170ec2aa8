"""Training, choosing a version, and from when on a prediction counts."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from photos_graph import model
from photos_graph.errors import NotFound
from resolvers import ids
from resolvers.connections import given
from resolvers.context import Info
from resolvers.jobs import Job
from resolvers.models import Model
from resolvers.permissions import CanEdit, CanView
from resolvers.tags import Tag, load_tag


@strawberry.type
class ModelQueries:
    @strawberry.field(permission_classes=[CanView], description="Newest first.")
    async def models(self, info: Info, kind: model.ModelKind | None = UNSET) -> list[Model]:
        return [Model.of(each) for each in await info.context.services.models.versions(given(kind))]


@strawberry.type
class ModelMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="From what people said. The new version counts once it is not worse than the one before.",
    )
    async def train(self, info: Info, kind: model.ModelKind) -> Job:
        return Job.of(await info.context.services.learning_triggers.train(kind))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="That version counts from now on, also one that was rejected; all is predicted again.",
    )
    async def activate_model(self, info: Info, id: strawberry.ID) -> Model:
        return Model.of(await info.context.services.models.activate(ids.decode("Model", id)))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="A prediction with at least this probability, 0 to 1, counts; no model changes it any more.",
    )
    async def set_threshold(self, info: Info, tag: strawberry.ID, threshold: float) -> Tag:
        tag_id = ids.decode("Tag", tag)
        await info.context.services.models.set_threshold(tag_id, threshold)
        found = load_tag(info, tag_id)
        if found is None:
            raise NotFound("There is no such tag.")
        return found
