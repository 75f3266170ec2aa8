"""Measures predictions on photos with evidence. Each photo has the weight of its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.learn.calibration import at_least
from photos_graph.learn.evidence import Evidence
from photos_graph.learn.sheets import ChosenThreshold
from photos_graph.model.learning import MetricsInLibrary

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LabelScore(MetricsInLibrary):
    """The metrics of one label. ``examples`` counts the examples for training, and ``held_out`` those on which the
    recall was measured, by models that did not see them. ``precision`` is the one that is expected in the whole
    library, and ``precision_at_least`` a lower bound by the labelled photos. Those of the library are as in
    ``ChosenThreshold``, whose ``would_be`` is ``sheet_threshold``.
    """

    label: str
    examples: int
    held_out: int
    threshold: float
    precision: float
    precision_at_least: float
    recall: float
    average_precision: float


@dataclass(frozen=True, slots=True)
class Scores:
    """The metrics of all labels together, over all pairs of photo and label. Only ``average_precision`` is the mean
    over the labels that have an example. ``held_out`` counts photos."""

    held_out: int
    precision: float
    recall: float
    f1: float
    average_precision: float


def overall(probabilities: Floats, thresholds: Floats, known: Evidence, chosen: Sequence[ChosenThreshold]) -> Scores:
    """Measures probabilities (m, l) of all labels together. The precision is the one that is expected in the whole
    library, over all photos that get a tag."""
    right, _, missed = (part.sum() for part in _counts(probabilities, thresholds, known))
    each = average_precisions(probabilities, known)
    given_to = sum(of.given_to for of in chosen)
    precision = sum(of.expected_precision * of.given_to for of in chosen) / max(1, given_to)
    recall = _share(right, missed)
    return Scores(
        held_out=int(known.known.sum()),
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / max(1e-9, precision + recall),
        average_precision=float(np.nanmean(each)) if np.isfinite(each).any() else 0.0,
    )


def per_label(
    labels: Sequence[str],
    examples: Sequence[int],
    probabilities: Floats,
    thresholds: Floats,
    known: Evidence,
    chosen: Sequence[ChosenThreshold],
) -> list[LabelScore]:
    right, wrong, missed = _counts(probabilities, thresholds, known)
    average = np.nan_to_num(average_precisions(probabilities, known))
    return [
        LabelScore(
            label=label,
            examples=examples[at],
            held_out=int((known.targets[:, at] * (known.weights[:, at] > 0)).sum()),
            threshold=float(thresholds[at]),
            precision=chosen[at].expected_precision,
            precision_at_least=at_least(float(right[at]), float(wrong[at])),
            recall=_share(right[at], missed[at]),
            average_precision=float(average[at]),
            trust=chosen[at].trust,
            judged=chosen[at].judged,
            expected_precision=chosen[at].expected_precision,
            given_to=chosen[at].given_to,
            reason=chosen[at].reason,
            sheet_threshold=chosen[at].would_be,
        )
        for at, label in enumerate(labels)
    ]


def average_precisions(probabilities: Floats, known: Evidence) -> npt.NDArray[np.float64]:
    """Returns the average precision of each label (l,), or NaN for a label without an example."""
    out = np.full(probabilities.shape[1], np.nan)
    for label in range(probabilities.shape[1]):
        order = np.argsort(-probabilities[:, label], kind="stable")
        weight = known.weights[order, label].astype(np.float64)
        hits = weight * known.targets[order, label]
        if hits.sum():
            out[label] = (hits * np.cumsum(hits) / np.maximum(np.cumsum(weight), 1e-9)).sum() / hits.sum()
    return out


def chances(known: Evidence) -> npt.NDArray[np.float64]:
    """Returns the average precision of guessing (l,), which is the share of examples, or NaN without an example."""
    examples = (known.weights * known.targets).sum(axis=0, dtype=np.float64)
    return np.where(examples > 0, examples / np.maximum(known.weights.sum(axis=0, dtype=np.float64), 1e-9), np.nan)


def _counts(probabilities: Floats, thresholds: Floats, known: Evidence) -> tuple[Floats, Floats, Floats]:
    """Returns the correct, the wrong and the missed predictions, each (l,)."""
    taken = probabilities >= thresholds
    positive = known.weights * known.targets
    negative = known.weights - positive
    return (positive * taken).sum(axis=0), (negative * taken).sum(axis=0), (positive * ~taken).sum(axis=0)


def _share(part: float, rest: float) -> float:
    return float(part / (part + rest)) if part else 0.0
