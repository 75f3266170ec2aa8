"""The files in which an owner names what a scan must not look at, in the syntax of gitignore."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from dataclasses import dataclass
from hashlib import blake2b

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore import GitIgnorePatternError

from photos_graph.errors import Unreadable

IGNORE_FILE = ".photosignore"
MAX_BYTES = 64 * 1024
# A pattern with more would be compared with a long name for hours.
MAX_STARS = 3
MAX_DOUBLE_STARS = 2


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The patterns of one folder. They apply to the folder and to everything below it."""

    folder: str  # its path in the root, with a slash at the end; empty for the root
    stamp: str  # changes when the content does
    patterns: GitIgnoreSpec
    refused: tuple[str, ...] = ()  # why lines are not used


IgnoreFiles = tuple[IgnoreFile, ...]  # from the root downwards


def read_ignore_file(descriptor: int, relative: bytes) -> IgnoreFile | None:
    """Reads the ignore file in the folder behind ``descriptor``, whose path in the root is ``relative``. Returns None
    if there is none. Raises Unreadable, because without it photos would be shown that their owner wants to hide."""
    try:
        content = _content(descriptor)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreadable(f"The file {IGNORE_FILE} in it cannot be read: {error.strerror}.", stage="walk") from error
    good, refused = [], []
    for number, line in enumerate(_lines(content), 1):
        if reason := _refusal(line):
            refused.append(f"line {number} is not used, because {reason}.")
        else:
            good.append(line)
    folder = as_text(relative) + "/" if relative else ""
    stamp = blake2b(content, digest_size=8).hexdigest()
    return IgnoreFile(folder, stamp, GitIgnoreSpec.from_lines(good), tuple(refused))


def is_ignored(files: IgnoreFiles, relative: bytes, *, is_folder: bool) -> bool:
    """Returns whether a path in the root is ignored. The files of the nearest folders decide first, as in git."""
    if not files:
        return False
    path = as_text(relative) + ("/" if is_folder else "")
    for each in reversed(files):
        include = each.patterns.check_file(path[len(each.folder) :]).include
        if include is not None:
            return include
    return False


def as_text(raw: bytes) -> str:
    """Returns a path as patterns see it, in which an accent is written in one way only."""
    return unicodedata.normalize("NFC", os.fsdecode(raw))


def _content(descriptor: int) -> bytes:
    opened = os.open(IGNORE_FILE, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=descriptor)
    try:
        here = os.fstat(opened)
        if not stat.S_ISREG(here.st_mode):
            raise OSError(0, "it is not a file")
        if here.st_size > MAX_BYTES:
            raise OSError(0, f"it has more than {MAX_BYTES:,} bytes")
        return os.read(opened, MAX_BYTES)
    finally:
        os.close(opened)


def _lines(content: bytes) -> list[str]:
    text = content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    return unicodedata.normalize("NFC", text).splitlines()


def _refusal(line: str) -> str | None:
    """Returns the reason why a line cannot be used, or None."""
    parts = line.split("/") if not line.startswith("#") else []
    stars = sum(part.count("*") for part in parts if part != "**")
    if stars > MAX_STARS or parts.count("**") > MAX_DOUBLE_STARS:
        return f"it has more than {MAX_STARS} asterisks, or ** more than {MAX_DOUBLE_STARS} times"
    try:
        GitIgnoreSpec.from_lines([line])
    except (GitIgnorePatternError, re.error):
        return "it is not a pattern"
    return None
