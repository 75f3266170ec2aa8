"""Loaders, each for a batch: a page needs one query to the engine for all of its photos, whatever it shows of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, TypeVar, cast

from strawberry.dataloader import DataLoader

from photos_graph.bootstrap import Services
from photos_graph.model.changes import ChangeRecord
from photos_graph.model.faces import Face, FaceCluster, Person
from photos_graph.model.jobs import Job
from photos_graph.model.labels import PhotoTag
from photos_graph.model.learning import Model, Question
from photos_graph.model.library import File, Photo, Place, Root
from photos_graph.model.similar import BestPhoto, SimilarGroup
from photos_graph.model.stacks import Stack
from photos_graph.model.trips import Trip
from photos_graph.search.listing import Listing
from photos_graph.services.browse.faces import PageKey, ScoredPersons
from photos_graph.services.browse.photos import PhotoBrowser
from photos_graph.services.changed_objects import TouchedObjects
from photos_graph.services.learning.similar import Asked

K = TypeVar("K")
T = TypeVar("T")


class Loader(DataLoader[K, T]):
    """A field that fails cancels the fields beside it. What they load may be waited for elsewhere, and is not cancelled
    with them."""

    def load(self, key: K) -> Awaitable[T]:
        loading = cast("asyncio.Future[T]", super().load(key))
        if loading.done():
            return loading
        waited_for = asyncio.shield(loading)
        for each in (loading, waited_for):
            each.add_done_callback(_note_error)
        return waited_for


class PhotoLoader(Loader[str, Photo | None]):
    """Pages mostly consist of photos that the service remembers. A future for each of them would be a third of what a
    page costs."""

    def __init__(self, browse: PhotoBrowser) -> None:
        super().__init__(browse.photos_by_id)
        self._remembered = browse.remembered_photo

    async def load_many(self, keys: Iterable[str]) -> list[Photo | None]:
        """Returns the photos in their order."""
        wanted = list(keys)
        remembered = [self._remembered(key) for key in wanted]
        return await super().load_many(wanted) if None in remembered else remembered


def _note_error(loaded: asyncio.Future[Any]) -> None:
    """Keeps an error out of the log if the field that would wait for it was cancelled because another field failed."""
    if not loaded.cancelled():
        loaded.exception()


class Loaders:
    """They remember what they have loaded, which becomes stale: each operation has loaders of its own, and so has each
    event of a subscription (``Context.afresh``)."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.touched: Loader[str, TouchedObjects] = Loader(services.changed.touched)
        self.changes: Loader[str, ChangeRecord | None] = Loader(services.history.by_id)
        self.jobs: Loader[str, Job | None] = Loader(services.jobs.by_id)
        self.roots: Loader[str, Root | None] = Loader(services.roots.by_id)
        self.questions: Loader[str, Question | None] = Loader(services.review.questions)
        self.trips: Loader[str, Trip | None] = Loader(services.trips.by_id)
        self.best_photos: Loader[SimilarGroup, BestPhoto] = Loader(services.similar_groups.best)
        browse = services.browse
        self.current_photo_ids: Loader[str, str] = Loader(browse.current_photo_ids)
        self.stacks: Loader[str, Stack | None] = Loader(browse.stacks_by_id)
        self.photos = PhotoLoader(browse)
        self.files: Loader[str, list[File]] = Loader(browse.files_of)
        self.places: Loader[str, list[Place]] = Loader(browse.places_of)
        self.tags: Loader[str, list[PhotoTag]] = Loader(services.tags.photo_tags)
        self.persons: Loader[str, list[tuple[Person, bool]]] = Loader(services.persons.persons_of)
        faces = services.faces
        self.clusters: Loader[str, FaceCluster | None] = Loader(faces.clusters_by_id)
        self.faces: Loader[str, Face | None] = Loader(faces.by_id)
        self.faces_of_photos: Loader[str, list[Face]] = Loader(faces.of_photos)
        self.face_counts: Loader[str, int] = Loader(faces.counts)
        self.covers: Loader[str, str | None] = Loader(faces.covers)
        self.face_pages: Loader[PageKey, Listing[str]] = Loader(faces.pages)
        self.similar_persons: Loader[str, ScoredPersons] = Loader(faces.similar_persons)
        self.similar: Loader[Asked, list[str]] = Loader(services.similar.similar)
        self.models: Loader[str, Model | None] = Loader(services.models.by_id)
