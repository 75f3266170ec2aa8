"""Loaders, each for a batch: a page needs one query to the engine for all of its photos, whatever it shows of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar, cast

from strawberry.dataloader import DataLoader

from photos_graph.bootstrap import Services
from photos_graph.model.faces import Face, Person
from photos_graph.model.labels import PhotoTag
from photos_graph.model.learning import Model
from photos_graph.model.library import File, Photo, Place
from photos_graph.search.listing import Listing
from photos_graph.services.browse.faces import PageKey, ScoredPersons
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


def _note_error(loaded: asyncio.Future[Any]) -> None:
    """Keeps an error from the log if whoever would wait for it was cancelled, because another field failed before."""
    if not loaded.cancelled():
        loaded.exception()


class Loaders:
    """``cache`` is for operations that end soon, because cached objects become stale."""

    def __init__(self, services: Services, *, cache: bool) -> None:
        self.cache = cache
        self.touched: Loader[str, TouchedObjects] = Loader(services.changed.touched, cache=cache)
        browse = services.browse
        self.photos: Loader[str, Photo | None] = Loader(browse.photos_by_id, cache=cache)
        self.files: Loader[str, list[File]] = Loader(browse.files_of, cache=cache)
        self.places: Loader[str, list[Place]] = Loader(browse.places_of, cache=cache)
        self.tags: Loader[str, list[PhotoTag]] = Loader(services.tags.photo_tags, cache=cache)
        self.persons: Loader[str, list[tuple[Person, bool]]] = Loader(services.persons.persons_of, cache=cache)
        faces = services.faces
        self.faces: Loader[str, Face | None] = Loader(faces.by_id, cache=cache)
        self.faces_of_photos: Loader[str, list[Face]] = Loader(faces.of_photos, cache=cache)
        self.face_counts: Loader[str, int] = Loader(faces.counts, cache=cache)
        self.covers: Loader[str, str | None] = Loader(faces.covers, cache=cache)
        self.face_pages: Loader[PageKey, Listing[str]] = Loader(faces.pages, cache=cache)
        self.similar_persons: Loader[str, ScoredPersons] = Loader(faces.similar_persons, cache=cache)
        self.similar: Loader[Asked, list[str]] = Loader(services.similar.similar, cache=cache)
        self.models: Loader[str, Model | None] = Loader(services.models.by_id, cache=cache)
