"""The process of the embedded engine: ``python -m photos_graph.graph.engine.embedded_child``.

Its owner writes one line of JSON (see ``StartRequest``) to its standard input and then holds that pipe open.
When the pipe ends, which the death of the owner also brings about, the databases are closed and the
process ends. A lock in the folder keeps a second engine out until the first has closed its files.
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
# The engine's own settings are read from here; in the server's configuration they have no effect.
ENGINE_SETTINGS = (
    "-Darcadedb.txWalFlush=1",  # a commit is on the disk when it returns: it survives a power cut
    "-Darcadedb.opencypher.loadCsv.allowFileUrls=false",
    "-Darcadedb.opencypher.loadCsv.allowRemoteUrls=false",
)


@dataclass(frozen=True)
class StartRequest:
    folder: str  # where the engine keeps its files
    port: int  # of Bolt, on the loopback interface
    password: str
    heap: str  # as Java writes it: 512m, 2g

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def main() -> None:
    owner = os.getppid()
    order = StartRequest(**json.loads(sys.stdin.buffer.readline()))
    os.umask(0o077)
    folder = Path(order.folder)
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)  # the engine writes logs and crash reports where it stands
    with Path(LOCK_FILE).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        serve(order, owner)


def serve(order: StartRequest, owner: int) -> None:
    """Runs the engine until the owner goes; ends the process."""
    from arcadedb_embedded.server import ArcadeDBServer

    # The engine takes a root password only when it knows no users, and ours may be a new one.
    Path("config/server-users.jsonl").unlink(missing_ok=True)
    server = ArcadeDBServer(
        root_path=order.folder,
        root_password=order.password,
        config={
            "host": "127.0.0.1",
            "http_port": "0",  # cannot be turned off; nobody calls it, so any free port will do
            "bolt_port": order.port,
            "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        },
        jvm_kwargs={"heap_size": order.heap, "jvm_args": ENGINE_SETTINGS},
    )
    server.start()
    server.create_database(DATABASE)
    wait_for_owner(owner)
    watchdog = threading.Timer(CLOSING_SECONDS, os._exit, [1])
    watchdog.daemon = True
    watchdog.start()
    server.stop()
    # The databases are closed; the virtual machine would wait for clients that are still connected.
    sys.stdout.flush()
    os._exit(0)


def wait_for_owner(owner: int) -> None:
    """Returns when the owner closes the pipe or dies; also when a fork of it keeps the pipe open."""
    while os.getppid() == owner:
        readable, _, _ = select.select([sys.stdin], [], [], 1)
        if readable and not os.read(sys.stdin.fileno(), 4096):
            return


if __name__ == "__main__":
    main()
