"""The job that detects faces. The models examine each photo that is due, and the results are written in batches.

A query finds the photos that are due, so a job that was stopped or killed continues by running the query again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from uuid import uuid4

from photos_graph.errors import (
    Busy,
    KilledWorker,
    ModelUnavailable,
    NotFound,
    PhotosGraphError,
    RootOffline,
    Unavailable,
    Unreadable,
)
from photos_graph.events import Events, FacesFound
from photos_graph.faces import catalogue
from photos_graph.faces.analysis import Found
from photos_graph.faces.weights import FaceWeights
from photos_graph.graph import due
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import detections, match_requests, visibility
from photos_graph.graph.faces.detections import PhotoToDetect, SeenFace
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import failures
from photos_graph.graph.writing import LabelWriter
from photos_graph.jobs.concurrency import map_unordered
from photos_graph.jobs.progress import Progress
from photos_graph.model.images import ThumbnailSize
from photos_graph.model.jobs import Job
from photos_graph.services.faces import detection_plan
from photos_graph.services.faces.detection_call import describe_faces, find_faces
from photos_graph.services.media import Media, PictureFile
from photos_graph.settings import Settings
from photos_graph.workers.port import Pool

PAGE_SIZE = 1024  # photos whose known faces are read in one query
QUEUED_PHOTOS = 2  # additional photos that wait for the models, so that these have work while results are written
WRITE_EVERY = 32  # photos in one commit
WRITE_SECONDS = 2.0  # longest time between two commits
PUBLISH_SECONDS = 300.0  # time between two FacesFound while the job runs
PROGRESS = "Detecting faces"


@dataclass(frozen=True, slots=True)
class Examined:
    """A photo that was examined. ``described`` has the measurements, by id, of the faces that stay although the
    detector did not find them."""

    photo: PhotoToDetect
    found: Found
    described: dict[str, SeenFace] = field(default_factory=dict)


@dataclass(slots=True)
class DetectionTally:
    """The numbers of photos and faces that a run has processed so far."""

    photos: int = 0
    faces: int = 0
    failed: int = 0
    away: int = 0  # photos that need their original, which is offline


@dataclass(frozen=True, slots=True)
class DetectionJob:
    """The job that detects faces. It publishes FacesFound every few minutes and at its end. ``pool`` runs the
    models."""

    graph: Graph
    writer: LabelWriter
    media: Media
    pool: Pool
    settings: Settings
    events: Events

    async def run(self, job: Job, progress: Progress) -> str:
        """Returns the closing message. Raises Cancelled, and ModelUnavailable if faces are wanted but the models are
        missing."""
        if (reason := await self._reason_not_to()) is not None:
            return reason
        await due.want(self.graph, due.FACES, self.settings.faces_by)
        run = _DetectionRun(self, progress)
        return _closing(await run.run())

    async def _reason_not_to(self) -> str | None:
        faces = self.settings.faces
        if faces.enabled == "off":
            return "Faces are not detected, because faces.enabled is off."
        weights = FaceWeights(self.settings.models_dir, faces.weights)
        try:
            await asyncio.to_thread(
                weights.check, catalogue.detector(faces.detector), catalogue.embedder(faces.embedder)
            )
        except ModelUnavailable as error:
            if faces.enabled == "on":
                raise
            return f"Faces are not detected. {error.public_message}"
        return None


class _DetectionRun:
    """A single run over the photos that are due."""

    def __init__(self, job: DetectionJob, progress: Progress) -> None:
        self._graph, self._writer, self._media = job.graph, job.writer, job.media
        self._pool, self._settings, self._events = job.pool, job.settings, job.events
        self._progress = progress
        self._tally = DetectionTally()
        self._examined: list[Examined] = []
        self._failures: list[tuple[PhotoToDetect, PhotosGraphError]] = []
        self._written = self._published = time.monotonic()

    async def run(self) -> DetectionTally:
        done = 0
        total = await due.count(self._graph, due.FACES)
        await self._progress.step(done, total, PROGRESS)
        at_once = self._pool.places + QUEUED_PHOTOS
        try:
            async for page in due.pages(self._graph, due.FACES, PAGE_SIZE):
                photos = await detections.to_detect(self._graph, page)
                async with aclosing(map_unordered(photos, self._outcome, at_once)) as outcomes:
                    async for photo, outcome in outcomes:
                        await self._take(photo, outcome)
                        done += 1
                        await self._progress.step(done, max(done, total), PROGRESS)
        finally:
            await self._write()
            await self._publish()
        return self._tally

    async def _outcome(self, photo: PhotoToDetect) -> Examined | PhotosGraphError:
        tries = 0
        while True:
            try:
                return await self._examine(photo)
            except Busy as busy:
                await asyncio.sleep(busy.retry_after)
            except KilledWorker as error:
                tries += 1  # try once more, since another process may have used up the memory
                if tries == 2:
                    return error
            except PhotosGraphError as error:
                return error

    async def _examine(self, photo: PhotoToDetect) -> Examined:
        large = await self._media.large(photo.key)
        try:
            return await self._examine_picture(photo, large)
        except Unreadable as error:
            if error.stage != "read" or (again := await self._media.large(photo.key)) == large:
                raise
            return await self._examine_picture(photo, again)  # the rendition was evicted from the cache

    async def _examine_picture(self, photo: PhotoToDetect, large: PictureFile) -> Examined:
        original = await self._original(photo)
        found = await self._found(large, original if isinstance(original, PictureFile) else None)
        if found.many_small and isinstance(original, RootOffline):
            raise original  # only the original shows the smallest faces, including known ones
        rest = detection_plan.unseen(photo.faces, found)
        if not rest:
            return Examined(photo, found)
        smallest = min(min(face.box.width, face.box.height) for face in rest)
        picture = await self._media.picture(photo.key, smallest)
        async with self._media.opened(picture) as (file,):
            seen = await describe_faces(self._pool, file, detection_plan.boxes_of(rest), self._settings)
        described = {face.id: SeenFace(float(seen.qualities[at]), seen.vectors[at]) for at, face in enumerate(rest)}
        return Examined(photo, found, described)

    async def _found(self, large: PictureFile, original: PictureFile | None) -> Found:
        async with self._media.opened(large, *([original] if original else [])) as files:
            return await find_faces(self._pool, files[0], files[1] if original else None, self._settings)

    async def _original(self, photo: PhotoToDetect) -> PictureFile | RootOffline | None:
        """Returns the original if it may show smaller faces than the LARGE rendition, or RootOffline if it
        is offline."""
        if max(photo.width, photo.height) <= ThumbnailSize.LARGE.edge:
            return None
        try:
            return await self._media.original_file(photo.key)
        except RootOffline as error:
            return error
        except NotFound:
            return None

    async def _take(self, photo: PhotoToDetect, outcome: Examined | PhotosGraphError) -> None:
        match outcome:
            case Examined():
                self._examined.append(outcome)
            case RootOffline():
                self._tally.away += 1
            case Unavailable():
                raise outcome
            case NotFound():
                pass  # the file was removed or changed, which the next scan handles
            case _:
                self._failures.append((photo, outcome))
        is_late = time.monotonic() - self._written > WRITE_SECONDS
        if len(self._examined) + len(self._failures) >= WRITE_EVERY or is_late:
            await self._write()

    async def _write(self) -> None:
        examined, self._examined = self._examined, []
        failed, self._failures = self._failures, []
        self._written = time.monotonic()
        if not examined and not failed:
            return
        reasons = {photo.id: error.public_message for photo, error in failed}
        noted = await failures.of_photos(self._graph, due.FACES.name, reasons)

        async def work(tx: LabelTransaction) -> int:
            faces = await _write_faces(tx, examined, self._settings)
            if any(len(each.found) or each.photo.faces for each in examined):
                await match_requests.note(tx)
            await due.failed(tx, due.FACES, [photo.number for photo, _ in failed])
            await failures.put_failures(tx, noted, self._progress.job_id)
            return faces

        new = await self._writer.commit(work)
        await self._writer.follow()
        self._tally.photos += len(examined)
        self._tally.failed += len(failed)
        self._tally.faces += new
        if time.monotonic() - self._published > PUBLISH_SECONDS:
            self._published = time.monotonic()
            await self._publish()

    async def _publish(self) -> None:
        """Publishes FacesFound, also for faces that a killed job found but did not publish."""
        if await match_requests.waits(self._graph):
            await self._events.publish(FacesFound())


async def _write_faces(tx: LabelTransaction, examined: Sequence[Examined], settings: Settings) -> int:
    """Writes the results, and returns the number of new faces. The plan is based on the faces as they are now, so that
    labels that users gave while the models ran count. A photo that was turned meanwhile stays due, because its faces
    were found where they are no longer."""
    known = await detections.known(tx, [each.photo.number for each in examined])
    plans = {
        each.photo.number: detection_plan.plan(now.faces, each.found, each.described)
        for each in examined
        if (now := known.get(each.photo.number)) is not None and now.key == each.photo.key
    }
    model = settings.faces.embedder
    new = [(number, uuid4().hex, seen) for number, plan in plans.items() for seen in plan.added]
    await detections.remove(tx, [id_ for plan in plans.values() for id_ in plan.removed])
    await detections.update(tx, {id_: seen for plan in plans.values() for id_, seen in plan.updated.items()}, model)
    await detections.add(tx, new, model)
    # A photo in which a user drew a face while the models ran stays due.
    done = [
        number
        for number, plan in plans.items()
        if all(face.id in plan.updated for face in known[number].faces if face.stays)
    ]
    await due.done(tx, due.FACES, done, settings.faces_by)
    await visibility.mark(tx, [number for number, plan in plans.items() if plan.added])
    # Updated faces have another quality, by which the cover of a person is chosen.
    tx.touch(labelled=[number for number, plan in plans.items() if plan.added or plan.removed or plan.updated])
    return len(new)


def _closing(tally: DetectionTally) -> str:
    failed = f", {tally.failed:,} could not be looked at" if tally.failed else ""
    away = f", {tally.away:,} wait for their folder to be online" if tally.away else ""
    return f"{tally.photos:,} photos looked at, {tally.faces:,} new faces{failed}{away}."
