"""The screens of docs/cookbook are answered without an error, and show something."""

from __future__ import annotations

from typing import Any

import graphql
import httpx
import pytest
from starlette.applications import Starlette

from photos_graph.settings import Settings
from resolvers.schema import print_sdl
from tests.kit.everything import furnish, teach
from tests.kit.graphql import Ask
from tests.kit.screens import NAMES, empty_lists, screens, with_ids

# What a planted library does not have.
BARE = {
    "detail": {"photo.similar"},
    "search": {"search.emptiedBy", "search.terms.alternatives", "search.unmatched"},
    "system": {"library.passedOver"},
    "visitors": {"sessions"},
}

FOR_EDITORS = {"review", "sheets", "system", "visitors"}  # the screens that viewers do not have


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.faces.enabled = "off"
    return settings


@pytest.mark.anyio
@pytest.mark.both_engines
async def test_every_screen_is_answered_and_shows_something(
    app: Starlette, client: httpx.AsyncClient, ask: Ask
) -> None:
    await furnish(app.state.services)
    await teach(app.state.services)

    async def data(query: str) -> Any:
        return (await ask(query))["data"]

    failed = {}
    for screen in screens():
        answer = await ask(screen.query, **await with_ids(screen.variables, data))
        empty = sorted(path for path in empty_lists(answer["data"]) if path not in BARE.get(screen.name, ()))
        if "errors" in answer or empty:
            failed[screen.name] = answer.get("errors") or empty
        for_viewers = await ask(screen.query, "viewer", **await with_ids(screen.variables, data))
        if ("errors" in for_viewers) is not (screen.name in FOR_EDITORS):
            failed[f"{screen.name} for viewers"] = for_viewers.get("errors")
    assert failed == {}


def test_every_screen_has_a_page_and_documents_that_fit_the_schema() -> None:
    schema = graphql.build_schema(print_sdl())
    assert len(NAMES) == 18
    problems = [
        (screen.name, error.message)
        for screen in screens()
        for text in (screen.query, screen.actions)
        for error in graphql.validate(schema, graphql.parse(text))
    ]
    assert problems == []


def test_each_query_is_one_and_each_page_names_its_documents() -> None:
    for screen in screens():
        [operation] = graphql.parse(screen.query).definitions
        assert isinstance(operation, graphql.OperationDefinitionNode)
        assert operation.name is not None and operation.name.value == screen.name.capitalize()
        for text in (f"({screen.name}.graphql)", f"({screen.name}.actions.graphql)", "**Paging.**", "**Store.**"):
            assert text in screen.page, (screen.name, text)
