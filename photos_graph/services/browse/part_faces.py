"""Faces for those who see only some of the photos."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.faces.pages import face_id_of
from photos_graph.index import SeenIndex
from photos_graph.model.faces import Face, FaceCluster, FaceFilter
from photos_graph.search.listing import Listing, Stretch, mapped
from photos_graph.search.person_faces import RankedFaces
from photos_graph.services.browse.face_lists import part_of_clusters, part_of_ranks
from photos_graph.services.browse.faces import FaceBrowser, PageKey, ScoredPersons, part_of_faces, sole_person


class PartFaces(FaceBrowser):
    """The faces in the photos of an index of some photos, and the clusters of at least two of these faces. What is read
    is remembered by the browser of all faces, ``whole``."""

    def __init__(self, whole: FaceBrowser, index: SeenIndex) -> None:
        super().__init__(whole._graph, index)
        self._whole = whole

    async def prepare(self) -> None:
        pass

    async def by_id(self, face_ids: Sequence[str]) -> list[Face | None]:
        found = await self._whole.by_id(face_ids)
        visible = self._index.search.sets.visible
        return [face if face is not None and face.photo_number in visible else None for face in found]

    async def of_photos(self, photo_ids: Sequence[str]) -> list[list[Face]]:
        found = await self._whole.of_photos(photo_ids)
        visible = self._index.search.sets.visible
        return [[face for face in faces if face.photo_number in visible] for faces in found]

    async def counts(self, person_ids: Sequence[str]) -> list[int]:
        known = await self._seen(person_ids)
        return [len(known[id_]) for id_ in person_ids]

    async def covers(self, person_ids: Sequence[str]) -> list[str | None]:
        """Returns the cover face of each person if it is seen here, or else the best named face that is."""
        chosen = await self._whole.covers(person_ids)
        faces = await self.by_id([id_ for id_ in chosen if id_ is not None])
        seen = {face.id for face in faces if face is not None}
        known = await self._seen([id_ for id_, face in zip(person_ids, chosen, strict=True) if face not in seen])
        best = {id_: those.best_named() for id_, those in known.items()}
        return [
            face if face in seen else (face_id_of(rank) if (rank := best[id_]) is not None else None)
            for id_, face in zip(person_ids, chosen, strict=True)
        ]

    async def similar_persons(self, cluster_ids: Sequence[str]) -> list[ScoredPersons]:
        return [() for _ in cluster_ids]

    async def pages(self, keys: Sequence[PageKey]) -> list[Listing[str] | BadInput]:
        return [await self._part_page(key) for key in keys]

    async def _part_page(self, key: PageKey) -> Listing[str] | BadInput:
        wanted = key.filter
        try:
            stretch = key.stretch()
            await self.check(wanted)
        except NotFound:
            return Listing([], [], has_next=False, has_previous=False, total=0)
        except BadInput as error:
            return error
        if wanted.photo_id is not None:
            return (await self._whole.pages([key]))[0]
        if (person_id := sole_person(wanted)) is not None:
            ranks: Sequence[str] = part_of_faces((await self._seen([person_id]))[person_id], stretch)
        else:
            ranks = part_of_ranks(await self._ranks(wanted), stretch)
        return mapped(stretch.listing(ranks, lambda rank: (0, rank), total=0), face_id_of)

    async def count(self, wanted: FaceFilter) -> int:
        """Raises NotFound, as ``check`` does."""
        await self.check(wanted)
        if wanted.photo_id is not None:
            return await self._whole.count(wanted)
        if (person_id := sole_person(wanted)) is not None:
            return (await self.counts([person_id]))[0]
        return len(await self._ranks(wanted))

    async def library_count(self) -> int:
        return len(await self._ranks(FaceFilter(ignored=False)))

    async def check(self, wanted: FaceFilter) -> None:
        """Raises NotFound for a photo or a person who is not known here, and BadInput for an invalid quality."""
        if wanted.photo_id is not None and self._index.search.number_of(wanted.photo_id) is None:
            raise NotFound("There is no such photo.", about=wanted.photo_id)
        await super().check(wanted)  # which looks for the person in this index

    async def clusters_by_id(self, cluster_ids: Sequence[str]) -> list[FaceCluster | None]:
        lists = await self._whole.lists_of(self._index.search.sets.visible)
        return [lists.cluster(id_) for id_ in cluster_ids]

    async def clusters(
        self,
        min_size: int,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> Listing[FaceCluster]:
        stretch = Stretch.of(first, after, last, before)
        found = (await self._whole.lists_of(self._index.search.sets.visible)).clusters(min_size)
        some = part_of_clusters(found, stretch)
        return stretch.listing(some, lambda cluster: (cluster.size, cluster.id), len(found))

    async def _ranks(self, wanted: FaceFilter) -> list[str]:
        """Returns the ranks of the faces that match a filter, which names no photo, the best first."""
        return (await self._whole.lists_of(self._index.search.sets.visible)).ranks(wanted)

    async def _seen(self, person_ids: Sequence[str]) -> dict[str, RankedFaces]:
        """Returns the faces that are seen here of each person, best first."""
        known = await self._whole.all_of(person_ids)
        visible = self._index.search.sets.visible
        return {id_: faces.seen_in(visible) for id_, faces in known.items()}
