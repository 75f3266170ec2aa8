"""The models for faces and for learning that need weights, as `photos-graph models` lists them."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.errors import BadInput, ModelUnavailable
from photos_graph.faces import catalogue as faces
from photos_graph.faces.weights import FaceWeights as FaceWeights
from photos_graph.learn import catalogue as learn
from photos_graph.learn import image_text
from photos_graph.learn.image_text_files import ImageTextModel, ImageTextWeights
from photos_graph.learn.weights import BackboneWeights as LearnWeights
from photos_graph.settings import Settings, is_address
from photos_graph.weights import Progress, WeightFile, WeightState

Row = faces.Detector | faces.Embedder | learn.BackboneSpec | ImageTextModel


class Catalogue:
    def __init__(self, settings: Settings) -> None:
        """Collects the models of the settings. Raises BadInput if the settings name an unknown model."""
        self._faces = FaceWeights(settings.models_dir, settings.faces.weights)
        self._learn = LearnWeights(settings.models_dir, settings.learn.weights)
        self._text_folder = settings.text_model
        self.text = [ImageTextModel(settings.learn.text)] if settings.learn.text else []
        self.used: list[Row] = [
            faces.detector(settings.faces.detector),
            faces.embedder(settings.faces.embedder),
            learn.backbone(settings.learn.backbone),
            *self.text,
        ]

    def named(self, names: Sequence[str]) -> list[Row]:
        """Returns the model of that name. Raises BadInput, which lists the names that exist."""
        text = {row.name: row for row in self.text}
        rows: dict[str, Row] = {**faces.DETECTORS, **faces.EMBEDDERS, **learn.BACKBONES, **text}
        for name in names:
            if name not in rows:
                raise BadInput(f'There is no model "{name}". There are: {", ".join(rows)}.')
        return [rows[name] for name in names]

    def missing(self, rows: Sequence[Row]) -> list[Row]:
        """Returns the models of which a file is missing. Files are not verified."""
        return [row for row in rows if not self._is_here(row)]

    def _is_here(self, row: Row) -> bool:
        match row:
            case ImageTextModel():
                return (store := self._downloads(row)) is None or store.are_here(row)
            case learn.BackboneSpec():
                return self._learn.are_here(row)
            case _:
                return self._faces.are_here(row)

    def fetch(self, rows: Sequence[Row], progress: Progress) -> list[WeightFile]:
        """Downloads the files that are missing or damaged, and returns them. Raises ModelUnavailable."""
        got = self._faces.fetch([row for row in rows if isinstance(row, faces.Detector | faces.Embedder)], progress)
        got += self._learn.fetch([row for row in rows if isinstance(row, learn.BackboneSpec)], progress)
        for row in rows:
            if isinstance(row, ImageTextModel) and (store := self._downloads(row)) is not None:
                got += store.fetch([row], progress)
        return got

    def check(self, rows: Sequence[Row]) -> None:
        """Raises ModelUnavailable unless every file is intact."""
        self._faces.check(*(row for row in rows if isinstance(row, faces.Detector | faces.Embedder)))
        self._learn.check(*(row for row in rows if isinstance(row, learn.BackboneSpec)))
        for row in rows:
            if isinstance(row, ImageTextModel) and self._text_folder is not None:
                if (store := self._downloads(row)) is not None:
                    store.check(row)
                image_text.fingerprint(self._text_folder)
                image_text.preparation(self._text_folder)

    def listed(self) -> list[tuple[str, str, str, bool]]:
        """Returns (kind, name, state, whether it is in use) for each model."""
        kinds: tuple[tuple[str, Sequence[Row]], ...] = (
            ("detector", tuple(faces.DETECTORS.values())),
            ("embedder", tuple(faces.EMBEDDERS.values())),
            ("backbone", tuple(learn.BACKBONES.values())),
            ("image-text", self.text),
        )
        return [(kind, _shown(row), self._state(row), row in self.used) for kind, rows in kinds for row in rows]

    def _state(self, row: Row) -> WeightState:
        match row:
            case ImageTextModel():
                return self._text_state(row)
            case learn.BackboneSpec():
                return self._learn.state_of(row)
            case _:
                return self._faces.state_of(row)

    def _text_state(self, row: ImageTextModel) -> WeightState:
        if (store := self._downloads(row)) is not None:
            return store.state_of(row)
        try:
            self.check([row])
        except ModelUnavailable:
            return WeightState.MISSING
        return WeightState.READY

    def _downloads(self, row: ImageTextModel) -> ImageTextWeights | None:
        """Returns where the files of a model go that is downloaded, or None for one that lies in a folder."""
        if self._text_folder is None or not is_address(row.source):
            return None
        return ImageTextWeights(self._text_folder)


def _shown(row: Row) -> str:
    return row.source if isinstance(row, ImageTextModel) else row.name
