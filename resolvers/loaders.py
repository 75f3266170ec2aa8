"""Loaders, each for a batch: a page needs one query to the engine for all of its photos, whatever it shows of them."""

from __future__ import annotations

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


class Loaders:
    """``cache`` is for operations that end soon, because cached objects become stale."""

    def __init__(self, services: Services, *, cache: bool) -> None:
        self.cache = cache
        self.touched: DataLoader[str, TouchedObjects] = DataLoader(services.changed.touched, cache=cache)
        browse = services.browse
        self.photos: DataLoader[str, Photo | None] = DataLoader(browse.photos_by_id, cache=cache)
        self.files: DataLoader[str, list[File]] = DataLoader(browse.files_of, cache=cache)
        self.places: DataLoader[str, list[Place]] = DataLoader(browse.places_of, cache=cache)
        self.tags: DataLoader[str, list[PhotoTag]] = DataLoader(services.tags.photo_tags, cache=cache)
        self.persons: DataLoader[str, list[tuple[Person, bool]]] = DataLoader(services.persons.persons_of, cache=cache)
        faces = services.faces
        self.faces: DataLoader[str, Face | None] = DataLoader(faces.by_id, cache=cache)
        self.faces_of_photos: DataLoader[str, list[Face]] = DataLoader(faces.of_photos, cache=cache)
        self.face_counts: DataLoader[str, int] = DataLoader(faces.counts, cache=cache)
        self.covers: DataLoader[str, str | None] = DataLoader(faces.covers, cache=cache)
        self.face_pages: DataLoader[PageKey, Listing[str]] = DataLoader(faces.pages, cache=cache)
        self.similar_persons: DataLoader[str, ScoredPersons] = DataLoader(faces.similar_persons, cache=cache)
        self.similar: DataLoader[Asked, list[str]] = DataLoader(services.similar.similar, cache=cache)
        self.models: DataLoader[str, Model | None] = DataLoader(services.models.by_id, cache=cache)
