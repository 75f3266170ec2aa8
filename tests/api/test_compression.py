"""Answers are compressed for clients that accept it, and their headers stay true. Pictures are left alone."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Callable, Mapping

import brotli
import httpx
import pytest
import zstandard
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from photos_graph.web.compression import Compression

pytestmark = pytest.mark.anyio

BODY = b'{"data": "a photo"}' * 100
MEDIA_TYPES = {
    "json": "application/json",
    "graphql": "application/graphql-response+json",
    "script": "text/javascript",
}

UNPACKED: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": lambda data: zstandard.ZstdDecompressor().decompress(data),
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}


async def _content(request: Request) -> Response:
    kind = request.path_params["kind"]
    if kind == "file":
        return FileResponse(__file__, media_type="text/javascript")
    if kind == "error":
        return Response(BODY[:50], 404, media_type="application/json")
    media_type = MEDIA_TYPES.get(kind, "image/bmp")
    headers = {"etag": '"v1"', "accept-ranges": "bytes", "vary": "Origin"}
    return Response(BODY, headers=headers, media_type=media_type)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    routes = [Route("/{kind}", _content), Route("/media/{kind}", _content)]
    app = Starlette(routes=routes, middleware=[Middleware(Compression)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        yield client


async def _raw(client: httpx.AsyncClient, path: str, accepted: str) -> tuple[httpx.Headers, bytes]:
    async with client.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
        return answer.headers, b"".join([chunk async for chunk in answer.aiter_raw()])


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [("gzip, deflate, br, zstd", "zstd"), ("gzip, br", "br"), ("gzip", "gzip"), ("zstd;q=0, gzip", "gzip")],
)
@pytest.mark.parametrize("path", ["/json", "/graphql", "/script"])
async def test_texts_are_compressed(client: httpx.AsyncClient, path: str, accepted: str, expected: str) -> None:
    headers, data = await _raw(client, path, accepted)
    assert headers["content-encoding"] == expected
    assert UNPACKED[expected](data) == BODY
    assert int(headers["content-length"]) == len(data) < len(BODY) / 5
    assert headers["vary"] == "Origin, Accept-Encoding"
    assert headers["etag"] == 'W/"v1"' and "accept-ranges" not in headers


@pytest.mark.parametrize("accepted", ["identity", "deflate", "gzip;q=0"])
async def test_a_client_that_accepts_nothing_gets_the_bytes(client: httpx.AsyncClient, accepted: str) -> None:
    headers, data = await _raw(client, "/json", accepted)
    assert data == BODY and "content-encoding" not in headers
    assert (headers["etag"], headers["vary"]) == ('"v1"', "Origin, Accept-Encoding")


@pytest.mark.parametrize("path", ["/media/json", "/media/picture", "/error"])
async def test_pictures_and_short_answers_are_left_alone(client: httpx.AsyncClient, path: str) -> None:
    headers, _ = await _raw(client, path, "gzip, br, zstd")
    assert "content-encoding" not in headers
    assert headers.get("etag", '"v1"') == '"v1"' and headers.get("vary", "Origin") == "Origin"


@pytest.mark.parametrize("path", ["/json", "/file"])
async def test_a_head_claims_no_other_length_than_a_get_has(client: httpx.AsyncClient, path: str) -> None:
    got, _ = await _raw(client, path, "zstd")
    headers = (await client.head(path, headers={"Accept-Encoding": "zstd"})).headers
    assert headers.get("content-length", got.get("content-length")) == got.get("content-length")
    assert "Accept-Encoding" in headers["vary"]


async def test_ranges_are_those_of_the_file(client: httpx.AsyncClient) -> None:
    answer = await client.get("/file", headers={"Accept-Encoding": "zstd", "Range": "bytes=0-9"})
    assert answer.status_code == 206 and "content-encoding" not in answer.headers
    assert len(answer.content) == 10
