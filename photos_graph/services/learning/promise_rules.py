"""Decides whether a tag keeps its promise, from the corrections since its threshold was chosen. These functions are
pure."""

from __future__ import annotations

from dataclasses import replace

from photos_graph.learn.sheets import FLOOD, ChosenThreshold
from photos_graph.model.learning import Corrections, LabelMetrics, Measured, Trust

MIN_REJECTED = 2  # rejected photos from which a tag may be withdrawn, so that a single slip does not do it
MIN_CHANGE = 0.002  # of the expected precision, below which nothing is written


def chosen_again(metrics: LabelMetrics, chosen: ChosenThreshold, now: Corrections) -> LabelMetrics:
    """Returns the metrics of a tag whose threshold was chosen again. ``now`` counts what people say of the photos with
    at least that score.

    As long as too few photos are judged, the threshold is the one that the training chose.
    """
    if chosen.trust is Trust.PROVISIONAL:
        if metrics.trust is Trust.PROVISIONAL:
            return replace(metrics, judged=chosen.judged)
        if (back := metrics.unjudged) is not None:  # the judged photos were taken back
            return replace(
                metrics,
                threshold=back.threshold,
                trust=Trust.PROVISIONAL,
                judged=chosen.judged,
                expected_precision=back.precision,
                given_to=back.given_to,
                reason=chosen.reason if back.threshold is None else None,
                sheet_threshold=chosen.would_be if back.threshold is None else back.threshold,
                measured=back,
            )
    return replace(
        metrics,
        threshold=chosen.threshold,
        sheet_threshold=chosen.would_be,
        trust=chosen.trust,
        judged=chosen.judged,
        expected_precision=chosen.expected_precision,
        given_to=chosen.given_to,
        reason=chosen.reason,
        measured=Measured(chosen.threshold, chosen.expected_precision, now.confirmed, now.rejected, chosen.given_to),
        unjudged=metrics.measured if metrics.trust is Trust.PROVISIONAL else metrics.unjudged,
    )


def measured_first(metrics: LabelMetrics, now: Corrections) -> LabelMetrics:
    """Returns the metrics of a tag that was just predicted: what people say later is compared with ``now``."""
    if metrics.threshold is None:
        return metrics if metrics.measured is None else replace(metrics, given_to=0)
    measured = metrics.measured
    if measured is None or measured.threshold != metrics.threshold:
        measured = Measured(metrics.threshold, metrics.expected_precision, now.confirmed, now.rejected, now.left)
    return replace(metrics, given_to=now.left, measured=measured)


def flooding(metrics: LabelMetrics, given_to: int, most: int, library: int) -> LabelMetrics:
    """Returns the metrics of a tag that is now given to so many photos of the ``library``. Without a judged sheet, it
    may reach ``most`` of them; if photos that arrived since the training take it far beyond that, it is withdrawn."""
    if metrics.threshold is None or metrics.trust is Trust.PROVEN or given_to <= FLOOD * most:
        return metrics
    reason = f"It would be given to {given_to:,} of {library:,} photos."
    return replace(metrics, threshold=None, expected_precision=0.0, given_to=0, reason=reason, measured=None)


def audited(metrics: LabelMetrics, now: Corrections, promised: float) -> LabelMetrics:
    """Returns the metrics after the corrections so far.

    Corrections are no random sample: people remove what they happen to see. They only limit what is possible: of all
    photos that the tag was given to, at least the rejected ones are wrong, and at least the confirmed ones are right.
    If that leaves less than the promise, the tag is withdrawn.
    """
    then = metrics.measured
    if then is None or then.threshold is None:
        return metrics
    right, wrong = max(0, now.confirmed - then.confirmed), max(0, now.rejected - then.rejected)
    total = right + wrong + now.left
    highest = 1 - wrong / max(1, total)
    if wrong >= MIN_REJECTED and highest < promised:
        reason = f"Of the {total:,} photos that it was given to, people corrected {wrong:,}."
        return replace(metrics, threshold=None, expected_precision=highest, given_to=0, reason=reason)
    expected = min(max(then.precision, right / max(1, total)), highest)
    if abs(expected - metrics.expected_precision) < MIN_CHANGE:
        expected = metrics.expected_precision
    back = metrics.threshold is None  # the corrections were undone
    return replace(
        metrics,
        threshold=then.threshold,
        expected_precision=expected,
        given_to=now.left if back else metrics.given_to,
        reason=None if back else metrics.reason,
    )
