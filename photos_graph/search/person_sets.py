"""The photos that show a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyroaring import BitMap

from photos_graph.model.faces import Person
from photos_graph.model.search import PersonOrder
from photos_graph.search.columns import PhotoTable
from photos_graph.search.hierarchy import Hierarchy, Sized, by_size
from photos_graph.search.label_sets import NONE, LabelSets, union
from photos_graph.search.row_orders import NEVER, RowOrder, span
from photos_graph.search.stacks import StackSets


class PersonSets:
    """The photos of every person, and all other photos of their stacks.

    As in ``TagSets``, the sets are computed on demand, must not be changed, and hold only visible photos."""

    def __init__(self, visible: BitMap, labels: LabelSets, stacks: StackSets, table: PhotoTable) -> None:
        self.rows: Hierarchy[Person] = Hierarchy()
        self._visible = visible
        self._labels = labels
        self._stacks = stacks
        self._showing: dict[tuple[str, bool], BitMap] = {}
        self._table = table
        self._seen: dict[str, tuple[int, int] | None] = {}
        self._by_size: list[Sized[Person]] | None = None
        self._by_count = RowOrder(self.rows, self.photo_count)
        self._by_time = RowOrder(self.rows, self._last_seen)
        self.orders: Mapping[PersonOrder, RowOrder[Person]] = {
            PersonOrder.NAME: RowOrder(self.rows),
            PersonOrder.PHOTO_COUNT: self._by_count,
            PersonOrder.LAST_SEEN: self._by_time,
        }

    def replace_rows(self, rows: Iterable[Person], gone: Iterable[str]) -> None:
        gone = list(gone)
        self._labels.forget_persons(gone)
        self.rows.remove(gone)
        self.rows.put(rows)
        self._by_size = None
        self.forget(gone)

    def forget(self, person_ids: Iterable[str]) -> None:
        """Forgets what was computed from the labels of these persons."""
        person_ids = list(person_ids)
        self._by_count.forget(person_ids)
        self._by_time.forget(person_ids)
        for person_id in person_ids:
            self._by_size = None
            self._seen.pop(person_id, None)
            for confirmed in (True, False):
                self._showing.pop((person_id, confirmed), None)

    def forget_all(self) -> None:
        """Forgets everything that was computed, because stacks have changed."""
        self._by_size = None
        self._showing.clear()
        self._seen.clear()
        self._by_count.forget_all()
        self._by_time.forget_all()

    def forget_times(self, photos: BitMap) -> None:
        """Forgets when the persons whom these photos show were seen, because the dates of the photos may have
        changed."""
        changed = [id_ for id_, known in self._seen.items() if known is None or self.showing(id_).intersect(photos)]
        self._by_time.forget(changed)
        for person_id in changed:
            del self._seen[person_id]

    def showing(self, person_id: str, confirmed: bool = False) -> BitMap:
        if self.rows.get(person_id) is None:
            return NONE
        if not confirmed and person_id not in self._labels.persons_predicted:
            confirmed = True  # both sets are equal, so only one is cached
        known = self._showing.get((person_id, confirmed))
        if known is None:
            confirmed_photos = self._labels.persons.get(person_id, NONE)
            predicted = NONE if confirmed else self._labels.persons_predicted.get(person_id, NONE)
            known = union((confirmed_photos, predicted))
            known = self._stacks.whole(known if known <= self._visible else known & self._visible)
            self._showing[person_id, confirmed] = known
        return known

    def photo_count(self, person_id: str) -> int:
        """Returns the number of photos that show the person, of each stack one."""
        return len(self._stacks.collapsed(self.showing(person_id)))

    def seen(self, person_id: str) -> tuple[int, int] | None:
        """Returns the times of the first and the last photo that show the person, including predictions, in
        microseconds since 1970; or None if no photo of the person has a date."""
        if person_id not in self._seen:
            self._seen[person_id] = span(self._table.taken, self.showing(person_id))
        return self._seen[person_id]

    def _last_seen(self, person_id: str) -> int:
        seen = self.seen(person_id)
        return NEVER if seen is None else seen[1]

    def by_size(self) -> list[Sized[Person]]:
        """Returns all persons with the photos that show them, including predictions, sorted by descending size."""
        if self._by_size is None:
            self._by_size = by_size((row, self.showing(row.id)) for row in self.rows)
        return self._by_size

    def showing_others(self, person_ids: Iterable[str], confirmed: bool = False) -> BitMap:
        """Returns the photos that show a person who is not one of these."""
        wanted = set(person_ids)
        return union(self.showing(row.id, confirmed) for row in self.rows if row.id not in wanted)
