"""The library as a whole: its roots, its counts, and what could not be read."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import UNSET

from photos_graph import model, paths
from photos_graph.errors import NotFound
from photos_graph.images import formats
from resolvers import ids
from resolvers.connections import Connection, connection, given, page_size
from resolvers.context import Info
from resolvers.folders import Folder, load_folder
from resolvers.permissions import CanView, IsOwner

strawberry.enum(model.RootState)


@strawberry.type(description="A folder of originals; never written to.")
class Root:
    root: strawberry.Private[model.Root]
    id: strawberry.ID
    name: str
    path: str
    state: model.RootState

    @strawberry.field
    def folder(self, info: Info) -> Folder:
        folder = load_folder(info, self.root.id)
        if folder is None:
            raise NotFound("This root was removed a moment ago.")
        return folder

    @classmethod
    def of(cls, root: model.Root) -> Root:
        path = paths.display(root.raw_path)
        return cls(root=root, id=ids.encode("Root", root.id), name=root.name, path=path, state=root.state)


@strawberry.type
class FormatSupport:
    extension: str
    decoder: str
    available: bool

    @classmethod
    def of(cls, support: formats.FormatSupport) -> FormatSupport:
        return cls(extension=support.extension, decoder=support.decoder, available=support.available)


@strawberry.type(description="A file that could not be read, or not in full.")
class Failure:
    path: str
    stage: str
    reason: str
    attempts: int
    at: datetime

    @classmethod
    def of(cls, failure: model.Failure) -> Failure:
        return cls(
            path=failure.path, stage=failure.stage, reason=failure.reason, attempts=failure.attempts, at=failure.at
        )


async def failure_page(
    info: Info, first: int | None, after: str | None, job_id: str | None = None
) -> Connection[Failure]:
    browse = info.context.services.browse
    return connection(await browse.failures(page_size(first), given(after), job_id), Failure.of)


@strawberry.type
class Library:
    @strawberry.field
    async def roots(self, info: Info) -> list[Root]:
        return [Root.of(root) for root in await info.context.services.roots.all()]

    @strawberry.field
    async def photo_count(self, info: Info) -> int:
        return len(info.context.services.index.search)

    @strawberry.field
    async def file_count(self, info: Info) -> int:
        return (await info.context.services.browse.library_counts()).files

    @strawberry.field
    async def folder_count(self, info: Info) -> int:
        return len(info.context.services.index.search.folders)

    @strawberry.field(description="Without those that are ignored.")
    async def face_count(self, info: Info) -> int:
        return await info.context.services.faces.library_count()

    @strawberry.field
    async def failures(self, info: Info, first: int | None = UNSET, after: str | None = UNSET) -> Connection[Failure]:
        return await failure_page(info, first, after)

    @strawberry.field(description="What this installation can decode.")
    async def formats(self, info: Info) -> list[FormatSupport]:
        return [FormatSupport.of(each) for each in await info.context.services.browse.formats()]


@strawberry.type
class LibraryQueries:
    @strawberry.field(permission_classes=[CanView])
    def library(self) -> Library:
        return Library()


@strawberry.type
class LibraryMutations:
    @strawberry.mutation(permission_classes=[IsOwner])
    async def add_root(self, info: Info, path: str, name: str | None = UNSET) -> Root:
        return Root.of(await info.context.services.roots.add(path, given(name)))

    @strawberry.mutation(permission_classes=[IsOwner], description="Forgets entries; never touches originals.")
    async def remove_root(self, info: Info, id: strawberry.ID) -> bool:
        return await info.context.services.roots.remove(ids.decode("Root", id))
