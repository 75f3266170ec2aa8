"""Asks the service, as a client does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from strawberry.types import ExecutionResult

from photos_graph.access.credentials import Access
from photos_graph.access.roles import Viewer
from photos_graph.access.signing import Keys
from photos_graph.bootstrap import Services
from photos_graph.model.access import Role
from photos_graph.settings import WebSettings
from resolvers.context import Context
from resolvers.loaders import Loaders
from resolvers.schema import build_schema
from tests.kit.waiting import Pauses

TOKENS = {
    "owner": "owner-9vQ2xW7pLr4TzK8mNc3Hy6Bd1Fs5Gj0a",
    "editor": "editor-7bX4kR9tVw2PzM6nQc8Ly3Hd5Fs1Gj",
    "viewer": "viewer-3nT8wK5rXv9QzL2mBc7Py4Hd6Fs0Gj",
}

Ask = Callable[..., Awaitable[dict[str, Any]]]  # ask(query, role="owner", **variables) -> the answer


def code(answer: dict[str, Any]) -> str:
    found: str = answer["errors"][0]["extensions"]["code"]
    return found


async def codes(ask: Ask, queries: Iterable[str], role: str = "owner") -> dict[str, str | None]:
    """Returns the code of the error that each query gives, or None for one that is answered."""
    answers = {query: await ask(query, role) for query in queries}
    return {query: code(answer) if "errors" in answer else None for query, answer in answers.items()}


def data(answer: dict[str, Any]) -> Any:
    """Returns the data of an answer without errors."""
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


async def photo_ids(ask: Ask) -> dict[str, str]:
    """Returns the ids of all photos by name."""
    nodes = data(await ask("{ photos(first: 500) { nodes { id name } } }"))["photos"]["nodes"]
    return {node["name"]: node["id"] for node in nodes}


async def folder_id(ask: Ask, path: str) -> str:
    found: str = data(await ask("query($p: String!) { folder(path: $p) { id } }", p=path))["folder"]["id"]
    return found


async def names(ask: Ask, filter: dict[str, Any]) -> set[str]:
    """Returns the names of the photos that a filter finds."""
    nodes = data(await ask("query($f: PhotoFilter) { photos(filter: $f, first: 500) { nodes { name } } }", f=filter))
    return {node["name"] for node in nodes["photos"]["nodes"]}


async def scan(ask: Ask) -> None:
    job = (await ask("mutation { scan { id } }"))["data"]["scan"]["id"]
    query = "query($j: ID!) { job(id: $j) { state } }"
    pause = Pauses()
    while (await ask(query, j=job))["data"]["job"]["state"] != "SUCCEEDED":
        await pause()


SCHEMA = build_schema(WebSettings())


async def execute(services: Services, document: str, role: Role = Role.EDITOR, /, **variables: Any) -> ExecutionResult:
    context = Context(Access(Keys(b""), {}), Viewer(role.lower(), role), services, Loaders(services))
    return await SCHEMA.execute(document, variable_values=variables, context_value=context)


JOB = "query ($i: ID!) { job(id: $i) { kind state message } }"


async def ended(ask: Ask, job_id: str) -> dict[str, Any]:
    pause = Pauses()
    while True:
        job: dict[str, Any] = data(await ask(JOB, i=job_id))["job"]
        if job["state"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
            return job
        await pause()
