"""The scores that the active model gives the photos of the library for one tag, and what people say of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.array_files import MappedArrays
from photos_graph.learn.sheets import Judged
from photos_graph.model.learning import Corrections, Sheet
from photos_graph.search.arrays import Keys
from photos_graph.search.index import SearchIndex
from photos_graph.services.learning.neighbours_tasks import GUESSES
from photos_graph.services.learning.sheet_answers import SheetAnswers

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TagScores:
    """The scores (n,) of n photos ``photo_ids``, which are visible and were predicted, of each stack one. ``confirmed``
    and ``rejected`` (n,) are what people say, and ``others`` (n,) the photos that have tags beside this one."""

    photo_ids: tuple[str, ...]
    scores: Floats
    confirmed: Bools
    rejected: Bools
    others: Bools

    @property
    def eligible(self) -> Bools:
        """Returns the photos of which nobody says whether they have the tag, as (n,)."""
        free: Bools = ~(self.confirmed | self.rejected)
        return free

    @property
    def lacking(self) -> Bools:
        """Returns the photos that probably lack the tag: it was rejected, or they have other tags only. As (n,)."""
        lacking: Bools = self.rejected | (self.others & self.eligible)
        return lacking

    def corrections(self, threshold: float) -> Corrections:
        """Counts what people say of the photos with at least this score."""
        given = self.scores >= threshold
        return Corrections(
            int((given & self.confirmed).sum()), int((given & self.rejected).sum()), int((given & self.eligible).sum())
        )

    def judged(self, answers: SheetAnswers, sheets: Iterable[Sheet]) -> Judged:
        """Returns the judged photos of the sheets that count, of those that have scores."""
        place = {id_: at for at, id_ in enumerate(self.photo_ids)}
        pairs = answers.among(place).judged(sheets)
        rows = np.array([place[id_] for id_, _ in pairs], np.intp)
        return Judged(self.scores[rows], self.confirmed[rows], np.array([chance for _, chance in pairs], np.float64))


@dataclass(frozen=True, slots=True)
class StoredScores:
    """The scores of some tags (n,), by the id of the tag, of the n photos ``photo_ids``."""

    photo_ids: list[str]
    scores: dict[str, Floats]


def read_scores(guesses: Path, tag_ids: Iterable[str]) -> StoredScores:
    """Reads the scores of those of the tags that the file of probabilities has. Raises Damaged."""
    arrays = MappedArrays(guesses, GUESSES)
    place = {label: at for at, label in enumerate(arrays.about["labels"])}
    found = {tag: arrays.column("probabilities", place[tag]).astype(np.float32) for tag in tag_ids if tag in place}
    return StoredScores(arrays.about["ids"], found)


def tag_scores(search: SearchIndex, stored: StoredScores) -> Iterator[tuple[str, TagScores]]:
    """Yields the ids of the tags with what the index knows of their photos."""
    numbers = search.numbers_of(stored.photo_ids)
    shown = search.collapsed(BitMap(numbers[numbers >= 0].tolist()))
    kept = np.flatnonzero(_among(numbers, shown))
    photo_ids, numbers = tuple(stored.photo_ids[at] for at in kept.tolist()), numbers[kept]
    tags = search.sets.tags
    for tag_id, scores in stored.scores.items():
        confirmed = _among(numbers, tags.having(tag_id, confirmed=True))
        rejected = _among(numbers, tags.excluded(tag_id, confirmed=True))
        others = _among(numbers, tags.having_others([tag_id], confirmed=True))
        yield tag_id, TagScores(photo_ids, scores[kept], confirmed, rejected, others)


def counted_corrections(search: SearchIndex, tag_id: str) -> Corrections:
    """Counts what people say of the photos to which the tag is given now. It only combines sets of the index."""
    tags = search.sets.tags
    given = search.collapsed(search.sets.labels.predicted.get(tag_id, BitMap()) & search.sets.visible)
    confirmed = given & tags.having(tag_id, confirmed=True)
    rejected = given & tags.excluded(tag_id, confirmed=True)
    return Corrections(len(confirmed), len(rejected), len(given) - len(confirmed) - len(rejected))


def _among(numbers: Keys, photos: BitMap) -> Bools:
    """Returns which of the numbers (n,) are in the set; -1 is in none."""
    top = int(numbers.max(initial=-1)) + 1
    flags = np.zeros(top + 1, bool)  # the last one is for -1
    inside = np.asarray((photos & BitMap(range(top))).to_array(), np.intp) if top else np.zeros(0, np.intp)
    flags[inside] = True
    found: Bools = flags[numbers]
    return found
