"""A small tree of folders, and the arguments and results of tagging, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from photos_graph.bootstrap import Services, build
from photos_graph.graph.engine.connection import Graph
from photos_graph.model.labels import BulkResult
from photos_graph.model.search import Ref
from photos_graph.settings import Settings
from tests.kit.planted import photo_id, plant


@asynccontextmanager
async def quiet(settings: Settings) -> AsyncIterator[Services]:
    """Nobody looks for jobs or for changes of other processes, so that every query is of the call that is counted."""
    settings.search.follow_seconds = 3600
    async with build(settings, run_jobs=False) as services:
        yield services


def ids(*numbers: int) -> list[str]:
    return [photo_id(number) for number in numbers]


def refs(*names: str) -> list[Ref]:
    return [Ref(name=name) for name in names]


def counts(result: BulkResult) -> tuple[int, int, bool]:
    return result.matched, result.changed, result.change_id is not None


async def planted(services: Services) -> Graph:
    """Pictures/italy/abruzzo with photos 0 to 3, /italy with 4 and 5, and /rome with 0 too and 6."""
    tree = {"italy": "italy", "italy/abruzzo": "abruzzo", "rome": "rome"}
    await plant(services.graph, tree, {"abruzzo": range(4), "italy": [4, 5], "rome": [0, 6]})
    await services.index.catch_up()
    return services.graph
