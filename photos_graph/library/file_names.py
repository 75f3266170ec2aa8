"""Reads the time that cameras, phones and messengers write into the name of a file."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from photos_graph.model.library import Taken, TakenSource

# IMG_20190805_123456, PXL_20210102_030405678, 20190805123456, 2019-08-05 12.34.56, Screenshot_2019-08-05-12-34-56,
# WhatsApp Image 2019-08-05 at 1.34.56 PM, signal-2019-08-05-12-34-56-789, photo_2019-08-05_12-34-56
_STAMP = re.compile(
    r"(?<!\d)(\d{4})([-_. ]?)(\d\d)\2(\d\d)"
    r"(?:(?:[-_. T]|\sat\s)?(\d\d?(?=[-_.:h])|\d\d)([-_.:h]?)(\d\d)\6(\d\d)"
    r"(?:[-_. ]?(\d{3}))?(?:\s?([AaPp])\.?[Mm])?)?(?!\d)",
    re.ASCII,
)
# FB_IMG_1565000000000, mmexport1565000000000, 1565000000000: milliseconds since 1970
_EPOCH = re.compile(r"(?:FB_IMG_|mmexport|received_|image-|Snapchat-)?(1\d{9})(\d{3})", re.ASCII | re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"(?=.*\d)(?=.*[a-f])[0-9a-f]{4,}(?:-[0-9a-f]{4,}){2,}|(?=.*[a-f])[0-9a-f]{24,}", re.IGNORECASE
)
_FIRST_DIGITAL = 1975


def taken_from_name(file_name: str) -> Taken | None:
    """Returns the time in the name, at midnight if it is only a day. Returns None if the name contains no valid
    date."""
    stem = file_name.rpartition(".")[0] or file_name
    if _IDENTIFIER.fullmatch(stem):
        return None
    if match := _EPOCH.fullmatch(stem):
        at = datetime.fromtimestamp(int(match[1]), UTC).replace(tzinfo=None)
        return Taken(at.replace(microsecond=int(match[2]) * 1000), TakenSource.FILE_NAME, "+00:00")
    # Pixel phones name their files in UTC, all others in local time.
    offset = "+00:00" if stem.startswith("PXL_") else None
    times = (_time(match) for match in _STAMP.finditer(stem))
    return next((Taken(at, TakenSource.FILE_NAME, offset) for at in times if at), None)


def _time(match: re.Match[str]) -> datetime | None:
    year, separator, month, day, hour, _, minute, second, thousandths, half = match.groups()
    if not separator and int(year) < _FIRST_DIGITAL:  # a running number, not a date
        return None
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half in "pP" else 0)
    try:
        return datetime(
            int(year), int(month), int(day), hours, int(minute or 0), int(second or 0), int(thousandths or 0) * 1000
        )
    except ValueError:
        return None
