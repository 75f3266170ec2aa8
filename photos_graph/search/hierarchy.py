"""Rows that lie within each other, as folders, places and tags do, and the photos below each of them."""

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
    """A row and the photos that are its own by whatever rule."""

    size: int
    row: R
    photos: BitMap


def by_size(sets: Iterable[tuple[R, BitMap]]) -> list[Sized[R]]:
    """Largest first."""
    return sorted((Sized(len(photos), row, photos) for row, photos in sets), key=lambda each: -each.size)


class Watcher(Protocol[C]):
    """Told of every row that comes and goes; one that changes goes and comes."""

    def came(self, row: C) -> None: ...
    def went(self, row: C) -> None: ...


_KEPT = 64  # answers for a word's beginning
_SLASHES = 2  # that a name of its own may have, as "Biel/Bienne" has one


class Hierarchy(Generic[R]):
    """Rows may come in any order, a child before its parent, and photos before either.

    ``_own`` holds the photos directly at a row, ``_below`` those and all that lie under it; they change
    in place, so whoever keeps what ``own`` and ``below`` return must copy it.
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
        """Photos directly at a row."""
        return self._own.get(row_id) or BitMap()

    def below(self, row_id: str) -> BitMap:
        """Photos at a row or anywhere under it."""
        return self._below.get(row_id) or BitMap()

    def photo_count(self, row_id: str, recursive: bool = True) -> int:
        return len(self.below(row_id) if recursive else self.own(row_id))

    # rows

    def watch(self, watcher: Watcher[R]) -> None:
        """From now on; of the rows that are here it is told at once."""
        self._watchers.append(watcher)
        for row in self:
            watcher.came(row)

    def put(self, rows: Iterable[R]) -> bool:
        """Whether photos that are here lie within other rows than before."""
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
        """The rows go; what lies in them has no parent until it is put elsewhere. Whether there were any."""
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
        """Photos come to rows."""
        for row_id, came in photos.items():
            _unite(self._own, row_id, came)
            for above in self.way_up(row_id):
                _unite(self._below, above, came)

    def unpost(self, photos: Mapping[str, BitMap]) -> None:
        """Photos leave all the rows that they are at."""
        for row_id, left in photos.items():
            self._own[row_id] -= left
            for above in self.way_up(row_id):
                self._below[above] -= left

    def _gather(self, moved: set[str | None]) -> None:
        """Sum up anew the rows whose children changed, and all above them, the deepest first."""
        ways = [list(self.way_up(row_id)) for row_id in moved if row_id is not None]
        depths = {row_id: len(way) - place for way in ways for place, row_id in enumerate(way)}
        for row_id in sorted(depths, key=depths.__getitem__, reverse=True):
            children = [self._below[c] for c in self._children.get(row_id, ()) if c in self._below]
            self._below[row_id] = BitMap.union(self.own(row_id), *children)

    # questions

    def way_up(self, row_id: str) -> Iterator[str]:
        """The row itself, its parent, and so on; ends where a parent is not known, and in a loop."""
        seen: set[str] = set()
        at: str | None = row_id
        while at is not None and at not in seen:
            seen.add(at)
            yield at
            row = self._rows.get(at)
            at = row.parent_id if row else None

    def known_way_up(self, row_id: str) -> tuple[str, ...]:
        """``way_up``, kept until a row changes: for places, which are few."""
        way = self._ways.get(row_id)
        if way is None:
            way = self._ways[row_id] = tuple(self.way_up(row_id))
        return way

    def way_down(self, row_id: str) -> Iterator[str]:
        """The row itself and all under it, each after the one that it lies in."""
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
        """In natural order of their names; of None: the topmost rows."""
        rows = [self._rows[child] for child in self._children.get(row_id, ()) if child in self._rows]
        return sorted(rows, key=sort_key)

    def named(self, path: str) -> list[R]:
        """Rows of that name, or of names on the way up as "Italy/Abruzzo"; case and accents do not count."""
        wanted = fold(path.strip("/"))
        parts = wanted.rsplit("/", _SLASHES + 1)
        names = {"/".join(parts[place:]) for place in range(len(parts))} | {wanted}
        found = [self._rows[row_id] for name in names for row_id in self._named.get(name, ())]
        return sorted(
            (row for row in found if f"/{fold(self.path(row.id) or '')}".endswith(f"/{wanted}")), key=sort_key
        )

    def rows_worded(self, prefix: str) -> set[str]:
        """Ids of the rows with a word in their names that begins so."""
        if self._vocabulary is None:
            self._vocabulary = sorted(self._worded)
        found: set[str] = set()
        for place in range(bisect_left(self._vocabulary, prefix), len(self._vocabulary)):
            if not self._vocabulary[place].startswith(prefix):
                break
            found |= self._worded[self._vocabulary[place]]
        return found

    def topmost_worded(self, prefix: str) -> tuple[str, ...]:
        """Those of ``rows_worded`` that lie within no other of them."""
        known = self._topmost.get(prefix)
        if known is None:
            rows = self.rows_worded(prefix)
            known = tuple(row_id for row_id in rows if self._rows[row_id].parent_id not in rows)
            if len(self._topmost) >= _KEPT:
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
