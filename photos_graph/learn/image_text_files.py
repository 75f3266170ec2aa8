"""The files of the image-text model that the settings name: in a folder of the owner, or downloaded from an address."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError

from photos_graph.learn.image_text import FILES
from photos_graph.weights import CHUNK, Progress, SourceUnavailable, WeightFile, WeightStore

NAME = "image-text"


@dataclass(frozen=True, slots=True)
class ImageTextModel:
    """The model at an address, such as "https://example.org/clip". No digests of its files are known, so what is
    downloaded first is trusted, and must stay the same."""

    source: str
    name: str = NAME
    weights: tuple[WeightFile, ...] = tuple(map(WeightFile, FILES))


class ImageTextWeights(WeightStore[ImageTextModel]):
    """The downloaded files of the model in ``folder``."""

    folder = NAME
    setting = "learn.text"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder.parent)
        self._folder = folder

    def downloaded(self, model: ImageTextModel, file: WeightFile, scratch: Path, progress: Progress) -> Path:
        """Downloads the file from below the address of the model."""
        address, path = f"{model.source.rstrip('/')}/{file.name}", scratch / Path(file.name).name
        try:
            with urllib.request.urlopen(address, timeout=60) as answer, path.open("wb") as target:  # noqa: S310
                total = int(answer.headers.get("Content-Length") or 0) or None
                while chunk := answer.read(CHUNK):
                    target.write(chunk)
                    progress(file.name, target.tell(), total)
        except (URLError, HTTPException, TimeoutError, OSError, ValueError) as error:
            raise SourceUnavailable(f"{address} cannot be downloaded ({error}).") from None
        return path
