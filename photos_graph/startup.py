"""What ``photos-graph serve`` does for the person who started it: it gets the weights that are missing, and says what
happens until all photos are processed."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from importlib.util import find_spec

from photos_graph.access.secrets import Secrets, note_shown
from photos_graph.errors import ModelUnavailable, PhotosGraphError
from photos_graph.facade import Services
from photos_graph.learn.catalogue import backbone
from photos_graph.model.jobs import FOLLOWING, JobState
from photos_graph.services.faces.triggers import WITHOUT_MODELS
from photos_graph.services.learning.triggers import WITHOUT_WEIGHTS
from photos_graph.services.learning.weights_catalogue import Catalogue
from photos_graph.settings import Settings
from photos_graph.shown import counted
from photos_graph.terminal import bytes_shown, err, failures_hint, follow

VIDEOS = frozenset(("3gp", "avi", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "webm", "wmv"))


class Startup:
    """``url`` is the address at which the service listens. If it is ``quiet``, only problems are told, and where to
    sign in."""

    def __init__(self, url: str, settings: Settings, quiet: bool) -> None:
        self.url = url
        self._quiet = quiet
        self._settings = settings
        self._download = _Download(settings)
        self.is_ending: Callable[[], bool] = lambda: False  # an error is none if the service ends

    def say(self, text: str, style: str = "") -> None:
        """Says what happens, unless nobody wants to know."""
        if not self._quiet:
            err.print(text, style=style)

    def greet(self, secrets: Secrets) -> None:
        """Says where the service is, and how to sign in."""
        url, settings = self.url, self._settings
        err.print(f"Serving at {url} (GraphiQL: {url}/graphql)")
        if secrets.fresh:
            err.print("Open this address once in your browser to sign in. The token is not shown again:")
            err.print(f"  {url}/login?token={secrets.token}", soft_wrap=True)
            note_shown(settings)
        elif settings.token is None:
            where = settings.data_dir / "secrets.json"
            err.print(f"Sign in at {url}/login with the token of the first start. It is stored in {where}.")
        else:
            err.print(f"Sign in at {url}/login with the token in PHOTOS_TOKEN.")

    async def follow(self, services: Services) -> None:
        """Scans all folders, gets missing weights meanwhile, and follows the jobs that come after it."""
        getting = asyncio.create_task(asyncio.to_thread(self._download.run))
        try:
            if not await services.roots.all():
                self.say(
                    "The library has no folder yet. Add one: photos-graph serve ~/Pictures, or the mutation addRoot."
                )
                await self._weights(services, getting)
                return
            await self._followed(services, (await services.jobs.scan()).id)
            await self._weights(services, getting)
            for watch in (services.face_triggers.weights, services.learning_triggers.weights):
                await watch.look()
            while jobs := await services.jobs.unfinished(*FOLLOWING):
                await self._followed(services, jobs[0].id)
            await self._ready(services)
        except PhotosGraphError as error:
            if not self.is_ending():
                err.print(error.public_message, style="red")
        finally:
            self._download.stop()
            await asyncio.gather(getting, return_exceptions=True)

    async def _followed(self, services: Services, job_id: str) -> None:
        steps = services.jobs.watch(job_id)
        job = [step async for step in steps][-1] if self._quiet else await follow(steps)
        if job.state is JobState.SUCCEEDED:
            self.say(job.message or job.state.value)
        else:
            err.print(job.message or job.state.value, style="red")

    async def _weights(self, services: Services, getting: asyncio.Task[None]) -> None:
        """Shows how far the download is, until it has ended."""
        with nullcontext() if self._quiet else bytes_shown() as show:
            while not getting.done():
                if (progress := self._download.progress) is not None and show is not None:
                    show(*progress)
                await asyncio.wait({getting}, timeout=0.2)
        if self._download.problem:
            err.print(self._download.problem, style="yellow")
            return
        if services.face_triggers.models_are_missing:
            self.say(WITHOUT_MODELS)
        if services.learning_triggers.weights_are_missing:
            self.say(WITHOUT_WEIGHTS)

    async def _ready(self, services: Services) -> None:
        photos = (await services.browse.library_counts()).photos
        unreadable = (await services.browse.failures(0, None)).total
        passed_over = await services.roots.passed_over()
        parts = [f"{photos:,} photos"]
        if unreadable:
            parts.append(f"{unreadable:,} unreadable")
        parts += _passed_over(passed_over)
        self.say(f"Ready: {', '.join(parts)}. Open {self.url}", style="green")
        if unreadable:
            self.say(failures_hint(unreadable))


def _passed_over(counts: Counter[str]) -> list[str]:
    videos = sum(count for extension, count in counts.items() if extension in VIDEOS)
    others = counts.total() - videos
    named = [(videos, "video"), (others, "other file")]
    return [f"{counted(count, what)} passed over" for count, what in named if count]


class _Stopped(Exception):
    """The service ends before the download."""


class _Download:
    """Gets the weights that are missing, if settings want what they are for, in a thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = threading.Event()
        self.progress: tuple[str, int, int | None] | None = None  # the file, its bytes so far, and all of them
        self.problem: str | None = None

    def run(self) -> None:
        """Returns when everything is here, or could not be had. Then ``problem`` says what to do."""
        settings = self._settings
        if not settings.models.fetch:
            return
        catalogue = Catalogue(settings)
        faces, learn = settings.faces, settings.learn
        wanted = []
        if faces.enabled != "off" and find_spec("deepface") is not None:
            wanted += catalogue.named([faces.detector, faces.embedder])
        if learn.enabled != "off" and backbone(learn.backbone).how_to_install is None:
            wanted += catalogue.named([learn.backbone])
        if learn.enabled != "off":
            wanted += catalogue.text
        try:
            catalogue.fetch(catalogue.missing(wanted), self._show)
        except ModelUnavailable as error:
            self.problem = f"Faces, features or predictions are off until weights are here. {error.public_message}"
        except (_Stopped, OSError) as error:
            self.problem = None if isinstance(error, _Stopped) else f"The weights of models cannot be stored: {error}."

    def stop(self) -> None:
        """Ends the download soon. What is complete stays."""
        self._stop.set()

    def _show(self, name: str, done: int, total: int | None) -> None:
        if self._stop.is_set():
            raise _Stopped
        self.progress = (name, done, total)
