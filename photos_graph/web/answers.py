"""Converts errors to HTTP answers with a status, the JSON shape of GraphQL's errors, and the time to try again."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

from photos_graph import errors
from photos_graph.logs import request_id

STATUSES: tuple[tuple[type[errors.PhotosGraphError], int], ...] = (
    (errors.BadInput, 400),
    (errors.TooManyAttempts, 429),
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.TooComplex, 413),
    (errors.Unsupported, 415),
    (errors.Unreadable, 422),
    (errors.NotPersisted, 200),  # the answer of Apollo's server: the client asks again with the text
    (errors.TimedOut, 504),
    (errors.UnknownOutcome, 504),  # not 503, after which programs try again by themselves
    (errors.Unavailable, 503),
)
RETRY_SECONDS = 5  # for errors that do not state a time
MASK = "Something went wrong. The log of the service has the details."


def error_answer(error: errors.PhotosGraphError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    status = status_of(error)
    more = {"cache-control": "no-store", **(headers or {})}
    if status in (429, 503):
        timed = error if isinstance(error, errors.Busy | errors.TooManyAttempts) else None
        more["retry-after"] = str(timed.retry_after if timed else RETRY_SECONDS)
    if status == 401:
        more["www-authenticate"] = 'Bearer realm="photos-graph"'
    extensions = masked_extensions() if error.code == errors.PhotosGraphError.code else {"code": error.code}
    body = {"errors": [{"message": error.public_message, "extensions": extensions}]}
    return JSONResponse(body, status, more)


def status_of(error: errors.PhotosGraphError) -> int:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def masked_extensions() -> dict[str, object]:
    """Returns what is said of an unforeseen error: the id of the request, by which it is found in the log."""
    id_ = request_id()
    return {"code": errors.PhotosGraphError.code, **({"requestId": id_} if id_ is not None else {})}
