"""The order of the photos of an album."""

from __future__ import annotations

import numpy as np

from photos_graph.model.albums import Album
from photos_graph.search.rows import PlacedPhotos
from tests.kit.search_index import index_of, photo


def test_an_album_that_comes_back_is_in_order_although_it_was_asked_for_meanwhile() -> None:
    index = index_of([photo(0), photo(1)])
    index.apply_placed({"a": PlacedPhotos(np.array([0, 1], np.uint32), np.array([2, 1], np.int64))}, None)
    assert len(index.sets.albums.order("a")) == 0, "there is no such album"
    index.apply_albums([Album("a", "Trip")])
    assert len(index.sets.albums.order("a")) == 2
