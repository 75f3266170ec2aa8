"""Pictures of a real library over HTTP: made once, kept, given up when nobody waits, there when the disk is away."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from photos_graph.access.secrets import load_or_make
from photos_graph.bootstrap import Services
from photos_graph.images.flight import Flight
from photos_graph.images.renditions import Key, Renditions, Source
from photos_graph.images.sizes import FaceCut
from photos_graph.model.images import ThumbnailFormat
from photos_graph.paths import open_inside
from photos_graph.web.urls import MediaAddresses
from photos_graph.workers.turns import Priority
from tests.kit.graphql import Ask, data, scan
from tests.kit.pictures import jpeg, opened, put
from tests.kit.waiting import PATIENCE, until

pytestmark = [pytest.mark.anyio, pytest.mark.http]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "Pictures"
    for number in range(4):
        put(root / f"{number}.jpg", jpeg(number, 6000, 4000))
    return root


@pytest.fixture
async def urls(ask: Ask, folder: Path, app: Starlette) -> list[dict[str, str]]:
    """Of four large photos none of whose renditions are cached."""
    await ask("mutation($p: String!) { addRoot(path: $p) { id } }", p=str(folder))
    await scan(ask)
    forget(app)
    query = "{ photos(orderBy: NAME_ASC) { nodes { large: thumbnail(size: LARGE, format: JPEG) original } } }"
    nodes: list[dict[str, str]] = (await ask(query))["data"]["photos"]["nodes"]
    return nodes


def forget(app: Starlette) -> None:
    services: Services = app.state.services
    shutil.rmtree(services.settings.data_dir / "renditions")


def busy(app: Starlette) -> int:
    services: Services = app.state.services
    return len(services.pool.running)


async def test_several_requests_for_a_cold_picture_are_one_decode(
    client: httpx.AsyncClient, urls: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    decodes: list[Priority] = []
    begin = Renditions._begin

    def noted(self: Renditions, key: Key, source: Source, priority: Priority) -> Flight:
        decodes.append(priority)
        return begin(self, key, source, priority)

    monkeypatch.setattr(Renditions, "_begin", noted)
    answers = await asyncio.gather(*(client.get(urls[0]["large"]) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert opened(answers[0].content).size == (1920, 1280)
    assert len(decodes) == 1


async def test_head_is_told_the_length_and_leaves_the_picture_made(
    client: httpx.AsyncClient, urls: list[dict[str, str]]
) -> None:
    head = await client.head(urls[1]["large"])
    get = await client.get(urls[1]["large"])
    assert head.status_code == 200 and head.content == b""
    assert int(head.headers["content-length"]) == len(get.content)
    assert head.headers["etag"] == get.headers["etag"]


async def test_a_client_that_goes_away_frees_its_place(
    client: httpx.AsyncClient, urls: list[dict[str, str]], app: Starlette
) -> None:
    host, port = client.base_url.host, client.base_url.port
    _, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET {urls[2]['large']} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    await writer.drain()
    async with asyncio.timeout(PATIENCE):
        while not busy(app):
            await asyncio.sleep(0.001)
        writer.close()
        while busy(app):
            await asyncio.sleep(0.001)
    answer = await client.get(urls[2]["large"])
    assert opened(answer.content).size == (1920, 1280)


async def test_a_root_that_is_away_answers_from_the_cache_or_says_so(
    client: httpx.AsyncClient, urls: list[dict[str, str]], folder: Path
) -> None:
    kept = await client.get(urls[0]["large"])
    folder.rename(folder.with_name("away"))
    folder.mkdir()  # a mount point without its disk
    assert (await client.get(urls[0]["large"])).content == kept.content
    for url in (urls[1]["large"], urls[1]["original"]):
        answer = await client.get(url)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
        assert int(answer.headers["retry-after"]) > 0 and "offline" in answer.text


async def test_a_file_that_changed_since_it_was_read_is_not_passed_off_as_the_old_photo(
    client: httpx.AsyncClient, urls: list[dict[str, str]], folder: Path
) -> None:
    put(folder / "3.jpg", jpeg(33), at=1_700_000_000)
    assert (await client.get(urls[3]["original"])).status_code == 404
    assert (await client.get(urls[3]["large"])).status_code == 404


async def test_a_face_that_is_coarse_for_now_is_kept_by_no_browser(
    client: httpx.AsyncClient, ask: Ask, urls: list[dict[str, str]], folder: Path
) -> None:
    photo = data(await ask("{ photos(first: 1, orderBy: NAME_ASC) { nodes { id } } }"))["photos"]["nodes"][0]["id"]
    box = {"x": 0.5, "y": 0.25, "width": 0.02, "height": 0.02}
    add = "mutation($p: ID!, $b: BoxInput!) { addFace(photo: $p, box: $b) { thumbnail } }"
    face = data(await ask(add, p=photo, b=box))["addFace"]["thumbnail"]
    await client.get(urls[0]["large"])
    folder.rename(folder.with_name("away"))
    coarse = await client.get(face)
    assert (coarse.status_code, coarse.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in coarse.headers
    folder.with_name("away").rename(folder)
    fine = await client.get(face)
    assert opened(fine.content).width > opened(coarse.content).width
    assert "immutable" in fine.headers["cache-control"] and "etag" in fine.headers


class Disk:
    """Opens what it is asked for once it answers."""

    def __init__(self) -> None:
        self.asked, self.answers = threading.Semaphore(0), threading.Event()
        self.opened = 0  # files

    def open(self, root: bytes, relative: bytes, *, follow_symlinks: bool = False) -> int:
        self.asked.release()
        self.answers.wait(PATIENCE)
        descriptor = open_inside(root, relative, follow_symlinks=follow_symlinks)
        self.opened += 1
        return descriptor


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk()
    monkeypatch.setattr("photos_graph.library.openers.open_inside", disk.open)
    yield disk
    disk.answers.set()


async def test_a_disk_that_does_not_answer_holds_up_nothing_else(
    client: httpx.AsyncClient, urls: list[dict[str, str]], disk: Disk
) -> None:
    waiting = [asyncio.create_task(client.get(url["original"])) for url in urls * 10]
    await asyncio.to_thread(disk.asked.acquire)
    await asyncio.sleep(0.5)
    async with asyncio.timeout(PATIENCE):
        await asyncio.to_thread(int)
    disk.answers.set()
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}


async def test_what_a_slow_disk_opens_for_a_client_that_is_gone_is_closed(
    client: httpx.AsyncClient, urls: list[dict[str, str]], folder: Path, disk: Disk
) -> None:
    host, port = client.base_url.host, client.base_url.port
    _, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET {urls[0]['large']} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    await asyncio.to_thread(disk.asked.acquire)
    writer.close()
    await asyncio.sleep(0.5)
    disk.answers.set()
    await until(lambda: disk.opened)
    await until(lambda: not [link for link in open_files() if link.is_relative_to(folder)])


def open_files() -> Iterator[Path]:
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            yield descriptor.readlink()


async def test_a_face_is_cut_out_and_its_address_is_signed(
    client: httpx.AsyncClient, ask: Ask, urls: list[dict[str, str]], app: Starlette
) -> None:
    photo = data(await ask("{ photos(first: 1, orderBy: NAME_ASC) { nodes { id } } }"))["photos"]["nodes"][0]["id"]
    box = {"x": 0.5, "y": 0.25, "width": 0.1, "height": 0.1}
    add = "mutation($p: ID!, $b: BoxInput!) { addFace(photo: $p, box: $b) { thumbnail webp: thumbnail(format: WEBP) } }"
    face = data(await ask(add, p=photo, b=box))["addFace"]
    bare = httpx.AsyncClient(base_url=client.base_url)
    async with bare:
        made = await bare.get(face["thumbnail"])
        assert (made.status_code, made.headers["content-type"]) == (200, "image/jpeg")
        assert "Accept" in made.headers["vary"].split(", ")
        assert opened(made.content).size == (256, 256)
        assert "immutable" in made.headers["cache-control"]
        again = await bare.get(face["thumbnail"], headers={"If-None-Match": made.headers["etag"]})
        assert again.status_code == 304
        assert (await bare.get(face["webp"])).headers["content-type"] == "image/webp"
        assert (await bare.get(face["thumbnail"], headers={"Accept": "image/avif"})).headers[
            "content-type"
        ] == "image/avif"
        cut = face["thumbnail"].partition("face-")[2][:16]
        assert (await bare.get(face["thumbnail"].replace(cut, "0" * 16))).status_code == 403
        assert (await bare.get(face["thumbnail"].replace("face-", "large-"))).status_code == 403
        keys = load_or_make(app.state.services.settings).keys()
        addresses = MediaAddresses(keys, parse_qs(urlsplit(face["thumbnail"]).query)["g"][0], 30)
        unknown = addresses.thumbnail("f" * 32, FaceCut(0, 0, 9, 9), ThumbnailFormat.JPEG)
        assert (await bare.get(unknown)).status_code == 404
        rubbish = addresses._address("f" * 32, "face-12.jpeg")
        assert (await bare.get(rubbish)).status_code == 404
