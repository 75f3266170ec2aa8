"""Times in the syntax of cron."""

from __future__ import annotations

from datetime import datetime

from cronsim import CronSim, CronSimError

from photos_graph.errors import BadInput

MAX_LENGTH = 100  # characters
FIELDS = "minute, hour, day of the month, month, day of the week"


def next_time(cron: str, now: float) -> int:
    """Returns the first time after ``now`` at which ``cron`` is true in local time, in milliseconds since the epoch.
    Raises BadInput with the reason if the expression is invalid."""
    if len(cron) > MAX_LENGTH or len(cron.split()) != 5:
        raise BadInput(f"A schedule has five fields: {FIELDS}. For example '30 3 * * 1' is every Monday at 3:30.")
    try:
        # If a time occurs twice because clocks are set back, the first occurrence counts.
        moments = (moment.timestamp() for moment in CronSim(cron, datetime.fromtimestamp(now)))
        return next(round(moment * 1000) for moment in moments if moment > now)
    except CronSimError as error:
        raise BadInput(f"{error} in this schedule. Its fields are: {FIELDS}.") from None
    except StopIteration:
        raise BadInput("This schedule never comes true.") from None
