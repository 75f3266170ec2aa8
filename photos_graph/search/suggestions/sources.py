"""What can be suggested: things of several kinds, by their names.

Each kind is a source. One more source is all that another kind needs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

from pyroaring import BitMap

from photos_graph.model.search import SuggestionKind
from photos_graph.search.filters import PhotoFilter
from photos_graph.search.folding import name_words
from photos_graph.search.hierarchy import Hierarchy, Row
from photos_graph.search.label_sets import union
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.suggestions.name_index import Called, Fitting, NameIndex, Quality
from photos_graph.search.terms.properties import TakenWith, names_of_camera

_MOST_CHANGED = 500  # rows that are looked up apart from the others
MOST_WORDS = 12  # of a text; the others are left out

K = TypeVar("K", bound=Hashable)
R = TypeVar("R", bound=Row)


class Typed(NamedTuple):
    """A text, and its folded words."""

    text: str
    words: Sequence[str]

    @classmethod
    def of(cls, text: str) -> Typed:
        return cls(text, tuple(name_words(text))[:MOST_WORDS])


class NameSource(Protocol[K]):
    """Things of one kind, each with a key. ``kind`` is theirs."""

    @property
    def kind(self) -> SuggestionKind: ...

    def find(self, typed: Typed, slipped: bool) -> Fitting[K]:
        """Returns the names of things that fit what was typed; with ``slipped``, also if that has slips."""

    def most(self, key: K) -> int:
        """Returns a number that the photos of a thing do not exceed. It is asked of many things."""

    def photos(self, key: K) -> BitMap:
        """Returns the visible photos of a thing. The set must not be changed."""

    def label(self, name: Called[K]) -> str: ...

    def text(self, name: Called[K]) -> str | None:
        """Returns a text that a search understands as the filter, or None if there is only that of the filter."""

    def id(self, key: K) -> str | None:
        """Returns the id by which the API knows the thing, or None if it does not."""

    def filter(self, key: K) -> PhotoFilter:
        """Returns the filter that finds the photos of the thing."""


class RowSource:
    """The rows of a hierarchy. ``other_names`` gives what a row is called besides its name, in folded words, and
    ``shows`` says which rows are suggested. Numbers of photos are kept as long as the rows and ``version`` stay the
    same; without a version they are not kept."""

    def __init__(
        self,
        kind: SuggestionKind,
        rows: Hierarchy[R],
        photos: Callable[[str], BitMap],
        label: Callable[[str], str],
        filter: Callable[[str], PhotoFilter],
        other_names: Callable[[R], Iterable[Sequence[str]]] = lambda row: (),
        shows: Callable[[R], bool] = lambda row: True,
        version: Callable[[], int | None] = lambda: None,
    ) -> None:
        self.kind = kind
        self._rows: Hierarchy[Any] = rows
        self.photos = photos
        self._label = label
        self.filter = filter
        self._other_names: Callable[[Any], Iterable[Sequence[str]]] = other_names
        self._shows: Callable[[Any], bool] = shows
        self._names: NameIndex[str] | None = None
        self._changed: dict[str, None] = {}  # the ids of rows that changed since then, in this order
        self._late: NameIndex[str] | None = None  # the names of these
        self._version = version
        self._counted: int | None = None  # the version of the sizes
        self._sizes: dict[str, int] = {}
        rows.watch(self)

    def added(self, row: Row) -> None:
        self._changed[row.id] = None
        self._late = self._counted = None

    def removed(self, row: Row) -> None:
        self.added(row)

    def indexing(self) -> Callable[[], NameIndex[str]] | None:
        """Returns a function that indexes the names of the rows as they are now, or None if that was done. A thread may
        call it while rows change. ``use`` takes the result."""
        if self._names is not None:
            return None
        self._changed.clear()
        return partial(self._index, list(self._rows))

    def use(self, names: NameIndex[str]) -> None:
        """Takes what the last function of ``indexing`` returned, unless ``find`` was faster."""
        if self._names is None:
            self._names = names

    def find(self, typed: Typed, slipped: bool) -> Fitting[str]:
        version = self._version()
        if version is None or version != self._counted:
            self._counted = version
            self._sizes.clear()
        if self._names is None or len(self._changed) > _MOST_CHANGED:
            self._changed.clear()
            self._names = self._index(self._rows)
        found = self._names.find(typed.words, slipped)
        if not self._changed:
            return found
        if self._late is None:
            self._late = self._index(row for id_ in self._changed if (row := self._rows.get(id_)) is not None)
        late = self._late.find(typed.words, slipped)
        names = {
            quality: [
                *(name for name in found.names.get(quality, ()) if name.key not in self._changed),
                *late.names.get(quality, ()),
            ]
            for quality in Quality
        }
        return Fitting(names, [*found.starts, *late.starts])

    def _index(self, rows: Iterable[Any]) -> NameIndex[str]:
        return NameIndex(
            Called(row.id, name)
            for row in rows
            if self._shows(row)
            for name in (name_words(row.name), *self._other_names(row))
        )

    def most(self, key: str) -> int:
        size = self._sizes.get(key)
        if size is None:
            size = self._sizes[key] = len(self.photos(key))
        return size

    def label(self, name: Called[str]) -> str:
        return self._label(name.key)

    def text(self, name: Called[str]) -> str | None:
        return None

    def id(self, key: str) -> str | None:
        return key


class CameraSource:
    """Cameras by make and model, and lenses, as photos name them."""

    kind = SuggestionKind.CAMERA

    def __init__(self, sets: PhotoSets) -> None:
        self._sets = sets
        self._known = 0
        self._names: NameIndex[str] = NameIndex(())
        self._codes: dict[str, list[int]] = {}  # of the values of the column that the filter of a name matches

    def find(self, typed: Typed, slipped: bool) -> Fitting[str]:
        cameras = self._sets.table.cameras.values
        if len(cameras) != self._known:
            self._known = len(cameras)
            self._codes.clear()
            texts = dict.fromkeys(text for camera in cameras for text in _called(camera) if text)
            self._names = NameIndex(Called(text, name_words(text)) for text in texts)
        return self._names.find(typed.words, slipped)

    def most(self, key: str) -> int:
        return len(self.photos(key))

    def photos(self, key: str) -> BitMap:
        if key not in self._codes:
            cameras = self._sets.table.cameras.values
            self._codes[key] = TakenWith(key).codes(cameras)
        sets = self._sets.by_value["camera"]
        return union(sets[code] for code in self._codes[key] if code in sets)

    def label(self, name: Called[str]) -> str:
        return name.key

    def text(self, name: Called[str]) -> str | None:
        return None

    def id(self, key: str) -> str | None:
        return None

    def filter(self, key: str) -> PhotoFilter:
        return PhotoFilter(camera=key)


def _called(camera: str) -> Iterable[str]:
    """Returns the make and model together, unless the model begins with the make, and the lens."""
    make, model, *lenses, both = names_of_camera(camera)
    repeats = bool(make) and name_words(model)[:1] == name_words(make)[:1]
    return (model if repeats else both, *lenses)
