"""The summary of an import, which its closing message gives."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from photos_graph.services.datasets.imports.batch import RecordBatch
from photos_graph.services.datasets.imports.outcome import Outcome

MAX_FAILURES = 1_000  # kept, to be listed with the job
MAX_LISTED_CHANGES = 40


@dataclass(slots=True)
class ImportSummary:
    """The figures of an import so far. ``processed`` counts lines or sidecars, ``refused`` holds (path, reason)."""

    processed: int = 0
    photos: int = 0
    changed_photos: int = 0
    changed_folders: int = 0
    changed_albums: int = 0
    refused_count: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    def add_library(self, outcome: Outcome) -> None:
        """Adds the outcome of importing the record of the library."""
        self.changed_folders += outcome.changed
        self.changes += outcome.changes
        self._add_refused(outcome.refused)

    def add_batch(self, batch: RecordBatch, outcome: Outcome) -> None:
        """Adds the outcome of importing a batch of photos."""
        self.processed += batch.seen
        self.photos += len(batch.records)
        self.changed_photos += outcome.changed
        self.changes += outcome.changes
        self._add_refused(batch.refused + outcome.refused)

    def add_albums(self, outcome: Outcome) -> None:
        """Adds the outcome of importing albums."""
        self.changed_albums += outcome.changed
        self.changes += outcome.changes
        self._add_refused(outcome.refused)

    def _add_refused(self, refused: list[tuple[str, str]]) -> None:
        self.refused_count += len(refused)
        self.refused += refused[: MAX_FAILURES - len(self.refused)]

    def message(self) -> str:
        """Returns the closing message of the job."""
        refused = f", {self.refused_count:,} items could not be imported" if self.refused_count else ""
        changed = f"{self.changed_photos:,} of them changed, {self.changed_folders:,} folders changed"
        albums = f", {self.changed_albums:,} albums changed" if self.changed_albums else ""
        return f"{self.photos:,} photos read, {changed}{albums}{refused}.{self._undo_hint()}"

    def _undo_hint(self) -> str:
        """Returns the ids of the changes as the API has them, because nothing else tells them to a user."""
        if not self.changes:
            return ""
        listed = self.changes[-MAX_LISTED_CHANGES:]
        ids = [base64.b64encode(f"Change:{id_}".encode()).decode() for id_ in reversed(listed)]
        unlisted = len(self.changes) - len(listed)
        earlier = f", and {unlisted:,} before these, of the kind IMPORT in the graph" if unlisted else ""
        return f" To undo it, undo these changes in this order: {' '.join(ids)}{earlier}."
