"""Whether a new model may take over: compared with the active one on photos that neither has learnt from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from photos_graph.faces.table import Embedder
from photos_graph.learn import persons
from photos_graph.learn.dataset import POSITIVE, TrainingSet
from photos_graph.learn.evidence import evidence
from photos_graph.learn.metrics import average_precisions, chances
from photos_graph.learn.neighbours import Neighbours
from photos_graph.learn.persons import NamedFaces, PersonModel
from photos_graph.learn.propagation import Propagation
from photos_graph.learn.tags import TagModel
from photos_graph.model import ModelState

MARGIN = 0.01  # of average precision, by which a candidate may be worse
FALL = 0.1  # of average precision, below what the active model had when it was trained: labels contradict each other
USEFUL = 0.1  # of average precision, by which a first model must be better than chance


@dataclass(frozen=True, slots=True)
class Verdict:
    """``state`` is ACTIVE or REJECTED; ``reason`` is a sentence for people."""

    state: ModelState
    reason: str


def judge_tags(candidate: TagModel, active: TagModel | None, learnt: TrainingSet, graph: Neighbours) -> Verdict:
    """By mean average precision over the tags that both know, on what people say of the held-out photos today.

    ``learnt``: the set that the candidate was trained on. An active model of another backbone is not compared: its
    features are there no more.
    """
    if active is not None and active.backbone != candidate.backbone:
        active = None
    seen = set() if active is None else set(active.predictor.seed_ids)
    known = evidence(learnt, Propagation(graph).spread((learnt.truth == POSITIVE).astype(np.float32)))
    unseen = np.array([id_ not in seen for id_ in graph.ids], bool)
    rows = np.flatnonzero(learnt.held_out & known.known & unseen)
    mine = candidate.predictor.probabilities(graph)[rows]
    better = average_precisions(mine, known[rows]) - chances(known[rows])
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
    if not both.any():  # there is nothing to compare
        return first
    what = f"{both.sum()} tags on {len(rows):,} photos that neither has learnt from"
    verdict = _compared(float(new[both].mean()), float(old[both].mean()), what)
    measured = {each.label: each.average_precision for each in active.per_label if each.held_out}
    before = [(at, measured[label]) for at, label in enumerate(common) if both[at] and label in measured]
    if verdict.state is ModelState.ACTIVE and before:
        now, then = (float(np.mean(each)) for each in zip(*((new[at], score) for at, score in before), strict=True))
        if now < then - FALL:
            says = f"average precision {now:.3f}, the active model's was {then:.3f} when it was trained"
            return Verdict(ModelState.REJECTED, f"What was said since does not fit together: {says}.")
    return verdict


def judge_persons(candidate: PersonModel, active: PersonModel | None, faces: NamedFaces, embedder: Embedder) -> Verdict:
    """By average precision on held-out faces of persons that both know, each as itself and as a stranger; and by F1
    beside the rule that recognises them without a model."""
    rows = persons.held_out_faces(faces)
    if len(rows):
        mine = persons.scored(*candidate.numbered(faces.labels), faces, rows)[0].f1
        rule = persons.scored(*persons.by_rule(faces, embedder), faces, rows)[0].f1
        if mine < rule - MARGIN:
            says = f"F1 {mine:.3f}, without a model it is {rule:.3f} ({len(rows):,} faces that were not learnt from)"
            return Verdict(ModelState.REJECTED, f"Worse than no model by more than {MARGIN}: {says}.")
    if active is not None and active.embedder == candidate.embedder:
        both = set(candidate.known_labels) & set(active.known_labels)
        rows = np.array([row for row in rows if faces.labels[faces.persons[row]] in both], np.intp)
    else:
        active = None
    if not len(rows):
        return Verdict(ModelState.ACTIVE, "No face that is held out is of somebody whom the models know.")
    new = persons.scored(*candidate.numbered(faces.labels), faces, rows)[0].average_precision
    if active is None:
        return _first(new)
    old = persons.scored(*active.numbered(faces.labels), faces, rows)[0].average_precision
    return _compared(new, old, f"{len(rows):,} faces that neither has learnt from")


def _first(better: float | None) -> Verdict:
    if better is None:
        return Verdict(ModelState.ACTIVE, "The first model of its tags; no photo that is held out has one of them.")
    if better >= USEFUL:
        return Verdict(ModelState.ACTIVE, f"The first model of its tags: average precision {better:.3f} above chance.")
    return Verdict(ModelState.REJECTED, f"Hardly better than chance: average precision {better:.3f} above it.")


def _compared(new: float, old: float, what: str) -> Verdict:
    says = f"average precision {new:.3f}, the active model's is {old:.3f} ({what})"
    if new >= old - MARGIN:
        return Verdict(ModelState.ACTIVE, f"Not worse: {says}.")
    return Verdict(ModelState.REJECTED, f"Worse by more than {MARGIN}: {says}.")
