"""Divides what a walk finds into batches of complete folders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from photos_graph.library.walking import Found, FoundFile, FoundFolder, Problem

BATCH = 4000  # files, or folders, compared at once


@dataclass(slots=True)
class FolderBatch:
    """Complete folders with all their files, so that files that are not among them have vanished."""

    folders: list[tuple[FoundFolder, list[FoundFile]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def batches(found: Iterator[Found]) -> Iterator[FolderBatch]:
    batch, size = FolderBatch(), 0
    for item in found:
        if isinstance(item, Problem):
            batch.problems.append(item)
        elif isinstance(item, FoundFolder):
            if size >= BATCH or len(batch.folders) >= BATCH:
                yield batch
                batch, size = FolderBatch(), 0
            batch.folders.append((item, []))
        else:
            batch.folders[-1][1].append(item)
            size += 1
    yield batch
