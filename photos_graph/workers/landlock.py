"""Landlock, by which Linux lets a process give up access to files and to other processes for good."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Mapping
from enum import IntFlag

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # on every architecture that Python runs on
_VERSION_ONLY = 1  # LANDLOCK_CREATE_RULESET_VERSION
_PATH_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
_RULE = struct.Struct("=Qi")  # struct landlock_path_beneath_attr

# What each version of the interface can refuse. Whatever is refused is listed, and then allowed for some paths.
_FILES = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # LANDLOCK_ACCESS_FS_...
_NETWORK = {4: 0b11}  # TCP: to bind and to connect
_SCOPES = {6: 0b11}  # abstract Unix sockets and signals of processes outside


class Readable(IntFlag):
    """What can be allowed. Nothing else ever is."""

    FILES = 1 << 2
    NAMES = 1 << 3


def version() -> int:
    """Returns the version of the interface, or 0 if the kernel has none or it is turned off."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_ONLY))))


def restrict(allowed: Mapping[bytes, Readable]) -> None:
    """Allows this thread, and those that it starts, to read below the paths that are ``allowed``, and nothing else of
    what the kernel can refuse. Paths that do not exist are passed over.

    Raises OSError. The process must have given up new privileges first.
    """
    now = version()
    handled = [sum(bits for since, bits in kind.items() if since <= now) for kind in (_FILES, _NETWORK, _SCOPES)]
    size = 8 if now < 4 else 16 if now < 6 else 24
    attributes = struct.pack("=QQQ", *handled)
    ruleset = _checked(_CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        for path, reading in allowed.items():
            _allow(ruleset, path, reading)
        _checked(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: bytes, reading: Readable) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        for some in _as_far_as_they_fit(reading):
            try:
                _checked(_ADD_RULE, ctypes.c_int(ruleset), _PATH_BENEATH, _RULE.pack(some, place), ctypes.c_uint32(0))
                return
            except OSError as error:
                refused = error
        raise refused
    finally:
        os.close(place)


def _as_far_as_they_fit(reading: Readable) -> Iterable[Readable]:
    """Yields the rights for a folder, and those for a file, which has no names to read."""
    yield reading
    if reading & Readable.FILES:
        yield Readable.FILES


def _checked(number: int, *arguments: object) -> int:
    result = int(_syscall(number, *arguments))
    if result < 0:
        failed = ctypes.get_errno()
        raise OSError(failed, os.strerror(failed))
    return result


def _syscall(number: int, *arguments: object) -> int:
    function = ctypes.CDLL(None, use_errno=True).syscall
    function.restype = ctypes.c_long
    return int(function(ctypes.c_long(number), *arguments))
