"""Asks the questions of clients once after a start, so that the first client does not wait until the engine and Python
have loaded what answers them.

A query costs the engine up to hundred times more for the first time than later. In a small library this is short, so
that it is left out there.
"""

from __future__ import annotations

import logging

from photos_graph.access.credentials import Access
from photos_graph.access.roles import Viewer
from photos_graph.access.signing import Keys
from photos_graph.bootstrap import Services
from photos_graph.model.access import Role
from resolvers.context import Context
from resolvers.loaders import Loaders
from resolvers.schema import Schema

log = logging.getLogger(__name__)

LEAST_PHOTOS = 5_000
ASKER = Viewer("service", Role.OWNER)
# Nothing in them starts a worker.
QUESTIONS = (
    "{ photos(first: 1) { nodes { id files { path } places { id } tags { tag { id } } persons { id } "
    "albums { id } faces { id } stack { id } } } }",
    "{ persons(first: 1) { nodes { id faceCount cover { id } faces(first: 1) { nodes { id } } } } }",
    "{ faces(first: 1) { totalCount nodes { id photo { id } person { id } suggestions { person { id } } } } }",
    "{ faceClusters(first: 1) { totalCount nodes { id suggestions { score } faces(first: 1) { nodes { id } } } } }",
    "{ library { fileCount faceCount roots { id } passedOver { count } failures(first: 1) { totalCount } "
    "replacements(first: 1) { totalCount } } }",
    "{ trips(first: 1) { totalCount nodes { id cover { id } places { id } } } }",
    "{ reviewQueue(first: 1) { totalCount nodes { id photo { id } face { id } tag { id } person { id } } } }",
    "{ jobs(first: 1) { totalCount nodes { id } } }",
    "{ changes(first: 1) { totalCount nodes { id summary tags { id } } } }",
    "{ models { id } schedules { kind } }",
    "{ similarGroups(kind: EXACT, first: 1) { totalCount nodes { id } } }",
    '{ suggest(text: "a") { label } search(text: "a") { photos(first: 1) { totalCount } } }',
    "{ timeline(by: DAY, first: 1) { start cover { id } } }",
)


async def ask_first(schema: Schema, services: Services) -> None:
    """Asks each question once, one after the other. What fails will fail again where somebody sees it."""
    if services.browse.photo_count() < LEAST_PHOTOS:
        return
    for question in QUESTIONS:
        context = Context(Access(Keys(b""), {}), ASKER, services, Loaders(services))
        answer = await schema.execute(question, context_value=context)
        if answer.errors:
            log.debug("The first answer to %s failed: %s", question, answer.errors[0])
