"""Albums: photos that people chose and put in an order, or the photos that a filter or a text finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, TypedDict

from photos_graph.model.search import PhotoOrder


class AlbumOrder(StrEnum):
    """The order of a list of albums."""

    NAME = "NAME"
    UPDATED_DESC = "UPDATED_DESC"
    CREATED_DESC = "CREATED_DESC"


@dataclass(frozen=True, slots=True)
class Album:
    """An album. One that has a filter or a text is smart: it holds what these find, and nobody can add photos to it.

    ``filter`` is JSON, as ``search/filter_json.py`` writes it. ``text`` is what a person searched for; ``filter`` is
    then what it meant when it was saved, or None if it is read again whenever the album is shown. ``order`` is None for
    the order in which people put the photos.
    """

    id: str
    name: str
    description: str | None = None
    filter: str | None = None
    text: str | None = None
    order: PhotoOrder | None = None
    cover: int | None = None  # the number of the photo that a person chose
    created_ms: int = 0  # since the epoch
    changed_ms: int = 0  # since the epoch; of the album itself or its photos
    by: str = ""  # who created it
    change_id: str | None = field(default=None, compare=False)  # of the call that returns it, if it changed something

    parent_id: ClassVar[None] = None  # albums lie within nothing
    merged: ClassVar[tuple[str, ...]] = ()

    @property
    def is_smart(self) -> bool:
        return self.filter is not None or self.text is not None

    @property
    def shown_order(self) -> PhotoOrder:
        """The order in which the album shows its photos."""
        return self.order or (PhotoOrder.TAKEN_DESC if self.is_smart else PhotoOrder.ALBUM)


class AlbumDetails(TypedDict, total=False):
    """What can be stated about an album besides its name. A missing key leaves it as it is."""

    description: str | None
    order: PhotoOrder | None
