"""Stacks: photos that belong together. ``Photo.stack`` is the id that the photos of one stack have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.edits import Edit, StackPlace
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.stacks import StackKind

READ: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN collect([number, p.stack, p.stackKind, p.stackRank, p.stackedAt, p.stackedBy]) AS photos
"""


async def read(tx: Transaction, numbers: Iterable[int]) -> dict[int, StackPlace]:
    """Returns the place of each of these photos. Unknown photos are left out."""
    rows = (await tx.run(READ, numbers=sorted(numbers)))[0]["photos"]
    return {number: place_of(*values) for number, *values in rows}


def place_of(stack: str | None, kind: str | None, rank: int | None, at_ms: int | None, by: str | None) -> StackPlace:
    """Makes a place from the properties ``stack``, ``stackKind``, ``stackRank``, ``stackedAt`` and ``stackedBy``."""
    return StackPlace(stack, StackKind(kind) if kind is not None else None, rank or 0, at_ms, by)


WRITE: LiteralString = """
UNWIND $rows AS row
UNWIND row.photos AS number
MATCH (p:Photo {number: number})
SET p.stack = row.stack, p.stackKind = row.kind, p.stackRank = row.rank, p.stackedAt = row.at, p.stackedBy = row.by
"""


async def write(tx: LabelTransaction, edits: Sequence[Edit]) -> None:
    """Gives the photos the places after the edits."""
    rows = [
        {
            "photos": list(edit.photos),
            "stack": place.stack_id,
            "kind": place.kind,
            "rank": place.rank if place.stack_id is not None else None,
            "at": place.at_ms,
            "by": place.by,
        }
        for edit in edits
        if isinstance(place := edit.after, StackPlace)
    ]
    numbers = [number for edit in edits for number in edit.photos]
    tx.touch(photos=numbers)
    tx.restacked.update(numbers)
    if rows:
        await tx.run(WRITE, rows=rows)


MEMBERS: LiteralString = """
UNWIND $stacks AS stack
MATCH (p:Photo {stack: stack})
RETURN stack, collect([p.stackRank, p.number]) AS photos
"""


async def members(tx: Transaction, stack_ids: Iterable[str]) -> dict[str, list[int]]:
    """Returns the numbers of the photos of each stack, the cover first, including photos without a file. Unknown stacks
    are left out."""
    if not (wanted := sorted(stack_ids)):
        return {}
    rows = await tx.run(MEMBERS, stacks=wanted)
    return {row["stack"]: [number for _, number in sorted(row["photos"])] for row in rows}


STACKS_OF: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number}) WHERE p.stack IS NOT NULL
RETURN DISTINCT p.stack AS stack
"""


async def stacks_of(tx: Transaction, numbers: Sequence[int]) -> set[str]:
    """Returns the ids of the stacks of these photos."""
    return {row["stack"] for row in await tx.run(STACKS_OF, numbers=list(numbers))}


async def whole(graph: Graph, numbers: Sequence[int]) -> list[int]:
    """Returns the numbers of these photos and of all others in their stacks."""

    async def read(tx: Transaction) -> list[int]:
        found = await members(tx, await stacks_of(tx, numbers))
        return list(dict.fromkeys([*numbers, *(number for those in found.values() for number in those)]))

    return await graph.reading(read)


IN_STACKS: LiteralString = """
UNWIND $stacks AS stack MATCH (p:Photo {stack: stack}) RETURN stack, collect(p.number) AS photos
"""


async def numbers_in(graph: Graph, stack_ids: Sequence[str]) -> dict[str, list[int]]:
    """Returns the numbers of the photos of each stack that exists, by the id of the stack."""
    return {row["stack"]: list(row["photos"]) for row in await graph.read(IN_STACKS, stacks=list(stack_ids))}
