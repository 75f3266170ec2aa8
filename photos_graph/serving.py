"""``photos-graph serve``: a listening server, and the messages for the person who started it."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import socket
import sys
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
from photos_graph.web.open_connections import Connections
from photos_graph.web.protocols import MESSAGE_BYTES, limited
from photos_graph.web.seldom import AcceptErrors, Seldom
from photos_graph.workers.confinement import refuse_to_be_read

_seldom = Seldom()

Started = Callable[[Services, Secrets], Awaitable[None]]
CreateApp = Callable[[Settings, Started], Starlette]

BACKLOG = 256  # connections that the system keeps until they are accepted
MOST_FILES = 65_536  # open at a time; some programs go through all that they might have
RESERVED_FILES = 512  # for pictures, the index, workers and the engine
SWITCH_SECONDS = 0.001  # after which a thread that reads a document lets the others go on
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
    server = server_of(app, settings.web, allow_open_files())
    sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.get_running_loop().set_exception_handler(AcceptErrors())
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


def server_of(app: ASGIApp, settings: WebSettings, most_connections: int | None = None) -> uvicorn.Server:
    """Returns a server that has not started yet, with fewer connections than the setting says if ``most_connections``
    is less."""
    http, socket_ = limited(Connections(settings, most_connections))
    logging.getLogger("uvicorn.error").addFilter(_seldom)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,  # its lines go where ours go
            log_level="warning",
            access_log=False,
            http=http,
            ws=socket_,
            ws_max_size=MESSAGE_BYTES,
            ws_per_message_deflate=False,  # 280 kB of a stranger unpack to a thousand times as much
            backlog=BACKLOG,
            timeout_keep_alive=settings.keep_alive_seconds,
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


def allow_open_files() -> int:
    """Allows this process as many open files as the system lets it have, and returns how many connections are safe."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    return max(allowed - RESERVED_FILES, allowed // 2)


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
