"""Photos, and what is said about them."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph import model
from photos_graph.web.urls import original_url, thumbnail_url
from resolvers import ids
from resolvers.changes import BulkResult
from resolvers.connections import Node, given, page_size
from resolvers.context import Info
from resolvers.enums import Certainty
from resolvers.limits import counted
from resolvers.permissions import CanEdit
from resolvers.places import Camera, Location, Place
from resolvers.scalars import LocalDateTime

if TYPE_CHECKING:
    from resolvers.faces import Face
    from resolvers.folders import Folder
    from resolvers.persons import Person
    from resolvers.tags import PhotoTag

strawberry.enum(model.TakenSource)
strawberry.enum(model.ThumbnailSize, description="Longest edge 160, 320, 960, 1920; a picture is never enlarged.")
strawberry.enum(model.ThumbnailFormat, description="AUTO: by the Accept header.")


@strawberry.enum
class FileState(StrEnum):
    PRESENT = "PRESENT"
    OFFLINE = "OFFLINE"
    MISSING = "MISSING"

    @classmethod
    def of(cls, state: model.FileState) -> FileState:
        """A file that is seen but not read again yet is there all the same."""
        return cls.PRESENT if state is model.FileState.PENDING else cls(state.value)


@strawberry.type(description="A path that holds a photo's bytes.")
class PhotoFile:
    file: strawberry.Private[model.File]
    holder: strawberry.Private[model.Folder]
    path: str
    byte_size: int
    modified_at: datetime
    state: FileState

    @strawberry.field
    def folder(self) -> Annotated[Folder, strawberry.lazy("resolvers.folders")]:
        from resolvers.folders import Folder

        return Folder.of(self.holder)

    @classmethod
    def of(cls, file: model.File, folder: model.Folder) -> PhotoFile:
        return cls(
            file=file,
            holder=folder,
            path=f"{folder.path}/{file.name}",
            byte_size=file.size,
            modified_at=datetime.fromtimestamp(file.mtime_ns / 1e9, UTC),
            state=FileState.of(file.state),
        )


@strawberry.type(description="A picture, however many files hold it.")
class Photo(Node):
    photo: strawberry.Private[model.Photo]
    name: str
    width: int = strawberry.field(description="As displayed, orientation applied.")
    height: int
    format: str
    byte_size: int
    content_hash: str
    taken_at: LocalDateTime | None
    taken_offset: str | None = strawberry.field(description='Like "+02:00", where known.')
    taken_source: model.TakenSource
    location: Location | None
    camera: Camera | None
    rating: int | None = strawberry.field(description="-1 (rejected) to 5.")
    favourite: bool
    placeholder: str | None = strawberry.field(description="ThumbHash, base64.")

    @strawberry.field(description="Every path that holds these bytes.")
    async def files(self, info: Info) -> list[PhotoFile]:
        files = await info.context.loaders.files.load(self.photo.id)
        folders = info.context.services.browse.folders_by_id([file.folder_id for file in files])
        # A folder that was removed a moment ago takes its files along.
        return [PhotoFile.of(file, folder) for file, folder in zip(files, folders, strict=True) if folder is not None]

    @strawberry.field(description="Country, region, city.")
    async def places(self, info: Info) -> list[Place]:
        return [Place.of(place) for place in await info.context.loaders.places.load(self.photo.id)]

    @strawberry.field(description="Those that were put on it, by name; the tags above them are implied.")
    async def tags(
        self, info: Info, certainty: Certainty = Certainty.PREDICTED
    ) -> list[Annotated[PhotoTag, strawberry.lazy("resolvers.tags")]]:
        from resolvers.tags import PhotoTag

        said = [
            PhotoTag.of(info, tag)
            for tag in await info.context.loaders.tags.load(self.photo.id)
            if certainty is Certainty.PREDICTED or tag.source is not model.TagSource.PREDICTED
        ]
        return [tag for tag in said if tag is not None]

    @strawberry.field(description="Who is in it, by name.")
    async def persons(
        self, info: Info, certainty: Certainty = Certainty.PREDICTED
    ) -> list[Annotated[Person, strawberry.lazy("resolvers.persons")]]:
        from resolvers.persons import Person

        return [
            Person.of(person)
            for person, predicted in await info.context.loaders.persons.load(self.photo.id)
            if certainty is Certainty.PREDICTED or not predicted
        ]

    @strawberry.field(description="From left to right, those that are ignored too.")
    async def faces(self, info: Info) -> list[Annotated[Face, strawberry.lazy("resolvers.faces")]]:
        from resolvers.faces import Face

        faces = await info.context.loaders.faces_of_photos.load(self.photo.id)
        return [Face.of(face) for face in counted(info, lambda: faces)]

    @strawberry.field(description="Photos that look like it, the most similar first; none before it was described.")
    async def similar(self, info: Info, first: int = 20) -> list[Photo]:
        found = await info.context.loaders.similar.load((self.photo.id, page_size(first)))
        photos = await info.context.loaders.photos.load_many(found)
        return [Photo.of(photo) for photo in photos if photo is not None]

    @strawberry.field(description="URL of a light copy.")
    def thumbnail(
        self,
        info: Info,
        size: model.ThumbnailSize = model.ThumbnailSize.SMALL,
        format: model.ThumbnailFormat = model.ThumbnailFormat.AUTO,
    ) -> str:
        return thumbnail_url(info.context.signer, self.photo.id, size, format)

    @strawberry.field(description="URL of the file's own bytes; supports Range.")
    def original(self, info: Info) -> str:
        return original_url(info.context.signer, self.photo.id)

    @classmethod
    def of(cls, photo: model.Photo) -> Photo:
        taken = photo.taken
        return cls(
            photo=photo,
            id=ids.encode("Photo", photo.id),
            name=photo.name,
            width=photo.width,
            height=photo.height,
            format=photo.format,
            byte_size=photo.byte_size,
            content_hash=photo.content_hash,
            taken_at=LocalDateTime(taken.at) if taken else None,
            taken_offset=taken.offset if taken else None,
            taken_source=taken.source if taken else model.TakenSource.FILE_TIME,
            location=Location.of(photo.location),
            camera=Camera.of(photo.camera),
            rating=photo.rating,
            favourite=photo.favourite,
            placeholder=photo.placeholder,
        )


async def load_photo(info: Info, id: str) -> Photo | None:
    photo = await info.context.loaders.photos.load(id)
    return Photo.of(photo) if photo is not None else None


@strawberry.type
class PhotoMutations:
    @strawberry.mutation(permission_classes=[CanEdit], description="-1 (rejected) to 5; null for none.")
    async def rate_photos(self, info: Info, photos: list[strawberry.ID], rating: int | None = UNSET) -> BulkResult:
        labels, viewer = info.context.services.ratings, info.context.known_viewer
        return BulkResult.of(await labels.rate(ids.decode_all("Photo", photos), given(rating), by=viewer.name))

    @strawberry.mutation(permission_classes=[CanEdit])
    async def favourite_photos(self, info: Info, photos: list[strawberry.ID], favourite: bool) -> BulkResult:
        labels, viewer = info.context.services.ratings, info.context.known_viewer
        return BulkResult.of(await labels.favourite(ids.decode_all("Photo", photos), favourite, by=viewer.name))
