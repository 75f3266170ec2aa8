"""Builds everything that lives long from the settings, and closes it in reverse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.util import find_spec

from photos_graph.access.credentials import Access
from photos_graph.core import Core, cancel_at_end
from photos_graph.disk_space import DiskSpace
from photos_graph.errors import BadSettings
from photos_graph.events import Events, JobQueued
from photos_graph.facade import Services as Services
from photos_graph.facade import services_of
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.damage import look_for_damage
from photos_graph.graph.engine.opening import connect
from photos_graph.graph.library import folders
from photos_graph.graph.writing import LabelWriter
from photos_graph.images.cache import RenditionCache
from photos_graph.images.renditions import Renditions
from photos_graph.images.shared_place import SharedPlace
from photos_graph.images.shared_renditions import SharedRenditions
from photos_graph.index import Index
from photos_graph.jobs.background import BackgroundWrites
from photos_graph.jobs.queue import Jobs
from photos_graph.jobs.runner import Runner
from photos_graph.library.openers import Openers
from photos_graph.model.jobs import JobKind
from photos_graph.paths import check_own_folders
from photos_graph.services.access import AccessKeeper
from photos_graph.services.backups.damaged import told_if_damaged
from photos_graph.services.backups.dumping import before_migration
from photos_graph.services.backups.restoring import refuse_interrupted
from photos_graph.services.backups.room import open_backups
from photos_graph.services.browse.room import open_browse
from photos_graph.services.completion import ChangeCompletion
from photos_graph.services.datasets.room import open_datasets
from photos_graph.services.faces.room import open_faces
from photos_graph.services.labels.room import open_labels
from photos_graph.services.learning.room import open_learning, open_models
from photos_graph.services.media import Media
from photos_graph.services.new_weights import keep_looking
from photos_graph.services.scan.intake_tasks import INTAKE_TASKS
from photos_graph.services.scan.room import open_scan
from photos_graph.services.storage import Storage
from photos_graph.services.trips.room import open_trips
from photos_graph.services.undo import Changes
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.port import Executor, Local


@asynccontextmanager
async def build(
    settings: Settings, access: Access | None = None, *, run_jobs: bool = True, poll: bool = False
) -> AsyncIterator[Services]:
    """Builds services that answer. ``access``: who is known, where requests are answered. ``run_jobs``: takes jobs from
    the graph; ``poll``: looks at folders, for weights, and at the schedules of trainings and audits, now and then.

    Raises BadSettings, EngineUnavailable.
    """
    async with AsyncExitStack() as closing:
        make_private(settings)
        refuse_interrupted(settings.data_dir)
        space = DiskSpace(settings.storage.reserve_bytes)
        storage = Storage(settings, space)
        cache = RenditionCache(settings.data_dir / "renditions", settings.images.cache_bytes, space)
        loading = asyncio.create_task(asyncio.to_thread(cache.load))  # the engine takes seconds to start
        cancel_at_end(closing, loading)
        with told_if_damaged(settings):
            graph = await _connected(settings, closing)
            index = await _loaded(graph, settings, closing)
        executor = _executor(settings, closing)
        pictures = executor.spread(_picture_workers(settings))
        closing.push_async_callback(pictures.close)
        try:
            await loading
        except OSError as error:
            raise _unusable(settings, error) from error
        place = SharedPlace(settings.images.shared_cache_url) if settings.images.shared_cache_url else None
        shared = _shared(place, settings, closing)
        renditions = Renditions(cache, pictures, settings.images, shared)
        media = _media(graph, renditions, settings, closing)

        events = Events()
        runner = Runner(graph, settings.labels.keep_changes, settings.jobs.keep_days, settings.data_dir / "runners")
        events.subscribe(JobQueued, runner.job_queued)
        writer, jobs = LabelWriter(graph, index, events), Jobs(graph, index, events)
        writes = BackgroundWrites(settings.web.timeout_seconds / 2, jobs)
        core = Core(
            settings, graph, index, events, writer, jobs, writes, pictures, executor, space, closing, shared=place
        )
        models = open_models(core)
        scan = open_scan(core, renditions)
        browse = open_browse(core)
        labels = open_labels(core, browse.questions)
        faces = open_faces(core, media, models)
        learning = open_learning(core, media, models, labels.tagging, faces.assignment, browse.looking)
        trips = open_trips(core, labels.tagging, labels.album_editing)
        datasets = open_datasets(core, media, browse.questions)
        changes = Changes(index, writer, writes, core.gazetteer)
        core.handlers[JobKind.FINISH_CHANGE] = ChangeCompletion(writes, labels.predicted_tags, changes).run
        backups = open_backups(core)
        closing.push_async_callback(writes.close)
        await models.apply_settings()

        if run_jobs:
            await faces.triggers.start()
            runner.start(core.handlers)
            closing.push_async_callback(runner.close)
        if access is not None:
            keeper = AccessKeeper(access, graph, settings)
            await keeper.open()
            closing.push_async_callback(keeper.close)
            core.keep_running(keeper.keep_looking(), "tokens")
        if poll:
            core.keep_running(storage.keep_looking(), "disks")
            if shared is not None:
                core.keep_running(shared.keep_trimming(), "shared pictures")
            core.keep_running(index.sort_map(), "map")
            core.keep_running(browse.prepare(), "first answers")
            core.keep_running(scan.keep_polling(), "polling")
            core.keep_running(learning.schedules.keep_looking(), "schedules")
            core.keep_running(backups.schedule.keep_looking(), "back-ups")
            core.keep_running(learning.audits.keep_looking(), "audits")
            watches = (faces.triggers.weights, learning.triggers.weights, learning.triggers.image_text)
            core.keep_running(keep_looking(*watches), "weights")

        rooms = (scan, labels, browse, faces, learning, trips, datasets, changes, backups)
        yield services_of(core, media, models, *rooms, runner, storage)


async def _connected(settings: Settings, closing: AsyncExitStack) -> Graph:
    graph = await connect(settings, partial(before_migration, settings))
    closing.push_async_callback(graph.close)
    if settings.graph.uri is None:
        await look_for_damage(graph, settings.data_dir)
    # Another data directory than before may lie in a root that the graph knows.
    roots = [root.raw_path for root in await folders.roots(graph)]
    check_own_folders(settings.data_dir, settings.images.shared_cache_folder, roots)
    return graph


async def _loaded(graph: Graph, settings: Settings, closing: AsyncExitStack) -> Index:
    index = Index(graph, settings)
    await index.load()
    index.start()
    closing.push_async_callback(index.close)
    return index


def _executor(settings: Settings, closing: AsyncExitStack) -> Executor:
    """Returns who works on files. Raises BadSettings if a cluster is wanted, and what it needs is not installed."""
    if settings.cluster.scheduler is None:
        return Local()
    if find_spec("distributed") is None:
        raise BadSettings("The setting cluster.scheduler needs Dask. Install photos-graph[dask].")
    from photos_graph.cluster.spreading import DaskCluster

    cluster = DaskCluster(settings)
    cluster.open()
    closing.push_async_callback(cluster.close)
    return cluster


def _picture_workers(settings: Settings) -> WorkerPool:
    images = settings.images
    return WorkerPool(INTAKE_TASKS, images.workers, images.memory_bytes, images.timeout_seconds, images.queue)


def _shared(place: SharedPlace | None, settings: Settings, closing: AsyncExitStack) -> SharedRenditions | None:
    if place is None:
        return None
    shared = SharedRenditions(place, settings.images.shared_cache_bytes)
    closing.push_async_callback(shared.close)
    return shared


def _media(graph: Graph, renditions: Renditions, settings: Settings, closing: AsyncExitStack) -> Media:
    openers = Openers(settings.library.follow_symlinks)
    closing.callback(openers.close)
    media = Media(graph, renditions, openers)
    closing.push_async_callback(renditions.close)
    closing.push_async_callback(media.ahead.close)
    return media


def make_private(settings: Settings) -> None:
    """The data directory holds secrets and pictures: its owner's alone. Raises BadSettings."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.data_dir.chmod(0o700)
    except OSError as error:
        raise _unusable(settings, error) from error


def _unusable(settings: Settings, error: OSError) -> BadSettings:
    return BadSettings(f"The data directory {settings.data_dir} cannot be used: {error}.")
