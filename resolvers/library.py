"""The library as a whole: its roots, its counts, and the files that could not be read."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph import paths
from photos_graph.errors import NotFound
from photos_graph.images import formats
from photos_graph.model import library as library_model
from photos_graph.services.storage import KeptFolder
from resolvers import ids
from resolvers.connections import After, Before, Connection, First, Last, Node, connection, given, page_sizes
from resolvers.context import Info
from resolvers.enums import RootState
from resolvers.folders import Folder, load_folder
from resolvers.permissions import CanEdit, CanView, IsOwner
from resolvers.replacements import Replacement


@strawberry.type(
    description="What would not be shown any more if a root were removed: the photos that no other root has, and what "
    "is stated about them. Nothing of it is deleted, and all of it comes back when a root with the same path is added "
    "and scanned."
)
class RootContents:
    photos: int = strawberry.field(description="The number of photos. Those of a stack count one by one.")
    folders: int = strawberry.field(description="The number of folders, with that of the root.")
    tagged_folders: int = strawberry.field(description="The number of folders that have or exclude tags of their own.")
    tagged: int = strawberry.field(description="The number of photos with a tag that is not only predicted.")
    rated: int = strawberry.field(description="The number of photos with a rating.")
    favourites: int = strawberry.field(description="The number of favourites.")
    faces: int = strawberry.field(description="The number of faces, without those that are ignored.")
    named: int = strawberry.field(description="The number of photos with a face to which a person gave a name.")
    in_albums: int = strawberry.field(description="The number of photos in albums, without smart albums.")


@strawberry.type(description="A folder of originals that the library reads. Nothing is ever written to it.")
class Root(Node):
    root: strawberry.Private[library_model.Root]
    name: str = strawberry.field(description="The name of the root, with which the paths of its folders start.")
    path: str = strawberry.field(
        permission_classes=[IsOwner],
        description="The path of the folder on the machine that runs the service. Requires the role OWNER.",
    )
    state: RootState = strawberry.field(description="Whether the folder can be read now.")

    @strawberry.field(description="The folder of the root as it appears in the library.")
    def folder(self, info: Info) -> Folder:
        folder = load_folder(info, self.root.id)
        if folder is None:
            raise NotFound("This root was removed a moment ago.")
        return folder

    @strawberry.field(
        permission_classes=[IsOwner],
        description="What would not be shown any more if the root were removed, to be asked before `removeRoot`. "
        "Requires the role OWNER.",
    )
    async def contents(self, info: Info) -> RootContents:
        return RootContents(**asdict(info.context.services.roots.contents(self.root.id)))

    @classmethod
    def of(cls, root: library_model.Root) -> Root:
        path = paths.display(root.raw_path)
        return cls(root=root, id=ids.encode("Root", root.id), name=root.name, path=path, state=root.state)


async def load_root(info: Info, id: str) -> Root | None:
    found = await info.context.loaders.roots.load(id)
    return Root.of(found) if found is not None else None


@strawberry.type(description="Whether this installation can decode files of a format.")
class FormatSupport:
    extension: str = strawberry.field(description='The file name extension without the dot, for example "jpg".')
    decoder: str = strawberry.field(
        description='The library that decodes the format: "libvips", "pillow-heif", "rawpy" or "pillow". It is "none" '
        "for a format that is recognised but cannot be decoded."
    )
    available: bool = strawberry.field(description="Whether the decoder is installed.")

    @classmethod
    def of(cls, support: formats.FormatSupport) -> FormatSupport:
        return cls(extension=support.extension, decoder=support.decoder, available=support.available)


@strawberry.type(description="A file that a step of the processing failed on, completely or in part.")
class Failure:
    path: str = strawberry.field(description="The path of the file.")
    stage: str = strawberry.field(
        description='The step that failed, for example "read", "metadata", "decode", "faces", "features", "export" or '
        '"import".'
    )
    reason: str = strawberry.field(description="A sentence that says what is wrong.")
    attempts: int = strawberry.field(description="How many times the step was tried.")
    at: datetime = strawberry.field(description="When it failed last.")

    @classmethod
    def of(cls, failure: library_model.Failure) -> Failure:
        return cls(
            path=failure.path, stage=failure.stage, reason=failure.reason, attempts=failure.attempts, at=failure.at
        )


@strawberry.type(description="Files with one extension that a scan passed over, because they are not photos.")
class PassedOver:
    extension: str = strawberry.field(
        description='The file name extension in lower case and without the dot, for example "mov". It is "other" for '
        "files without one."
    )
    count: int = strawberry.field(description="The number of these files.")


@strawberry.type(description="A disk on which the service keeps something. Numbers of bytes are whole.")
class Disk:
    keeps: list[str] = strawberry.field(
        description='What is kept on it: "data", "graph", "cache", "backups", "exports".'
    )
    path: str = strawberry.field(description="The first of the folders on it.")
    free: float = strawberry.field(description="The number of bytes that are free.")
    size: float = strawberry.field(description="The number of bytes that fit on it.")
    reserved: float = strawberry.field(description="The number of bytes that are kept free.")
    is_low: bool = strawberry.field(
        description="Whether less is free than is kept free. Back-ups and exports to this disk are refused then, and "
        "thumbnails are not kept."
    )

    @classmethod
    def of(cls, names: list[str], place: KeptFolder) -> Disk:
        space = place.space
        return cls(
            keeps=names,
            path=paths.display(bytes(place.path)),
            free=float(space.free),
            size=float(space.size),
            reserved=float(space.reserved),
            is_low=space.is_low,
        )


async def failure_page(
    info: Info, first: int | None, after: str | None, last: int | None, before: str | None, job_id: str | None = None
) -> Connection[Failure]:
    browse, (first, last) = info.context.services.browse, page_sizes(first, last)
    return connection(await browse.failures(first, given(after), last, given(before), job_id), Failure.of)


@strawberry.type(description="The library as a whole.")
class Library:
    @strawberry.field(description="The folders of originals that the library reads.")
    async def roots(self, info: Info) -> list[Root]:
        return [Root.of(root) for root in await info.context.services.roots.all()]

    @strawberry.field(
        description="The number of photos. A photo that several files contain counts once, and so does a stack."
    )
    async def photo_count(self, info: Info) -> int:
        return info.context.services.browse.photo_count()

    @strawberry.field(description="The number of files.")
    async def file_count(self, info: Info) -> int:
        return (await info.context.services.browse.library_counts()).files

    @strawberry.field(description="The number of folders, including the folders of the roots.")
    async def folder_count(self, info: Info) -> int:
        return info.context.services.folders.count()

    @strawberry.field(description="The number of faces, without those that are ignored.")
    async def face_count(self, info: Info) -> int:
        return await info.context.services.faces.library_count()

    @strawberry.field(
        permission_classes=[CanEdit],
        description="The failures of all jobs that have not been resolved since. Requires the role EDITOR.",
    )
    async def failures(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Failure]:
        return await failure_page(info, first, after, last, before)

    @strawberry.field(
        permission_classes=[CanEdit],
        description="The files that the last scans passed over, by extension, the most frequent first: videos, "
        "sidecars without a photo, and copies that a program for synchronising left after a conflict. Files in ignored "
        "folders do not count. Requires the role EDITOR.",
    )
    async def passed_over(self, info: Info) -> list[PassedOver]:
        counts = await info.context.services.roots.passed_over()
        ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        return [PassedOver(extension=extension, count=count) for extension, count in ordered]

    @strawberry.field(
        permission_classes=[IsOwner],
        description="The disks on which the service keeps something. Those of originals are not among them, since they "
        "are only read. Requires the role OWNER.",
    )
    async def disks(self, info: Info) -> list[Disk]:
        found = await asyncio.to_thread(info.context.services.storage.disks)
        return [Disk.of(names, place) for names, place in found]

    @strawberry.field(
        permission_classes=[CanEdit],
        description="The photos whose pictures were replaced by others at the same path, where it is not clear whether "
        "the new picture is an edit of the old one. A person decides with `succeedPhoto`. Requires the role EDITOR.",
    )
    async def replacements(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Replacement]:
        replacements, (first, last) = info.context.services.replacements, page_sizes(first, last)
        return connection(await replacements.page(first, given(after), last, given(before)), Replacement.of)

    @strawberry.field(
        permission_classes=[CanEdit],
        description="The file formats that are recognised, and whether this installation decodes them. Requires the "
        "role EDITOR.",
    )
    async def formats(self, info: Info) -> list[FormatSupport]:
        return [FormatSupport.of(each) for each in await info.context.services.browse.formats()]


@strawberry.type
class LibraryQueries:
    @strawberry.field(
        permission_classes=[CanView], description="The library as a whole: its roots, counts and failures."
    )
    def library(self) -> Library:
        return Library()


@strawberry.type
class LibraryMutations:
    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Adds a folder of originals to the library. Call `scan` afterwards to read it. Requires the role "
        "OWNER. Fails with BAD_INPUT if the path is not a folder that the service can read, and with CONFLICT if it "
        "overlaps another root or if the name is taken.",
    )
    async def add_root(
        self,
        info: Info,
        path: Annotated[
            str,
            strawberry.argument(
                description='The path on the machine that runs the service, for example "/mnt/photos".'
            ),
        ],
        name: Annotated[
            str | None,
            strawberry.argument(
                description="The name of the root: 1 to 255 characters without a slash. The default is the name of the "
                "folder, with a number appended if another root has it."
            ),
        ] = UNSET,
    ) -> Root:
        return Root.of(await info.context.services.roots.add(path, given(name)))

    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Removes a root, its folders and its files from the library. Originals are never touched. "
        "Everything that people stated is kept, and comes back when a root with the same path is added and scanned, so "
        "there is no undo. The root is removed by a job: if that takes long, the answer comes before the job has "
        "ended. Requires the role OWNER. Returns false if the root is not known. Fails with CONFLICT if the job was "
        "cancelled or failed; the root then stays.",
    )
    async def remove_root(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the root.")]
    ) -> bool:
        is_removed = await info.context.services.roots.remove(ids.decode("Root", id))
        info.context.removed += [id] if is_removed else []
        return is_removed
