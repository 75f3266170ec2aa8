"""The rows of the naive index, and what they have of one another: ways up, tags, persons, stacks and albums."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from photos_graph.model.albums import Album
from photos_graph.model.faces import Person
from photos_graph.model.labels import FolderMarks, PhotoTag, Tag, TagSource
from photos_graph.model.library import Place
from photos_graph.search.rows import FolderRow, LabelPostings, PhotoRow
from photos_graph.search.terms.albums import InAlbum
from photos_graph.tags import photo_tags


@dataclass
class Label:
    """What was put on one photo itself."""

    tagged: set[str] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)
    predicted: set[str] = field(default_factory=set)
    persons: set[str] = field(default_factory=set)
    persons_predicted: set[str] = field(default_factory=set)
    faces: int = 0


class NaiveRows:
    def __init__(self) -> None:
        self.photos: dict[int, PhotoRow] = {}
        self.folders: dict[str, FolderRow] = {}
        self.places: dict[str, Place] = {}
        self.tags: dict[str, Tag] = {}
        self.persons: dict[str, Person] = {}
        self.marks: dict[str, FolderMarks] = {}
        self.labels: dict[int, Label] = {}
        self.looks: dict[str, Collection[int]] = {}
        self.albums: dict[str, Album] = {}
        self.placed: dict[str, dict[int, int]] = {}  # positions by album and photo

    def apply_photos(self, rows: Iterable[PhotoRow], gone: Iterable[int] = ()) -> None:
        for number in gone:
            self.photos.pop(number, None)
        for row in rows:
            self.photos[row.number] = row

    def apply_folders(self, rows: Iterable[FolderRow], gone: Iterable[str] = ()) -> None:
        for folder_id in gone:
            self.folders.pop(folder_id, None)
        self.folders |= {row.id: row for row in rows}

    def apply_places(self, rows: Iterable[Place]) -> None:
        self.places |= {row.id: row for row in rows}

    def apply_tags(self, rows: Iterable[Tag], gone: Iterable[str] = ()) -> None:
        gone = set(gone)
        self.tags = {id_: row for id_, row in self.tags.items() if id_ not in gone} | {row.id: row for row in rows}
        for label in self.labels.values():
            label.tagged -= gone
            label.excluded -= gone
            label.predicted -= gone
        self.marks = {
            id_: FolderMarks(
                id_,
                tuple(carried for carried in marks.carried if carried.tag_id not in gone),
                tuple(tag_id for tag_id in marks.excluded if tag_id not in gone),
            )
            for id_, marks in self.marks.items()
        }

    def apply_persons(self, rows: Iterable[Person], gone: Iterable[str] = ()) -> None:
        gone = set(gone)
        self.persons = {id_: row for id_, row in self.persons.items() if id_ not in gone}
        self.persons |= {row.id: row for row in rows}
        for label in self.labels.values():
            label.persons -= gone
            label.persons_predicted -= gone

    def apply_marks(self, marks: Iterable[FolderMarks]) -> None:
        self.marks |= {each.folder_id: each for each in marks}

    def apply_labels(self, postings: LabelPostings, touched: set[int] | None) -> None:
        for number in list(self.labels) if touched is None else touched:
            self.labels.pop(number, None)
        for kind in ("tagged", "excluded", "predicted", "persons", "persons_predicted"):
            for id_, photos in getattr(postings, kind).items():
                for number in photos:
                    getattr(self.labels.setdefault(number, Label()), kind).add(id_)
        for count, photos in postings.faces.items():
            for number in photos:
                self.labels.setdefault(number, Label()).faces = count

    def apply_albums(self, rows: Iterable[Album], gone: Iterable[str] = ()) -> None:
        for album_id in gone:
            self.albums.pop(album_id, None)
            self.placed.pop(album_id, None)
        self.albums |= {row.id: row for row in rows}

    def apply_placed(self, placed: Mapping[str, Mapping[int, int]], touched: set[int] | None) -> None:
        for positions in self.placed.values():
            for number in list(positions) if touched is None else touched:
                positions.pop(number, None)
        for album_id, positions in placed.items():
            self.placed.setdefault(album_id, {}).update(positions)

    def albums_of(self, row: PhotoRow) -> set[str]:
        """The albums of a photo, or of another one of its stack."""
        held = {row.number, *self.stack(row)}
        return {id_ for id_ in self.albums if held & self.placed.get(id_, {}).keys()}

    def in_order(self, album_id: str) -> list[int]:
        """The photos of an album in its order, in which a stack is at the place of its first photo, but for photos that
        have a place of their own."""
        placed = self.placed.get(album_id, {})

        def place(number: int) -> tuple[int, int]:
            stack = self.stack(self.photos[number])
            return placed.get(number, min((placed[each] for each in stack if each in placed), default=0)), number

        return sorted(self.evaluate(InAlbum(album_id)), key=place)

    def stack(self, row: PhotoRow) -> list[int]:
        """The visible photos of a stack in its order, or nothing if there is no other than this one."""
        held = [each for each in self.visible if row.stack is not None and each.stack == row.stack]
        numbers = [each.number for each in sorted(held, key=lambda each: (each.stack_rank, each.number))]
        return numbers if len(numbers) > 1 else []

    def put_on(self, row: PhotoRow, confirmed: bool) -> list[PhotoTag]:
        """The tags that were put on a photo, by the pure rules."""
        label = self.labels.get(row.number, Label())
        own = [PhotoTag(tag_id, TagSource.MANUAL) for tag_id in label.tagged]
        own += [PhotoTag(tag_id, TagSource.PREDICTED) for tag_id in label.predicted if not confirmed]
        ways = [
            [self.marks.get(at, FolderMarks(at)) for at in self.way_up(folder, self.folders)] for folder in row.folders
        ]
        found = photo_tags(own, label.excluded, ways, self.tag_up)
        return [tag for tag in found if tag.tag_id in self.tags]

    def tag_up(self, tag_id: str) -> list[str]:
        return self.way_up(tag_id, self.tags)

    def shows(self, row: PhotoRow, confirmed: bool) -> set[str]:
        shown: set[str] = set()
        for number in self.stack(row) or [row.number]:
            label = self.labels.get(number, Label())
            shown |= label.persons | (set() if confirmed else label.persons_predicted)
        return shown & set(self.persons)

    def way_up(self, row_id: str | None, rows: dict[str, Any]) -> list[str]:
        way = []
        while row_id is not None:
            way.append(row_id)
            row_id = rows[row_id].parent_id if row_id in rows else None
        return way

    def path(self, row_id: str, rows: dict[str, Any]) -> str:
        return "/".join(rows[at].name for at in reversed(self.way_up(row_id, rows)) if at in rows)

    def paths(self, ids: Iterable[str], rows: dict[str, Any]) -> tuple[str, ...]:
        return tuple(sorted({path for id_ in ids if (path := self.path(id_, rows))}))
