"""All services, as resolvers, the command line and tests use them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace

from photos_graph.core import Core
from photos_graph.events import Events
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.jobs.queue import Jobs
from photos_graph.jobs.runner import Runner
from photos_graph.scoped_index import ScopedIndex
from photos_graph.search.filters import PhotoFilter
from photos_graph.search.scopes import kept_scope
from photos_graph.services.backups.job import Backups
from photos_graph.services.backups.room import BackupRoom
from photos_graph.services.browse.albums import Albums
from photos_graph.services.browse.faces import FaceBrowser
from photos_graph.services.browse.folders import Folders
from photos_graph.services.browse.part_faces import PartFaces
from photos_graph.services.browse.part_photos import PartPhotos
from photos_graph.services.browse.persons import Persons
from photos_graph.services.browse.photos import PhotoBrowser
from photos_graph.services.browse.places import Places
from photos_graph.services.browse.questions import Questions
from photos_graph.services.browse.room import BrowseRoom
from photos_graph.services.browse.suggesting import Suggester
from photos_graph.services.browse.tags import Tags
from photos_graph.services.changed_objects import ChangedObjects
from photos_graph.services.datasets.exports.request import Exports
from photos_graph.services.datasets.imports.job import Imports
from photos_graph.services.datasets.room import DatasetRoom
from photos_graph.services.faces.assignment import FaceAssignment
from photos_graph.services.faces.drawing import DrawnFaces
from photos_graph.services.faces.person_editing import PersonEditing
from photos_graph.services.faces.room import FaceRoom
from photos_graph.services.faces.triggers import FaceTriggers
from photos_graph.services.history import History
from photos_graph.services.labels.album_editing import AlbumEditing
from photos_graph.services.labels.predicted_tags import PredictedTags
from photos_graph.services.labels.property_editing import PropertyEditing
from photos_graph.services.labels.ratings import Ratings
from photos_graph.services.labels.room import LabelRoom
from photos_graph.services.labels.stack_editing import StackEditing
from photos_graph.services.labels.tag_editing import TagEditing
from photos_graph.services.labels.tagging import Tagging
from photos_graph.services.learning.promises import Promises
from photos_graph.services.learning.review import Review
from photos_graph.services.learning.room import LearningRoom
from photos_graph.services.learning.schedules import Schedules
from photos_graph.services.learning.sheets import Sheets
from photos_graph.services.learning.similar import SimilarPhotos
from photos_graph.services.learning.similar_groups import SimilarGroups
from photos_graph.services.learning.triggers import LearningTriggers
from photos_graph.services.learning.versions import ModelVersions
from photos_graph.services.media import Media
from photos_graph.services.photo_watch import PartWatch, PhotoWatch
from photos_graph.services.scan.replacements import Replacements
from photos_graph.services.scan.room import ScanRoom
from photos_graph.services.scan.roots import Roots
from photos_graph.services.storage import Storage
from photos_graph.services.trips.part_trips import PartTrips
from photos_graph.services.trips.room import TripRoom
from photos_graph.services.trips.triggers import TripTriggers
from photos_graph.services.trips.trips import Trips
from photos_graph.services.undo import Changes
from photos_graph.settings import Settings
from photos_graph.workers.port import Executor, Pool

MOST_SCOPES = 20  # of which the services stay; each has sets of its photos


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    graph: Graph
    index: Index
    events: Events
    writer: LabelWriter
    pool: Pool
    executor: Executor
    browse: PhotoBrowser
    questions: Questions
    places: Places
    folders: Folders
    suggester: Suggester
    roots: Roots
    replacements: Replacements
    jobs: Jobs
    face_triggers: FaceTriggers
    ratings: Ratings
    tagging: Tagging
    predicted_tags: PredictedTags
    tag_editing: TagEditing
    stack_editing: StackEditing
    property_editing: PropertyEditing
    album_editing: AlbumEditing
    changes: Changes
    history: History
    photo_watch: PhotoWatch
    changed: ChangedObjects
    tags: Tags
    albums: Albums
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
    similar_groups: SimilarGroups
    sheets: Sheets
    promises: Promises
    trips: Trips
    trip_triggers: TripTriggers
    media: Media
    runner: Runner
    storage: Storage
    exports: Exports
    imports: Imports
    backups: Backups
    scoped: OrderedDict[str, Scoped] = field(default_factory=OrderedDict)  # the one that was used last comes last

    def in_scope(self, scope: str | None) -> Services:
        """Returns the services of somebody who sees the photos of a scope (``search/scopes.py``), or all if it is
        None: the same ones, over an index that has nothing else. They are kept."""
        return self if scope is None else self._scoped(scope).services

    def scope(self, filter: PhotoFilter) -> str:
        """Returns a scope of a token. Raises BadInput and NotFound, as ``kept_scope`` does."""
        return kept_scope(self.index.search, filter, self.index.customs)

    def shows(self, scope: str | None, photo_id: str) -> bool:
        """Whether a photo is in a scope, and visible if it is not None."""
        return scope is None or self._scoped(scope).index.has(photo_id)

    def _scoped(self, scope: str) -> Scoped:
        if (known := self.scoped.get(scope)) is None:
            known = self.scoped[scope] = _in_scope(self, ScopedIndex(self.index, scope))
        self.scoped.move_to_end(scope)
        if len(self.scoped) > MOST_SCOPES:
            idle = (
                key for key, each in self.scoped.items() if key != scope and not each.services.photo_watch.is_watched
            )
            if (oldest := next(idle, None)) is not None:
                self.scoped.pop(oldest).index.close()
        return known


@dataclass(frozen=True, slots=True)
class Scoped:
    """The services of a scope, and the index of its photos that they ask."""

    index: ScopedIndex
    services: Services


def _in_scope(services: Services, index: ScopedIndex) -> Scoped:
    questions = services.questions.over(index)
    seen = replace(
        services,
        browse=PartPhotos(services.browse, index),
        questions=questions,
        places=Places(index),
        folders=Folders(index),
        suggester=Suggester(index),
        tags=Tags(services.graph, index),
        albums=Albums(index, questions),
        persons=Persons(services.graph, index),
        faces=PartFaces(services.faces, index),
        similar=services.similar.over(index),
        similar_groups=services.similar_groups.over(index),
        trips=PartTrips(services.trips, index),
        photo_watch=PartWatch(index),
    )
    return Scoped(index, seen)


def services_of(
    core: Core,
    media: Media,
    models: ModelVersions,
    scan: ScanRoom,
    labels: LabelRoom,
    browse: BrowseRoom,
    faces: FaceRoom,
    learning: LearningRoom,
    trips: TripRoom,
    datasets: DatasetRoom,
    changes: Changes,
    backups: BackupRoom,
    runner: Runner,
    storage: Storage,
) -> Services:
    return Services(
        settings=core.settings,
        graph=core.graph,
        index=core.index,
        events=core.events,
        writer=core.writer,
        pool=core.pictures,
        executor=core.executor,
        media=media,
        runner=runner,
        storage=storage,
        jobs=core.jobs,
        roots=scan.roots,
        replacements=scan.replacements,
        ratings=labels.ratings,
        tagging=labels.tagging,
        predicted_tags=labels.predicted_tags,
        tag_editing=labels.tag_editing,
        stack_editing=labels.stack_editing,
        property_editing=labels.property_editing,
        album_editing=labels.album_editing,
        changes=changes,
        history=History(core.graph, core.index),
        photo_watch=PhotoWatch(core.index),
        changed=ChangedObjects(core.graph, core.index),
        browse=browse.photos,
        questions=browse.questions,
        places=browse.places,
        folders=browse.folders,
        suggester=browse.suggester,
        tags=browse.tags,
        albums=browse.albums,
        persons=browse.persons,
        faces=browse.faces,
        face_triggers=faces.triggers,
        assignment=faces.assignment,
        drawn_faces=faces.drawn_faces,
        person_editing=faces.person_editing,
        models=models,
        learning_triggers=learning.triggers,
        schedules=learning.schedules,
        review=learning.review,
        similar=learning.similar,
        similar_groups=learning.similar_groups,
        sheets=learning.sheets,
        promises=learning.promises,
        trips=trips.trips,
        trip_triggers=trips.triggers,
        exports=datasets.exports,
        imports=datasets.imports,
        backups=backups.backups,
    )
