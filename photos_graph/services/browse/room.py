"""Builds the services that read the library for clients."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.core import Core
from photos_graph.services.browse.albums import Albums
from photos_graph.services.browse.faces import FaceBrowser
from photos_graph.services.browse.folders import Folders
from photos_graph.services.browse.looking import Looking, looking_pool
from photos_graph.services.browse.persons import Persons
from photos_graph.services.browse.photos import PhotoBrowser
from photos_graph.services.browse.places import Places
from photos_graph.services.browse.questions import Questions
from photos_graph.services.browse.suggesting import Suggester
from photos_graph.services.browse.tags import Tags


@dataclass(frozen=True, slots=True)
class BrowseRoom:
    photos: PhotoBrowser
    folders: Folders
    tags: Tags
    persons: Persons
    faces: FaceBrowser
    looking: Looking
    questions: Questions
    places: Places
    suggester: Suggester
    albums: Albums

    async def prepare(self) -> None:
        """Does what the first suggestion and the first lists of persons would otherwise have to wait for."""
        await self.suggester.prepare()
        await self.faces.prepare()


def open_browse(core: Core) -> BrowseRoom:
    graph, index = core.graph, core.index
    looking = Looking(index, core.closed_at_end(looking_pool(core.settings)), core.settings)
    core.closing.push_async_callback(looking.close)
    core.keep_running(looking.warm(), "warming the image-text model")
    questions = Questions(index, looking)
    return BrowseRoom(
        PhotoBrowser(graph, index, core.pictures),
        Folders(index),
        Tags(graph, index),
        Persons(graph, index),
        FaceBrowser(graph, index),
        looking,
        questions,
        Places(index),
        Suggester(index),
        Albums(index, questions),
    )
