"""Builds the services that read the library for clients."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.core import Core
from photos_graph.services.browse.faces import FaceBrowser
from photos_graph.services.browse.persons import Persons
from photos_graph.services.browse.photos import PhotoBrowser
from photos_graph.services.browse.tags import Tags


@dataclass(frozen=True, slots=True)
class BrowseRoom:
    photos: PhotoBrowser
    tags: Tags
    persons: Persons
    faces: FaceBrowser


def open_browse(core: Core) -> BrowseRoom:
    graph, index = core.graph, core.index
    return BrowseRoom(
        PhotoBrowser(graph, index, core.pictures),
        Tags(graph, index),
        Persons(graph, index),
        FaceBrowser(graph, index),
    )
