"""Says when something was or will be, as people say it."""

from __future__ import annotations

from datetime import UTC, datetime

from photos_graph.shown import counted

UNITS = (("minute", 60), ("hour", 3600), ("day", 86400))
SLACK = 5  # seconds by which what was just set to "in 30 days" may be nearer
FAR = 30 * 86400  # seconds from which on the day is said


def moment_in_words(moment: str, now: datetime | None = None) -> str:
    """Turns a time with an offset into "5 minutes ago", "in 3 days" or "1 August 2019"."""
    when, now = datetime.fromisoformat(moment), now or datetime.now(UTC)
    seconds = (now - when).total_seconds()
    if seconds < -SLACK:
        seconds -= SLACK
    if abs(seconds) >= FAR:
        return f"{when.day} {when:%B %Y}"
    if abs(seconds) < UNITS[0][1]:
        return "just now" if seconds >= 0 else "in a moment"
    unit, length = [each for each in UNITS if abs(seconds) >= each[1]][-1]
    said = counted(int(abs(seconds) // length), unit)
    return f"{said} ago" if seconds > 0 else f"in {said}"
