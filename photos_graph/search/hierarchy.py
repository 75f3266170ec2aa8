"""Trees of folders, places and tags, and the photos at and below each row."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from pyroaring import BitMap

from photos_graph.search.folding import fold, name_words, natural_key


class Row(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def parent_id(self) -> str | None: ...


R = TypeVar("R", bound=Row)
C = TypeVar("C", bound=Row, contravariant=True)


class Sized(NamedTuple, Generic[R]):
    """A row, its photos, and their number."""

    size: int
    row: R
    photos: BitMap


def by_size(sets: Iterable[tuple[R, BitMap]]) -> list[Sized[R]]:
    """Largest first."""
    return sorted((Sized(len(photos), row, photos) for row, photos in sets), key=lambda each: -each.size)


class Watcher(Protocol[C]):
    """Is told of every row that is added or removed. A row that changes is removed and added."""

    def came(self, row: C) -> None: ...
    def went(self, row: C) -> None: ...


_CACHE_SIZE = 64  # answers for the beginning of a word
_MAX_SLASHES = 2  # within a name, such as "Biel/Bienne"


class Hierarchy(Generic[R]):
    """Rows may come in any order, a child before its parent, and photos before either.

    ``_own`` has the photos directly at a row, ``_below`` also those of all its descendants. These sets change in place,
    so that a caller who keeps what ``own`` and ``below`` return must copy it.
    """

    def __init__(self) -> None:
        self._rows: dict[str, R] = {}
        self._children: dict[str | None, set[str]] = {}
        self._named: dict[str, set[str]] = {}  # by folded name
        self._worded: dict[str, set[str]] = {}  # by each word of the name
        self._vocabulary: list[str] | None = None  # the words in order, when they are asked for
        self._topmost: dict[str, tuple[str, ...]] = {}  # by a word's beginning
        self._ways: dict[str, tuple[str, ...]] = {}  # ``way_up`` of those that were asked for
        self._own: dict[str, BitMap] = {}
        self._below: dict[str, BitMap] = {}
        self._watchers: list[Watcher[R]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows.values())

    def get(self, row_id: str) -> R | None:
        return self._rows.get(row_id)

    def own(self, row_id: str) -> BitMap:
        """The photos directly at a row."""
        return self._own.get(row_id) or BitMap()

    def below(self, row_id: str) -> BitMap:
        """The photos at a row or any of its descendants."""
        return self._below.get(row_id) or BitMap()

    def photo_count(self, row_id: str, recursive: bool = True) -> int:
        return len(self.below(row_id) if recursive else self.own(row_id))

    # rows

    def watch(self, watcher: Watcher[R]) -> None:
        """Tells the watcher of all rows, now and from now on."""
        self._watchers.append(watcher)
        for row in self:
            watcher.came(row)

    def put(self, rows: Iterable[R]) -> bool:
        """Adds or replaces rows. Returns whether photos lie within other rows than before."""
        moved: set[str | None] = set()
        for row in rows:
            before = self._rows.get(row.id)
            if before == row:
                continue
            if before is not None:
                self._forget_row(before)
            self._rows[row.id] = row
            self._children.setdefault(row.parent_id, set()).add(row.id)
            self._named.setdefault(fold(row.name), set()).add(row.id)
            self._forget_answers()
            for word in name_words(row.name):
                self._worded.setdefault(word, set()).add(row.id)
            for watcher in self._watchers:
                watcher.came(row)
            if before is None and self.below(row.id):
                moved |= {row.id, row.parent_id}
            elif before is not None and before.parent_id != row.parent_id:
                moved |= {before.parent_id, row.parent_id}
        self._gather(moved)
        return bool(moved)

    def remove(self, row_ids: Iterable[str]) -> bool:
        """Removes rows. Their children have no parent until they are put elsewhere. Returns whether there were any."""
        moved: set[str | None] = set()
        for row_id in row_ids:
            row = self._rows.pop(row_id, None)
            if row is None:
                continue
            self._forget_row(row)
            moved |= {row_id, row.parent_id}
        self._gather(moved)
        return bool(moved)

    def _forget_answers(self) -> None:
        self._vocabulary = None
        self._topmost.clear()
        self._ways.clear()

    def _forget_row(self, row: R) -> None:
        self._forget_answers()
        _discard(self._children, row.parent_id, row.id)
        _discard(self._named, fold(row.name), row.id)
        for word in name_words(row.name):
            _discard(self._worded, word, row.id)
        for watcher in self._watchers:
            watcher.went(row)

    # photos

    def post(self, photos: Mapping[str, BitMap]) -> None:
        """Adds photos to rows."""
        for row_id, came in photos.items():
            _unite(self._own, row_id, came)
            for above in self.way_up(row_id):
                _unite(self._below, above, came)

    def unpost(self, photos: Mapping[str, BitMap]) -> None:
        """Removes photos from all the rows that they are at."""
        for row_id, left in photos.items():
            self._own[row_id] -= left
            for above in self.way_up(row_id):
                self._below[above] -= left

    def _gather(self, moved: set[str | None]) -> None:
        """Recomputes the photos below the rows whose children changed and below all their ancestors, the deepest
        first."""
        ways = [list(self.way_up(row_id)) for row_id in moved if row_id is not None]
        depths = {row_id: len(way) - place for way in ways for place, row_id in enumerate(way)}
        for row_id in sorted(depths, key=depths.__getitem__, reverse=True):
            children = [self._below[c] for c in self._children.get(row_id, ()) if c in self._below]
            self._below[row_id] = BitMap.union(self.own(row_id), *children)

    # questions

    def way_up(self, row_id: str) -> Iterator[str]:
        """The row itself, its parent and so on, up to a parent that is not known or that was met before."""
        seen: set[str] = set()
        at: str | None = row_id
        while at is not None and at not in seen:
            seen.add(at)
            yield at
            row = self._rows.get(at)
            at = row.parent_id if row else None

    def known_way_up(self, row_id: str) -> tuple[str, ...]:
        """``way_up``, cached until a row changes. For places, which are few."""
        way = self._ways.get(row_id)
        if way is None:
            way = self._ways[row_id] = tuple(self.way_up(row_id))
        return way

    def way_down(self, row_id: str) -> Iterator[str]:
        """The row itself and all its descendants, each after its parent."""
        seen = {row_id}
        pending = [row_id]
        while pending:
            at = pending.pop()
            yield at
            children = self.child_ids(at) - seen
            seen |= children
            pending += children

    def child_ids(self, row_id: str) -> set[str]:
        return self._children.get(row_id, set())

    def path(self, row_id: str) -> str | None:
        """ "Italy/Abruzzo", the topmost first; None when the row is not known."""
        rows = [self._rows[at] for at in self.way_up(row_id) if at in self._rows]
        return "/".join(row.name for row in reversed(rows)) if rows else None

    def at(self, path: str) -> R | None:
        """The row of exactly that path, as ``path`` gives it."""
        wanted = unicodedata.normalize("NFC", path.strip("/"))
        return next((row for row in self.named(wanted) if self.path(row.id) == wanted), None)

    def children(self, row_id: str | None) -> list[R]:
        """In natural order of their names. The children of None are the topmost rows."""
        rows = [self._rows[child] for child in self._children.get(row_id, ()) if child in self._rows]
        return sorted(rows, key=sort_key)

    def named(self, path: str) -> list[R]:
        """Rows with that name, or with that path, such as "Italy/Abruzzo". Case and accents do not matter."""
        wanted = fold(path.strip("/"))
        parts = wanted.rsplit("/", _MAX_SLASHES + 1)
        names = {"/".join(parts[place:]) for place in range(len(parts))} | {wanted}
        found = [self._rows[row_id] for name in names for row_id in self._named.get(name, ())]
        return sorted(
            (row for row in found if f"/{fold(self.path(row.id) or '')}".endswith(f"/{wanted}")), key=sort_key
        )

    def rows_worded(self, prefix: str) -> set[str]:
        """Ids of the rows whose names have a word that begins with ``prefix``."""
        if self._vocabulary is None:
            self._vocabulary = sorted(self._worded)
        found: set[str] = set()
        for place in range(bisect_left(self._vocabulary, prefix), len(self._vocabulary)):
            if not self._vocabulary[place].startswith(prefix):
                break
            found |= self._worded[self._vocabulary[place]]
        return found

    def topmost_worded(self, prefix: str) -> tuple[str, ...]:
        """Those of ``rows_worded`` that have no ancestor among them."""
        known = self._topmost.get(prefix)
        if known is None:
            rows = self.rows_worded(prefix)
            known = tuple(row_id for row_id in rows if self._rows[row_id].parent_id not in rows)
            if len(self._topmost) >= _CACHE_SIZE:
                self._topmost.clear()
            self._topmost[prefix] = known
        return known

    def worded(self, prefix: str) -> BitMap:
        """Photos at or under a row with a word in its name that begins so."""
        rows = (self._below[row_id] for row_id in self.topmost_worded(prefix) if row_id in self._below)
        return BitMap.union(BitMap(), *rows)


def place_of(name: str, row_id: str) -> tuple[bytes, str, str]:
    """Where a row stands among its siblings; tuples compare as they do."""
    return natural_key(name), name, row_id


def sort_key(row: Row) -> tuple[bytes, str, str]:
    return place_of(row.name, row.id)


def _unite(postings: dict[str, BitMap], row_id: str, came: BitMap) -> None:
    if row_id in postings:
        postings[row_id] |= came
    else:
        postings[row_id] = came.copy()


K = TypeVar("K", bound=str | None)


def _discard(index: dict[K, set[str]], key: K, row_id: str) -> None:
    ids = index.get(key)
    if ids is not None:
        ids.discard(row_id)
        if not ids:
            del index[key]
