"""The files of trained models in the data directory, each beside the file of its training data. The name of a file
contains its SHA-256, so that damage is detected. Files in the format before safetensors can still be read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from photos_graph.array_files import Arrays, Damaged, pack, unpack
from photos_graph.faces.matching import Known
from photos_graph.learn import belief
from photos_graph.learn.belief import Belief
from photos_graph.learn.calibration import Calibration
from photos_graph.learn.evidence import Evidence
from photos_graph.learn.metrics import LabelScore, Scores
from photos_graph.learn.persons import PersonModel
from photos_graph.learn.predictor import Predictor
from photos_graph.learn.propagation import EARLIER, Way
from photos_graph.learn.tags import TagModel
from photos_graph.model.learning import ModelKind, Trust
from photos_graph.written_files import written_whole

VERSION = 1  # of the files; raise it when the meaning of their contents changes

Model = TagModel | PersonModel
T = TypeVar("T")


class Registry:
    """The files below ``folder``, which is created when it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, kind: ModelKind, version: int, content: bytes, snapshot: bytes = b"") -> str:
        """Stores the result of ``packed`` and the training data atomically. Returns the name of the file. Raises
        OSError."""
        name = f"{kind.value.lower()}-{version}-{hashlib.sha256(content).hexdigest()}.safetensors"
        self._folder.mkdir(parents=True, exist_ok=True)
        for path, data in ((self.snapshot_of(name), snapshot), (self._folder / name, content)):
            with written_whole(path) as file:
                file.write(data)
        return name

    def snapshot_of(self, name: str) -> Path:
        """Returns the file of the training data of that model."""
        return self._folder / Path(name).with_suffix(".snapshot").name

    def has(self, name: str) -> bool:
        return (self._folder / Path(name).name).exists()

    def put(self, name: str, content: bytes) -> None:
        """Stores a model that was saved elsewhere. Raises Damaged if it is not what was saved there, and OSError."""
        path = self._folder / Path(name).name
        _check(path, content)
        self._folder.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as file:
            file.write(content)

    def load(self, name: str) -> Model:
        """Loads a model. Raises Damaged if the file is missing or has changed."""
        path = self._folder / Path(name).name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise Damaged(f"{path}: {error.strerror}") from error
        _check(path, content)
        return unpacked(content)

    def forget_all_but(self, kind: ModelKind, names: Iterable[str]) -> None:
        """Removes the files of other models of that kind, and files that a killed writer left."""
        keep = {Path(name).stem for name in names}
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.stem not in keep and path.name.lstrip(".").startswith(f"{kind.value.lower()}-"):
                    path.unlink(missing_ok=True)


def _check(path: Path, content: bytes) -> None:
    if hashlib.sha256(content).hexdigest() != path.stem.rpartition("-")[2]:
        raise Damaged(f"{path} is not what was saved")


def packed(model: Model) -> bytes:
    about, arrays = _of_tags(model) if isinstance(model, TagModel) else _of_persons(model)
    return pack(VERSION, {"kind": type(model).__name__, **about}, arrays)


def unpacked(content: bytes) -> Model:
    """Restores a model from the result of ``packed``. Raises Damaged."""
    about, arrays = unpack(content, VERSION)
    try:
        return _tags(about, arrays) if about["kind"] == TagModel.__name__ else _persons(about, arrays)
    except (KeyError, TypeError) as error:
        raise Damaged(f"it is not a model: {error}") from error


def _of_tags(model: TagModel) -> tuple[dict[str, Any], Arrays]:
    predictor = model.predictor
    about = {
        "backbone": model.backbone,
        "snapshot": model.snapshot,
        "seed": model.seed,
        "promised": model.promised,
        "labels": model.labels,
        "seed_ids": predictor.seed_ids,
        "head": predictor.calibration.head,
        "flow": predictor.calibration.flow,
        "everything": predictor.everything,
        "way": asdict(predictor.way),
        "scores": asdict(model.scores),
        "per_label": [asdict(each) for each in model.per_label],
    }
    arrays: Arrays = {
        "thresholds": model.thresholds,
        "mean": predictor.mean,
        "scale": predictor.scale,
        "kernel": predictor.kernel,
        "bias": predictor.bias,
        "above": predictor.above,
        "targets": predictor.seeds.targets,
        "weights": predictor.seeds.weights,
        "biases": predictor.calibration.biases,
        "crossed": predictor.crossed.astype(np.float16),
        "alike": predictor.alike,
        "belief_scores": predictor.belief.scores,
        "belief_odds": predictor.belief.odds,
    }
    return about, arrays


def _tags(about: dict[str, Any], arrays: Arrays) -> TagModel:
    predictor = Predictor(
        mean=arrays["mean"],
        scale=arrays["scale"],
        kernel=arrays["kernel"],
        bias=arrays["bias"],
        seed_ids=tuple(about["seed_ids"]),
        seeds=Evidence(arrays["targets"], arrays["weights"]),
        above=arrays["above"],
        calibration=Calibration(about["head"], about["flow"], arrays["biases"]),
        crossed=arrays.get("crossed", arrays["targets"][:0]).astype(np.float32),
        alike=arrays.get("alike", np.full_like(arrays["bias"], -1)),
        belief=_belief(arrays),
        everything=about.get("everything", 0.0),
        way=Way(**about["way"]) if "way" in about else EARLIER,
    )
    return TagModel(
        backbone=about["backbone"],
        snapshot=about["snapshot"],
        seed=about["seed"],
        promised=about["promised"],
        labels=tuple(about["labels"]),
        predictor=predictor,
        thresholds=arrays["thresholds"],
        scores=_read(Scores, about["scores"]),
        per_label=_label_scores(about["per_label"]),
    )


def _belief(arrays: Arrays) -> Belief:
    """Returns lines that change nothing for a model of a format before there were any."""
    if "belief_scores" not in arrays:
        return belief.unchanged(len(arrays["bias"]))
    return Belief(arrays["belief_scores"], arrays["belief_odds"])


def _of_persons(model: PersonModel) -> tuple[dict[str, Any], Arrays]:
    about = {
        "embedder": model.embedder,
        "snapshot": model.snapshot,
        "labels": model.labels,
        "promised": model.promised,
        "scores": asdict(model.scores),
        "per_label": [asdict(each) for each in model.per_label],
    }
    arrays: Arrays = {
        "persons": model.known.persons,
        "means": model.known.means,
        "thresholds": model.thresholds,
    }
    return about, arrays


def _persons(about: dict[str, Any], arrays: Arrays) -> PersonModel:
    return PersonModel(
        embedder=about["embedder"],
        snapshot=about["snapshot"],
        promised=about["promised"],
        labels=tuple(about["labels"]),
        known=Known(arrays["persons"], arrays["means"]),
        thresholds=arrays["thresholds"],
        scores=_read(Scores, about["scores"]),
        per_label=_label_scores(about["per_label"]),
    )


def _label_scores(those: Iterable[dict[str, Any]]) -> tuple[LabelScore, ...]:
    return tuple(replace(_read(LabelScore, each), trust=Trust(each.get("trust", Trust.PROVISIONAL))) for each in those)


def _read(kind: type[T], values: dict[str, Any]) -> T:
    """Values that a file of an earlier version lacks get their defaults."""
    return kind(**{field.name: values[field.name] for field in fields(kind) if field.name in values})  # type: ignore[arg-type]
