"""The files that a scan passes over, because they are not photos, counted by their extensions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

OTHER = "other"  # a name without an extension, or with one that is no word


def count_extensions(raw_names: Iterable[bytes]) -> str:
    """Returns the counts as they are stored: ``"aae=2 mov=13"``, by extension; empty for no names."""
    return pack(Counter(_extension(raw) for raw in raw_names))


def pack(counts: Counter[str]) -> str:
    return " ".join(f"{extension}={count}" for extension, count in sorted(counts.items()))


def unpack(stored: str) -> Counter[str]:
    """Returns the counts by extension."""
    pairs = (each.partition("=") for each in stored.split())
    return Counter({extension: int(count) for extension, _, count in pairs})


def described(counts: Counter[str], most: int = 6) -> str:
    """Returns the counts as people read them: ``"13 mov, 2 aae"``, the largest first, at most so many by name."""
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    words = [f"{count:,} {extension}" for extension, count in ordered[:most]]
    if rest := sum(count for _, count in ordered[most:]):
        words.append(f"{rest:,} with other extensions")
    return ", ".join(words)


def _extension(raw: bytes) -> str:
    stem, _, extension = raw.rpartition(b".")
    if not stem or not extension.isalnum() or len(extension) > 8:  # isalnum of bytes is true for ASCII alone
        return OTHER
    return extension.decode().lower()
