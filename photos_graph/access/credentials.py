"""The tokens and sessions by which users are known, in memory, and kept by a store.

A token is found by its keyed hash. A browser holds a session instead of a token: a number made by chance, of which the
server keeps the hash too, so that a session can be listed and ended. Tokens of the settings are known before there is a
store, that is, while the service starts.
"""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from photos_graph.access.attempts import Attempts
from photos_graph.access.roles import RANK, Viewer
from photos_graph.access.signing import Keys, MediaKey
from photos_graph.errors import BadInput, Conflict, NotFound, Unauthenticated, Unavailable
from photos_graph.model.access import AccessToken, Role, Session

SESSION_SECONDS = 30 * 86_400
MAX_SESSIONS = 1000
MAX_TOKENS = 100  # that are valid
_SHOWN = 200  # characters of a browser's name for itself
_MAX_NAME = 100
_ENDED = "This session has ended. Sign in again."
_STARTING = "The service is starting and loads the library. Try again in a moment."


class AccessStore(Protocol):
    """Keeps tokens and sessions. Every method raises EngineUnavailable."""

    async def load(self) -> tuple[list[AccessToken], list[Session]]: ...

    async def put_token(self, token: AccessToken) -> None: ...

    async def put_session(self, session: Session) -> None: ...

    async def renew_session(self, session: Session) -> bool: ...

    async def delete_sessions(self, ids: Iterable[str]) -> None: ...

    async def note_used(self, ids: Iterable[str], at: datetime) -> None: ...


class Access:
    """Who is known. ``clock`` returns the time in UTC."""

    def __init__(
        self,
        keys: Keys,
        configured: Mapping[Role, str],
        store: AccessStore | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        attempts: Attempts | None = None,
    ) -> None:
        self.keys = keys
        self._store = store
        self._clock = clock
        self._attempts = attempts or Attempts()
        self._configured = self._hashed(configured)
        self._tokens: dict[str, AccessToken] = dict(self._configured)
        self._by_grant = {token.grant: token for token in self._tokens.values()}
        self._sessions: dict[str, Session] = {}
        self._by_id: dict[str, Session] = {}
        self._used: set[str] = set()  # ids of tokens and sessions that were used since that was written
        # What is read while something is changed is older than the change, and must not replace it.
        self._changing = asyncio.Lock()

    def keep_in(self, store: AccessStore | None) -> None:
        """Keeps tokens and sessions there from now on."""
        self._store = store

    def replace_keys(self, hashing: bytes, media: Mapping[int, MediaKey], configured: Mapping[Role, str]) -> None:
        """Knows tokens by other keys from now on. Call ``load`` next."""
        self.keys.replace(hashing, media)
        self._configured = self._hashed(configured)

    async def load(self) -> None:
        """Replaces what is known by what the store has. Sessions that are over are deleted."""
        async with self._changing:
            tokens, sessions = await self._kept.load()
            now = self._clock()
            self._tokens = {**{token.hash: token for token in tokens}, **self._configured}
            self._by_grant = {token.grant: token for token in self._tokens.values()}
            over = [session.id for session in sessions if not self._is_open(session, now)]
            self._sessions = {session.hash: session for session in sessions if self._is_open(session, now)}
            self._by_id = {session.id: session for session in self._sessions.values()}
            if over:
                await self._kept.delete_sessions(over)

    def viewer_of_token(self, token: str, address: str) -> Viewer:
        """Raises Unauthenticated, TooManyAttempts after several wrong ones from one address, and Unavailable for a
        token that is not one of the settings while the service starts."""
        known = self._known(token, address)
        return Viewer(known.name, known.role, known.grant)

    def viewer_of_session(self, value: str, origin: str = "") -> Viewer:
        """Returns who signed in. ``origin``: of the page that asks, for a cookie of ``/session``.

        Raises Unauthenticated if the session or its token is not known, has ended or expired, and Unavailable while the
        service starts.
        """
        session = self._sessions.get(self.keys.hash(value))
        if session is None and self._store is None:
            raise Unavailable(_STARTING)
        if session is None or session.origin != origin or not self._is_open(session, self._clock()):
            raise Unauthenticated(_ENDED)
        self._used.add(session.id)
        token = self._by_grant[session.grant]
        return Viewer(token.name, token.role, token.grant, session.id)

    def check(self, viewer: Viewer) -> None:
        """Checks that what a viewer was known by still holds. Raises Unauthenticated."""
        token = self._by_grant.get(viewer.grant)
        is_open = not viewer.session or viewer.session in self._by_id
        if token is None or not token.is_valid(self._clock()) or not is_open:
            raise Unauthenticated(_ENDED)

    def token_of_grant(self, grant: str) -> AccessToken:
        """Returns the token that an address of a picture names. Raises Unauthenticated if it is not valid any more, and
        Unavailable while the service starts."""
        token = self._by_grant.get(grant)
        if token is None and self._store is None:
            raise Unavailable(_STARTING)
        if token is None or not token.is_valid(self._clock()):
            raise Unauthenticated("The token of this address is not valid any more. Query it again through GraphQL.")
        return token

    def tokens(self) -> list[AccessToken]:
        """Returns all tokens, also those that are not valid any more, the newest first after those of the settings."""
        made = [token for token in self._tokens.values() if not token.is_configured]
        return [*self._configured.values(), *sorted(made, key=_made_at, reverse=True)]

    def sessions(self) -> list[Session]:
        """Returns the open sessions, the one that was used last first."""
        now = self._clock()
        found = [session for session in self._sessions.values() if self._is_open(session, now)]
        return sorted(found, key=lambda session: session.used_at, reverse=True)

    def scope_of(self, viewer: Viewer) -> str | None:
        """Returns which photos a viewer may see, or None for all. Raises Unauthenticated if the token is gone."""
        if not viewer.grant:
            return None
        if (token := self._by_grant.get(viewer.grant)) is None:
            raise Unauthenticated(_ENDED)
        return token.scope

    async def create_token(
        self, name: str, role: Role, expires_at: datetime | None = None, scope: str | None = None
    ) -> tuple[AccessToken, str]:
        """Returns a new token, and its text, which nobody can be told again. ``scope``: as ``kept_scope`` returns it.

        Raises BadInput, and Conflict if a valid token has that name.
        """
        _check_scope(role, scope)
        name, now = name.strip(), self._clock()
        if not name or len(name) > _MAX_NAME or not name.isprintable():
            raise BadInput(
                f"The name of a token has 1 to {_MAX_NAME} characters, all of which can be shown.", about=name
            )
        if expires_at is not None and expires_at <= now:
            raise BadInput("The time at which a token expires lies in the future.")
        valid = [token for token in self._tokens.values() if token.is_valid(now)]
        if existing := next((token for token in valid if token.name == name), None):
            raise Conflict("There is a token of that name already.", ("AccessToken", existing.id), about=name)
        if len(valid) >= MAX_TOKENS:
            raise BadInput(f"At most {MAX_TOKENS} tokens are valid at a time. Revoke one first.")
        text = secrets.token_urlsafe(32)
        token = AccessToken(uuid.uuid4().hex, name, role, self.keys.hash(text), now, expires_at, scope=scope)
        async with self._changing:
            await self._put(token)
        return token, text

    async def limit_token(self, id: str, scope: str | None) -> AccessToken:
        """Changes which photos a token shows; None stands for all. Raises NotFound and BadInput."""
        async with self._changing:
            token = self._made(id)
            _check_scope(token.role, scope)
            token = replace(token, scope=scope)
            await self._put(token)
        return token

    async def revoke_token(self, id: str) -> AccessToken:
        """Ends a token and its sessions. Raises NotFound, and BadInput for a token of the settings."""
        async with self._changing:
            token = self._made(id)
            if token.revoked_at is None:
                token = replace(token, revoked_at=self._clock())
                await self._put(token)
        await self._forget([session for session in self._sessions.values() if session.grant == token.grant])
        return token

    async def open_session(
        self, token: str, address: str, device: str, origin: str = "", seconds: int = SESSION_SECONDS
    ) -> str:
        """Returns the value of a cookie that replaces ``token`` for some seconds, and which can be renewed for 30 days.

        Raises Unauthenticated, TooManyAttempts, and Unavailable while the service starts.
        """
        known, now = self._known(token, address), self._clock()
        value, ends_at = secrets.token_urlsafe(32), now + timedelta(seconds=SESSION_SECONDS)
        ends_at = min(ends_at, known.expires_at or ends_at)
        session = Session(
            uuid.uuid4().hex,
            self.keys.hash(value),
            known.grant,
            origin,
            device[:_SHOWN],
            address,
            now,
            min(now + timedelta(seconds=seconds), ends_at),
            ends_at,
            now,
        )
        async with self._changing:
            await self._kept.put_session(session)
            self._sessions[session.hash] = self._by_id[session.id] = session
        # The new one may have been used no later than another, and stays.
        await self._forget([each for each in self.sessions() if each.id != session.id][MAX_SESSIONS - 1 :])
        return value

    async def renew_session(self, value: str, origin: str, seconds: int) -> str:
        """Returns another value for the cookie, and forgets the one before. Raises like ``viewer_of_session``."""
        async with self._changing:
            self.viewer_of_session(value, origin)
            session, now = self._sessions[self.keys.hash(value)], self._clock()
            renewed = secrets.token_urlsafe(32)
            later = replace(
                session,
                hash=self.keys.hash(renewed),
                expires_at=min(now + timedelta(seconds=seconds), session.ends_at),
                used_at=now,
            )
            is_kept = await self._kept.renew_session(later)
            ended = self._sessions.pop(session.hash, None) is None
            if ended or not is_kept:
                self._by_id.pop(session.id, None)
                raise Unauthenticated(_ENDED)
            self._sessions[later.hash] = self._by_id[later.id] = later
        return renewed

    async def end_session(self, value: str) -> None:
        """Ends the session of a cookie, if there is one."""
        if session := self._sessions.get(self.keys.hash(value)):
            await self._forget([session])

    async def end_session_of_id(self, id: str) -> Session:
        """Raises NotFound."""
        session = self._by_id.get(id)
        if session is None:
            raise NotFound("There is no such session.", about=id)
        await self._forget([session])
        return session

    async def write_uses(self) -> None:
        """Writes that tokens and sessions were used, with the time of now."""
        used, self._used, now = self._used, set(), self._clock()
        tokens = [token for token in self._tokens.values() if token.id in used and not token.is_configured]
        sessions = [session for session in self._sessions.values() if session.id in used]
        if tokens or sessions:
            ids = [*(token.id for token in tokens), *(session.id for session in sessions)]
            await self._kept.note_used(ids, now)
        # What was revoked, limited or ended in the meantime stays so.
        for token in tokens:
            if (kept := self._tokens.get(token.hash)) is not None:
                self._keep(replace(kept, used_at=now))
        for session in sessions:
            if (open_ := self._sessions.get(session.hash)) is not None:
                self._sessions[open_.hash] = self._by_id[open_.id] = replace(open_, used_at=now)

    @property
    def _kept(self) -> AccessStore:
        if self._store is None:
            raise Unavailable(_STARTING)
        return self._store

    def _hashed(self, configured: Mapping[Role, str]) -> dict[str, AccessToken]:
        """Returns tokens of the settings by their hashes. A token with several roles has the highest of them."""
        return {
            hashed: AccessToken(role.value.lower(), role.value.lower(), role, hashed, is_configured=True)
            for role, token in sorted(configured.items(), key=lambda item: RANK[item[0]])
            if token
            for hashed in (self.keys.hash(token),)
        }

    def _known(self, text: str, address: str) -> AccessToken:
        token = self._tokens.get(self.keys.hash(text))
        if token is not None and token.is_valid(self._clock()):
            self._attempts.note_right(address)
            self._used.add(token.id)
            return token
        if token is None and self._store is None:
            raise Unavailable(_STARTING)
        self._attempts.note_wrong(address)
        if token is not None:
            raise Unauthenticated("This token was revoked or has expired. Ask the owner for another one.")
        raise Unauthenticated("This token is not known. It was shown when it was made.")

    def _made(self, id: str) -> AccessToken:
        """Returns a token that is not one of the settings. Raises NotFound and BadInput."""
        token = next((token for token in self._tokens.values() if token.id == id), None)
        if token is None:
            raise NotFound("There is no such token.", about=id)
        if token.is_configured:
            raise BadInput("This token comes from the settings. Change it there, and restart the service.", about=id)
        return token

    def _is_open(self, session: Session, now: datetime) -> bool:
        token = self._by_grant.get(session.grant)
        return token is not None and token.is_valid(now) and now < session.expires_at

    async def _put(self, token: AccessToken) -> None:
        await self._kept.put_token(token)
        self._keep(token)

    def _keep(self, token: AccessToken) -> None:
        self._tokens[token.hash] = self._by_grant[token.grant] = token

    async def _forget(self, sessions: Iterable[Session]) -> None:
        ended = list(sessions)
        for session in ended:  # at once, even if the store does not answer
            self._sessions.pop(session.hash, None)
            self._by_id.pop(session.id, None)
        if ended:
            async with self._changing:  # after whatever was read or written with them
                await self._kept.delete_sessions([session.id for session in ended])
                for session in ended:
                    if (again := self._by_id.pop(session.id, None)) is not None:
                        self._sessions.pop(again.hash, None)


def _check_scope(role: Role, scope: str | None) -> None:
    """Raises BadInput."""
    if scope is not None and role is not Role.VIEWER:
        raise BadInput("Only a token of the role VIEWER can be limited to some of the photos.")


def _made_at(token: AccessToken) -> datetime:
    return token.created_at or datetime.min.replace(tzinfo=UTC)
