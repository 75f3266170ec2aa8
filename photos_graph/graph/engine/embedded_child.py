"""The process of the embedded engine: ``python -m photos_graph.graph.engine.embedded_child``.

The owner writes one line of JSON (see ``StartRequest``) to the standard input and keeps this pipe open. When the pipe
is closed, by the owner or by its death, the engine closes its databases and the process ends. A lock in the folder
prevents a second engine from starting before the first has closed its files.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

CLOSING_SECONDS = 20
LOCK_FILE = "engine.lock"
DATABASE = "photos"
USER = "root"
# The engine reads these settings only as system properties of Java, not from the configuration of the server.
ENGINE_SETTINGS = (
    "-Darcadedb.txWalFlush=1",  # a commit is on the disk when it returns, so it survives a power failure
    "-Darcadedb.opencypher.loadCsv.allowFileUrls=false",
    "-Darcadedb.opencypher.loadCsv.allowRemoteUrls=false",
)


@dataclass(frozen=True)
class StartRequest:
    """The parameters with which the owner starts the engine."""

    folder: str  # for the files of the engine
    port: int  # for Bolt on the loopback interface
    password: str
    heap: str  # in the notation of Java: 512m, 2g
    caches: str = ""  # the folder for the archive of classes; without it, there is none

    def line(self) -> bytes:
        """Returns the request as a line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"


def main() -> None:
    """Reads the request of the owner and runs the engine in its folder."""
    owner = os.getppid()
    request = StartRequest(**json.loads(sys.stdin.buffer.readline()))
    os.umask(0o077)
    folder = Path(request.folder)
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)  # the engine writes logs and crash reports into the current folder
    with Path(LOCK_FILE).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        serve(request, owner)


def serve(request: StartRequest, owner: int) -> None:
    """Runs the engine until the owner closes the pipe or dies, then ends the process."""
    from arcadedb_embedded.server import ArcadeDBServer

    from photos_graph.graph.engine.class_archive import ClassArchive

    # The engine accepts a root password only while it has no users, and the password may be new.
    Path("config/server-users.jsonl").unlink(missing_ok=True)
    archive = ClassArchive(Path(request.caches)) if request.caches else None
    classes = archive.arguments() if archive else ()
    server = ArcadeDBServer(
        root_path=request.folder,
        root_password=request.password,
        config={
            "host": "127.0.0.1",
            "http_port": "0",  # HTTP cannot be turned off and is not used, so it gets any free port
            "bolt_port": request.port,
            "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        },
        jvm_kwargs={"heap_size": request.heap, "jvm_args": (*ENGINE_SETTINGS, *classes)},
    )
    server.start()
    server.create_database(DATABASE)
    wait_for_owner(owner)
    if archive:
        archive.stop()
    watchdog = threading.Timer(CLOSING_SECONDS, os._exit, [1])
    watchdog.daemon = True
    watchdog.start()
    server.stop()
    # The databases are closed, but the virtual machine would wait for clients that are still connected.
    sys.stdout.flush()
    os._exit(0)


def wait_for_owner(owner: int) -> None:
    """Returns when the owner closes the pipe or dies, even if a fork of the owner keeps the pipe open."""
    while os.getppid() == owner:
        readable, _, _ = select.select([sys.stdin], [], [], 1)
        if readable and not os.read(sys.stdin.fileno(), 4096):
            return


if __name__ == "__main__":
    main()
