"""Recognises all faces of a library at once: clusters them, and matches them with persons."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from photos_graph.faces.additions import add_to_clusters
from photos_graph.faces.catalogue import Embedder
from photos_graph.faces.clustering import Constraints, average_linkage, hdbscan
from photos_graph.faces.detection import Floats
from photos_graph.faces.linkage import UNASSIGNED
from photos_graph.faces.matching import EVEN, FaceConstraints, Learnt, columns_of, decide, known, match
from photos_graph.faces.similarity import Ints, Similarities

MAX_SUGGESTIONS = 3  # persons that are suggested for one face
MIN_SCORE = 0.05  # lowest score of a suggested person
BLOCK = 4096  # faces that are compared with all persons in one matrix product


@dataclass(frozen=True, slots=True)
class FaceLibrary:
    """The n faces of a library in the order of the stored similarities.

    ``photos`` (n,) are the numbers of their photos. ``persons`` (n,) are the assigned persons, or UNASSIGNED.
    ``not_persons`` maps a face to the persons that were rejected for it. ``groups`` (n,) are the clusters in which the
    faces were, or UNASSIGNED. ``qualities`` (n,) are 0..1. ``owners`` maps a cluster to the person with whom its faces
    were grouped. ``thresholds`` maps a person to the score from which a face is assigned, for persons whose threshold
    is not that of the model. ``learnt`` is a trained model; the embedder's rule applies to persons whom it does not
    know.
    """

    photos: Ints
    persons: Ints
    groups: Ints
    qualities: Floats
    not_persons: Mapping[int, Set[int]] = field(default_factory=dict)
    owners: Mapping[int, int] = field(default_factory=dict)
    thresholds: Mapping[int, float] = field(default_factory=dict)
    learnt: Learnt | None = None

    @property
    def constraints(self) -> Constraints:
        """The constraints on clusters, which follow from the assertions about the faces."""
        return Constraints(self.photos, self.persons, self.not_persons)


@dataclass(frozen=True, slots=True)
class Recognised:
    """The result for n faces.

    Faces with the same number in ``groups`` (n,) belong to one person. ``suggested`` (n, MAX_SUGGESTIONS) are the
    persons whom a face resembles, the most probable first, padded with UNASSIGNED, and ``scores``, 0..1, are theirs.
    ``applied`` (n,) is the person to whom a face is assigned, or UNASSIGNED. A named face has no suggestions.
    """

    groups: Ints
    suggested: Ints
    scores: Floats
    applied: Ints


def recognise(
    kept: Similarities, library: FaceLibrary, embedder: Embedder, cut: float, *, full: bool, clustering: str = "average"
) -> Recognised:
    """Clusters and matches the faces. With ``full``, all clusters are computed again by ``clustering``; otherwise new
    faces are added to the existing clusters."""
    vectors, constraints = kept.vectors, library.constraints
    if not full:
        groups: Ints = add_to_clusters(kept, _groups_now(library), cut, constraints)
    elif clustering == "hdbscan":
        groups = hdbscan(vectors, constraints)
    else:
        groups = average_linkage(vectors, kept.pairs, cut, constraints, complete=not kept.capped)
    return Recognised(groups, *_suggestions(vectors, library, embedder))


def _groups_now(library: FaceLibrary) -> Ints:
    """Returns the present group of each face (n,). Persons are numbered first, then clusters. A cluster that belongs to
    a person has the number of the person. A face that, because of later assertions, must not stay in its group is
    alone."""
    persons = int(library.persons.max(initial=UNASSIGNED)) + 1
    groups = np.where(library.persons != UNASSIGNED, library.persons, UNASSIGNED).astype(np.int32)
    taken = {
        (int(library.photos[face]), int(library.persons[face]))
        for face in np.flatnonzero(library.persons != UNASSIGNED)
    }
    for face in np.flatnonzero((library.persons == UNASSIGNED) & (library.groups != UNASSIGNED)).tolist():
        owner = library.owners.get(int(library.groups[face]), UNASSIGNED)
        if not 0 <= owner < persons:  # it has no owner, or the owner no longer has a face
            groups[face] = persons + library.groups[face]
            continue
        place = (int(library.photos[face]), owner)
        if place not in taken and owner not in library.not_persons.get(face, ()):
            groups[face] = owner
            taken.add(place)
    return groups


def _suggestions(vectors: Floats, library: FaceLibrary, embedder: Embedder) -> tuple[Ints, Floats, Ints]:
    named = library.persons != UNASSIGNED
    among = known(vectors[named], library.qualities[named], library.persons[named])
    count = len(vectors)
    suggested = np.full((count, MAX_SUGGESTIONS), UNASSIGNED, np.int32)
    scores = np.zeros((count, MAX_SUGGESTIONS), np.float32)
    applied = np.full(count, UNASSIGNED, np.int32)
    if not len(among.persons):
        return suggested, scores, applied
    taken: dict[int, set[int]] = {}
    for photo, person in zip(library.photos[named].tolist(), library.persons[named].tolist(), strict=True):
        taken.setdefault(photo, set()).add(person)
    usual = np.full(len(among.persons), embedder.applied, np.float32)
    if library.learnt is not None:
        usual[columns_of(among, library.learnt)[0]] = EVEN
    thresholds = np.array(
        [library.thresholds.get(person, usual[at]) for at, person in enumerate(among.persons.tolist())], np.float32
    )
    for faces in _blocks(np.flatnonzero(~named), library.photos):
        rules = FaceConstraints(
            library.photos[faces],
            {at: library.not_persons[face] for at, face in enumerate(faces.tolist()) if face in library.not_persons},
            taken,
        )
        matches = match(vectors[faces], among, embedder, rules, library.learnt)
        applied[faces] = decide(matches, rules, thresholds)
        best = np.argsort(-matches.scores, axis=1, kind="stable")[:, :MAX_SUGGESTIONS]
        found = np.take_along_axis(matches.scores, best, axis=1)
        suggested[faces, : best.shape[1]] = np.where(found >= MIN_SCORE, among.persons[best], UNASSIGNED)
        scores[faces, : best.shape[1]] = np.where(found >= MIN_SCORE, found, 0)
    # A person who was assigned to another face in the photo is still suggested, but not applied.
    return (
        suggested,
        scores,
        np.where((suggested == applied[:, None]).any(axis=1), applied, UNASSIGNED).astype(np.int32),
    )


def _blocks(faces: npt.NDArray[np.intp], photos: Ints) -> list[npt.NDArray[np.intp]]:
    """Divides the faces into blocks. The faces of a photo are in one block, because a person appears once in a
    photo."""
    ordered = faces[np.argsort(photos[faces], kind="stable")]
    ends = np.flatnonzero(np.diff(photos[ordered], append=-1)) + 1  # after the last face of each photo
    blocks, start = [], 0
    while start < len(ordered):
        within = ends[(ends > start) & (ends <= start + BLOCK)]
        end = int(within[-1] if len(within) else ends[ends > start][0])
        blocks.append(ordered[start:end])
        start = end
    return blocks
