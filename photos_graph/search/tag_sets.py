"""The photos that have a tag, from people, folders or models, without the photos that exclude it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pyroaring import BitMap

from photos_graph.model.labels import FolderMarks, Tag
from photos_graph.model.search import TagOrder
from photos_graph.names import tag_names, tag_path
from photos_graph.search.hierarchy import Hierarchy, Sized, by_size
from photos_graph.search.inheritance import Inheritance
from photos_graph.search.label_sets import NONE, LabelSets, union
from photos_graph.search.row_orders import RowOrder
from photos_graph.search.rows import FolderRow
from photos_graph.search.stacks import StackSets


class TagSets:
    """The photos of every tag. The sets are computed on demand, and cached until something that they depend on changes.

    They must not be changed, and hold only visible photos. ``confirmed`` leaves out predictions.
    """

    def __init__(self, visible: BitMap, folders: Hierarchy[FolderRow], labels: LabelSets, stacks: StackSets) -> None:
        self.rows: Hierarchy[Tag] = Hierarchy(tag_path, tag_names)
        self.inheritance = Inheritance(folders, self.rows)
        self._visible = visible
        self._labels = labels
        self._stacks = stacks
        self._inherited: dict[str, BitMap] = {}
        self._put: dict[tuple[str, bool], BitMap] = {}
        self._having: dict[tuple[str | None, bool], BitMap] = {}  # for None, photos with any tag
        self._by_size: list[Sized[Tag]] | None = None
        self._by_count = RowOrder(self.rows, self.photo_count)
        self.orders: Mapping[TagOrder, RowOrder[Tag]] = {
            TagOrder.NAME: RowOrder(self.rows),
            TagOrder.PHOTO_COUNT: self._by_count,
        }

    # changes

    def replace_rows(self, rows: Iterable[Tag], gone: Iterable[str]) -> None:
        gone = list(gone)
        self._labels.forget_tags(gone)
        self.inheritance.forget_tags(gone)
        self.rows.remove(gone)
        elsewhere = bool(gone)
        fresh: set[str] = set()
        for row in rows:
            before = self.rows.get(row.id)
            if before is None and not self.rows.child_ids(row.id):
                fresh.add(row.id)
            elif before is None or before.parent_id != row.parent_id:
                elsewhere = True
            self.rows.put([row])
        if elsewhere:  # a tag may have other ancestors now, or exclusions of its ancestors may be gone
            self._inherited.clear()
            self._put.clear()
            self._having.clear()
            self._by_count.forget_all()
        self._by_size = None
        self.forget_inherited(fresh)

    def replace_marks(self, marks: Iterable[FolderMarks]) -> None:
        self.forget_inherited(self.inheritance.put(marks))

    def forget(self, tag_ids: Iterable[str]) -> None:
        """Clears the cached sets that depend on the labels of these tags."""
        for tag_id in tag_ids:
            self._by_size = None
            for confirmed in (True, False):
                self._put.pop((tag_id, confirmed), None)
                self._having.pop((None, confirmed), None)
                for above in self.rows.self_and_ancestors(tag_id):
                    self._having.pop((above, confirmed), None)
            self._by_count.forget(self.rows.self_and_ancestors(tag_id))

    def forget_counts(self) -> None:
        """Must be called if stacks have changed, of each of which one photo counts."""
        self._by_count.forget_all()

    def forget_below(self, tag_ids: Iterable[str]) -> None:
        """Clears the cached sets that depend on the exclusions of these tags."""
        self.forget({below for tag_id in tag_ids for below in self.rows.self_and_descendants(tag_id)})

    def forget_inherited(self, tag_ids: Iterable[str]) -> None:
        """Clears the cached sets of photos that inherit these tags."""
        tag_ids = list(tag_ids)
        for tag_id in tag_ids:
            self._inherited.pop(tag_id, None)
        self.forget(tag_ids)

    # questions

    def having(self, tag_id: str, confirmed: bool = False) -> BitMap:
        """Returns the photos with the tag or one of its descendants."""
        if self.rows.get(tag_id) is None:
            return NONE
        known = self._having.get((tag_id, confirmed))
        if known is None:
            below = list(self.rows.self_and_descendants(tag_id))
            if confirmed or self._labels.predicted.keys().isdisjoint(below):
                known = union(self.put_on(each, True) for each in below)
            else:
                known = union(self.put_on(each, False) for each in below)
            self._having[tag_id, confirmed] = known
        return known

    def photo_count(self, tag_id: str) -> int:
        """Returns the number of photos with the tag or one of its descendants, of each stack one."""
        return len(self._stacks.collapsed(self.having(tag_id)))

    def by_size(self) -> list[Sized[Tag]]:
        """Returns all tags with the photos that have them, including predictions, sorted by descending size."""
        if self._by_size is None:
            self._by_size = by_size((row, self.having(row.id)) for row in self.rows)
        return self._by_size

    def put_on(self, tag_id: str, confirmed: bool = False) -> BitMap:
        """Returns the photos that have the tag itself, from any source, and do not exclude it."""
        if not confirmed and tag_id not in self._labels.predicted:
            confirmed = True  # both sets are equal, so only one is cached
        known = self._put.get((tag_id, confirmed))
        if known is None:
            known = self._put[tag_id, confirmed] = self._standing(tag_id, confirmed, self.inherited(tag_id))
        return known

    def inherited(self, tag_id: str) -> BitMap:
        """Returns the photos that inherit the tag from folders, including those that exclude it themselves."""
        known = self._inherited.get(tag_id)
        if known is None:
            known = self._inherited[tag_id] = self.inheritance.photos(tag_id)
        return known

    def having_any(self, confirmed: bool = False) -> BitMap:
        known = self._having.get((None, confirmed))
        if known is None:
            known = self._having[None, confirmed] = union(self.having(top, confirmed) for top in self._topmost())
        return known

    def having_others(self, tag_ids: Iterable[str], confirmed: bool = False) -> BitMap:
        """Returns the photos with a tag that is neither one of these nor a descendant or ancestor of one."""
        wanted = {tag_id for tag_id in tag_ids if self.rows.get(tag_id) is not None}
        above = {each for tag_id in wanted for each in self.rows.self_and_ancestors(tag_id)} - wanted
        others: list[BitMap] = []
        pending = self._topmost()
        while pending:
            tag_id = pending.pop()
            if tag_id in above:
                pending += self.rows.child_ids(tag_id)
            elif tag_id not in wanted:
                others.append(self.having(tag_id, confirmed))
        return union(others)

    def excluded(self, tag_id: str, confirmed: bool = False) -> BitMap:
        """Returns the photos without the tag that exclude the tag or one of its ancestors, or are below a folder that
        does. With ``confirmed``, a photo for which the tag is only predicted counts as one without it."""
        if self.rows.get(tag_id) is None:
            return NONE
        taken_off = union([*self._exclusions(tag_id), self.inheritance.barred(tag_id)])
        return (taken_off & self._visible) - self.having(tag_id, confirmed)

    def predicted(self, tag_id: str) -> BitMap:
        """Returns the photos to which a model gives the tag or a descendant, which they do not exclude, whatever else
        gives it to them."""
        below = self.rows.self_and_descendants(tag_id)
        found = union(self._labels.predicted.get(each, NONE) - self.rejected(each) for each in below)
        return found & self._visible

    def rejected(self, tag_id: str) -> BitMap:
        """Returns the photos that exclude the tag or one of its ancestors themselves."""
        return union(self._exclusions(tag_id))

    def is_taken_off(self, tag_id: str, number: int) -> bool:
        """Returns whether the photo itself excludes the tag or one of its ancestors."""
        return any(number in excluded for excluded in self._exclusions(tag_id))

    def reached_if(self, tag_ids: Iterable[str], marks: Iterable[FolderMarks]) -> BitMap:
        """Returns the photos that would gain or lose any of these tags if these folders had these marks. Predictions do
        not count."""
        then = self.inheritance.with_marks(marks)
        changed = BitMap()
        for tag_id in tag_ids:
            if self.rows.get(tag_id) is not None:
                below = self.rows.self_and_descendants(tag_id)
                having = union(self._standing(each, True, then.photos(each)) for each in below)
                changed |= having ^ self.having(tag_id, True)
        return changed

    def _standing(self, tag_id: str, confirmed: bool, inherited: BitMap) -> BitMap:
        if self.rows.get(tag_id) is None:
            return NONE
        labels = self._labels
        given = union(
            (labels.tagged.get(tag_id, NONE), inherited, NONE if confirmed else labels.predicted.get(tag_id, NONE))
        )
        excluded = self.rejected(tag_id)
        if excluded:
            given = given - excluded
        return given if given <= self._visible else given & self._visible

    def _exclusions(self, tag_id: str) -> Iterator[BitMap]:
        for above in self.rows.self_and_ancestors(tag_id):
            yield self._labels.excluded.get(above, NONE)

    def _topmost(self) -> list[str]:
        """Returns the ids of the tags without a known parent."""
        return [row.id for row in self.rows if row.parent_id is None or self.rows.get(row.parent_id) is None]
