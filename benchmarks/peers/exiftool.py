"""What exiftool says about files, which is what many people hold their photos against."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# The tags that state each property, the most trusted first. A date may stand in two: its day and its time.
_DATES = (
    ("EXIF:DateTimeOriginal", "EXIF:OffsetTimeOriginal"),
    ("XMP:DateTimeOriginal", ""),
    ("XMP:DateCreated", ""),
    ("IPTC:DateCreated", "IPTC:TimeCreated"),
    ("EXIF:CreateDate", "EXIF:OffsetTimeDigitized"),
    ("XMP:CreateDate", ""),
    ("Composite:GPSDateTime", ""),
    ("EXIF:ModifyDate", "EXIF:OffsetTime"),
)
_TEXTS = {
    "title": ("XMP:Title", "IPTC:ObjectName", "EXIF:XPTitle"),
    "caption": (
        *("XMP:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription", "EXIF:UserComment"),
        *("EXIF:XPComment", "EXIF:XPSubject"),
    ),
}
_LISTS = {
    "keywords": ("XMP:Subject", "IPTC:Keywords", "EXIF:XPKeywords"),
    "people": ("XMP:PersonInImage", "XMP:RegionName", "XMP:RegionPersonDisplayName"),
}
# Other schemes of XMP have tags of these names too.
_EXACT = {f"XMP:{name}": f"XMP-dc:{name}" for name in ("Title", "Description", "Subject")}
_RATINGS = ("XMP:Rating", "EXIF:Rating")
_POSITION = ("Composite:GPSLatitude", "Composite:GPSLongitude")
_CLOCK = re.compile(
    r"(\d{4}):(\d\d)(?::(\d\d)(?: (\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?)?\s*(Z|[+-]\d\d:\d\d)?", re.ASCII
)

Properties = dict[str, Any]


def properties(folder: Path) -> Iterator[tuple[Path, Properties]]:
    """Yields each file below the folder with the properties that exiftool finds in it. Ends the program if there is no
    exiftool."""
    if shutil.which("exiftool") is None:
        sys.exit("exiftool is not installed. Install it and run the benchmark again.")
    named = {tag for tags in (*_DATES, *_TEXTS.values(), *_LISTS.values(), _RATINGS, _POSITION) for tag in tags}
    tags = [f"-{_EXACT.get(tag, tag)}" for tag in sorted(named) if tag]
    command = ["exiftool", "-quiet", "-json", "-n", "-G0", "-r", *tags, str(folder)]
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    for found in json.loads(output or "[]"):
        yield Path(found["SourceFile"]), _properties(found)


def _properties(tags: dict[str, Any]) -> Properties:
    date, offset = next(filter(None, (_date(tags, *each) for each in _DATES)), (None, None))
    position = tuple(tags.get(tag) for tag in _POSITION)
    return {
        "date": date,
        "offset": offset,
        "position": position if all(isinstance(each, int | float) for each in position) else None,
        **{name: next(filter(None, (_plain(tags.get(tag)) for tag in names)), None) for name, names in _TEXTS.items()},
        **{name: _joined(tags, names) for name, names in _LISTS.items()},
        "rating": next((tags[tag] for tag in _RATINGS if tags.get(tag)), None),
    }


def _date(tags: dict[str, Any], day_tag: str, other_tag: str) -> tuple[str, str | None] | None:
    text, other = _plain(tags.get(day_tag)), _plain(tags.get(other_tag))
    if not text or not text.strip("0: "):
        return None
    written = f"{text} {other}" if day_tag.startswith("IPTC") and other else text
    match = _CLOCK.fullmatch(written)
    if not match:
        return written, None
    *parts, offset = match.groups()
    offset = offset or (other if day_tag.startswith("EXIF") and other and _CLOCK.fullmatch(f"{text}{other}") else None)
    return _iso([part for part in parts if part]), "+00:00" if offset == "Z" else offset


def _iso(parts: list[str]) -> str:
    day, clock = parts[:3], parts[3:]
    known = [part for at, part in enumerate(day) if all(int(each) for each in day[: at + 1])]
    if len(known) < 3 or not clock:
        return "-".join(known)
    return f"{'-'.join(known)}T{':'.join([*clock, '00'][:3])}"


def _plain(value: Any) -> str | None:
    return " ".join(str(value).split()) or None if value is not None else None


def _joined(tags: dict[str, Any], names: tuple[str, ...]) -> frozenset[str] | None:
    values = [each for name in names for each in _listed(name, tags.get(name))]
    return frozenset(filter(None, map(_plain, values))) or None


def _listed(name: str, value: Any) -> list[Any]:
    if isinstance(value, str) and name == "EXIF:XPKeywords":
        return value.split(";")
    return value if isinstance(value, list) else [value]
