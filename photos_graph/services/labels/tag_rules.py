"""Computes the assertions on one photo or folder after a user tags or untags it. These functions are pure and write
nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from photos_graph.graph.labels.edits import Assertion, AssertionKind
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.model.labels import FolderMarks
from photos_graph.tags import Up, inherited

Below = Callable[[str], set[str]]  # id of a tag -> ids of the tag and its descendants


def photo_tagged(before: Assertions, tag_ids: Iterable[str], up: Up, assertion: Assertion) -> Assertions:
    """Adds the assertion for each of the tags that no user has assigned yet, and removes exclusions that would void
    it."""
    wanted = list(tag_ids)
    after = photo_freed(before, wanted, up)
    for tag_id in wanted:
        if (edge := after.get(tag_id)) is None or edge.via != assertion.via or edge.shared:
            after[tag_id] = assertion
    return after


def photo_freed(before: Assertions, tag_ids: Iterable[str], up: Up) -> Assertions:
    """Removes the exclusions that void these tags."""
    above = {tag for tag_id in tag_ids for tag in up(tag_id)}
    return {tag: edge for tag, edge in before.items() if tag not in above or edge.kind is not AssertionKind.EXCLUDES}


def photo_standing(before: Assertions, up: Up) -> set[str]:
    """Returns the tags that no exclusion voids."""
    excluded = _excluded(before)
    tagged = (tag_id for tag_id, edge in before.items() if edge.kind is AssertionKind.TAGGED)
    return {tag_id for tag_id in tagged if excluded.isdisjoint(up(tag_id))}


def photo_voided(
    before: Assertions, after: Assertions, coming: Collection[str], tree: TagTree, then: TagTree
) -> Iterator[str]:
    """Yields the tags of a photo that an undo would void. The tree becomes ``then``, and the assertions about the tags
    ``coming`` come back; these include exclusions."""
    excluded = _excluded(after)
    if not excluded:
        return
    back = excluded.intersection(coming)
    standing = photo_standing(before, lambda tag_id: tree.up(tag_id) if tag_id in tree else ())
    for tag_id, edge in after.items():
        if edge.kind is AssertionKind.TAGGED and tag_id in then:
            above = then.up(tag_id)
            moved = tag_id in standing or tag_id not in tree
            if not back.isdisjoint(above) or (moved and not excluded.isdisjoint(above)):
                yield tag_id


def photo_untagged(
    before: Assertions, tag_ids: Iterable[str], up: Up, below: Below, elsewhere: Iterable[str], excluding: Assertion
) -> Assertions:
    """Removes the tags and their descendants. A tag that the photo would still have is excluded. This is the case for
    tags from ``elsewhere``, that is, a folder or a prediction, and for tags that the keywords of the file would
    restore."""
    after = dict(before)
    coming = list(elsewhere)
    for tag_id in tag_ids:
        subtree = below(tag_id)
        removed = [after.pop(tag) for tag in subtree if _is(after.get(tag), AssertionKind.TAGGED)]
        excluded = _excluded(after)
        stays = any(tag in subtree and excluded.isdisjoint(up(tag)) for tag in coming)
        if stays or any(edge.via == "IMPORTED" for edge in removed):
            after.setdefault(tag_id, excluding)
    return after


def photo_denied(before: Assertions, tag_ids: Iterable[str], below: Below, excluding: Assertion) -> Assertions:
    """Removes the tags and their descendants, and excludes the tags regardless of folders and predictions."""
    after = dict(before)
    for tag_id in tag_ids:
        for tag in below(tag_id):
            if _is(after.get(tag), AssertionKind.TAGGED):
                del after[tag]
        after.setdefault(tag_id, excluding)
    return after


def photo_rejected(before: Assertions, tag_id: str, below: Below, excluding: Assertion) -> Assertions:
    """Excludes the tag, unless people or the file state that the photo has the tag or a descendant of it."""
    if any(_is(before.get(tag), AssertionKind.TAGGED) for tag in below(tag_id)):
        return before
    return {tag_id: excluding, **before}


def folder_tagged(before: Assertions, tag_ids: Iterable[str], assertion: Assertion) -> Assertions:
    """Adds the assertion for each of the tags, unless the folder has an equal one already."""
    after = dict(before)
    for tag_id in tag_ids:
        edge = after.get(tag_id)
        if edge is None or replace(edge, at_ms=assertion.at_ms, by=assertion.by) != assertion:
            after[tag_id] = assertion
    return after


def folder_untagged(
    before: Assertions, tag_ids: Iterable[str], up: Up, below: Below, above: Sequence[FolderMarks], excluding: Assertion
) -> Assertions:
    """Removes the tags and their descendants. A tag that the folder would still inherit from the folders ``above``,
    which begin with the parent, is excluded."""
    after = dict(before)
    for tag_id in tag_ids:
        subtree = below(tag_id)
        for tag in subtree:
            if _is(after.get(tag), AssertionKind.TAGGED):
                del after[tag]
        marks = FolderMarks("", (), tuple(_excluded(after)))
        if any(carried.tag_id in subtree for carried, _ in inherited([marks, *above], up)):
            after.setdefault(tag_id, excluding)
    return after


def differences(before: Assertions, after: Assertions) -> Iterator[tuple[Assertion | None, Assertion | None, str]]:
    """Yields (before, after, tag id) for each assertion that differs."""
    for tag_id in {**before, **after}:
        if before.get(tag_id) != after.get(tag_id):
            yield before.get(tag_id), after.get(tag_id), tag_id


def _is(edge: Assertion | None, kind: AssertionKind) -> bool:
    return edge is not None and edge.kind is kind


def _excluded(edges: Assertions) -> set[str]:
    return {tag_id for tag_id, edge in edges.items() if edge.kind is AssertionKind.EXCLUDES}
