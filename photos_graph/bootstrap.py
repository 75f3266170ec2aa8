"""Everything that lives long, built from settings in one place and closed in reverse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from photos_graph.errors import BadSettings
from photos_graph.events import Events, FacesFound, JobQueued, LabelsChanged, PhotosArrived, TrainingStarted
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.opening import connect
from photos_graph.graph.library import folders
from photos_graph.graph.writing import LabelWriter
from photos_graph.images.cache import RenditionCache
from photos_graph.images.renditions import Renditions
from photos_graph.index import Index
from photos_graph.jobs.queue import Jobs
from photos_graph.jobs.runner import Runner
from photos_graph.library.places import Gazetteer
from photos_graph.model import JobKind
from photos_graph.paths import check_data_dir
from photos_graph.services.browse.faces import FaceBrowser
from photos_graph.services.browse.persons import Persons
from photos_graph.services.browse.photos import Browse
from photos_graph.services.browse.search import Search
from photos_graph.services.browse.tags import Tags
from photos_graph.services.datasets.exports.job import ExportJob, Exports
from photos_graph.services.datasets.exports.shards import shards_pool
from photos_graph.services.datasets.imports.job import ImportJob, Imports
from photos_graph.services.faces.assignment import FaceAssignment
from photos_graph.services.faces.clustering import ClusterJob, group_pool
from photos_graph.services.faces.detection import DetectionJob
from photos_graph.services.faces.detection_call import model_pool
from photos_graph.services.faces.drawing import DrawnFaces, describing
from photos_graph.services.faces.person_editing import PersonEditing
from photos_graph.services.faces.triggers import FaceTriggers
from photos_graph.services.labels.ratings import Ratings
from photos_graph.services.labels.tag_editing import TagEditing
from photos_graph.services.labels.tagging import Tagging
from photos_graph.services.learning.cold_start import ColdStartStage
from photos_graph.services.learning.features import FeatureStage
from photos_graph.services.learning.features_call import describing_pool
from photos_graph.services.learning.neighbours import NeighbourStage, learning_pool
from photos_graph.services.learning.prediction import PredictionStage
from photos_graph.services.learning.prediction_job import PredictionJob
from photos_graph.services.learning.questions import QuestionStage
from photos_graph.services.learning.review import Review
from photos_graph.services.learning.schedules import Schedules
from photos_graph.services.learning.similar import SimilarPhotos
from photos_graph.services.learning.training import TrainingJob
from photos_graph.services.learning.training_call import training_pool
from photos_graph.services.learning.triggers import LearningTriggers
from photos_graph.services.learning.versions import ModelVersions
from photos_graph.services.media import Media
from photos_graph.services.scan.intake_tasks import INTAKE_TASKS
from photos_graph.services.scan.polling import keep_polling
from photos_graph.services.scan.roots import Roots
from photos_graph.services.scan.scan import Scan, rules
from photos_graph.services.undo import Changes
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    graph: Graph
    index: Index
    events: Events
    writer: LabelWriter
    pool: WorkerPool
    browse: Browse
    roots: Roots
    jobs: Jobs
    face_triggers: FaceTriggers
    ratings: Ratings
    tagging: Tagging
    tag_editing: TagEditing
    changes: Changes
    tags: Tags
    persons: Persons
    person_editing: PersonEditing
    faces: FaceBrowser
    assignment: FaceAssignment
    review: Review
    drawn_faces: DrawnFaces
    models: ModelVersions
    learning_triggers: LearningTriggers
    schedules: Schedules
    similar: SimilarPhotos
    media: Media
    search: Search
    exports: Exports
    imports: Imports


@asynccontextmanager
async def build(settings: Settings, *, run_jobs: bool = True, poll: bool = False) -> AsyncIterator[Services]:
    """Services that answer. ``run_jobs``: take jobs from the graph; ``poll``: look at folders now and then.

    Raises BadSettings, EngineUnavailable.
    """
    async with AsyncExitStack() as closing:
        make_private(settings)
        images = settings.images
        cache = RenditionCache(settings.data_dir / "renditions", images.cache_bytes)
        loading = asyncio.create_task(asyncio.to_thread(cache.load))  # the engine takes seconds to start
        closing.push_async_callback(_cancelled, loading)
        graph = await connect(settings)
        closing.push_async_callback(graph.close)
        # Another data directory than before may lie in a root that the graph knows.
        check_data_dir(settings.data_dir, [root.raw_path for root in await folders.roots(graph)])

        index = Index(graph, settings)
        await index.load()
        index.start()
        closing.push_async_callback(index.close)

        pool = WorkerPool(INTAKE_TASKS, images.workers, images.memory_bytes, images.timeout_seconds, images.queue)
        closing.push_async_callback(pool.close)
        try:
            await loading
        except OSError as error:
            raise _unusable(settings, error) from error
        renditions = Renditions(cache, pool, images)
        media = Media(graph, renditions, settings.library.follow_symlinks)
        closing.callback(media.close)
        closing.push_async_callback(renditions.close)
        face_models = model_pool(settings)
        closing.push_async_callback(face_models.close)
        groups = group_pool(settings)
        closing.push_async_callback(groups.close)
        backbone, trainers = describing_pool(settings), training_pool(settings)
        beside, asked = learning_pool(settings), learning_pool(settings)
        for learner in (backbone, trainers, beside, asked):
            closing.push_async_callback(learner.close)

        shards = shards_pool(settings)
        closing.push_async_callback(shards.close)

        runner = Runner(graph)
        events = Events()
        writer = LabelWriter(graph, index, events)
        jobs = Jobs(graph, index, events)
        recognition = FaceTriggers(graph, jobs, settings)
        closing.push_async_callback(recognition.close)
        learning = LearningTriggers(graph, jobs, settings)
        models = ModelVersions(graph, writer, events, settings)
        schedules = Schedules(graph, index, jobs, learning, events, settings)

        events.subscribe(JobQueued, runner.job_queued)
        events.subscribe(PhotosArrived, recognition.photos_arrived)
        events.subscribe(PhotosArrived, learning.photos_arrived)
        events.subscribe(FacesFound, recognition.faces_found)
        events.subscribe(LabelsChanged, recognition.labels_changed)
        events.subscribe(TrainingStarted, learning.training_started)

        scan = Scan(graph, pool, cache, Gazetteer(), writer, events, settings)
        finding = DetectionJob(graph, writer, media, face_models, settings, events)
        grouping = ClusterJob(graph, index, writer, models, groups, settings)
        describe = FeatureStage(graph, media, backbone, settings)
        neighbours = NeighbourStage(graph, beside, settings)
        predict = PredictionStage(graph, index, writer, models, beside, settings)
        ask = QuestionStage(graph, index, models, beside, settings)
        cold = ColdStartStage(graph, index, media, models, backbone, settings)
        predicting = PredictionJob(learning, (describe, neighbours, predict, ask, cold))
        training = TrainingJob(graph, index, models, trainers, settings, describe, neighbours, events)
        if run_jobs:
            await recognition.start()
            runner.start(
                {
                    JobKind.SCAN: scan.run,
                    JobKind.FACES: finding.run,
                    JobKind.CLUSTER: grouping.run,
                    JobKind.PREDICT: predicting.run,
                    JobKind.TRAIN_TAGS: training.tags,
                    JobKind.TRAIN_PERSONS: training.persons,
                    JobKind.EXPORT: ExportJob(graph, index, media, pool, shards, settings).run,
                    JobKind.IMPORT: ImportJob(graph, index, writer, media, pool, settings).run,
                }
            )
            closing.push_async_callback(runner.close)
        if poll:
            polling = asyncio.create_task(
                keep_polling(graph, jobs, rules(settings), settings.library.poll_seconds, events),
                name="polling",
            )
            closing.push_async_callback(_cancelled, polling)
            looking = asyncio.create_task(schedules.keep_looking(), name="schedules")
            closing.push_async_callback(_cancelled, looking)

        tagging, assignment = Tagging(graph, index, writer), FaceAssignment(writer)
        yield Services(
            settings=settings,
            graph=graph,
            index=index,
            events=events,
            writer=writer,
            pool=pool,
            browse=Browse(graph, index, pool),
            roots=Roots(graph, writer, settings),
            jobs=jobs,
            face_triggers=recognition,
            ratings=Ratings(graph, writer),
            tagging=tagging,
            tag_editing=TagEditing(writer),
            changes=Changes(index, writer),
            tags=Tags(graph, index),
            persons=Persons(graph, index),
            person_editing=PersonEditing(writer),
            faces=FaceBrowser(graph, index),
            assignment=assignment,
            review=Review(graph, index, tagging, assignment),
            drawn_faces=DrawnFaces(graph, writer, describing(face_models, media, settings)),
            models=models,
            learning_triggers=learning,
            schedules=schedules,
            similar=SimilarPhotos(index, asked, settings),
            media=media,
            search=Search(index),
            exports=Exports(graph, index, jobs, settings),
            imports=Imports(jobs, settings),
        )


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def make_private(settings: Settings) -> None:
    """The data directory holds secrets and pictures: its owner's alone. Raises BadSettings."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.data_dir.chmod(0o700)
    except OSError as error:
        raise _unusable(settings, error) from error


def _unusable(settings: Settings, error: OSError) -> BadSettings:
    return BadSettings(f"The data directory {settings.data_dir} cannot be used: {error}.")
