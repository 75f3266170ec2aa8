"""The system call ``openat2`` of Linux, by which the kernel keeps a whole path below a folder while it opens it."""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import struct
import sys

NO_MAGIC_LINKS, NO_SYMLINKS, BENEATH = 0x02, 0x04, 0x08  # RESOLVE_...

_NUMBER = 437  # on every architecture that Python runs on
_HOW = struct.Struct("QQQ")  # struct open_how: flags, mode, resolve
_TRIES = 64  # the kernel gives up with EAGAIN if anything is renamed meanwhile


def open_beneath(folder: int, path: bytes, flags: int, *, follow_symlinks: bool) -> int:
    """Opens a path below the folder behind a descriptor, and returns a descriptor.

    The path may not leave the folder, and links are followed only if this is asked for. Raises OSError: with EXDEV if
    it leads out, with ELOOP if it leads through a link that is not followed.
    """
    resolve = BENEATH | NO_MAGIC_LINKS | (0 if follow_symlinks else NO_SYMLINKS)
    how = _HOW.pack(flags | os.O_CLOEXEC, 0, resolve)
    failed = errno.EAGAIN
    for _ in range(_TRIES):
        descriptor = int(_syscall()(_NUMBER, folder, path, how, _HOW.size))
        if descriptor >= 0:
            return descriptor
        failed = ctypes.get_errno()
        if failed not in (errno.EAGAIN, errno.EINTR):
            break
    raise OSError(failed, os.strerror(failed))


@functools.cache
def is_available() -> bool:
    """Returns whether the kernel has the call, and whether nothing, such as an old container runtime, forbids it."""
    if sys.platform != "linux":
        return False
    try:
        root = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.close(open_beneath(root, b".", os.O_RDONLY | os.O_DIRECTORY, follow_symlinks=False))
        finally:
            os.close(root)
    except OSError:
        return False
    return True


@functools.cache
def _syscall() -> ctypes._NamedFuncPointer:
    function = ctypes.CDLL(None, use_errno=True).syscall
    function.restype = ctypes.c_long
    function.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t)
    return function
