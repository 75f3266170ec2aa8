"""Chooses questions for users: those that teach most come first, each has a sentence that states the reason, and only
one shot of a burst is asked about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from photos_graph.learn.calibration import NO_THRESHOLD
from photos_graph.learn.neighbours import Neighbours
from photos_graph.model.faces import UNASSIGNED

FAMILIAR, NOVEL = 0.7, 0.3  # cosine similarities to the nearest labelled photo
SAMPLE_SIZE = 500  # labelled photos with which all others are compared
SAME_SHOT = 0.9  # cosine similarity from which only one of several photos is asked about
MIN_SCORE, MIN_WORTH = 0.1, 0.2  # lowest score of a person, and lowest worth of a question
POOL, LABEL_POOL = 20, 4  # candidates for each question, over all labels and for a single label
BLOCK = 4096  # photos that are compared in one step

Floats = npt.NDArray[np.float32]
Guessed = npt.NDArray[np.float32] | npt.NDArray[np.float16]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]
U = TypeVar("U", float, Floats)


@dataclass(frozen=True, slots=True)
class TagQuestion:
    """The question whether the photo at position ``photo`` has the label at position ``label``. ``score`` is its
    probability. Questions are sorted by ``worth``."""

    photo: int
    label: int
    score: float
    worth: float
    reason: str


@dataclass(frozen=True, slots=True)
class FaceQuestion:
    """The question whether the face at a position belongs to ``person``. ``score`` is a probability or, for a face that
    is assigned to this person, its similarity to the person's other faces."""

    face: int
    person: int
    score: float
    worth: float
    reason: str


def tag_questions(
    probabilities: Guessed,
    thresholds: Floats,
    disagreement: Guessed,
    answered: Bools,
    labelled: Bools,
    graph: Neighbours,
    count: int,
    each: int = 0,
) -> tuple[list[TagQuestion], list[list[TagQuestion]]]:
    """Returns up to ``count`` of all pairs of photo and label (n, l) that are not ``answered`` (n, l), best first, and
    up to ``each`` of every label.

    A pair is worth more the less certain it is, the more the photo and its neighbours disagree (``disagreement`` (n,
    l)), and the less its photo resembles any ``labelled`` photo (n,). In the list of all labels and in that of every
    single label, there is at most one question about a photo, and about several photos that look the same.
    """
    novel = _novel(graph, np.flatnonzero(labelled))
    worth = np.empty(probabilities.shape[::-1], np.float32)  # a row for each label, because each is sorted separately
    for start in range(0, len(novel), BLOCK):
        rows = slice(start, start + BLOCK)
        unsure = _unsure(probabilities[rows].astype(np.float32))
        apart = disagreement[rows].astype(np.float32) / 2
        worth[:, rows] = np.where(answered[rows], -1, unsure + apart + novel[rows, None] / 2).T

    def question(photo: int, label: int) -> TagQuestion:
        score = float(probabilities[photo, label])
        parts = (_unsure(score), float(disagreement[photo, label]) / 2, float(novel[photo]) / 2)
        return TagQuestion(
            photo, label, score, float(worth[label, photo]), _why(parts, score, float(thresholds[label]))
        )

    best, which = worth.max(axis=0, initial=-1), worth.argmax(axis=0) if len(worth) else np.zeros(len(novel), np.intp)
    overall = [question(photo, int(which[photo])) for photo in _diverse(_highest(best, POOL * count), graph, count)]
    return overall, [
        [question(photo, label) for photo in _diverse(_highest(worth[label], LABEL_POOL * each), graph, each)]
        for label in range(len(worth))
    ]


def _novel(graph: Neighbours, labelled: npt.NDArray[np.intp]) -> Floats:
    """Returns the novelty (0..1) of each photo (n,), which is high if it does not resemble the labelled photos, or a
    sample of them."""
    out = np.zeros(len(graph), np.float32)
    if not len(labelled):
        return out
    some = labelled[np.linspace(0, len(labelled) - 1, min(SAMPLE_SIZE, len(labelled))).astype(np.intp)]
    known = graph.vectors[some].astype(np.float32).T
    for start in range(0, len(out), BLOCK):
        nearest = (graph.vectors[start : start + BLOCK].astype(np.float32) @ known).max(axis=1)
        out[start : start + BLOCK] = np.clip((FAMILIAR - nearest) / (FAMILIAR - NOVEL), 0, 1)
    return out


def _unsure(score: U) -> U:
    """Returns the uncertainty of probabilities. Of two equally uncertain probabilities, the higher one gets more,
    because a positive answer teaches more than a negative one."""
    return (1 - abs(2 * score - 1)) * (0.5 + score)


def _highest(worth: Floats, count: int) -> npt.NDArray[np.intp]:
    """Returns the positions of the highest values above MIN_WORTH, highest first."""
    if not count:
        return np.zeros(0, np.intp)
    places = np.arange(len(worth)) if len(worth) <= count else np.argpartition(worth, -count)[-count:]
    places = np.sort(places[worth[places] > MIN_WORTH])
    return places[np.argsort(-worth[places], kind="stable")]


def _why(parts: tuple[float, float, float], score: float, limit: float) -> str:
    unsure, apart, novel = parts
    if novel >= max(unsure, apart):
        return "This photo differs from those that are labelled so far."
    if apart > unsure:
        return "The photo and similar photos suggest different answers."
    if limit >= NO_THRESHOLD:
        return f"The model is not sure: {score:.0%}."
    return f"The model is not sure: {score:.0%}. The tag is applied from {limit:.0%}."


def _diverse(order: npt.NDArray[np.intp], graph: Neighbours, count: int) -> list[int]:
    """Keeps only the first of several photos that look the same, best first."""
    taken: list[int] = []
    beside: set[int] = set()
    for photo in order.tolist():
        if len(taken) == count:
            break
        if photo not in beside:
            taken.append(photo)
            beside.update(graph.near[photo][graph.similar[photo] >= SAME_SHOT].tolist())
    return taken


def face_outliers(vectors: Floats, persons: Ints, count: int, settled: Bools | None = None) -> list[FaceQuestion]:
    """Returns questions about the named faces (n, dimensions) of persons (n,) that resemble the other faces of their
    person least, the most different first. Faces that are ``settled`` (n,) are left out.

    One face of each person comes before a second face of any person. Only persons with at least three faces have
    outliers.
    """
    numbers, rows, sizes = np.unique(persons, return_inverse=True, return_counts=True)
    sums = np.zeros((len(numbers), vectors.shape[1]), np.float32)
    np.add.at(sums, rows, vectors)
    others = np.maximum(sizes - 1, 1)[rows]
    alike = (np.einsum("ij,ij->i", vectors, sums[rows]) - 1) / others
    usual = np.zeros(len(numbers))
    np.add.at(usual, rows, alike)
    unlike = (usual / sizes)[rows] - alike
    unlike[(sizes[rows] < 3) | (persons == UNASSIGNED)] = -1
    if settled is not None:
        unlike[settled] = -1
    order = np.argsort(-unlike, kind="stable")
    order = order[unlike[order] > 0]
    return [
        FaceQuestion(
            face,
            int(persons[face]),
            float(np.clip(alike[face], 0, 1)),
            float(unlike[face]),
            f"It is less similar to the other {int(others[face])} faces of this person than they are to each other.",
        )
        for face in _in_turn(order.tolist(), rows)[:count]
    ]


def face_questions(suggested: Ints, scores: Floats, count: int) -> list[FaceQuestion]:
    """Returns questions about unnamed faces and the persons that they resemble, ``suggested`` (m, s) with ``scores``
    (m, s), the most probable first: those that are least certain, or that may be either of two persons.

    One question about each person comes before a second question about any person. There is no question about a face
    that resembles no person.
    """
    if not suggested.shape[1]:
        return []
    first, second = scores[:, 0], scores[:, 1] if suggested.shape[1] > 1 else np.zeros(len(scores), np.float32)
    unsure = 1 - 2 * np.abs(first - 0.5)
    either = np.where(second >= MIN_SCORE, 1 - (first - second), 0)
    worth = np.where((suggested[:, 0] != UNASSIGNED) & (first >= MIN_SCORE), np.maximum(unsure, either), -1)
    order = np.argsort(-worth, kind="stable")
    order = order[worth[order] > MIN_WORTH]
    return [
        FaceQuestion(
            face,
            int(suggested[face, 0]),
            float(first[face]),
            float(worth[face]),
            "It resembles two persons."
            if either[face] > unsure[face]
            else f"The model is not sure: {first[face]:.0%}. The person is assigned from 50%.",
        )
        for face in _in_turn(order.tolist(), suggested[:, 0])[:count]
    ]


def _in_turn(order: Sequence[int], owners: npt.NDArray[Any]) -> list[int]:
    """Returns the first item of each owner, then the second of each, and so on, each time in the given order."""
    turns: Counter[int] = Counter()
    queue = []
    for at, face in enumerate(order):
        owner = int(owners[face])
        queue.append((turns[owner], at, face))
        turns[owner] += 1
    return [face for _, _, face in sorted(queue)]
