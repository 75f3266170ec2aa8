"""Photos for those who see only some of them."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.errors import Forbidden
from photos_graph.images.formats import FormatSupport
from photos_graph.index import SeenIndex
from photos_graph.model.library import Failure, Photo
from photos_graph.search.listing import Listing
from photos_graph.services.browse.photos import LibraryCounts, PhotoBrowser


class PartPhotos(PhotoBrowser):
    """The photos of an index of some photos. What is read is remembered by the browser of all photos, ``whole``."""

    def __init__(self, whole: PhotoBrowser, index: SeenIndex) -> None:
        super().__init__(whole._graph, index, whole._pool)
        self._whole = whole

    async def library_counts(self) -> LibraryCounts:
        raise Forbidden("Your token shows only some of the photos, of which the files are not counted.")

    async def failures(
        self,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
        job_id: str | None = None,
    ) -> Listing[Failure]:
        raise Forbidden("Your token shows only some of the photos, and not what failed.")

    async def formats(self) -> list[FormatSupport]:
        return await self._whole.formats()

    async def photos_by_id(self, ids: Sequence[str]) -> list[Photo | None]:
        """Returns None for a photo that is not in the index, also if it exists."""
        found = await self._whole.photos_by_id(ids)
        return [self._if_seen(photo) for photo in found]

    def remembered_photo(self, photo_id: str) -> Photo | None:
        return self._if_seen(self._whole.remembered_photo(photo_id))

    def _if_seen(self, photo: Photo | None) -> Photo | None:
        return photo if photo is not None and photo.number in self._index.search.sets.visible else None
