"""What a decoder would try that a hostile file has taken over, and what becomes of it."""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from photos_graph.workers.task import Emit, LocalPath, Task

THREADS = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - before the process is confined


@dataclass(frozen=True)
class Targets:
    """``secret`` and ``kept`` are files, ``folder`` is one that is writable, ``port`` is where a server listens,
    ``victim`` is another process of the same user."""

    secret: LocalPath
    kept: LocalPath
    folder: LocalPath
    port: int
    victim: int


@dataclass(frozen=True)
class Outcomes:
    """Maps what was tried to the error that refused it, or to None if it was not refused. ``threads`` is the number
    that the process had before it was confined."""

    errors: dict[str, str | None]
    threads: int


TRY = Task("tests.kit.processes.forbidden:attempt", Targets, Outcomes)


@TRY.implementation
def attempt(targets: Targets, emit: Emit) -> Outcomes:
    errors = attempts(targets) | in_another_thread(targets)
    errors["execute"] = _error_of(lambda: os.execv("/bin/true", ["true"]))  # it would not come back
    return Outcomes(errors, THREADS)


def attempts(targets: Targets) -> dict[str, str | None]:
    return {name: _error_of(act) for name, act in _acts(targets).items()}


def in_another_thread(targets: Targets) -> dict[str, str | None]:
    found: dict[str, str | None] = {}

    def go() -> None:
        found["read a secret in a thread"] = _error_of(targets.secret.read_bytes)

    thread = threading.Thread(target=go)
    thread.start()
    thread.join()
    return found


def _error_of(act: Callable[[], object]) -> str | None:
    try:
        act()
    except PermissionError as error:
        return type(error).__name__
    except ValueError:  # what Python makes of a limit that is refused
        return PermissionError.__name__
    except OSError as error:
        return repr(error)
    return None


def _acts(targets: Targets) -> dict[str, Callable[[], object]]:
    secret, kept, folder, victim = targets.secret, targets.kept, targets.folder, targets.victim
    process = Path(f"/proc/{victim}")
    return {
        "connect": lambda: socket.create_connection(("127.0.0.1", targets.port), 5).close(),
        "listen": lambda: socket.create_server(("127.0.0.1", 0)).close(),
        "send a datagram": lambda: _datagram(targets.port),
        "bind an abstract socket": _abstract,
        "fork": _fork,
        "start a program": lambda: subprocess.run(["/bin/true"], check=True),
        "read a secret": secret.read_bytes,
        "read a secret through /proc": lambda: Path(f"/proc/self/root{secret}").read_bytes(),
        "list the folder of secrets": lambda: list(secret.parent.iterdir()),
        "read /etc/passwd": lambda: Path("/etc/passwd").read_bytes(),
        "read the environment of another process": (process / "environ").read_bytes,
        "read the memory of another process": lambda: _memory(process),
        "list the descriptors of another process": lambda: list((process / "fd").iterdir()),
        "trace": lambda: _traced(victim),
        "read memory by call": lambda: _call("process_vm_readv", victim, None, 0, None, 0, 0),
        "find a process to signal": lambda: os.kill(victim, 0),
        "stop a process": lambda: os.pidfd_open(victim),
        "have signals sent": lambda: _owned(victim),
        "create a file": (folder / "new").touch,
        "open a file for writing": lambda: os.close(os.open(kept, os.O_WRONLY)),
        "append": lambda: os.close(os.open(kept, os.O_RDWR | os.O_APPEND)),
        "truncate": lambda: os.truncate(kept, 1),
        "change the mode": lambda: kept.chmod(0o777),
        "change the time": lambda: os.utime(kept),
        "link": lambda: os.link(kept, folder / "link"),
        "make a symbolic link": lambda: (folder / "symbolic").symlink_to(secret),
        "make a folder": (folder / "folder").mkdir,
        "rename": lambda: kept.rename(folder / "renamed"),
        "remove": (folder / "renamed").unlink,
        "remove a folder": (folder / "folder").rmdir,
        "make a file in memory": lambda: os.close(os.memfd_create("program")),
        "raise a limit": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE)),
        "outlive its parent": lambda: _call("prctl", 1, 0, 0, 0, 0),
    }


def _datagram(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"secret", ("127.0.0.1", port))


def _abstract() -> None:
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(f"\0photos-graph-{os.getpid()}")


def _fork() -> None:
    if (child := os.fork()) == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _memory(process: Path) -> None:
    start = int((process / "maps").read_text().partition("-")[0], 16)
    with (process / "mem").open("rb", buffering=0) as memory:
        memory.seek(start)
        memory.read(1)


def _traced(victim: int) -> None:
    _call("ptrace", 0x4206, victim, 0, 0)  # PTRACE_SEIZE


def _owned(victim: int) -> None:
    reading, writing = os.pipe()
    try:
        fcntl.fcntl(reading, fcntl.F_SETOWN, victim)
    finally:
        os.close(reading)
        os.close(writing)


def _call(name: str, *arguments: int | None) -> None:
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    if function(*arguments) < 0:
        failed = ctypes.get_errno()
        raise OSError(failed, os.strerror(failed))
