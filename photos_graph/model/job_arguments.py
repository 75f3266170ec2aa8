"""The arguments of jobs: a dataclass for each kind, stored as JSON."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, TypeAdapter
from pyroaring import BitMap

from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.jobs import JobArguments, JobKind
from photos_graph.model.labels import Certainty


def _photos(value: BitMap | str) -> BitMap:
    return value if isinstance(value, BitMap) else BitMap.deserialize(base64.b64decode(value))


PhotoNumbers = Annotated[
    BitMap, PlainValidator(_photos), PlainSerializer(lambda photos: base64.b64encode(photos.serialize()).decode())
]


@dataclass(frozen=True, slots=True)
class ScanArguments(JobArguments):
    """Scans these roots (ids, sorted), or only the folder if one is given, or without either all roots.

    ``quick``: folders whose time has not changed are not looked at. ``accept_missing``: files that are gone are marked
    as missing, however many they are. ``reread``: files are read again, whatever their size and time say.
    """

    roots: tuple[str, ...] = ()
    folder_id: str | None = None
    accept_missing: bool = False
    quick: bool = False
    reread: bool = False


@dataclass(frozen=True, slots=True)
class ClusterArguments(JobArguments):
    """``full``: clusters all faces from the start. Otherwise new faces join the clusters that exist."""

    full: bool = False


@dataclass(frozen=True, slots=True)
class PredictArguments(JobArguments):
    """``everything``: predicts again also the photos that the active model has predicted."""

    everything: bool = False


@dataclass(frozen=True, slots=True)
class ExportRequest(JobArguments):
    """A request for an export.

    ``photos`` holds the numbers of the photos that the selection matched at the time of the request, and ``hidden``
    those of photos that no file held then; numbers that no photo has may be among these. ``folder`` is the absolute
    path of the folder in which the export is created under ``name``. ``asked`` describes the selection for people.
    """

    format: DatasetFormat
    folder: Path
    name: str
    photos: PhotoNumbers
    certainty: Certainty = Certainty.CONFIRMED
    originals: bool = False
    asked: str = ""
    by: str = ""
    at: str = ""  # ISO 8601, UTC
    block: int = 256  # photos
    hidden: PhotoNumbers = field(default_factory=BitMap)

    @property
    def target(self) -> Path:
        """The path of the finished export."""
        return self.folder / self.name

    @property
    def has_hidden(self) -> bool:
        """Whether photos that no file holds are exported too: with everything, in the format that loses nothing."""
        return self.format is DatasetFormat.JSON and not self.asked

    @property
    def numbers(self) -> BitMap:
        """The numbers of the photos to export."""
        return self.photos | self.hidden if self.has_hidden else self.photos

    def has_same_content(self, other: ExportRequest) -> bool:
        """Returns whether both requests lead to the same export, apart from its name and time."""
        return self._content() == other._content()

    def _content(self) -> tuple[object, ...]:
        return self.format, self.folder, self.numbers, self.certainty, self.originals


@dataclass(frozen=True, slots=True)
class ImportArguments(JobArguments):
    """``folder`` is the absolute path of an export; ``by`` is who imports it."""

    folder: Path
    by: str = ""


@dataclass(frozen=True, slots=True)
class ChangeArguments(JobArguments):
    """A change of labels with the id ``change_id``, which ``by`` asked for at ``at_ms`` (ms since the epoch).

    Either it undoes the change ``undoes``, or it answers what models say of the tags ``tag_ids`` on the ``photos``:
    ``operation`` is that of the recorded change, and ``summary`` its sentence. ``suggested``: the answer is also about
    photos for which a tag is only suggested.
    """

    change_id: str
    operation: str
    by: str
    at_ms: int
    undoes: str | None = None
    tag_ids: tuple[str, ...] = ()
    photos: PhotoNumbers = field(default_factory=BitMap)
    suggested: bool = False
    summary: str = ""


@dataclass(frozen=True, slots=True)
class BackupArguments(JobArguments):
    """``file`` is the absolute path of the back-up, or None for a new file in the folder of back-ups."""

    file: Path | None = None


@dataclass(frozen=True, slots=True)
class RemovalArguments(JobArguments):
    """``root`` is the id of the root to remove."""

    root: str


KINDS: Mapping[JobKind, type[JobArguments]] = {
    JobKind.SCAN: ScanArguments,
    JobKind.FACES: JobArguments,
    JobKind.CLUSTER: ClusterArguments,
    JobKind.TRAIN_TAGS: JobArguments,
    JobKind.TRAIN_PERSONS: JobArguments,
    JobKind.PREDICT: PredictArguments,
    JobKind.TRIPS: JobArguments,
    JobKind.EXPORT: ExportRequest,
    JobKind.IMPORT: ImportArguments,
    JobKind.FINISH_CHANGE: ChangeArguments,
    JobKind.BACKUP: BackupArguments,
    JobKind.REMOVE_ROOT: RemovalArguments,
}


def dump_arguments(kind: JobKind, arguments: JobArguments) -> str:
    """Returns them as JSON. Raises TypeError for arguments of another kind."""
    if type(arguments) is not KINDS[kind]:
        raise TypeError(f"a job of kind {kind} does not take {type(arguments).__name__}")
    # Not dump_json: names of folders may hold bytes that are not Unicode, and only this escapes them.
    return json.dumps(_adapter(kind).dump_python(arguments, mode="json"))


def load_arguments(kind: JobKind, text: str) -> JobArguments:
    """Returns the arguments. Raises ValueError if the text is not valid for the kind."""
    values: dict[str, Any] = json.loads(text)
    return _adapter(kind).validate_python(_modern(kind, values))


@functools.cache
def _adapter(kind: JobKind) -> TypeAdapter[JobArguments]:
    return TypeAdapter(KINDS[kind])


# The release before stored strings alone. What was queued then is accepted for one release.
_OLD_NAMES = {
    JobKind.SCAN: {"root": "roots", "folder": "folder_id", "acceptMissing": "accept_missing"},
    JobKind.PREDICT: {"all": "everything"},
}


def _modern(kind: JobKind, stored: Mapping[str, Any]) -> dict[str, Any]:
    names = _OLD_NAMES.get(kind, {})
    values = {names.get(name, name): value for name, value in stored.items()}
    if isinstance(values.get("roots"), str):
        values["roots"] = values["roots"].split(",")
    if values.get("originals") == "":
        values["originals"] = False
    return values
