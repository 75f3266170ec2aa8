"""Trips as they are in the graph."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from pyroaring import BitMap

from photos_graph.graph import trips
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.edits import TripName
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.trips import Trip, TripKind
from tests.kit.planted import library
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio

TRIP = Trip(
    "t1", TripKind.TRIP, "Abruzzo, August 2019", date(2019, 8, 3), date(2019, 8, 9), BitMap([1, 5]), ("IT/Abruzzo",)
)
EVENT = Trip("t2", TripKind.EVENT, "14 May 2019", date(2019, 5, 14), date(2019, 5, 14), BitMap([7]))


async def renamed(graph: Graph, trip_id: str, name: str | None) -> None:
    async def work(tx: LabelTransaction) -> None:
        await trips.lock(tx)
        await trips.rename(tx, {trip_id: TripName(name)})

    await writer(graph).commit(work)


async def test_trips_are_created_replaced_renamed_and_deleted(graph: Graph) -> None:
    assert (await trips.version(graph), await trips.made_of(graph)) == (0, None)
    await graph.transaction(lambda tx: trips.change(tx, [TRIP, EVENT], [], "first"))
    assert await graph.reading(trips.every) == {"t1": TRIP, "t2": EVENT}
    version = await trips.version(graph)
    assert await trips.made_of(graph) == "first"

    await renamed(graph, "t1", "By the sea")
    assert (await graph.transaction(lambda tx: trips.names(tx, ["t1", "t9"]))).keys() == {"t1"}
    assert (await graph.reading(trips.every))["t1"].name == "By the sea"
    assert await trips.version(graph) > version
    await renamed(graph, "t1", None)

    longer = replace(TRIP, photos=BitMap([1, 5, 6]), end=date(2019, 8, 10))
    await graph.transaction(lambda tx: trips.change(tx, [longer], ["t2"], "second"))
    assert await graph.reading(trips.every) == {"t1": longer}


@pytest.mark.both_engines
async def test_a_name_that_is_given_while_trips_are_found_again_stays(graph: Graph) -> None:
    await graph.transaction(lambda tx: trips.change(tx, [TRIP], [], "first"))
    renaming: list[asyncio.Task[None]] = []

    async def found_again(tx: Transaction) -> None:
        await trips.lock(tx)
        before = await trips.every(tx)
        if not renaming:
            renaming.append(asyncio.create_task(renamed(graph, "t1", "By the sea")))
            await asyncio.wait(renaming, timeout=0.3)  # it ends later, or else would be overwritten
        await trips.change(tx, [replace(before["t1"], photos=BitMap([1, 5, 6]))], [], "second")

    await graph.transaction(found_again)
    await renaming[0]
    now = (await graph.reading(trips.every))["t1"]
    assert (now.name, now.photos) == ("By the sea", BitMap([1, 5, 6]))


async def test_photos_without_a_time_of_their_own_are_known(graph: Graph) -> None:
    await library(graph)
    assert await trips.timed_by_files(graph) == BitMap()
