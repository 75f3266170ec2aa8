"""An archive of the classes of the embedded engine, with which it starts in less time.

Java reads and checks thousands of classes at each start, unless they are in an archive, and the runtime of the engine's
package has none. The first engine of an installation notes which classes it loads. When it has run for a while, a
process of low priority makes the archive of these. Java itself refuses an archive that is damaged, of another Java or
of other jars, and then starts as without one.

    engine-<installation>-<jars>.jsa       in the folder of caches
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

SETTLED_SECONDS = 60.0  # after which an engine has loaded what it needs for most of its queries
OF_THE_ENGINE = "ARCADEDB_JVM_ARGS"  # a variable that the package reads
FLAG, NOTING = "-XX:SharedArchiveFile=", "-XX:DumpLoadedClassList="
VERIFIED = ("-XX:+UnlockDiagnosticVMOptions", "-XX:+VerifySharedSpaces")  # a damaged archive would end the engine


class ClassArchive:
    """The archive in a folder of caches, as one engine uses or makes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / _name()
        self._classes = self._path.with_suffix(".classes")
        self._lock: IO[str] | None = None
        self._timer = threading.Timer(SETTLED_SECONDS, self.make)
        self._timer.daemon = True
        self._maker: subprocess.Popen[bytes] | None = None

    def arguments(self) -> tuple[str, ...]:
        """Returns the arguments with which Java uses the archive, or notes the classes for one. There are none if
        another engine notes them, if the folder cannot be written, or if the variable has such an argument itself."""
        given = os.environ.get(OF_THE_ENGINE, "")
        if FLAG in given or NOTING in given:
            return ()
        try:
            if self._path.exists():
                return (f"{FLAG}{self._path}", *VERIFIED)
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = self._path.with_suffix(".lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._give_up_the_lock()
            return ()
        self._timer.start()
        return (f"{NOTING}{self._classes}",)

    def make(self) -> None:
        """Makes the archive of the classes that are noted so far."""
        whole = self._path.with_suffix(".new")
        self._maker = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, whole, self._classes], stdin=subprocess.DEVNULL
        )
        if self._maker.wait() == 0:
            for old in self._folder.glob(f"{_installation()}-*.jsa"):
                old.unlink(missing_ok=True)
            whole.replace(self._path)
            self._classes.unlink(missing_ok=True)

    def stop(self) -> None:
        """Lets nothing be made any more."""
        self._timer.cancel()
        if self._maker is not None:
            self._maker.kill()
        self._give_up_the_lock()

    def _give_up_the_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()


def forget(folder: Path) -> None:
    """Removes the archives, of which one may be damaged. They are made again."""
    with contextlib.suppress(OSError):
        for path in folder.glob("engine-*.jsa"):
            path.unlink()


def _write(archive: Path, classes: Path) -> None:
    """Writes the archive of the classes that are listed in a file, and ends the process with the code 0."""
    from arcadedb_embedded.jvm import start_jvm

    start_jvm(
        heap_size="512m",
        jvm_args=("-Xshare:dump", f"-XX:SharedClassListFile={classes}", f"{FLAG}{archive}", "-Xlog:cds=error"),
    )


def _installation() -> str:
    import arcadedb_embedded

    return "engine-" + hashlib.sha256(str(Path(arcadedb_embedded.__file__).parent).encode()).hexdigest()[:8]


def _name() -> str:
    from arcadedb_embedded.jvm import get_bundled_jre_lib_path, get_jar_path

    files = [Path(get_bundled_jre_lib_path()), *sorted(Path(get_jar_path()).iterdir())]
    known = repr([(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files])
    return f"{_installation()}-{hashlib.sha256(known.encode()).hexdigest()[:8]}.jsa"


if __name__ == "__main__":
    os.nice(19)
    _write(Path(sys.argv[1]), Path(sys.argv[2]))
