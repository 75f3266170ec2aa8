"""Decides when photos are described and predicted, and when models are trained."""

from __future__ import annotations

import asyncio

from photos_graph.errors import ModelUnavailable
from photos_graph.events import PhotosArrived, TrainingStarted
from photos_graph.graph import due
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import predictions
from photos_graph.graph.learning import models, schedules
from photos_graph.jobs.queue import Jobs
from photos_graph.learn import catalogue, content, image_text
from photos_graph.learn.weights import BackboneWeights
from photos_graph.model.jobs import Job, JobKind
from photos_graph.model.learning import ModelKind
from photos_graph.services.learning import similar_file
from photos_graph.services.learning.picturing import wanted_model
from photos_graph.services.new_weights import WeightsWatch
from photos_graph.settings import Settings

WITHOUT_WEIGHTS = (
    "Photos are not analysed and tags are not predicted, because weights are missing. "
    "Fetch them: photos-graph models --fetch"
)
TRAINING = {ModelKind.TAGS: JobKind.TRAIN_TAGS, ModelKind.PERSONS: JobKind.TRAIN_PERSONS}


class LearningTriggers:
    def __init__(self, graph: Graph, jobs: Jobs, settings: Settings) -> None:
        self._graph = graph
        self._jobs = jobs
        self._settings = settings
        self.weights = WeightsWatch(lambda: settings.learn.enabled == "auto" and self._can(), self.queue_due)
        self.image_text = WeightsWatch(self._can_picture, self.queue_due)

    @property
    def is_on(self) -> bool:
        """Returns whether photos may be analysed."""
        return self._settings.learn.enabled != "off"

    async def photos_arrived(self, _: PhotosArrived) -> None:
        await self.queue_due()

    async def queue_due(self) -> None:
        """Queues the job that describes and predicts the photos, if the settings want it and it is possible."""
        learn = self._settings.learn
        if not self.is_on:
            return
        if await self._pictures_are_due():
            await self._jobs.queue(JobKind.PREDICT)
            return
        if learn.enabled == "auto" and not self._can():
            return
        if (
            not await due.is_wanted(self._graph, due.FEATURES, learn.backbone)
            or await due.count(self._graph, due.FEATURES)
            or await predictions.finished_by(self._graph) != await self.goes_by()
        ):
            await self._jobs.queue(JobKind.PREDICT)

    async def _pictures_are_due(self) -> bool:
        """Returns whether an image-text model has to describe photos. One that is incomplete is not waited for."""
        try:
            model = await wanted_model(self._settings)
        except ModelUnavailable:
            return False
        return model is not None and (
            not await due.is_wanted(self._graph, due.PICTURED, model[1])
            or bool(await due.count(self._graph, due.PICTURED))
        )

    async def goes_by(self) -> str:
        """Returns the version of predictions, which names the active model of tags, the backbone, the words that
        pictures are looked through for, and the way in which pictures are compared."""
        words = content.vocabulary() if self._settings.search.content else "no words"
        model = await models.active_id(self._graph, ModelKind.TAGS)
        return f"{model} {self._settings.learn.backbone} {words} {similar_file.VERSION}.{similar_file.SEEKS}"

    async def predicted(self, by: str) -> None:
        """Records that a job predicted all photos ``by`` this version. Without this record, another such job follows
        the next scan."""
        await predictions.set_finished_by(self._graph, by)

    async def reason_not_to(self) -> str | None:
        """Returns why photos are not described, or None. Raises ModelUnavailable if the settings demand it but it is
        not possible."""
        learn = self._settings.learn
        if learn.enabled == "off":
            return "Photos are not analysed, because learn.enabled is off."
        weights = BackboneWeights(self._settings.models_dir, learn.weights)
        try:
            await asyncio.to_thread(weights.check, catalogue.backbone(learn.backbone))
            if (advice := self._how_to_install) is not None:
                raise ModelUnavailable(f"A library of {learn.backbone} is missing. {advice}")
        except ModelUnavailable as error:
            if learn.enabled == "on":
                raise
            return f"Photos are not analysed. {error.public_message}"
        return None

    async def train(self, kind: ModelKind) -> Job:
        return await self._jobs.queue(TRAINING[kind])

    async def training_started(self, event: TrainingStarted) -> None:
        """Resets the count of corrections, since the training learns from all existing labels."""
        await schedules.learnt(self._graph, event.kind)

    async def can_train(self, kind: ModelKind) -> bool:
        """Returns whether a training can run. One of persons always can, because their faces have vectors."""
        if kind is ModelKind.PERSONS:
            return True
        try:
            return await self.reason_not_to() is None
        except ModelUnavailable:
            return False

    @property
    def weights_are_missing(self) -> bool:
        """Returns whether only the weights are missing. Returns False if the settings demand learning, because the job
        then fails with a message."""
        return self._settings.learn.enabled == "auto" and self._how_to_install is None and not self._weights_are_here()

    def _can_picture(self) -> bool:
        folder = self._settings.text_model
        return self.is_on and folder is not None and image_text.is_here(folder)

    def _can(self) -> bool:
        return self._how_to_install is None and self._weights_are_here()

    @property
    def _how_to_install(self) -> str | None:
        return catalogue.backbone(self._settings.learn.backbone).how_to_install

    def _weights_are_here(self) -> bool:
        learn = self._settings.learn
        return BackboneWeights(self._settings.models_dir, learn.weights).are_here(catalogue.backbone(learn.backbone))
