"""Keeps what is known of tokens and sessions in step with the graph."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count

from photos_graph.access.credentials import Access
from photos_graph.access.secrets import (
    FILE,
    Secrets,
    adopt,
    configured_tokens,
    load_or_make,
    media_keys,
    rotate_keys,
    rotated_form,
    shared_form,
)
from photos_graph.errors import BadSettings, Conflict, PhotosGraphError
from photos_graph.graph import postings
from photos_graph.graph.access import GraphAccessStore
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.opening import connect
from photos_graph.graph.labels import albums, label_postings
from photos_graph.search.filters import PhotoFilter
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import Customs
from photos_graph.search.scopes import kept_scope, scope_in_words
from photos_graph.services.backups.dumping import before_migration
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

LOOK_SECONDS = 2  # after which a token that another process revoked is refused here
USES_SECONDS = 60  # between two writes of when tokens and sessions were used


def access_of(settings: Settings, known: Secrets) -> Access:
    """Returns what is known before the graph answers: the tokens of the settings."""
    return Access(known.keys(), configured_tokens(settings, known))


class AccessKeeper:
    """Loads tokens and sessions, and notices what other processes change.

    The embedded engine belongs to one data directory, whose file has the secrets. The services of a Neo4j share theirs
    in the graph, and each has a copy in its file, for as long as the graph does not answer and for back-ups.
    """

    def __init__(self, access: Access, graph: Graph, settings: Settings) -> None:
        self._access = access
        self._store = GraphAccessStore(graph)
        self._settings = settings
        self._version: int | None = None

    async def open(self) -> None:
        """Raises EngineUnavailable."""
        self._access.keep_in(self._store)
        await self.look()

    async def close(self) -> None:
        """Writes what was used since the last time, if the engine answers."""
        try:
            await self._access.write_uses()
        except PhotosGraphError:
            log.info("It was not written when tokens were used last.", exc_info=True)
        self._access.keep_in(None)

    async def look(self) -> None:
        """Loads tokens, sessions and keys again if they were changed. Raises EngineUnavailable."""
        shares = _shares(self._settings)
        if not shares:
            try:
                self._access.keys.use(media_keys(self._settings))
            except BadSettings as error:
                log.warning("%s", error)
        version = await self._store.version()
        if version != self._version:
            if shares:
                await self._adopt()
            await self._access.load()
            self._version = version

    async def _adopt(self) -> None:
        told = await self._store.shared_secrets(shared_form(self._settings))
        known, were_others = adopt(self._settings, told)
        self._access.replace_keys(known.key, known.media, configured_tokens(self._settings, known))
        if were_others:
            file = self._settings.data_dir / FILE
            log.warning(
                "The token and the keys in %s were replaced by those that the services of the graph share.", file
            )

    async def keep_looking(self) -> None:
        """Looks again and again, until it is cancelled."""
        for looks in count(1):
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
                if looks * LOOK_SECONDS % USES_SECONDS == 0:
                    await self._access.write_uses()
            except PhotosGraphError:
                log.info("Tokens could not be read.", exc_info=True)


def _shares(settings: Settings) -> bool:
    return settings.graph.uri is not None


async def rotate(settings: Settings, valid_seconds: float) -> int:
    """Does what ``rotate_keys`` does, for all services of the graph.

    Raises BadSettings, EngineUnavailable, and Conflict if another process does it at the same time.
    """
    if not _shares(settings):
        return rotate_keys(settings, valid_seconds)
    load_or_make(settings)
    graph = await connect(settings, partial(before_migration, settings))
    try:
        store = GraphAccessStore(graph)
        before = await store.shared_secrets(shared_form(settings))
        adopt(settings, before)
        after, version = rotated_form(settings, valid_seconds)
        if not await store.replace_shared(before, after):
            raise Conflict("Another process has made a new key at the same time. Try again.")
        adopt(settings, after)
    finally:
        await graph.close()
    return version


@asynccontextmanager
async def opened_access(settings: Settings) -> AsyncIterator[Access]:
    """Yields the tokens and sessions of a data directory, also while a service runs on it. Raises BadSettings and
    EngineUnavailable."""
    async with opened_scopes(settings) as (access, _):
        yield access


@asynccontextmanager
async def opened_scopes(settings: Settings) -> AsyncIterator[tuple[Access, Scopes]]:
    """Yields what ``opened_access`` does, and what reads scopes. Raises BadSettings and EngineUnavailable."""
    access = access_of(settings, load_or_make(settings))
    graph = await connect(settings, partial(before_migration, settings))
    try:
        await AccessKeeper(access, graph, settings).open()
        yield access, Scopes(graph, settings)
    finally:
        await graph.close()


class Scopes:
    """Reads the scopes of tokens by the names in the graph, without an index of the photos."""

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self._graph = graph
        self._customs = Customs.of(settings.search)
        self._names: SearchIndex | None = None

    async def kept(self, filter: PhotoFilter) -> str:
        """Returns a scope as a token keeps it. Raises BadInput and NotFound, as ``kept_scope`` does."""
        return kept_scope(await self._read(), filter, self._customs)

    async def in_words(self, scope: str) -> str:
        return scope_in_words(await self._read(), scope, self._customs)

    async def _read(self) -> SearchIndex:
        if self._names is None:
            names = SearchIndex()
            names.apply_folders(await postings.folder_rows(self._graph))
            names.apply_places(await postings.place_rows(self._graph))
            names.apply_tags(await label_postings.tag_rows(self._graph))
            names.apply_persons(await label_postings.person_rows(self._graph))
            names.apply_albums(await albums.rows(self._graph))
            self._names = names
        return self._names
