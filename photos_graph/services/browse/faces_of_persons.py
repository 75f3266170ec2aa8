"""Reads the faces of persons, which are kept with the index (see ``search/person_faces``)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pyroaring import BitMap

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces.pages import all_of_persons
from photos_graph.graph.faces.photo_faces import PHOTOS_PER_READ, faces_of_numbers
from photos_graph.index import SeenIndex
from photos_graph.search.person_faces import NO_FACES, PersonFaces, RankedFace, RankedFaces

PHOTOS_AT_ONCE = 20_000  # of persons whose faces are read by one query


class FacesOfPersons:
    def __init__(self, graph: Graph, index: SeenIndex) -> None:
        self._graph = graph
        self._index = index
        self._reading = asyncio.Lock()

    async def of(self, person_ids: Sequence[str]) -> dict[str, RankedFaces]:
        """Returns the faces of each person, including predicted ones.

        The first time takes as long as a person has faces. Later, only those in touched photos are read again.
        """
        kept = self._index.search.person_faces  # that of the index as it is now, also if another one takes its place
        persons = self._index.search.persons
        ids = [id_ for id_ in dict.fromkeys(person_ids) if persons.get(id_) is not None]
        found = dict.fromkeys(person_ids, NO_FACES) | _as_they_are(kept, ids)
        left = [id_ for id_ in ids if not _is_true(kept, id_)]
        # A screen asks for numbers, covers and pages at once, and one of them reads. Who asks for one person comes
        # between the parts of what is read for everybody, which can take a minute.
        while left:
            async with self._reading:
                found |= _as_they_are(kept, left)
                left = [id_ for id_ in left if not _is_true(kept, id_)]
                read = await self._read_some(kept, left)
            found |= read
            left = [id_ for id_ in left if id_ not in read]
        return found

    async def _read_some(self, kept: PersonFaces, ids: Sequence[str]) -> dict[str, RankedFaces]:
        """Reads the faces of those persons for whom few photos were touched or, without such, of a group of persons."""
        few = [id_ for id_ in ids if kept.known(id_) is not None and len(kept.touched(id_)) <= PHOTOS_PER_READ]
        if few:
            return await self._changed(kept, few)
        return await self._whole(kept, self._group(ids)) if ids else {}

    async def _changed(self, kept: PersonFaces, person_ids: Sequence[str]) -> dict[str, RankedFaces]:
        """Reads the faces in the photos that were touched."""
        since = {id_: kept.moment(id_) for id_ in person_ids}
        touched = {id_: kept.touched(id_) for id_ in person_ids}
        before = {id_: kept.known(id_) or NO_FACES for id_ in person_ids}
        photos = BitMap.union(*touched.values()) if touched else BitMap()
        rows: dict[str, list[RankedFace]] = {id_: [] for id_ in person_ids}
        for face in await faces_of_numbers(self._graph, list(photos)):
            named = face.is_assigned and not face.ignored
            for person_id in face.persons:
                if face.photo_number in touched.get(person_id, ()):
                    rows[person_id].append(RankedFace(face.rank, face.photo_number, named))
        found = {id_: before[id_].replaced(touched[id_], RankedFaces.of(rows[id_])) for id_ in person_ids}
        for id_, faces in found.items():
            kept.put(id_, faces, since[id_])
        return found

    async def _whole(self, kept: PersonFaces, person_ids: Sequence[str]) -> dict[str, RankedFaces]:
        since = {id_: kept.moment(id_) for id_ in person_ids}
        found = {id_: RankedFaces.of(faces) for id_, faces in (await all_of_persons(self._graph, person_ids)).items()}
        for id_, faces in found.items():
            kept.put(id_, faces, since[id_])
        return found

    def _group(self, person_ids: Sequence[str]) -> Sequence[str]:
        """Returns the first of these persons, until they have PHOTOS_AT_ONCE photos."""
        photos = 0
        for count, id_ in enumerate(person_ids, 1):
            photos += self._index.search.sets.persons.photo_count(id_)
            if photos >= PHOTOS_AT_ONCE:
                return person_ids[:count]
        return person_ids


def _is_true(kept: PersonFaces, person_id: str) -> bool:
    """Returns whether the faces of a person are known as they are."""
    return kept.known(person_id) is not None and not kept.touched(person_id)


def _as_they_are(kept: PersonFaces, person_ids: Sequence[str]) -> dict[str, RankedFaces]:
    known = ((id_, kept.known(id_)) for id_ in person_ids if _is_true(kept, id_))
    return {id_: faces for id_, faces in known if faces is not None}
