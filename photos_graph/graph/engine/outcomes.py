"""What became of the writes of a mutation: ``(:Outcome {id, at, done, partial, void})``.

Each transaction of a mutation adds its number to ``done`` in the same commit. If the answer is lost, the node says
whether the commit took place. Whoever asks for a node that is not there creates it as ``void``. A transaction that is
still under way then fails when it comes to its node, so that the answer stays true.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, LiteralString

from photos_graph.errors import Conflict, NotFound, UnknownOutcome
from photos_graph.graph.engine.caller import TIME_DIGITS, MutationWrites, no_mutation
from photos_graph.model.outcomes import MutationOutcome

if TYPE_CHECKING:
    from photos_graph.graph.engine.connection import Graph, Transaction

KEPT_MS = 7 * 86_400_000
MAYBE = (
    "The graph engine stopped answering while this was saved, so it may have been done. Ask for the outcome of its "
    "requestId before you try again."
)
_VALID = re.compile(r"[0-9a-f]{43}")


NOTE: LiteralString = """
MERGE (o:Outcome {id: $id})
ON CREATE SET o.at = $at, o.void = false, o.done = []
WITH o, coalesce(o.void, false) AS void, $number IN coalesce(o.done, []) AS repeated
SET o.done = CASE WHEN void OR repeated THEN o.done ELSE o.done + [$number] END, o.partial = $partial
RETURN void, repeated
"""


async def note(tx: Transaction, mutation: MutationWrites, number: int) -> None:
    """Notes that ``tx`` is the transaction with this number. Raises UnknownOutcome if it was committed before, and
    Conflict if somebody was told that nothing was done."""
    [row] = await tx.run(
        NOTE, id=mutation.request_id, at=_made_at(mutation.request_id), number=number, partial=mutation.partial
    )
    if row["repeated"]:
        raise UnknownOutcome(MAYBE)
    if row["void"]:
        raise Conflict("This was not done, because its outcome was asked for before. Do it again.")


FIND: LiteralString = """
OPTIONAL MATCH (pruned:Meta {name: 'outcomesPruned'})
OPTIONAL MATCH (o:Outcome {id: $id})
RETURN coalesce(pruned.value, 0) AS pruned, o.id AS known, coalesce(o.void, false) AS void,
  coalesce(o.partial, false) AS partial
"""

SETTLE: LiteralString = """
MERGE (o:Outcome {id: $id})
ON CREATE SET o.at = $at, o.void = true
RETURN coalesce(o.void, false) AS void, coalesce(o.partial, false) AS partial
"""


async def outcome(graph: Graph, request_id: str) -> MutationOutcome:
    """Returns what is in the graph of the mutation, for sure: if it is not done, it never will be.

    Raises NotFound if the id is none of a mutation, or if that was too long ago to be known; EngineUnavailable.
    """
    if not _VALID.fullmatch(request_id):
        raise NotFound("There is no such request.", about=request_id)
    graph.check_storage()
    made_at = _made_at(request_id)
    [row] = await graph.read(FIND, id=request_id)
    if row["known"] is None:
        if made_at < row["pruned"]:
            raise NotFound("This request was too long ago. Its outcome is no longer known.", about=request_id)
        with no_mutation():
            [row] = await graph.write(SETTLE, id=request_id, at=made_at)
    if row["void"]:
        return MutationOutcome.NOT_DONE
    return MutationOutcome.PARTLY_DONE if row["partial"] else MutationOutcome.DONE


PRUNE_BEFORE: LiteralString = """
MATCH (o:Outcome) WHERE o.at < $before
WITH count(o) AS old WHERE old > 0
MERGE (m:Meta {name: 'outcomesPruned'})
SET m.value = CASE WHEN coalesce(m.value, 0) < $before THEN $before ELSE m.value END
"""
PRUNE: LiteralString = """
MATCH (o:Outcome) WHERE o.at < $before WITH o LIMIT 5000 DELETE o RETURN count(*) AS gone
"""


async def prune(graph: Graph, kept_ms: int = KEPT_MS) -> None:
    """Deletes the outcomes of mutations that were longer ago, and remembers that these are no longer known, whatever
    the clock says later."""
    before = time.time_ns() // 1_000_000 - kept_ms
    await graph.write(PRUNE_BEFORE, before=before)
    while (await graph.write(PRUNE, before=before))[0]["gone"]:
        pass


def _made_at(request_id: str) -> int:
    """Returns when the id was made, in ms since the epoch."""
    return int(request_id[:TIME_DIGITS], 16)
