"""Access: the roles of users, and the tokens and sessions by which they are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """The permissions of a user, each of which includes those before it."""

    VIEWER = "VIEWER"
    EDITOR = "EDITOR"
    OWNER = "OWNER"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token, of which only the keyed hash is kept.

    ``grant`` names it in the addresses of pictures, which stop working with it. ``is_configured``: it comes from the
    settings or from ``secrets.json``, and is changed there. ``scope``: the photos that it shows, as a filter
    (``search/scopes.py``), or None for all. Times are in UTC.
    """

    id: str
    name: str
    role: Role
    hash: str = field(repr=False)
    created_at: datetime | None = None
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    is_configured: bool = False
    scope: str | None = None

    @property
    def grant(self) -> str:
        """The public name of this token: it changes with the token, and says nothing about it."""
        return self.hash[:12]

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that signed in with a token. ``origin`` is that of the page to which a cookie of ``/session`` was
    given, or "" for a page of this service. ``ends_at``: it cannot be renewed beyond that time."""

    id: str
    hash: str = field(repr=False)
    grant: str
    origin: str
    device: str
    address: str
    created_at: datetime
    expires_at: datetime
    ends_at: datetime
    used_at: datetime
