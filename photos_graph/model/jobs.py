"""Jobs, which are long tasks in the background."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic

from typing_extensions import TypeVar


class JobKind(StrEnum):
    """The work that a job does."""

    SCAN = "SCAN"
    FACES = "FACES"
    CLUSTER = "CLUSTER"
    TRAIN_TAGS = "TRAIN_TAGS"
    TRAIN_PERSONS = "TRAIN_PERSONS"
    PREDICT = "PREDICT"
    TRIPS = "TRIPS"
    EXPORT = "EXPORT"
    IMPORT = "IMPORT"
    FINISH_CHANGE = "FINISH_CHANGE"
    BACKUP = "BACKUP"
    REMOVE_ROOT = "REMOVE_ROOT"


SPREAD = (JobKind.SCAN, JobKind.FACES, JobKind.PREDICT)  # jobs whose work on files a cluster may do
FOLLOWING = (JobKind.FACES, JobKind.CLUSTER, JobKind.PREDICT, JobKind.TRIPS)  # jobs that follow a scan


class JobState(StrEnum):
    """The state of a job. SUCCEEDED, FAILED and CANCELLED are final."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class JobArguments:
    """The arguments of a job. ``job_arguments`` defines those of each kind that takes any."""


ArgumentsOfJob = TypeVar("ArgumentsOfJob", bound=JobArguments, default=JobArguments, covariant=True)


@dataclass(frozen=True, slots=True)
class Job(Generic[ArgumentsOfJob]):
    """A long task that runs in the background."""

    id: str
    kind: JobKind
    state: JobState
    done: int
    total: int | None
    message: str | None
    created_at: datetime
    arguments: ArgumentsOfJob
    started_at: datetime | None = None
    finished_at: datetime | None = None
    number: int = 0  # jobs are numbered in the order in which they were created
