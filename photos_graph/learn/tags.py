"""Trains a model of tags, whose head on the features and propagation along the neighbours are calibrated together.

It learns against the whole library: photos without a tag are weak negatives. Each photo that took part in the training
is scored by the models that did not see it, so that the scores of all photos of the library can be compared.

Training needs Keras, so it must run in a worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.learn import head
from photos_graph.learn.belief import believed
from photos_graph.learn.calibration import NO_THRESHOLD, calibrate, sigmoid
from photos_graph.learn.dataset import NEGATIVE, POSITIVE, UNLABELLED, Bools, TrainingSet
from photos_graph.learn.evidence import Evidence, evidence
from photos_graph.learn.lookalikes import nearness
from photos_graph.learn.metrics import LabelScore, Scores, overall, per_label
from photos_graph.learn.neighbours import Halves, Neighbours
from photos_graph.learn.predictor import PHOTOS_PER_BLOCK, Floats, Places, Predictor, flows_of, least_alike
from photos_graph.learn.propagation import USUAL, Propagation
from photos_graph.learn.sheets import ChosenThreshold, Judged, choose_threshold, most
from photos_graph.learn.whitening import whitening_of

FOLDS = 5
UNSEEN = 3  # of the FOLDS models, those that do not see a photo without a tag; their mean scores it
EVERYTHING = 0.5  # share of all photos of the library, beside the negatives, in what propagation compares examples with

COMPARED, MIN_COMPARED = 100, 20  # photos without a tag from which it is learnt how much more all models know than one

Both = tuple[Floats, Floats]
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
    rows, known = evidence(learnt)
    positive = learnt.truth[rows] == POSITIVE
    mean, scale = _standard(graph.vectors)
    standard: Floats = (graph.vectors[rows].astype(np.float32) - mean) / scale
    whitening = whitening_of(standard)
    features: Floats = standard @ whitening
    labelled, groups = learnt.labelled[rows], learnt.held_out_together[rows]
    progress(1, FOLDS + 2)

    crossing = _Crossing(graph, rows, features, known, labelled, _folds(groups, seed), seed)
    by_one, by_more, (kernel, bias) = crossing.run(progress)
    calibration = calibrate(*by_one, known)
    crossed = _as_unlabelled(calibration.scores(*by_one), calibration.scores(*by_more), labelled)
    unlabelled = learnt.truth[rows] == UNLABELLED
    near = nearness(graph.vectors, rows, crossed, positive, unlabelled, groups)
    free = (learnt.truth == UNLABELLED).sum(axis=0)
    belief = believed(crossed, near, positive, unlabelled, learnt.above, free)
    predictor = Predictor(
        mean=mean,
        scale=scale,
        kernel=whitening @ kernel,
        bias=bias,
        seed_ids=tuple(graph.ids[row] for row in rows.tolist()),
        seeds=known.only(labelled).balanced(),
        above=learnt.above,
        calibration=calibration,
        crossed=sigmoid(belief.of(crossed)),
        alike=np.array([least_alike(graph.vectors, rows[has]) for has in positive.T], np.float32),
        belief=belief,
        everything=EVERYTHING,
        way=USUAL,
    )
    found = predictor.probabilities(graph)
    chosen = _chosen(learnt, found, rows, promised, flood)
    thresholds = np.array([NO_THRESHOLD if each.threshold is None else each.threshold for each in chosen], np.float32)
    examples, measured = positive.sum(axis=0).tolist(), known.measured(labelled)
    model = TagModel(
        graph.backbone,
        learnt.snapshot,
        seed,
        promised,
        learnt.labels,
        predictor,
        thresholds,
        overall(found[rows], thresholds, measured, chosen),
        tuple(per_label(learnt.labels, examples, found[rows], thresholds, measured, chosen)),
    )
    progress(FOLDS + 2, FOLDS + 2)
    return model


@dataclass(frozen=True, slots=True)
class _Crossing:
    """Trains FOLDS models on the m photos with evidence at ``rows`` (m,), which scores each by models that did not see
    it: each photo by the one of its fold, and a photo without a tag also by UNSEEN models, with labels from all folds.
    """

    graph: Neighbours
    rows: Places
    features: Floats
    known: Evidence
    labelled: Bools
    folds: Places
    seed: int

    def run(self, progress: Progress) -> tuple[Both, Both, Both]:
        """Returns the scores of the head and of propagation, each (m, l), by the model of the fold, then those by all
        models that did not see the photo, which are of use for photos without a tag only, and then the mean of the
        heads: weights (d, l) and biases (l,)."""
        flow = Propagation(self.graph, USUAL)
        flows_of_all = self._flows(flow, self.labelled)
        logits, flows, mean_logits = (np.zeros_like(flows_of_all) for _ in range(3))
        heads = []
        for fold in range(FOLDS):
            mine = self.folds == fold
            unseen = np.where(self.labelled, mine, (fold - self.folds) % FOLDS < UNSEEN)
            part = self.known[~unseen].balanced()
            kernel, bias = head.fit(self.features[~unseen], part.targets, part.weights, self.seed)
            heads.append((kernel, bias))
            scores = self.features[unseen] @ kernel + bias
            mean_logits[unseen] += scores / UNSEEN
            logits[mine] = scores[mine[unseen]]
            flows[mine] = self._flows(flow, self.labelled & ~mine)[mine]
            progress(fold + 2, FOLDS + 2)
        kernels, biases = zip(*heads, strict=True)
        mean = np.mean(np.stack(kernels), axis=0), np.mean(np.stack(biases), axis=0)
        return (logits, flows), (mean_logits, flows_of_all), mean

    def _flows(self, flow: Propagation, seeds: Bools) -> Floats:
        """Returns what arrives from these seeds (m,) at the m photos, as (m, l)."""
        known = self.known[seeds].balanced()
        return flows_of(flow, self.rows[seeds], known, len(self.graph), EVERYTHING)[self.rows]


def _as_unlabelled(by_one: Floats, by_more: Floats, labelled: Bools) -> Floats:
    """Returns the log-odds (m, l) of photos with scores by one model, and by more of them.

    Photos without a tag are scored by more models, which also know all labels. Those of them that are most likely to
    have the tag tell how much higher the scores of labelled photos would be, if nobody had labelled them.
    """
    out = by_more.copy()
    likeliest = np.argsort(-(by_one + by_more)[~labelled], axis=0, kind="stable")[:COMPARED]
    apart = np.take_along_axis((by_more - by_one)[~labelled], likeliest, axis=0)
    out[labelled] = by_one[labelled] + (np.median(apart, axis=0) if len(apart) >= MIN_COMPARED else 0)
    return out


def _chosen(learnt: TrainingSet, found: Floats, rows: Places, promised: float, flood: float) -> list[ChosenThreshold]:
    """Chooses the threshold of each label by the probabilities (n, l) of the whole library. Photos with other tags only
    are known to lack it, unless those tags are wider. All photos with a tag are among ``rows`` (m,)."""
    positive = learnt.truth[rows] == POSITIVE
    tagged = int(positive.any(axis=1).sum())
    out = []
    for label, name in enumerate(learnt.labels):
        scores, truth = np.ascontiguousarray(found[:, label]), np.ascontiguousarray(learnt.truth[:, label])
        places, inclusion = learnt.sheets.get(name, ((), ()))
        sheet = np.array(places, np.intp)
        judged = Judged(scores[sheet], truth[sheet] == POSITIVE, np.array(inclusion, np.float64))
        limit = most(int(positive[:, label].sum()), tagged, len(truth), flood)
        others = np.zeros(len(truth), bool)
        others[rows] = positive[:, ~learnt.above[label]].any(axis=1)
        lacking = scores[(truth == NEGATIVE) | (others & (truth == UNLABELLED))]
        free, examples = scores[truth == UNLABELLED], scores[truth == POSITIVE]
        out.append(choose_threshold(free, examples, judged, promised, limit, lacking))
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
