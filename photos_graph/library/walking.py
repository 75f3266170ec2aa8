"""Yields the folders, photo files and problems in a root. It only lists the file system and calls stat."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import AnyStr, NamedTuple

from photos_graph.errors import NotFound, Unreadable
from photos_graph.library.directory import DirectoryListing, DirectoryRules, list_folder
from photos_graph.library.entry_names import distinct_names
from photos_graph.library.takeout_names import TakeoutNames
from photos_graph.paths import display, inode, mtime_ns, open_folder

__all__ = ["DirectoryRules", "Found", "FoundFile", "FoundFolder", "KnownFolder", "Problem", "SidecarFile", "walk"]

_SETTLED_NS = 2_000_000_000  # the coarsest resolution of time stamps in use, that of FAT
_MAX_FUTURE_NS = 86_400_000_000_000  # no clock of a NAS is a day ahead; a later time was set by hand


# Named tuples: a scan makes one for each of a million files, and a frozen dataclass takes four times as long to make.
class KnownFolder(NamedTuple):
    """A folder as an earlier walk found it."""

    key: str
    mtime_ns: int


class FoundFolder(NamedTuple):
    """``listed`` is False if the folder was not read: it has the known modification time, or a Problem follows.

    ``mtime_ns`` is 0 for a folder that changed in the last two seconds, or whose time is up to a day in the future,
    since the clocks of a NAS and of this machine may differ. A later change in the same tick of the clock would not be
    visible, so such a time must not be stored as a known one.
    """

    relative: bytes  # relative to the root; empty for the root itself
    key: str  # the same path for display; unique in a root
    name: str
    inode: int
    mtime_ns: int
    listed: bool


class SidecarFile(NamedTuple):
    """The sidecar of a photo file."""

    relative: bytes
    size: int
    mtime_ns: int


class FoundFile(NamedTuple):
    """A photo file, with its sidecar, and the JSON file that Google Takeout wrote for it, if it has them."""

    relative: bytes
    key: str
    name: str
    size: int
    mtime_ns: int
    inode: int
    sidecar: SidecarFile | None
    takeout: SidecarFile | None = None


class Problem(NamedTuple):
    """An entry that could not be examined. Nothing at or below it may be judged missing."""

    relative: bytes
    key: str
    reason: str


Found = FoundFolder | FoundFile | Problem


class _Visit(NamedTuple):
    relative: bytes
    key: str
    above: frozenset[tuple[int, int]]  # device and inode of the folders on the way
    linked: bool  # reached through a symbolic link


def walk(
    root: bytes,
    rules: DirectoryRules,
    known: Mapping[bytes, KnownFolder] | None = None,
    *,
    start: bytes = b"",
    start_key: str = "",
) -> Iterator[Found]:
    """Yields every folder and photo file in ``root``: a folder before its contents, siblings in byte order.

    With ``known`` (by relative path), a folder that has the known modification time is not listed: it comes with
    ``listed=False`` and without files, and its known sub-folders are visited. This finds files that were added, removed
    or renamed, at the cost of one look per folder, but not files that were rewritten in place.

    A linked folder is followed if the rules allow it, if it lies in the root, if it is not one of the folders on the
    way to it, and if it was not itself reached through a link. The walk therefore always ends.

    With ``start``, the relative path of a folder, and ``start_key``, its key, only the tree of that folder is walked;
    if it is gone, nothing is found. Paths and keys are still relative to the root.

    Raises RootOffline if the root cannot be opened.
    """
    known = known or {}
    known_below = _below(known)
    stack = [_first_visit(root, rules, start, start_key)]
    while stack:
        visit = stack.pop()
        try:
            descriptor, here = _open(root, visit.relative, rules)
        except NotFound:
            continue
        except Unreadable as error:
            yield Problem(visit.relative, visit.key, error.public_message)
            continue
        try:
            identity = (here.st_dev, here.st_ino)
            if identity in visit.above:
                continue
            above = visit.above | {identity}
            if visit.relative in known and 0 != known[visit.relative].mtime_ns == mtime_ns(here):
                yield _folder(visit, here, listed=False)
                below = [
                    _Visit(each, known[each].key, above, visit.linked or _is_link(root, each, rules))
                    for each in known_below[visit.relative]
                ]
            else:
                listing = list_folder(descriptor, root, visit.relative, rules, links_to_folders=not visit.linked)
                yield _folder(visit, here, listed=True)
                names = distinct_names([*listing.folders, *listing.files])
                yield from _files(listing, visit, names)
                below = [
                    _Visit(_join(visit.relative, raw), _join(visit.key, names[raw]), above, visit.linked or linked)
                    for raw, linked in listing.folders.items()
                ]
        except OSError as error:
            yield _folder(visit, here, listed=False)
            yield Problem(visit.relative, visit.key, f"the folder cannot be listed: {error.strerror}.")
            continue
        finally:
            os.close(descriptor)
        stack.extend(sorted(below, reverse=True))


def _first_visit(root: bytes, rules: DirectoryRules, start: bytes, start_key: str) -> _Visit:
    """Returns the visit as a walk from the root would reach it, so that no link leads back to a folder on the way."""
    if not start or not rules.follow_symlinks:
        return _Visit(start, start_key, frozenset(), linked=False)
    parts = start.split(b"/")
    above = set()
    for depth in range(len(parts)):
        try:
            descriptor, here = _open(root, b"/".join(parts[:depth]), rules)
        except (NotFound, Unreadable):  # the visit itself will report it
            break
        os.close(descriptor)
        above.add((here.st_dev, here.st_ino))
    linked = any(_is_link(root, b"/".join(parts[: depth + 1]), rules) for depth in range(len(parts)))
    return _Visit(start, start_key, frozenset(above), linked)


def _open(root: bytes, relative: bytes, rules: DirectoryRules) -> tuple[int, os.stat_result]:
    descriptor = open_folder(root, relative, follow_symlinks=rules.follow_symlinks)
    try:
        return descriptor, os.fstat(descriptor)
    except OSError as error:  # a stale handle of a network file system
        os.close(descriptor)
        raise Unreadable(f"{display(relative)} cannot be read: {error.strerror}.", stage="read") from error


def _below(known: Mapping[bytes, KnownFolder]) -> dict[bytes, list[bytes]]:
    below: dict[bytes, list[bytes]] = defaultdict(list)
    for relative in known:
        if relative:
            below[relative.rpartition(b"/")[0]].append(relative)
    return below


def _is_link(root: bytes, relative: bytes, rules: DirectoryRules) -> bool:
    return rules.follow_symlinks and os.path.islink(root + b"/" + relative)  # noqa: PTH114, raw bytes


def _folder(visit: _Visit, here: os.stat_result, *, listed: bool) -> FoundFolder:
    settled = not -_MAX_FUTURE_NS < time.time_ns() - here.st_mtime_ns < _SETTLED_NS
    name = visit.key.rpartition("/")[2]
    settled_ns = mtime_ns(here) if settled else 0
    return FoundFolder(visit.relative, visit.key, name, inode(here), settled_ns, listed)


def _files(listing: DirectoryListing, visit: _Visit, names: Mapping[bytes, str]) -> Iterator[FoundFile | Problem]:
    relative = visit.relative + b"/" if visit.relative else b""
    key = visit.key + "/" if visit.key else ""
    takeout = TakeoutNames(listing.takeout) if listing.takeout else None
    for raw, reason in sorted(listing.problems.items()):
        yield Problem(relative + raw, key + display(raw), reason)
    for raw, found in sorted(listing.files.items()):
        sidecar = listing.sidecar_of(raw) if listing.sidecars else None
        told = takeout.of(raw) if takeout else None
        name = names[raw]
        yield FoundFile(
            relative + raw,
            key + name,
            name,
            found.st_size,
            mtime_ns(found),
            inode(found),
            _beside(relative, sidecar, listing.sidecars),
            _beside(relative, told, listing.takeout),
        )


def _beside(folder: bytes, name: bytes | None, known: Mapping[bytes, os.stat_result]) -> SidecarFile | None:
    return SidecarFile(folder + name, known[name].st_size, known[name].st_mtime_ns) if name is not None else None


def _join(folder: AnyStr, name: AnyStr) -> AnyStr:
    if not folder:
        return name
    return folder + b"/" + name if isinstance(folder, bytes) else folder + "/" + name
