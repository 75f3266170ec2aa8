"""Reads faces for clients: by photo, in pages, in clusters, and with the persons whom they resemble."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from pyroaring import BitMap, FrozenBitMap

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import cluster_pages, pages, persons
from photos_graph.graph.faces.pages import face_id_of
from photos_graph.graph.faces.photo_faces import faces_of_numbers
from photos_graph.graph.library.photos import photo_numbers
from photos_graph.graph.writing import writes
from photos_graph.index import SeenIndex, Touch
from photos_graph.model.faces import Face, FaceCluster, FaceFilter, Person
from photos_graph.model.labels import TagSource
from photos_graph.remembered import Remembered, RememberedByNumber, RememberedUntilWritten
from photos_graph.search.listing import Listing, Stretch, mapped
from photos_graph.search.person_faces import RankedFaces
from photos_graph.services.browse.face_lists import FaceLists
from photos_graph.services.browse.faces_of_persons import FacesOfPersons

REMEMBERED_PERSONS = 20_000
REMEMBERED_FACES = 20_000  # of about 600 bytes each
REMEMBERED_CLUSTERS = 2_000
REMEMBERED_PAGES = 100  # of clusters
REMEMBERED_LISTS = 3  # of the faces in some of the photos, of about 270 bytes a face
BEST_FACES = 50  # of a cluster, which are remembered
ScoredPersons = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class PageKey:
    """A page of faces: the ``first`` ones that follow the cursor ``after``, or the ``last`` ones that precede
    ``before``."""

    filter: FaceFilter
    first: int | None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def stretch(self) -> Stretch:
        """Raises BadInput for an invalid cursor."""
        stretch = Stretch.of(self.first, self.after, self.last, self.before)
        for key in (stretch.after, stretch.before):
            if key is not None and not re.match(r"[0-9]{6}", key[1], re.ASCII):
                raise BadInput("This is not a cursor of this list. Take one from `pageInfo` or `edges`.")
        return stretch


class ClusterKey(NamedTuple):
    """A page of the clusters with at least so many faces."""

    least: int
    stretch: Stretch


class FaceBrowser:
    def __init__(self, graph: Graph, index: SeenIndex) -> None:
        self._graph = graph
        self._index = index
        self._of_persons = FacesOfPersons(graph, index)
        self._covers = Remembered(self._read_covers, REMEMBERED_PERSONS)
        # Whoever changes a face that somebody named touches its photo. Clusters, and likenesses of which a model is not
        # sure, change without a touch.
        self._named = RememberedByNumber(
            partial(pages.faces_by_id, graph), REMEMBERED_FACES, lambda face: face.photo_number, _is_named
        )
        unwritten = partial(writes, graph)
        self._others = RememberedUntilWritten(self._named.of, REMEMBERED_FACES, unwritten)
        self._best_of_clusters = RememberedUntilWritten(self._read_best_of_clusters, REMEMBERED_CLUSTERS, unwritten)
        self._similar = RememberedUntilWritten(self._read_similar, REMEMBERED_CLUSTERS, unwritten)
        self._clusters = RememberedUntilWritten(self._read_clusters, REMEMBERED_PAGES, unwritten)
        self._lists = RememberedUntilWritten(self._read_lists, REMEMBERED_LISTS, unwritten)
        self._reading_lists = asyncio.Lock()  # so that a request with many lists reads the faces once
        index.subscribe(self._forget)

    async def prepare(self) -> None:
        """Reads the faces of all persons, unless they were kept with the index, and their covers."""
        everybody = [person.id for person in self._index.search.persons]
        await self.by_id([cover for cover in await self.covers(everybody) if cover is not None])

    def _forget(self, touch: Touch) -> None:
        self._covers.forget(touch.persons)
        self._named.forget_numbers(touch.photos)

    async def _read_covers(self, person_ids: Sequence[str]) -> dict[str, str | None]:
        chosen = await persons.chosen_covers(self._graph, person_ids)
        faces = await self._of_persons.of([id_ for id_ in person_ids if id_ not in chosen])
        best = {id_: those.best_named() for id_, those in faces.items()}
        return chosen | {id_: face_id_of(rank) if rank is not None else None for id_, rank in best.items()}

    async def _read_best_of_clusters(self, cluster_ids: Sequence[str]) -> dict[str, list[str]]:
        known = await pages.first_of_clusters(self._graph, cluster_ids, BEST_FACES + 1)
        return {id_: known.get(id_, []) for id_ in cluster_ids}

    async def _read_similar(self, cluster_ids: Sequence[str]) -> dict[str, ScoredPersons]:
        known = await cluster_pages.similar_persons(self._graph, cluster_ids)
        return {id_: known.get(id_, ()) for id_ in cluster_ids}

    async def _read_clusters(self, keys: Sequence[ClusterKey]) -> dict[ClusterKey, Listing[FaceCluster]]:
        numbers = await cluster_pages.sizes(self._graph)
        return {
            key: key.stretch.listing(
                await cluster_pages.page(self._graph, numbers, key.least, key.stretch),
                lambda cluster: (cluster.size, cluster.id),
                sum(clusters for size, clusters in numbers.items() if size >= key.least),
            )
            for key in keys
        }

    async def _read_lists(self, parts: Sequence[FrozenBitMap]) -> dict[FrozenBitMap, FaceLists]:
        return {part: FaceLists(await faces_of_numbers(self._graph, list(part))) for part in parts}

    # batches, each of which is one query to the engine, and one more that asks whether what is remembered still holds

    async def by_id(self, face_ids: Sequence[str]) -> list[Face | None]:
        known = {id_: face for id_ in face_ids if (face := self._named.known(id_)) is not None}
        if missing := [id_ for id_ in face_ids if id_ not in known]:
            known |= await self._others.of(missing)
        return [known.get(id_) for id_ in face_ids]

    async def of_photos(self, photo_ids: Sequence[str]) -> list[list[Face]]:
        """Returns the faces of each photo from left to right, including ignored ones."""
        known = await pages.faces_of(self._graph, photo_ids)
        return [known.get(id_, []) for id_ in photo_ids]

    async def counts(self, person_ids: Sequence[str]) -> list[int]:
        """Returns the number of faces of each person, including predicted ones."""
        known = await self._of_persons.of(person_ids)
        return [len(known[id_]) for id_ in person_ids]

    async def covers(self, person_ids: Sequence[str]) -> list[str | None]:
        """Returns the cover face of each person: the chosen face, or else the best named face."""
        known = await self._covers.of(person_ids)
        return [known.get(id_) for id_ in person_ids]

    async def all_of(self, person_ids: Sequence[str]) -> dict[str, RankedFaces]:
        """Returns all faces of each person, including predicted ones."""
        return await self._of_persons.of(person_ids)

    async def lists_of(self, photos: BitMap) -> FaceLists:
        """Returns lists of the faces in the photos with these numbers, which takes as long as these have faces."""
        part = FrozenBitMap(photos)
        async with self._reading_lists:
            return (await self._lists.of([part]))[part]

    async def similar_persons(self, cluster_ids: Sequence[str]) -> list[ScoredPersons]:
        known = await self._similar.of(cluster_ids)
        return [known[id_] for id_ in cluster_ids]

    def suggested(self, scored: Iterable[tuple[str, float]]) -> list[tuple[Person, float]]:
        """Returns the suggestions without hidden persons, and without persons who have just been deleted."""
        rows = self._index.search.persons
        found = ((rows.get(id_), score) for id_, score in scored)
        return [(row, score) for row, score in found if row is not None and not row.hidden]

    # pages

    async def pages(self, keys: Sequence[PageKey]) -> list[Listing[str] | BadInput]:
        """Returns the ids of faces, best quality first; ``count`` returns the ``total``. Raises BadInput for an invalid
        cursor.

        The pages of many persons, or the first pages of many clusters, are one query to the engine at most.
        """
        persons = await self._of_persons.of([id_ for key in keys if (id_ := sole_person(key.filter)) is not None])
        clusters = await self._first_of_clusters(keys)
        return [await self._page(key, persons.get(sole_person(key.filter) or ""), clusters.get(key)) for key in keys]

    async def _first_of_clusters(self, keys: Sequence[PageKey]) -> dict[PageKey, list[str]]:
        """Returns the ranks of those keys that are first pages of one cluster."""
        alike: dict[int, dict[str, PageKey]] = {}
        for key in keys:
            if key.first is not None and (cluster := _sole_cluster(key)) is not None:
                alike.setdefault(key.first, {})[cluster] = key
        found: dict[PageKey, list[str]] = {}
        for first, owners in alike.items():
            if first <= BEST_FACES:
                ranks = await self._best_of_clusters.of(list(owners))
            else:
                ranks = await pages.first_of_clusters(self._graph, list(owners), first + 1)
            found |= {key: ranks.get(owner, [])[: first + 1] for owner, key in owners.items()}
        return found

    async def _page(
        self, key: PageKey, faces: RankedFaces | None, ranks: Sequence[str] | None
    ) -> Listing[str] | BadInput:
        """Returns a page: of ``faces`` if these are known, or of ``ranks`` if they are known already."""
        try:
            stretch = key.stretch()
        except BadInput as error:
            return error
        if faces is not None:
            ranks = part_of_faces(faces, stretch)
        elif ranks is None:
            ranks = await pages.ranks(self._graph, key.filter, stretch)
        return mapped(stretch.listing(ranks, lambda rank: (0, rank), total=0), face_id_of)

    async def count(self, wanted: FaceFilter) -> int:
        """Returns the number of faces. Those with a person are the sum of what is kept of all persons."""
        if (person_id := sole_person(wanted)) is not None:
            return (await self.counts([person_id]))[0]
        if wanted.assigned is None or replace(wanted, assigned=None, ignored=None) != FaceFilter():
            return await pages.count(self._graph, wanted)
        named = sum(await self.counts([person.id for person in self._index.search.persons]))
        if wanted.ignored is not None:
            ignored = await pages.count(self._graph, FaceFilter(assigned=True, ignored=True))
            named = ignored if wanted.ignored else named - ignored
        return named if wanted.assigned else await pages.count(self._graph, replace(wanted, assigned=None)) - named

    async def library_count(self) -> int:
        """Returns the number of all faces that are not ignored, without visiting each."""
        return await pages.count(self._graph, FaceFilter(ignored=False))

    async def check(self, wanted: FaceFilter) -> None:
        """Raises NotFound for an unknown photo or person, and BadInput for an invalid quality."""
        if wanted.min_quality is not None and not math.isfinite(wanted.min_quality):
            raise BadInput("The minimum quality must be a number from 0 to 1.")
        if wanted.photo_id is not None and not await photo_numbers(self._graph, [wanted.photo_id]):
            raise NotFound("There is no such photo.", about=wanted.photo_id)
        if wanted.person_id is not None and self._index.search.persons.get(wanted.person_id) is None:
            raise NotFound("There is no such person.", about=wanted.person_id)

    # clusters

    async def clusters_by_id(self, cluster_ids: Sequence[str]) -> list[FaceCluster | None]:
        """Takes one query to the engine."""
        known = await cluster_pages.clusters_by_id(self._graph, cluster_ids)
        return [known.get(id_) for id_ in cluster_ids]

    async def clusters(
        self,
        min_size: int,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> Listing[FaceCluster]:
        """Returns clusters of faces without a name, the largest first. Raises BadInput for an invalid cursor."""
        key = ClusterKey(max(min_size, 1), Stretch.of(first, after, last, before))
        return (await self._clusters.of([key]))[key]


def _is_named(face: Face) -> bool:
    """Returns whether somebody said who it is."""
    return face.source in (TagSource.MANUAL, TagSource.IMPORTED)


def sole_person(wanted: FaceFilter) -> str | None:
    """Returns the person all of whose faces are wanted, or None if anything else is."""
    return wanted.person_id if wanted == FaceFilter(person_id=wanted.person_id) else None


def _sole_cluster(key: PageKey) -> str | None:
    """Returns the cluster whose first page it is, or None for any other page."""
    cluster_id = key.filter.cluster_id
    return cluster_id if key == PageKey(FaceFilter(cluster_id=cluster_id), key.first) else None


def part_of_faces(faces: RankedFaces, stretch: Stretch) -> Sequence[str]:
    """Returns the ranks of the faces that a page asks for, as ``pages.ranks`` reads them."""
    after = stretch.after[1] if stretch.after is not None else ""
    before = stretch.before[1] if stretch.before is not None else None
    return faces.part(after, before, stretch.limit, stretch.from_end)
