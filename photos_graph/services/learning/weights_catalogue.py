"""The models for faces and for learning that need weights, as `photos-graph models` lists them."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.errors import BadInput
from photos_graph.faces import catalogue as faces
from photos_graph.faces.weights import FaceWeights as FaceWeights
from photos_graph.learn import catalogue as learn
from photos_graph.learn.weights import BackboneWeights as LearnWeights
from photos_graph.settings import Settings
from photos_graph.weights import Progress, WeightFile, WeightState

Row = faces.Detector | faces.Embedder | learn.BackboneSpec


class Catalogue:
    def __init__(self, settings: Settings) -> None:
        """Collects the models of the settings. Raises BadInput if the settings name an unknown model."""
        self._faces = FaceWeights(settings.models_dir, settings.faces.weights)
        self._learn = LearnWeights(settings.models_dir, settings.learn.weights)
        self.used: list[Row] = [
            faces.detector(settings.faces.detector),
            faces.embedder(settings.faces.embedder),
            learn.backbone(settings.learn.backbone),
        ]

    def named(self, names: Sequence[str]) -> list[Row]:
        """Returns the model of that name. Raises BadInput, which lists the names that exist."""
        rows: dict[str, Row] = {**faces.DETECTORS, **faces.EMBEDDERS, **learn.BACKBONES}
        for name in names:
            if name not in rows:
                raise BadInput(f'There is no model "{name}". There are: {", ".join(rows)}.')
        return [rows[name] for name in names]

    def fetch(self, rows: Sequence[Row], progress: Progress) -> list[WeightFile]:
        """Downloads the files that are missing or damaged, and returns them. Raises ModelUnavailable."""
        got = self._faces.fetch([row for row in rows if not isinstance(row, learn.BackboneSpec)], progress)
        return got + self._learn.fetch([row for row in rows if isinstance(row, learn.BackboneSpec)], progress)

    def check(self, rows: Sequence[Row]) -> None:
        """Raises ModelUnavailable unless every file is intact."""
        self._faces.check(*(row for row in rows if not isinstance(row, learn.BackboneSpec)))
        self._learn.check(*(row for row in rows if isinstance(row, learn.BackboneSpec)))

    def listed(self) -> list[tuple[str, str, str, bool]]:
        """Returns (kind, name, state, whether it is in use) for each model."""
        kinds: tuple[tuple[str, Sequence[Row]], ...] = (
            ("detector", tuple(faces.DETECTORS.values())),
            ("embedder", tuple(faces.EMBEDDERS.values())),
            ("backbone", tuple(learn.BACKBONES.values())),
        )
        return [(kind, row.name, self._state(row), row in self.used) for kind, rows in kinds for row in rows]

    def _state(self, row: Row) -> WeightState:
        return self._learn.state_of(row) if isinstance(row, learn.BackboneSpec) else self._faces.state_of(row)
