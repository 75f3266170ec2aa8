"""Trees of folders, places and tags, and the photos at and below each of their rows."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    @property
    def merged(self) -> tuple[str, ...]: ...  # the ids of rows that were merged into it


R = TypeVar("R", bound=Row)
C = TypeVar("C", bound=Row, contravariant=True)


class Sized(NamedTuple, Generic[R]):
    """A row, its photos, and their number."""

    size: int
    row: R
    photos: BitMap


def by_size(sets: Iterable[tuple[R, BitMap]]) -> list[Sized[R]]:
    """Sorts the sets by size, largest first."""
    return sorted((Sized(len(photos), row, photos) for row, photos in sets), key=lambda each: -each.size)


class Watcher(Protocol[C]):
    """An observer of the rows that are added and removed. A row that changes is removed and added."""

    def added(self, row: C) -> None: ...
    def removed(self, row: C) -> None: ...


_CACHE_SIZE = 64  # prefixes of words
_MAX_SLASHES = 2  # in one name, such as "Biel/Bienne"


class Hierarchy(Generic[R]):
    """A forest of rows with their photos. Rows and photos may be added in any order: a child may come before its
    parent, and photos before their row.

    The sets that ``photos_at`` and ``photos_below`` return change in place, so that a caller who keeps one must copy
    it. ``join`` makes a path of names and ``split`` takes it apart; those of tags escape slashes in names.
    """

    def __init__(
        self,
        join: Callable[[Iterable[str]], str] = "/".join,
        split: Callable[[str], list[str]] = lambda path: path.split("/"),
    ) -> None:
        self._join = join
        self._split = split
        self._rows: dict[str, R] = {}
        self._successors: dict[str, str] = {}  # ids of rows, by the ids of those that were merged into them
        self._children: dict[str | None, set[str]] = {}
        self._by_name: dict[str, set[str]] = {}  # ids by folded name
        self._by_word: dict[str, set[str]] = {}  # ids by each word of the name
        self._vocabulary: list[str] | None = None  # the sorted words; made on demand
        self._topmost_by_prefix: dict[str, tuple[str, ...]] = {}  # a cache of ``topmost_with_word``
        self._ancestries: dict[str, tuple[str, ...]] = {}  # a cache of ``self_and_ancestors``
        self._photos_at: dict[str, BitMap] = {}
        self._photos_below: dict[str, BitMap] = {}
        self._watchers: list[Watcher[R]] = []
        self._photo_watchers: list[Callable[[Iterable[str]], None]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows.values())

    def get(self, row_id: str) -> R | None:
        return self._rows.get(row_id)

    def current_id(self, row_id: str) -> str:
        """Returns the id of the row into which this one was merged, or the same id if the row exists or is unknown."""
        return row_id if row_id in self._rows else self._successors.get(row_id, row_id)

    def photos_at(self, row_id: str) -> BitMap:
        """Returns the photos directly at a row."""
        return self._photos_at.get(row_id) or BitMap()

    def photos_below(self, row_id: str) -> BitMap:
        """Returns the photos at a row or any of its descendants."""
        return self._photos_below.get(row_id) or BitMap()

    def photo_count(self, row_id: str, recursive: bool = True) -> int:
        return len(self.photos_below(row_id) if recursive else self.photos_at(row_id))

    # rows

    def watch(self, watcher: Watcher[R]) -> None:
        """Notifies the watcher of all present rows, and from now on of every change."""
        self._watchers.append(watcher)
        for row in self:
            watcher.added(row)

    def watch_photos(self, watcher: Callable[[Iterable[str]], None]) -> None:
        """Calls the watcher with the ids of rows whenever photos at or below these may have come, gone or changed."""
        self._photo_watchers.append(watcher)

    def put(self, rows: Iterable[R]) -> bool:
        """Adds or replaces rows. Returns whether any photos now have other ancestors than before."""
        moved: set[str | None] = set()
        for row in rows:
            before = self._rows.get(row.id)
            if before == row:
                continue
            if before is not None:
                self._forget_row(before)
            self._rows[row.id] = row
            self._successors.update(dict.fromkeys(row.merged, row.id))
            self._children.setdefault(row.parent_id, set()).add(row.id)
            self._by_name.setdefault(fold(row.name), set()).add(row.id)
            self._forget_answers()
            for word in name_words(row.name):
                self._by_word.setdefault(word, set()).add(row.id)
            for watcher in self._watchers:
                watcher.added(row)
            if before is None and self.photos_below(row.id):
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
        self._topmost_by_prefix.clear()
        self._ancestries.clear()

    def _forget_row(self, row: R) -> None:
        self._forget_answers()
        for gone in row.merged:
            if self._successors.get(gone) == row.id:
                del self._successors[gone]
        _discard(self._children, row.parent_id, row.id)
        _discard(self._by_name, fold(row.name), row.id)
        for word in name_words(row.name):
            _discard(self._by_word, word, row.id)
        for watcher in self._watchers:
            watcher.removed(row)

    # photos

    def post(self, photos: Mapping[str, BitMap]) -> None:
        """Adds photos to rows."""
        for row_id, came in photos.items():
            _unite(self._photos_at, row_id, came)
            for above in self.self_and_ancestors(row_id):
                _unite(self._photos_below, above, came)
        self._tell_of_photos(photos)

    def unpost(self, photos: Mapping[str, BitMap]) -> None:
        """Removes photos from all the rows that they are at."""
        for row_id, left in photos.items():
            self._photos_at[row_id] -= left
            for above in self.self_and_ancestors(row_id):
                self._photos_below[above] -= left
        self._tell_of_photos(photos)

    def _tell_of_photos(self, row_ids: Iterable[str]) -> None:
        if self._photo_watchers:
            reached = {above for row_id in row_ids for above in self.self_and_ancestors(row_id)}
            for watcher in self._photo_watchers:
                watcher(reached)

    def _gather(self, moved: set[str | None]) -> None:
        """Recomputes the photos below the rows whose children changed and below all their ancestors, the deepest
        first."""
        ways = [list(self.self_and_ancestors(row_id)) for row_id in moved if row_id is not None]
        depths = {row_id: len(way) - place for way in ways for place, row_id in enumerate(way)}
        for row_id in sorted(depths, key=depths.__getitem__, reverse=True):
            children = [self._photos_below[c] for c in self._children.get(row_id, ()) if c in self._photos_below]
            self._photos_below[row_id] = BitMap.union(self.photos_at(row_id), *children)
        self._tell_of_photos(depths)

    # questions

    def self_and_ancestors(self, row_id: str) -> Iterator[str]:
        """Yields the ids of the row itself, its parent and so on. It stops at an unknown parent, and at a cycle."""
        seen: set[str] = set()
        at: str | None = row_id
        while at is not None and at not in seen:
            seen.add(at)
            yield at
            row = self._rows.get(at)
            at = row.parent_id if row else None

    def cached_ancestry(self, row_id: str) -> tuple[str, ...]:
        """Returns ``self_and_ancestors`` from a cache, which lasts until a row changes. It is meant for places, which
        are few."""
        way = self._ancestries.get(row_id)
        if way is None:
            way = self._ancestries[row_id] = tuple(self.self_and_ancestors(row_id))
        return way

    def self_and_descendants(self, row_id: str) -> Iterator[str]:
        """Yields the ids of the row itself and of all its descendants, each after its parent."""
        seen = {row_id}
        pending = [row_id]
        while pending:
            at = pending.pop()
            yield at
            children = self.child_ids(at) - seen
            seen |= children
            pending += children

    def child_ids(self, row_id: str | None) -> set[str]:
        """Returns the ids of the children; those of None are the topmost rows. The set must not be changed."""
        return self._children.get(row_id, set())

    def ancestors(self, row_id: str) -> list[R]:
        """Returns the rows above a row, the topmost first."""
        return [self._rows[at] for at in self.self_and_ancestors(row_id) if at != row_id and at in self._rows][::-1]

    def path(self, row_id: str) -> str | None:
        """Returns the names from the topmost row down, such as "Italy/Abruzzo", or None if the row is not known."""
        names = self._names(row_id)
        return self._join(names) if names else None

    def _names(self, row_id: str) -> list[str]:
        """Returns the names from the topmost row down."""
        return [self._rows[at].name for at in self.self_and_ancestors(row_id) if at in self._rows][::-1]

    def at(self, path: str) -> R | None:
        """Returns the row with exactly that path, in the form in which ``path`` returns it."""
        wanted = unicodedata.normalize("NFC", path.strip("/"))
        return next((row for row in self.named(wanted) if self.path(row.id) == wanted), None)

    def children(self, row_id: str | None) -> list[R]:
        """Returns the children in natural order of their names. The children of None are the topmost rows."""
        rows = [self._rows[child] for child in self._children.get(row_id, ()) if child in self._rows]
        return sorted(rows, key=sort_key)

    def named(self, path: str) -> list[R]:
        """Returns the rows with that name or path, such as "Italy/Abruzzo". Case and accents do not matter.

        A slash in a name, as in "Biel/Bienne", need not be escaped; one that is escaped is not taken for a separator.
        """
        levels = _without_empty_ends(self._split(path))
        wanted = fold("/".join(levels))
        parts = wanted.rsplit("/", _MAX_SLASHES + 1)
        names = {"/".join(parts[place:]) for place in range(len(parts))} | {wanted}
        exactly = [fold(level) for level in levels] if wanted.count("/") >= len(levels) else None
        found = [self._rows[row_id] for name in names for row_id in self._by_name.get(name, ())]
        return sorted((row for row in found if self._is_named(row.id, wanted, exactly)), key=sort_key)

    def _is_named(self, row_id: str, wanted: str, exactly: list[str] | None) -> bool:
        names = self._names(row_id)
        if exactly is not None:
            return [fold(name) for name in names[-len(exactly) :]] == exactly
        return f"/{fold('/'.join(names))}".endswith(f"/{wanted}")

    def ids_with_word(self, prefix: str) -> set[str]:
        """Returns the ids of the rows whose names have a word that begins with ``prefix``."""
        if self._vocabulary is None:
            self._vocabulary = sorted(self._by_word)
        found: set[str] = set()
        for place in range(bisect_left(self._vocabulary, prefix), len(self._vocabulary)):
            if not self._vocabulary[place].startswith(prefix):
                break
            found |= self._by_word[self._vocabulary[place]]
        return found

    def ids_with_words(self, prefixes: Iterable[str]) -> set[str]:
        """Returns the ids of the rows in whose path a word begins with each prefix, and in whose own name a word begins
        with at least one of them."""
        having = [self.ids_with_word(prefix) for prefix in prefixes]
        if len(having) < 2:
            return set().union(*having)
        ways = ((row_id, set(self.self_and_ancestors(row_id))) for row_id in set().union(*having))
        return {row_id for row_id, way in ways if not any(way.isdisjoint(those) for those in having)}

    def topmost_with_word(self, prefix: str) -> tuple[str, ...]:
        """Returns those of ``ids_with_word`` that have no ancestor among them."""
        known = self._topmost_by_prefix.get(prefix)
        if known is None:
            rows = self.ids_with_word(prefix)
            known = tuple(row_id for row_id in rows if self._rows[row_id].parent_id not in rows)
            if len(self._topmost_by_prefix) >= _CACHE_SIZE:
                self._topmost_by_prefix.clear()
            self._topmost_by_prefix[prefix] = known
        return known

    def photos_with_word(self, prefix: str) -> BitMap:
        """Returns the photos at or below the rows whose names have a word that begins with ``prefix``."""
        rows = (self._photos_below[row_id] for row_id in self.topmost_with_word(prefix) if row_id in self._photos_below)
        return BitMap.union(BitMap(), *rows)


def _without_empty_ends(levels: list[str]) -> list[str]:
    first = next((place for place, level in enumerate(levels) if level), len(levels))
    last = next((place for place in range(len(levels), first, -1) if levels[place - 1]), first)
    return levels[first:last]


def place_of(name: str, row_id: str) -> tuple[bytes, str, str]:
    """Returns the sort key of a row among its siblings."""
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
