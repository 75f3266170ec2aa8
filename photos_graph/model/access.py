"""Access: the roles of users."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The permissions of a user, each of which includes those before it."""

    VIEWER = "VIEWER"
    EDITOR = "EDITOR"
    OWNER = "OWNER"
