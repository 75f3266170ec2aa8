"""Recognises all faces of a library at once: clusters them, and matches them with persons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from photos_graph.faces.additions import add_to_clusters
from photos_graph.faces.catalogue import Embedder
from photos_graph.faces.clustering import Constraints, average_linkage, hdbscan
from photos_graph.faces.matching import EVEN, FaceConstraints, Learnt, columns_of, decide, known, match
from photos_graph.faces.sightings import Floats
from photos_graph.faces.similarity import Bools, Ints, Similarities, chosen
from photos_graph.faces.strangers import stranger_scores
from photos_graph.model.faces import MAX_SUGGESTIONS, UNASSIGNED

MIN_SCORE = 0.05  # lowest score of a suggested person
SCORES = 2**19  # of faces with persons, which are computed at once: two megabytes fit into the cache of a processor
LEAST_FACES, MOST_FACES = 256, 4096  # that are compared with all persons at once


@dataclass(frozen=True, slots=True)
class FaceLibrary:
    """The n faces of a library in the order of the stored similarities.

    ``photos`` (n,) are the numbers of their photos. ``persons`` (n,) are the assigned persons, or UNASSIGNED.
    ``not_persons`` maps a face to the persons that were rejected for it. ``groups`` (n,) are the clusters in which the
    faces were, or UNASSIGNED. ``qualities`` (n,) are 0..1. ``owners`` maps a cluster to the person with whom its faces
    were grouped. ``thresholds`` maps a person to the score from which a face is assigned, for persons whose threshold
    is not that of the model. ``learnt`` is a trained model; the embedder's rule applies to persons whom it does not
    know. ``ignored`` (n,) are faces without a name that people ignored, and ``noticed`` (n,) those that they did not
    want to be ignored; by default there are none.
    """

    photos: Ints
    persons: Ints
    groups: Ints
    qualities: Floats
    not_persons: Mapping[int, Set[int]] = field(default_factory=dict)
    owners: Mapping[int, int] = field(default_factory=dict)
    thresholds: Mapping[int, float] = field(default_factory=dict)
    learnt: Learnt | None = None
    ignored: Bools = field(default_factory=lambda: np.zeros(0, bool))
    noticed: Bools = field(default_factory=lambda: np.zeros(0, bool))

    def only(self, chosen: Bools) -> FaceLibrary:
        """Returns the library of those faces alone that are True in ``chosen`` (n,)."""
        at = np.cumsum(chosen) - 1
        not_persons = {int(at[face]): persons for face, persons in self.not_persons.items() if chosen[face]}
        arrays = ("photos", "persons", "groups", "qualities")
        return replace(self, not_persons=not_persons, **{name: getattr(self, name)[chosen] for name in arrays})

    def constraints(self, embedder: Embedder) -> Constraints:
        """Returns the constraints on clusters, which follow from the assertions about the faces."""
        return Constraints(self.photos, self.persons, self.not_persons, embedder.apart)


@dataclass(frozen=True, slots=True)
class Recognised:
    """The result for n faces.

    Faces with the same number in ``groups`` (n,) belong to one person. ``suggested`` (n, MAX_SUGGESTIONS) are the
    persons whom a face resembles, the most probable first, padded with UNASSIGNED, and ``scores``, 0..1, are theirs.
    ``applied`` (n,) is the person to whom a face is assigned, or UNASSIGNED. A named face has no suggestions.
    ``passed_over`` (n,) is how likely a face is that of a stranger whom people ignored, where that is likely enough to
    ignore it too, and otherwise 0. Such faces, and the ignored ones, are in no group.
    """

    groups: Ints
    suggested: Ints
    scores: Floats
    applied: Ints
    passed_over: Floats


def recognise(
    kept: Similarities, library: FaceLibrary, embedder: Embedder, cut: float, *, full: bool, clustering: str = "average"
) -> Recognised:
    """Clusters and matches the faces. With ``full``, all clusters are computed again by ``clustering``; otherwise new
    faces are added to the existing clusters."""
    count = len(kept)
    ignored = library.ignored if len(library.ignored) else np.zeros(count, bool)
    noticed = library.noticed if len(library.noticed) else np.zeros(count, bool)
    suggested, scores, applied = _suggestions(kept.vectors, library, embedder, ignored)
    passed_over = stranger_scores(kept, ignored, library.qualities, embedder, cut)
    strange = (passed_over >= embedder.applied) & (passed_over > scores[:, 0])
    # Faces that people left in a cluster when they ignored another one of it stay there.
    strange &= ~noticed & (library.persons == UNASSIGNED) & (library.groups == UNASSIGNED)
    passed_over[~strange] = 0
    suggested[strange], scores[strange], applied[strange] = UNASSIGNED, 0, UNASSIGNED
    taking_part = ~ignored & ~strange
    groups = np.full(count, UNASSIGNED, np.int32)
    if taking_part.all():
        groups = _groups(kept, library, embedder, cut, full=full, clustering=clustering)
    else:
        some, of_some = chosen(kept, taking_part), library.only(taking_part)
        groups[taking_part] = _groups(some, of_some, embedder, cut, full=full, clustering=clustering)
    return Recognised(groups, suggested, scores, applied, passed_over)


def _groups(
    kept: Similarities, library: FaceLibrary, embedder: Embedder, cut: float, *, full: bool, clustering: str
) -> Ints:
    constraints = library.constraints(embedder)
    if not full:
        return add_to_clusters(kept, _groups_now(library), cut, constraints)
    if clustering == "hdbscan":
        return hdbscan(kept.vectors, constraints)
    return average_linkage(kept.vectors, kept.pairs, cut, constraints, dropped=kept.dropped)


def _groups_now(library: FaceLibrary) -> Ints:
    """Returns the present group of each face (n,). Persons are numbered first, then clusters. A cluster that belongs to
    a person has the number of the person. A face that, because of later assertions, must not stay in its group is
    alone."""
    persons = int(library.persons.max(initial=UNASSIGNED)) + 1
    groups = np.where(library.persons != UNASSIGNED, library.persons, UNASSIGNED).astype(np.int32)
    for face in np.flatnonzero((library.persons == UNASSIGNED) & (library.groups != UNASSIGNED)).tolist():
        owner = library.owners.get(int(library.groups[face]), UNASSIGNED)
        if not 0 <= owner < persons:  # it has no owner, or the owner no longer has a face
            groups[face] = persons + library.groups[face]
            continue
        if owner not in library.not_persons.get(face, ()):
            groups[face] = owner
    return groups


def _suggestions(
    vectors: Floats, library: FaceLibrary, embedder: Embedder, ignored: Bools
) -> tuple[Ints, Floats, Ints]:
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
    size = min(max(SCORES // len(among.persons), LEAST_FACES), MOST_FACES)
    for faces in _blocks(np.flatnonzero(~named & ~ignored), library.photos, size):
        rules = FaceConstraints(
            library.photos[faces],
            {at: library.not_persons[face] for at, face in enumerate(faces.tolist()) if face in library.not_persons},
            taken,
        )
        matches = match(vectors[faces], among, embedder, rules, library.learnt)
        applied[faces] = decide(matches, rules, thresholds)
        best = _highest(matches.scores, MAX_SUGGESTIONS)
        found = np.take_along_axis(matches.scores, best, axis=1)
        suggested[faces, : best.shape[1]] = np.where(found >= MIN_SCORE, among.persons[best], UNASSIGNED)
        scores[faces, : best.shape[1]] = np.where(found >= MIN_SCORE, found, 0)
    # A person who was assigned to another face in the photo is still suggested, but not applied.
    return (
        suggested,
        scores,
        np.where((suggested == applied[:, None]).any(axis=1), applied, UNASSIGNED).astype(np.int32),
    )


def _highest(scores: Floats, count: int) -> npt.NDArray[np.intp]:
    """Returns the columns with the highest scores of each row, the highest first, and of equal ones the first. Sorting
    the scores of 2,000 persons would take more than all the rest."""
    left, rows = scores.copy(), np.arange(len(scores))
    best = np.empty((len(scores), min(count, scores.shape[1])), np.intp)
    for place in range(best.shape[1]):
        best[:, place] = left.argmax(axis=1)
        left[rows, best[:, place]] = -np.inf
    return best


def _blocks(faces: npt.NDArray[np.intp], photos: Ints, size: int) -> Iterator[npt.NDArray[np.intp]]:
    """Divides the faces into blocks of at most ``size``, unless one photo has more. The faces of a photo are in one
    block, because a person appears once in a photo."""
    ordered = faces[np.argsort(photos[faces], kind="stable")]
    ends = np.flatnonzero(np.diff(photos[ordered], append=-1)) + 1  # after the last face of each photo
    start = 0
    while start < len(ordered):
        first, last = np.searchsorted(ends, [start, start + size], side="right")
        end = int(ends[max(first, last - 1)])
        yield ordered[start:end]
        start = end
