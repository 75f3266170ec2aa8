"""Changes of labels whose caller got an answer before they were complete are completed, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.jobs.background import BackgroundWrites
from photos_graph.library.places import Gazetteer
from photos_graph.model.job_arguments import ChangeArguments
from photos_graph.model.jobs import Job, JobKind, JobState
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.services.completion import ChangeCompletion
from photos_graph.services.labels.predicted_tags import ChosenPhotos, PredictedTags
from photos_graph.services.undo import Changes
from photos_graph.settings import Settings
from tests.kit.engines import silence_jobs
from tests.kit.faces import predict
from tests.kit.library import in_step
from tests.kit.planted import photo_id, plant
from tests.kit.processes.album_work import allowed
from tests.kit.processes.dying import dies
from tests.kit.tags import grown
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]

SEA, EVERYWHERE = [Ref(name="Sea")], ChosenPhotos(filter=PhotoFilter())
PHOTOS = range(7)


class Silent:
    """Takes the progress of a job and tells nobody."""

    job_id = "job"

    async def step(self, done: int, total: int | None = None, message: str | None = None) -> None: ...


async def planted(services: Services) -> None:
    """A model gives Sea to all photos."""
    await plant(services.graph, {"beach": "beach"}, {"beach": PHOTOS})
    await services.index.catch_up()
    sea = (await grown(services.graph, "Sea"))["Sea"]
    await predict(services, sea, {photo_id(number): 0.9 for number in PHOTOS})


def found(services: Services) -> set[int]:
    return set(services.index.search.sets.tags.having(services.index.search.tags.named("Sea")[0].id))


async def test_answers_that_a_killed_process_left_half_written_are_completed(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as services:
        await planted(services)
        assert found(services) == set(PHOTOS)
    dies(settings, "answering")
    silence_jobs(settings.graph)
    async with build(settings, run_jobs=False) as services:
        assert len(found(services)) == 5 and len(await services.jobs.unfinished(JobKind.FINISH_CHANGE)) == 1
    async with build(settings) as services:
        async with asyncio.timeout(PATIENCE):
            while await services.jobs.unfinished(JobKind.FINISH_CHANGE):
                await asyncio.sleep(0.05)
        [job] = (await services.jobs.page(None, 1, None)).items
        assert (job.state, job.message) == (JobState.SUCCEEDED, "The change is complete.")
        [change] = (await services.history.page(1, None)).items
        assert found(services) == set() and change.changed == len(PHOTOS), "all of it is one change"
        assert (await services.changes.undo(change.id)).changed == len(PHOTOS)
        assert found(services) == set(PHOTOS)


async def test_albums_that_were_acknowledged_are_there_after_a_kill(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as services:
        await planted(services)
    at = random.Random(18).randrange(60, 400)
    dies(settings, str(at))
    async with build(settings, run_jobs=False) as services:
        rows = list(services.index.search.albums)
        filters = {row.name: PhotoFilter(albums=TermFilter(all=(Ref(id=row.id),))) for row in rows}
        pages = {name: services.browse.photos(each, PhotoOrder.ALBUM) for name, each in filters.items()}
        there = {name: [int(id_, 16) for id_ in page.ids] for name, page in pages.items()}
        assert there in allowed(settings), f"after query {at}"
        assert await in_step(services)


async def test_an_undo_that_was_lost_is_made_once_and_ends_what_it_undoes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with build(settings, run_jobs=False) as services:
        await planted(services)
        writes = BackgroundWrites(0, services.jobs)
        changes = Changes(services.index, services.writer, writes, Gazetteer())
        answers = PredictedTags(services.graph, services.index, services.writer, writes, services.questions)
        commit, may_write = services.writer.commit, asyncio.Event()

        async def slow(*arguments: Any, **options: Any) -> Any:
            await may_write.wait()
            return await commit(*arguments, **options)

        monkeypatch.setattr(services.writer, "commit", slow)
        answered = await answers.reject(SEA, EVERYWHERE)
        may_write.set()
        await writes.close()
        may_write.clear()
        undone = await changes.undo(answered.change_id or "")
        assert not (answered.is_complete or undone.is_complete)
        for task in asyncio.all_tasks():
            if task.get_name() == f"write {undone.change_id}":
                task.cancel()  # as if the process ended
        await writes.close()
        may_write.set()
        assert found(services) == set()

        answer, undo = await jobs_of(services)
        completion = ChangeCompletion(writes, answers, changes)
        for job in (undo, undo, answer):  # the undo, nothing, and no answers that were taken back
            assert await completion.run(job, Silent()) == "The change is complete."
            assert found(services) == set(PHOTOS)
        recorded = (await services.history.page(9, None)).items
        assert [each.id for each in recorded] == [undone.change_id, answered.change_id]
        await services.changes.undo(undone.change_id or "")
        await completion.run(undo, Silent())
        assert found(services) == set(), "what was undone and taken back is not undone again"


async def jobs_of(services: Services) -> list[Job[ChangeArguments]]:
    return await services.jobs.unfinished(JobKind.FINISH_CHANGE)  # type: ignore[return-value]
