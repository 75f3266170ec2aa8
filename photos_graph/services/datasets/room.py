"""Opens the room of exports and imports."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.core import Core
from photos_graph.model.jobs import JobKind
from photos_graph.services.browse.questions import Questions
from photos_graph.services.datasets.exports.job import ExportJob
from photos_graph.services.datasets.exports.request import Exports
from photos_graph.services.datasets.exports.shards import shards_pool
from photos_graph.services.datasets.imports.job import ImportJob, Imports
from photos_graph.services.media import Media


@dataclass(frozen=True, slots=True)
class DatasetRoom:
    """The services of the room."""

    exports: Exports
    imports: Imports


def open_datasets(core: Core, media: Media, questions: Questions) -> DatasetRoom:
    """Creates the services of the room, and registers the handlers of its jobs."""
    settings, graph, index = core.settings, core.graph, core.index
    shards = core.closed_at_end(shards_pool(settings))
    core.handlers[JobKind.EXPORT] = ExportJob(graph, index, media, shards, settings, core.space).run
    core.handlers[JobKind.IMPORT] = ImportJob(graph, index, core.writer, core.pictures, core.gazetteer, settings).run
    return DatasetRoom(Exports(graph, index, core.jobs, questions, settings, core.space), Imports(core.jobs, settings))
