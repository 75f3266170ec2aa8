"""A model of tags, which combines a head on the features with propagation along the neighbours, calibrated together.

Training needs Keras, so it must run in a worker. Prediction consists of matrix products.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from photos_graph.learn import head
from photos_graph.learn.calibration import Calibration, calibrate, threshold
from photos_graph.learn.dataset import POSITIVE, Bools, TrainingSet
from photos_graph.learn.evidence import Evidence, evidence
from photos_graph.learn.metrics import LabelScore, Scores, overall, per_label
from photos_graph.learn.neighbours import Halves, Neighbours
from photos_graph.learn.propagation import Propagation

FOLDS = 5
LABELS_PER_BLOCK = 64  # labels that are propagated together, which limits memory
PHOTOS_PER_BLOCK = 8192
SMOOTHING = 0.01  # share of the average flow that is added, because zero has no logarithm

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]
Progress = Callable[[int, int], None]  # takes the steps that are done, and all steps


@dataclass(frozen=True, slots=True)
class Predictor:
    """Predicts l labels from features of d dimensions.

    ``kernel`` (d, l) and ``bias`` (l,) are the head, for vectors minus ``mean`` (d,), divided by ``scale`` (d,).
    ``seeds`` is the evidence about the m photos ``seed_ids``, from which labels propagate. ``above`` (l, l) says
    whether the second label is an ancestor of the first.
    """

    mean: Floats
    scale: Floats
    kernel: Floats
    bias: Floats
    seed_ids: tuple[str, ...]
    seeds: Evidence
    above: Bools
    calibration: Calibration

    def probabilities(self, graph: Neighbours) -> Floats:
        """Returns probabilities (n, l) for all photos of a graph of the same backbone. An ancestor is at least as
        probable as its descendants."""
        return _with_parents(self.calibration.probabilities(*self._both(graph)), self.above)

    def disagreement(self, graph: Neighbours) -> Floats:
        """Returns, as (n, l) in 0..1, the distance between the predictions by the photo itself and by its
        neighbours."""
        return self.calibration.disagreement(*self._both(graph))

    def _both(self, graph: Neighbours) -> tuple[Floats, Floats]:
        place = {id_: at for at, id_ in enumerate(graph.ids)}
        here = [at for at, id_ in enumerate(self.seed_ids) if id_ in place]
        rows = np.array([place[self.seed_ids[at]] for at in here], np.intp)
        flows = _flows(Propagation(graph), rows, self.seeds[np.array(here, np.intp)], len(graph))
        return self._logits(graph.vectors), flows

    def _logits(self, vectors: Halves) -> Floats:
        out = np.zeros((len(vectors), len(self.bias)), np.float32)
        for start in range(0, len(vectors), PHOTOS_PER_BLOCK):
            part = (vectors[start : start + PHOTOS_PER_BLOCK].astype(np.float32) - self.mean) / self.scale
            out[start : start + PHOTOS_PER_BLOCK] = part @ self.kernel + self.bias
        return out


@dataclass(frozen=True, slots=True)
class TagModel:
    """A trained model of tags. ``labels`` (l,) are tag ids. ``promised`` is the precision at ``thresholds`` (l,), which
    are NO_THRESHOLD for a label that cannot reach it. ``scores`` and ``per_label`` were measured on the held-out
    photos."""

    backbone: str
    snapshot: str
    seed: int
    promised: float
    labels: tuple[str, ...]
    predictor: Predictor
    thresholds: Floats
    scores: Scores
    per_label: tuple[LabelScore, ...]


def train(
    keras: Any, learnt: TrainingSet, graph: Neighbours, promised: float, seed: int, progress: Progress
) -> TagModel:
    """Trains a model. On one machine, the same snapshot and seed give the same model.

    ``promised`` is 0..1. Raises ValueError if there is no label to learn.
    """
    if not learnt.labels:
        raise ValueError("no tag has enough examples")
    flow = Propagation(graph)
    examples = (learnt.truth == POSITIVE) & ~learnt.held_out[:, None]
    known = evidence(learnt, flow.spread(examples.astype(np.float32)))
    rows = np.flatnonzero(~learnt.held_out & known.known)
    mean, scale = _standard(graph.vectors)
    features = (graph.vectors[rows].astype(np.float32) - mean) / scale
    progress(1, FOLDS + 2)

    logits, flows = np.zeros((2, len(rows), len(learnt.labels)), np.float32)
    folds = _folds(learnt.groups[rows], seed)
    for fold in range(FOLDS):
        out = folds == fold
        part = known[rows[~out]].balanced()
        kernel, bias = head.fit(keras, features[~out], part.targets, part.weights, seed)
        logits[out] = features[out] @ kernel + bias
        flows[out] = _flows(flow, rows[~out], part, len(graph))[rows[out]]
        progress(fold + 2, FOLDS + 2)
    calibration = calibrate(logits, flows, known[rows])
    crossed = _with_parents(calibration.probabilities(logits, flows), learnt.above)
    thresholds = [
        threshold(crossed[:, label], known.targets[rows, label], known.weights[rows, label], promised)
        for label in range(len(learnt.labels))
    ]

    part = known[rows].balanced()
    kernel, bias = head.fit(keras, features, part.targets, part.weights, seed)
    seed_ids = tuple(graph.ids[row] for row in rows.tolist())
    predictor = Predictor(mean, scale, kernel, bias, seed_ids, part, learnt.above, calibration)
    model = TagModel(
        graph.backbone,
        learnt.snapshot,
        seed,
        promised,
        learnt.labels,
        predictor,
        np.array(thresholds, np.float32),
        *scored(predictor, np.array(thresholds, np.float32), learnt, graph, known),
    )
    progress(FOLDS + 2, FOLDS + 2)
    return model


def scored(
    predictor: Predictor, thresholds: Floats, learnt: TrainingSet, graph: Neighbours, known: Evidence
) -> tuple[Scores, tuple[LabelScore, ...]]:
    held_out = np.flatnonzero(learnt.held_out & known.known)
    probabilities = predictor.probabilities(graph)[held_out]
    examples = ((learnt.truth == POSITIVE) & ~learnt.held_out[:, None]).sum(axis=0).tolist()
    each = per_label(learnt.labels, examples, probabilities, thresholds, known[held_out])
    return overall(probabilities, thresholds, known[held_out]), tuple(each)


def _flows(flow: Propagation, rows: Places, seeds: Evidence, count: int) -> Floats:
    """Returns, as (n, l), the logarithm of the ratio of the amounts that arrive from examples and from negatives.
    ``rows`` (m,) are the positions of the photos with evidence."""
    out = np.zeros((count, seeds.targets.shape[1]), np.float32)
    for start in range(0, out.shape[1], LABELS_PER_BLOCK):
        labels = slice(start, start + LABELS_PER_BLOCK)
        positive = seeds.weights[:, labels] * seeds.targets[:, labels]
        arrived = []
        for part in (positive, seeds.weights[:, labels] - positive):
            shares = np.zeros((count, part.shape[1]), np.float32)
            shares[rows] = part / np.maximum(part.sum(axis=0), np.float32(1e-6))
            arrived.append(np.log(flow.spread(shares) + np.float32(SMOOTHING / max(1, count))))
        out[:, labels] = arrived[0] - arrived[1]
    return out


def _with_parents(probabilities: Floats, above: Bools) -> Floats:
    """Raises the probability of each ancestor to at least that of its descendants."""
    out = probabilities.copy()
    for label in np.flatnonzero(above.any(axis=1)):
        wider = np.flatnonzero(above[label])
        out[:, wider] = np.maximum(out[:, wider], probabilities[:, label, None])
    return out


def _standard(vectors: Halves) -> tuple[Floats, Floats]:
    """Returns mean and deviation (d,) of vectors (n, d), computed in blocks."""
    total, squares = np.zeros((2, vectors.shape[1]))
    for start in range(0, len(vectors), PHOTOS_PER_BLOCK):
        part = vectors[start : start + PHOTOS_PER_BLOCK].astype(np.float64)
        total += part.sum(axis=0)
        squares += (part**2).sum(axis=0)
    mean = total / len(vectors)
    scale = np.sqrt(np.maximum(squares / len(vectors) - mean**2, 1e-12))
    return mean.astype(np.float32), scale.astype(np.float32)


def _folds(groups: npt.NDArray[np.int32], seed: int) -> npt.NDArray[np.intp]:
    """Returns a number from 0 to FOLDS - 1 for each photo (m,), which is the same for all photos of a group."""
    unique, numbers = np.unique(groups, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(len(unique))
    folds: npt.NDArray[np.intp] = (shuffled % FOLDS)[numbers]
    return folds
