"""Writes an entry of the feed of changes (see ``feed``). Only ``photos_graph.graph.writing`` imports this module."""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString

from photos_graph.graph.engine.connection import Transaction

NEXT: LiteralString = """
MERGE (m:Meta {name: 'feed'}) SET m.value = coalesce(m.value, 0) + 1
CREATE (t:Touched {seq: m.value, photos: $photos, folders: $folders, labelled: $labelled, tags: $tags,
  persons: $persons, albums: $albums})
RETURN t.seq AS seq
"""


async def touch(
    tx: Transaction,
    photos: Iterable[int] = (),
    folders: Iterable[str] = (),
    labelled: Iterable[int] = (),
    tags: Iterable[str] = (),
    persons: Iterable[str] = (),
    albums: Iterable[str] = (),
) -> None:
    """Records the rows that ``tx`` changes (see ``feed.Touched``). A transaction does this last, so that the counter is
    locked briefly."""
    rows: dict[str, list[int] | list[str]] = {
        "photos": sorted(set(photos)),
        "folders": sorted(set(folders)),
        "labelled": sorted(set(labelled)),
        "tags": sorted(set(tags)),
        "persons": sorted(set(persons)),
        "albums": sorted(set(albums)),
    }
    if any(rows.values()):
        await tx.run(NEXT, **rows)
