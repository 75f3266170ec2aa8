"""Serves pictures over HTTP. The signature is checked before anything else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import aiofiles
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from photos_graph.access.credentials import Access
from photos_graph.access.roles import may_open_originals
from photos_graph.errors import Forbidden, NotFound, PhotosGraphError
from photos_graph.images.renditions import Rendition
from photos_graph.images.sealing import checked
from photos_graph.images.sizes import FaceCut, RenditionSize
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.monitoring import Metrics
from photos_graph.paths import portable_name
from photos_graph.services.media import Media, OpenOriginal
from photos_graph.web.negotiation import chosen
from photos_graph.web.pages.problem_page import error_response
from photos_graph.web.state import media_of, services_of
from photos_graph.web.urls import FILES, MOTION, ORIGINAL, check_address

T = TypeVar("T")

_RANGE = re.compile(r"\s*([0-9]{0,18})-([0-9]{0,18})\s*")

# The content at an address never changes, because the address names the look, or the bytes, of the photo.
IMMUTABLE = "private, max-age=31536000, immutable"
CHECKED = "private, no-cache"
STAND_IN = 203  # the status of a stand-in, which scripts can see of a picture (decision 0064)
WAIT = "wait"  # in the query of an address: no stand-in
# A browser must not run what an original contains.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def routes(access: Access, metrics: Metrics, viewer_originals: bool = False) -> list[Route]:
    """``viewer_originals``: whether the addresses of originals that viewers have work."""

    async def media(request: Request) -> Response:
        named, what = request.path_params["named"], request.path_params["what"]
        try:
            token = check_address(access, named, what, request.query_params)
            if what in FILES and not may_open_originals(token.role, viewer_originals):
                raise Forbidden("This address was made for a viewer, and viewers get no originals here.")
            if token.scope is None:
                return await _picture(request, metrics, named, what)
            if not services_of(request).shows(token.scope, named.partition("-")[0]):
                raise NotFound("There is no such photo.")
            found = await _picture(request, metrics, named, what)
            if found.headers.get("cache-control") == IMMUTABLE:  # it may be taken away from this viewer
                found.headers["cache-control"] = CHECKED
            return found
        except PhotosGraphError as error:
            return error_response(request.scope, error)

    return [Route("/media/{named}/{what}", media, methods=["GET", "HEAD"])]


async def _picture(request: Request, metrics: Metrics, named: str, what: str) -> Response:
    media = media_of(request)
    if what in FILES:
        metrics.note_media(what, "none")
    if what == ORIGINAL:
        return await _original(request, await media.original(named))
    if what == MOTION:
        return await _original(request, await media.motion(named))
    size, format_ = _parsed(what)
    note = partial(metrics.note_media, "face" if isinstance(size, FaceCut) else size.lower())
    return await _thumbnail(request, media, named, size, format_, note)


async def _thumbnail(
    request: Request,
    media: Media,
    named: str,
    size: RenditionSize,
    format_: ThumbnailFormat,
    note: Callable[[str], None],
) -> Response:
    """``note`` is told whether the picture was known to the client, or in the cache."""
    headers = {"cache-control": IMMUTABLE, "content-security-policy": SANDBOX}
    if format_ is ThumbnailFormat.AUTO:
        format_ = chosen(request.headers.get("accept"))
        headers["vary"] = "Accept"
    headers["etag"] = f'"{named}-{str(size).lower()}-{format_.lower()}"'
    if _is_known(request, headers["etag"]):
        note("known")
        return Response(status_code=304, headers=headers)
    if rendition := media.cached(named, size, format_):
        with contextlib.suppress(FileNotFoundError):  # the file may have been evicted from the cache, or is damaged
            content = await _read(rendition)
            note("hit")
            return Response(content, headers=headers, media_type=rendition.media_type)
    note("miss")
    rendition, status = None, STAND_IN
    if request.method == "GET" and WAIT not in request.query_params:
        rendition = await _while_wanted(request, media.stand_in(named, size, format_))
    if rendition is None:
        rendition, status = await _while_wanted(request, media.thumbnail(named, size, format_)), 200
    if not rendition.lasting:
        headers["cache-control"] = "no-store"
        del headers["etag"]
    chunks = _chunks(rendition)
    if (
        request.method == "HEAD"
    ):  # the length is known only when the picture is complete; the GET that follows finds it cached
        body = b"".join([chunk async for chunk in chunks])
        return Response(body, headers=headers, media_type=rendition.media_type)
    return StreamingResponse(chunks, status, headers, rendition.media_type)


async def _while_wanted(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Returns the result of ``work``, which is cancelled if the client disconnects first. Raises ClientDisconnect."""
    working, leaving = asyncio.create_task(work), asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _chunks(rendition: Rendition) -> AsyncIterator[bytes]:
    """Yields the picture, and stops the work if the client disconnects. An error after the first bytes closes the
    connection, so that no client takes an incomplete picture for a complete one."""
    try:
        if rendition.chunks is None:
            yield await _read(rendition)
        else:
            async for chunk in rendition.chunks:
                yield chunk
    finally:
        await rendition.aclose()


async def _read(rendition: Rendition) -> bytes:
    """Returns the bytes of a rendition that is on disk. Raises FileNotFoundError if the file is gone or damaged."""
    path = rendition.path or Path()
    if (content := _read_from_memory(path)) is None:
        async with aiofiles.open(path, "rb") as file:
            content = bytes(await file.read())
    return checked(content, path)


def _read_from_memory(path: Path) -> bytes | None:
    """Returns the file if the kernel has it in memory, since switching to a thread and back would take longer than the
    rest of the answer. Returns None if the disk would have to be read, or if the system cannot tell."""
    if sys.platform != "linux":
        return None
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # its status was just read, so this does not wait
    try:
        data = bytearray(os.fstat(descriptor).st_size)
        return bytes(data) if os.preadv(descriptor, [data], 0, os.RWF_NOWAIT) == len(data) else None
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _parsed(what: str) -> tuple[RenditionSize, ThumbnailFormat]:
    size, _, format_ = what.upper().partition(".")
    try:
        parsed = FaceCut.parse(size) if size.startswith("FACE") else ThumbnailSize(size)
        return parsed, ThumbnailFormat(format_)
    except ValueError:
        raise NotFound("There is no such size or format.") from None


async def _original(request: Request, original: OpenOriginal) -> Response:
    headers = {
        "cache-control": IMMUTABLE if original.lasting else CHECKED,
        "content-security-policy": SANDBOX,
        "content-disposition": f"inline; filename*=UTF-8''{quote(portable_name(original.name), safe='')}",
        "etag": original.etag,
        "last-modified": formatdate(original.mtime_ns // 10**9, usegmt=True),
    }
    if _is_known(request, original.etag):
        os.close(original.descriptor)
        return Response(status_code=304, headers=headers)
    return _OriginalResponse(original, headers)


class _OriginalResponse(FileResponse):
    """Serves an original by its descriptor, so that exactly the checked file is sent even if its path changes. The
    descriptor is always closed, also after an invalid range or a disconnect."""

    def __init__(self, original: OpenOriginal, headers: Mapping[str, str]) -> None:
        self._descriptor = original.descriptor
        super().__init__(
            f"/dev/fd/{original.descriptor}",
            headers=headers,
            media_type=original.media_type,
            stat_result=os.fstat(original.descriptor),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET" or not _is_range(Headers(scope=scope).get("range", "")):
            scope = {**scope, "headers": [each for each in scope["headers"] if each[0] != b"range"]}
        try:
            await super().__call__(scope, receive, send)
        finally:
            os.close(self._descriptor)


def _is_range(given: str) -> bool:
    """Returns whether the header is a valid range of bytes. Other headers must be ignored (RFC 9110, section 14.2)."""
    unit, _, ranges = given.partition("=")
    if unit.strip().lower() != "bytes":
        return False
    for each in ranges.split(","):
        match = _RANGE.fullmatch(each)
        if not match or not any(match.groups()) or (all(match.groups()) and int(match[1]) > int(match[2])):
            return False
    return True


def _is_known(request: Request, etag: str) -> bool:
    given = request.headers.get("if-none-match", "")
    return given.strip() == "*" or etag in (each.strip().removeprefix("W/") for each in given.split(","))
