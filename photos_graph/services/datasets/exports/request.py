"""The request for an export, as it is kept in the arguments of its job."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyroaring import BitMap

from photos_graph.model import Certainty, DatasetFormat


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """A request for an export.

    ``photos`` holds the numbers of the photos that the selection matched at the time of the request. ``folder`` is the
    absolute path of the folder in which the export is created under ``name``. ``asked`` describes the selection for
    people.
    """

    format: DatasetFormat
    folder: Path
    name: str
    photos: BitMap
    certainty: Certainty = Certainty.CONFIRMED
    originals: bool = False
    asked: str = ""
    by: str = ""
    at: str = ""  # ISO 8601, UTC
    block: int = 256  # photos

    @property
    def target(self) -> Path:
        """The path of the finished export."""
        return self.folder / self.name

    def has_same_content(self, other: ExportRequest) -> bool:
        """Returns whether both requests lead to the same export, apart from its name and time."""
        return self._content() == other._content()

    def _content(self) -> tuple[object, ...]:
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
    """Returns the name of the folder and the time (ISO 8601, UTC) of an export that is requested now."""
    now = datetime.now(UTC)
    return f"{format.lower()}-{now:%Y%m%d-%H%M%S-%f}", now.isoformat(timespec="seconds")
