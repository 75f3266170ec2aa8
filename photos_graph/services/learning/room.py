"""Builds the services of models that learn from labels, and registers their jobs."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.core import Core
from photos_graph.events import LabelsChanged, PhotosArrived, TrainingStarted
from photos_graph.model.jobs import JobKind
from photos_graph.services.browse.looking import Looking
from photos_graph.services.faces.assignment import FaceAssignment
from photos_graph.services.labels.tagging import Tagging
from photos_graph.services.learning.answered import SimilarAnswers
from photos_graph.services.learning.audits import Audits
from photos_graph.services.learning.cold_start import ColdStartStage
from photos_graph.services.learning.content import ContentStage
from photos_graph.services.learning.features import FeatureStage
from photos_graph.services.learning.features_call import describing_pool
from photos_graph.services.learning.neighbours import NeighbourStage, learning_pool
from photos_graph.services.learning.picturing import PictureStage, picturing_pool
from photos_graph.services.learning.prediction import PredictionStage
from photos_graph.services.learning.prediction_job import PredictionJob
from photos_graph.services.learning.promises import Promises
from photos_graph.services.learning.questions import QuestionStage
from photos_graph.services.learning.review import Review
from photos_graph.services.learning.schedules import Schedules
from photos_graph.services.learning.sheets import Sheets
from photos_graph.services.learning.similar import SimilarPhotos
from photos_graph.services.learning.similar_groups import SimilarGroups
from photos_graph.services.learning.similar_stage import SimilarStage
from photos_graph.services.learning.training import TrainingJob
from photos_graph.services.learning.training_call import training_pool
from photos_graph.services.learning.triggers import LearningTriggers
from photos_graph.services.learning.versions import ModelVersions
from photos_graph.services.media import Media


@dataclass(frozen=True, slots=True)
class LearningRoom:
    triggers: LearningTriggers
    schedules: Schedules
    review: Review
    similar: SimilarPhotos
    similar_groups: SimilarGroups
    sheets: Sheets
    promises: Promises
    audits: Audits


def open_models(core: Core) -> ModelVersions:
    """Builds the versions of models, which jobs for faces read too."""
    return ModelVersions(core.graph, core.writer, core.events, core.settings, core.shared)


def open_learning(
    core: Core,
    media: Media,
    models: ModelVersions,
    tagging: Tagging,
    assignment: FaceAssignment,
    looking: Looking,
) -> LearningRoom:
    triggers = LearningTriggers(core.graph, core.jobs, core.settings)
    core.events.subscribe(PhotosArrived, triggers.photos_arrived)
    core.events.subscribe(TrainingStarted, triggers.training_started)
    promises = Promises(core.graph, core.index, core.writer, models, core.settings)
    core.events.subscribe(LabelsChanged, promises.labels_changed)
    asked = core.closed_at_end(learning_pool(core.settings))  # a pool of its own, so that clients do not wait for jobs
    similar = SimilarAnswers(core.graph, core.index, core.writer, asked, core.settings)
    core.events.subscribe(LabelsChanged, similar.labels_changed)
    _add_jobs(core, media, models, triggers, promises, similar, looking)
    return LearningRoom(
        triggers,
        Schedules(core.graph, core.index, core.jobs, triggers, core.events, core.settings),
        Review(core.graph, core.index, core.writer, tagging, assignment, core.settings.learn.skip_days),
        SimilarPhotos(core.index, asked, core.settings),
        SimilarGroups(core.graph, core.index, core.settings),
        Sheets(core.graph, core.index, tagging, core.settings),
        promises,
        Audits(core.graph, core.index),
    )


def _add_jobs(
    core: Core,
    media: Media,
    models: ModelVersions,
    triggers: LearningTriggers,
    promises: Promises,
    similar: SimilarAnswers,
    looking: Looking,
) -> None:
    settings, graph, index = core.settings, core.graph, core.index
    backbone, trainer = core.spread(describing_pool(settings)), core.closed_at_end(training_pool(settings))
    learner = core.closed_at_end(learning_pool(settings))
    describe = FeatureStage(graph, media, backbone, settings)
    neighbours = NeighbourStage(graph, learner, settings)
    predict = PredictionStage(
        graph, index, core.writer, models, learner, settings, promises.measure, similar.photos_arrived
    )
    ask = QuestionStage(graph, index, models, learner, settings)
    see = ContentStage(graph, index, learner, settings)
    group = SimilarStage(graph, index, media, learner, core.pictures, settings)
    picture = PictureStage(graph, index, media, core.spread(picturing_pool(settings)), settings, looking.warm)
    cold = ColdStartStage(graph, index, media, models, backbone, settings)
    training = TrainingJob(graph, index, models, trainer, settings, describe, neighbours, core.events)
    core.handlers[JobKind.PREDICT] = PredictionJob(
        triggers, picture, (describe, neighbours, see, predict, ask, cold, group)
    ).run
    core.handlers[JobKind.TRAIN_TAGS] = training.tags
    core.handlers[JobKind.TRAIN_PERSONS] = training.persons
