"""The name and the time of an export that is requested now."""

from __future__ import annotations

from datetime import UTC, datetime

from photos_graph.model.datasets import DatasetFormat


def name_now(format: DatasetFormat) -> tuple[str, str]:
    """Returns the name of the folder and the time (ISO 8601, UTC) of an export that is requested now."""
    now = datetime.now(UTC)
    return f"{format.lower()}-{now:%Y%m%d-%H%M%S-%f}", now.isoformat(timespec="seconds")
