"""The objects that a change concerns, so that clients can update what they show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import cluster_pages, edited_faces
from photos_graph.graph.labels import changes
from photos_graph.graph.labels.edits import AlbumState, Change, Edit, FacePresence, PersonState, TagState, TripName
from photos_graph.index import Index
from photos_graph.model.labels import LabelKind

READ_AT_ONCE = 100  # changes that are in memory together, with the ids of all photos that each concerns


@dataclass(frozen=True, slots=True)
class TouchedObjects:
    """Ids of what a change concerns, each once and in the order of the change. Photos that got or lost faces are among
    ``photos``. ``deleted_tags`` and the other
    deleted ones are those that it deleted; they are not among the others. ``empty_clusters`` are those of its faces in
    which no face is without a name now."""

    photos: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    faces: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    albums: list[str] = field(default_factory=list)
    trips: list[str] = field(default_factory=list)
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
        portion of ``READ_AT_ONCE`` changes, another one if they concern faces, and one more for each of the two if
        faces came or went."""
        found: dict[str, TouchedObjects] = {}
        for start in range(0, len(change_ids), READ_AT_ONCE):
            portion = change_ids[start : start + READ_AT_ONCE]
            known = await self._graph.reading(partial(changes.by_id, change_ids=portion))
            faces = {face for change in known.values() for edit in change.edits for face in edit.faces}
            clusters = await cluster_pages.empty_clusters(self._graph, sorted(faces))
            moved = {face for change in known.values() for edit in _presences(change) for face in edit.faces}
            photos = await self._graph.reading(partial(edited_faces.photos, face_ids=moved)) if moved else {}
            found |= {id_: self._touched(change, clusters, photos) for id_, change in known.items()}
        return [found.get(id_) or TouchedObjects() for id_ in change_ids]

    def _touched(self, change: Change, clusters: Mapping[str, str], photos: Mapping[str, int]) -> TouchedObjects:
        """``clusters``: the clusters of faces that are empty. ``photos``: the photos of faces that came or went."""
        gone_tags, gone_persons = _deleted(change, TagState), _deleted(change, PersonState)
        gone_albums = _deleted(change, AlbumState)
        gone_faces = _once(
            face for edit in change.edits if edit.after == FacePresence(there=False) for face in edit.faces
        )
        return TouchedObjects(
            photos=self._index.search.photo_ids(dict.fromkeys(_photos(change, photos))),
            folders=_once(folder for edit in change.edits for folder in edit.folders),
            faces=_once((face for edit in change.edits for face in edit.faces), gone_faces),
            tags=_once(_labels(change, LabelKind.TAGS, TagState), gone_tags),
            persons=_once(_labels(change, LabelKind.FACES, PersonState), gone_persons),
            albums=_once(_labels(change, LabelKind.ALBUMS, AlbumState), gone_albums),
            trips=_once(_labels(change, LabelKind.TRIPS, TripName)),
            deleted_tags=gone_tags,
            deleted_persons=gone_persons,
            deleted_faces=gone_faces,
            empty_clusters=_once(clusters.get(face) for edit in change.edits for face in edit.faces),
            deleted_albums=gone_albums,
        )


def _presences(change: Change) -> Iterable[Edit]:
    """Yields the edits by which faces came or went."""
    return (edit for edit in change.edits if isinstance(edit.after, FacePresence))


def _photos(change: Change, of_faces: Mapping[str, int]) -> Iterable[int]:
    """Yields the photos that the change edits, and then those that got or lost faces by it."""
    yield from (number for edit in change.edits for number in edit.photos)
    yield from (of_faces[face] for edit in _presences(change) for face in edit.faces if face in of_faces)


def _deleted(change: Change, state: type[TagState | PersonState | AlbumState]) -> list[str]:
    return _once(edit.label_id for edit in change.edits if isinstance(edit.before, state) and edit.after is None)


def _labels(
    change: Change, kind: LabelKind, state: type[TagState | PersonState | AlbumState | TripName]
) -> Iterable[str | None]:
    """Yields the tags, persons, albums or trips whose own properties or edges the change edits."""
    for edit in change.edits:
        if isinstance(edit.before or edit.after, state) or (edit.kind or change.kind) is kind:
            yield edit.label_id


def _once(ids: Iterable[str | None], without: Iterable[str] = ()) -> list[str]:
    left = set(without)
    return [id_ for id_ in dict.fromkeys(ids) if id_ is not None and id_ not in left]
