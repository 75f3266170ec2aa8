"""Decides whether a new model is activated, by comparing it with the active one.

Both score each labelled photo by models that did not see it. What a new model would change in the library is counted
for each tag, and how much of it is right on the photos that people judged. A tag that is given to nothing, or that gets
worse on those, does not stop the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from photos_graph.faces.catalogue import Embedder
from photos_graph.learn import persons
from photos_graph.learn.calibration import NO_THRESHOLD
from photos_graph.learn.dataset import POSITIVE, UNLABELLED, TrainingSet
from photos_graph.learn.evidence import Evidence, evidence
from photos_graph.learn.judged import JudgedGiven, compared, is_worse, judged_given, why_worse
from photos_graph.learn.metrics import LabelScore, average_precisions, chances
from photos_graph.learn.neighbours import Neighbours
from photos_graph.learn.persons import NamedFaces, PersonModel
from photos_graph.learn.predictor import Floats
from photos_graph.learn.tags import TagModel
from photos_graph.model.learning import ModelState

MARGIN = 0.01  # average precision by which a candidate may be worse
MAX_DROP = 0.1  # loss of average precision of the active model since its training, above which labels are contradictory
MIN_PROGRESS = 0.1  # share of the way from guessing to perfection that a first model must reach
MIN_FACES = 5  # held-out faces, below which models of persons are not compared
MAX_SHARE = 0.95  # share of the photos with a tag, above which there is nothing to distinguish


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision. ``state`` is ACTIVE or REJECTED, and ``reason`` is a sentence for users. For a model of tags,
    ``per_label`` are its metrics with the photos that each tag gains and loses."""

    state: ModelState
    reason: str
    per_label: tuple[LabelScore, ...] = ()


def judge_tags(candidate: TagModel, active: TagModel | None, learnt: TrainingSet, graph: Neighbours) -> Verdict:
    """Judges by mean average precision over the tags that both models know, with the present labels.

    ``learnt`` is the set on which the candidate was trained. An active model with another backbone is not compared,
    because its features no longer exist.
    """
    if active is not None and active.backbone != candidate.backbone:
        active = None
    mine = candidate.predictor.probabilities(graph)
    theirs = None if active is None else active.predictor.probabilities(graph)
    verdict = _judged(candidate, mine, active, theirs, learnt, graph)
    changed = _changed(candidate, mine, active, theirs, learnt)
    new, old = (sum(those, JudgedGiven()) for those in zip(*((each.new, each.old) for each in changed), strict=True))
    return replace(
        verdict, reason=verdict.reason + compared(new, old), per_label=tuple(each.metrics for each in changed)
    )


def _judged(
    candidate: TagModel,
    mine: Floats,
    active: TagModel | None,
    theirs: Floats | None,
    learnt: TrainingSet,
    graph: Neighbours,
) -> Verdict:
    rows, every = evidence(learnt)
    known = every.measured(learnt.labelled[rows])
    # A model of an earlier format has no scores of the photos that it learnt from by models that did not see them.
    seen = set() if active is None or len(active.predictor.crossed) else set(active.predictor.seed_ids)
    kept = known.known & np.array([graph.ids[row] not in seen for row in rows.tolist()], bool)
    rows, known = rows[kept], known[kept]
    guessed = chances(known)
    guessed[guessed > MAX_SHARE] = np.nan
    better = (average_precisions(mine[rows], known) - guessed) / (1 - guessed)
    first = _first(float(np.nanmean(better)) if np.isfinite(better).any() else None)
    if active is None or theirs is None:
        return first
    common = [label for label in candidate.labels if label in active.labels]
    ours, others = ([model.labels.index(label) for label in common] for model in (candidate, active))
    shared = Evidence(known.targets[:, ours], known.weights[:, ours])
    new = average_precisions(mine[rows][:, ours], shared)
    old = average_precisions(theirs[rows][:, others], shared)
    both = np.isfinite(new)
    if not both.any():  # no tag can be compared
        return first
    what = f"{both.sum()} tags on {int(learnt.labelled[rows].sum()):,} labelled photos, by models that did not see them"
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


@dataclass(frozen=True, slots=True)
class _TagChange:
    """The metrics of a tag, and the judged photos to which the candidate (``new``) and the active model (``old``) give
    it, as far as both know it."""

    metrics: LabelScore
    new: JudgedGiven
    old: JudgedGiven


def _changed(
    candidate: TagModel, mine: Floats, active: TagModel | None, theirs: Floats | None, learnt: TrainingSet
) -> list[_TagChange]:
    """Returns what changes for each tag of the candidate: the photos that get it, those that no longer get it, and how
    many judged ones are right. A tag that gets worse on these is given to nothing."""
    column = {} if active is None else {label: at for at, label in enumerate(active.labels)}
    out = []
    for at, metrics in enumerate(candidate.per_label):
        label = metrics.label
        open_, threshold = learnt.truth[:, at] == UNLABELLED, float(candidate.thresholds[at])
        gets, had = open_ & (mine[:, at] >= threshold), np.zeros(len(mine), bool)
        new = old = JudgedGiven()
        if active is not None and theirs is not None and label in column:
            of_active = column[label]
            scores, before = theirs[:, of_active], float(active.thresholds[of_active])
            had = open_ & (scores >= before)
            rows = np.array(learnt.sheets.get(label, ((), ()))[0], np.intp)
            right = learnt.truth[rows, at] == POSITIVE
            new, old = judged_given(mine[rows, at], threshold, right), judged_given(scores[rows], before, right)
        if is_worse(new, old, candidate.promised):
            reason = why_worse(new, old, int(gets.sum()), len(mine))
            metrics = replace(metrics, threshold=NO_THRESHOLD, given_to=0, reason=reason)  # noqa: PLW2901
            gets = np.zeros(len(mine), bool)
        changed = replace(
            metrics,
            gained=int((gets & ~had).sum()),
            lost=int((had & ~gets).sum()),
            judged_precision=new.precision,
            judged_precision_before=old.precision,
        )
        out.append(_TagChange(changed, new, old))
    return out


def judge_persons(candidate: PersonModel, active: PersonModel | None, faces: NamedFaces, embedder: Embedder) -> Verdict:
    """Judges by average precision on held-out faces of persons whom both models know, each face once as itself and once
    as a stranger, and by F1 compared with the rule that applies without a model."""
    rows = persons.held_out_faces(faces)
    if not len(rows):
        return Verdict(ModelState.ACTIVE, "No face could be held out to measure on, because no person has three.")
    if len(rows) < MIN_FACES:
        says = f"{len(rows)} held-out face{'s' if len(rows) > 1 else ''} cannot show how good it is"
        return Verdict(ModelState.ACTIVE, f"It is about as strict as no model: {says}. Name more faces.")
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
