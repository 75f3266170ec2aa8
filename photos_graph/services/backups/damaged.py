"""Says what to do when the graph cannot be used."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photos_graph.errors import BadSettings, DamagedGraph, EngineUnavailable, RefusedQuery
from photos_graph.graph.engine.damage import FILE
from photos_graph.graph.engine.data_folder import FULL, DataFolder
from photos_graph.services.backups.dumping import BEFORE
from photos_graph.services.backups.job import existing
from photos_graph.settings import Settings

log = logging.getLogger(__name__)


@contextmanager
def told_if_damaged(settings: Settings) -> Iterator[None]:
    """Raises BadSettings, which names the newest back-up, if the block finds the embedded graph damaged."""
    try:
        yield
    except (DamagedGraph, RefusedQuery, EngineUnavailable) as error:
        if settings.graph.uri is not None:
            raise
        if DataFolder(settings.data_dir).is_full:  # so an engine may fail whose files are in order
            raise EngineUnavailable(f"The graph cannot be opened. {FULL}") from error
        if isinstance(error, EngineUnavailable):
            raise EngineUnavailable(f"{error.public_message}\nIf its files are damaged: {_advice(settings)}") from error
        why = f" {error.public_message}" if isinstance(error, DamagedGraph) else ""
        raise BadSettings(f"The graph in {settings.data_dir / 'graph'} is damaged.{why} {_advice(settings)}") from error


def _advice(settings: Settings) -> str:
    newest = _newest(settings)
    if newest is None:
        return f"There is no back-up in {settings.backups_dir}. If you have one elsewhere: photos-graph restore FILE"
    return (
        "Restore the newest back-up into a new data directory: "
        f"photos-graph restore {newest} --data-dir {settings.data_dir}-restored"
    )


def _newest(settings: Settings) -> Path | None:
    """Returns the newest back-up of this graph, or of any if it is not known which one this is."""
    try:
        file = settings.data_dir / FILE
        found = existing(settings, file.read_text().strip() or None if file.exists() else None)
        found += settings.backups_dir.glob(f"{BEFORE}*.zip")
        return max(found, key=lambda path: path.stat().st_mtime, default=None)
    except OSError as error:
        log.warning("The folder of back-ups cannot be read: %s", error)
        return None
