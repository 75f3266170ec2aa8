"""Every error that this project raises on purpose.

    PhotosGraphError             code INTERNAL
    ├── BadInput                 BAD_INPUT        the request makes no sense; the message says what would
    │   └── BadSettings          BAD_INPUT        a setting, option or folder that cannot be used
    ├── RefusedQuery             INTERNAL         the graph engine refused a query
    ├── DamagedGraph             INTERNAL         the graph engine has lost what it held
    ├── NotFound                 NOT_FOUND        what was named is not there, or not for this viewer
    ├── Conflict                 CONFLICT         the request is valid, but something is in its way
    ├── Unauthenticated          UNAUTHENTICATED  no token, or an unknown one
    │   └── TooManyAttempts      TOO_MANY_ATTEMPTS  wrong tokens from one address; carries seconds to wait
    ├── Forbidden                FORBIDDEN        a known viewer whose role does not suffice
    ├── TooComplex               TOO_COMPLEX      a request that exceeds a limit
    ├── NotPersisted             PERSISTED_QUERY_NOT_FOUND      send the text of the document once
    │   └── PersistingIsOff      PERSISTED_QUERY_NOT_SUPPORTED  send the text of the document always
    ├── Unavailable              UNAVAILABLE      try again later
    │   ├── EngineUnavailable                     the graph does not answer, or nothing can be written to its disk
    │   │   └── UnknownOutcome   UNKNOWN_OUTCOME  it stopped answering during a commit, which may have taken place
    │   ├── LowDisk                               too little room for something that can wait
    │   ├── RootOffline                           the folder of originals is not mounted
    │   ├── ModelUnavailable                      the weights or a library of a model are missing
    │   ├── TimedOut                              an operation took too long
    │   └── Busy                                  a queue is full; carries seconds to wait
    └── Unreadable               INTERNAL         an original that cannot be read; never ends a job
        ├── Unsupported                           no decoder for it is installed
        ├── OverLimit                             more pixels, bytes, memory or seconds than allowed
        ├── StillWritten                          it changed while it was read; to be read again soon
        └── KilledWorker                          the process that opened it died

Clients see ``code`` in ``extensions.code``, and beside it which argument gave what the error is ``about``, and the
``candidates`` of an ambiguous name. ``public_message`` is safe to show. Any other error is masked at the edge and
logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from photos_graph.shown import harmless


@dataclass(frozen=True, slots=True)
class Candidate:
    """An object that an ambiguous name may mean, for example a Tag with its id and its path as the ``label``."""

    kind: str
    id: str
    label: str


class PhotosGraphError(Exception):
    """``about`` is the value in a request that is to blame, such as an id or a name, if there is one."""

    code: ClassVar[str] = "INTERNAL"

    def __init__(
        self, public_message: str, *, about: str | int | None = None, candidates: Sequence[Candidate] = ()
    ) -> None:
        self.public_message = harmless(public_message, lines=True)
        super().__init__(self.public_message)
        self.about = about
        self.candidates = candidates


class BadInput(PhotosGraphError):
    code = "BAD_INPUT"


class BadSettings(BadInput):
    pass


class RefusedQuery(PhotosGraphError):
    pass


class DamagedGraph(PhotosGraphError):
    """The message gives the reason."""


class NotFound(PhotosGraphError):
    code = "NOT_FOUND"


class Conflict(PhotosGraphError):
    """``in_the_way`` is the kind and the id of the object that is in the way, for example ("Person", "4f...")."""

    code = "CONFLICT"

    def __init__(
        self, public_message: str, in_the_way: tuple[str, str] | None = None, *, about: str | None = None
    ) -> None:
        super().__init__(public_message, about=about)
        self.in_the_way = in_the_way


class Unauthenticated(PhotosGraphError):
    code = "UNAUTHENTICATED"


class TooManyAttempts(Unauthenticated):
    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, public_message: str, retry_after: int) -> None:
        super().__init__(public_message)
        self.retry_after = retry_after  # seconds


class Forbidden(PhotosGraphError):
    code = "FORBIDDEN"


class TooComplex(PhotosGraphError):
    code = "TOO_COMPLEX"


class NotPersisted(PhotosGraphError):
    """The code and the message are those of Apollo's protocol, by which clients know what to do."""

    code = "PERSISTED_QUERY_NOT_FOUND"

    def __init__(self, public_message: str = "PersistedQueryNotFound") -> None:
        super().__init__(public_message)


class PersistingIsOff(NotPersisted):
    code = "PERSISTED_QUERY_NOT_SUPPORTED"

    def __init__(self, public_message: str = "PersistedQueryNotSupported") -> None:
        super().__init__(public_message)


class Unavailable(PhotosGraphError):
    code = "UNAVAILABLE"


class EngineUnavailable(Unavailable):
    pass


class UnknownOutcome(EngineUnavailable):
    """``request_id`` is that of the mutation, if it is known where the error is raised."""

    code = "UNKNOWN_OUTCOME"

    def __init__(self, public_message: str, request_id: str | None = None) -> None:
        super().__init__(public_message)
        self.request_id = request_id


class LowDisk(Unavailable):
    pass


class RootOffline(Unavailable):
    pass


class ModelUnavailable(Unavailable):
    pass


class TimedOut(Unavailable):
    pass


class Busy(Unavailable):
    def __init__(self, public_message: str, retry_after: int) -> None:
        super().__init__(public_message)
        self.retry_after = retry_after  # seconds


class Unreadable(PhotosGraphError):
    """``stage`` names the step that failed, such as read, metadata or decode."""

    def __init__(self, public_message: str, stage: str = "decode") -> None:
        super().__init__(public_message)
        self.stage = stage


class Unsupported(Unreadable):
    pass


class OverLimit(Unreadable):
    pass


class StillWritten(Unreadable):
    pass


class KilledWorker(Unreadable):
    pass
