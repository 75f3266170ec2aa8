"""Which originals a service opens."""

from __future__ import annotations

import pytest

from photos_graph.images.renditions import ReadOriginal
from photos_graph.services.media import Media


def opened_originals(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Returns a list to which the key of each photo is added whose original is opened from now on."""
    opened: list[str] = []
    as_read = Media._as_read

    async def noted(self: Media, photo_key: str) -> ReadOriginal:
        opened.append(photo_key)
        return await as_read(self, photo_key)

    monkeypatch.setattr(Media, "_as_read", noted)
    return opened
