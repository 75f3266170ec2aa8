"""The one path guard: raw bytes open files, text shows them, and nothing is opened outside its root.

A path on disk is bytes; that is what is stored (as base64) and opened. What people see and what keys are
made of is ``display(raw)``.
"""

from __future__ import annotations

import base64
import errno
import os
import re
import stat
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from photos_graph.errors import BadInput, BadSettings, NotFound, RootOffline, Unreadable, Unsupported

# Controls break terminals and logs; bidirectional marks make "gpj.exe" read as "exe.jpg".
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK the open of a FIFO that took the file's place would wait for a writer for ever.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_LIMIT = 2**63  # the integers of a graph have 64 bits, with their sign


def display(raw: bytes) -> str:
    """The path or name as text: NFC, bytes that are not UTF-8 as ``\\xNN``, harmful characters escaped.

    Two different paths can read the same; ``library.walk`` tells them apart where they are siblings.
    """
    text = raw.decode("utf-8", "backslashreplace")
    if text.isascii() and text.isprintable():
        return text
    return _HARMFUL.sub(_escape, unicodedata.normalize("NFC", text))


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"


def encode_raw(raw: bytes) -> str:
    """Raw bytes as text for storage, since a graph's strings must be Unicode."""
    return base64.b64encode(raw).decode("ascii")


def decode_raw(stored: str) -> bytes:
    return base64.b64decode(stored, validate=True)


def mtime_ns(status: os.stat_result) -> int:
    """When it was modified; a time beyond the year 2262, as a broken clock leaves it, is the last one before."""
    return max(-_LIMIT, min(status.st_mtime_ns, _LIMIT - 1))


def inode(status: os.stat_result) -> int:
    """Pooled and network file systems (mergerfs, SMB) hand out numbers of 64 bits without a sign."""
    return status.st_ino - 2 * _LIMIT if status.st_ino >= _LIMIT else status.st_ino


def inside(root: bytes, path: bytes) -> bool:
    """Whether ``path`` is ``root`` or lies in it, both with their symbolic links resolved."""
    real_root, real_path = os.path.realpath(root), os.path.realpath(path)
    return real_path == real_root or real_path.startswith(real_root.rstrip(b"/") + b"/")


def check_data_dir(data_dir: Path, roots: Iterable[bytes]) -> None:
    """Raises BadSettings when the data directory lies in a root, or a root in it.

    Neither needs to exist yet. Folders are also compared by identity, for bind mounts and file systems
    that ignore case have several paths for one folder.
    """
    data = os.fsencode(data_dir)
    for root in roots:
        if inside(root, data) or _identity(root) in _identities_upwards(data):
            raise BadSettings(f"The data directory {display(data)} lies in the photo folder {display(root)}.")
        if inside(data, root) or _identity(data) in _identities_upwards(root):
            raise BadSettings(f"The photo folder {display(root)} lies in the data directory {display(data)}.")


def check_outside(folder: Path, roots: Iterable[bytes]) -> None:
    """Raises BadInput when ``folder``, which need not exist yet, lies in a root: originals are never written."""
    path = os.fsencode(folder)
    for root in roots:
        if inside(root, path) or _identity(root) in _identities_upwards(path):
            raise BadInput(f"{display(path)} lies in the photo folder {display(root)}, where nothing is ever written.")


def _identity(path: bytes) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116, raw bytes
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _identities_upwards(path: bytes) -> set[tuple[int, int]]:
    at, found = os.path.realpath(path), set()
    while True:
        if identity := _identity(at):
            found.add(identity)
        parent = os.path.dirname(at)  # noqa: PTH120, raw bytes
        if parent == at:
            return found
        at = parent


def open_inside(root: bytes, relative: bytes, *, follow_symlinks: bool = False) -> int:
    """A descriptor of a regular file in ``root``, opened for reading. The caller closes it.

    Every folder on the way is opened from its parent's descriptor and links are refused, so a folder that
    is swapped for a link while we walk cannot lead outside. With ``follow_symlinks`` the path is resolved
    first, must still lie in the root, and is then walked the same way.

    Raises RootOffline when the root cannot be opened, NotFound when the file is not there, Unsupported
    when it is no regular file, and Unreadable (stage ``read``) for everything else.
    """
    _must_be_plain(relative)
    folder, _, name = (_resolved(root, relative) if follow_symlinks else relative).rpartition(b"/")
    parent = open_folder(root, folder)
    try:
        # Asked before opening, since the open itself can have effects on a device.
        _must_be_regular(os.stat(name, dir_fd=parent, follow_symlinks=False), relative)
        descriptor = os.open(name, _FILE, dir_fd=parent)
    except OSError as error:
        raise _explained(error, relative) from error
    finally:
        os.close(parent)
    try:
        _must_be_regular(os.fstat(descriptor), relative)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def open_folder(root: bytes, relative: bytes, *, follow_symlinks: bool = False) -> int:
    """A descriptor of a folder in ``root`` (``b""`` is the root itself); rules and errors of ``open_inside``."""
    if relative:
        _must_be_plain(relative)
    if follow_symlinks:
        relative = _resolved(root, relative)
    parts = relative.split(b"/") if relative else []
    try:
        # The root itself was named by its owner and may be a link.
        at = os.open(root, _FOLDER & ~os.O_NOFOLLOW)
    except OSError as error:
        raise RootOffline(f"The folder {display(root)} cannot be opened: {error.strerror}.") from error
    for part in parts:
        try:
            below = os.open(part, _FOLDER, dir_fd=at)
        except OSError as error:
            raise _explained(error, relative) from error
        finally:
            os.close(at)
        at = below
    return at


def _must_be_plain(relative: bytes) -> None:
    if b"\0" in relative or any(part in (b"", b".", b"..") for part in relative.split(b"/")):
        raise Unreadable(f"{display(relative)} is not a path inside its root.", stage="read")


def _resolved(root: bytes, relative: bytes) -> bytes:
    try:
        real_root = os.path.realpath(root).rstrip(b"/")
        real = os.path.realpath(real_root + b"/" + relative)
    except OSError as error:  # a link that went away while it was followed
        raise _explained(error, relative) from error
    if real == real_root:
        return b""
    if not real.startswith(real_root + b"/"):
        raise Unreadable(f"{display(relative)} is a link that leads out of its root.", stage="read")
    return real.removeprefix(real_root + b"/")


def _must_be_regular(found: os.stat_result, relative: bytes) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise Unreadable(f"{display(relative)} is a link, and links are not followed.", stage="read")
    if not stat.S_ISREG(found.st_mode):
        raise Unsupported(f"{display(relative)} is not a regular file.", stage="read")


def _explained(error: OSError, relative: bytes) -> NotFound | Unreadable:
    shown = display(relative)
    if error.errno == errno.ENOENT:
        return NotFound(f"{shown} does not exist.")
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return Unreadable(f"{shown} leads through a link or a file.", stage="read")
    return Unreadable(f"{shown} cannot be opened: {error.strerror}.", stage="read")
