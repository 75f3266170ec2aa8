"""Tokens and sessions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from photos_graph.access.credentials import MAX_SESSIONS, MAX_TOKENS, SESSION_SECONDS, Access
from photos_graph.access.roles import Viewer, require
from photos_graph.errors import BadInput, Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from photos_graph.model.access import AccessToken, Role, Session
from tests.kit.access import KEYS, Clock, MemoryStore

OWNER, VIEWER = "the owner's token", "the viewer's token"
ADDRESS, DEVICE, ORIGIN = "192.0.2.1", "Browser/1", "https://photos.example"

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def access(clock: Clock, store: MemoryStore) -> Access:
    return Access(KEYS, {Role.OWNER: OWNER, Role.VIEWER: VIEWER}, store, clock)


def test_a_token_names_its_viewer(access: Access) -> None:
    viewer = access.viewer_of_token(VIEWER, ADDRESS)
    assert (viewer.name, viewer.role) == ("viewer", Role.VIEWER)


def test_an_unknown_token_is_nobody(access: Access) -> None:
    with pytest.raises(Unauthenticated):
        access.viewer_of_token("", ADDRESS)


def test_a_lesser_role_does_not_reach() -> None:
    require(Viewer("owner", Role.OWNER), Role.EDITOR)
    with pytest.raises(Forbidden):
        require(Viewer("viewer", Role.VIEWER), Role.EDITOR)


def test_while_the_service_starts_only_tokens_of_the_settings_are_known() -> None:
    starting = Access(KEYS, {Role.OWNER: OWNER})
    assert starting.viewer_of_token(OWNER, ADDRESS).role is Role.OWNER
    for ask in (lambda: starting.viewer_of_token("made", ADDRESS), lambda: starting.viewer_of_session("made")):
        with pytest.raises(Unavailable):
            ask()


async def test_a_made_token_works_until_it_expires(access: Access, clock: Clock) -> None:
    token, text = await access.create_token(" Tablet ", Role.EDITOR, clock.now + timedelta(days=1))
    assert text not in repr(token) and len(text) >= 43
    viewer = access.viewer_of_token(text, ADDRESS)
    assert (viewer.name, viewer.role) == ("Tablet", Role.EDITOR)
    session = await access.open_session(text, ADDRESS, DEVICE)
    clock.advance(86_400)
    for ask in (
        lambda: access.viewer_of_token(text, ADDRESS),
        lambda: access.viewer_of_session(session),
        lambda: access.check(viewer),
        lambda: access.token_of_grant(viewer.grant),
    ):
        with pytest.raises(Unauthenticated):
            ask()


async def test_a_scope_is_for_viewers_and_can_be_changed(access: Access, store: MemoryStore) -> None:
    token, text = await access.create_token("Tablet", Role.VIEWER, scope="{}")
    viewer = access.viewer_of_token(text, ADDRESS)
    assert access.scope_of(viewer) == "{}" and access.scope_of(access.viewer_of_token(VIEWER, ADDRESS)) is None
    for scope in ('{"favourite":true}', None):
        assert (await access.limit_token(token.id, scope)).scope == scope
        assert access.scope_of(viewer) == store.tokens[token.id].scope == scope
    with pytest.raises(BadInput):
        await access.create_token("Phone", Role.EDITOR, scope="{}")
    editor, _ = await access.create_token("Phone", Role.EDITOR)
    with pytest.raises(BadInput):
        await access.limit_token(editor.id, "{}")
    with pytest.raises(BadInput):
        await access.limit_token("viewer", "{}")
    with pytest.raises(NotFound):
        await access.limit_token("nobody", "{}")
    with pytest.raises(Unauthenticated):
        access.scope_of(Viewer("gone", Role.VIEWER, "0" * 12))


async def test_what_changes_while_uses_are_written_stays_changed(access: Access, store: MemoryStore) -> None:
    token, text = await access.create_token("Tablet", Role.VIEWER)
    session = await access.open_session(text, ADDRESS, DEVICE)
    viewer = access.viewer_of_session(session)
    note_used = store.note_used

    async def meanwhile(ids: Iterable[str], at: datetime) -> None:
        await access.limit_token(token.id, "{}")
        await access.end_session(session)
        await note_used(ids, at)

    store.note_used = meanwhile  # type: ignore[method-assign]
    await access.write_uses()
    assert access.scope_of(viewer) == "{}"
    with pytest.raises(Unauthenticated):
        access.viewer_of_session(session)


class SlowStore(MemoryStore):
    """Answers what it was asked for only when the test says so, as a loaded engine does."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.may_answer = asyncio.Event(), asyncio.Event()

    async def load(self) -> tuple[list[AccessToken], list[Session]]:
        found = await super().load()
        await self._answer()
        return found

    async def renew_session(self, session: Session) -> bool:
        is_kept = await super().renew_session(session)
        await self._answer()
        return is_kept

    async def _answer(self) -> None:
        self.began.set()
        await self.may_answer.wait()


async def test_what_changes_while_tokens_are_read_stays_changed(clock: Clock) -> None:
    store = SlowStore()
    access = Access(KEYS, {Role.OWNER: OWNER}, store, clock)
    revoked, text = await access.create_token("phone", Role.VIEWER)
    limited, limited_text = await access.create_token("frame", Role.VIEWER)
    ended = await access.open_session(limited_text, ADDRESS, DEVICE)
    loading = asyncio.create_task(access.load())
    await store.began.wait()
    changing = [
        asyncio.ensure_future(change)
        for change in (
            access.revoke_token(revoked.id),
            access.limit_token(limited.id, "{}"),
            access.end_session(ended),
            access.open_session(OWNER, ADDRESS, DEVICE),
        )
    ]
    await asyncio.sleep(0)
    store.may_answer.set()
    await asyncio.gather(loading, *changing)
    with pytest.raises(Unauthenticated):
        access.viewer_of_token(text, ADDRESS)
    assert access.scope_of(access.viewer_of_token(limited_text, ADDRESS)) == "{}"
    with pytest.raises(Unauthenticated):
        access.viewer_of_session(ended)
    assert access.viewer_of_session(changing[-1].result()).role is Role.OWNER


async def test_a_session_that_is_ended_while_it_is_renewed_stays_ended(clock: Clock) -> None:
    store = SlowStore()
    access = Access(KEYS, {Role.OWNER: OWNER}, store, clock)
    value = await access.open_session(OWNER, ADDRESS, DEVICE, ORIGIN)
    renewing = asyncio.create_task(access.renew_session(value, ORIGIN, 60))
    await store.began.wait()
    ending = asyncio.create_task(access.end_session(value))
    await asyncio.sleep(0)
    store.may_answer.set()
    with pytest.raises(Unauthenticated):
        await renewing
    await ending
    assert (access.sessions(), store.sessions) == ([], {})


async def test_what_another_process_has_ended_is_not_renewed(access: Access, store: MemoryStore) -> None:
    value = await access.open_session(OWNER, ADDRESS, DEVICE, ORIGIN)
    store.sessions.clear()
    with pytest.raises(Unauthenticated):
        await access.renew_session(value, ORIGIN, 60)
    assert (access.sessions(), store.sessions) == ([], {})


async def test_a_revoked_token_ends_with_its_sessions_and_addresses(access: Access, store: MemoryStore) -> None:
    token, text = await access.create_token("Tablet", Role.VIEWER)
    session = await access.open_session(text, ADDRESS, DEVICE)
    viewer = access.viewer_of_session(session)
    other = await access.open_session(OWNER, ADDRESS, DEVICE)
    assert (await access.revoke_token(token.id)).revoked_at is not None
    assert (await access.revoke_token(token.id)).revoked_at is not None, "twice is once"
    for ask in (
        lambda: access.viewer_of_token(text, ADDRESS),
        lambda: access.viewer_of_session(session),
        lambda: access.check(viewer),
        lambda: access.token_of_grant(token.grant),
    ):
        with pytest.raises(Unauthenticated):
            ask()
    assert access.viewer_of_session(other).role is Role.OWNER
    assert [kept.grant for kept in store.sessions.values()] == [access.viewer_of_token(OWNER, ADDRESS).grant]
    assert (await access.create_token("Tablet", Role.VIEWER))[0].id != token.id, "its name is free again"


async def test_names_are_checked_and_unique_while_they_are_valid(access: Access, clock: Clock) -> None:
    await access.create_token("Tablet", Role.VIEWER)
    for name in ("Tablet", "owner"):
        with pytest.raises(Conflict):
            await access.create_token(name, Role.VIEWER)
    for name in ("", " ", "a\x1b[2J", "x" * 101, "right\u202eleft"):
        with pytest.raises(BadInput):
            await access.create_token(name, Role.VIEWER)
    with pytest.raises(BadInput):
        await access.create_token("late", Role.VIEWER, clock.now)


async def test_there_is_an_end_to_tokens_and_sessions(access: Access, store: MemoryStore, clock: Clock) -> None:
    for number in range(MAX_TOKENS - 2):
        await access.create_token(f"{number}", Role.VIEWER)
    with pytest.raises(BadInput):
        await access.create_token("one more", Role.VIEWER)
    first = await access.open_session(OWNER, ADDRESS, DEVICE)
    for _ in range(MAX_SESSIONS):
        clock.advance(1)
        last = await access.open_session(OWNER, ADDRESS, DEVICE)
    assert len(access.sessions()) == len(store.sessions) == MAX_SESSIONS
    access.viewer_of_session(last)
    with pytest.raises(Unauthenticated):
        access.viewer_of_session(first)


async def test_tokens_of_the_settings_cannot_be_revoked(access: Access) -> None:
    for id_, problem in (("owner", BadInput), ("nobody", NotFound)):
        with pytest.raises(problem):
            await access.revoke_token(id_)


async def test_a_session_ends(access: Access, clock: Clock) -> None:
    session = await access.open_session(OWNER, ADDRESS, DEVICE)
    clock.advance(SESSION_SECONDS - 1)
    assert access.viewer_of_session(session).role is Role.OWNER
    clock.advance(1)
    with pytest.raises(Unauthenticated):
        access.viewer_of_session(session)


async def test_a_session_is_ended_by_itself_and_by_its_id(access: Access) -> None:
    values = [await access.open_session(OWNER, ADDRESS, f"Browser/{number}") for number in range(3)]
    await access.end_session(values[0])
    await access.end_session_of_id(access.viewer_of_session(values[1]).session)
    with pytest.raises(NotFound):
        await access.end_session_of_id("nobody")
    for ended in values[:2]:
        with pytest.raises(Unauthenticated):
            access.viewer_of_session(ended)
    assert [session.device for session in access.sessions()] == ["Browser/2"]


async def test_a_session_ends_with_its_token_of_the_settings(store: MemoryStore, clock: Clock) -> None:
    session = await Access(KEYS, {Role.OWNER: OWNER}, store, clock).open_session(OWNER, ADDRESS, DEVICE)
    changed = Access(KEYS, {Role.OWNER: "another"}, store, clock)
    await changed.load()
    with pytest.raises(Unauthenticated):
        changed.viewer_of_session(session)
    assert not store.sessions


async def test_a_session_of_another_origin_is_renewed_until_its_end(access: Access, clock: Clock) -> None:
    first = await access.open_session(OWNER, ADDRESS, DEVICE, ORIGIN, 900)
    for origin in ("", "https://foreign.example"):
        with pytest.raises(Unauthenticated):
            access.viewer_of_session(first, origin)
    viewer, value = access.viewer_of_session(first, ORIGIN), first
    clock.advance(899)
    value = await access.renew_session(first, ORIGIN, 900)
    with pytest.raises(Unauthenticated):
        access.viewer_of_session(first, ORIGIN)
    access.check(viewer)  # of a connection that was opened before
    for _ in range(SESSION_SECONDS // 899 - 1):
        clock.advance(899)
        value = await access.renew_session(value, ORIGIN, 900)
    clock.advance(899)
    with pytest.raises(Unauthenticated):
        access.viewer_of_session(value, ORIGIN)


async def test_what_is_kept_is_loaded_again_without_secrets(store: MemoryStore, clock: Clock, access: Access) -> None:
    token, text = await access.create_token("Tablet", Role.VIEWER)
    session = await access.open_session(text, ADDRESS, DEVICE)
    clock.advance(120)
    access.viewer_of_session(session)
    await access.write_uses()
    kept = repr((await store.load(), [token.hash for token in store.tokens.values()]))
    assert text not in kept and session not in kept
    another = Access(KEYS, {Role.OWNER: OWNER}, store, clock)
    await another.load()
    assert another.viewer_of_session(session).name == "Tablet"
    assert another.sessions()[0].used_at == clock.now
    assert {made.name: made.used_at for made in another.tokens()}["Tablet"] == clock.now
    store.tokens[token.id] = replace(token, revoked_at=clock.now)  # by another process
    await another.load()
    with pytest.raises(Unauthenticated):
        another.viewer_of_session(session)
