"""The labels of one photo of a stack are labels of all.

What people and files say stays with the photo that they said it about. The other photos of the stack get copies, which
are marked as ``shared`` if they are tags, and have no time if they are ratings. ``LabelWriter`` brings the copies up to
date at the end of each commit, so they follow their originals, and end when a photo leaves the stack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, LiteralString

from photos_graph.graph.labels import ratings, stacks, tag_edges
from photos_graph.graph.labels.edits import Assertion, SingleEdit, grouped
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.labels.transaction import LabelTransaction

BATCH_SIZE = 10_000  # photos looked up at once

Group = Sequence[int]  # the numbers of the photos of one stack, the cover first; or of one photo that left its stack


async def share(tx: LabelTransaction) -> None:
    """Updates the copies on all photos whose stack, or a label in it, was touched by the transaction."""
    touched = sorted((tx.photos | tx.labelled) - tx.created)  # a new photo is in no stack yet
    members: dict[str, list[int]] = {}
    for start in range(0, len(touched), BATCH_SIZE):
        held = await stacks.stacks_of(tx, touched[start : start + BATCH_SIZE])
        members |= await stacks.members(tx, held - members.keys())
    groups: list[Group] = list(members.values())
    stacked = {number for group in groups for number in group}
    groups += [[number] for number in sorted(tx.restacked - stacked)]
    if groups:
        await _share_tags(tx, groups)
        await _share_values(tx, groups)


async def _share_tags(tx: LabelTransaction, groups: Sequence[Group]) -> None:
    on = await tag_edges.of_photos(tx, [number for group in groups for number in group])
    edits = [edit for group in groups for edit in _copies(group, on)]
    await tag_edges.write(tx, grouped(edits))


def _copies(group: Group, on: Mapping[int, Assertions]) -> list[SingleEdit]:
    """Returns the edits after which each photo has a copy of what the first of the others says of a tag."""
    own = {number: {t: edge for t, edge in on.get(number, {}).items() if not edge.shared} for number in group}
    told: dict[str, Assertion] = {}
    for number in group:
        for tag_id, edge in own[number].items():
            told.setdefault(tag_id, replace(edge, shared=True))
    edits: list[SingleEdit] = []
    for number in group:
        before = {t: edge for t, edge in on.get(number, {}).items() if edge.shared}
        after = {t: edge for t, edge in told.items() if t not in own[number]}
        for tag_id in {**before, **after}:
            if before.get(tag_id) != after.get(tag_id):
                edits.append((number, before.get(tag_id), after.get(tag_id), tag_id))
    return edits


@dataclass(frozen=True, slots=True)
class _Values:
    """The rating and the mark of a favourite of a photo, and what its file says. The times are None if no person gave
    the value."""

    rating: int | None
    rated_at: int | None
    file_rating: int | None
    favourite: bool
    favourite_at: int | None
    file_favourite: bool | None


VALUES: LiteralString = (
    """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN collect([number, p.rating, p.ratedAt, """
    + ratings.FILE_RATING
    + ", coalesce(p.favourite, false), p.favouriteAt, "
    + ratings.FILE_FAVOURITE
    + "]) AS photos"
)

PUT_VALUES: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.number})
SET p.rating = row.rating, p.favourite = row.favourite
"""


async def _share_values(tx: LabelTransaction, groups: Sequence[Group]) -> None:
    numbers = [number for group in groups for number in group]
    known = {n: _Values(*values) for n, *values in (await tx.run(VALUES, numbers=numbers))[0]["photos"]}
    rows: list[dict[str, Any]] = []
    for group in groups:
        of_group = [known[number] for number in group]
        rating, favourite = _rating(of_group), _favourite(of_group)
        for number in group:
            now = known[number]
            wanted_rating = rating if now.rated_at is None else now.rating
            wanted_favourite = favourite if now.favourite_at is None else now.favourite
            if (wanted_rating, wanted_favourite) != (now.rating, now.favourite):
                rows.append({"number": number, "rating": wanted_rating, "favourite": wanted_favourite})
    if rows:
        await tx.run(PUT_VALUES, rows=rows)
        tx.touch(photos=[row["number"] for row in rows])


def _rating(group: Sequence[_Values]) -> int | None:
    """Returns the rating that a person gave last, or else the first one in a file."""
    if said := [(each.rated_at, each.rating) for each in group if each.rated_at is not None]:
        return max(said, key=lambda pair: pair[0])[1]
    return next((each.file_rating for each in group if each.file_rating is not None), None)


def _favourite(group: Sequence[_Values]) -> bool:
    if said := [(each.favourite_at, each.favourite) for each in group if each.favourite_at is not None]:
        return max(said)[1]
    return any(each.file_favourite for each in group)
