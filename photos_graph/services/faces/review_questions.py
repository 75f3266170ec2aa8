"""Chooses the questions about faces that users are asked after a matching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest

import numpy as np

from photos_graph.faces.recognition import Recognised
from photos_graph.graph.faces.face_table import FaceTable
from photos_graph.learn.review import FaceQuestion, face_questions
from photos_graph.model.faces import UNASSIGNED
from photos_graph.model.learning import ModelKind, Question
from photos_graph.search.index import SearchIndex
from photos_graph.services.faces.clustering_plan import Positions

MAX_QUESTIONS = 200
MIN_DIFFERENCE = 0.1  # a named face is asked about if it is this much less similar to its person than other faces are


def chosen(
    search: SearchIndex,
    faces: FaceTable,
    order: Positions,
    found: Recognised,
    outliers: Sequence[FaceQuestion],
) -> list[Question]:
    """Returns questions about faces without a name and about ``outliers``, which are named faces that may be wrong, in
    turn. ``found`` and ``outliers`` are of the faces at the positions ``order`` (m,)."""
    shown = ~faces.unseen[order]
    unnamed = face_questions(np.where(shown[:, None], found.suggested, UNASSIGNED), found.scores, MAX_QUESTIONS)
    doubtful = [each for each in outliers if each.worth >= MIN_DIFFERENCE]
    asked = []
    for question in islice(_by_turns(unnamed, doubtful), MAX_QUESTIONS):
        face, person = int(order[question.face]), search.persons.get(faces.people.ids[question.person])
        number = int(faces.photos[face])
        if person is not None and number in search.sets.visible:
            [photo] = search.photo_ids([number])
            about = (photo, faces.id_of(face), person.id, person.name)
            named = bool(faces.persons[face] != UNASSIGNED)
            asked.append(Question(ModelKind.PERSONS, *about, question.score, question.reason, named))
    return asked


def _by_turns(one: Sequence[FaceQuestion], other: Sequence[FaceQuestion]) -> Iterator[FaceQuestion]:
    return (each for each in chain.from_iterable(zip_longest(one, other)) if each is not None)
