"""A process that is killed at a moment that no watcher could hit, its work half done and its writes not committed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from photos_graph.bootstrap import build
from photos_graph.graph.labels import predictions, tag_edges
from photos_graph.graph.learning import models
from photos_graph.graph.library import succession
from photos_graph.model.jobs import JobKind
from photos_graph.model.learning import ModelKind
from photos_graph.model.search import Ref
from photos_graph.search.filters import PhotoFilter
from photos_graph.services.datasets.exports.staging import StagingFolder
from photos_graph.services.labels import predicted_tags
from photos_graph.services.labels.predicted_tags import ChosenPhotos
from photos_graph.services.learning import prediction
from photos_graph.services.scan import reading, rereading
from photos_graph.settings import Settings
from tests.kit.commands import on
from tests.kit.processes.album_work import work_on_albums
from tests.kit.waiting import PATIENCE

BATCH = 10  # predicted photos in one commit


def dies(settings: Settings, where: str, *, train: bool = False) -> None:
    """Does what there is to do, in a process of its own, until it is killed: ``activating``, when a model takes over
    but for the commit; ``predicting``, in the second batch, but for the commit; ``exporting``, in the third block,
    but for the note; ``ending``, when an export is whole, but for its name; ``reading`` and
    ``rereading``, at the first file that a scan reads, or of which it reads the metadata again; ``succeeding``, when
    an edited picture has taken over the labels, but for the commit; ``answering``, in the second portion of a rejection
    of Sea whose caller has no answer yet, but for the commit; or, if it is a number, at the query of that number, while
    albums are made.
    ``train``: also trains."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PHOTOS_")}
    own = on(settings) | {"PHOTOS_LEARN__COLD_START": "0"}
    program = [sys.executable, "-m", "tests.kit.processes.dying", where, *(["train"] if train else [])]
    done = subprocess.run(program, env=kept | own, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def _after(work: Callable[..., Awaitable[Any]], call: int) -> Callable[..., Awaitable[Any]]:
    """Its ``call``-th call is the last: all is written, nothing is committed."""
    calls = 0

    async def working(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        done = await work(*arguments)
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return working


def _before(work: Callable[..., Any], call: int) -> Callable[..., None]:
    calls = 0

    def working(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        work(*arguments)

    return working


async def _answer() -> None:
    """Rejects Sea everywhere, two photos in each transaction, for a caller who still waits."""
    predicted_tags.PHOTOS_PER_COMMIT = 2
    tag_edges.write = _after(tag_edges.write, 2)
    async with build(Settings(), run_jobs=False) as services:
        await services.predicted_tags.reject([Ref(name="Sea")], ChosenPhotos(filter=PhotoFilter()))


async def _main(where: str, more: Sequence[str]) -> None:
    match where:
        case "activating":
            models.activate = _after(models.activate, 1)
        case "predicting":
            prediction.BATCH_SIZE = BATCH
            predictions.put = _after(predictions.put, 2)
        case "exporting":
            StagingFolder.record_block = _before(StagingFolder.record_block, 3)  # type: ignore[method-assign]
        case "ending":
            os.sync = _before(os.sync, 1)
        case "reading":
            reading.call_intake = _before(reading.call_intake, 1)  # type: ignore[assignment]
        case "rereading":
            rereading.read_metadata = _before(rereading.read_metadata, 1)  # type: ignore[assignment]
        case "succeeding":
            succession.succeed = _after(succession.succeed, 1)
        case "answering":
            return await _answer()
        case number if number.isdecimal():
            return await work_on_albums(int(number), int(number))
    async with build(Settings()) as services:
        if more:
            await services.learning_triggers.train(ModelKind.TAGS)
        while await services.jobs.unfinished(*JobKind):
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2:]))
