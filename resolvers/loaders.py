"""One batch read each: whatever a page shows is one query to the engine for all of its photos."""

from __future__ import annotations

from strawberry.dataloader import DataLoader

from photos_graph.model import File, Photo, Place
from photos_graph.services.browse import Browse


class Loaders:
    """``cache``: only where an operation ends soon, since what is kept grows old."""

    def __init__(self, browse: Browse, *, cache: bool) -> None:
        self.photos: DataLoader[str, Photo | None] = DataLoader(browse.photos_by_id, cache=cache)
        self.files: DataLoader[str, list[File]] = DataLoader(browse.files_of, cache=cache)
        self.places: DataLoader[str, list[Place]] = DataLoader(browse.places_of, cache=cache)
