"""Sorts the entries of one folder into sub-folders, photos, sidecars and files that are passed over."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from photos_graph.library.folder_patterns import FolderPatterns, is_conflict_copy
from photos_graph.library.ignoring import IGNORE_FILE
from photos_graph.library.slow_drives import LAST, Drive
from photos_graph.paths import inside

_SIDECAR, _TAKEOUT = "xmp", "json"
_VERSION = re.compile(rb"(.+)_\d\d(\.[^.]+)\.xmp", re.DOTALL)  # IMG_1_01.jpg.xmp
NO_MEDIA = ".nomedia"  # Android's mark of a folder whose pictures no gallery shows
_VIDEO = re.compile(rb"(.+)\.(?:mov|mp4|mp)", re.DOTALL)  # of the moving parts that phones write beside photos


@dataclass(frozen=True, slots=True)
class DirectoryRules:
    """Which entries a scan looks at. ``extensions`` are those of photos, in lower case and without the dot;
    ``skip_folders`` are patterns of folders that never hold photos (``FolderPatterns``).

    ``raw_extensions`` says which photos are raw files: a sidecar that is named like a raw file does not belong to a
    JPEG beside it. Hidden entries, whose names begin with a dot, are always skipped; this includes AppleDouble's
    ``._IMG_1.jpg``.
    """

    extensions: frozenset[str]
    skip_folders: frozenset[str] = frozenset()
    follow_symlinks: bool = False
    raw_extensions: frozenset[str] = frozenset()
    folder_patterns: FolderPatterns = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder_patterns", FolderPatterns(self.skip_folders))


@dataclass(frozen=True, slots=True)
class DirectoryListing:
    """The entries of a folder by raw name: sub-folders (True for a link), files, sidecars, the reasons why entries
    could not be examined, and other files, which are passed over. ``special`` holds IGNORE_FILE and NO_MEDIA if they
    are there."""

    folders: dict[bytes, bool] = field(default_factory=dict)
    files: dict[bytes, os.stat_result] = field(default_factory=dict)
    sidecars: dict[bytes, os.stat_result] = field(default_factory=dict)
    sidecars_by_lower: dict[bytes, bytes] = field(default_factory=dict)  # the first of several that differ in case only
    versions: dict[bytes, bytes] = field(default_factory=dict)  # sidecars of darktable's duplicates, by photo
    takeout: dict[bytes, os.stat_result] = field(default_factory=dict)  # JSON files
    raws: dict[bytes, set[bytes]] = field(default_factory=dict)  # by their stem in lower case
    problems: dict[bytes, str] = field(default_factory=dict)
    others: list[bytes] = field(default_factory=list)
    special: set[str] = field(default_factory=set)

    def leave_out(self, ignored: Callable[[bytes, bool], bool]) -> None:
        """Removes the entries that are ``ignored``, which is asked with the raw name, and whether it is a folder."""
        for folder in [name for name in self.folders if ignored(name, True)]:
            del self.folders[folder]
        for file in [name for name in self.files if ignored(name, False)]:
            del self.files[file]
            self.raws.get(file.rpartition(b".")[0].lower(), set()).discard(file)
        sidecars = {name: found for name, found in self.sidecars.items() if not ignored(name, False)}
        self.sidecars.clear()
        self.sidecars_by_lower.clear()
        self.versions.clear()
        for name, found in sidecars.items():
            self.add_sidecar(name, found)
        for name in [each for each in self.takeout if ignored(each, False)]:
            del self.takeout[name]
        self.others[:] = [name for name in self.others if not ignored(name, False)]

    def add_sidecar(self, name: bytes, found: os.stat_result) -> None:
        self.sidecars[name] = found
        alike = self.sidecars_by_lower
        alike[name.lower()] = min(name, alike.get(name.lower(), name))
        if version := _VERSION.fullmatch(name.lower()):
            photo = version[1] + version[2]
            self.versions[photo] = min(name, self.versions.get(photo, name))

    def sidecar_of(self, name: bytes) -> bytes | None:
        """Returns the sidecar of a photo, or None.

        ``IMG_1.jpg.xmp`` is preferred to ``IMG_1.xmp``. If there is a raw file of the same name, ``IMG_1.xmp`` belongs
        to that alone, as in Adobe's programs. A sidecar whose name has the same case is preferred. The last choice is
        ``IMG_1_01.jpg.xmp``, that of a second version in darktable.
        """
        stem = name.rpartition(b".")[0]
        is_anothers = stem in self.files or name not in (self.raws.get(stem.lower()) or {name})
        for of in (name,) if is_anothers else (name, stem):
            wanted = of + b".xmp"
            if wanted in self.sidecars:
                return wanted
            if alike := self.sidecars_by_lower.get(wanted.lower()):
                return alike
        version = self.versions.get(name.lower())
        return version if version and version[: -len(b".xmp")] not in self.files else None

    def videos(self) -> dict[bytes, bytes]:
        """Returns the videos that are moving parts of photos, by the names of the photos.

        That of ``IMG_1.HEIC`` is ``IMG_1.MOV``, as phones write it, and that of ``PXL_1.MP.jpg`` is ``PXL_1.MP``, as
        Google's exports have it. A raw file has none.
        """
        by_stem: dict[bytes, bytes] = {}
        for name in sorted(self.others, reverse=True):
            if video := _VIDEO.fullmatch(name.lower()):
                by_stem |= {video[0]: name, video[1]: name}
        if not by_stem:
            return {}
        raws = {name for names in self.raws.values() for name in names}
        stems = {name: name.rpartition(b".")[0].lower() for name in self.files.keys() - raws}
        return {name: by_stem[stem] for name, stem in stems.items() if stem in by_stem}


def list_folder(
    descriptor: int,
    root: bytes,
    relative: bytes,
    rules: DirectoryRules,
    drive: Drive,
    *,
    links_to_folders: bool = True,
) -> DirectoryListing:
    """Lists the folder behind ``descriptor``, whose path in ``root`` is ``relative``. Raises OSError."""
    listing = DirectoryListing()
    with os.scandir(descriptor) as opened:
        entries = list(opened)
    for entry in entries:
        if entry.name in (IGNORE_FILE, NO_MEDIA):
            listing.special.add(entry.name)
    shown = [entry for entry in entries if entry.name[0] != "."]

    def sort_in(entry: os.DirEntry[str]) -> None:
        _sort_in(listing, entry, root, relative, rules, links_to_folders)

    first = timed = 0
    while first < len(shown) and timed < LAST and not drive.is_slow:
        if _is_asked_for(shown[first], rules):
            drive.timed(sort_in, shown[first])
            timed += 1
        else:
            sort_in(shown[first])
        first += 1
    if drive.is_slow:  # each entry keeps its answer
        drive.ask_at_once(partial(_ask, rules=rules), shown[first:])
    for entry in shown[first:]:
        sort_in(entry)
    return listing


def _is_asked_for(entry: os.DirEntry[str], rules: DirectoryRules) -> bool:
    _, extension = _parts(entry)
    return extension in rules.extensions or extension in (_SIDECAR, _TAKEOUT)


def _parts(entry: os.DirEntry[str]) -> tuple[str, str]:
    """Returns the stem of a name, and its extension in lower case, which is empty if there is no stem."""
    stem, _, extension = entry.name.rpartition(".")
    return stem, extension.lower() if stem else ""


def _ask(entry: os.DirEntry[str], rules: DirectoryRules) -> None:
    """Asks for what will be needed of an entry: its status, or its kind, which some drives do not tell in a listing."""
    if _is_asked_for(entry, rules):
        entry.stat(follow_symlinks=False)
    else:
        entry.is_file(follow_symlinks=False)


def _sort_in(
    listing: DirectoryListing,
    entry: os.DirEntry[str],
    root: bytes,
    relative: bytes,
    rules: DirectoryRules,
    links_to_folders: bool,
) -> None:
    try:
        if entry.is_dir(follow_symlinks=False):
            if not rules.folder_patterns.match(os.fsdecode(relative), entry.name):
                listing.folders[os.fsencode(entry.name)] = False
        elif entry.is_file(follow_symlinks=False):
            _sort_file(listing, entry, rules, follow=False)
        elif rules.follow_symlinks and entry.is_symlink():
            _follow(listing, entry, root, relative, rules, links_to_folders)
    except FileNotFoundError:  # it was removed meanwhile, or is a dangling link
        pass
    except OSError as error:
        listing.problems[os.fsencode(entry.name)] = f"it cannot be read: {error.strerror}."


def _sort_file(listing: DirectoryListing, entry: os.DirEntry[str], rules: DirectoryRules, *, follow: bool) -> None:
    stem, extension = _parts(entry)
    if extension in rules.extensions and not is_conflict_copy(entry.name):
        name = os.fsencode(entry.name)
        listing.files[name] = entry.stat(follow_symlinks=follow)
        if extension in rules.raw_extensions:
            listing.raws.setdefault(os.fsencode(stem).lower(), set()).add(name)
    elif extension == _TAKEOUT:
        listing.takeout[os.fsencode(entry.name)] = entry.stat(follow_symlinks=follow)
    elif extension == _SIDECAR:
        listing.add_sidecar(os.fsencode(entry.name), entry.stat(follow_symlinks=follow))
    else:
        listing.others.append(os.fsencode(entry.name))


def _follow(
    listing: DirectoryListing,
    entry: os.DirEntry[str],
    root: bytes,
    relative: bytes,
    rules: DirectoryRules,
    links_to_folders: bool,
) -> None:
    name = os.fsencode(entry.name)
    target = os.path.realpath(b"/".join((root, relative, name)))
    if not inside(root, target):
        return
    found = entry.stat()
    if stat.S_ISREG(found.st_mode):
        _sort_file(listing, entry, rules, follow=True)
    elif (
        stat.S_ISDIR(found.st_mode)
        and links_to_folders
        and not rules.folder_patterns.match(os.fsdecode(relative), entry.name)
    ):
        listing.folders[name] = True
