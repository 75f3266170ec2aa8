"""Reads the records of photos and of the library from the graph and the index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pyroaring import BitMap

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import tag_edges
from photos_graph.graph.labels.edits import Assertion, AssertionKind, StackPlace
from photos_graph.graph.labels.properties import STORED
from photos_graph.graph.learning import models
from photos_graph.graph.library import export_rows
from photos_graph.graph.library.export_rows import ExportedFace, ExportedPhoto
from photos_graph.index import Index
from photos_graph.learn.dataset import chance, occasion
from photos_graph.model.faces import Person
from photos_graph.model.labels import Certainty, PhotoTag, TagSource
from photos_graph.model.library import PlaceKind, TakenSource
from photos_graph.services.browse.tags import Tags
from photos_graph.services.datasets.exports.album_reader import AlbumReader
from photos_graph.services.datasets.exports.records import (
    AlbumMark,
    FaceRecord,
    FolderRecord,
    LibraryRecord,
    PersonMark,
    PersonRecord,
    PhotoRecord,
    PropertyMark,
    StackMark,
    TagMark,
    TagRecord,
    ValueMark,
)
from photos_graph.services.datasets.portable_filters import called

SPLITS = (("test", 0.15), ("val", 0.3), ("train", 1.0))  # name, and the hash value (0..1) below which a group is in it
BOX_DIGITS = 6  # decimals of the sides of a box


class RecordReader:
    """Reads the records of the photos ``exported`` (numbers), and that of the library. ``covers`` holds the ids of the
    faces that users chose as covers of persons."""

    def __init__(
        self, graph: Graph, index: Index, tags: Tags, certainty: Certainty, covers: frozenset[str], exported: BitMap
    ) -> None:
        self._albums = AlbumReader(graph, index, exported)
        self._exported = exported
        self._graph = graph
        self._search = index.search
        self._tags = tags
        self._confirmed = certainty is Certainty.CONFIRMED
        self._covers = covers

    async def photos(self, numbers: Sequence[int]) -> list[PhotoRecord]:
        """Returns the records of the photos that exist, sorted by number, without those that another succeeded."""
        rows = await export_rows.exported_photos(self._graph, numbers)
        hidden = await export_rows.hidden_photos(self._graph, [row.photo.number for row in rows if row.is_hidden])
        rows = [row for row in rows if not row.is_hidden or row.photo.number in hidden]
        tags = await self._tags.photo_tags([row.photo.id for row in rows])
        albums = await self._albums.marks([row.photo.number for row in rows])
        return [
            self._photo(row, photo_tags, albums.get(row.photo.number, ()))
            for row, photo_tags in zip(rows, tags, strict=True)
        ]

    async def library(self, everything: bool) -> LibraryRecord:
        """Returns the tags, and the persons, folders and albums that the exported photos have, or all of them if
        ``everything``."""
        search, numbers = self._search, self._exported
        folders = [id_ for id_ in search.sets.tags.inheritance.marks if search.folders.photos_below(id_) & numbers]
        marks = await self._graph.reading(lambda tx: tag_edges.of_folders(tx, folders))
        thresholds = await self._graph.reading(models.chosen_thresholds)
        persons = sorted(search.persons, key=lambda person: person.name)
        included = [p for p in persons if everything or search.sets.persons.showing(p.id, self._confirmed) & numbers]
        return LibraryRecord(
            tags=tuple(sorted(search.tags.path(tag.id) or "" for tag in search.tags)),
            thresholds={path: value for id_, value in thresholds.items() if (path := search.tags.path(id_))},
            persons=tuple(self._person(person) for person in included),
            folders=tuple(
                FolderRecord(path, self._marks(marks[id_]))
                for path, id_ in sorted((search.folders.path(id_) or "", id_) for id_ in marks)
            ),
            albums=self._albums.records(everything),
        )

    def _photo(self, row: ExportedPhoto, tags: Sequence[PhotoTag], albums: tuple[AlbumMark, ...]) -> PhotoRecord:
        photo, taken = row.photo, row.photo.taken
        known = [(self._search.folders.path(folder), name) for _, folder, name in row.files]
        files = [f"{folder}/{name}" for folder, name in known if folder is not None]
        day = taken.at.date().isoformat() if taken and taken.source in DATED else ""
        return PhotoRecord(
            id=photo.id,
            sha256=photo.content_hash,
            picture_hash=photo.picture_hash,
            files=tuple(files),
            split=split_of(occasion(day, files[0].rpartition("/")[0] if files else photo.id)),
            taken=taken.text if taken else None,
            width=photo.width,
            height=photo.height,
            format=photo.format,
            orientation=row.orientation,
            tags=tuple(self._tag(tag) for tag in tags if not self._confirmed or tag.source is not TagSource.PREDICTED),
            marks=self._marks(row.edges),
            # What a model passes over is found again by the detector, and passed over again.
            faces=tuple(self._face(face) for face in row.faces if not face.passed_over),
            rating=ValueMark(row.rating.value, row.rating.at_ms, row.rating.by),
            properties=tuple(_property_marks(row)),
            description=photo.description,
            location=photo.location,
            places=self._places(row.place_id),
            exposure=photo.exposure,
            favourite=ValueMark(row.favourite.value, row.favourite.at_ms, row.favourite.by),
            stack=_stack_mark(row.stack),
            albums=albums,
            is_hidden=row.is_hidden,
        )

    def _places(self, place_id: str | None) -> dict[PlaceKind, str]:
        places = self._search.places
        up = [] if place_id is None else list(places.self_and_ancestors(place_id))
        rows = [row for id_ in reversed(up) if (row := places.get(id_)) is not None]
        return {row.kind: row.name for row in rows}

    def _tag(self, tag: PhotoTag) -> TagRecord:
        folder = self._search.folders.path(tag.folder_id) if tag.folder_id else None
        return TagRecord(self._search.tags.path(tag.tag_id) or "", tag.source, tag.score, tag.model_id, folder)

    def _marks(self, assertions: Mapping[str, Assertion]) -> tuple[TagMark, ...]:
        marks = (
            TagMark(path, edge.kind is AssertionKind.EXCLUDES, edge.at_ms or None, edge.by, edge.via, edge.recursive)
            for tag_id, edge in assertions.items()
            if (path := self._search.tags.path(tag_id))
        )
        return tuple(sorted(marks, key=lambda mark: mark.tag))

    def _person(self, person: Person) -> PersonRecord:
        name = called(self._search, person)
        details = (person.is_me, person.hidden, person.birthday, person.note, person.groups)
        return PersonRecord(person.name, *details, name if name != person.name else None)

    def _face(self, face: ExportedFace) -> FaceRecord:
        search = self._search
        names = {id_: called(search, row) for id_ in face.edges if (row := search.persons.get(id_)) is not None}
        marks = tuple(
            PersonMark(names[id_], edge.kind is AssertionKind.IS_NOT, edge.at_ms or None, edge.by, edge.via)
            for id_, edge in sorted(face.edges.items())
            if id_ in names
        )
        person = next((mark.person for mark in marks if not mark.never), None)
        score = None
        if person is None and face.predicted and not self._confirmed and not face.ignored:
            predicted = search.persons.get(face.predicted[0])
            person, score = (called(search, predicted), face.predicted[1]) if predicted else (None, None)
        sides = (face.box.x, face.box.y, face.box.width, face.box.height)
        x, y, width, height = (round(side, BOX_DIGITS) for side in sides)
        cover = face.id in self._covers
        return FaceRecord((x, y, width, height), face.source, face.ignored, cover, marks, person, score)


def _property_marks(row: ExportedPhoto) -> Iterator[PropertyMark]:
    for which, value in row.properties.items():
        if value.at_ms is not None:
            named = dict(zip(STORED[which].parts, value.values, strict=True))
            yield PropertyMark(which, {**named}, value.at_ms, value.by)


DATED = frozenset(TakenSource) - {TakenSource.FILE_TIME}  # the time of a file is often that of a copy


def split_of(key: str) -> str:
    """Returns the split of a group. It depends on the key alone, so that it never changes as the library grows.

    The photos that our own models hold out, the lowest fifth, are not in ``train`` either.
    """
    return next(name for name, limit in SPLITS if chance(key) < limit)


def _stack_mark(place: StackPlace) -> StackMark | None:
    if place.at_ms is None:
        return None
    return StackMark(place.stack_id, place.kind, place.rank, place.at_ms, place.by)
