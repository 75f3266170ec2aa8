"""Opens the room that reads folders of originals."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.core import Core
from photos_graph.images.renditions import Renditions
from photos_graph.library.openers import Openers
from photos_graph.model.jobs import JobKind
from photos_graph.services.scan.file_reading import ScanResources
from photos_graph.services.scan.polling import keep_polling
from photos_graph.services.scan.replacements import Replacements
from photos_graph.services.scan.root_removal import RootRemoval
from photos_graph.services.scan.roots import Roots
from photos_graph.services.scan.scan import Scan, rules
from photos_graph.services.scan.succession import PictureComparison


@dataclass(frozen=True, slots=True)
class ScanRoom:
    core: Core
    roots: Roots
    replacements: Replacements

    async def keep_polling(self) -> None:
        """Looks for changes in the folders now and then. Never returns."""
        core = self.core
        await keep_polling(core.graph, core.jobs, rules(core.settings), core.settings.library, core.events)


def open_scan(core: Core, renditions: Renditions) -> ScanRoom:
    openers = Openers(core.settings.library.follow_symlinks)
    core.closing.callback(openers.close)
    resources = ScanResources(
        core.graph, core.pictures, openers, renditions, core.gazetteer, core.writer, core.settings
    )
    core.handlers[JobKind.SCAN] = Scan(resources, core.events).run
    core.handlers[JobKind.REMOVE_ROOT] = RootRemoval(core.graph, core.writer, core.jobs).run
    comparison = PictureComparison(core.graph, core.pictures, renditions, core.settings)
    return ScanRoom(
        core,
        Roots(core.graph, core.index, core.writer, core.jobs, core.settings),
        Replacements(core.graph, core.writer, comparison),
    )
