"""Measures the precision of a tag where it is given: in the whole library.

A sheet is a random sample of the photos that may have a tag. People judge it, and from what they say follows the lowest
score at which the tag may be given. Scores are probabilities by models that did not see the photo (``belief``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.model.learning import Trust
from photos_graph.shown import counted

SIZE = 24  # photos of a sheet
STRATA = 8  # parts of the scores, each of which has as many photos on a sheet
LOWEST = 0.3  # score from which photos may be on a sheet, and the lowest threshold that a sheet can prove
LEAST = 0.05  # score from which they may be if there are too few others
UNKNOWN = 0.1  # share of what a sheet was drawn from, with the lowest scores, for which it does not speak
MIN_JUDGED = 12  # judged photos from which the precision of a tag is proven
MIN_ABOVE = 4  # judged photos above a proven threshold
MIN_EXAMPLES = 5  # scores of examples, below which a tag is given to nothing
MIN_GIVEN = 5  # photos that a tag is given to before a sheet is judged, or to none
MIDDLE = 0.5  # lowest threshold that a tag would have if it is given to nothing
REACH = 0.1  # quantile of the examples' scores, below which a tag is not given before a sheet is judged
# Share of what may be wrong that is kept back before a sheet, since a tag may be worse than experience: this much, and
# more the fewer examples there are, divided by the root of their number.
RESERVE, RESERVE_OF_ONE = 0.3, 0.7
MAX_SHARE = 0.2  # share of the unlabelled photos above the median example, from which examples do not stand out
MAX_FREQUENT_SHARE = 0.6  # of frequent tags; half of all photos are above it if all photos have the tag
MIN_LACKING, MAX_LACKING_SHARE = 10, 0.05  # a frequent tag is one of which few of so many photos that lack it are above
OFFSET, SLOPE = 1.0, 0.3  # standard deviations of the line over what is believed, by which a sheet may move and turn it
STEEPER = 1.3  # expected slope of this line
CONFIDENCES = (0.85, 0.65)  # with which a proven threshold keeps its promise; the second if the first allows none
FLOOD = 2  # times as many photos as a tag may be given to, from which it is given to none
BINS = 256  # parts of the scores in which photos count as equal

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class DrawnSheet:
    """The positions ``places`` (m,) of the photos of a sheet, those with the highest scores first, and the chances
    ``inclusion`` (m,) in 0..1 with which each was drawn."""

    places: Places
    inclusion: Doubles


@dataclass(frozen=True, slots=True)
class Judged:
    """The judged photos of the sheets of a tag: their present ``scores`` (j,), whether the tag is ``right`` (j,), and
    the chances ``inclusion`` (j,) with which they were drawn."""

    scores: Floats
    right: Bools
    inclusion: Doubles

    def __len__(self) -> int:
        return len(self.right)


NO_SCORES = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class ChosenThreshold:
    """The threshold of a tag, which is None if it is given to nothing; ``reason`` then says why.

    ``would_be`` is the threshold around which a sheet is drawn, which exists in any case. ``expected_precision`` (0..1)
    is that of the ``given_to`` photos in the whole library, and ``judged`` counts the photos that it follows from.
    """

    threshold: float | None
    would_be: float
    trust: Trust
    expected_precision: float
    given_to: int
    judged: int
    reason: str | None = None


def most(labelled: int, looked_at: int, library: int, flood: float) -> int:
    """Returns to how many of the photos of a ``library`` a tag without a judged sheet is given at most. ``labelled``
    photos have the tag, of the ``looked_at`` photos that have any tag; ``flood`` is the setting."""
    return int(flood * library * labelled / max(1, looked_at))


def draw_sheet(scores: Floats, seed: int, size: int = SIZE) -> DrawnSheet:
    """Draws up to ``size`` of the photos that nobody labelled with the tag, with scores (n,).

    They are drawn from all photos that may have the tag, also from those that it is not given to, so that what people
    say can lower the threshold as well. These are divided by their scores into parts of equal size, from each of which
    the same number is drawn.
    """
    order = np.argsort(-scores, kind="stable").astype(np.intp)
    count = max(int((scores >= LOWEST).sum()), min(size, int((scores >= LEAST).sum())))
    drawn = _drawn(order[:count], size, np.random.default_rng(seed))
    return DrawnSheet(np.array([place for place, _ in drawn], np.intp), np.array([share for _, share in drawn]))


def _drawn(order: Places, size: int, chance: np.random.Generator) -> list[tuple[int, float]]:
    """Draws up to ``size`` photos, each with the chance with which it was drawn."""
    drawn: list[tuple[int, float]] = []
    parts = np.array_split(order, min(STRATA, max(1, len(order))))
    for number, part in enumerate(parts):
        count = min(len(part), size // len(parts) + (number < size % len(parts)))
        some = part[np.sort(chance.choice(len(part), count, replace=False))] if count else part[:0]
        drawn += [(int(place), count / len(part)) for place in some]
    return drawn


def choose_threshold(
    scores: Floats, examples: Floats, judged: Judged, promised: float, most: int, lacking: Floats = NO_SCORES
) -> ChosenThreshold:
    """Chooses the lowest threshold at which the precision in the whole library is expected to be ``promised``.

    ``scores`` (n,) are those of all photos that nobody labelled with the tag, ``examples`` (e,) those of its examples,
    and ``lacking`` (k,) those of photos that are known to lack it. As long as fewer than MIN_JUDGED photos are judged,
    the precision is what experience expects, and at most ``most`` photos get the tag.
    """
    provisional = _provisional(scores, examples, len(judged), promised, most, lacking)
    if len(judged) < MIN_JUDGED:
        return provisional
    return _proven(scores, judged, promised, provisional.would_be)


def _provisional(
    scores: Floats, examples: Floats, judged: int, promised: float, most: int, lacking: Floats
) -> ChosenThreshold:
    middle = float(np.median(examples)) if len(examples) else MIDDLE

    def nothing(reason: str, would_be: float = max(MIDDLE, middle)) -> ChosenThreshold:
        return ChosenThreshold(None, would_be, Trust.PROVISIONAL, 0.0, 0, judged, reason)

    if len(examples) < MIN_EXAMPLES:
        few = counted(len(examples), "example")
        return nothing(f"It has {few} and needs {MIN_EXAMPLES} before it is given to photos.")
    if not _stands_out(scores, lacking, middle):
        return nothing("Its examples do not stand out from the other photos. More of them may help.")
    given = np.sort(scores[scores >= np.quantile(examples, REACH)])[::-1]
    expected = np.cumsum(given, dtype=np.float64) / np.arange(1, len(given) + 1)
    reserve = RESERVE + RESERVE_OF_ONE / np.sqrt(len(examples))
    count = int(np.flatnonzero(expected >= promised + reserve * (1 - promised)).max(initial=-1)) + 1
    if count < MIN_GIVEN:
        return nothing("It is not certain enough of any photos. More examples, or a judged sheet, may help.")
    threshold = float(given[count - 1])
    if count > FLOOD * most:
        return nothing(f"It would be given to {count:,} of {len(scores):,} photos.", threshold)
    if count > most:
        count, threshold = most, float(np.nextafter(given[most], np.float32(2)))
    return ChosenThreshold(
        threshold, threshold, Trust.PROVISIONAL, float(expected[count - 1]), int((given >= threshold).sum()), judged
    )


def _stands_out(scores: Floats, lacking: Floats, middle: float) -> bool:
    """Returns whether the median example is above most photos. Where a tag is frequent, it is enough that the median is
    above those that are known to lack it."""
    share = float((scores >= middle).mean()) if len(scores) else 0.0
    if share <= MAX_SHARE:
        return True
    return (
        share <= MAX_FREQUENT_SHARE
        and len(lacking) >= MIN_LACKING
        and bool((lacking >= middle).mean() <= MAX_LACKING_SHARE)
    )


def _proven(scores: Floats, judged: Judged, promised: float, would_be: float) -> ChosenThreshold:
    count, wrong = len(judged), int((~judged.right).sum())
    given = np.sort(scores[scores >= max(_lowest(judged), LOWEST)])[::-1][: max(SIZE, _shown(judged))]
    last = None
    if len(given):
        ends = np.unique(np.linspace(1, len(given), min(BINS, len(given))).round().astype(np.intp))
        offsets, slopes, likely = _posterior(judged)
        starts = np.append(0, ends[:-1])
        middles = _odds(given[(starts + ends) // 2])
        each = 1 / (1 + np.exp(-(offsets[:, None] + slopes[:, None] * middles)))
        precisions = np.cumsum(each * (ends - starts), axis=1) / ends  # a row for each possible line
        seen = np.array([(judged.scores >= given[end - 1]).sum() for end in ends])
        last = _deepest(precisions, likely, promised, seen >= MIN_ABOVE)
    if last is None:
        above = int((scores >= would_be).sum())
        reason = f"It would be given to {above:,} of {len(scores):,} photos; {wrong} of {count} on the sheet are wrong."
        return ChosenThreshold(None, would_be, Trust.PROVEN, 0.0, 0, count, reason)
    threshold = float(given[ends[last] - 1])
    expected, given_to = float(likely @ precisions[:, last]), int((given >= threshold).sum())
    return ChosenThreshold(threshold, threshold, Trust.PROVEN, expected, given_to, count)


def _lowest(judged: Judged) -> float:
    """Returns the score below which the sheets know too little. All but UNKNOWN of the photos from which they were
    drawn have it."""
    order = np.argsort(judged.scores, kind="stable")
    share = np.cumsum((1 / judged.inclusion)[order]) / (1 / judged.inclusion).sum()
    return float(judged.scores[order][np.searchsorted(share, UNKNOWN)])


def _deepest(precisions: Doubles, likely: Doubles, promised: float, enough: Bools) -> int | None:
    """Returns the last column of the ``precisions`` (g, k) that keeps the promise with the first of CONFIDENCES with
    which any does, among those with ``enough`` (k,) judged photos. The g rows are ``likely`` (g,)."""
    for confidence in CONFIDENCES:
        bounds = np.array([_quantile(column, likely, 1 - confidence) for column in precisions.T])
        keeps = np.flatnonzero((bounds >= promised) & enough)
        if len(keeps):
            return int(keeps[-1])
    return None


def _shown(judged: Judged) -> int:
    """Returns how many more photos have the tag, by the shares of those from which the sheets were drawn. A model that
    has learnt from a sheet may score others higher, of which the sheet says nothing."""
    return int((judged.right / judged.inclusion).sum() - judged.right.sum())


def _posterior(judged: Judged) -> tuple[Doubles, Doubles, Doubles]:
    """Returns offsets, slopes and their probabilities, each (g,), for the log-odds that a photo is right, which are a
    line over those that are believed."""
    offsets, slopes = (
        part.ravel() for part in np.meshgrid(np.linspace(-8, 8, 65), np.geomspace(0.2, 4, 25), indexing="ij")
    )
    prior = -0.5 * ((offsets / OFFSET) ** 2 + (np.log(slopes / STEEPER) / SLOPE) ** 2)
    lines = offsets[:, None] + slopes[:, None] * _odds(judged.scores)
    fits = prior - np.logaddexp(0, np.where(judged.right, -lines, lines)).sum(axis=1)
    likely = np.exp(fits - fits.max())
    return offsets, slopes, likely / likely.sum()


def _odds(scores: Floats) -> Doubles:
    some = np.clip(scores.astype(np.float64), 1e-3, 1 - 1e-3)
    return np.asarray(np.log(some / (1 - some)))


def _quantile(values: Doubles, likely: Doubles, share: float) -> float:
    order = np.argsort(values, kind="stable")
    return float(values[order][np.searchsorted(np.cumsum(likely[order]), share).clip(0, len(values) - 1)])
