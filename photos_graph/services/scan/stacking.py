"""The part of a scan that puts photos into stacks: the folders in which something changed are looked at again.

Which folders are due is a query, so a scan that was stopped, or killed, continues by asking it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import stacks
from photos_graph.graph.labels.edits import StackPlace, grouped
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import stack_files
from photos_graph.graph.library.stack_files import PhotoInFolder
from photos_graph.graph.writing import LabelWriter
from photos_graph.jobs.progress import Progress
from photos_graph.services.scan import stack_plan
from photos_graph.services.scan.stack_rules import StackFile, StackGroup, groups

FOLDERS = 100  # looked at in one commit


class Stacking:
    """Brings the stacks of all folders that are due up to date."""

    def __init__(self, graph: Graph, writer: LabelWriter, progress: Progress) -> None:
        self._graph = graph
        self._writer = writer
        self._progress = progress

    async def run(self, read: int) -> int:
        """Returns the number of photos whose stack changed. ``read`` is the number of files that the job has read, for
        its progress. Raises Cancelled."""
        changed, after = 0, ""
        while due := await stack_files.due_folders(self._graph, after, FOLDERS):
            after = due[-1]
            changed += await self._writer.commit(partial(_stack, due=due))
            await self._progress.step(read, read, "Looking for photos that belong together")
        if changed:
            await self._writer.follow()
        return changed


async def _stack(tx: LabelTransaction, *, due: Sequence[str]) -> int:
    found, places = await _groups(tx, due)
    after = stack_plan.changed(found, places)
    held = {place.stack_id for place in places.values() if place.stack_id is not None}
    if held and (replaced := await stack_files.replaced(tx, held)):
        places |= await stacks.read(tx, replaced)
        after |= dict.fromkeys(replaced, StackPlace())
    await stacks.write(tx, grouped((number, places[number], place, None) for number, place in after.items()))
    await stack_files.done(tx, due)
    return len(after)


async def _groups(tx: LabelTransaction, due: Sequence[str]) -> tuple[list[StackGroup], dict[int, StackPlace]]:
    """Returns the groups of the folders and of all other folders that hold the same photos, and the places of the
    photos in them."""
    found: list[StackGroup] = []
    places: dict[int, StackPlace] = {}
    looked: set[str] = set()
    ahead = set(due)
    while ahead:
        looked |= ahead
        together: set[int] = set()
        for files in (await stack_files.files_in(tx, ahead)).values():
            places |= await stacks.read(tx, {file.number for file in files} - places.keys())
            found += (those := groups(_stack_file(file) for file in files))
            together |= {number for group in those for number in group.ranks}
            together |= {file.number for file in files if places[file.number].stack_id is not None}
        ahead = await stack_files.folders_of(tx, together) - looked if together else set()
    return found, places


def _stack_file(file: PhotoInFolder) -> StackFile:
    camera = (file.make or "", file.model or "") if file.make or file.model else None
    return StackFile(file.name, file.number, file.format, file.taken, camera, file.has_video, file.burst)
