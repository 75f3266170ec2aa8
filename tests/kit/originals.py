"""The keys of photos by which a service finds pictures, and which originals it opens."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from photos_graph.images.renditions import ReadOriginal
from photos_graph.services.media import Media


async def key_of(media: Media, photo_id: str) -> str:
    """Returns the key of the renditions of a photo, which exists."""
    return (await media.keys([photo_id]))[photo_id]


def asked_keys(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Returns a list to which is added, from now on, how many keys are asked for each time that the graph is asked."""
    asked: list[int] = []
    keys = Media.keys

    async def noted(self: Media, photo_ids: Sequence[str]) -> dict[str, str]:
        asked.append(len(photo_ids))
        return await keys(self, photo_ids)

    monkeypatch.setattr(Media, "keys", noted)
    return asked


def opened_originals(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Returns a list to which the key of each photo is added whose original is opened from now on."""
    opened: list[str] = []
    as_read = Media._as_read

    async def noted(self: Media, photo_key: str) -> ReadOriginal:
        opened.append(photo_key)
        return await as_read(self, photo_key)

    monkeypatch.setattr(Media, "_as_read", noted)
    return opened
