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
    patterns: tuple[IgnorePattern, ...]  # from the last line to the first
    refused: tuple[str, ...] = ()  # why lines are not used


@dataclass(frozen=True, slots=True)
class IgnorePattern:
    """A line of an ignore file. ``ignores`` is False if it starts with an exclamation mark."""

    expression: re.Pattern[str]
    ignores: bool


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
    patterns: list[IgnorePattern] = []
    refused: list[str] = []
    for number, line in enumerate(_lines(content), 1):
        try:
            patterns += _patterns(line)
        except ValueError as error:
            refused.append(f"line {number} is not used, because {error}.")
    folder = as_text(relative) + "/" if relative else ""
    stamp = blake2b(content, digest_size=8).hexdigest()
    return IgnoreFile(folder, stamp, tuple(reversed(patterns)), tuple(refused))


def is_ignored(files: IgnoreFiles, relative: bytes, *, is_folder: bool) -> bool:
    """Returns whether a path in the root is ignored. The files of the nearest folders decide first, as in git."""
    if not files:
        return False
    path = as_text(relative) + ("/" if is_folder else "")
    for each in reversed(files):
        below = path[len(each.folder) :]
        for pattern in each.patterns:
            if pattern.expression.search(below):
                return pattern.ignores
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


def _patterns(line: str) -> list[IgnorePattern]:
    """Returns the pattern of a line, or none for a comment. Raises ValueError with a reason if it cannot be used."""
    if not line.strip() or line.startswith("#"):
        return []
    parts = line.split("/")
    stars = sum(part.count("*") for part in parts if part != "**")
    if stars > MAX_STARS or parts.count("**") > MAX_DOUBLE_STARS:
        raise ValueError(f"it has more than {MAX_STARS} asterisks, or ** more than {MAX_DOUBLE_STARS} times")
    try:
        translated = GitIgnoreSpec.from_lines([line]).patterns
    except (GitIgnorePatternError, re.error):
        raise ValueError("it is not a pattern") from None
    return [
        IgnorePattern(_own(each.regex), each.include) for each in translated if each.regex and each.include is not None
    ]


def _own(expression: re.Pattern[str]) -> re.Pattern[str]:
    """Returns an expression for the entry itself. That of pathspec fits everything in a folder that fits as well, which
    is wrong when a later line takes the folder back: the walk asks for a folder before it asks for what is in it."""
    if expression.groups:  # it marks the slash after a folder by a group
        return re.compile(expression.pattern + r"\Z", expression.flags)
    end = "." if expression.pattern.endswith("/") else ""  # a/** fits what is in the folder, and not the folder
    return re.compile(expression.pattern + end, expression.flags)
