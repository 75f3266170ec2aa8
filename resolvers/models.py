"""Models: the versions that were trained, and how good they are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import learning as learning_model
from resolvers import ids
from resolvers.connections import Node, given
from resolvers.context import Info
from resolvers.enums import ModelKind, ModelState, Trust
from resolvers.jobs import Job
from resolvers.permissions import CanEdit, IsOwner

if TYPE_CHECKING:
    from resolvers.tags import Tag

ONLY_SUGGESTED = 2.0  # the threshold of a label that is suggested and never applied


@strawberry.type(
    description="How good a version is, measured on labelled photos, or faces, by models that did not see them. All "
    "labels are taken together. The precision of tags is the one that is expected in the whole library."
)
class ModelMetrics:
    held_out: int = strawberry.field(description="The number of photos, or faces, that it was measured on.")
    precision: float = strawberry.field(description="The fraction of its predictions that are right, from 0 to 1.")
    recall: float = strawberry.field(description="The fraction of the true labels that it predicts, from 0 to 1.")
    f1: float = strawberry.field(description="The harmonic mean of precision and recall, from 0 to 1.")
    average_precision: float | None = strawberry.field(
        description="The mean over all labels of their average precision, from 0 to 1, or null if it is not measured."
    )


@strawberry.type(
    description="How good a version is for one tag or person. For a tag, the recall is measured on its examples, by "
    "models that did not see them, and the precision is that of the whole library when the version was trained. For a "
    "person, both are measured on held-out faces."
)
class LabelMetrics:
    own: strawberry.Private[learning_model.LabelMetrics]
    kind: strawberry.Private[ModelKind]
    examples: int = strawberry.field(description="The number of examples that the version learnt it from.")
    precision: float = strawberry.field(description="The fraction of its predictions that are right, from 0 to 1.")
    recall: float = strawberry.field(description="The fraction of the true labels that it predicts, from 0 to 1.")
    threshold: float = strawberry.field(
        description="The probability from which a prediction is applied. It is greater than 1 if the label is only "
        "suggested for review."
    )
    trust: Trust = strawberry.field(
        description="Whether the precision was measured on a judged sample. `tagSheet` shows the photos to judge."
    )
    judged: int = strawberry.field(description="The number of judged photos that the threshold follows from.")
    expected_precision: float = strawberry.field(
        description="The fraction, from 0 to 1, of the photos with the prediction in the whole library that are "
        "expected to be right. Corrections since the training count."
    )
    given_to: int = strawberry.field(
        description="The number of photos in the library that have the tag by this prediction alone."
    )
    gained: int = strawberry.field(
        description="The number of photos that would get the label by a prediction and did not have it when the "
        "version was trained."
    )
    lost: int = strawberry.field(
        description="The number of photos that had the label by a prediction when the version was trained, and would "
        "not have it any more."
    )
    judged_precision: float | None = strawberry.field(
        description="Of the judged photos that this version would give the tag to, the fraction, from 0 to 1, that "
        "have it. It is null if there are none, or if no version was active before."
    )
    judged_precision_before: float | None = strawberry.field(
        description="The same fraction for the version that was active when this one was trained. A tag that gets "
        "worse than that, and than its promise, is only suggested."
    )

    @strawberry.field(
        description="The name of the tag or person now. If it was deleted, the name at the time of the training."
    )
    def label(self, info: Info) -> str:
        return self._name(info)

    @strawberry.field(
        description='A sentence that says why the label is only suggested, for example "Sea not used: 21 of 24 judged '
        'photos are wrong." It is null if it is given to photos.'
    )
    def reason(self, info: Info) -> str | None:
        return self.own.why_not(self._name(info))

    @strawberry.field(description="The tag, or null if it was deleted since or if the model predicts persons.")
    def tag(self, info: Info) -> Annotated[Tag, strawberry.lazy("resolvers.tags")] | None:
        from resolvers.tags import load_tag

        return load_tag(info, self.own.label_id) if self.kind is ModelKind.TAGS else None

    def _name(self, info: Info) -> str:
        services = info.context.services
        known = services.tags if self.kind is ModelKind.TAGS else services.persons
        row = known.get(self.own.label_id)
        return row.name if row is not None else self.own.name

    @classmethod
    def of(cls, kind: ModelKind, own: learning_model.LabelMetrics) -> LabelMetrics:
        return cls(
            own=own,
            kind=kind,
            examples=own.examples,
            precision=own.precision,
            recall=own.recall,
            threshold=ONLY_SUGGESTED if own.threshold is None else own.threshold,
            trust=own.trust,
            judged=own.judged,
            expected_precision=own.expected_precision,
            given_to=own.given_to,
            gained=own.gained,
            lost=own.lost,
            judged_precision=own.judged_precision,
            judged_precision_before=own.judged_precision_before,
        )


@strawberry.type(description="A version of a model, trained on the labels that persons assigned.")
class Model(Node):
    own: strawberry.Private[learning_model.Model]
    kind: ModelKind = strawberry.field(description="What the model predicts.")
    version: int = strawberry.field(description="The number of the version, counted from 1 for each kind.")
    state: ModelState = strawberry.field(description="Whether the predictions of this version count.")
    trained_at: datetime = strawberry.field(description="When the version was trained.")
    labels: int = strawberry.field(description="The number of tags or persons that the version can predict.")
    examples: int = strawberry.field(description="The number of examples that the version was trained on.")
    reason: str = strawberry.field(description="A sentence that says why the version is in its state.")
    snapshot: str = strawberry.field(
        description="A hash of the training data. It is the same for the same photos, labels and split."
    )

    @strawberry.field(description="How good the version is for all labels together.")
    def metrics(self) -> ModelMetrics:
        own = self.own.metrics
        return ModelMetrics(
            held_out=own.held_out,
            precision=own.precision,
            recall=own.recall,
            f1=own.f1,
            average_precision=own.average_precision,
        )

    @strawberry.field(description="How good the version is for each tag or person.")
    def per_label(self) -> list[LabelMetrics]:
        return [LabelMetrics.of(self.own.kind, each) for each in self.own.per_label]

    @classmethod
    def of(cls, own: learning_model.Model) -> Model:
        return cls(
            own=own,
            id=ids.encode("Model", own.id),
            kind=own.kind,
            version=own.version,
            state=own.state,
            trained_at=own.trained_at,
            labels=own.labels,
            examples=own.examples,
            reason=own.reason,
            snapshot=own.snapshot,
        )


async def load_model(info: Info, id: str) -> Model | None:
    found = await info.context.loaders.models.load(id)
    return Model.of(found) if found is not None else None


@strawberry.type
class ModelQueries:
    @strawberry.field(
        permission_classes=[CanEdit], description="The versions of the models, newest first. Requires the role EDITOR."
    )
    async def models(
        self,
        info: Info,
        kind: Annotated[
            ModelKind | None,
            strawberry.argument(description="Returns only versions of this kind. All kinds are returned by default."),
        ] = UNSET,
    ) -> list[Model]:
        return [Model.of(each) for each in await info.context.services.models.versions(given(kind))]


@strawberry.type
class ModelMutations:
    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Starts a job that trains a new version on the labels that persons assigned. The new version "
        "becomes active if it is not worse than the active one on held-out examples. The job fails if there are too "
        "few examples. Requires the role OWNER.",
    )
    async def train(
        self, info: Info, kind: Annotated[ModelKind, strawberry.argument(description="What the model predicts.")]
    ) -> Job:
        return Job.of(await info.context.services.learning_triggers.train(kind))

    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Makes a version active, in place of the one that is. This is also how to return to an earlier "
        "version or to use a rejected one. A job then computes all predictions again. Fails with NOT_FOUND if the "
        "version is not known, and with UNAVAILABLE if its file is damaged or it was trained on the features of "
        "another backbone or embedder than the settings name. Requires the role OWNER.",
    )
    async def activate_model(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the version.")]
    ) -> Model:
        return Model.of(await info.context.services.models.activate(ids.decode("Model", id)))
