"""Tokens and sessions: ``(:AccessToken)`` and ``(:Session)``, each with a keyed hash in place of its secret.

``(:Meta {name: 'access'})`` counts the changes, by which other processes notice that a token was made or revoked.
``(:Meta {name: 'secrets'})`` has the secrets that the services of one Neo4j share. No back-up contains it.
Times are milliseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.model.access import AccessToken, Role, Session

TOKENS: LiteralString = """
MATCH (t:AccessToken)
RETURN t.id AS id, t.name AS name, t.role AS role, t.hash AS hash, t.createdAt AS created_at,
  t.expiresAt AS expires_at, t.usedAt AS used_at, t.revokedAt AS revoked_at, t.scope AS scope
"""
SESSIONS: LiteralString = """
MATCH (s:Session)
RETURN s.id AS id, s.hash AS hash, s.grant AS grant, s.origin AS origin, s.device AS device, s.address AS address,
  s.createdAt AS created_at, s.expiresAt AS expires_at, s.endsAt AS ends_at, s.usedAt AS used_at
"""
WRITE_ACCESS: LiteralString = """
MERGE (t:AccessToken {id: $id})
SET t.name = $name, t.role = $role, t.hash = $hash, t.createdAt = $created_at, t.expiresAt = $expires_at,
  t.usedAt = $used_at, t.revokedAt = coalesce(t.revokedAt, $revoked_at), t.scope = $scope
MERGE (m:Meta {name: 'access'}) SET m.value = coalesce(m.value, 0) + 1
"""
WRITE_SESSION: LiteralString = """
MERGE (s:Session {id: $id})
SET s.hash = $hash, s.grant = $grant, s.origin = $origin, s.device = $device, s.address = $address,
  s.createdAt = $created_at, s.expiresAt = $expires_at, s.endsAt = $ends_at, s.usedAt = $used_at
MERGE (m:Meta {name: 'access'}) SET m.value = coalesce(m.value, 0) + 1
"""
RENEW_SESSION: LiteralString = """
MATCH (s:Session {id: $id})
SET s.hash = $hash, s.expiresAt = $expires_at, s.usedAt = $used_at
WITH count(*) AS renewed
MERGE (m:Meta {name: 'access'}) SET m.value = coalesce(m.value, 0) + 1
RETURN renewed
"""
DELETE_SESSIONS: LiteralString = """
UNWIND $ids AS id
MATCH (s:Session {id: id})
DELETE s
WITH count(*) AS deleted
MERGE (m:Meta {name: 'access'}) SET m.value = coalesce(m.value, 0) + 1
"""
TOKENS_USED: LiteralString = "UNWIND $ids AS id MATCH (t:AccessToken {id: id}) SET t.usedAt = $at"
SESSIONS_USED: LiteralString = "UNWIND $ids AS id MATCH (s:Session {id: id}) SET s.usedAt = $at"
RENEWED = ("id", "hash", "expires_at", "used_at")
VERSION: LiteralString = "MATCH (m:Meta {name: 'access'}) RETURN m.value AS version"

SHARED: LiteralString = """
MERGE (m:Meta {name: 'secrets'}) ON CREATE SET m.secrets = $secrets
RETURN m.secrets AS secrets
"""
# The query writes before it reads, so that the second of two processes sees what the first one did.
REPLACE_SHARED: LiteralString = """
MATCH (m:Meta {name: 'secrets'})
SET m.asked = coalesce(m.asked, 0) + 1
WITH m WHERE m.secrets = $before
SET m.secrets = $after
WITH count(*) AS replaced
MERGE (a:Meta {name: 'access'}) SET a.value = coalesce(a.value, 0) + 1
RETURN replaced
"""


class GraphAccessStore:
    """Keeps tokens and sessions in the graph, which several services may share."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def version(self) -> int:
        """Returns a number that changes with each change of a token or session, by whichever process."""
        rows = await self._graph.read(VERSION)
        return int(rows[0]["version"]) if rows else 0

    async def shared_secrets(self, own: str) -> str:
        """Returns the secrets of the services of this graph, which are ``own`` if there were none."""
        return str((await self._graph.write(SHARED, secrets=own))[0]["secrets"])

    async def replace_shared(self, before: str, after: str) -> bool:
        """Returns False if another process has replaced them meanwhile."""
        return bool((await self._graph.write(REPLACE_SHARED, before=before, after=after))[0]["replaced"])

    async def load(self) -> tuple[list[AccessToken], list[Session]]:
        """Returns everything that is kept."""
        tokens: list[AccessToken] = []
        for row in await self._graph.read(TOKENS):
            values = _values(row)
            values["role"] = Role(values["role"])
            tokens.append(AccessToken(**values))
        return tokens, [Session(**_values(row)) for row in await self._graph.read(SESSIONS)]

    async def put_token(self, token: AccessToken) -> None:
        """What another process has revoked stays revoked."""
        given = _properties(token)
        del given["is_configured"]
        await self._graph.write(WRITE_ACCESS, **given)

    async def put_session(self, session: Session) -> None:
        await self._graph.write(WRITE_SESSION, **_properties(session))

    async def renew_session(self, session: Session) -> bool:
        """Changes the secret and the times of a session. Returns whether it was still there: another process may have
        ended it."""
        given = _properties(session)
        rows = await self._graph.write(RENEW_SESSION, **{name: given[name] for name in RENEWED})
        return bool(rows[0]["renewed"])

    async def delete_sessions(self, ids: Iterable[str]) -> None:
        await self._graph.write(DELETE_SESSIONS, ids=list(ids))

    async def note_used(self, ids: Iterable[str], at: datetime) -> None:
        """Of tokens and sessions alike."""
        used, milliseconds = list(ids), _milliseconds(at)
        await self._graph.write(TOKENS_USED, ids=used, at=milliseconds)
        await self._graph.write(SESSIONS_USED, ids=used, at=milliseconds)


def _values(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromtimestamp(value / 1000, UTC) if name.endswith("_at") and value is not None else value
        for name, value in row.items()
    }


def _properties(kept: AccessToken | Session) -> dict[str, Any]:
    return {
        name: _milliseconds(value) if isinstance(value, datetime) else value for name, value in asdict(kept).items()
    }


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
