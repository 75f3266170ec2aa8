"""Builds the services of faces and persons, and registers their jobs."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.core import Core
from photos_graph.events import FacesFound, LabelsChanged, PhotosArrived
from photos_graph.model.jobs import JobKind
from photos_graph.services.faces.assignment import FaceAssignment
from photos_graph.services.faces.clustering import ActiveModels, ClusterJob, group_pool
from photos_graph.services.faces.detection import DetectionJob
from photos_graph.services.faces.detection_call import model_pool
from photos_graph.services.faces.drawing import DrawnFaces
from photos_graph.services.faces.person_editing import PersonEditing
from photos_graph.services.faces.triggers import FaceTriggers
from photos_graph.services.media import Media


@dataclass(frozen=True, slots=True)
class FaceRoom:
    triggers: FaceTriggers
    assignment: FaceAssignment
    drawn_faces: DrawnFaces
    person_editing: PersonEditing


def open_faces(core: Core, media: Media, models: ActiveModels) -> FaceRoom:
    settings, writer = core.settings, core.writer
    detectors, groupers = core.spread(model_pool(settings)), core.closed_at_end(group_pool(settings))
    triggers = FaceTriggers(core.graph, core.jobs, settings)
    core.closing.push_async_callback(triggers.close)
    core.events.subscribe(PhotosArrived, triggers.photos_arrived)
    core.events.subscribe(FacesFound, triggers.faces_found)
    core.events.subscribe(LabelsChanged, triggers.labels_changed)
    core.handlers[JobKind.FACES] = DetectionJob(core.graph, writer, media, detectors, settings, core.events).run
    core.handlers[JobKind.CLUSTER] = ClusterJob(core.graph, core.index, writer, models, groupers, settings).run
    drawn_faces = DrawnFaces(core.graph, writer, settings.faces.min_pixels)
    return FaceRoom(triggers, FaceAssignment(writer), drawn_faces, PersonEditing(writer))
