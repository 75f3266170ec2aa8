"""Clusters on a map, where one library says more than any. ``test_index.py`` compares them with the naive index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from pyroaring import BitMap

from photos_graph.errors import BadInput, TooComplex
from photos_graph.search import map_clusters
from photos_graph.search.arrays import Keys
from photos_graph.search.geo import Degrees, Edges
from photos_graph.search.index import SearchIndex
from photos_graph.search.map_clusters import MapCluster
from photos_graph.search.rows import PhotoRow
from tests.kit.search_index import photo

WORLD = Edges(north=90, south=-90, east=180, west=-180)


def index_at(positions: Sequence[tuple[float | None, float | None]]) -> SearchIndex:
    index = SearchIndex()
    index.apply_photos(
        replace(photo(number), latitude=latitude, longitude=longitude, taken=datetime(2000 + number % 20, 1, 1))
        for number, (latitude, longitude) in enumerate(positions)
    )
    return index


def clusters(index: SearchIndex, bounds: Edges, zoom: int, whole: bool = False) -> list[MapCluster]:
    return index.clusters(index.sets.visible, bounds, zoom, whole)


def test_clusters_come_apart_as_a_map_zooms_in() -> None:
    rome, milan, tokyo = (41.9, 12.5), (45.46, 9.19), (35.68, 139.69)
    index = index_at([rome, rome, milan, tokyo, (None, None)])
    assert [len(clusters(index, WORLD, zoom)) for zoom in (0, 2, 8)] == [2, 2, 3]
    europe = max(clusters(index, WORLD, 0), key=lambda cluster: cluster.count)
    assert (europe.count, europe.key) == (3, "12")
    assert europe.box == (45.46, 41.9, 12.5, 9.19)
    assert europe.cover_id == photo(2).id  # the most recent one


def test_bounds_may_cross_the_antimeridian_and_reach_the_poles() -> None:
    index = index_at([(-17.8, 178), (-13.8, -172), (0, 0), (90, 0), (-90, 0), (89.5, 179)])
    pacific = Edges(north=0, south=-30, east=-170, west=170)
    assert [cluster.count for cluster in clusters(index, pacific, 3)] == [1, 1]
    assert sum(cluster.count for cluster in clusters(index, WORLD, 22)) == 6
    north = Edges(north=90, south=86, east=180, west=-180)
    assert sorted(cluster.latitude for cluster in clusters(index, north, 4)) == [89.5, 90]


def test_whole_cells_stay_the_same_while_a_map_is_moved() -> None:
    index = index_at([(40 + row / 50, 10 + column / 50) for row in range(40) for column in range(40)])
    seen: dict[str, MapCluster] = {}
    cut = 0
    for step in range(12):
        bounds = Edges(north=40.6, south=40.2, east=10.5 + step / 90, west=10.1 + step / 90)
        for cluster in clusters(index, bounds, 9, whole=True):
            assert seen.setdefault(cluster.key, cluster) == cluster
        cut += sum(seen[each.key].count > each.count for each in clusters(index, bounds, 9))
    assert cut  # the bounds alone cut cells


def test_a_box_finds_the_photos_of_its_cluster() -> None:
    index = index_at([(40 + number % 7 / 10, 10 + number % 11 / 10) for number in range(77)])
    for cluster in clusters(index, WORLD, 7):
        [again] = clusters(index, cluster.box, 7)
        assert again == cluster


def test_clusters_follow_photos_that_move_come_and_go() -> None:
    index = index_at([(1, 1), (1, 1), (50, 50)])
    assert sorted(cluster.count for cluster in clusters(index, WORLD, 5)) == [1, 2]
    index.apply_photos([replace(photo(0), latitude=50, longitude=50), replace(photo(9), latitude=1, longitude=1)], [1])
    assert sorted(cluster.count for cluster in clusters(index, WORLD, 5)) == [1, 2]
    index.map = index.sorted_map()
    assert sorted(cluster.count for cluster in clusters(index, WORLD, 5)) == [1, 2]
    index.apply_photos([], [9])
    assert sorted(cluster.count for cluster in clusters(index, WORLD, 5)) == [2]
    assert clusters(SearchIndex(), WORLD, 5) == []
    assert index.clusters(BitMap(), WORLD, 5) == []


def test_the_curve_is_read_again_only_when_a_photo_comes_goes_or_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_at([(1, 1), (1, 1), (50, 50), (None, None)])
    read: list[int] = []
    curve = map_clusters._curve

    def counting(latitude: Degrees, longitude: Degrees) -> Keys:
        read.append(len(latitude))
        return curve(latitude, longitude)

    monkeypatch.setattr(map_clusters, "_curve", counting)
    before = clusters(index, WORLD, 5)
    read.clear()

    def put(*rows: PhotoRow) -> list[int]:
        index.apply_photos(rows)
        return sorted(cluster.count for cluster in clusters(index, WORLD, 5))

    at_one = replace(photo(0), latitude=1, longitude=1)
    unplaced = replace(photo(3), latitude=None, longitude=None)
    assert put(replace(at_one, rating=5), replace(unplaced, rating=1)) == [1, 2] and read == []
    assert [cluster.box for cluster in clusters(index, WORLD, 5)] == [cluster.box for cluster in before]
    assert put(replace(at_one, longitude=1 + 1e-9)) == [1, 2] and read == [1]
    assert put(replace(unplaced, latitude=50, longitude=50)) == [2, 2] and read == [1, 1]
    assert put(replace(at_one, latitude=None, longitude=None)) == [1, 2] and read == [1, 1, 1]
    index.apply_photos([], [2])
    assert [cluster.count for cluster in clusters(index, WORLD, 5)] == [1, 1]


def test_what_a_map_cannot_show_is_refused() -> None:
    index = index_at([(latitude / 2, longitude / 2) for latitude in range(-80, 80) for longitude in range(-40, 40)])
    for zoom in (-1, 23):
        with pytest.raises(BadInput, match="from 0"):
            clusters(index, WORLD, zoom)
    with pytest.raises(TooComplex, match="12,800 clusters"):
        clusters(index, WORLD, 22)
