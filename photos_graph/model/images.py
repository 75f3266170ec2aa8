"""Renditions: their sizes and formats."""

from __future__ import annotations

from enum import StrEnum


class ThumbnailSize(StrEnum):
    """The size of a rendition, whose longest edge is ``edge`` pixels. A picture is never enlarged."""

    TINY = "TINY"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"

    @property
    def edge(self) -> int:
        """The longest edge in pixels."""
        return {"TINY": 160, "SMALL": 320, "MEDIUM": 960, "LARGE": 1920}[self.value]


class ThumbnailFormat(StrEnum):
    """The format of a rendition. AUTO is negotiated with the client."""

    AUTO = "AUTO"
    JPEG = "JPEG"
    WEBP = "WEBP"
    AVIF = "AVIF"
