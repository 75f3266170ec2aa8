"""Yields the folders, photo files and problems in a root. It only lists the file system and calls stat."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import AnyStr, NamedTuple

from photos_graph.errors import NotFound, Unreadable
from photos_graph.library.directory import NO_MEDIA, DirectoryListing, DirectoryRules, list_folder
from photos_graph.library.entry_names import distinct_names
from photos_graph.library.ignoring import IGNORE_FILE, IgnoreFile, IgnoreFiles, is_ignored, read_ignore_file
from photos_graph.library.passing import count_extensions
from photos_graph.library.slow_drives import AT_ONCE, Drive
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
    ignore_stamp: str = ""  # of its ignore file; empty without one


class FoundFolder(NamedTuple):
    """``listed`` is False if the folder was not read: it has the known modification time, or a Problem follows.
    ``ignore_stamp`` and ``passed_over``, the other files by extension (``passing``), are those of a listed folder.

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
    ignore_stamp: str = ""
    passed_over: str = ""


class SidecarFile(NamedTuple):
    """The sidecar of a photo file."""

    relative: bytes
    size: int
    mtime_ns: int


class FoundFile(NamedTuple):
    """A photo file, with its sidecar, the JSON file that Google Takeout wrote for it, and the raw name of the video
    that is its moving part, if it has them."""

    relative: bytes
    key: str
    name: str
    size: int
    mtime_ns: int
    inode: int
    sidecar: SidecarFile | None
    takeout: SidecarFile | None = None
    video: bytes | None = None


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
    ignoring: IgnoreFiles = ()  # of the folders on the way
    relist: bool = False  # an ignore file on the way has changed, so that no known time counts


class _Look(NamedTuple):
    """What is found at a folder, itself first, and the folders to visit next."""

    shown: Sequence[Found]
    below: list[_Visit]


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
    try:
        stack = _first_visit(root, rules, start, start_key)
    except Unreadable as error:
        yield Problem(start, start_key, error.public_message)
        return
    drive = Drive()
    begun: dict[bytes, Future[_Look]] = {}

    def look(visit: _Visit) -> _Look:
        return _looked(root, visit, rules, known, known_below, drive)

    try:
        while stack:
            visit = stack.pop()
            coming = begun.pop(visit.relative, None)
            found = look(visit) if coming is None else coming.result()
            stack.extend(sorted(found.below, key=lambda each: each.relative, reverse=True))
            if drive.is_slow:  # the folders that come next are looked at meanwhile
                for following in stack[: -AT_ONCE - 1 : -1]:
                    if following.relative not in begun:
                        begun[following.relative] = drive.begin(look, following)
            yield from found.shown
    finally:
        drive.close()


def _looked(
    root: bytes,
    visit: _Visit,
    rules: DirectoryRules,
    known: Mapping[bytes, KnownFolder],
    known_below: Mapping[bytes, list[bytes]],
    drive: Drive,
) -> _Look:
    """Looks at a folder, which may have vanished, or have been visited on the way."""
    try:
        descriptor, here = drive.timed(partial(_open, root, rules=rules), visit.relative)
    except NotFound:
        return _Look([], [])
    except Unreadable as error:
        return _Look([Problem(visit.relative, visit.key, error.public_message)], [])
    try:
        identity = (here.st_dev, here.st_ino)
        if identity in visit.above:
            return _Look([], [])
        visit = visit._replace(above=visit.above | {identity})
        was = known.get(visit.relative)
        look = None
        if was and 0 != was.mtime_ns == mtime_ns(here) and not visit.relist:
            look = _trusted(descriptor, root, visit, here, rules, known, known_below)
        return look or _listed(descriptor, root, visit, here, rules, was, drive)
    except (OSError, Unreadable) as error:
        shown: list[Found] = [_folder(visit, here, listed=False), Problem(visit.relative, visit.key, _reason(error))]
        return _Look(shown, [])
    finally:
        os.close(descriptor)


def _trusted(
    descriptor: int,
    root: bytes,
    visit: _Visit,
    here: os.stat_result,
    rules: DirectoryRules,
    known: Mapping[bytes, KnownFolder],
    known_below: Mapping[bytes, list[bytes]],
) -> _Look | None:
    """Looks at a folder that has the known time without listing it. Returns None if its ignore file has changed, which
    the time of the folder need not show."""
    ignoring = visit.ignoring
    if stamp := known[visit.relative].ignore_stamp:
        own = read_ignore_file(descriptor, visit.relative)
        if own is None or own.stamp != stamp:
            return None
        ignoring = (*ignoring, own)
    below = [
        _Visit(each, known[each].key, visit.above, visit.linked or _is_link(root, each, rules), ignoring)
        for each in known_below[visit.relative]
    ]
    return _Look([_folder(visit, here, listed=False)], below)


def _listed(
    descriptor: int,
    root: bytes,
    visit: _Visit,
    here: os.stat_result,
    rules: DirectoryRules,
    was: KnownFolder | None,
    drive: Drive,
) -> _Look:
    """Lists a folder. Raises OSError, and Unreadable if its ignore file cannot be read."""
    listing = list_folder(descriptor, root, visit.relative, rules, drive, links_to_folders=not visit.linked)
    if NO_MEDIA in listing.special and visit.relative:  # the owner has added the root on purpose
        listing = DirectoryListing()
    own = read_ignore_file(descriptor, visit.relative) if IGNORE_FILE in listing.special else None
    ignoring = (*visit.ignoring, own) if own else visit.ignoring
    if ignoring:
        listing.leave_out(lambda raw, is_folder: is_ignored(ignoring, _join(visit.relative, raw), is_folder=is_folder))
    stamp = own.stamp if own else ""
    relist = visit.relist or (was is not None and was.ignore_stamp != stamp)
    names = distinct_names([*listing.folders, *listing.files])
    files = list(_files(listing, visit, names))
    below = [
        _Visit(
            _join(visit.relative, raw),
            _join(visit.key, names[raw]),
            visit.above,
            visit.linked or linked,
            ignoring,
            relist,
        )
        for raw, linked in listing.folders.items()
    ]
    folder = _folder(visit, here, listed=True)._replace(
        ignore_stamp=stamp, passed_over=count_extensions(_passed_over(listing, files))
    )
    return _Look([folder, *(_refusals(own, visit) if own else ()), *files], below)


def _refusals(own: IgnoreFile, visit: _Visit) -> Iterator[Problem]:
    raw = IGNORE_FILE.encode()
    for reason in own.refused:
        yield Problem(_join(visit.relative, raw), _join(visit.key, IGNORE_FILE), reason)


def _passed_over(listing: DirectoryListing, files: list[FoundFile | Problem]) -> list[bytes]:
    """Returns the raw names of files that are neither photos nor belong to one."""
    others = [*listing.others, *listing.sidecars, *listing.takeout]
    if not others:
        return []
    found = [each for each in files if isinstance(each, FoundFile)]
    used = {each.relative.rpartition(b"/")[2] for file in found for each in (file.sidecar, file.takeout) if each}
    used.update(file.video for file in found if file.video)
    return [name for name in others if name not in used]


def _reason(error: OSError | Unreadable) -> str:
    if isinstance(error, Unreadable):
        return error.public_message
    return f"the folder cannot be listed: {error.strerror}."


def _first_visit(root: bytes, rules: DirectoryRules, start: bytes, start_key: str) -> list[_Visit]:
    """Returns the visit as a walk from the root would reach it, so that no link leads back to a folder on the way.

    Returns nothing if that walk would not reach it, because it is ignored. Raises Unreadable if an ignore file on the
    way cannot be read.
    """
    parts = start.split(b"/") if start else []
    above: set[tuple[int, int]] = set()
    ignoring: IgnoreFiles = ()
    for depth, name in enumerate(parts):
        here = b"/".join(parts[:depth])
        try:
            descriptor, stat = _open(root, here, rules)
        except (NotFound, Unreadable):  # the visit itself will report it
            break
        try:
            own = read_ignore_file(descriptor, here)
            ignored = here and _has_entry(descriptor, NO_MEDIA)
        finally:
            os.close(descriptor)
        above.add((stat.st_dev, stat.st_ino))
        ignoring = (*ignoring, own) if own else ignoring
        skipped = rules.folder_patterns.match(os.fsdecode(here), os.fsdecode(name))
        if ignored or skipped or is_ignored(ignoring, _join(here, name), is_folder=True):
            return []
    linked = any(_is_link(root, b"/".join(parts[: depth + 1]), rules) for depth in range(len(parts)))
    return [_Visit(start, start_key, frozenset(above), linked, ignoring)]


def _has_entry(descriptor: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


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
    videos = listing.videos() if listing.others else {}
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
            videos.get(raw),
        )


def _beside(folder: bytes, name: bytes | None, known: Mapping[bytes, os.stat_result]) -> SidecarFile | None:
    return SidecarFile(folder + name, known[name].st_size, known[name].st_mtime_ns) if name is not None else None


def _join(folder: AnyStr, name: AnyStr) -> AnyStr:
    if not folder:
        return name
    return folder + b"/" + name if isinstance(folder, bytes) else folder + "/" + name
