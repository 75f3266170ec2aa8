"""Opens the room of back-ups."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.core import Core
from photos_graph.model.jobs import JobKind
from photos_graph.services.backups.job import BackupJob, Backups
from photos_graph.services.backups.schedule import BackupSchedule


@dataclass(frozen=True, slots=True)
class BackupRoom:
    """The services of the room."""

    backups: Backups
    schedule: BackupSchedule


def open_backups(core: Core) -> BackupRoom:
    """Creates the services of the room, and registers the handler of its job. Raises BadSettings."""
    core.handlers[JobKind.BACKUP] = BackupJob(core.graph, core.settings, core.space).run
    backups = Backups(core.jobs, core.settings, core.space)
    return BackupRoom(backups, BackupSchedule(backups, core.settings))
