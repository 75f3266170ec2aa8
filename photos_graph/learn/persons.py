"""A model of persons that is learnt from named faces. A face belongs to the nearest person, or to no person.

A face is compared with the mean of each person's faces. The similarity that it must reach is learnt from the named
faces themselves: each is compared as a stranger with all persons except its own. As long as there are few strangers to
learn from, it is the strict similarity of the rule that applies without a model. If users reject a face for a person,
the threshold of that person rises.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from photos_graph.faces.catalogue import Embedder
from photos_graph.faces.embedding import normalised
from photos_graph.faces.matching import (
    EVEN,
    FaceConstraints,
    Known,
    Matches,
    applied_similarity,
    constrained,
    decide,
    known,
)
from photos_graph.learn.calibration import CONFIDENCE, at_least
from photos_graph.learn.dataset import Bools, chance
from photos_graph.learn.metrics import LabelScore, Scores
from photos_graph.model.faces import UNASSIGNED
from photos_graph.model.learning import Trust

PRIOR_STRANGERS = 50.0  # weight of the rule that applies without a model, in strangers
PROVEN_FACES = 10  # held-out faces of a person from which the person's metrics are proven
MIN_LENGTH = 0.7  # of a mean; faces that are so unlike each other are not of one person
CLEARANCE = 0.02  # similarity by which a threshold is above a face that is not the person
HELD_OUT = 0.2  # share of the photos
BLOCK = 4096  # faces in one matrix product
MIN_FACES = 2  # faces of a person that are always used for training; only further faces can be held out

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class NamedFaces:
    """The n labelled faces of one embedder. ``vectors`` (n, dimensions) have length one, ``qualities`` (n,) are 0..1,
    and ``persons`` (n,) are positions in ``labels``, or UNASSIGNED for a face that has only rejected persons.
    ``not_persons`` maps a face to the persons that were rejected for it."""

    ids: Sequence[str]
    labels: Sequence[str]
    photos: Sequence[str]
    vectors: Floats
    qualities: Floats
    persons: Ints
    not_persons: Mapping[int, Set[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonModel:
    """A model of p persons with faces for training. ``known`` has their numbers and means, which have length one.

    ``thresholds`` (p,) are the cosine similarities from which a face belongs to a person. ``promised`` is the share of
    strangers who are assigned to no person. ``scores`` were measured on held-out faces, each once as itself and once as
    a stranger.
    """

    embedder: str
    snapshot: str
    promised: float
    labels: tuple[str, ...]
    known: Known
    thresholds: Floats
    scores: Scores
    per_label: tuple[LabelScore, ...]

    @property
    def known_labels(self) -> list[str]:
        return [self.labels[person] for person in self.known.persons]

    def numbered(self, labels: Sequence[str]) -> tuple[Known, Floats]:
        """Returns persons and thresholds by their positions in other ``labels``. Persons who are not in ``labels`` are
        left out."""
        place = {label: at for at, label in enumerate(labels)}
        numbers = np.array([place.get(self.labels[person], UNASSIGNED) for person in self.known.persons], np.int32)
        there = numbers != UNASSIGNED
        return Known(numbers[there], self.known.means[there]), self.thresholds[there]

    def matches(self, vectors: Floats, rules: FaceConstraints, embedder: Embedder) -> Matches:
        """Returns scores (m, p) for faces (m, dimensions). The score is 0.5 at a person's threshold, and 0 for persons
        who were rejected."""
        above = vectors @ self.known.means.T - self.thresholds
        scores = (1 / (1 + np.exp(-embedder.slope * above))).astype(np.float32)
        return constrained(scores, self.known.persons, rules)

    def decide(self, vectors: Floats, rules: FaceConstraints, embedder: Embedder) -> Ints:
        """Returns the number of each face's person, or UNASSIGNED, as (m,). A person appears at most once in a
        photo."""
        return decide(self.matches(vectors, rules, embedder), rules, EVEN)


def train(faces: NamedFaces, embedder: Embedder, promised: float = 0.99) -> PersonModel:
    """Trains a model; the same faces give the same model. Raises ValueError if no face has a name."""
    held_out = _held_out(faces)
    learnt = (faces.persons != UNASSIGNED) & ~held_out
    if not learnt.any():
        raise ValueError("no face has a name")
    rows = np.flatnonzero(learnt)
    means = known(faces.vectors[rows], faces.qualities[rows], faces.persons[rows])
    among = Known(means.persons, normalised(means.means))
    strangers, reached = _strangers(faces, rows, among, promised)
    # The rule compares a face with means whose length is below one, the more so the less alike their faces are.
    rule = applied_similarity(embedder) / np.maximum(np.linalg.norm(means.means, axis=1), MIN_LENGTH)
    common = (strangers * reached + PRIOR_STRANGERS * rule) / (strangers + PRIOR_STRANGERS)
    thresholds = _raised(faces, among, common.astype(np.float32))
    scores, each = scored(among, thresholds, faces, np.flatnonzero(held_out))
    snapshot = _snapshot(faces, held_out)
    return PersonModel(embedder.name, snapshot, promised, tuple(faces.labels), among, thresholds, scores, each)


def by_rule(faces: NamedFaces, embedder: Embedder) -> tuple[Known, Floats]:
    """Returns the same persons by the rule that applies without a model: means (p, dimensions), and the similarities
    (p,) from which a face belongs to a person."""
    rows = np.flatnonzero((faces.persons != UNASSIGNED) & ~_held_out(faces))
    means = known(faces.vectors[rows], faces.qualities[rows], faces.persons[rows])
    return means, np.full(len(means.persons), applied_similarity(embedder), np.float32)


def held_out_faces(faces: NamedFaces) -> npt.NDArray[np.intp]:
    """Returns the positions of the faces that are not used for training."""
    return np.flatnonzero(_held_out(faces))


def scored(
    among: Known, thresholds: Floats, faces: NamedFaces, rows: npt.NDArray[np.intp]
) -> tuple[Scores, tuple[LabelScore, ...]]:
    """Measures the model on the named faces at ``rows``. Each is matched once as itself, and once as a stranger without
    its own person. ``among`` has the persons by the numbers of ``faces``."""
    count = len(faces.labels)
    right, wrong, missed, held = np.zeros((4, count))
    hits: list[tuple[float, bool]] = []
    column = {int(person): place for place, person in enumerate(among.persons)}
    for row in rows.tolist():
        person = int(faces.persons[row])
        above = faces.vectors[row] @ among.means.T - thresholds
        held[person] += 1
        best = int(above.argmax())
        is_right = int(among.persons[best]) == person
        hits.append((float(above[best]), is_right))
        if above[best] >= 0:
            (right if is_right else wrong)[among.persons[best]] += 1
        missed[person] += not (is_right and above[best] >= 0)
        if person in column:
            above[column[person]] = -2
        best = int(above.argmax())
        hits.append((float(above[best]), False))
        wrong[among.persons[best]] += above[best] >= 0
    examples = np.bincount(faces.persons[faces.persons != UNASSIGNED], minlength=count)
    each = tuple(
        LabelScore(
            label=label,
            examples=int(examples[at] - held[at]),
            held_out=int(held[at]),
            threshold=float(thresholds[column[at]]) if at in column else 1.0,
            precision=_share(right[at], wrong[at]),
            precision_at_least=at_least(right[at], wrong[at]),
            recall=_share(right[at], missed[at]),
            trust=Trust.PROVEN if held[at] >= PROVEN_FACES else Trust.PROVISIONAL,
            expected_precision=_share(right[at], wrong[at]),
            average_precision=_average_precision([hits[2 * i] for i, r in enumerate(rows) if faces.persons[r] == at]),
        )
        for at, label in enumerate(faces.labels)
    )
    total = [float(part.sum()) for part in (right, wrong, missed)]
    scores = Scores(
        held_out=len(rows),
        precision=_share(total[0], total[1]),
        recall=_share(total[0], total[2]),
        f1=_share(2 * total[0], total[1] + total[2]),
        average_precision=_average_precision(hits),
    )
    return scores, each


def _strangers(faces: NamedFaces, rows: npt.NDArray[np.intp], among: Known, promised: float) -> tuple[int, float]:
    """Returns the number of faces that are compared as strangers, and the similarity to the nearest person that the
    share ``promised`` of them does not reach. It is a bound with CONFIDENCE, since only few strangers come near it."""
    from scipy.stats import binom

    nearest = []
    for start in range(0, len(rows), BLOCK):
        part = rows[start : start + BLOCK]
        alike = faces.vectors[part] @ among.means.T
        alike[among.persons == faces.persons[part, None]] = -1
        nearest.append(alike.max(axis=1))
    strangers = np.concatenate(nearest)
    strangers = strangers[strangers > -1]  # a face of the only person has no other person to be compared with
    count = len(strangers)
    if not count:
        return 0, 0.0
    rank = min(count - 1, int(binom.ppf(CONFIDENCE, count, promised)))
    return count, float(np.sort(strangers)[rank])


def _raised(faces: NamedFaces, among: Known, thresholds: Floats) -> Floats:
    """Returns the threshold of each person (p,), which is higher where faces that were assigned to another person or
    rejected would reach it."""
    out = thresholds.copy()
    column = {int(person): place for place, person in enumerate(among.persons)}
    for face, persons in faces.not_persons.items():
        for person in persons:
            if person in column:
                alike = float(faces.vectors[face] @ among.means[column[person]]) + CLEARANCE
                out[column[person]] = max(out[column[person]], alike)
    return out


def _held_out(faces: NamedFaces) -> Bools:
    """Returns which faces are held out (n,), which are those in a fifth of the photos, as long as each person keeps
    enough faces for training."""
    chances = np.array([chance(photo) for photo in faces.photos])
    out: Bools = (chances < HELD_OUT) & (faces.persons != UNASSIGNED)
    for person in np.unique(faces.persons[out]).tolist():
        of_person = np.flatnonzero(faces.persons == person)
        spare = max(0, len(of_person) - MIN_FACES)
        candidates = of_person[out[of_person]]
        out[candidates[np.argsort(chances[candidates], kind="stable")[spare:]]] = False
    return out


def _snapshot(faces: NamedFaces, held_out: Bools) -> str:
    rows = sorted(
        f"{face} {faces.labels[person] if person != UNASSIGNED else ''} {'held out' if out else ''} "
        + " ".join(sorted(faces.labels[each] for each in faces.not_persons.get(at, ())))
        for at, (face, person, out) in enumerate(zip(faces.ids, faces.persons.tolist(), held_out.tolist(), strict=True))
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _average_precision(hits: Sequence[tuple[float, bool]]) -> float:
    right = np.array([is_right for _, is_right in sorted(hits, key=lambda hit: -hit[0])], float)
    if not right.any():
        return 0.0
    return float((right * np.cumsum(right) / np.arange(1, len(right) + 1)).sum() / right.sum())


def _share(part: float, rest: float) -> float:
    return float(part / (part + rest)) if part else 0.0
