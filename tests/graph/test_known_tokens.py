"""Tokens and sessions that two services on one graph change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from photos_graph.graph.access import GraphAccessStore
from photos_graph.graph.engine.connection import Graph
from photos_graph.model.access import AccessToken, Role, Session

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_what_another_service_has_ended_stays_ended(graph: Graph) -> None:
    store = GraphAccessStore(graph)
    token = AccessToken("t1", "Tablet", Role.VIEWER, "hash", NOW)
    await store.put_token(token)
    await store.put_token(replace(token, revoked_at=NOW))
    await store.put_token(replace(token, scope="{}"))  # by a service that has not noticed it
    [kept], _ = await store.load()
    assert kept == replace(token, revoked_at=NOW, scope="{}")

    session = Session("s1", "hash", "grant", "", "Browser", "192.0.2.1", NOW, NOW, NOW, NOW)
    await store.put_session(session)
    later = replace(session, hash="another", expires_at=NOW + timedelta(hours=1), used_at=NOW + timedelta(minutes=1))
    version = await store.version()
    assert await store.renew_session(later) and await store.version() > version
    assert (await store.load())[1] == [later]
    await store.delete_sessions(["s1"])
    assert not await store.renew_session(later)
    assert (await store.load())[1] == []
