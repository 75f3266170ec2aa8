"""Who wins: the pure rules of which tags a photo has.

A tag comes to a photo by a person (or the file's own keywords), by a folder on the way up from one of its files, or
by a model, and the first of these is its source. It comes from a folder when the folder carries it recursively, or is
the file's own folder, and no folder between excludes it. An exclusion of a tag excludes all below it too: on a photo
from wherever it comes, on a folder what comes down from above. A photo that has a tag has all the tags above it.

The search index and the Cypher of ``docs/cypher.md`` are tested against these functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from photos_graph.model import Carried, FolderMarks, PhotoTag, TagSource

Up = Callable[[str], Iterable[str]]  # a tag's id -> it and all above it

_RANK = {TagSource.MANUAL: 0, TagSource.IMPORTED: 1, TagSource.FOLDER: 2, TagSource.PREDICTED: 3}


def inherited(way: Sequence[FolderMarks], up: Up) -> Iterator[tuple[Carried, str]]:
    """What comes to a file along its ``way``: the marks from its own folder up to the root. With the folder's id."""
    excluded: set[str] = set()
    for place, marks in enumerate(way):
        for carried in marks.carried:
            if (carried.recursive or place == 0) and excluded.isdisjoint(up(carried.tag_id)):
                yield carried, marks.folder_id
        excluded.update(marks.excluded)


def photo_tags(
    own: Iterable[PhotoTag], excluded: AbstractSet[str], ways: Iterable[Sequence[FolderMarks]], up: Up
) -> list[PhotoTag]:
    """The tags that were put on a photo, each once by its winning source; what they imply is not among them.

    ``own`` are those on the photo itself: MANUAL, IMPORTED, and PREDICTED ones at or over their threshold.
    ``ways`` has one way for each file, in the order of their keys; of several folders the first that is met wins.
    """
    given = list(own)
    for way in ways:
        for carried, folder_id in inherited(way, up):
            at = datetime.fromtimestamp(carried.at_ms / 1000, UTC)
            given.append(PhotoTag(carried.tag_id, TagSource.FOLDER, folder_id=folder_id, at=at))
    winners: dict[str, PhotoTag] = {}
    for tag in sorted(given, key=lambda tag: _RANK[tag.source]):
        if excluded.isdisjoint(up(tag.tag_id)):
            winners.setdefault(tag.tag_id, tag)
    return list(winners.values())
