"""``photos-graph serve``: a listening server, and the messages for the person who started it."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from photos_graph.access.secrets import Secrets
from photos_graph.bootstrap import Services
from photos_graph.client import announced
from photos_graph.errors import BadSettings
from photos_graph.settings import Settings, WebSettings, forget
from photos_graph.startup import Startup
from photos_graph.terminal import err
from photos_graph.workers.confinement import refuse_to_be_read

Started = Callable[[Services, Secrets], Awaitable[None]]
CreateApp = Callable[[Settings, Started], Starlette]

GRACE_SECONDS = 5  # for requests that are running when the server is asked to stop


async def serve(create_app: CreateApp, settings: Settings, roots: Sequence[str], *, quiet: bool = False) -> None:
    """Serves until SIGINT or SIGTERM. Raises BadSettings if the address cannot be used, and the errors of building."""
    forget()
    refuse_to_be_read()
    listening = listen(settings)
    startup = Startup(_url(settings, listening), settings, quiet)
    tasks: set[asyncio.Task[None]] = set()
    until_the_end = ExitStack()
    startup.say("Starting the graph engine")

    async def started(services: Services, secrets: Secrets) -> None:
        for root in roots:
            await services.roots.ensure(root)
        until_the_end.enter_context(announced(settings, startup.url))
        startup.greet(secrets)
        if (other := services.graph.shared_with) is not None:
            err.print(
                f"The process {other} runs the graph engine of this data directory. This service shares it, and will "
                "run it when that process has ended."
            )
        # Not awaited here: the service answers while it scans.
        tasks.add(asyncio.create_task(startup.follow(services)))

    app = create_app(settings, started)
    server = server_of(app, settings.web)
    startup.is_ending = lambda: server.should_exit
    app.state.stop = lambda: setattr(server, "should_exit", True)
    # uvicorn raises the signal again after it has shut down, but a requested stop is not a failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        await server.serve(sockets=[listening])
    finally:
        until_the_end.close()
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
            log_config=None,  # its lines go where ours go
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
