"""Lists that the graph sorts: pages from the end are those from the start, whatever a page holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from photos_graph.graph import jobs
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.migrations import MIGRATIONS, migrate
from photos_graph.graph.faces import cluster_pages, pages
from photos_graph.graph.library import failures, photos, replacements
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.model.faces import FaceCluster, FaceFilter
from photos_graph.model.jobs import JobKind, JobState
from photos_graph.search.listing import Key, Listing, Stretch
from tests.kit.faces import Found, find
from tests.kit.planted import file_id, photo_id, plant
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio

HELD, MOST = 7, 23  # photos; faces, of which there are most
Read = Callable[[Graph, Stretch], Awaitable[Sequence[Any]]]

ANN = "CREATE (:Person {id: 'ann', name: 'Ann', key: 'ann'})"
NAMED = "MATCH (f:Face), (x:Person {id: 'ann'}) WHERE f.quality < 0.5 CREATE (f)-[:IS {at: 1, by: 'me'}]->(x)"
# Three pairs, of which the second photos have files.
REPLACED = """
UNWIND range(0, 2) AS n
MATCH (p:Photo {number: n})<-[r:OF]-(f:File)
MATCH (new:Photo {number: n + 3})
DELETE r
CREATE (:Replacement {id: p.id, new: new.id, key: f.key, state: 'OPEN', open: p.id, at: n})
"""


@pytest.fixture
async def lists(graph: Graph) -> Graph:
    """Seven photos with three faces each, in clusters of several sizes, some of them named; failures, replaced
    pictures, and jobs."""
    await plant(graph, {"a": "a"}, {"a": range(HELD)})
    for number in range(1, HELD):
        await jobs.create(graph, f"j{number}", JobKind.SCAN)
    await jobs.cancel(graph, "j6")
    await graph.write(ANN)
    faces = [
        Found(f"{n}{place}", photo_id(n), (n * 3 + place) / 20, cluster=f"c{n // 2 + place}", ignored=n == 3)
        for n in range(HELD)
        for place in range(3)
    ]
    await find(graph, *faces, Found("x", photo_id(0), 0.0), Found("y", photo_id(0), 0.0))
    await graph.write(NAMED)
    failed = [ReadFailure(file_id(n, "a"), f"{n}.jpg", "faces", "broken", partial=True) for n in range(HELD)]
    await photos.put_read(writer(graph), [], failed[:4], "j")
    await photos.put_read(writer(graph), [], failed[4:], "j2")
    await graph.write(REPLACED)
    return graph


def of_job(job: Any) -> Key:
    return job.number, job.id


def of_rank(rank: Any) -> Key:
    return 0, rank


def faces(wanted: FaceFilter) -> tuple[Read, Callable[[Any], Key], int]:
    return lambda graph, stretch: pages.ranks(graph, wanted, stretch), of_rank, 2


async def clusters(graph: Graph, least: int, stretch: Stretch) -> list[FaceCluster]:
    return await cluster_pages.page(graph, await cluster_pages.sizes(graph), least, stretch)


def of_cluster(cluster: Any) -> Key:
    return cluster.size, cluster.id


# How each is read, the keys of its items, and how many it has at least.
LISTS: dict[str, tuple[Read, Callable[[Any], Key], int]] = {
    "jobs": (lambda graph, stretch: jobs.page(graph, None, stretch), of_job, HELD - 1),
    "queued jobs": (lambda graph, stretch: jobs.page(graph, JobState.QUEUED, stretch), of_job, HELD - 2),
    "failures": (lambda graph, stretch: failures.page(graph, None, stretch), lambda each: (0, each[0]), HELD),
    "failures of a job": (lambda graph, stretch: failures.page(graph, "j", stretch), lambda each: (0, each[0]), 4),
    "replacements": (replacements.page, lambda each: (0, each.old_id), 3),
    "clusters": (lambda graph, stretch: clusters(graph, 1, stretch), of_cluster, 4),
    "large clusters": (lambda graph, stretch: clusters(graph, 3, stretch), of_cluster, 2),
    "faces": faces(FaceFilter()),
    "faces with a quality": faces(FaceFilter(min_quality=0.2)),
    "faces of a photo": faces(FaceFilter(photo_id=photo_id(0))),
    "faces of a person": faces(FaceFilter(person_id="ann")),
    "faces of a cluster": faces(FaceFilter(cluster_id="c2")),
    "ignored faces": faces(FaceFilter(ignored=True)),
}


async def test_pages_from_the_end_are_those_from_the_start(lists: Graph) -> None:
    for name, (read, key, least) in LISTS.items():

        async def page(
            first: int | None = None,
            after: str | None = None,
            last: int | None = None,
            before: str | None = None,
            read: Read = read,
            key: Callable[[Any], Key] = key,
        ) -> Listing[Any]:
            stretch = Stretch.of(first, after, last, before)
            return stretch.listing(await read(lists, stretch), key, 0)

        every = await page(100)
        assert len(every.items) >= least and not every.has_next, name
        for size in (1, 2, 100):
            forwards, backwards = [await page(size)], [await page(last=size)]
            while forwards[-1].has_next and len(forwards) <= MOST:
                forwards.append(await page(size, after=forwards[-1].cursors[-1]))
            while backwards[-1].has_previous and len(backwards) <= MOST:
                backwards.append(await page(last=size, before=backwards[-1].cursors[0]))
            assert [item for each in forwards for item in each.items] == every.items, name
            assert [item for each in reversed(backwards) for item in each.items] == every.items, name
        inner = (
            await page(100, every.cursors[0], None, every.cursors[-1]),
            await page(None, every.cursors[0], 1, None),
        )
        assert inner[0].items == every.items[1:-1] and inner[0].has_next and inner[0].has_previous, name
        assert inner[1].items == every.items[-1:] and not inner[1].has_next and inner[1].has_previous, name


async def test_clusters_are_counted_by_their_sizes(lists: Graph) -> None:
    """The counts follow the sizes, and are those of an older graph that is migrated."""
    await agrees(lists)
    await lists.write("MATCH (f:Face)-[r:IS]->(:Person) WITH f, r LIMIT 3 DELETE r")
    every = [row["id"] for row in await lists.read("MATCH (f:Face) RETURN f.id AS id")]
    before = await cluster_pages.sizes(lists)
    await writer(lists).commit(lambda tx: cluster_pages.recount(tx, every))
    assert await cluster_pages.sizes(lists) != before
    await agrees(lists)
    await lists.write("MATCH (s:ClusterSize) DELETE s")
    await lists.write("MATCH (c:Cluster) SET c.rank = null")
    [number] = [number for number, statements in MIGRATIONS.items() if "ClusterSize" in "".join(statements)]
    await lists.write("MATCH (m:Migration {number: $number}) DELETE m", number=number)
    await migrate(lists)
    await agrees(lists)


async def agrees(lists: Graph) -> None:
    sizes = [row["size"] for row in await lists.read("MATCH (c:Cluster) WHERE c.size > 0 RETURN c.size AS size")]
    assert await cluster_pages.sizes(lists) == Counter(sizes)
    for least in (1, 3, 99):
        wanted = sorted((size for size in sizes if size >= least), reverse=True)
        whole = await clusters(lists, least, Stretch(None, None, 100, from_end=False))
        assert [cluster.size for cluster in whole] == wanted
