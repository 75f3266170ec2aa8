"""Lists of the faces in some of the photos, which the engine cannot tell from those in others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

from photos_graph.graph.faces.photo_faces import ListedFace
from photos_graph.model.faces import FaceCluster, FaceFilter
from photos_graph.search.listing import Key, Stretch

T = TypeVar("T")

LEAST_OF_CLUSTER = 2  # a cluster of one face would tell that another photo shows the same person


class FaceLists:
    """Answers as the graph would if it had only these faces."""

    def __init__(self, faces: Sequence[ListedFace]) -> None:
        """``faces`` are sorted by their ranks."""
        self._faces = faces

    def ranks(self, wanted: FaceFilter) -> list[str]:
        """Returns the ranks of the faces that match a filter, which names no photo, the best first."""
        return [face.rank for face in self._faces if _fits(face, wanted)]

    def clusters(self, least: int) -> list[FaceCluster]:
        """Returns the clusters with at least so many faces, the largest first."""
        sizes = self._sizes.items()
        found = [FaceCluster(id_, size) for id_, size in sizes if size >= max(least, LEAST_OF_CLUSTER)]
        return sorted(found, key=lambda cluster: (-cluster.size, cluster.id))

    def cluster(self, cluster_id: str) -> FaceCluster | None:
        size = self._sizes.get(cluster_id, 0)
        return FaceCluster(cluster_id, size) if size >= LEAST_OF_CLUSTER else None

    @cached_property
    def _sizes(self) -> dict[str, int]:
        sizes: dict[str, int] = {}
        for face in self._faces:
            if face.cluster_id is not None:
                sizes[face.cluster_id] = sizes.get(face.cluster_id, 0) + 1
        return sizes


def part_of_ranks(ranks: Sequence[str], stretch: Stretch) -> Sequence[str]:
    """Returns the part of all ranks, which are sorted, as ``pages.ranks`` reads it."""
    after = stretch.after[1] if stretch.after is not None else ""
    inside = [rank for rank in ranks if rank > after and (stretch.before is None or rank < stretch.before[1])]
    return _cut(inside, stretch)


def part_of_clusters(clusters: Sequence[FaceCluster], stretch: Stretch) -> Sequence[FaceCluster]:
    """Returns the part of all clusters, which are sorted, as ``cluster_pages.page`` reads it."""
    after = _place(stretch.after) if stretch.after is not None else None
    before = _place(stretch.before) if stretch.before is not None else None
    places = [(_place((cluster.size, cluster.id)), cluster) for cluster in clusters]
    inside = [
        cluster for place, cluster in places if (after is None or place > after) and (before is None or place < before)
    ]
    return _cut(inside, stretch)


def _cut(inside: Sequence[T], stretch: Stretch) -> Sequence[T]:
    return (inside[::-1] if stretch.from_end else inside)[: stretch.limit]


def _place(key: Key) -> tuple[int, str]:
    size, id_ = key
    return -size, id_


def _fits(face: ListedFace, wanted: FaceFilter) -> bool:
    return (
        (wanted.person_id is None or wanted.person_id in face.persons)
        and (wanted.cluster_id is None or wanted.cluster_id == face.cluster_id)
        and (wanted.assigned is None or wanted.assigned is bool(face.persons))
        and (wanted.ignored is None or wanted.ignored is face.ignored)
        and (wanted.min_quality is None or face.quality >= wanted.min_quality)
    )
