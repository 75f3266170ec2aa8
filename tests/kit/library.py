"""Asks what many tests want to know of a library."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from photos_graph.bootstrap import Services
from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.job_arguments import ExportRequest
from photos_graph.model.jobs import Job, JobState
from photos_graph.model.library import Failure, FileState, Photo
from photos_graph.model.search import PhotoOrder
from photos_graph.model.stacks import Stacks
from photos_graph.search.filters import PhotoFilter
from photos_graph.search.language.parser import Parsed
from photos_graph.services.browse.photos import PhotoPage


async def scanned(
    services: Services, *, accept_missing: bool = False, quick: bool = False, reread: bool = False
) -> Job:
    """Scans everything, and returns the finished job."""
    job = await services.jobs.scan(accept_missing=accept_missing, quick=quick, reread=reread)
    return await ended(services, job)


async def ended(services: Services, job: Job) -> Job:
    async for step in services.jobs.watch(job.id):
        job = step
    return job


async def photos(
    services: Services, filter: PhotoFilter | None = None, stacks: Stacks = Stacks.COLLAPSED
) -> dict[str, Photo]:
    """Returns the photos that are shown, by name."""
    page = services.browse.photos(filter, PhotoOrder.NAME_ASC, first=500, stacks=stacks)
    found = await services.browse.photos_by_id(page.ids)
    return {photo.name: photo for photo in found if photo is not None}


async def searched(
    services: Services, text: str, first: int | None = None, after: str | None = None, today: date | None = None
) -> tuple[Parsed, PhotoPage]:
    """Returns how a text is understood, and a page of what it finds, by name."""
    parsed = await services.questions.of_text(text, today)
    return parsed, services.browse.page(parsed.query, PhotoOrder.NAME_ASC, first, after)


async def files(services: Services) -> dict[str, tuple[str, FileState]]:
    """Maps paths below the root's name to (photo id, state), for all photos that are shown."""
    ids = services.browse.photos(None, PhotoOrder.NAME_ASC).ids
    listed = await services.browse.files_of(ids)
    return {file.key.partition("/")[2]: (file.photo_id or "", file.state) for each in listed for file in each}


async def failures(services: Services) -> dict[str, Failure]:
    """Returns the failures by path."""
    return {failure.path: failure for failure in (await services.browse.failures(500, None)).items}


async def in_step(services: Services) -> bool:
    """Returns whether the index holds exactly what the graph does."""
    return not await services.index.differing()


def asked_for(job: Job) -> ExportRequest:
    assert isinstance(job.arguments, ExportRequest)
    return job.arguments


async def exported(services: Services, format: DatasetFormat, **more: object) -> Path:
    """Exports, and returns the folder of the finished export."""
    job = await ended(services, await services.exports.ask(format, **more))  # type: ignore[arg-type]
    assert job.state is JobState.SUCCEEDED, job.message
    return asked_for(job).target


async def imported(services: Services, folder: Path) -> Job:
    job = await ended(services, await services.imports.ask_folder(folder, by="zoe"))
    assert job.state is JobState.SUCCEEDED, job.message
    assert await in_step(services)
    return job
