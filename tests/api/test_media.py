"""Pictures over a real server, from real files."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import anyio
import httpx
import pytest

from photos_graph.errors import Busy, NotFound, Unreadable
from photos_graph.images.renditions import Rendition
from photos_graph.images.sealing import sealed
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.services.media import OpenOriginal
from photos_graph.settings import WebSettings
from photos_graph.web.app import build_app
from tests.kit.access import addresses_for, known
from tests.kit.server import serving
from tests.kit.waiting import PATIENCE

OWNER = "t" * 20
ACCESS = known(owner=OWNER)
ADDRESSES = addresses_for(ACCESS, OWNER)
BYTES = bytes(range(256)) * 40
HASH = "a" * 64
FINISHED, LIVE, BROKEN, BUSY, UNMADE = "f" * 32, "1" * 32, "b" * 32, "0" * 32, "5" * 32
PREVIEW = b"a preview"

pytestmark = pytest.mark.anyio


class Shelf:
    """Serves one picture; some ids stand for pictures that are being made or cannot be."""

    def __init__(self, path: Path) -> None:
        self.path = path  # of the cached picture, and beside it the original
        self.original_path = path.with_name("original")
        self.opened: list[int] = []

    def cached(self, photo_id: str, size: ThumbnailSize, format: ThumbnailFormat) -> Rendition | None:
        if photo_id == FINISHED:
            return Rendition(f"image/{format.lower()}", path=self.path)
        return None

    async def thumbnail(self, photo_id: str, size: ThumbnailSize, format: ThumbnailFormat) -> Rendition:
        if photo_id in (LIVE, BROKEN, UNMADE):
            return Rendition(f"image/{format.lower()}", chunks=self._chunks(photo_id == BROKEN))
        if photo_id == BUSY:
            raise Busy("Too much at once.", retry_after=7)
        raise NotFound("There is no such photo.")

    async def stand_in(self, photo_id: str, size: ThumbnailSize, format: ThumbnailFormat) -> Rendition | None:
        if photo_id != UNMADE:
            return None
        return Rendition(f"image/{format.lower()}", chunks=self._preview(), lasting=False)

    async def _preview(self) -> AsyncGenerator[bytes]:
        yield PREVIEW

    async def original(self, named: str) -> OpenOriginal:
        descriptor = os.open(self.original_path, os.O_RDONLY)
        self.opened.append(descriptor)
        return OpenOriginal(descriptor, 'a"b\r\nü.jpg', len(BYTES), 0, "image/jpeg", '"hash"', True)

    async def _chunks(self, broken: bool) -> AsyncGenerator[bytes]:
        yield BYTES[:5000]
        if broken:
            raise Unreadable("It ends too early.")
        yield BYTES[5000:]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    path = tmp_path / "picture"
    path.write_bytes(sealed(BYTES))
    shelf = Shelf(path)
    shelf.original_path.write_bytes(BYTES)
    return shelf


@pytest.fixture
async def client(shelf: Shelf) -> AsyncIterator[httpx.AsyncClient]:
    app = build_app([], settings=WebSettings(), access=ACCESS)
    app.state.services = SimpleNamespace(media=shelf)
    async with serving(app) as client:
        yield client


def small(photo_id: str, format: ThumbnailFormat = ThumbnailFormat.JPEG) -> str:
    return ADDRESSES.thumbnail(photo_id, ThumbnailSize.SMALL, format)


@pytest.mark.parametrize("photo_id", [FINISHED, LIVE])
async def test_a_signed_picture_needs_no_token_and_may_be_kept(client: httpx.AsyncClient, photo_id: str) -> None:
    answer = await client.get(small(photo_id))
    assert (answer.status_code, answer.content) == (200, BYTES)
    assert "immutable" in answer.headers["cache-control"]


async def test_a_signature_opens_no_other_picture(client: httpx.AsyncClient) -> None:
    assert (await client.get(small(FINISHED).replace("small", "large"))).status_code == 403
    assert (await client.get(small(FINISHED).partition("?")[0])).status_code == 403


async def test_auto_follows_accept(client: httpx.AsyncClient) -> None:
    answer = await client.get(small(FINISHED, ThumbnailFormat.AUTO), headers={"Accept": "image/avif;q=0, image/webp"})
    assert answer.headers["content-type"] == "image/webp"
    assert "Accept" in answer.headers["vary"].split(", ")


async def test_what_the_client_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    etag = (await client.get(small(FINISHED))).headers["etag"]
    answer = await client.get(small(FINISHED), headers={"If-None-Match": f'"other", {etag}'})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_a_cached_picture_that_the_kernel_has_to_read_first_is_whole(
    client: httpx.AsyncClient, shelf: Shelf
) -> None:
    with shelf.path.open("rb") as file:
        os.fsync(file.fileno())  # only what is on the disk can be dropped from memory
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    for _ in range(2):
        assert (await client.get(small(FINISHED))).content == BYTES
    shelf.path.write_bytes(sealed(BYTES)[:5000])
    assert (await client.get(small(FINISHED))).status_code == 404, "a damaged picture is not served, but made again"


async def test_head_does_not_call_a_picture_empty(client: httpx.AsyncClient) -> None:
    answer = await client.head(small(LIVE))
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, str(len(BYTES)), b"")


async def test_a_stand_in_is_not_kept_and_is_not_sent_to_who_waits(client: httpx.AsyncClient) -> None:
    address = ADDRESSES.thumbnail(UNMADE, ThumbnailSize.SMALL, ThumbnailFormat.AUTO)
    answer = await client.get(address)
    assert (answer.status_code, answer.content) == (203, PREVIEW)
    assert answer.headers["cache-control"] == "no-store" and "etag" not in answer.headers
    for made in (await client.get(address + "&wait=1"), await client.head(address)):
        assert made.status_code == 200 and "immutable" in made.headers["cache-control"] and "etag" in made.headers
    assert (await client.get(address + "&wait=1")).content == BYTES


async def test_a_full_queue_says_when_to_come_back(client: httpx.AsyncClient) -> None:
    answer = await client.get(small(BUSY))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert answer.headers["cache-control"] == "no-store"


async def test_an_unknown_photo_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get(small("9" * 32))).status_code == 404


async def test_a_picture_that_breaks_under_way_is_cut_off(client: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get(small(BROKEN))


async def test_an_original_is_served_in_ranges_and_cannot_run(client: httpx.AsyncClient) -> None:
    answer = await client.get(ADDRESSES.original(FINISHED, HASH), headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.content) == (206, BYTES[10:20])
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''a_b_x0d_x0a%C3%BC.jpg"


@pytest.mark.parametrize("given", ["items=0-9", "bytes", "bytes=a-b", "bytes=5-2", "bytes=-"])
async def test_what_is_no_range_of_bytes_is_passed_over(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get(ADDRESSES.original(FINISHED, HASH), headers={"Range": given})
    assert (answer.status_code, answer.content) == (200, BYTES)


async def test_head_has_no_ranges(client: httpx.AsyncClient) -> None:
    answer = await client.head(ADDRESSES.original(FINISHED, HASH), headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.headers["content-length"]) == (200, str(len(BYTES)))


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=999999-"}, {"If-None-Match": '"hash"'}])
async def test_an_original_is_closed_on_every_way_out(
    client: httpx.AsyncClient, shelf: Shelf, headers: dict[str, str]
) -> None:
    await client.get(ADDRESSES.original(FINISHED, HASH), headers=headers)
    # The client has the last byte a moment before the server is done with the file.
    with anyio.fail_after(PATIENCE):
        while is_open(shelf.opened[0], shelf.original_path):
            await anyio.sleep(0.01)


def is_open(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False
