"""Lets one photo succeed another: the new photo takes over the labels of the old one, as one change.

The old photo stays in the graph and leads to its successor by an edge. It keeps its tags and values, of which the new
one gets copies, because its picture may come back. A face is one thing with many edges, so faces move.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.faces import moves
from photos_graph.graph.labels import album_entries, albums, properties, ratings, stacks, tag_edges, tags
from photos_graph.graph.labels.edits import (
    AlbumState,
    AssertionKind,
    Change,
    Edit,
    PropertyValue,
    SingleEdit,
    StackPlace,
    Successor,
    Value,
    grouped,
    now_ms,
)
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import replacements, whereabouts
from photos_graph.model.labels import LabelKind
from photos_graph.model.properties import PhotoProperty
from photos_graph.model.succession import Succession

BY_FILE = "IMPORTED"
_ALONE = StackPlace()


async def succeed(tx: LabelTransaction, successions: Sequence[Succession], by: str = "") -> str | None:
    """Gives the new photos the tags, exclusions, rating, favourite, place in a stack, properties, faces and places in
    albums of the old ones, where nobody has said anything later about the new ones. Returns the id of the change, which
    can be undone."""
    numbers = sorted({number for each in successions for number in (each.old, each.new)})
    edits = [
        *_of_kind(LabelKind.TAGS, await _tag_edits(tx, successions, numbers)),
        *_of_kind(LabelKind.RATING, await _value_edits(tx, LabelKind.RATING, successions, numbers)),
        *_of_kind(LabelKind.FAVOURITE, await _value_edits(tx, LabelKind.FAVOURITE, successions, numbers)),
        *_of_kind(LabelKind.STACKS, await _stack_edits(tx, successions, numbers)),
        *_of_kind(LabelKind.PROPERTIES, await _property_edits(tx, successions, numbers)),
        *_of_kind(LabelKind.ALBUMS, await _album_edits(tx, successions, numbers)),
        *await moves.moves(tx, successions),
        *await _links(tx, successions, numbers),
    ]
    await tag_edges.write(tx, _edits(edits, LabelKind.TAGS))
    for kind in (LabelKind.RATING, LabelKind.FAVOURITE):
        await ratings.write(tx, kind, _edits(edits, kind))
    await stacks.write(tx, _edits(edits, LabelKind.STACKS))
    await _write_properties(tx, successions, _edits(edits, LabelKind.PROPERTIES))
    await _write_albums(tx, _edits(edits, LabelKind.ALBUMS))
    await write_own(tx, _edits(edits, None))
    return tx.record(Change("SUCCEED", LabelKind.SUCCESSION, by, now_ms(), tuple(edits)))


async def write_own(tx: LabelTransaction, edits: Sequence[Edit]) -> None:
    """Makes those edits that no other kind of change has: moves of faces, and what succeeds what."""
    await moves.write(tx, edits)
    await _write_links(tx, edits)


def _of_kind(kind: LabelKind, edits: Iterable[Edit]) -> list[Edit]:
    return [replace(edit, kind=kind) for edit in edits]


def _edits(edits: Iterable[Edit], kind: LabelKind | None) -> list[Edit]:
    return [edit for edit in edits if edit.kind is kind]


async def _tag_edits(tx: Transaction, successions: Iterable[Succession], numbers: Sequence[int]) -> tuple[Edit, ...]:
    tree, on = await tags.tag_tree(tx), await tag_edges.of_photos(tx, numbers)
    edits: list[SingleEdit] = []
    for each in successions:
        before = on.get(each.new, {})
        for tag_id, edge in _inherited(on.get(each.old, {}), before, tree).items():
            edits.append((each.new, before.get(tag_id), edge, tag_id))
    return grouped(edits)


def _inherited(old: Assertions, new: Assertions, tree: TagTree) -> Assertions:
    """Returns the assertions that the new photo gets. Keywords go over only to a file that has none, because another
    file says for itself what its keywords are."""
    said = {tag_id: edge for tag_id, edge in new.items() if edge.via != BY_FILE}
    has_keywords = len(said) < len(new)
    coming: Assertions = {}
    for tag_id, edge in old.items():
        if tag_id in said or (edge.via == BY_FILE and (has_keywords or tag_id in new)):
            continue
        if edge.kind is AssertionKind.EXCLUDES:
            void = _of_kind_among(said, AssertionKind.TAGGED, tree.below(tag_id))
        else:
            void = _of_kind_among(said, AssertionKind.EXCLUDES, tree.up(tag_id))
        if not void:
            coming[tag_id] = edge
    return coming


def _of_kind_among(edges: Assertions, kind: AssertionKind, tag_ids: Collection[str]) -> bool:
    return any(edges[tag_id].kind is kind for tag_id in tag_ids if tag_id in edges)


async def _value_edits(
    tx: Transaction, kind: LabelKind, successions: Iterable[Succession], numbers: Sequence[int]
) -> tuple[Edit, ...]:
    values, in_files = await ratings.read(tx, kind, numbers), await ratings.of_files(tx, kind, numbers)
    edits: list[SingleEdit] = []
    for each in successions:
        was, now = values[each.old], values[each.new]
        if _counts_more(was, now):
            edits.append((each.new, now, was, None))
        elif now.at_ms is None and each.old in in_files and each.new not in in_files:
            edits.append((each.new, now, Value(in_files[each.old], None, ratings.EARLIER_FILE), None))
    return grouped(edits)


async def _property_edits(
    tx: Transaction, successions: Iterable[Succession], numbers: Sequence[int]
) -> tuple[Edit, ...]:
    edits: list[SingleEdit] = []
    for which in PhotoProperty:
        values = await properties.read(tx, which, numbers)
        pairs = [(each.new, values[each.old], values[each.new]) for each in successions]
        edits += ((new, now, was, which.value) for new, was, now in pairs if _counts_more(was, now))
    return grouped(edits)


async def _write_properties(tx: LabelTransaction, successions: Iterable[Succession], edits: Sequence[Edit]) -> None:
    await properties.write(tx, edits)
    moved = {number for edit in edits if edit.label_id == PhotoProperty.POSITION for number in edit.photos}
    await whereabouts.share(tx, {each.new: each.old for each in successions if each.new in moved})


def _counts_more(was: Value | PropertyValue, now: Value | PropertyValue) -> bool:
    return was.at_ms is not None and (now.at_ms is None or now.at_ms < was.at_ms)


async def _stack_edits(tx: Transaction, successions: Iterable[Succession], numbers: Sequence[int]) -> tuple[Edit, ...]:
    places = await stacks.read(tx, numbers)
    edits: list[SingleEdit] = []
    for each in successions:
        was, now = places[each.old], places[each.new]
        if was.at_ms is not None and now.at_ms is None:  # a person has decided it
            edits.append((each.new, now, was, None))
            edits.append((each.old, was, _ALONE, None))
    return grouped(edits)


async def _album_edits(tx: Transaction, successions: Sequence[Succession], numbers: Sequence[int]) -> list[Edit]:
    """Returns the edits after which each new photo has the place of the old one in its albums, and is the cover of
    those of which that was the cover, smart albums among them."""
    edits: list[Edit] = []
    for album_id, here in (await album_entries.of_photos(tx, numbers)).items():
        came = {each.new: here[each.old] for each in successions if each.old in here and each.new not in here}
        edits += album_entries.edits(album_id, {}, came)
    new = {each.old: each.new for each in successions}
    for album_id, state in (await albums.states(tx, await albums.covered_by(tx, new))).items():
        edits.append(Edit(state, replace(state, cover_number=new[state.cover_number or 0]), album_id))
    return edits


async def _write_albums(tx: LabelTransaction, edits: Sequence[Edit]) -> None:
    await albums.put(tx, {edit.label_id or "": edit.after for edit in edits if isinstance(edit.after, AlbumState)})
    await album_entries.write(tx, [edit for edit in edits if edit.photos])


SUCCESSORS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:SUCCEEDED_BY]->(q:Photo)
RETURN number, q.number AS successor
"""


async def successors(tx: Transaction, numbers: Sequence[int]) -> dict[int, int]:
    """Returns the photo that succeeds each of these, by number. Photos without one are left out."""
    rows = await tx.run(SUCCESSORS, numbers=list(numbers))
    return {row["number"]: row["successor"] for row in rows}


async def _links(tx: Transaction, successions: Iterable[Succession], numbers: Sequence[int]) -> tuple[Edit, ...]:
    """Returns the edits by which the old photos lead to the new ones, which themselves lead to none: an earlier picture
    may come back."""
    found = await successors(tx, numbers)
    wanted: dict[int, int | None] = {}
    for each in successions:
        wanted |= {each.new: None, each.old: each.new}
    return grouped((number, Successor(found.get(number)), Successor(now), None) for number, now in wanted.items())


UNLINK: LiteralString = """
UNWIND $numbers AS number
MATCH (:Photo {number: number})-[r:SUCCEEDED_BY]->(:Photo)
DELETE r
"""

LINK: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.old}), (q:Photo {number: row.new})
CREATE (p)-[:SUCCEEDED_BY {at: row.at}]->(q)
"""


async def _write_links(tx: LabelTransaction, edits: Iterable[Edit]) -> None:
    after = {
        number: edit.after.successor for edit in edits if isinstance(edit.after, Successor) for number in edit.photos
    }
    if not after:
        return
    linked = {number: successor for number, successor in after.items() if successor is not None}
    await tx.run(UNLINK, numbers=list(after))
    await tx.run(LINK, rows=[{"old": old, "new": new, "at": now_ms()} for old, new in linked.items()])
    await replacements.settle(tx, list(linked), list(after.keys() - linked.keys()))
    tx.touch(photos=after)


# Sixteen photos after each other are more than any history of edits has, and a limit for a loop that should not be.
# DISTINCT makes Neo4j do one part after the other. As long as no photo was succeeded, it takes everything for free, and
# looked at all files for each photo.
CURRENT: LiteralString = """
UNWIND $ids AS id
MATCH (p:Photo {id: id})
WITH DISTINCT id, p
MATCH (p)-[:SUCCEEDED_BY*1..16]->(q:Photo)
WITH DISTINCT id, p, q
WHERE NOT EXISTS { (q)-[:SUCCEEDED_BY]->(:Photo) }
  AND NOT EXISTS { MATCH (p)<-[:OF]-(f:File) WHERE f.state <> 'MISSING' }
RETURN id, q.id AS current
"""


async def current(graph: Graph, ids: Iterable[str]) -> Mapping[str, str]:
    """Returns the last successor of each of these photos, by id. Photos that were not succeeded, or that a file holds
    again, are left out."""
    return {row["id"]: row["current"] for row in await graph.read(CURRENT, ids=sorted(set(ids)))}
