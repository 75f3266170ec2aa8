"""Every error that the project raises on purpose.

    PhotosGraphError             code INTERNAL
    ├── BadInput                 BAD_INPUT        what was asked makes no sense; says what would
    │   └── BadSettings          BAD_INPUT        a setting, option or folder that cannot be used
    ├── NotFound                 NOT_FOUND
    ├── Conflict                 CONFLICT         true of the request, but something else is in the way
    ├── Unauthenticated          UNAUTHENTICATED  no token, or one that is not known
    ├── Forbidden                FORBIDDEN        known, but the role does not reach this
    ├── TooComplex               TOO_COMPLEX      a query over one of the limits
    ├── Unavailable              UNAVAILABLE      try again later
    │   ├── EngineUnavailable                     the graph does not answer
    │   ├── RootOffline                           the folder of originals is not mounted
    │   ├── ModelUnavailable                      weights or a library of a model are not here
    │   └── Busy                                  a queue is full; carries seconds to wait
    └── Unreadable               INTERNAL         one original that cannot be read; never ends a job
        ├── Unsupported                           no decoder for it here
        ├── OverLimit                             more pixels, bytes, memory or seconds than allowed
        ├── StillWritten                          it changed while it was read; worth another look soon
        └── KilledWorker                          the process that opened it died

``code`` is what clients see in ``extensions.code``; ``public_message`` is safe to show. Anything that
is not a PhotosGraphError is masked at the edge and logged.
"""

from __future__ import annotations

from typing import ClassVar


class PhotosGraphError(Exception):
    code: ClassVar[str] = "INTERNAL"

    def __init__(self, public_message: str) -> None:
        super().__init__(public_message)
        self.public_message = public_message


class BadInput(PhotosGraphError):
    code = "BAD_INPUT"


class BadSettings(BadInput):
    pass


class NotFound(PhotosGraphError):
    code = "NOT_FOUND"


class Conflict(PhotosGraphError):
    """``in_the_way``: kind and id of what is, where the client may want to go there: ("Person", "4f...")."""

    code = "CONFLICT"

    def __init__(self, public_message: str, in_the_way: tuple[str, str] | None = None) -> None:
        super().__init__(public_message)
        self.in_the_way = in_the_way


class Unauthenticated(PhotosGraphError):
    code = "UNAUTHENTICATED"


class Forbidden(PhotosGraphError):
    code = "FORBIDDEN"


class TooComplex(PhotosGraphError):
    code = "TOO_COMPLEX"


class Unavailable(PhotosGraphError):
    code = "UNAVAILABLE"


class EngineUnavailable(Unavailable):
    pass


class RootOffline(Unavailable):
    pass


class ModelUnavailable(Unavailable):
    pass


class Busy(Unavailable):
    def __init__(self, public_message: str, retry_after: int) -> None:
        super().__init__(public_message)
        self.retry_after = retry_after  # seconds


class Unreadable(PhotosGraphError):
    """``stage`` names the step that failed: read, metadata or decode."""

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
