"""Compares what we read from files with what exiftool says about them, property by property."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.peers import exiftool
from benchmarks.report import Figure
from photos_graph.images.formats import EXTENSIONS
from photos_graph.library.metadata import read_metadata
from photos_graph.library.regions import read_regions
from photos_graph.model.library import TakenSource

PROPERTIES = ("date", "offset", "position", "title", "caption", "keywords", "rating", "people")
KINDS = ("equal", "different", "only exiftool", "only photos-graph")
_IN_FILES = {TakenSource.EXIF, TakenSource.XMP, TakenSource.GPS}
_CLOSE = 1e-6  # degrees


def metadata(bench: Bench) -> Iterable[Figure]:
    """Counts the files of ``bench.files`` whose properties are equal, different, or found by one reader only. Prints
    all that are not equal."""
    bench.say(f"exiftool reads {bench.files}")
    theirs = [(path, found) for path, found in exiftool.properties(bench.files) if _is_photo(path)]
    bench.say(f"photos-graph reads {len(theirs):,} files")
    counts: Counter[tuple[str, str]] = Counter()
    for (path, their), our in zip(theirs, _read_all([path for path, _ in theirs]), strict=True):
        for name in PROPERTIES:
            kind = _kind(our[name], their[name])
            counts[name, kind] += 1
            if kind not in ("", "equal"):
                shown = path.relative_to(bench.files)
                print(f"{name} | {kind} | {shown} | {_shown(their[name])} | {_shown(our[name])}")
    for name in PROPERTIES:
        for kind in KINDS:
            yield Figure(f"{name}, {kind}", counts[name, kind], "files")


def _is_photo(path: Path) -> bool:
    return path.suffix.lower().removeprefix(".") in EXTENSIONS


def _read_all(paths: list[Path]) -> Iterator[dict[str, Any]]:
    """Yields what we read from each file. A file that ends the process that reads it has no properties."""
    at = 0
    while at < len(paths):
        with ProcessPoolExecutor(1) as pool:
            try:
                for found in pool.map(_read, paths[at:], chunksize=1):
                    at += 1
                    yield found
            except BrokenProcessPool:
                at += 1
                yield dict.fromkeys(PROPERTIES)


def _read(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    found, _ = read_metadata(data, path.name, 0)
    regions, _ = read_regions(data, 1000, 1000, found.orientation)
    taken = found.taken if found.taken and found.taken.source in _IN_FILES else None
    people = {region.name for region in regions if region.name} | set(found.description.people)
    return {
        "date": taken and taken.text.partition(".")[0],
        "offset": taken and taken.offset,
        "position": found.location and (found.location.latitude, found.location.longitude),
        "title": _on_one_line(found.description.title),
        "caption": _on_one_line(found.description.caption),
        "keywords": frozenset(word.rpartition("/")[2] for word in found.keywords) or None,
        "rating": found.rating,
        "people": frozenset(people) or None,
    }


def _on_one_line(text: str | None) -> str | None:
    return text and " ".join(text.split())


def _kind(ours: Any, theirs: Any) -> str:
    if ours is None or theirs is None:
        return "" if ours is theirs else "only exiftool" if ours is None else "only photos-graph"
    if isinstance(ours, tuple):
        return "equal" if all(abs(a - b) < _CLOSE for a, b in zip(ours, theirs, strict=True)) else "different"
    return "equal" if ours == theirs else "different"


def _shown(value: Any) -> str:
    return "" if value is None else repr(sorted(value) if isinstance(value, frozenset) else value)[:100]
