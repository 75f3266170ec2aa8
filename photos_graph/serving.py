"""``photos-graph serve``: a listening server, and the messages for the person who started it."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from photos_graph.access.secrets import Secrets, note_shown
from photos_graph.bootstrap import Services
from photos_graph.errors import BadSettings, PhotosGraphError
from photos_graph.model.jobs import JobState
from photos_graph.services.faces.triggers import WITHOUT_MODELS
from photos_graph.services.learning.triggers import WITHOUT_WEIGHTS
from photos_graph.settings import Settings, WebSettings
from photos_graph.terminal import err, failures_hint, follow

Started = Callable[[Services, Secrets], Awaitable[None]]
CreateApp = Callable[[Settings, Started], Starlette]

GRACE_SECONDS = 5  # for requests that are running when the server is asked to stop


async def serve(create_app: CreateApp, settings: Settings, roots: Sequence[str]) -> None:
    """Serves until SIGINT or SIGTERM. Raises BadSettings if the address cannot be used, and the errors of building."""
    listening = listen(settings)
    url = _url(settings, listening)
    tasks: set[asyncio.Task[None]] = set()

    async def started(services: Services, secrets: Secrets) -> None:
        for root in roots:
            await services.roots.ensure(root)
        _greet(url, settings, secrets)
        if (other := services.graph.shared_with) is not None:
            err.print(
                f"The process {other} runs the graph engine of this data directory. This service shares it, and will "
                "run it when that process has ended."
            )
        # Not awaited here: the service answers while it scans.
        tasks.add(asyncio.create_task(_scan(services)))

    app = create_app(settings, started)
    server = server_of(app, settings.web)
    app.state.stop = lambda: setattr(server, "should_exit", True)
    # uvicorn raises the signal again after it has shut down, but a requested stop is not a failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        await server.serve(sockets=[listening])
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if (failure := getattr(app.state, "failure", None)) is not None:
        raise failure


def server_of(app: ASGIApp, settings: WebSettings) -> uvicorn.Server:
    """Returns a server that has not started yet."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_keep_alive=settings.keep_alive_seconds,
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


def listen(settings: Settings) -> socket.socket:
    """A bound socket. Raises BadSettings if the address cannot be used."""
    host, port = settings.web.host, settings.web.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # Because the protocol is named, asyncio turns off Nagle's algorithm, which would delay a body by 40 ms.
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()  # at once, so that a second service that starts now finds the port taken
    except (OSError, UnicodeError) as error:  # UnicodeError: the name is not valid
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadSettings(
            f"The service cannot listen on {host}:{port} ({reason}). Choose another --host or --port."
        ) from None
    listening.set_inheritable(False)
    return listening


def _url(settings: Settings, listening: socket.socket) -> str:
    host, port = settings.web.host, listening.getsockname()[1]
    if host in ("0.0.0.0", "::", ""):  # noqa: S104, all addresses include this one
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _greet(url: str, settings: Settings, secrets: Secrets) -> None:
    err.print(f"Serving at {url} (GraphiQL: {url}/graphql)")
    if secrets.fresh:
        err.print("Open this address once in your browser to sign in. The token is not shown again:")
        err.print(f"  {url}/login?token={secrets.token}", soft_wrap=True)
        note_shown(settings)
    elif settings.token is None:
        where = settings.data_dir / "secrets.json"
        err.print(f"Sign in at {url}/login with the token of the first start. It is stored in {where}.")
    else:
        err.print(f"Sign in at {url}/login with the token in PHOTOS_TOKEN.")


async def _scan(services: Services) -> None:
    try:
        if not await services.roots.all():
            err.print("The library has no folder yet. Add one: photos-graph serve ~/Pictures, or the mutation addRoot.")
            return
        job = await follow(services.jobs.watch((await services.jobs.scan()).id))
        err.print(job.message or "", style="" if job.state is JobState.SUCCEEDED else "red")
        if services.face_triggers.models_are_missing:
            err.print(WITHOUT_MODELS)
        if services.learning_triggers.weights_are_missing:
            err.print(WITHOUT_WEIGHTS)
        failures = await services.browse.failures(0, None)
        if failures.total:
            err.print(failures_hint(failures.total))
    except PhotosGraphError as error:
        err.print(error.public_message, style="red")
