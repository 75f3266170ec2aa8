"""Exports, imports and back-ups, which run as jobs. Only the owner may start them: files leave the service, and labels
change in bulk."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from resolvers.connections import given
from resolvers.context import Info
from resolvers.enums import Certainty, DatasetFormat, Stacks
from resolvers.filters import PhotoFilter, decode_filter
from resolvers.jobs import Job
from resolvers.permissions import IsOwner


@strawberry.type
class DatasetMutations:
    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Starts an export of labels, and of pictures if the format contains them, into a new folder inside "
        "`export.folder`. An equal export that failed or was cancelled is continued instead. Requires the role OWNER. "
        "Fails with BAD_INPUT if the filter makes no sense, and with NOT_FOUND if it names an unknown folder.",
    )
    async def export_dataset(
        self,
        info: Info,
        format: Annotated[DatasetFormat, strawberry.argument(description="The format of the export.")],
        filter: Annotated[
            PhotoFilter | None,
            strawberry.argument(description="Which photos to export. All photos are exported by default."),
        ] = UNSET,
        certainty: Annotated[
            Certainty,
            strawberry.argument(description="Which labels to export. PREDICTED includes those that models predict."),
        ] = Certainty.CONFIRMED,
        stacks: Annotated[
            Stacks,
            strawberry.argument(
                description="How to treat stacks of photos that belong together. A backup of all labels needs EXPANDED."
            ),
        ] = Stacks.COLLAPSED,
    ) -> Job:
        exports, viewer = info.context.services.exports, info.context.known_viewer
        wanted = decode_filter(given(filter))
        return Job.of(await exports.ask(format, wanted, certainty, by=viewer.name, stacks=stacks))

    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Starts an import of the labels of an export in the format JSON or XMP. Importing the same labels "
        "again changes nothing. The closing message of the job lists the changes, to be passed to `undo`. Requires the "
        "role OWNER. Fails with BAD_INPUT if the name is not valid, and with NOT_FOUND if there is no such export.",
    )
    async def import_dataset(
        self,
        info: Info,
        name: Annotated[
            str, strawberry.argument(description="The name of the folder of the export inside `export.folder`.")
        ],
    ) -> Job:
        return Job.of(await info.context.services.imports.ask(name, by=info.context.known_viewer.name))

    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Starts a back-up of everything that people stated and set, and of what models found, to a new "
        "file in `backup.folder`. The closing message of the job names the file, which `photos-graph restore` "
        "restores. Originals are not in it. Requires the role OWNER.",
    )
    async def backup(self, info: Info) -> Job:
        return Job.of(await info.context.services.backups.ask())
