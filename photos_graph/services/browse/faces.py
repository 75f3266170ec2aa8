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
from photos_graph.graph.faces.pages import RankedFace, face_id_of
from photos_graph.graph.faces.photo_faces import faces_of_numbers
from photos_graph.graph.library.photos import photo_numbers
from photos_graph.graph.writing import writes
from photos_graph.index import SeenIndex, Touch
from photos_graph.model.faces import Face, FaceCluster, FaceFilter, Person
from photos_graph.model.labels import TagSource
from photos_graph.remembered import Remembered, RememberedByNumber, RememberedUntilWritten
from photos_graph.search.listing import Listing, Stretch, mapped
from photos_graph.services.browse.face_lists import FaceLists

REMEMBERED_PERSONS = 20_000
REMEMBERED_WHOLE = 300  # persons of whom all faces are, of about 150 bytes each
REMEMBERED_FACES = 20_000  # of about 600 bytes each
REMEMBERED_CLUSTERS = 2_000
REMEMBERED_PAGES = 100  # of clusters
REMEMBERED_LISTS = 3  # of the faces in some of the photos, of about 270 bytes a face
BEST_FACES = 50  # of a person or a cluster, which are remembered
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
        self._counts = Remembered(partial(persons.face_counts, graph), REMEMBERED_PERSONS)
        self._covers = Remembered(self._read_covers, REMEMBERED_PERSONS)
        self._best = Remembered(self._read_best, REMEMBERED_PERSONS)
        self._all = Remembered(partial(pages.all_of_persons, graph), REMEMBERED_WHOLE)
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
        """Reads the covers, the numbers of faces and the best faces of all persons, which take as long as these have
        faces."""
        everybody = [person.id for person in self._index.search.persons]
        await self.counts(everybody)
        await self.by_id([cover for cover in await self.covers(everybody) if cover is not None])
        await self._best.of(everybody)

    def _forget(self, touch: Touch) -> None:
        self._counts.forget(touch.persons)
        self._covers.forget(touch.persons)
        self._best.forget(touch.persons)
        self._all.forget(touch.persons)
        self._named.forget_numbers(touch.photos)

    async def _read_covers(self, person_ids: Sequence[str]) -> dict[str, str | None]:
        known = await persons.covers(self._graph, person_ids)
        return {id_: known.get(id_) for id_ in person_ids}

    async def _read_best(self, person_ids: Sequence[str]) -> dict[str, list[str]]:
        known = await pages.first_of_persons(self._graph, person_ids, BEST_FACES + 1)
        return {id_: known.get(id_, []) for id_ in person_ids}

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
        known = await self._counts.of(person_ids)
        return [known.get(id_, 0) for id_ in person_ids]

    async def covers(self, person_ids: Sequence[str]) -> list[str | None]:
        """Returns the cover face of each person: the chosen face, or else the best named face."""
        known = await self._covers.of(person_ids)
        return [known.get(id_) for id_ in person_ids]

    async def all_of(self, person_ids: Sequence[str]) -> dict[str, list[RankedFace]]:
        """Returns all faces of each person, best first, which takes as long as these have faces."""
        return await self._all.of(person_ids)

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

        The first pages of many persons, or of many clusters, are one query to the engine.
        """
        read = await self._first_pages(keys)
        return [await self._page(key, read.get(key)) for key in keys]

    async def _first_pages(self, keys: Sequence[PageKey]) -> dict[PageKey, list[str]]:
        """Returns the ranks of those keys that are first pages of one person or of one cluster."""
        alike: dict[tuple[bool, int], dict[str, PageKey]] = {}
        for key in keys:
            if key.first is not None and (owner := _sole_owner(key)) is not None:
                alike.setdefault((key.filter.cluster_id is not None, key.first), {})[owner] = key
        found: dict[PageKey, list[str]] = {}
        for (of_clusters, first), owners in alike.items():
            if first <= BEST_FACES:
                ranks = await (self._best_of_clusters if of_clusters else self._best).of(list(owners))
            else:
                read = pages.first_of_clusters if of_clusters else pages.first_of_persons
                ranks = await read(self._graph, list(owners), first + 1)
            found |= {key: ranks.get(owner, [])[: first + 1] for owner, key in owners.items()}
        return found

    async def _page(self, key: PageKey, ranks: Sequence[str] | None) -> Listing[str] | BadInput:
        """Returns a page. ``ranks`` are passed if they are known already."""
        try:
            stretch = key.stretch()
        except BadInput as error:
            return error
        if ranks is None:
            ranks = await pages.ranks(self._graph, key.filter, stretch)
        return mapped(stretch.listing(ranks, lambda rank: (0, rank), total=0), face_id_of)

    async def count(self, wanted: FaceFilter) -> int:
        """Returns the number of faces. Those with a person are the sum of what is remembered of all persons."""
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


def _sole_owner(key: PageKey) -> str | None:
    """Returns the person or cluster whose first page it is, or None for any other page."""
    only = replace(key.filter, person_id=None, cluster_id=None)
    if key != PageKey(key.filter, key.first) or only != FaceFilter():
        return None
    of_both = key.filter.person_id is not None and key.filter.cluster_id is not None
    return None if of_both else key.filter.person_id or key.filter.cluster_id
