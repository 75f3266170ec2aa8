"""What to ask people about: what teaches most first, each with a sentence why, and no burst twice in a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from photos_graph.faces.linkage import NOBODY
from photos_graph.faces.match import Matches
from photos_graph.learn.calibrate import NEVER
from photos_graph.learn.neighbours import Neighbours

NOVEL = 0.5  # mean similarity to the neighbours below which a photo is unlike the others
SAME_SHOT = 0.9  # cosine similarity of photos of which one is enough
LIKELY, LEAST_WORTH = 0.1, 0.2  # score of a person worth asking about; worth of a question about a face
POOL = 20  # candidates for each item that is asked for

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Question:
    """Whether photo ``photo`` (a place) has label ``label``. ``score``: its probability; ``worth``: what is sorted
    by."""

    photo: int
    label: int
    score: float
    worth: float
    reason: str


@dataclass(frozen=True, slots=True)
class FaceQuestion:
    """Whether the face at a place is of its ``person``."""

    face: int
    person: int
    worth: float
    reason: str


def tag_questions(
    probabilities: Floats, thresholds: Floats, disagreement: Floats, answered: Bools, graph: Neighbours, count: int
) -> list[Question]:
    """Up to ``count`` of all pairs of photo and label (n, l) that nobody ``answered`` (n, l), best first.

    A pair is worth the more the less sure it is, the more the photo and its neighbours disagree (``disagreement``
    (n, l)), and the less its photo is like others; a photo is asked about once, and one of those that look the same.
    """
    # Of two that are as unsure the likelier is asked about: a yes teaches more than a no.
    unsure = (1 - np.abs(2 * probabilities - 1)) * (0.5 + probabilities)
    near = np.where(graph.near != NOBODY, graph.similar, 0).mean(axis=1)
    novel = np.clip(1 - near / NOVEL, 0, 1)
    worth = np.where(answered, -1, unsure + disagreement / 2 + novel[:, None] / 2)
    best = worth.max(axis=1)
    order = np.argsort(-best, kind="stable")[: POOL * count]
    out: list[Question] = []
    for photo in _diverse(order[best[order] > 0], graph, count):
        label = int(worth[photo].argmax())
        parts = (float(unsure[photo, label]), float(disagreement[photo, label]) / 2, float(novel[photo]) / 2)
        score = float(probabilities[photo, label])
        out.append(Question(photo, label, score, float(best[photo]), _why(parts, score, float(thresholds[label]))))
    return out


def tag_pool(
    probabilities: Floats,
    thresholds: Floats,
    disagreement: Floats,
    answered: Bools,
    graph: Neighbours,
    count: int,
    each: int,
) -> list[Question]:
    """As ``tag_questions``, and then up to ``each`` about every label, so that one may be asked about alone."""
    found = tag_questions(probabilities, thresholds, disagreement, answered, graph, count)
    asked = {(question.photo, question.label) for question in found}
    more: list[Question] = []
    for label in range(probabilities.shape[1]):
        one = slice(label, label + 1)
        about = tag_questions(
            probabilities[:, one], thresholds[one], disagreement[:, one], answered[:, one], graph, each
        )
        more += [replace(question, label=label) for question in about if (question.photo, label) not in asked]
    return found + sorted(more, key=lambda question: -question.worth)


def _why(parts: tuple[float, float, float], score: float, limit: float) -> str:
    unsure, apart, novel = parts
    if novel >= max(unsure, apart):
        return "It is unlike the photos that were labelled so far."
    if apart > unsure:
        return "The photo itself and those like it say different things."
    if limit >= NEVER:
        return f"It is unsure: {score:.0%}."
    return f"It is unsure: {score:.0%}, and from {limit:.0%} on the tag is given."


def _diverse(order: npt.NDArray[np.intp], graph: Neighbours, count: int) -> list[int]:
    """The first of those that look the same, best first."""
    taken: list[int] = []
    beside: set[int] = set()
    for photo in order.tolist():
        if photo in beside:
            continue
        taken.append(photo)
        beside.update(graph.near[photo][graph.similar[photo] >= SAME_SHOT].tolist())
        if len(taken) == count:
            break
    return taken


def face_outliers(vectors: Floats, persons: Ints, count: int) -> list[FaceQuestion]:
    """Of named faces (n, dimensions) of persons (n,), those least like the others of their person, most unlike first.

    One face of a person before the second of any. A person needs three faces to have an outlier.
    """
    numbers, rows, sizes = np.unique(persons, return_inverse=True, return_counts=True)
    sums = np.zeros((len(numbers), vectors.shape[1]), np.float32)
    np.add.at(sums, rows, vectors)
    others = np.maximum(sizes - 1, 1)[rows]
    alike = (np.einsum("ij,ij->i", vectors, sums[rows]) - 1) / others
    usual = np.zeros(len(numbers))
    np.add.at(usual, rows, alike)
    unlike = (usual / sizes)[rows] - alike
    unlike[(sizes[rows] < 3) | (persons == NOBODY)] = -1
    order = np.argsort(-unlike, kind="stable")
    order = order[unlike[order] > 0]
    return [
        FaceQuestion(
            face,
            int(persons[face]),
            float(unlike[face]),
            f"It is less like the other {int(others[face])} faces of this person than they are like each other.",
        )
        for face in _in_turn(order.tolist(), rows)[:count]
    ]


def face_questions(matches: Matches, count: int) -> list[FaceQuestion]:
    """Of unnamed faces (m, p) and the persons who they may be, those that are least sure, or might be either of two.

    A question about each person comes before the second about any. A face that is like nobody is no question.
    """
    if not matches.scores.shape[1]:
        return []
    ranked = np.sort(matches.scores, axis=1)[:, ::-1]
    first, second = ranked[:, 0], ranked[:, 1] if ranked.shape[1] > 1 else np.zeros(len(ranked), np.float32)
    best = matches.scores.argmax(axis=1)
    unsure = 1 - 2 * np.abs(first - 0.5)
    either = np.where(second >= LIKELY, 1 - (first - second), 0)
    worth = np.where(first >= LIKELY, np.maximum(unsure, either), -1)
    order = np.argsort(-worth, kind="stable")
    order = order[worth[order] > LEAST_WORTH]
    return [
        FaceQuestion(
            face,
            int(matches.persons[best[face]]),
            float(worth[face]),
            "It is like two persons."
            if either[face] > unsure[face]
            else f"It is unsure: {first[face]:.0%}, and from 50% on it is taken for this person.",
        )
        for face in _in_turn(order.tolist(), best)[:count]
    ]


def _in_turn(order: Sequence[int], owners: npt.NDArray[np.intp]) -> list[int]:
    """One of each owner, then the second of each, and so on, each time in the given order."""
    turns: Counter[int] = Counter()
    queue = []
    for at, face in enumerate(order):
        owner = int(owners[face])
        queue.append((turns[owner], at, face))
        turns[owner] += 1
    return [face for _, _, face in sorted(queue)]
