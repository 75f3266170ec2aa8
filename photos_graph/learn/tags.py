"""Trains a model of tags, whose head on the features and propagation along the neighbours are calibrated together.

It learns against the whole library: photos without a tag are weak negatives. Each photo that took part in the training
is scored by the models that did not see it, so that the scores of all photos of the library can be compared.

Training needs Keras, so it must run in a worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from photos_graph.learn import head
from photos_graph.learn.calibration import NO_THRESHOLD, calibrate
from photos_graph.learn.dataset import NEGATIVE, POSITIVE, UNLABELLED, Bools, TrainingSet
from photos_graph.learn.evidence import Evidence, evidence
from photos_graph.learn.metrics import LabelScore, Scores, overall, per_label
from photos_graph.learn.neighbours import Halves, Neighbours
from photos_graph.learn.predictor import PHOTOS_PER_BLOCK, Floats, Places, Predictor, flows_of, least_alike
from photos_graph.learn.propagation import Propagation
from photos_graph.learn.sheets import ChosenThreshold, Judged, choose_threshold, most

FOLDS = 5
UNSEEN = 3  # of the FOLDS models, those that do not see a photo without a tag; their mean scores it
EVERYTHING = 0.5  # share of all photos of the library, beside the negatives, in what propagation compares examples with

Progress = Callable[[int, int], None]  # takes the steps that are done, and all steps


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
    keras: Any,
    learnt: TrainingSet,
    graph: Neighbours,
    promised: float,
    seed: int,
    progress: Progress,
    flood: float = 1.5,
) -> TagModel:
    """Trains a model. On one machine, the same snapshot and seed give the same model.

    ``promised`` is 0..1, and ``flood`` limits to how many photos a tag without a judged sheet is given. Raises
    ValueError if there is no label to learn.
    """
    if not learnt.labels:
        raise ValueError("no tag has enough examples")
    positive, known = learnt.truth == POSITIVE, evidence(learnt)
    rows = np.flatnonzero(known.known)
    known = known[rows]
    mean, scale = _standard(graph.vectors)
    features = (graph.vectors[rows].astype(np.float32) - mean) / scale
    labelled = learnt.labelled[rows]
    progress(1, FOLDS + 2)

    crossing = _Crossing(keras, graph, rows, features, known, labelled, _folds(learnt.groups[rows], seed), seed)
    logits, flows, kernel, bias = crossing.run(progress)
    calibration = calibrate(logits, flows, known)
    predictor = Predictor(
        mean=mean,
        scale=scale,
        kernel=kernel,
        bias=bias,
        seed_ids=tuple(graph.ids[row] for row in rows.tolist()),
        seeds=known.only(labelled).balanced(),
        above=learnt.above,
        calibration=calibration,
        crossed=calibration.probabilities(logits, flows),
        alike=np.array([least_alike(graph.vectors, np.flatnonzero(has)) for has in positive.T], np.float32),
        everything=EVERYTHING,
    )
    found = predictor.probabilities(graph)
    chosen = [_chosen(learnt, found, label, promised, flood) for label in range(len(learnt.labels))]
    thresholds = np.array([NO_THRESHOLD if each.threshold is None else each.threshold for each in chosen], np.float32)
    examples = positive.sum(axis=0).tolist()
    model = TagModel(
        graph.backbone,
        learnt.snapshot,
        seed,
        promised,
        learnt.labels,
        predictor,
        thresholds,
        overall(found[rows], thresholds, known, chosen),
        tuple(per_label(learnt.labels, examples, found[rows], thresholds, known, chosen)),
    )
    progress(FOLDS + 2, FOLDS + 2)
    return model


@dataclass(frozen=True, slots=True)
class _Crossing:
    """Trains FOLDS models on the m photos with evidence at ``rows`` (m,), which scores each by models that did not see
    it. A labelled photo is unseen by the model of its fold, and a photo without a tag by UNSEEN models."""

    keras: Any
    graph: Neighbours
    rows: Places
    features: Floats
    known: Evidence
    labelled: Bools
    folds: Places
    seed: int

    def run(self, progress: Progress) -> tuple[Floats, Floats, Floats, Floats]:
        """Returns the scores of the head and of propagation, each (m, l), and the mean of the heads: weights (d, l) and
        biases (l,)."""
        flow = Propagation(self.graph)
        flows = self._flows(flow, self.labelled)
        logits = np.zeros_like(flows)
        heads = []
        for fold in range(FOLDS):
            unseen = np.where(self.labelled, self.folds == fold, (fold - self.folds) % FOLDS < UNSEEN)
            part = self.known[~unseen].balanced()
            kernel, bias = head.fit(self.keras, self.features[~unseen], part.targets, part.weights, self.seed)
            heads.append((kernel, bias))
            times = np.where(self.labelled[unseen], 1, UNSEEN)[:, None]
            logits[unseen] += (self.features[unseen] @ kernel + bias) / times
            out = self.labelled & unseen
            flows[out] = self._flows(flow, self.labelled & ~unseen)[out]
            progress(fold + 2, FOLDS + 2)
        kernels, biases = zip(*heads, strict=True)
        return logits, flows, np.mean(np.stack(kernels), axis=0), np.mean(np.stack(biases), axis=0)

    def _flows(self, flow: Propagation, seeds: Bools) -> Floats:
        """Returns what arrives from these seeds (m,) at the m photos, as (m, l)."""
        known = self.known[seeds].balanced()
        return flows_of(flow, self.rows[seeds], known, len(self.graph), EVERYTHING)[self.rows]


def _chosen(learnt: TrainingSet, found: Floats, label: int, promised: float, flood: float) -> ChosenThreshold:
    """Chooses the threshold of a label by the probabilities (n, l) of the whole library. Photos with other tags only
    are known to lack it, unless those tags are wider."""
    scores, truth = found[:, label], learnt.truth[:, label]
    places, inclusion = learnt.sheets.get(learnt.labels[label], ((), ()))
    rows = np.array(places, np.intp)
    judged = Judged(scores[rows], truth[rows] == POSITIVE, np.array(inclusion, np.float64))
    positive = learnt.truth == POSITIVE
    limit = most(int(positive[:, label].sum()), int(positive.any(axis=1).sum()), len(truth), flood)
    others = positive[:, ~learnt.above[label]].any(axis=1)
    lacking = scores[(truth == NEGATIVE) | (others & (truth == UNLABELLED))]
    return choose_threshold(scores[truth == UNLABELLED], scores[truth == POSITIVE], judged, promised, limit, lacking)


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
