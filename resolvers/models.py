"""Versions of what was learnt, and how good they are."""

from __future__ import annotations

from datetime import datetime

import strawberry

from photos_graph import model
from resolvers import ids
from resolvers.connections import Node
from resolvers.context import Info

strawberry.enum(model.ModelKind)
strawberry.enum(model.ModelState)

NEVER = 2.0  # threshold of a label that is only suggested


@strawberry.type(description="On photos, or faces, that were held out from training.")
class ModelMetrics:
    held_out: int = strawberry.field(description="How many it was measured on.")
    precision: float
    recall: float
    f1: float
    average_precision: float | None


@strawberry.type
class LabelMetrics:
    label: str = strawberry.field(description="The name of the tag or person when it was trained.")
    examples: int
    precision: float
    recall: float
    threshold: float = strawberry.field(description="From which on it is given; above 1 where it is only suggested.")


@strawberry.type
class Model(Node):
    own: strawberry.Private[model.Model]
    kind: model.ModelKind
    version: int
    state: model.ModelState
    trained_at: datetime
    labels: int = strawberry.field(description="Tags or persons that it knows.")
    examples: int
    reason: str = strawberry.field(description="Why it is in that state.")
    snapshot: str = strawberry.field(description="The same for the same photos, labels and split.")

    @strawberry.field
    def metrics(self) -> ModelMetrics:
        own = self.own.metrics
        return ModelMetrics(
            held_out=own.held_out,
            precision=own.precision,
            recall=own.recall,
            f1=own.f1,
            average_precision=own.average_precision,
        )

    @strawberry.field
    def per_label(self) -> list[LabelMetrics]:
        return [
            LabelMetrics(
                label=each.name,
                examples=each.examples,
                precision=each.precision,
                recall=each.recall,
                threshold=NEVER if each.threshold is None else each.threshold,
            )
            for each in self.own.per_label
        ]

    @classmethod
    def of(cls, own: model.Model) -> Model:
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
