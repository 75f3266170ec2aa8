"""The objects that a change concerns, so that clients can update what they show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import cluster_pages
from photos_graph.graph.labels import changes
from photos_graph.graph.labels.edits import AlbumState, Change, FacePresence, PersonState, TagState
from photos_graph.index import Index
from photos_graph.model.labels import LabelKind

READ_AT_ONCE = 100  # changes that are in memory together, with the ids of all photos that each concerns


@dataclass(frozen=True, slots=True)
class TouchedObjects:
    """Ids of what a change concerns, each once and in the order of the change. ``deleted_tags`` and the other
    deleted ones are those that it deleted; they are not among the others. ``empty_clusters`` are those of its faces in
    which no face is without a name now."""

    photos: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    faces: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    albums: list[str] = field(default_factory=list)
    deleted_tags: list[str] = field(default_factory=list)
    deleted_persons: list[str] = field(default_factory=list)
    deleted_faces: list[str] = field(default_factory=list)
    empty_clusters: list[str] = field(default_factory=list)
    deleted_albums: list[str] = field(default_factory=list)


class ChangedObjects:
    def __init__(self, graph: Graph, index: Index) -> None:
        self._graph = graph
        self._index = index

    async def touched(self, change_ids: Sequence[str]) -> list[TouchedObjects]:
        """Returns what each change concerns, or nothing if it is not known. Takes a query to the engine for each
        portion of ``READ_AT_ONCE`` changes, and another one if they concern faces."""
        found: dict[str, TouchedObjects] = {}
        for start in range(0, len(change_ids), READ_AT_ONCE):
            portion = change_ids[start : start + READ_AT_ONCE]
            known = await self._graph.reading(partial(changes.by_id, change_ids=portion))
            faces = {face for change in known.values() for edit in change.edits for face in edit.faces}
            clusters = await cluster_pages.empty_clusters(self._graph, sorted(faces))
            found |= {id_: self._touched(change, clusters) for id_, change in known.items()}
        return [found.get(id_) or TouchedObjects() for id_ in change_ids]

    def _touched(self, change: Change, clusters: Mapping[str, str]) -> TouchedObjects:
        """``clusters``: the clusters of faces that are empty."""
        gone_tags, gone_persons = _deleted(change, TagState), _deleted(change, PersonState)
        gone_albums = _deleted(change, AlbumState)
        gone_faces = _once(
            face for edit in change.edits if edit.after == FacePresence(there=False) for face in edit.faces
        )
        return TouchedObjects(
            photos=self._index.search.photo_ids(
                dict.fromkeys(number for edit in change.edits for number in edit.photos)
            ),
            folders=_once(folder for edit in change.edits for folder in edit.folders),
            faces=_once((face for edit in change.edits for face in edit.faces), gone_faces),
            tags=_once(_labels(change, LabelKind.TAGS, TagState), gone_tags),
            persons=_once(_labels(change, LabelKind.FACES, PersonState), gone_persons),
            albums=_once(_labels(change, LabelKind.ALBUMS, AlbumState), gone_albums),
            deleted_tags=gone_tags,
            deleted_persons=gone_persons,
            deleted_faces=gone_faces,
            empty_clusters=_once(clusters.get(face) for edit in change.edits for face in edit.faces),
            deleted_albums=gone_albums,
        )


def _deleted(change: Change, state: type[TagState | PersonState | AlbumState]) -> list[str]:
    return _once(edit.label_id for edit in change.edits if isinstance(edit.before, state) and edit.after is None)


def _labels(change: Change, kind: LabelKind, state: type[TagState | PersonState | AlbumState]) -> Iterable[str | None]:
    """Yields the tags, the persons or the albums whose own properties or edges the change edits."""
    for edit in change.edits:
        if isinstance(edit.before or edit.after, state) or (edit.kind or change.kind) is kind:
            yield edit.label_id


def _once(ids: Iterable[str | None], without: Iterable[str] = ()) -> list[str]:
    left = set(without)
    return [id_ for id_ in dict.fromkeys(ids) if id_ is not None and id_ not in left]
