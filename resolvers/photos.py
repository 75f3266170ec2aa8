"""Photos, their files, and their labels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import library as library_model
from photos_graph.services.browse.persons import persons_of_certainty
from photos_graph.services.browse.tags import tags_of_certainty
from resolvers import ids
from resolvers.changes import BulkResult
from resolvers.connections import Node, given, page_size
from resolvers.context import Info
from resolvers.enums import (
    Certainty,
    DatePrecision,
    FileState,
    PhotoOrder,
    PhotoProperty,
    TakenSource,
    ThumbnailFormat,
    ThumbnailSize,
)
from resolvers.limits import counted
from resolvers.permissions import NEEDS_ORIGINALS, CanEdit, require_originals
from resolvers.places import Camera, Exposure, Location, Place, PlaceNames
from resolvers.scalars import LocalDateTime
from resolvers.waiting import FROM_LOADERS

if TYPE_CHECKING:
    from resolvers.albums import Album
    from resolvers.faces import Face
    from resolvers.folders import Folder
    from resolvers.persons import Person
    from resolvers.stacks import Stack
    from resolvers.tags import PhotoTag

MinCertainty = Annotated[Certainty, strawberry.argument(description="CONFIRMED leaves out what only a model predicts.")]
Format = Annotated[ThumbnailFormat, strawberry.argument(description="The file format of the picture.")]


@strawberry.type(description="A file that contains a photo.")
class PhotoFile:
    file: strawberry.Private[library_model.File]
    holder: strawberry.Private[library_model.Folder]
    path: str = strawberry.field(description="The path from the root, starting with its name.")
    byte_size: int = strawberry.field(description="The size of the file in bytes.")
    modified_at: datetime = strawberry.field(description="When the file was last modified, as the file system states.")
    state: FileState = strawberry.field(description="Whether the file can be read now.")
    content_hash: str = strawberry.field(
        description="The SHA-256 of the bytes of the file, in hexadecimal digits. The files of a photo differ in it if "
        "their metadata differ."
    )

    @strawberry.field(description="The folder that contains the file.")
    def folder(self) -> Annotated[Folder, strawberry.lazy("resolvers.folders")]:
        from resolvers.folders import Folder

        return Folder.of(self.holder)

    @classmethod
    def of(cls, file: library_model.File, folder: library_model.Folder) -> PhotoFile:
        return cls(
            file=file,
            holder=folder,
            path=f"{folder.path}/{file.name}",
            byte_size=file.size,
            modified_at=datetime.fromtimestamp(file.mtime_ns / 1e9, UTC),
            state=FileState.of(file.state),
            content_hash=file.content_hash,
        )


@strawberry.type(
    description="A photo. It is identified by its picture: files with the same picture are one photo, whatever their "
    "metadata say, and a file that is moved or renamed, or into which a program writes metadata, keeps its photo and "
    "its labels. Of several files, the one that was changed last says what the photo shows."
)
class Photo(Node):
    photo: strawberry.Private[library_model.Photo]
    name: str = strawberry.field(description='The name of the file, for example "IMG_0001.JPG".')
    width: int = strawberry.field(description="The width in pixels as displayed, with the orientation applied.")
    height: int = strawberry.field(description="The height in pixels as displayed, with the orientation applied.")
    format: str = strawberry.field(description='The file format by content, for example "JPEG", "HEIC" or "RAW".')
    byte_size: int = strawberry.field(description="The size of the file in bytes.")
    content_hash: str = strawberry.field(
        description="The SHA-256 of the bytes of the file, in hexadecimal digits. It changes when a program writes "
        "metadata into the file."
    )
    picture_hash: str = strawberry.field(
        description="A hash of the picture without its metadata, in 64 hexadecimal digits. It identifies the photo: it "
        "stays when a program writes metadata into the file. If the format of the file is not known well enough, and "
        "for a photo of an older library that has not been scanned since, it is the content hash."
    )
    taken_at: LocalDateTime | None = strawberry.field(
        description="The local time when and where the photo was taken, or null if it is not known."
    )
    taken_offset: str | None = strawberry.field(
        description='The offset of `takenAt` from UTC, for example "+02:00", or null if it is not known.'
    )
    taken_precision: DatePrecision = strawberry.field(
        description="How precisely `takenAt` is known. If only its day, month or year is known, `takenAt` is the start "
        "of it, and the photo is sorted there."
    )
    taken_source: TakenSource = strawberry.field(
        description="Where `takenAt` comes from. A date that a person stated counts as XMP."
    )
    location: Location | None = strawberry.field(description="Where the photo was taken, or null if it is not known.")
    camera: Camera | None = strawberry.field(description="The camera that took the photo, or null if it is not known.")
    rating: int | None = strawberry.field(
        description="The rating from -1 (rejected) over 0 to 5 stars, or null if the photo has none."
    )
    favourite: bool = strawberry.field(description="Whether the photo is marked as a favourite.")
    title: str | None = strawberry.field(
        description="The title that a person gave with `describePhotos`, or else the one that the file states, or null."
    )
    caption: str | None = strawberry.field(
        description="The caption that a person gave with `describePhotos`, or else the one that the file states, or "
        'null. Texts that cameras write by themselves, such as "OLYMPUS DIGITAL CAMERA", do not count.'
    )
    stated_by_people: list[PhotoProperty] = strawberry.field(
        description="The properties that people stated, with `describePhotos`, `datePhotos` or `placePhotos`, in place "
        "of the file."
    )
    creator: str | None = strawberry.field(
        description="The photographers whom the file names, separated by commas, or null if it names none."
    )
    copyright: str | None = strawberry.field(description="The copyright notice of the file, or null if it has none.")
    software: str | None = strawberry.field(
        description="The program or camera software that wrote the file, or null if it is not known."
    )
    people: list[str] = strawberry.field(
        description="The names of people whom the photo shows according to its file, which does not mark their faces. "
        "`persons` has those whose faces are known."
    )
    place_names: PlaceNames | None = strawberry.field(
        description="The names of the place that the file states, or null if it states none."
    )
    exposure: Exposure | None = strawberry.field(
        description="How the photo was exposed, or null if nothing of it is known."
    )
    placeholder: str | None = strawberry.field(
        description="A tiny blurred preview to show while the thumbnail loads: a ThumbHash in base64."
    )

    @strawberry.field(description="All files that contain this photo.", metadata=FROM_LOADERS)
    async def files(self, info: Info) -> list[PhotoFile]:
        return files_in_folders(info, await info.context.loaders.files.load(self.photo.id))

    @strawberry.field(
        description="The country, the region and the city where the photo was taken, as far as known.",
        metadata=FROM_LOADERS,
    )
    async def places(self, info: Info) -> list[Place]:
        return [Place.of(place) for place in await info.context.loaders.places.load(self.photo.id)]

    @strawberry.field(
        description="The tags that were put on this photo, by name, each once with its strongest source. The ancestors "
        "of these tags apply to the photo too and are not listed.",
        metadata=FROM_LOADERS,
    )
    async def tags(
        self, info: Info, certainty: MinCertainty = Certainty.PREDICTED
    ) -> list[Annotated[PhotoTag, strawberry.lazy("resolvers.tags")]]:
        from resolvers.tags import PhotoTag

        own = tags_of_certainty(await info.context.loaders.tags.load(self.photo.id), certainty)
        found = [PhotoTag.of(info, tag) for tag in own]
        return [tag for tag in found if tag is not None]

    @strawberry.field(description="The persons that this photo shows, by name.", metadata=FROM_LOADERS)
    async def persons(
        self, info: Info, certainty: MinCertainty = Certainty.PREDICTED
    ) -> list[Annotated[Person, strawberry.lazy("resolvers.persons")]]:
        from resolvers.persons import Person

        found = await info.context.loaders.persons.load(self.photo.id)
        return [Person.of(person) for person in persons_of_certainty(found, certainty)]

    @strawberry.field(
        description="The albums into which people put this photo or another one of its stack, by name. Smart albums "
        "are not among them. A very long list fails with TOO_COMPLEX."
    )
    def albums(self, info: Info) -> list[Annotated[Album, strawberry.lazy("resolvers.albums")]]:
        from resolvers.albums import Album

        albums = info.context.services.albums
        return [Album.of(album) for album in counted(info, lambda: albums.of_photo(self.photo.number))]

    @strawberry.field(
        description="The faces in this photo from left to right, including those that are ignored. A very long list "
        "fails with TOO_COMPLEX.",
        metadata=FROM_LOADERS,
    )
    async def faces(self, info: Info) -> list[Annotated[Face, strawberry.lazy("resolvers.faces")]]:
        from resolvers.faces import Face

        faces = await info.context.loaders.faces_of_photos.load(self.photo.id)
        return [Face.of(face) for face in counted(info, lambda: faces)]

    @strawberry.field(
        description="Photos that look similar, most similar first, without those of its own stack. The list is empty "
        "until the features of this photo have been computed.",
        metadata=FROM_LOADERS,
    )
    async def similar(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="The number of photos, from 0 to 500.")] = 20,
    ) -> list[Photo]:
        found = await info.context.loaders.similar.load((self.photo.id, page_size(first)))
        photos = await info.context.loaders.photos.load_many(found)
        return [Photo.of(photo) for photo in photos if photo is not None]

    @strawberry.field(
        description="The stack of photos that belong together with this one, or null if the photo stands alone."
    )
    def stack(self, info: Info) -> Annotated[Stack, strawberry.lazy("resolvers.stacks")] | None:
        from resolvers.stacks import Stack

        found = info.context.services.browse.stack_of(self.photo)
        return Stack.of(found) if found is not None else None

    @strawberry.field(
        description="The signed URL of a small version of the photo, relative to the address of the service unless "
        "`web.public_url` is set. It opens without a token."
    )
    def thumbnail(
        self,
        info: Info,
        size: Annotated[
            ThumbnailSize, strawberry.argument(description="The size of the thumbnail.")
        ] = ThumbnailSize.SMALL,
        format: Format = ThumbnailFormat.AUTO,
    ) -> str:
        return info.context.addresses.thumbnail(self.photo.photo_key, size, format)

    @strawberry.field(
        description="The signed URL of the unchanged file, relative to the address of the service unless "
        "`web.public_url` is set. It opens without a token and supports Range requests. Fails with FORBIDDEN for "
        "viewers, unless the setting `web.viewer_originals` allows it: `originalUrl` is null then.",
        metadata=NEEDS_ORIGINALS,
    )
    def original(self, info: Info) -> str:
        require_originals(info)
        return info.context.addresses.original(self.photo.id, self.photo.content_hash)

    @strawberry.field(
        description="The same as `original`, but null for viewers who may not have originals.",
        metadata=NEEDS_ORIGINALS,
    )
    def original_url(self, info: Info) -> str | None:
        return self.original(info) if info.context.may_open_originals else None

    @strawberry.field(
        description="The signed URL of the moving part of a Live Photo or a motion photo, relative to the address of "
        "the service unless `web.public_url` is set, or null if the photo has none. It opens without a token and "
        "supports Range requests. It is part of the original, and so null for viewers who may not have originals.",
        metadata=NEEDS_ORIGINALS,
    )
    def motion(self, info: Info) -> str | None:
        if not self.photo.has_motion or not info.context.may_open_originals:
            return None
        return info.context.addresses.motion(self.photo.id)

    @strawberry.field(
        description="The cursor that the photo has in every list of photos in this order, whatever its filter, or null "
        "if no list has the photo. Fails with BAD_INPUT for the order ALBUM, in which it has one for each album."
    )
    def cursor(
        self,
        info: Info,
        order_by: Annotated[
            PhotoOrder, strawberry.argument(description="The order of the list.")
        ] = PhotoOrder.TAKEN_DESC,
    ) -> str | None:
        return info.context.services.browse.cursor(self.photo.id, order_by)

    @classmethod
    def of(cls, photo: library_model.Photo) -> Photo:
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
            picture_hash=photo.picture_hash,
            taken_at=LocalDateTime(taken.at) if taken else None,
            taken_offset=taken.offset if taken else None,
            taken_precision=taken.precision if taken else DatePrecision.SECOND,
            taken_source=taken.source if taken else TakenSource.FILE_TIME,
            location=Location.of(photo.location),
            camera=Camera.of(photo.camera),
            rating=photo.rating,
            favourite=photo.favourite,
            title=photo.description.title,
            caption=photo.description.caption,
            stated_by_people=list(photo.stated_by_people),
            creator=", ".join(photo.description.creators) or None,
            copyright=photo.description.copyright,
            software=photo.description.software,
            people=list(photo.description.people),
            place_names=PlaceNames.of(photo.description),
            exposure=Exposure.of(photo.exposure),
            placeholder=photo.placeholder,
        )


def files_in_folders(info: Info, files: Sequence[library_model.File]) -> list[PhotoFile]:
    folders = info.context.services.folders.by_id([file.folder_id for file in files])
    # A folder that was removed a moment ago takes its files along.
    return [PhotoFile.of(file, folder) for file, folder in zip(files, folders, strict=True) if folder is not None]


async def find_photo(info: Info, id: str) -> Photo | None:
    """Loads the photo, or the one that succeeded it."""
    return await load_photo(info, await info.context.loaders.current_photo_ids.load(id))


async def load_photo(info: Info, id: str) -> Photo | None:
    photo = info.context.services.browse.remembered_photo(id) or await info.context.loaders.photos.load(id)
    return Photo.of(photo) if photo is not None else None


PhotoIds = Annotated[
    list[strawberry.ID], strawberry.argument(description="The ids of up to 10,000 photos. Repeated ids count once.")
]


@strawberry.type
class PhotoMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Rates photos. Files are not changed. Fails with BAD_INPUT if the rating is out of range or there "
        "are too many photos, and with NOT_FOUND, changing nothing, if one of the photos is not known.",
    )
    async def rate_photos(
        self,
        info: Info,
        photos: PhotoIds,
        rating: Annotated[
            int | None,
            strawberry.argument(description="From -1 (rejected) to 5. Null, the default, removes the rating."),
        ] = UNSET,
    ) -> BulkResult:
        ratings, viewer = info.context.services.ratings, info.context.known_viewer
        return BulkResult.of(await ratings.rate(ids.decode_all("Photo", photos), given(rating), by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Marks photos as favourites or removes the mark. Fails with BAD_INPUT if there are too many "
        "photos, and with NOT_FOUND, changing nothing, if one of the photos is not known.",
    )
    async def favourite_photos(
        self,
        info: Info,
        photos: PhotoIds,
        favourite: Annotated[bool, strawberry.argument(description="True sets the mark, false removes it.")],
    ) -> BulkResult:
        ratings, viewer = info.context.services.ratings, info.context.known_viewer
        return BulkResult.of(await ratings.favourite(ids.decode_all("Photo", photos), favourite, by=viewer.name))
