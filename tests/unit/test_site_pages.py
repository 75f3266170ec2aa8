"""The pages of the service show whatever the schema allows in an answer to their documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from photos_graph.access.roles import RANK, Viewer
from photos_graph.errors import PhotosGraphError
from photos_graph.model.access import Role
from photos_graph.settings import WebSettings
from photos_graph.web.pages.page_routes import PAGES, page_routes
from photos_graph.web.pages.problem_page import error_response, masked_response
from tests.kit.made_answers import MadeAnswers

SEEDS = 12
ADDRESSES = (
    "/", "/?q=sea", "/photo/id1", "/photo/id1?q=sea&at=3", "/folders", "/folders?path=Italy", "/people",
    "/people?hidden=1", "/people?name=anna", "/review", "/review?kind=TAGS", "/review?tag=id1", "/review?sheet=id1",
    "/system", "/system?part=work", "/system?failures=x",
)  # fmt: skip
FIXED: Mapping[str, object] = {
    "Query.schedules": [{"kind": "TAGS"}, {"kind": "PERSONS"}],
    "Query.node": {},  # the version of a model that was just listed
    "Query.sessions": [{}] * 7,  # null only with an error, after which there is no page
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_shows_whatever_the_schema_allows(address: str) -> None:
    place = address.partition("?")[0]
    [page] = [each for each in PAGES if each.path.partition("{")[0] == place.removesuffix("id1")]
    seen = set()
    for role in (each for each in Role if RANK[each] >= RANK[page.role]):
        for seed in range(SEEDS):
            seen.add(_browser(seed, role).get(address).status_code)
    assert 200 in seen and seen <= {200, 404}


def test_a_page_asks_for_nothing_that_it_does_not_show() -> None:
    """The queue of questions costs more than all the rest of a sheet."""
    asked: list[str] = []
    for address in ("/review?sheet=id1", "/review?tag=id1"):
        _browser(0, Role.EDITOR, asked).get(address)
        assert ("reviewQueue" in asked, "models" in asked) == ("tag" in address, True), address


def test_no_problem_leads_elsewhere() -> None:
    """Browsers take two slashes for the beginning of the name of another machine."""
    headers = [(b"accept", b"text/html")]
    state = {"viewer": Viewer("Ada", Role.OWNER)}
    scope = {"type": "http", "method": "GET", "path": "//evil.example", "query_string": b"", "headers": headers}
    page = masked_response({**scope, "state": state})
    assert (page.status_code, b'href="/evil.example"' in page.body, b"//evil" in page.body) == (500, True, False)


def _browser(seed: int, role: Role, asked: list[str] | None = None) -> TestClient:
    """``asked`` gets the names of the fields that pages ask for."""
    made = MadeAnswers(seed, FIXED)

    async def answer(request: Request, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        found = made.answer(document, variables)
        if asked is not None:
            asked.extend(found)
        return found

    async def problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, PhotosGraphError)
        return error_response(request.scope, error)

    app = Starlette(routes=page_routes(answer, WebSettings()), exception_handlers={PhotosGraphError: problem})

    async def as_viewer(scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {})["viewer"] = Viewer("Ada", role)
        await app(scope, receive, send)

    return TestClient(as_viewer, headers={"Accept": "text/html"})
