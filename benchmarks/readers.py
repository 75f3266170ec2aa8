"""Measures what two hundred readers wait for who scroll through grids while photos are scanned."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import uvloop

from benchmarks.bench import Bench
from benchmarks.load import body_length, request
from benchmarks.peers.process import FilePeer
from benchmarks.pictures import copies, give_preview, photographs, settled
from benchmarks.report import Figure, Goal
from benchmarks.service import Service, graphql

READERS = 200
LANES = 3  # connections of a reader
SHOWN, SCANNED = 150, 60  # photos of 24 megapixels that are in the library, and that are scanned meanwhile
PAGE = 50
LOOK_SECONDS = 5.0  # that a reader looks at a page before the next one
WARM_SECONDS = 40
COLD_PAGES = 2  # of each reader
ACCEPTED = {"Accept": "image/webp,*/*"}
FIRST_PAGE = "page0.json"  # of a bare server
GRID = """
query Grid($after: String) { photos(first: 50, after: $after) { nodes { id thumbnail(size: SMALL, format: AUTO) }
  pageInfo { endCursor hasNextPage } } }
"""


@dataclass
class Waited:
    """Seconds until each answer was complete. ``whole`` are pictures as they stay, ``pictures`` stand-ins, too."""

    pages: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)


class _Lane:
    """A connection of one reader, from an address of its own. It is opened again when the service has closed it, as it
    does with those that have been idle."""

    def __init__(self, port: int, address: str) -> None:
        self._port, self._address = port, address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, sent: bytes) -> tuple[int, bytes]:
        """Returns status and body. Raises OSError or EOFError if the service closes a new connection."""
        if self._streams is not None:
            with contextlib.suppress(OSError, EOFError):
                return await self._answer(*self._streams, sent)
            self.close()
        self._streams = await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(self._address, 0), limit=1 << 20
        )
        return await self._answer(*self._streams, sent)

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes
    ) -> tuple[int, bytes]:
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        status, length = int(head.split(b" ", 2)[1]), body_length(head)
        if length is not None:
            return status, await reader.readexactly(length)
        parts = []
        while size := int(await reader.readuntil(b"\r\n"), 16):
            parts.append((await reader.readexactly(size + 2))[:-2])
        await reader.readexactly(2)
        return status, b"".join(parts)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@dataclass(frozen=True, slots=True)
class _Grid:
    """What readers look at: the service, or a bare server of files that has its pages and pictures (``_copied``)."""

    port: int
    bare: bool = False

    def page_after(self, cursor: str | None) -> bytes:
        if self.bare:
            return request(f"/media/{cursor or FIRST_PAGE}")
        body, headers = graphql(GRID, after=cursor)
        return request("/graphql", headers, body)


class _Reader:
    """Looks at pages of the grid from top to bottom, over and over."""

    def __init__(self, number: int, waited: Waited) -> None:
        self._address = f"127.0.{1 + number // 250}.{1 + number % 250}"
        self._chance = Random(number)
        self._waited = waited

    async def scroll(self, grid: _Grid, end: float, pages: int | None) -> None:
        """Until ``end``, by the clock of the loop, or for that many pages."""
        async with AsyncExitStack() as closing:
            lanes = [_Lane(grid.port, self._address) for _ in range(LANES)]
            for lane in lanes:
                closing.callback(lane.close)
            await asyncio.sleep(self._chance.uniform(0, LOOK_SECONDS))
            cursor, loop = None, asyncio.get_running_loop()
            for _ in itertools.count() if pages is None else range(pages):
                if loop.time() > end:
                    return
                cursor = await self._page(lanes, grid.page_after(cursor))
                await asyncio.sleep(self._chance.uniform(0.5, 1.5) * LOOK_SECONDS)

    async def _page(self, lanes: Sequence[_Lane], sent: bytes) -> str | None:
        asked = time.perf_counter()
        status, answer = await lanes[0].ask(sent)
        self._waited.pages.append(time.perf_counter() - asked)
        photos = json.loads(answer)["data"]["photos"] if status == 200 else None
        if photos is None:
            raise RuntimeError(f"a page was answered with {status}: {answer[:200]!r}")
        addresses = [node["thumbnail"] for node in photos["nodes"]]
        shown = time.perf_counter()
        await asyncio.gather(*(self._pictures(lane, addresses[at::LANES], shown) for at, lane in enumerate(lanes)))
        return photos["pageInfo"]["endCursor"] if photos["pageInfo"]["hasNextPage"] else None

    async def _pictures(self, lane: _Lane, addresses: Sequence[str], shown: float) -> None:
        """Asks for pictures one after the other, as a browser does on one connection. Of a stand-in, it asks for the
        picture itself when it has seen all."""
        stand_ins = []
        for address in addresses:
            status, _ = await lane.ask(request(address, ACCEPTED))
            if status not in (200, 203):
                raise RuntimeError(f"a picture was answered with {status}")
            self._waited.pictures.append(time.perf_counter() - shown)
            if status == 203:
                stand_ins.append(address)
            else:
                self._waited.whole.append(time.perf_counter() - shown)
        for address in stand_ins:
            status, _ = await lane.ask(request(f"{address}&wait=1", ACCEPTED))
            if status != 200:
                raise RuntimeError(f"a picture was answered with {status}")
            self._waited.whole.append(time.perf_counter() - shown)


def _read(grid: _Grid, seconds: float, pages: int | None, count: int = READERS) -> Waited:
    waited = Waited()

    async def all_of_them() -> None:
        end = asyncio.get_running_loop().time() + seconds
        await asyncio.gather(*(_Reader(number, waited).scroll(grid, end, pages) for number in range(count)))

    uvloop.run(all_of_them())
    return waited


def readers(bench: Bench) -> Iterator[Figure]:
    """Each part is measured alone, and again while a scan runs. The clients of all readers need about half a core
    themselves, which the service lacks."""
    sources = photographs(bench.folder / "photographs", 12, bench.say)
    with bench.scratch() as scratch, Service(scratch / "data") as service:
        bench.say("making photos with previews")
        shown = copies(sources, scratch / "shown", SHOWN)
        for path in shown:
            give_preview(path)
        settled(shown)
        service.scan(service.add_root(scratch / "shown"), reads=SHOWN)
        bench.say("a scan beside which nobody reads")
        alone = SCANNED / service.scan(_added(service, sources, scratch / "scanned alone"), reads=SCANNED)
        grid = _Grid(service.port)
        _read(grid, float("inf"), SHOWN // PAGE, count=1)
        bench.say(f"{READERS} readers of the same pages and pictures at a bare server of files")
        uvloop.run(_copied(grid, scratch / "bare"))
        with FilePeer(scratch / "bare") as peer:
            bare = _read(_Grid(peer.port, bare=True), WARM_SECONDS, None)
        bench.say(f"{READERS} readers of a warm grid")
        yield from _figures("warm grid", _read(grid, WARM_SECONDS, None), 100, bare)
        yield from _beside_a_scan(bench, service, sources, scratch / "scanned beside warm", "warm", alone)
        bench.say(f"{READERS} readers of a cold grid")
        _forget(service)
        yield from _figures("cold grid", _read(grid, float("inf"), COLD_PAGES), 300)
        _forget(service)
        yield from _beside_a_scan(bench, service, sources, scratch / "scanned beside cold", "cold", alone)


def _beside_a_scan(
    bench: Bench, service: Service, sources: Sequence[Path], folder: Path, grid: str, alone: float
) -> Iterator[Figure]:
    bench.say(f"{READERS} readers of a {grid} grid, beside a scan")
    root = _added(service, sources, folder)
    with ThreadPoolExecutor(1) as thread:
        scanning = thread.submit(service.scan, root, SCANNED)
        waited = _read(_Grid(service.port), WARM_SECONDS, COLD_PAGES if grid == "cold" else None)
        rate = SCANNED / scanning.result()
    yield from _figures(f"{grid} grid beside a scan", waited, 300)
    what = f"a scan beside readers of a {grid} grid"
    yield Figure(what, rate, "photos/s", alone, "nobody reads", rate / alone, Goal(0.1, at_most=False, of_ratio=True))


def _added(service: Service, sources: Sequence[Path], folder: Path) -> str:
    copies(sources, folder, SCANNED)
    return service.add_root(folder)


def _forget(service: Service) -> None:
    shutil.rmtree(service.data_dir / "renditions", ignore_errors=True)


async def _copied(grid: _Grid, folder: Path) -> None:
    """Writes all pages and pictures of the grid as files for FilePeer."""

    def write(name: str, content: bytes) -> None:
        (folder / name[:2]).mkdir(parents=True, exist_ok=True)
        (folder / name[:2] / name).write_bytes(content)

    lane = _Lane(grid.port, "127.0.0.1")
    page, name, cursor = 0, FIRST_PAGE, None
    while page == 0 or cursor:
        _, answer = await lane.ask(grid.page_after(cursor))
        content = json.loads(answer)
        photos = content["data"]["photos"]
        cursor = photos["pageInfo"]["endCursor"] if photos["pageInfo"]["hasNextPage"] else None
        for at, node in enumerate(photos["nodes"]):
            _, picture = await lane.ask(request(node["thumbnail"], ACCEPTED))
            write(f"{page:02}-{at}.webp", picture)
            node["thumbnail"] = f"/media/{page:02}-{at}.webp"
        page += 1
        following = f"page{page}.json"
        photos["pageInfo"]["endCursor"] = following
        write(name, json.dumps(content).encode())
        name = following
    lane.close()


def _figures(what: str, waited: Waited, goal: float, bare: Waited | None = None) -> Iterator[Figure]:
    for name, seconds, of_bare in (
        ("pages", waited.pages, bare and bare.pages),
        ("first pictures and stand-ins", waited.pictures, bare and bare.pictures),
        ("pictures", waited.whole, bare and bare.whole),
    ):
        for share, at in (("median", 49), ("99th percentile", 98)):
            ours = 1000 * statistics.quantiles(seconds, n=100)[at]
            limit = Goal(goal, at_most=True) if name == "pages" and share == "median" else None
            if of_bare:
                peer = 1000 * statistics.quantiles(of_bare, n=100)[at]
                yield Figure(f"{what}, {name}, {share}", ours, "ms", peer, "Starlette", ours / peer, limit)
            else:
                yield Figure(f"{what}, {name}, {share}", ours, "ms", goal=limit)
