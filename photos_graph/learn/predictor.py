"""Predicts tags by a head on the features and by propagation along the neighbours, calibrated together. Prediction
consists of matrix products."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from photos_graph.learn.belief import Belief
from photos_graph.learn.calibration import Calibration, sigmoid
from photos_graph.learn.dataset import Bools
from photos_graph.learn.evidence import Evidence
from photos_graph.learn.neighbours import Halves, Neighbours
from photos_graph.learn.propagation import USUAL, Propagation, Way

LABELS_PER_BLOCK = 32  # labels that are predicted together: a million photos take 1 GB meanwhile
PHOTOS_PER_BLOCK = 8192
SMOOTHING = 0.01  # share of the average flow that is added, because zero has no logarithm
LOOKED_AT = 0.3  # probability from which it is looked at whether a photo resembles any example
UNLIKE = 0.3  # factor of the probability of a photo that resembles no example, which makes it lower than any threshold
MAX_LOOKOUTS = 200  # examples of a label that photos are compared with
OWN_SHARE, OWN_MARGIN = 0.1, 0.1  # this share of the examples may be less alike than a photo must be, minus a margin

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]
Number = TypeVar("Number", np.float16, np.float32)
_Array = npt.NDArray[Number]


@dataclass(frozen=True, slots=True)
class Predictor:
    """Predicts l labels from features of d dimensions.

    ``kernel`` (d, l) and ``bias`` (l,) are the head, for vectors minus ``mean`` (d,), divided by ``scale`` (d,).
    ``seeds`` is the evidence about the m photos ``seed_ids``, from which labels propagate, and ``everything`` the share
    of all photos in what they are compared with. ``crossed`` (m, l) are the probabilities of these photos by models
    that did not see them; models of an earlier format have none (0, l). ``above`` (l, l) says whether the second label
    is an ancestor of the first. A photo that is less similar to the examples than ``alike`` (l,) is unlike all of them.
    ``belief`` turns scores to what they are worth in the whole library, and ``way`` is how labels propagate.
    """

    mean: Floats
    scale: Floats
    kernel: Floats
    bias: Floats
    seed_ids: tuple[str, ...]
    seeds: Evidence
    above: Bools
    calibration: Calibration
    crossed: Floats
    alike: Floats
    belief: Belief
    everything: float = 0.0
    way: Way = USUAL

    def probabilities(self, graph: Neighbours) -> Floats:
        """Returns probabilities (n, l) for all photos of a graph of the same backbone. An ancestor is at least as
        probable as its descendants."""
        return self._predicted(graph, np.float32, apart=False)[0]

    def disagreement(self, graph: Neighbours) -> Floats:
        """Returns, as (n, l) in 0..1, the distance between the predictions by the photo itself and by its
        neighbours."""
        return self._predicted(graph, np.float32, apart=True)[1]

    def guesses(self, graph: Neighbours) -> tuple[Halves, Halves]:
        """Returns both, rounded, in little more than the time of one."""
        return self._predicted(graph, np.float16, apart=True)

    def _predicted(
        self, graph: Neighbours, kind: type[Number], *, apart: bool
    ) -> tuple[_Array[Number], _Array[Number]]:
        """Returns probabilities and, if ``apart``, disagreement. Some labels are predicted after the other, since what
        is in memory meanwhile is several times the size of the result."""
        count = len(self.bias)
        found, between = np.empty((len(graph), count), kind), np.empty((len(graph), count if apart else 0), kind)
        here, rows = self._places(graph)
        flow = Propagation(graph, self.way)
        for start in range(0, count, LABELS_PER_BLOCK):
            labels = slice(start, start + LABELS_PER_BLOCK)
            some = self._of(labels)
            flows = flows_of(flow, rows, some.seeds[here], len(graph), self.everything)
            logits = some._logits(graph.vectors)
            if apart:
                between[:, labels] = some.calibration.disagreement(logits, flows)
            likely = sigmoid(some.belief.of(some.calibration.scores(logits, flows)))
            if len(self.crossed):
                likely[rows] = some.crossed[here]
            some._doubt_unlike(likely, graph, here, rows)
            found[:, labels] = likely
        raise_parents(found, self.above)
        return found, between

    def _of(self, labels: slice) -> Predictor:
        """Returns a predictor of these labels alone, which knows no ancestors."""
        return replace(
            self,
            kernel=self.kernel[:, labels],
            bias=self.bias[labels],
            seeds=Evidence(self.seeds.targets[:, labels], self.seeds.weights[:, labels]),
            calibration=replace(self.calibration, biases=self.calibration.biases[labels]),
            crossed=self.crossed[:, labels],
            alike=self.alike[labels],
            belief=Belief(self.belief.scores[:, labels], self.belief.odds[:, labels]),
        )

    def _doubt_unlike(self, found: Floats, graph: Neighbours, here: Places, rows: Places) -> None:
        """Lowers the probabilities (n, l) of photos that resemble no example of the label."""
        examples = (self.seeds.targets * self.seeds.weights)[here] > 0
        for label in np.flatnonzero(self.alike > -1).tolist():
            likely = np.flatnonzero(found[:, label] >= LOOKED_AT)
            nearest = nearest_of(graph.vectors, likely, rows[examples[:, label]])
            found[likely[nearest < self.alike[label]], label] *= np.float32(UNLIKE)

    def _places(self, graph: Neighbours) -> tuple[Places, Places]:
        """Returns which of the seeds are in the graph, and their positions there."""
        place = {id_: at for at, id_ in enumerate(graph.ids)}
        here = [at for at, id_ in enumerate(self.seed_ids) if id_ in place]
        return np.array(here, np.intp), np.array([place[self.seed_ids[at]] for at in here], np.intp)

    def _logits(self, vectors: Halves) -> Floats:
        out = np.zeros((len(vectors), len(self.bias)), np.float32)
        for start in range(0, len(vectors), PHOTOS_PER_BLOCK):
            part = (vectors[start : start + PHOTOS_PER_BLOCK].astype(np.float32) - self.mean) / self.scale
            out[start : start + PHOTOS_PER_BLOCK] = part @ self.kernel + self.bias
        return out


def flows_of(flow: Propagation, rows: Places, seeds: Evidence, count: int, everything: float) -> Floats:
    """Returns, as (n, l), the logarithm of the ratio of the amounts that arrive from examples and from negatives, of
    which the share ``everything`` comes from all photos of the library. ``rows`` (m,) are the positions of the photos
    with evidence."""
    out = np.zeros((count, seeds.targets.shape[1]), np.float32)
    all_ = flow.spread(np.full((count, 1), 1 / max(1, count), np.float32)) if everything else np.float32(0)
    for start in range(0, out.shape[1], LABELS_PER_BLOCK):
        labels = slice(start, start + LABELS_PER_BLOCK)
        positive = seeds.weights[:, labels] * seeds.targets[:, labels]
        arrived = []
        for part in (positive, seeds.weights[:, labels] - positive):
            shares = np.zeros((count, part.shape[1]), np.float32)
            shares[rows] = part / np.maximum(part.sum(axis=0), np.float32(1e-6))
            arrived.append(flow.spread(shares) + np.float32(SMOOTHING / max(1, count)))
        out[:, labels] = np.log(arrived[0]) - np.log((1 - everything) * arrived[1] + everything * all_)
    return out


def raise_parents(probabilities: _Array[Number], above: Bools) -> None:
    """Raises the probability of each ancestor to at least that of its descendants. The order of the labels does not
    matter, since ancestors of ancestors are ancestors."""
    for label in np.flatnonzero(above.any(axis=1)):
        for wider in np.flatnonzero(above[label]):
            np.maximum(probabilities[:, wider], probabilities[:, label], out=probabilities[:, wider])


def nearest_of(vectors: Halves, photos: Places, examples: Places) -> Floats:
    """Returns the similarity (m,) of each of the m photos to the nearest of some examples, all given by their rows of
    ``vectors``."""
    some = examples[np.linspace(0, len(examples) - 1, min(MAX_LOOKOUTS, len(examples))).astype(np.intp)]
    those = vectors[some].astype(np.float32).T
    out = np.ones(len(photos), np.float32)
    if len(some):
        for start in range(0, len(photos), PHOTOS_PER_BLOCK):
            part = slice(start, start + PHOTOS_PER_BLOCK)
            out[part] = (vectors[photos[part]].astype(np.float32) @ those).max(axis=1)
    return out


def least_alike(vectors: Halves, examples: Places) -> float:
    """Returns how similar a photo must be to the nearest example, by how similar the examples at these rows are to each
    other."""
    some = vectors[examples[:MAX_LOOKOUTS]].astype(np.float32)
    products = some @ some.T
    np.fill_diagonal(products, -1)
    return float(np.quantile(products.max(axis=1), OWN_SHARE)) - OWN_MARGIN
