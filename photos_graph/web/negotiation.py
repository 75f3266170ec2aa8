"""Chooses the format of an answer by the Accept header of the client (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from photos_graph.model.images import ThumbnailFormat

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
EVENTS = "text/event-stream"

_OFFERED = (  # the smallest first
    (ThumbnailFormat.AVIF, "image/avif"),
    (ThumbnailFormat.WEBP, "image/webp"),
    (ThumbnailFormat.JPEG, "image/jpeg"),
)


def chosen(accept: str | None) -> ThumbnailFormat:
    """Returns the format. AVIF and WebP are sent only to clients that name them, because many that accept ``*/*``
    cannot display them.

    The format is JPEG if no other format is preferred, even for a client that refuses JPEG, because a picture that may
    be displayed is better than status 406.
    """
    if not accept:
        return ThumbnailFormat.JPEG
    liked = _qualities(accept)
    anything = liked.get("image/*", liked.get("*/*", 0.0))
    best, best_quality = ThumbnailFormat.JPEG, liked.get("image/jpeg", anything)
    for format_, media_type in reversed(_OFFERED[:2]):
        quality = liked.get(media_type, 0.0)
        if quality and quality >= best_quality:
            best, best_quality = format_, quality
    return best


@dataclass(frozen=True, slots=True)
class Answers:
    """The media type of an answer, and whether it may, or must, be a stream of events."""

    media_type: str
    may_stream: bool
    must_stream: bool


def answers(accept: str | None) -> Answers:
    """Returns how GraphQL answers. Without a preference it is JSON, which every client can read."""
    liked = _qualities(accept or "*/*")
    plain = max(liked.get(each, 0.0) for each in (JSON, "application/*", "*/*"))
    ours, events = liked.get(GRAPHQL_JSON, 0.0), liked.get(EVENTS, 0.0)
    return Answers(
        media_type=GRAPHQL_JSON if ours and ours >= plain else JSON,
        may_stream=events > 0,
        must_stream=events > 0 and not ours and not plain,
    )


def wants_html(scope: Scope) -> bool:
    """Returns whether the request comes from a browser that displays a page, and not from a program."""
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and _accepts_html(Headers(scope=scope))


def displays_pages(scope: Scope) -> bool:
    """Returns whether a browser displays what is answered, to a request for a page or to a form."""
    headers = Headers(scope=scope)
    is_form = scope["type"] == "http" and headers.get("sec-fetch-dest") == "document" and _accepts_html(headers)
    return wants_html(scope) or is_form


def _accepts_html(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "").lower()


def _qualities(accept: str) -> dict[str, float]:
    found = {}
    for item in accept.split(",")[:50]:
        media_type, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = min(max(float(value), 0.0), 1.0)
                except ValueError:
                    quality = 0.0
        found[media_type] = quality
    return found
