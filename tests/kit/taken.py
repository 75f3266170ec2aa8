"""When files say that a photo was taken, for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from photos_graph.library.metadata import read_metadata
from photos_graph.model.library import DatePrecision, Taken, TakenSource

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
WRITTEN = 1_500_000_000 * 10**9  # 2017-07-14 02:40:00 UTC
EXIF = "Exif.Photo.DateTimeOriginal"


def taken(data: bytes, beside: bytes | None = None, file_name: str = "a.jpg", mtime_ns: int = WRITTEN) -> Taken | None:
    return read_metadata(data, file_name, mtime_ns, beside, NOW)[0].taken


def at(text: str, source: TakenSource, offset: str | None = None) -> Taken:
    """A time that is as precise as its text: "1987", "1987-06", "1987-06-05" or "1987-06-05T12:34:56"."""
    precision = {4: DatePrecision.YEAR, 7: DatePrecision.MONTH, 10: DatePrecision.DAY}.get(len(text))
    start = datetime.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
    return Taken(start, source, offset, precision or DatePrecision.SECOND)


def warnings(data: bytes, beside: bytes | None = None, file_name: str = "a.jpg") -> tuple[str, ...]:
    return read_metadata(data, file_name, WRITTEN, beside, NOW)[1]
