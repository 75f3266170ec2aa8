"""Computes which photos inherit the tags that folders carry, by the rules of ``photos_graph.tags`` but for all photos
at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from pyroaring import BitMap

from photos_graph.model.labels import FolderMarks, Tag
from photos_graph.search.hierarchy import Hierarchy
from photos_graph.search.label_sets import union
from photos_graph.search.rows import FolderRow


class Inheritance:
    def __init__(self, folders: Hierarchy[FolderRow], tags: Hierarchy[Tag]) -> None:
        self.marks: dict[str, FolderMarks] = {}  # by folder id; only those that carry or exclude something
        self._folders = folders
        self._tags = tags
        self._carriers: dict[str, dict[str, bool]] = {}  # by tag id: folder id -> recursively
        self._excluders: dict[str, set[str]] = {}  # by tag id: folder ids

    @property
    def carried(self) -> frozenset[str]:
        """The ids of the tags that any folder carries."""
        return frozenset(self._carriers)

    def with_marks(self, marks: Iterable[FolderMarks]) -> Inheritance:
        """Returns a copy in which these folders have these marks."""
        other = Inheritance(self._folders, self._tags)
        other.marks = dict(self.marks)
        other._carriers = {tag_id: dict(carriers) for tag_id, carriers in self._carriers.items()}
        other._excluders = {tag_id: set(excluders) for tag_id, excluders in self._excluders.items()}
        other.put(marks)
        return other

    def put(self, marks: Iterable[FolderMarks]) -> set[str]:
        """Replaces the marks of these folders. Returns the tags whose inheriting photos may have changed."""
        carried: set[str] = set()
        excluded: set[str] = set()
        for new in marks:
            old = self.marks.pop(new.folder_id, FolderMarks(new.folder_id))
            carried |= {tag_id for tag_id, _ in _recursive(old).items() ^ _recursive(new).items()}
            excluded |= set(old.excluded) ^ set(new.excluded)
            self._take_out(old)
            self._take_in(new)
        if excluded:
            carried |= {
                tag_id for tag_id in self._carriers if not excluded.isdisjoint(self._tags.self_and_ancestors(tag_id))
            }
        return carried

    def forget_tags(self, tag_ids: Iterable[str]) -> None:
        gone = set(tag_ids)
        touched = {folder_id for tag_id in gone for folder_id in self._carriers.get(tag_id, ())}
        touched |= {folder_id for tag_id in gone for folder_id in self._excluders.get(tag_id, ())}
        self.put(
            replace(
                marks,
                carried=tuple(each for each in marks.carried if each.tag_id not in gone),
                excluded=tuple(tag_id for tag_id in marks.excluded if tag_id not in gone),
            )
            for marks in [self.marks[folder_id] for folder_id in touched]
        )

    def _take_in(self, marks: FolderMarks) -> None:
        for tag_id, recursive in _recursive(marks).items():
            self._carriers.setdefault(tag_id, {})[marks.folder_id] = recursive
        for tag_id in marks.excluded:
            self._excluders.setdefault(tag_id, set()).add(marks.folder_id)
        if marks.carried or marks.excluded:
            self.marks[marks.folder_id] = marks

    def _take_out(self, marks: FolderMarks) -> None:
        for tag_id in _recursive(marks):
            del self._carriers[tag_id][marks.folder_id]
            if not self._carriers[tag_id]:
                del self._carriers[tag_id]
        for tag_id in marks.excluded:
            self._excluders[tag_id].discard(marks.folder_id)
            if not self._excluders[tag_id]:
                del self._excluders[tag_id]

    # questions

    def marks_of(self, folder_id: str) -> FolderMarks:
        """Returns the marks of the folder itself."""
        return self.marks.get(folder_id) or FolderMarks(folder_id)

    def marks_to_root(self, folder_id: str) -> list[FolderMarks]:
        """Returns the marks of a folder and of all its ancestors, the root's last."""
        return [self.marks_of(at) for at in self._folders.self_and_ancestors(folder_id)]

    def photos(self, tag_id: str) -> BitMap:
        """Returns the photos that inherit the tag. The set may belong to the folders, so a caller who keeps it must
        copy it."""
        carriers = self._carriers.get(tag_id)
        return union(self._cover(carriers, self._excluding(tag_id))) if carriers else BitMap()

    def barred(self, tag_id: str) -> BitMap:
        """Returns the photos in folders that exclude the tag or one of its ancestors, and in all folders below
        these."""
        return union(self._folders.photos_below(folder_id) for folder_id in self._excluding(tag_id))

    def _excluding(self, tag_id: str) -> set[str]:
        found: set[str] = set()
        return found.union(*(self._excluders.get(above, ()) for above in self._tags.self_and_ancestors(tag_id)))

    def _cover(self, carriers: Mapping[str, bool], excluders: AbstractSet[str]) -> Iterator[BitMap]:
        """Yields sets whose union is exact, from the topmost marks down. A folder's own mark overrides what it
        inherits, and each copy of a photo inherits from its own folder. The sets may overlap."""
        steps = _Steps(self._folders, carriers, excluders)
        pending = [(top, False) for top in steps.tops]
        met = set(steps.tops)
        while pending:
            folder_id, comes = pending.pop()
            if folder_id in excluders:
                comes = False
            recursive = carriers.get(folder_id)
            goes_on = comes or recursive is True
            if goes_on and folder_id not in steps.cut:
                yield self._folders.photos_below(folder_id)
                continue
            if comes or recursive is not None:
                yield self._folders.photos_at(folder_id)
            on_the_way = steps.down.get(folder_id, set())
            if goes_on:
                for child in self._folders.child_ids(folder_id) - on_the_way:
                    yield self._folders.photos_below(child)
            pending += [(child, goes_on) for child in on_the_way - met]
            met |= on_the_way


class _Steps:
    """The paths from the topmost folders down to the marks. ``down`` maps a folder to the next folders on these paths,
    and ``cut`` holds the folders with an exclusion somewhere below them."""

    def __init__(self, folders: Hierarchy[FolderRow], carriers: Iterable[str], excluders: Iterable[str]) -> None:
        self.tops: set[str] = set()
        self.cut: set[str] = set()
        self.down: dict[str, set[str]] = {}
        for folder_id in carriers:
            self._walk(folders, folder_id)
        for folder_id in excluders:
            self._walk(folders, folder_id)
            for above in list(folders.self_and_ancestors(folder_id))[1:]:
                if above in self.cut:
                    break
                self.cut.add(above)

    def _walk(self, folders: Hierarchy[FolderRow], folder_id: str) -> None:
        before = None
        for at in folders.self_and_ancestors(folder_id):
            known = self.down.setdefault(at, set())
            if before is not None:
                if before in known:
                    return
                known.add(before)
            before = at
        if before is not None:
            self.tops.add(before)


def _recursive(marks: FolderMarks) -> dict[str, bool]:
    """Returns whether the folder carries each of its tags recursively, by tag id."""
    found: dict[str, bool] = {}
    for carried in marks.carried:
        found[carried.tag_id] = found.get(carried.tag_id, False) or carried.recursive
    return found
