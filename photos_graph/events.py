"""What one part of the service tells the others, and how they hear of it.

A publisher names what happened and knows no subscriber; ``bootstrap`` decides who subscribes, and in which order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from photos_graph.model.labels import LabelKind
from photos_graph.model.learning import ModelKind

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class LabelsChanged:
    """People, or an import, changed labels of this kind. They are committed, and the search index has them.

    ``photos`` maps the ids of tags to the numbers of photos about which something was said or taken back. Photos below
    folders about which it was said are not among them.
    """

    kind: LabelKind
    photos: Mapping[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PhotosArrived:
    """A scan has read the photos of its folders, or a folder that was away is online again."""


@dataclass(frozen=True, slots=True)
class FacesFound:
    """A job found faces, or computed new vectors of faces, and nobody has clustered and matched them yet."""


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """A training run of this kind begins to read all labels that exist now."""

    kind: ModelKind


@dataclass(frozen=True, slots=True)
class JobQueued:
    """This process put a job into the queue."""


class Events:
    """Hands each event to its subscribers, one after the other in the order in which they subscribed.

    ``publish`` returns when all of them have returned. An exception of a subscriber reaches the publisher, and the
    subscribers after it are not called.
    """

    def __init__(self) -> None:
        self._handlers: dict[type, list[Callable[[Any], Awaitable[None]]]] = {}

    def subscribe(self, event: type[E], handler: Callable[[E], Awaitable[None]]) -> None:
        self._handlers.setdefault(event, []).append(handler)

    async def publish(self, event: object) -> None:
        for handler in self._handlers.get(type(event), ()):
            await handler(event)
