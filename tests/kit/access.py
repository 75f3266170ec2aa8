"""Who is known, without a graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from photos_graph.access.credentials import Access
from photos_graph.access.signing import Keys
from photos_graph.model.access import AccessToken, Role, Session
from photos_graph.web.urls import MediaAddresses

KEYS = Keys(b"k" * 32)


class MemoryStore:
    """Keeps tokens and sessions in memory."""

    def __init__(self) -> None:
        self.tokens: dict[str, AccessToken] = {}
        self.sessions: dict[str, Session] = {}

    async def load(self) -> tuple[list[AccessToken], list[Session]]:
        return list(self.tokens.values()), list(self.sessions.values())

    async def put_token(self, token: AccessToken) -> None:
        self.tokens[token.id] = token

    async def put_session(self, session: Session) -> None:
        self.sessions[session.id] = session

    async def renew_session(self, session: Session) -> bool:
        if session.id not in self.sessions:
            return False
        self.sessions[session.id] = session
        return True

    async def delete_sessions(self, ids: Iterable[str]) -> None:
        for each in ids:
            self.sessions.pop(each, None)

    async def note_used(self, ids: Iterable[str], at: datetime) -> None:
        for each in ids:
            if each in self.tokens:
                self.tokens[each] = replace(self.tokens[each], used_at=at)
            if each in self.sessions:
                self.sessions[each] = replace(self.sessions[each], used_at=at)


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def known(**tokens: str) -> Access:
    """Returns who is known by tokens of the settings: ``known(owner="...")``."""
    return Access(KEYS, {Role(role.upper()): token for role, token in tokens.items()}, MemoryStore())


def addresses_for(access: Access, token: str) -> MediaAddresses:
    """Returns what makes the addresses of pictures for those who have the token."""
    return MediaAddresses(access.keys, access.viewer_of_token(token, "").grant, 30)
