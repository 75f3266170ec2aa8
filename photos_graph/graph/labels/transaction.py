"""The transaction that changes labels, or what the search index holds of photos and folders."""

from __future__ import annotations

from collections.abc import Iterable

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.edits import Change, Edit


class LabelTransaction(Transaction):
    """A transaction that holds the lock of labels, and collects what can be undone and what the index must read again.

    ``LabelWriter`` alone makes one. A function that writes labels demands it in its signature, so the type checker
    refuses to write them without the lock. ``now_ms`` is the time of everything that it writes, in milliseconds since
    1970.
    """

    def __init__(self, tx: Transaction, now_ms: int) -> None:
        super().__init__(tx._graph, tx._inner)
        self.now_ms = now_ms
        self.photos: set[int] = set()
        self.folders: set[str] = set()
        self.labelled: set[int] = set()
        self.tags: set[str] = set()
        self.persons: set[str] = set()
        self.albums: set[str] = set()
        self.restacked: set[int] = set()  # photos whose place in a stack changed
        self.created: set[int] = set()  # photos that are new, so that nothing was known of them before
        self.changes: list[Change] = []
        self.persons_made: list[Edit] = []  # the edits of persons that were created for a name given to faces

    def touch(
        self,
        photos: Iterable[int] = (),
        folders: Iterable[str] = (),
        labelled: Iterable[int] = (),
        tags: Iterable[str] = (),
        persons: Iterable[str] = (),
        albums: Iterable[str] = (),
    ) -> None:
        """Records what this transaction changes, so that the index reads it again: ``photos`` (by number) as a whole,
        only the tags, faces, persons and albums of ``labelled`` photos (by number), and folders, tags, persons and
        albums by id."""
        self.photos.update(photos)
        self.folders.update(folders)
        self.labelled.update(labelled)
        self.tags.update(tags)
        self.persons.update(persons)
        self.albums.update(albums)

    def record(self, change: Change) -> str | None:
        """Adds a change that is stored at the end, so that it can be undone. Returns its id, or None if it has no
        edits."""
        self.changes.append(change)
        return change.id if change.edits else None
