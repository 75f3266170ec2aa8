"""The guard for paths: files are opened by raw bytes, shown as text, and never opened outside their root.

A path on disk consists of bytes, and these are stored (as base64) and opened. People see ``display(raw)``, from which
keys are built too.
"""

from __future__ import annotations

import base64
import errno
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from photos_graph import openat2
from photos_graph.errors import BadInput, BadSettings, NotFound, RootOffline, Unreadable, Unsupported
from photos_graph.shown import harmless

# What Windows does not accept in a name, and the names that it keeps for devices, with whatever extension.
_NOT_PORTABLE = re.compile(r'[<>:"/\\|?*]|^\.+|[. ]+$')
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK, opening a FIFO that has replaced the file would wait for a writer forever.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_LIMIT = 2**63  # the graph stores signed integers of 64 bits


def display(raw: bytes) -> str:
    """Returns a path or name as text in NFC. Bytes that are not UTF-8 become ``\\xNN``, harmful characters are escaped.

    Two different paths can give the same text. ``library.walking`` distinguishes them if they are siblings.
    """
    text = raw.decode("utf-8", "backslashreplace")
    if text.isascii() and text.isprintable():
        return text
    return harmless(unicodedata.normalize("NFC", text))


def portable_name(name: str) -> str:
    """Returns a name that a file may have on every common system: what some system forbids is replaced by ``_``, and a
    name that Windows keeps for a device begins with one."""
    accepted = _NOT_PORTABLE.sub("_", harmless(name)) or "_"
    return f"_{accepted}" if _DEVICES.match(accepted) else accepted


def encode_raw(raw: bytes) -> str:
    """Returns raw bytes as text that can be stored in a graph, whose strings must be Unicode."""
    return base64.b64encode(raw).decode("ascii")


def decode_raw(stored: str) -> bytes:
    """Returns the raw bytes that ``encode_raw`` encoded."""
    return base64.b64decode(stored, validate=True)


def mtime_ns(status: os.stat_result) -> int:
    """Returns the modification time in nanoseconds, limited to 64 bits, because a broken clock can exceed them."""
    return max(-_LIMIT, min(status.st_mtime_ns, _LIMIT - 1))


def expect_whole(descriptor: int) -> None:
    """Tells the system that the file will be read from its start to its end, so that it asks a drive for more at a
    time. Systems that cannot be told read it all the same."""
    with suppress(AttributeError, OSError):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_SEQUENTIAL)


def inode(status: os.stat_result) -> int:
    """Returns the inode number as a signed integer. Some file systems (mergerfs, SMB) use all 64 bits of it."""
    return status.st_ino - 2 * _LIMIT if status.st_ino >= _LIMIT else status.st_ino


def inside(root: bytes, path: bytes) -> bool:
    """Returns whether ``path`` is ``root`` or lies in it, after symbolic links in both are resolved."""
    real_root, real_path = os.path.realpath(root), os.path.realpath(path)
    return real_path == real_root or real_path.startswith(real_root.rstrip(b"/") + b"/")


def absolute(path: str) -> bytes:
    """Returns the absolute path of a folder that a person named. Raises BadInput."""
    if not path:  # an empty path would mean the folder in which the service was started
        raise BadInput("The path of a folder must not be empty.")
    if "\0" in path:
        raise BadInput("A path must not contain a NUL character.")
    try:
        return os.path.abspath(os.fsencode(os.path.expanduser(path)))  # noqa: PTH100, PTH111, raw bytes
    except UnicodeEncodeError:
        raise BadInput("A path must not contain lone surrogates.") from None


def readable_folder(path: str) -> bytes:
    """Returns the absolute path of a folder that a person named. Raises BadInput if it is none, or cannot be read."""
    raw = absolute(path)
    if not os.path.isdir(raw):  # noqa: PTH112
        raise BadInput(f"{display(raw)} is not a folder on this machine.")
    if not os.access(raw, os.R_OK | os.X_OK):
        raise BadInput(f"{display(raw)} cannot be read by the user that runs the service.")
    return raw


def check_data_dir(data_dir: Path, roots: Iterable[bytes]) -> None:
    """Raises BadSettings if the data directory lies in a root, or a root in the data directory.

    None of them needs to exist. Folders are also compared by identity, because with bind mounts and on file systems
    that ignore case one folder has several paths.
    """
    data = os.fsencode(data_dir)
    for root in roots:
        if inside(root, data) or _identity(root) in _identities_upwards(data):
            raise BadSettings(f"The data directory {display(data)} lies in the photo folder {display(root)}.")
        if inside(data, root) or _identity(data) in _identities_upwards(root):
            raise BadSettings(f"The photo folder {display(root)} lies in the data directory {display(data)}.")


def check_outside(folder: Path, roots: Iterable[bytes]) -> None:
    """Raises BadInput if ``folder``, which need not exist, lies in a root, because we never write beside originals."""
    path = os.fsencode(folder)
    for root in roots:
        if inside(root, path) or _identity(root) in _identities_upwards(path):
            raise BadInput(f"{display(path)} lies in the photo folder {display(root)}, where nothing is ever written.")


def check_own_folders(data_dir: Path, shared: Path | None, roots: Sequence[bytes]) -> None:
    """Raises BadSettings or BadInput if a folder in which we write lies in a root; ``shared`` is that of several
    services."""
    check_data_dir(data_dir, roots)
    if shared is not None:
        check_outside(shared, roots)


def _identity(path: bytes) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116, raw bytes
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _identities_upwards(path: bytes) -> set[tuple[int, int]]:
    current, identities = os.path.realpath(path), set()
    while True:
        if identity := _identity(current):
            identities.add(identity)
        parent = os.path.dirname(current)  # noqa: PTH120, raw bytes
        if parent == current:
            return identities
        current = parent


def open_inside(root: bytes, relative: bytes, *, follow_symlinks: bool = False) -> int:
    """Opens a regular file in ``root`` for reading and returns its descriptor, which the caller must close.

    Links are refused, in the path as well as at its end, while the file is opened: by the kernel (``openat2``), or else
    by opening each folder relative to the descriptor of its parent. Therefore a folder or a file that is replaced by a
    link in the meantime cannot lead outside. With ``follow_symlinks`` links may lead to other places in the root.

    Raises RootOffline if the root cannot be opened, NotFound if the file does not exist, Unsupported if it is not a
    regular file, Unreadable (stage ``read``) for any other error.
    """
    _must_be_plain(relative)
    folder = _open_root(root)
    try:
        if openat2.is_available():
            return _opened_beneath(folder, root, relative, follow_symlinks=follow_symlinks)
        return _opened_step_by_step(folder, _resolved(root, relative) if follow_symlinks else relative, relative)
    finally:
        os.close(folder)


def _opened_beneath(folder: int, root: bytes, relative: bytes, *, follow_symlinks: bool) -> int:
    path = relative
    try:
        # A descriptor of the place alone has no effects, while opening a device can have some.
        place = _open_beneath(folder, path, os.O_PATH, follow_symlinks)
    except OSError as error:
        if error.errno != errno.EXDEV or not follow_symlinks:
            raise _explained(error, relative) from error
        # The kernel does not know where the root lies, so an absolute link into it has to be resolved for it.
        path, follow_symlinks = _resolved(root, relative), False
        try:
            place = _open_beneath(folder, path, os.O_PATH, follow_symlinks)
        except OSError as again:
            raise _explained(again, relative) from again
    try:
        _must_be_regular(os.fstat(place), relative)
    finally:
        os.close(place)
    try:
        descriptor = _open_beneath(folder, path, _FILE & ~os.O_NOFOLLOW, follow_symlinks)
    except OSError as error:
        raise _explained(error, relative) from error
    return _checked(descriptor, relative)


def _open_beneath(folder: int, path: bytes, flags: int, follow_symlinks: bool) -> int:
    return openat2.open_beneath(folder, path, flags, follow_symlinks=follow_symlinks)


def _opened_step_by_step(root: int, path: bytes, relative: bytes) -> int:
    folder, _, name = path.rpartition(b"/")
    parent = _open_below(root, folder, relative)
    try:
        # This is checked before opening, because opening a device can already have effects.
        _must_be_regular(os.stat(name, dir_fd=parent, follow_symlinks=False), relative)
        descriptor = os.open(name, _FILE, dir_fd=parent)
    except OSError as error:
        raise _explained(error, relative) from error
    finally:
        os.close(parent)
    return _checked(descriptor, relative)


def _checked(descriptor: int, relative: bytes) -> int:
    try:
        _must_be_regular(os.fstat(descriptor), relative)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def open_folder(root: bytes, relative: bytes, *, follow_symlinks: bool = False) -> int:
    """Opens a folder in ``root`` (``b""`` is the root itself) by the rules of ``open_inside`` and with its errors.

    Returns the descriptor, which the caller must close.
    """
    if relative:
        _must_be_plain(relative)
    folder = _open_root(root)
    try:
        path = _resolved(root, relative) if follow_symlinks else relative
        if not path or not openat2.is_available():
            return _open_below(folder, path, relative)
        return _open_beneath(folder, path, _FOLDER & ~os.O_NOFOLLOW, follow_symlinks=False)
    except OSError as error:
        raise _explained(error, relative) from error
    finally:
        os.close(folder)


def _open_root(root: bytes) -> int:
    try:
        # The owner chose the root, so it may be a link.
        return os.open(root, _FOLDER & ~os.O_NOFOLLOW)
    except OSError as error:
        # Viewers may see this, but not where the folders of originals are.
        raise RootOffline(f"The folder of the root cannot be opened: {error.strerror}.") from error


def _open_below(root: int, path: bytes, relative: bytes) -> int:
    """Opens a folder by opening each folder on the way from the descriptor of its parent."""
    folder = os.dup(root)
    for part in path.split(b"/") if path else ():
        try:
            child = os.open(part, _FOLDER, dir_fd=folder)
        except OSError as error:
            raise _explained(error, relative) from error
        finally:
            os.close(folder)
        folder = child
    return folder


def _must_be_plain(relative: bytes) -> None:
    if b"\0" in relative or any(part in (b"", b".", b"..") for part in relative.split(b"/")):
        raise Unreadable(f"{display(relative)} is not a path inside its root.", stage="read")


def _resolved(root: bytes, relative: bytes) -> bytes:
    try:
        real_root = os.path.realpath(root).rstrip(b"/")
        real = os.path.realpath(real_root + b"/" + relative)
    except OSError as error:  # a link was deleted while it was followed
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
    if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EXDEV):
        return Unreadable(f"{shown} leads through a link or a file.", stage="read")
    return Unreadable(f"{shown} cannot be opened: {error.strerror}.", stage="read")
