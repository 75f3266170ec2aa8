"""A library with faces, for tests of what people say of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from photos_graph.bootstrap import Services, build
from photos_graph.graph.engine.connection import Graph
from photos_graph.model.labels import BulkResult
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.settings import Settings
from tests.kit.faces import Found, find
from tests.kit.planted import photo_id, plant


async def faced(services: Services) -> Graph:
    """Photos 0 to 9. Faces f0 to f9 are on them, of growing quality, the first five in cluster "c"; g0 and g5 are
    further ones on 0 and 5, g0 in the cluster too."""
    await plant(services.graph, {"a": "a"}, {"a": range(10)})
    await find(
        services.graph,
        *(Found(f"f{n}", photo_id(n), quality=(n + 1) / 10, cluster="c" if n < 5 else None) for n in range(10)),
        Found("g0", photo_id(0), quality=0.05, cluster="c", x=0.6),
        Found("g5", photo_id(5), x=0.6),
    )
    await services.index.catch_up()
    return services.graph


@asynccontextmanager
async def alone(settings: Settings) -> AsyncIterator[Services]:
    """Such a library. Nobody looks for jobs or for changes of other processes, so that every query is of the call that
    is counted."""
    settings.search.follow_seconds = 3600
    settings.faces.enabled = "off"
    async with build(settings, run_jobs=False) as services:
        await faced(services)
        yield services


def counts(result: BulkResult) -> tuple[int, int, bool]:
    return result.matched, result.changed, result.change_id is not None


def named(name: str) -> Ref:
    return Ref(name=name)


def photos_of(services: Services, *names: str) -> set[int]:
    """Numbers of the photos that the index finds with all of them."""
    page = services.browse.photos(PhotoFilter(persons=TermFilter(all=tuple(map(named, names)))), PhotoOrder.NAME_ASC)
    return set(page.numbers)


async def undone(services: Services, result: BulkResult) -> BulkResult:
    assert result.change_id is not None
    return await services.changes.undo(result.change_id, by="ben")
