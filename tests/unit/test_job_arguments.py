"""Arguments of jobs as they are stored, now and by the release before."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
from pyroaring import BitMap

from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.job_arguments import (
    KINDS,
    BackupArguments,
    ChangeArguments,
    ClusterArguments,
    ExportRequest,
    ImportArguments,
    PredictArguments,
    RemovalArguments,
    ScanArguments,
    dump_arguments,
    load_arguments,
)
from photos_graph.model.jobs import JobArguments, JobKind
from photos_graph.model.labels import Certainty

REQUEST = ExportRequest(DatasetFormat.COCO, Path("/exports"), "coco-1", BitMap([1, 5, 70_000]), block=2)
EACH = [
    (JobKind.SCAN, ScanArguments(("a", "b"), "c", accept_missing=True, quick=True, reread=True)),
    (JobKind.SCAN, ScanArguments()),
    (JobKind.FACES, JobArguments()),
    (JobKind.CLUSTER, ClusterArguments(full=True)),
    (JobKind.TRAIN_TAGS, JobArguments()),
    (JobKind.TRAIN_PERSONS, JobArguments()),
    (JobKind.PREDICT, PredictArguments(everything=True)),
    (JobKind.TRIPS, JobArguments()),
    (JobKind.EXPORT, REQUEST),
    (JobKind.IMPORT, ImportArguments(Path(os.fsdecode(b"/exports/\xff")), "ann")),
    (
        JobKind.FINISH_CHANGE,
        ChangeArguments("c2", "REJECT_TAGS", "ann", 7, None, ("t",), BitMap([3]), True, "Said so."),
    ),
    (JobKind.FINISH_CHANGE, ChangeArguments("c3", "UNDO", "ann", 7, undoes="c2")),
    (JobKind.REMOVE_ROOT, RemovalArguments("a")),
    (JobKind.BACKUP, BackupArguments()),
    (JobKind.BACKUP, BackupArguments(Path("/backups/mine.zip"))),
]


@pytest.mark.parametrize(("kind", "arguments"), EACH)
def test_they_are_stored_and_read_back(kind: JobKind, arguments: JobArguments) -> None:
    stored = dump_arguments(kind, arguments)
    stored.encode()
    assert load_arguments(kind, stored) == arguments


def test_every_kind_has_some() -> None:
    assert set(KINDS) == set(JobKind) == {kind for kind, _ in EACH}


def test_those_of_another_kind_are_refused() -> None:
    with pytest.raises(TypeError):
        dump_arguments(JobKind.FACES, ScanArguments())


OLD_EXPORT = {
    "format": "COCO",
    "folder": "/exports",
    "name": "coco-1",
    "photos": base64.b64encode(REQUEST.photos.serialize()).decode(),
    "certainty": "CONFIRMED",
    "originals": "",
    "asked": "",
    "by": "",
    "at": "",
    "block": "2",
}


@pytest.mark.parametrize(
    ("kind", "stored", "arguments"),
    [
        (JobKind.SCAN, {}, ScanArguments()),
        (
            JobKind.SCAN,
            {"folder": "c", "root": "a,b", "acceptMissing": "1", "quick": "1"},
            ScanArguments(("a", "b"), "c", accept_missing=True, quick=True),
        ),
        (JobKind.FACES, {}, JobArguments()),
        (JobKind.CLUSTER, {"full": "1"}, ClusterArguments(full=True)),
        (JobKind.CLUSTER, {}, ClusterArguments()),
        (JobKind.PREDICT, {"all": "1"}, PredictArguments(everything=True)),
        (JobKind.EXPORT, OLD_EXPORT, REQUEST),
        (JobKind.EXPORT, OLD_EXPORT | {"originals": "1"}, None),
        (JobKind.IMPORT, {"folder": "/exports/a", "by": "ann"}, ImportArguments(Path("/exports/a"), "ann")),
    ],
)
def test_those_of_the_release_before_are_read(
    kind: JobKind, stored: dict[str, str], arguments: JobArguments | None
) -> None:
    found = load_arguments(kind, json.dumps(stored))
    if arguments is None:
        assert isinstance(found, ExportRequest) and found.originals and found.certainty is Certainty.CONFIRMED
    else:
        assert found == arguments
