"""Measures the precision of a tag where it is given: in the whole library.

A sheet is a random sample of the photos that a tag would be given to. People judge it, and from what they say follows
the lowest score at which the tag may be given. All scores must come from models that did not see the photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.model.learning import Trust

SIZE = 24  # photos of a sheet
STRATA = 4  # parts of the scores, above and below the threshold, each of which has as many photos on a sheet
BELOW = 1 / 3  # share of a sheet below the threshold, from as many photos as above it; could it be given to them too?
LOWEST = 0.3  # score below which no photo is on a sheet
UNKNOWN = 0.1  # share of what a sheet was drawn from, with the lowest scores, for which it does not speak
MIN_JUDGED = 12  # judged photos from which the precision of a tag is proven
MIN_ABOVE = 4  # judged photos above a proven threshold
MIN_EXAMPLES = 5  # scores of examples, below which a tag is given to nothing
MIN_GIVEN = 5  # photos that a tag is given to before a sheet is judged, or to none
LEAST = 0.5  # lowest threshold around which a sheet is drawn when the tag is given to nothing
REACH = 0.1  # quantile of the examples' scores, below which a tag is not given before a sheet is judged
MAX_SHARE = 0.2  # share of the unlabelled photos above the median example, from which examples do not stand out
MAX_FREQUENT_SHARE = 0.6  # of frequent tags; half of all photos are above it if all photos have the tag
MIN_LACKING, MAX_LACKING_SHARE = 10, 0.05  # a frequent tag is one of which few of so many photos that lack it are above
OFFSET, SLOPE = 1.5, 0.5  # standard deviations of what experience expects, by which a sheet may move it
STEEPER = 1.2  # expected slope after a sheet, because the scores then leave the photos that look alike out
CONFIDENCE = 0.6  # confidence with which a proven threshold keeps its promise
# What is added to the log-odds of a score before a sheet is judged, by experience with libraries that were known.
# It follows from the number of examples, and from how many photos score like the upper three quarters of them, beside
# them. The more such photos there are, the more of them are of other kinds.
BASE, PER_EXAMPLES, PER_ALIKE = 1.61, -0.27, -0.46
ALIKE, MOST_ALIKE = 0.25, 3.0  # quantile of the examples' scores, and the largest logarithm of that number that counts
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


def draw_sheet(scores: Floats, threshold: float, seed: int, size: int = SIZE) -> DrawnSheet:
    """Draws up to ``size`` of the photos that nobody labelled with the tag, with scores (n,).

    Most are drawn from those at or above the threshold, and some from as many below it. Both are divided into parts of
    equal size, from each of which the same number is drawn.
    """
    order = np.argsort(-scores, kind="stable").astype(np.intp)
    above = max(size, int((scores >= threshold).sum()))
    order = order[: min(int((scores >= LOWEST).sum()), 2 * above)]
    chance = np.random.default_rng(seed)
    upper = min(len(order[:above]), size - min(len(order[above:]), round(BELOW * size)))
    drawn = [*_drawn(order[:above], upper, chance), *_drawn(order[above:], size - upper, chance)]
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
    return _proven(scores, examples, judged, promised, provisional.would_be)


def _provisional(
    scores: Floats, examples: Floats, judged: int, promised: float, most: int, lacking: Floats
) -> ChosenThreshold:
    middle = float(np.median(examples)) if len(examples) else LEAST

    def nothing(reason: str, would_be: float = max(LEAST, middle)) -> ChosenThreshold:
        return ChosenThreshold(None, would_be, Trust.PROVISIONAL, 0.0, 0, judged, reason)

    if len(examples) < MIN_EXAMPLES:
        return nothing(f"It has {len(examples)} examples and needs {MIN_EXAMPLES} before it is given to photos.")
    if not _stands_out(scores, lacking, middle):
        return nothing("Its examples do not stand out from the other photos. More of them may help.")
    given = np.sort(scores[scores >= np.quantile(examples, REACH)])[::-1]
    believed = 1 / (1 + np.exp(-_experience(scores, examples).odds(given)))
    expected = np.cumsum(believed) / np.arange(1, len(given) + 1)
    count = int(np.flatnonzero(expected >= promised).max(initial=-1)) + 1
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


@dataclass(frozen=True, slots=True)
class _Experience:
    """The log-odds that a photo has a tag, in libraries of which all was known: those of its score, and ``base``."""

    base: float

    def odds(self, scores: Floats) -> Doubles:
        some = np.clip(scores.astype(np.float64), 1e-3, 1 - 1e-3)
        return np.asarray(self.base + np.log(some / (1 - some)))


def _experience(scores: Floats, examples: Floats) -> _Experience:
    if not len(examples):
        return _Experience(BASE)
    alike = (scores >= np.quantile(examples, ALIKE)).sum() + 1
    often = np.clip(np.log(alike / ((1 - ALIKE) * len(examples) + 1)), -MOST_ALIKE, MOST_ALIKE)
    return _Experience(float(BASE + PER_EXAMPLES * np.log(len(examples)) + PER_ALIKE * often))


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


def _proven(scores: Floats, examples: Floats, judged: Judged, promised: float, would_be: float) -> ChosenThreshold:
    experience = _experience(scores, examples)
    count, wrong = len(judged), int((~judged.right).sum())
    given = np.sort(scores[scores >= _lowest(judged)])[::-1]
    ends = np.unique(np.linspace(1, len(given), min(BINS, len(given))).round().astype(np.intp)) if len(given) else None
    keeps = np.zeros(0, np.intp)
    if ends is not None:
        offsets, slopes, likely = _posterior(judged, experience)
        starts = np.append(0, ends[:-1])
        middles = experience.odds(given[(starts + ends) // 2])
        each = 1 / (1 + np.exp(-(offsets[:, None] + slopes[:, None] * middles)))
        precisions = np.cumsum(each * (ends - starts), axis=1) / ends  # a row for each possible line
        bounds = np.array([_quantile(column, likely, 1 - CONFIDENCE) for column in precisions.T])
        seen = np.array([(judged.scores >= given[end - 1]).sum() for end in ends])
        keeps = np.flatnonzero((bounds >= promised) & (seen >= MIN_ABOVE))
    if ends is None or not len(keeps):
        above = int((scores >= would_be).sum())
        reason = f"It would be given to {above:,} of {len(scores):,} photos; {wrong} of {count} on the sheet are wrong."
        return ChosenThreshold(None, would_be, Trust.PROVEN, 0.0, 0, count, reason)
    last = int(keeps[-1])
    threshold = float(given[ends[last] - 1])
    expected, given_to = float(likely @ precisions[:, last]), int((given >= threshold).sum())
    return ChosenThreshold(threshold, threshold, Trust.PROVEN, expected, given_to, count)


def _lowest(judged: Judged) -> float:
    """Returns the score below which the sheets know too little. All but UNKNOWN of the photos from which they were
    drawn have it."""
    order = np.argsort(judged.scores, kind="stable")
    share = np.cumsum((1 / judged.inclusion)[order]) / (1 / judged.inclusion).sum()
    return float(judged.scores[order][np.searchsorted(share, UNKNOWN)])


def _posterior(judged: Judged, experience: _Experience) -> tuple[Doubles, Doubles, Doubles]:
    """Returns offsets, slopes and their probabilities, each (g,), for the log-odds that a photo is right, which are a
    line over those that experience expects."""
    offsets, slopes = (
        part.ravel() for part in np.meshgrid(np.linspace(-8, 8, 65), np.geomspace(0.2, 4, 25), indexing="ij")
    )
    prior = -0.5 * ((offsets / OFFSET) ** 2 + (np.log(slopes / STEEPER) / SLOPE) ** 2)
    lines = offsets[:, None] + slopes[:, None] * experience.odds(judged.scores)
    fits = prior - np.logaddexp(0, np.where(judged.right, -lines, lines)).sum(axis=1)
    likely = np.exp(fits - fits.max())
    return offsets, slopes, likely / likely.sum()


def _quantile(values: Doubles, likely: Doubles, share: float) -> float:
    order = np.argsort(values, kind="stable")
    return float(values[order][np.searchsorted(np.cumsum(likely[order]), share).clip(0, len(values) - 1)])
