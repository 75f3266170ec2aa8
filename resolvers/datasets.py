"""Exports and imports: jobs. The owner alone asks for them, since files leave the service, and labels come in bulk."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import DatasetFormat
from resolvers.connections import given
from resolvers.context import Info
from resolvers.enums import Certainty
from resolvers.filters import PhotoFilter, decode_filter
from resolvers.jobs import Job
from resolvers.permissions import IsOwner

strawberry.enum(DatasetFormat, description="XMP and JSON have no pictures, and can be read back.")


@strawberry.type
class DatasetMutations:
    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Labels, and pictures where the format has them, to a new folder in `export.folder`.",
    )
    async def export_dataset(
        self,
        info: Info,
        format: DatasetFormat,
        filter: PhotoFilter | None = UNSET,
        certainty: Annotated[
            Certainty, strawberry.argument(description="PREDICTED: what models say is in it too.")
        ] = Certainty.CONFIRMED,
    ) -> Job:
        exports, viewer = info.context.services.exports, info.context.known_viewer
        wanted = decode_filter(given(filter))
        return Job.of(await exports.ask(format, wanted, certainty, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[IsOwner], description="Of an export as JSON or XMP, by the name of its folder."
    )
    async def import_dataset(self, info: Info, name: str) -> Job:
        return Job.of(await info.context.services.imports.ask(name, by=info.context.known_viewer.name))
