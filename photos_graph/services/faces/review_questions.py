"""Chooses the questions about faces that users are asked after a matching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest

import numpy as np

from photos_graph.faces.group_constraints import UNASSIGNED
from photos_graph.faces.recognition import Recognised
from photos_graph.graph.faces.clusters import VectorFace
from photos_graph.learn.review import FaceQuestion, face_questions
from photos_graph.model.learning import ModelKind, Question
from photos_graph.search.index import SearchIndex

MAX_QUESTIONS = 200
MIN_DIFFERENCE = 0.1  # a named face is asked about if it is this much less similar to its person than other faces are


def chosen(
    search: SearchIndex,
    faces: Sequence[VectorFace],
    found: Recognised,
    outliers: Sequence[FaceQuestion],
    persons: Sequence[str],
) -> list[Question]:
    """Returns questions about faces without a name and about ``outliers``, which are named faces that may be wrong, in
    turn. ``persons`` are ids by number."""
    shown = np.array([not face.unseen for face in faces], bool)
    unnamed = face_questions(np.where(shown[:, None], found.suggested, UNASSIGNED), found.scores, MAX_QUESTIONS)
    doubtful = [each for each in outliers if each.worth >= MIN_DIFFERENCE]
    asked = []
    for question in islice(_by_turns(unnamed, doubtful), MAX_QUESTIONS):
        face, person = faces[question.face], search.persons.get(persons[question.person])
        if person is not None and face.photo in search.sets.visible:
            [photo] = search.photo_ids([face.photo])
            named = face.person_id is not None
            about = (photo, face.id, person.id, person.name)
            asked.append(Question(ModelKind.PERSONS, *about, question.score, question.reason, named))
    return asked


def _by_turns(one: Sequence[FaceQuestion], other: Sequence[FaceQuestion]) -> Iterator[FaceQuestion]:
    return (each for each in chain.from_iterable(zip_longest(one, other)) if each is not None)
