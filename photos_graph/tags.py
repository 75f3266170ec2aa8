"""The rules for which tags a photo has, as pure functions.

A photo gets a tag from a person (or the keywords of its file), from a folder above one of its files, or from a model.
The first of these is the source of the tag. A folder passes a tag to a photo if it carries the tag recursively or is
the folder of the file, and if no folder in between excludes the tag. An exclusion also applies to the descendants of
the tag: on a photo, to tags from any source; on a folder, to tags from its ancestors. A photo that has a tag also has
the ancestors of the tag.

The search index and the Cypher of ``docs/cypher.md`` are tested against these functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from photos_graph.model.labels import Carried, FolderMarks, PhotoTag, TagSource

Up = Callable[[str], Iterable[str]]  # the id of a tag -> the ids of the tag and its ancestors

_RANK = {TagSource.MANUAL: 0, TagSource.IMPORTED: 1, TagSource.FOLDER: 2, TagSource.PREDICTED: 3}


def inherited(path: Sequence[FolderMarks], up: Up) -> Iterator[tuple[Carried, str]]:
    """Yields the tags that a file inherits, each with the id of the folder that passes it down.

    ``path`` holds the tags of its folders, from the folder of the file up to the root.
    """
    excluded: set[str] = set()
    for distance, marks in enumerate(path):
        for carried in marks.carried:
            if (carried.recursive or distance == 0) and excluded.isdisjoint(up(carried.tag_id)):
                yield carried, marks.folder_id
        excluded.update(marks.excluded)


def photo_tags(
    direct: Iterable[PhotoTag], excluded: AbstractSet[str], paths: Iterable[Sequence[FolderMarks]], up: Up
) -> list[PhotoTag]:
    """Returns the tags of a photo, each once with its winning source. Their ancestors are not included.

    ``direct`` holds the tags on the photo itself: MANUAL, IMPORTED, and those PREDICTED with a score at or above their
    threshold. ``paths`` has a path of folders for each file, sorted by the keys of the files. If several folders pass
    down a tag, the first of them wins.
    """
    candidates = list(direct)
    for path in paths:
        for carried, folder_id in inherited(path, up):
            at = datetime.fromtimestamp(carried.at_ms / 1000, UTC)
            candidates.append(PhotoTag(carried.tag_id, TagSource.FOLDER, folder_id=folder_id, at=at))
    winners: dict[str, PhotoTag] = {}
    for tag in sorted(candidates, key=lambda tag: _RANK[tag.source]):
        if excluded.isdisjoint(up(tag.tag_id)):
            winners.setdefault(tag.tag_id, tag)
    return list(winners.values())
