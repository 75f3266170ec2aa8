"""Versions of what was learnt."""

from __future__ import annotations

from datetime import datetime

import strawberry

from photos_graph import model
from resolvers import ids
from resolvers.connections import Node
from resolvers.context import Info

strawberry.enum(model.ModelKind)
strawberry.enum(model.ModelState)


@strawberry.type
class Model(Node):
    kind: model.ModelKind
    version: int
    state: model.ModelState
    trained_at: datetime

    @classmethod
    def of(cls, own: model.Model) -> Model:
        return cls(
            id=ids.encode("Model", own.id),
            kind=own.kind,
            version=own.version,
            state=own.state,
            trained_at=own.trained_at,
        )


async def load_model(info: Info, id: str) -> Model | None:
    found = await info.context.loaders.models.load(id)
    return Model.of(found) if found is not None else None
