"""The names and other properties of persons. Their faces are in ``assignments``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.edits import PersonState
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.names import parts_of_name_apart, person_key

STATES: LiteralString = """
UNWIND $ids AS id
MATCH (x:Person {id: id})
RETURN id, x.name AS name, x.isMe AS isMe, x.hidden AS hidden, x.cover AS cover, x.at AS at, x.by AS by,
  x.birthday AS birthday, x.note AS note, x.groups AS groups
"""


async def states(tx: Transaction, person_ids: Iterable[str]) -> dict[str, PersonState]:
    """Returns the states of the persons that exist, by id."""
    return {row["id"]: _state(row) for row in await tx.run(STATES, ids=sorted(set(person_ids)))}


def _state(row: dict[str, Any]) -> PersonState:
    is_me, hidden = bool(row["isMe"]), bool(row["hidden"])
    details = (row["birthday"], row["note"], tuple(row["groups"] or ()))
    return PersonState(row["name"], is_me, hidden, row["cover"], row["at"] or 0, row["by"] or "", *details)


BY_KEY: LiteralString = """
UNWIND $keys AS key
MATCH (x:Person {key: key})
RETURN key, x.id AS id, x.note AS note, x.birthday AS birthday ORDER BY id
"""


async def named(tx: Transaction, names: Iterable[str]) -> dict[str, list[str]]:
    """Returns the ids of the persons that have one of these names, by ``person_key``. Several may have one name.

    A name that nobody has may also be one with a note or a birthday, such as "Anna (cousin)"; see ``name_apart``.
    """
    keys = {person_key(name) for name in names}
    found = await _by_key(tx, keys)
    apart = {key: {(person_key(name), told) for name, told in parts_of_name_apart(key)} for key in keys - found.keys()}
    wanted = sorted({name for parts in apart.values() for name, _ in parts})
    rows = await tx.run(BY_KEY, keys=wanted) if wanted else []
    for key, parts in apart.items():
        for row in rows:
            if not parts.isdisjoint(
                (row["key"], detail) for detail in (person_key(row["note"] or ""), row["birthday"])
            ):
                found.setdefault(key, []).append(row["id"])
    return found


async def _by_key(tx: Transaction, keys: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in await tx.run(BY_KEY, keys=sorted(keys)):
        found.setdefault(row["key"], []).append(row["id"])
    return found


ME: LiteralString = "MATCH (x:Person) WHERE x.isMe RETURN x.id AS id"


async def me(tx: Transaction) -> list[str]:
    """Returns the ids of the persons who are marked as "me", of whom there is at most one."""
    return [row["id"] for row in await tx.run(ME)]


PUT: LiteralString = """
UNWIND $rows AS row
MERGE (x:Person {id: row.id})
SET x.name = row.name, x.key = row.key, x.isMe = row.isMe, x.hidden = row.hidden, x.cover = row.cover, x.at = row.at,
  x.by = row.by, x.birthday = row.birthday, x.note = row.note, x.groups = row.groups
"""


async def put(tx: LabelTransaction, rows: Mapping[str, PersonState]) -> None:
    """Creates or updates persons, by id."""
    tx.touch(persons=rows)
    if rows:
        await tx.run(
            PUT,
            rows=[
                {
                    "id": id_,
                    "name": state.name,
                    "key": person_key(state.name),
                    "isMe": state.is_me,
                    "hidden": state.hidden,
                    "cover": state.cover,
                    "at": state.at_ms,
                    "by": state.by,
                    "birthday": state.birthday,
                    "note": state.note,
                    "groups": list(state.groups),
                }
                for id_, state in rows.items()
            ],
        )


DELETE: LiteralString = "UNWIND $ids AS id MATCH (x:Person {id: id}) DETACH DELETE x"


async def delete(tx: LabelTransaction, person_ids: Iterable[str]) -> None:
    """Deletes the persons with the assertions about them; the caller touches the photos of their faces."""
    if ids := list(person_ids):
        await tx.run(DELETE, ids=ids)
        tx.touch(persons=ids)


REMEMBER_MERGED: LiteralString = """
MATCH (x:Person {id: $into})
UNWIND $gone AS id
OPTIONAL MATCH (gone:Person {id: id})
WITH x, collect(gone.merged) AS earlier
SET x.merged = reduce(every = coalesce(x.merged, []) + $gone, some IN earlier | every + some)
"""


async def remember_merged(tx: LabelTransaction, gone: Sequence[str], into_id: str) -> None:
    """Remembers that the persons, who still exist, are merged into another one, with all who were merged into them
    before, so that smart albums find the photos of that one."""
    await tx.run(REMEMBER_MERGED, gone=list(gone), into=into_id)
    tx.touch(persons=[into_id])


# It starts at the face, since a person may have many.
CHOSEN_COVERS: LiteralString = """
UNWIND $ids AS id
MATCH (x:Person {id: id}) WHERE x.cover IS NOT NULL
MATCH (chosen:Face {id: x.cover})-[:IS]->(x) WHERE chosen.unseen IS NULL
RETURN id, chosen.id AS cover
"""


async def chosen_covers(graph: Graph, person_ids: Sequence[str]) -> dict[str, str]:
    """Returns the ids of the faces that were chosen as covers, as long as they are visible faces of the person."""
    return {row["id"]: row["cover"] for row in await graph.read(CHOSEN_COVERS, ids=list(person_ids))}
