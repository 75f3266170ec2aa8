"""All faces of a library at once: which belong together, and whom they are like."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from photos_graph.faces.additions import add_to_clusters
from photos_graph.faces.catalogue import Embedder
from photos_graph.faces.clustering import Constraints, average_linkage, hdbscan
from photos_graph.faces.detection import Floats
from photos_graph.faces.linkage import NOBODY
from photos_graph.faces.matching import EVEN, FaceConstraints, Learnt, columns_of, decide, known, match
from photos_graph.faces.similarity import Ints, Similarities

SUGGESTED = 3  # persons a face is at most said to be like,
LEAST = 0.05  # each with at least that score
BLOCK = 4096  # faces beside all persons in one product


@dataclass(frozen=True, slots=True)
class FaceLibrary:
    """n faces in the order of the kept similarities. ``photos`` (n,): numbers of their photos. ``persons`` (n,): who
    somebody said it is, else NOBODY; ``not_persons``: face to those whom it is said not to show. ``groups`` (n,): the
    cluster that it was in, else NOBODY. ``qualities`` (n,) 0..1. ``owners``: cluster to the person whom its faces were
    grouped with. ``thresholds``: the score from which on a face is taken for a person, of those whose own is not the
    model's. ``learnt``: what a trained model knows of persons; the embedder's rule is for the others.
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
    def said(self) -> Constraints:
        return Constraints(self.photos, self.persons, self.not_persons)


@dataclass(frozen=True, slots=True)
class Recognised:
    """``groups`` (n,): faces with the same number are of one person. ``like`` (n, SUGGESTED): persons, likeliest first,
    NOBODY where there are no more; ``scores`` of them, 0..1; ``applied`` (n,): the one that a face is taken for, else
    NOBODY. A face that somebody named is like nobody."""

    groups: Ints
    like: Ints
    scores: Floats
    applied: Ints


def recognise(
    kept: Similarities, library: FaceLibrary, embedder: Embedder, cut: float, *, full: bool, clustering: str = "average"
) -> Recognised:
    """``full``: all clusters anew, by ``clustering``; else new faces join those that there are."""
    vectors, said = kept.vectors, library.said
    if not full:
        groups: Ints = add_to_clusters(kept, _groups_now(library), cut, said)
    elif clustering == "hdbscan":
        groups = hdbscan(vectors, said)
    else:
        groups = average_linkage(vectors, kept.pairs, cut, said, complete=not kept.capped)
    return Recognised(groups, *_likes(vectors, library, embedder))


def _groups_now(library: FaceLibrary) -> Ints:
    """(n,): a number for each person, then for each cluster; a cluster that goes with a person has the person's. What
    may not be there any longer, by what was said since, is alone."""
    persons = int(library.persons.max(initial=NOBODY)) + 1
    groups = np.where(library.persons != NOBODY, library.persons, NOBODY).astype(np.int32)
    taken = {
        (int(library.photos[face]), int(library.persons[face])) for face in np.flatnonzero(library.persons != NOBODY)
    }
    for face in np.flatnonzero((library.persons == NOBODY) & (library.groups != NOBODY)).tolist():
        owner = library.owners.get(int(library.groups[face]), NOBODY)
        if not 0 <= owner < persons:  # nobody's, or of a person of whom there is no face any longer
            groups[face] = persons + library.groups[face]
            continue
        place = (int(library.photos[face]), owner)
        if place not in taken and owner not in library.not_persons.get(face, ()):
            groups[face] = owner
            taken.add(place)
    return groups


def _likes(vectors: Floats, library: FaceLibrary, embedder: Embedder) -> tuple[Ints, Floats, Ints]:
    named = library.persons != NOBODY
    among = known(vectors[named], library.qualities[named], library.persons[named])
    count = len(vectors)
    like = np.full((count, SUGGESTED), NOBODY, np.int32)
    scores = np.zeros((count, SUGGESTED), np.float32)
    applied = np.full(count, NOBODY, np.int32)
    if not len(among.persons):
        return like, scores, applied
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
        best = np.argsort(-matches.scores, axis=1, kind="stable")[:, :SUGGESTED]
        found = np.take_along_axis(matches.scores, best, axis=1)
        like[faces, : best.shape[1]] = np.where(found >= LEAST, among.persons[best], NOBODY)
        scores[faces, : best.shape[1]] = np.where(found >= LEAST, found, 0)
    # One whom a photo's other face has in the end is still worth a look, but is not what it is taken for.
    return like, scores, np.where((like == applied[:, None]).any(axis=1), applied, NOBODY).astype(np.int32)


def _blocks(faces: npt.NDArray[np.intp], photos: Ints) -> list[npt.NDArray[np.intp]]:
    """The faces of a photo are in one block: a person is once in a photo."""
    ordered = faces[np.argsort(photos[faces], kind="stable")]
    ends = np.flatnonzero(np.diff(photos[ordered], append=-1)) + 1  # after the last face of each photo
    blocks, start = [], 0
    while start < len(ordered):
        within = ends[(ends > start) & (ends <= start + BLOCK)]
        end = int(within[-1] if len(within) else ends[ends > start][0])
        blocks.append(ordered[start:end])
        start = end
    return blocks
