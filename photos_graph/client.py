"""Asks in GraphQL as the owner: the service that runs on the data directory, or that at an address. If none runs, the
command itself has services for as long as it lives."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from photos_graph.access.secrets import load_or_make
from photos_graph.command import with_services
from photos_graph.errors import BadInput, PhotosGraphError, Unavailable
from photos_graph.settings import Settings
from photos_graph.written_files import written_whole

Ask = Callable[..., Awaitable[dict[str, Any]]]  # ask(document, **variables) -> data; raises PhotosGraphError
T = TypeVar("T")

FILE = "service.json"
SECONDS = 120.0  # that an answer may take
CALLED_WRONGLY = frozenset(("BAD_INPUT", "NOT_FOUND", "CONFLICT"))


@contextmanager
def announced(settings: Settings, url: str) -> Iterator[None]:
    """Lets commands find the service that listens at ``url``, for the duration of the block."""
    file = settings.data_dir / FILE
    with written_whole(file) as written:
        written.write(json.dumps({"url": url, "pid": os.getpid()}).encode())
    try:
        yield
    finally:
        if running(settings) == url:
            file.unlink(missing_ok=True)


def running(settings: Settings) -> str | None:
    """Returns the address of the service that runs on the data directory, if one does."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads((settings.data_dir / FILE).read_text())
        os.kill(known["pid"], 0)
        return str(known["url"])
    return None


def with_client(settings: Settings, url: str | None, work: Callable[[Ask], Awaitable[T]]) -> T:
    """Runs ``work`` with something to ask. ``url`` is the address of a service, whose token is that of the settings.

    Raises PhotosGraphError."""
    if (address := url or running(settings)) is not None:
        token = _token(settings, is_elsewhere=url is not None)

        async def over_http(document: str, **variables: Any) -> dict[str, Any]:
            return _data(await asyncio.to_thread(_posted, address, token, {"query": document, "variables": variables}))

        return asyncio.run(_awaited(work(over_http)))
    local = importlib.import_module("resolvers.local")

    async def here(services: Any) -> T:
        async def ask(document: str, **variables: Any) -> dict[str, Any]:
            return _data(await local.answer(services, document, variables))

        return await work(ask)

    return with_services(settings, here, run_jobs=False)


def _token(settings: Settings, *, is_elsewhere: bool) -> str:
    if settings.token is not None:
        return settings.token.get_secret_value()
    if is_elsewhere:  # the token of this data directory is no business of others
        raise BadInput("Set PHOTOS_TOKEN to a token of that service.")
    return load_or_make(settings).token


async def _awaited(work: Awaitable[T]) -> T:
    return await work


def _posted(url: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
    if not url.startswith(("http://", "https://")):
        raise BadInput(f"{url} is not the address of a service. It begins with http:// or https://.")
    request = urllib.request.Request(  # noqa: S310, the scheme was looked at
        f"{url.rstrip('/')}/graphql",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        with contextlib.suppress(ValueError):
            found = json.load(error)
            return found
        raise Unavailable(f"The service at {url} answered with the status {error.code}.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Unavailable(f"The service at {url} does not answer ({reason}). Is it running?") from None
    return found


def _data(answer: dict[str, Any]) -> dict[str, Any]:
    if errors := answer.get("errors"):
        code, message = errors[0].get("extensions", {}).get("code"), errors[0]["message"]
        raise BadInput(message) if code in CALLED_WRONGLY else PhotosGraphError(message)
    data: dict[str, Any] = answer["data"]
    return data
