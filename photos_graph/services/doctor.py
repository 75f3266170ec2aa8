"""The self-check of an installation. Each finding that reports a problem says what to do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from photos_graph.disk_space import DiskSpace
from photos_graph.errors import ModelUnavailable, PhotosGraphError
from photos_graph.faces import catalogue
from photos_graph.faces.weights import FaceWeights
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import folders
from photos_graph.index import Index
from photos_graph.learn import catalogue as backbone_catalogue
from photos_graph.learn.weights import BackboneWeights
from photos_graph.library.mounts import mount_table
from photos_graph.library.passing import described, unpack
from photos_graph.model.library import Root, RootState
from photos_graph.paths import display
from photos_graph.services.backups.job import existing
from photos_graph.services.browse.photos import PhotoBrowser
from photos_graph.services.learning.weights_catalogue import Catalogue
from photos_graph.services.scan.roots import refreshed
from photos_graph.services.scan.watches import why_polled
from photos_graph.services.storage import Storage
from photos_graph.settings import Settings, WebSettings
from photos_graph.weights import Model, WeightStore
from photos_graph.workers.confinement import available


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. ``off``: nothing is wrong, but something that could be done is not."""

    subject: str
    ok: bool
    message: str
    off: bool = False


class Doctor:
    """Checks the parts of an installation."""

    def __init__(self, graph: Graph, index: Index, browse: PhotoBrowser, settings: Settings) -> None:
        self._graph = graph
        self._index = index
        self._browse = browse
        self._settings = settings

    async def examine(self, *, compare_index: bool = False) -> AsyncIterator[Finding]:
        """Yields one finding after the other. Settings and engine work, or this service would not have started."""
        yield Finding("graph engine", True, f"{self._graph.dialect.name} answers, and its schema is current")
        for finding in await asyncio.to_thread(self._disks):
            yield finding
        async for finding in self._roots():
            yield finding
        for finding in await asyncio.to_thread(self._watching, await folders.roots(self._graph)):
            yield finding
        yield await self._formats()
        without = available().missing
        yield Finding("confinement", True, " ".join(without) or "workers give up what they do not need", bool(without))
        yield await asyncio.to_thread(self._faces)
        yield await asyncio.to_thread(self._learning)
        yield await asyncio.to_thread(self._pictures)
        yield await asyncio.to_thread(self._backups)
        for finding in of_the_server(self._settings.web):
            yield finding
        counts = await self._browse.library_counts()
        yield Finding("library", True, f"{counts.photos:,} photos, {counts.files:,} files, {counts.folders:,} folders")
        failures = (await self._browse.failures(0, None)).total
        advice = "; photos-graph jobs --failures lists them" if failures else ""
        yield Finding("unreadable files", True, f"{failures:,}{advice}")
        passed_over = sum((unpack(each) for each in await folders.passed_over(self._graph)), Counter())
        yield Finding("passed over", True, described(passed_over, most=20) or "nothing: all files are photos")
        if compare_index:
            yield await self._compare_index()

    def _disks(self) -> list[Finding]:
        places = Storage(self._settings, DiskSpace(self._settings.storage.reserve_bytes)).places()
        return [
            Finding(
                "data directory" if place.name == "data" else f"folder of {place.name}",
                not place.space.is_low,
                f"{display(bytes(place.path))}, {place.space}{': free some space' if place.space.is_low else ''}",
            )
            for place in places
            # Folders in the data directory have the same disk.
            if place.name == "data" or place.space.device != places[0].space.device
        ]

    async def _roots(self) -> AsyncIterator[Finding]:
        found = await folders.roots(self._graph)
        if not found:
            yield Finding("folders of photos", True, "none yet; add one with photos-graph scan FOLDER")
        for root in found:
            online = (await refreshed(root)).state is RootState.ONLINE
            path = display(root.raw_path)
            yield Finding(root.name, online, path if online else f"{path} is offline: is its disk mounted?")

    def _watching(self, roots: Sequence[Root]) -> list[Finding]:
        library, table, known = self._settings.library, mount_table(), self._index.search.folders
        found = []
        for root in roots:
            count = 1 + sum(folder.key.startswith(f"{root.id}/") for folder in known)
            because = why_polled(root, count, library, table)
            polled = f"while the service runs, it is looked at every {library.poll_seconds:g} s, because {because}"
            watched = f"while the service runs, it is watched: {count:,} folders"
            found.append(Finding(f"{root.name}, changes", True, polled if because else watched))
        return found

    async def _formats(self) -> Finding:
        try:
            formats = await self._browse.formats()
        except PhotosGraphError as error:
            return Finding("decoders", False, error.public_message)
        missing = sorted(each.extension for each in formats if not each.available)
        known = f"{len(formats) - len(missing)} of {len(formats)} extensions can be decoded"
        return Finding("decoders", True, f"{known}; these cannot: {', '.join(missing)}" if missing else known)

    def _faces(self) -> Finding:
        faces = self._settings.faces
        weights = FaceWeights(self._settings.models_dir, faces.weights)
        models = (catalogue.detector(faces.detector), catalogue.embedder(faces.embedder))
        return _models("faces", "they are not detected", faces.enabled, weights, *models)

    def _learning(self) -> Finding:
        learn = self._settings.learn
        weights = BackboneWeights(self._settings.models_dir, learn.weights)
        return _models(
            "learn", "photos are not analysed", learn.enabled, weights, backbone_catalogue.backbone(learn.backbone)
        )

    def _pictures(self) -> Finding:
        if not self._settings.learn.text:
            return Finding(
                "learn.text", True, "pictures are not searched for words, because learn.text is unset", off=True
            )
        catalogue = Catalogue(self._settings)
        [model] = catalogue.text
        try:
            catalogue.check([model])
        except ModelUnavailable as error:
            return Finding("learn.text", False, f"pictures cannot be searched. {error.public_message}")
        off = self._settings.learn.enabled == "off" or not self._settings.search.content
        because = "pictures are not searched, because learn.enabled or search.content is off"
        return Finding("learn.text", True, because if off else "the image-text model is complete", off)

    def _backups(self) -> Finding:
        try:
            kept = existing(self._settings)
        except OSError as error:
            return Finding("back-ups", False, f"{self._settings.backups_dir} cannot be read: {error.strerror}")
        newest = f", the newest of {datetime.fromtimestamp(kept[-1].stat().st_mtime):%Y-%m-%d %H:%M}" if kept else ""
        held = f"{len(kept)} in {display(bytes(self._settings.backups_dir))}{newest}"
        schedule = self._settings.backup.schedule
        if not schedule:
            return Finding(
                "back-ups", True, f"none is written by itself, because backup.schedule is empty; {held}", off=True
            )
        return Finding("back-ups", True, f"written at the times {schedule}; {held}")

    async def _compare_index(self) -> Finding:
        differing = await self._index.differing()
        if not differing:
            return Finding("search index", True, "the same as the graph: photos, folders, tags, persons")
        message = f"{len(differing.photos):,} photos differ from the graph"
        message += f" (numbers {differing.photos[:5]}...)" if differing.photos else ""
        if differing.rows:
            rows = "; ".join(differing.rows[:5])
            message += f", and {len(differing.rows):,} of folders, tags and persons ({rows}...)"
        return Finding("search index", False, f"{message}; delete the index-*.safetensors files in the data directory")


def of_the_server(web: WebSettings) -> Iterator[Finding]:
    """What the settings of the server turn on and off."""
    if web.public_url is None or not web.public_url.startswith("https:"):
        message = (
            "browsers are not known to reach the service by HTTPS, so the cookie of a session is not bound to it; "
            "behind a proxy with a certificate, set web.public_url to its https address"
        )
        yield Finding("encryption", True, message, off=True)
    else:
        yield Finding("encryption", True, f"browsers reach the service at {web.public_url}")
    readers = {"token": "an owner may read /metrics", "open": "everybody may read /metrics"}
    because = "/metrics is not served, because web.metrics is off"
    if "*" in web.hosts:
        yield Finding("names of hosts", True, "the service answers by any name, because web.hosts has *", off=True)
    yield Finding("metrics", True, readers.get(web.metrics, because), off=web.metrics == "off")


def _models(group: str, without: str, enabled: str, weights: WeightStore[Model], *models: Model) -> Finding:
    if enabled == "off":
        return Finding(group, True, f"{without}, because {group}.enabled is off", off=True)
    try:
        weights.check(*models)
    except ModelUnavailable as error:
        wanted = enabled == "on" or weights.are_here(*models)
        return Finding(group, not wanted, f"{without}. {error.public_message}", off=not wanted)
    return Finding(group, True, f"{' and '.join(model.name for model in models)}: the weights are complete")
