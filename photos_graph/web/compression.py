"""Compresses answers with zstd, Brotli or gzip, whichever the client accepts first in this order.

Pictures and originals are left alone: their formats are compressed already, and parts of originals may be requested by
ranges of bytes. WebSockets are left alone as well.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from photos_graph.web.middleware import MEDIA

LEAST_BYTES = 500  # of an answer that is compressed

add_compress_type("application/graphql-response+json")


class Compression:
    """Keeps the headers right where content is encoded (RFC 9110, sections 8.8.3, 9.3.2 and 12.5.5)."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._compressing = CompressMiddleware(app, minimum_size=LEAST_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(MEDIA):
            await self._plain(scope, receive, send)
            return

        async def with_right_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "content-encoding" in headers:
                    _mark_encoded(headers)
                elif scope["method"] == "HEAD":
                    # Whether a GET would be compressed is not known without its body.
                    del headers["content-length"]
                    headers.add_vary_header("Accept-Encoding")
            await send(message)

        await self._compressing(scope, receive, with_right_headers)


def _mark_encoded(headers: MutableHeaders) -> None:
    """Makes the ETag weak, because the bytes are not those of other encodings, and offers no ranges of them."""
    etag = headers.get("etag", "")
    if etag.startswith('"'):
        headers["etag"] = f"W/{etag}"
    del headers["accept-ranges"]
