"""What an export was asked for, as the arguments of its job say it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyroaring import BitMap

from photos_graph.model import Certainty, DatasetFormat


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """``photos``: the numbers of those that the filter gave when it was asked. ``folder``: the absolute path of the one
    that the export is made in, under ``name``. ``asked``: the filter, for people."""

    format: DatasetFormat
    folder: Path
    name: str
    photos: BitMap
    certainty: Certainty = Certainty.CONFIRMED
    originals: bool = False
    asked: str = ""
    by: str = ""
    at: str = ""  # ISO 8601, UTC
    block: int = 256  # photos between two notes of what is whole

    @property
    def target(self) -> Path:
        return self.folder / self.name

    def wants_the_same(self, other: ExportRequest) -> bool:
        """Whether what is made for the one is what the other asks for, but for its name and time."""
        return self._wanted() == other._wanted()

    def _wanted(self) -> tuple[object, ...]:
        return self.format, self.folder, self.photos, self.certainty, self.originals

    def arguments(self) -> dict[str, str]:
        return {
            "format": self.format.value,
            "folder": str(self.folder),
            "name": self.name,
            "photos": base64.b64encode(self.photos.serialize()).decode(),
            "certainty": self.certainty.value,
            "originals": "1" if self.originals else "",
            "asked": self.asked,
            "by": self.by,
            "at": self.at,
            "block": str(self.block),
        }

    @classmethod
    def of(cls, arguments: dict[str, str]) -> ExportRequest:
        return cls(
            format=DatasetFormat(arguments["format"]),
            folder=Path(arguments["folder"]),
            name=arguments["name"],
            photos=BitMap.deserialize(base64.b64decode(arguments["photos"])),
            certainty=Certainty(arguments["certainty"]),
            originals=bool(arguments["originals"]),
            asked=arguments["asked"],
            by=arguments["by"],
            at=arguments["at"],
            block=int(arguments["block"]),
        )


def name_now(format: DatasetFormat) -> tuple[str, str]:
    """Of an export that is asked for now: the name of its folder, and the time."""
    now = datetime.now(UTC)
    return f"{format.lower()}-{now:%Y%m%d-%H%M%S-%f}", now.isoformat(timespec="seconds")
