"""What an outage leaves behind: errors that say whether a mutation was done, and the query that clients ask then."""

from __future__ import annotations

from typing import Annotated

import strawberry

from photos_graph.errors import PhotosGraphError, Unavailable
from photos_graph.graph.engine import outcomes
from photos_graph.graph.engine.caller import MutationWrites
from resolvers.context import Context, Info
from resolvers.enums import MutationOutcome
from resolvers.permissions import CanEdit

UNCERTAIN = (
    "This may have been done, but the service could not finish its answer. Ask for the outcome of its requestId before "
    "you try again."
)


def uncertain(cause: BaseException, path: list[str | int] | None, context: object) -> MutationWrites | None:
    """Returns the mutation that was done, or may have been, although it is answered with an error; or None."""
    refused = isinstance(cause, PhotosGraphError) and not isinstance(cause, Unavailable)
    if refused or not isinstance(context, Context):
        return None
    mutations = context.mutations
    # An operation that took too long has no path. The mutation that was under way is the last one then.
    name = str(path[0]) if path else next(reversed(mutations), "")
    found = mutations.get(name)
    return found if found is not None and found.begun else None


@strawberry.type
class OutcomeQueries:
    @strawberry.field(
        permission_classes=[CanEdit],
        description="Says what became of a mutation whose answer was the error UNKNOWN_OUTCOME. Fails with NOT_FOUND "
        "if no mutation has this id, or if it was more than a week ago. Requires the role EDITOR.",
    )
    async def outcome(
        self,
        info: Info,
        request_id: Annotated[
            strawberry.ID, strawberry.argument(description="The `requestId` in the `extensions` of that error.")
        ],
    ) -> MutationOutcome | None:
        return await outcomes.outcome(info.context.services.graph, request_id)
