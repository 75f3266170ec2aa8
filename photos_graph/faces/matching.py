"""Matches new faces with known persons. A face may match no person."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from photos_graph.faces.catalogue import AGAINST_TWICE, Embedder
from photos_graph.faces.sightings import Floats
from photos_graph.faces.similarity import Ints
from photos_graph.model.faces import UNASSIGNED

MIN_WEIGHT = 0.1  # lowest weight of a face, so that a bad picture of a person still counts


@dataclass(frozen=True, slots=True)
class Known:
    """The numbers of p persons (p,), and the weighted ``means`` (p, dimensions) of their faces. The means are not
    scaled to length one, so that the product of a vector and a mean is the mean similarity to the faces of the
    person."""

    persons: Ints
    means: Floats


@dataclass(frozen=True, slots=True)
class Learnt:
    """A trained model of persons, which replaces the embedder's own rule. It has means (p, dimensions) of length one,
    and ``thresholds`` (p,), which are the cosine similarities at which a face reaches the score EVEN."""

    known: Known
    thresholds: Floats


EVEN = 0.5  # the score at which a match and a mismatch are equally likely


@dataclass(frozen=True, slots=True)
class Matches:
    """The matches of m faces with p persons. ``scores`` (m, p) are the probabilities that a face belongs to a person,
    where each pair is considered separately."""

    persons: Ints
    scores: npt.NDArray[np.float32]

    def best(self, face: int, count: int) -> list[tuple[int, float]]:
        """Returns (person, score) for a face, the most probable first."""
        order = np.argsort(-self.scores[face], kind="stable")[:count]
        return [(int(self.persons[person]), float(self.scores[face, person])) for person in order]


@dataclass(frozen=True, slots=True)
class FaceConstraints:
    """The constraints on the matches of m faces. ``photos`` (m,) are the numbers of their photos. ``not_persons`` maps
    a face to its rejected persons. ``taken`` maps a photo to the persons who are already in it with another face: they
    are less likely, and never assigned to one more face by a machine."""

    photos: Ints
    not_persons: Mapping[int, Set[int]] = field(default_factory=dict)
    taken: Mapping[int, Set[int]] = field(default_factory=dict)


def known(vectors: Floats, qualities: Floats, persons: Ints) -> Known:
    """Summarises n named faces: vectors (n, dimensions), qualities (n,) 0..1, persons (n,)."""
    numbers, rows = np.unique(persons, return_inverse=True)
    weights = np.maximum(qualities, MIN_WEIGHT).astype(np.float32)
    sums = np.zeros((len(numbers), vectors.shape[1]), np.float32)
    np.add.at(sums, rows, vectors * weights[:, None])
    totals = np.bincount(rows, weights).astype(np.float32)
    return Known(numbers.astype(np.int32), sums / totals[:, None])


def match(
    vectors: Floats, among: Known, embedder: Embedder, rules: FaceConstraints, learnt: Learnt | None = None
) -> Matches:
    """Matches m faces, vectors (m, dimensions), with the persons of ``among``. A person who was rejected for a face
    gets the score 0. For persons in ``learnt``, the trained model gives the scores."""
    scores = probability(vectors @ among.means.T, embedder)
    if learnt is not None:
        own, theirs = columns_of(among, learnt)
        above = vectors @ learnt.known.means[theirs].T - learnt.thresholds[theirs]
        scores[:, own] = 1 / (1 + np.exp(-embedder.slope * above))
    return constrained(scores, among.persons, rules)


def applied_similarity(embedder: Embedder) -> float:
    """Returns the mean similarity at which the embedder's rule assigns a face to a person."""
    return embedder.even_at + math.log(embedder.applied / (1 - embedder.applied)) / embedder.slope


def columns_of(among: Known, learnt: Learnt) -> tuple[list[int], list[int]]:
    """Returns the positions of the common persons in ``among`` and in ``learnt``."""
    place = {person: at for at, person in enumerate(learnt.known.persons.tolist())}
    pairs = [(at, place[person]) for at, person in enumerate(among.persons.tolist()) if person in place]
    return [own for own, _ in pairs], [theirs for _, theirs in pairs]


def constrained(scores: npt.NDArray[np.float32], persons: Ints, rules: FaceConstraints) -> Matches:
    """Returns the matches with ``scores`` (m, p), in which it sets those of rejected persons to 0, and lowers those of
    persons who are in the photo already."""
    column = {int(person): place for place, person in enumerate(persons)}
    for face, photo in enumerate(rules.photos.tolist()):
        for person in rules.taken.get(photo, ()):
            if person in column:
                score = scores[face, column[person]]
                scores[face, column[person]] = score / (score + AGAINST_TWICE * (1 - score))
        for person in rules.not_persons.get(face, ()):
            if person in column:
                scores[face, column[person]] = 0
    return Matches(persons, scores)


def probability(similar: Floats, embedder: Embedder) -> npt.NDArray[np.float32]:
    """Returns the probability that a face belongs to a person to whose faces it has the mean similarity ``similar``."""
    scores: npt.NDArray[np.float32] = (similar - embedder.even_at).astype(np.float32, copy=False)
    scores *= -embedder.slope  # in place, because matrices of many persons are large
    np.exp(scores, out=scores)
    scores += 1
    return np.divide(1, scores, out=scores)


def decide(matches: Matches, rules: FaceConstraints, threshold: float | Floats) -> Ints:
    """Returns the person of each face, or UNASSIGNED, as (m,). The most certain pairs are assigned first, each person
    at most once in a photo. The score must be at least ``threshold``, which may have a value for each person (p,)."""
    decided = np.full(len(matches.scores), UNASSIGNED, np.int32)
    placed = {(photo, person) for photo in set(rules.photos.tolist()) for person in rules.taken.get(photo, ())}
    # This is faster than the nonzero of a matrix.
    faces, columns = np.divmod(np.flatnonzero(matches.scores >= threshold), max(1, matches.scores.shape[1]))
    for at in np.argsort(-matches.scores[faces, columns], kind="stable"):
        face, person = int(faces[at]), int(matches.persons[columns[at]])
        place = (int(rules.photos[face]), person)
        if decided[face] == UNASSIGNED and place not in placed:
            decided[face] = person
            placed.add(place)
    return decided
