"""Memory of the process itself."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from collections.abc import Iterator


def give_back() -> None:
    """To the system, what was freed: glibc keeps it, a third of the process after a million rows were read. Other
    libraries of C do so by themselves, or have no way to."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def settle() -> None:
    """What there is now stays: the collector looks at new objects alone, and no longer holds a request up for a tenth
    of a second to find that the index is still in use."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    give_back()


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """While a million rows are read, none of them garbage, which the collector would look for among them again and
    again: a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
