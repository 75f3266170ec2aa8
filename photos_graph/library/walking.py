"""A root as a stream of folders, photo files and problems; the file system is only listed and stat-ed."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import AnyStr, NamedTuple

from photos_graph.errors import NotFound, Unreadable
from photos_graph.library.directory import DirectoryListing, DirectoryRules, list_folder
from photos_graph.library.entry_names import distinct_names
from photos_graph.paths import display, inode, mtime_ns, open_folder

__all__ = ["DirectoryRules", "Found", "FoundFile", "FoundFolder", "KnownFolder", "Problem", "SidecarFile", "walk"]

_SETTLED_NS = 2_000_000_000  # the coarsest time stamp in use, that of FAT
_AHEAD_NS = 86_400_000_000_000  # no clock of a NAS is a day ahead: such a time was set, and a change will show


# Named tuples, since a scan of a million files makes a million of them: a frozen dataclass costs four times as much.
class KnownFolder(NamedTuple):
    """A folder as an earlier walk found it."""

    key: str
    mtime_ns: int


class FoundFolder(NamedTuple):
    """``listed`` is false when the folder was left unread: its time is the known one, or a Problem follows.

    ``mtime_ns`` is 0 for a folder that changed within the last two seconds, or will within a day, for the clocks of
    a NAS and of this machine may differ: a change in the same tick of the clock would not show, so such a time
    must never be taken for a known one.
    """

    relative: bytes  # from the root, "" for the root itself
    key: str  # the same for display; no two entries of a root share one
    name: str
    inode: int
    mtime_ns: int
    listed: bool


class SidecarFile(NamedTuple):
    relative: bytes
    size: int
    mtime_ns: int


class FoundFile(NamedTuple):
    relative: bytes
    key: str
    name: str
    size: int
    mtime_ns: int
    inode: int
    sidecar: SidecarFile | None


class Problem(NamedTuple):
    """What could not be looked at. Nothing at or below it may be judged missing."""

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
    """Every folder and photo file in ``root``, a folder before its contents, siblings in order of their bytes.

    With ``known`` (by relative path) a folder whose modification time is the known one is not listed: it comes
    with ``listed=False`` and without files, and its known sub-folders are visited. That sees files come, go and
    be renamed at the cost of one look a folder, but not a file being rewritten in place.

    A linked folder is followed when the rules say so, it lies in the root, is none of the folders on the way,
    and was not itself reached through a link, so the walk ends whatever the links say.

    With ``start``, a folder's relative path, and its key, only that folder's tree is walked; nothing is found
    when it is gone. Paths and keys are from the root all the same.

    Raises RootOffline when the root cannot be opened.
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
            yield Problem(visit.relative, visit.key, f"the folder cannot be listed: {error.strerror}")
            continue
        finally:
            os.close(descriptor)
        stack.extend(sorted(below, reverse=True))


def _first_visit(root: bytes, rules: DirectoryRules, start: bytes, start_key: str) -> _Visit:
    """As a walk from the root would come there: links lead back to no folder on the way."""
    if not start or not rules.follow_symlinks:
        return _Visit(start, start_key, frozenset(), linked=False)
    parts = start.split(b"/")
    above = set()
    for depth in range(len(parts)):
        try:
            descriptor, here = _open(root, b"/".join(parts[:depth]), rules)
        except (NotFound, Unreadable):  # the visit itself will say so
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
        raise Unreadable(f"{display(relative)} cannot be looked at: {error.strerror}", stage="read") from error


def _below(known: Mapping[bytes, KnownFolder]) -> dict[bytes, list[bytes]]:
    below: dict[bytes, list[bytes]] = defaultdict(list)
    for relative in known:
        if relative:
            below[relative.rpartition(b"/")[0]].append(relative)
    return below


def _is_link(root: bytes, relative: bytes, rules: DirectoryRules) -> bool:
    return rules.follow_symlinks and os.path.islink(root + b"/" + relative)  # noqa: PTH114, raw bytes


def _folder(visit: _Visit, here: os.stat_result, *, listed: bool) -> FoundFolder:
    settled = not -_AHEAD_NS < time.time_ns() - here.st_mtime_ns < _SETTLED_NS
    name = visit.key.rpartition("/")[2]
    settled_ns = mtime_ns(here) if settled else 0
    return FoundFolder(visit.relative, visit.key, name, inode(here), settled_ns, listed)


def _files(listing: DirectoryListing, visit: _Visit, names: Mapping[bytes, str]) -> Iterator[FoundFile | Problem]:
    relative = visit.relative + b"/" if visit.relative else b""
    key = visit.key + "/" if visit.key else ""
    for raw, reason in sorted(listing.problems.items()):
        yield Problem(relative + raw, key + display(raw), reason)
    for raw, found in sorted(listing.files.items()):
        sidecar = None
        if listing.sidecars and (beside := listing.sidecar_of(raw)):
            stat = listing.sidecars[beside]
            sidecar = SidecarFile(relative + beside, stat.st_size, stat.st_mtime_ns)
        name = names[raw]
        yield FoundFile(relative + raw, key + name, name, found.st_size, mtime_ns(found), inode(found), sidecar)


def _join(folder: AnyStr, name: AnyStr) -> AnyStr:
    if not folder:
        return name
    return folder + b"/" + name if isinstance(folder, bytes) else folder + "/" + name
