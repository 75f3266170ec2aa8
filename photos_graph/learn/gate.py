"""Decides whether a new model is activated, by comparing it with the active one on photos that neither was trained
on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from photos_graph.faces.catalogue import Embedder
from photos_graph.learn import persons
from photos_graph.learn.dataset import POSITIVE, TrainingSet
from photos_graph.learn.evidence import evidence
from photos_graph.learn.metrics import average_precisions, chances
from photos_graph.learn.neighbours import Neighbours
from photos_graph.learn.persons import NamedFaces, PersonModel
from photos_graph.learn.propagation import Propagation
from photos_graph.learn.tags import TagModel
from photos_graph.model.learning import ModelState

MARGIN = 0.01  # average precision by which a candidate may be worse
MAX_DROP = 0.1  # loss of average precision of the active model since its training, above which labels are contradictory
MIN_PROGRESS = 0.1  # share of the way from guessing to perfection that a first model must reach
MAX_SHARE = 0.95  # share of the photos with a tag, above which there is nothing to distinguish


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision. ``state`` is ACTIVE or REJECTED, and ``reason`` is a sentence for users."""

    state: ModelState
    reason: str


def judge_tags(candidate: TagModel, active: TagModel | None, learnt: TrainingSet, graph: Neighbours) -> Verdict:
    """Judges by mean average precision over the tags that both models know, with the present labels of the held-out
    photos.

    ``learnt`` is the set on which the candidate was trained. An active model with another backbone is not compared,
    because its features no longer exist.
    """
    if active is not None and active.backbone != candidate.backbone:
        active = None
    seen = set() if active is None else set(active.predictor.seed_ids)
    known = evidence(learnt, Propagation(graph).spread((learnt.truth == POSITIVE).astype(np.float32)))
    unseen = np.array([id_ not in seen for id_ in graph.ids], bool)
    rows = np.flatnonzero(learnt.held_out & known.known & unseen)
    mine = candidate.predictor.probabilities(graph)[rows]
    guessed = chances(known[rows])
    guessed[guessed > MAX_SHARE] = np.nan
    better = (average_precisions(mine, known[rows]) - guessed) / (1 - guessed)
    first = _first(float(np.nanmean(better)) if np.isfinite(better).any() else None)
    if active is None:
        return first
    common = [label for label in candidate.labels if label in active.labels]
    ours, theirs = ([model.labels.index(label) for label in common] for model in (candidate, active))
    shared = known[rows]
    shared = type(shared)(shared.targets[:, ours], shared.weights[:, ours])
    new = average_precisions(mine[:, ours], shared)
    old = average_precisions(active.predictor.probabilities(graph)[rows][:, theirs], shared)
    both = np.isfinite(new)
    if not both.any():  # no tag can be compared
        return first
    what = f"{both.sum()} tags on {len(rows):,} photos that neither has learnt from"
    verdict = _compared(float(new[both].mean()), float(old[both].mean()), what)
    measured = {each.label: each.average_precision for each in active.per_label if each.held_out}
    before = [(at, measured[label]) for at, label in enumerate(common) if both[at] and label in measured]
    if verdict.state is ModelState.ACTIVE and before:
        now, then = (float(np.mean(each)) for each in zip(*((new[at], score) for at, score in before), strict=True))
        if now < then - MAX_DROP:
            says = f"average precision is {now:.3f}, and was {then:.3f} when the active model was trained"
            return Verdict(
                ModelState.REJECTED, f"The labels that were added since contradict the earlier ones: {says}."
            )
    return verdict


def judge_persons(candidate: PersonModel, active: PersonModel | None, faces: NamedFaces, embedder: Embedder) -> Verdict:
    """Judges by average precision on held-out faces of persons whom both models know, each face once as itself and once
    as a stranger, and by F1 compared with the rule that applies without a model."""
    rows = persons.held_out_faces(faces)
    if not len(rows):
        return Verdict(ModelState.ACTIVE, "No face could be held out to measure on, because no person has three.")
    mine = persons.scored(*candidate.numbered(faces.labels), faces, rows)[0].f1
    rule = persons.scored(*persons.by_rule(faces, embedder), faces, rows)[0].f1
    says = f"F1 is {mine:.3f}, and {rule:.3f} without a model ({len(rows):,} held-out faces)"
    if mine < rule - MARGIN:
        return Verdict(ModelState.REJECTED, f"It is worse than no model by more than {MARGIN}: {says}.")
    not_worse = Verdict(ModelState.ACTIVE, f"It is not worse than no model: {says}.")
    if active is None or active.embedder != candidate.embedder:
        return not_worse
    both = set(candidate.known_labels) & set(active.known_labels)
    rows = np.array([row for row in rows if faces.labels[faces.persons[row]] in both], np.intp)
    if not len(rows):
        return not_worse
    new = persons.scored(*candidate.numbered(faces.labels), faces, rows)[0].average_precision
    old = persons.scored(*active.numbered(faces.labels), faces, rows)[0].average_precision
    return _compared(new, old, f"{len(rows):,} faces that neither has learnt from")


def _first(better: float | None) -> Verdict:
    if better is None:
        return Verdict(ModelState.ACTIVE, "It is the first model, and the held-out photos have nothing to tell apart.")
    if better >= MIN_PROGRESS:
        return Verdict(ModelState.ACTIVE, f"It is the first model: {better:.0%} of the way from guessing to perfect.")
    return Verdict(ModelState.REJECTED, f"It is hardly better than guessing: {better:.0%} of the way to perfect.")


def _compared(new: float, old: float, what: str) -> Verdict:
    says = f"average precision is {new:.3f}, and {old:.3f} for the active model ({what})"
    if new >= old - MARGIN:
        return Verdict(ModelState.ACTIVE, f"It is not worse: {says}.")
    return Verdict(ModelState.REJECTED, f"It is worse by more than {MARGIN}: {says}.")
