"""Makes a training set from the labels that users gave: positives, negatives, and photos without a label.

All photos of one day, or of one folder if they have no day, form a group, which is never divided between what a model
learns from and what it is measured on, so that a burst is never on both sides.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photos_graph.array_files import Arrays, pack, read_arrays, write_arrays
from photos_graph.learn.neighbours import NO_PHOTO, Neighbours
from photos_graph.shown import counted

VERSION = 1  # of the file; raise it when the meaning of its contents changes
RULES = 5  # raise it when a snapshot with the same id would train another model
MIN_EXAMPLES = 8  # tags with fewer examples are not learnt
LARGE_SHARE, LARGE_TAG_SHARE = 0.2, 0.5  # groups with larger shares of all labelled photos, or of a tag's, are divided
SAME_SHOT = 0.9  # cosine similarity from which photos count as the same shot and stay together

POSITIVE, UNLABELLED, NEGATIVE = 1, 0, -1

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]
Truth = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class TagNode:
    """A tag and its ``parents``, which are ids."""

    id: str
    name: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledPhotos:
    """The n photos that may be used for training, with their labels.

    ``days`` are ISO dates, or None if only the time of the file is known. ``positives`` maps the id of a tag to the
    positions of photos that have the tag directly or from a folder, and ``negatives`` to the positions of those that
    exclude it or for which a prediction of it was rejected. ``sheets`` maps it to the photos of its judged sheets, each
    as a position and the chance (0..1) with which it was drawn.
    """

    ids: Sequence[str]
    days: Sequence[str | None]
    folders: Sequence[str]
    tags: Sequence[TagNode]
    positives: Mapping[str, Sequence[int]]
    negatives: Mapping[str, Sequence[int]]
    sheets: Mapping[str, Sequence[tuple[int, float]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SkippedTag:
    """A tag that is not learnt, and the reason."""

    tag: str
    name: str
    examples: int
    reason: str


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """A training set of n photos, in the order of ``LabelledPhotos``, and l labels, which are tag ids.

    ``truth`` (n, l) is POSITIVE, UNLABELLED or NEGATIVE. ``above`` (l, l) says whether the second label is an ancestor
    of the first. Photos with the same number in ``groups`` (n,) are never separated. ``sheets`` maps a label to
    the positions of its judged photos and the chances with which they were drawn. ``snapshot`` is equal for equal
    photos, labels and groups.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    names: tuple[str, ...]
    above: Bools
    truth: Truth
    groups: Ints
    left_out: tuple[SkippedTag, ...]
    snapshot: str
    sheets: Mapping[str, tuple[Sequence[int], Sequence[float]]] = field(default_factory=dict)

    @property
    def labelled(self) -> Bools:
        """Returns which photos have any label, as (n,)."""
        known: Bools = (self.truth != UNLABELLED).any(axis=1)
        return known

    @property
    def positive(self) -> Bools:
        """Returns which photos have any of the labels, as (n,)."""
        has: Bools = (self.truth == POSITIVE).any(axis=1)
        return has

    @property
    def held_out_together(self) -> Ints:
        """Returns a number for each photo (n,), which is the same for those that are held out of a model together.

        These are the photos of a group, but each photo of a judged sheet is held out alone. A sheet is a random sample
        of photos that nobody labelled, and those are scored by models that know the labels of photos beside them.
        """
        numbers = self.groups.copy()
        judged = sorted({place for places, _ in self.sheets.values() for place in places})
        numbers[judged] = numbers.max(initial=0) + 1 + np.arange(len(judged))
        return numbers


def training_set(photos: LabelledPhotos, graph: Neighbours) -> TrainingSet:
    """Makes the training set. ``graph`` has the same photos in the same order. Photos that look the same stay together
    unless their days separate them."""
    if tuple(photos.ids) != graph.ids:
        raise ValueError("the graph of neighbours is of other photos")
    tags = sorted(photos.tags, key=lambda tag: tag.id)
    above = _above(tags)
    truth = _truth(photos, tags, above)
    _, groups = _numbered(_groups(photos, truth, graph))

    left_out = []
    for place, tag in enumerate(tags):
        if reason := _reason(truth[:, place], groups):
            left_out.append(SkippedTag(tag.id, tag.name, int((truth[:, place] == POSITIVE).sum()), reason))
    gone = {each.tag for each in left_out}
    stay = [place for place, tag in enumerate(tags) if tag.id not in gone]
    truth, above = truth[:, stay], above[np.ix_(stay, stay)]
    labels = tuple(tags[place].id for place in stay)
    return TrainingSet(
        ids=tuple(photos.ids),
        labels=labels,
        names=tuple(tags[place].name for place in stay),
        above=above,
        truth=truth,
        groups=groups,
        left_out=tuple(left_out),
        snapshot=_snapshot(graph.backbone, photos, labels, above, truth, groups),
        sheets={label: _drawn(photos.sheets.get(label, ())) for label in labels},
    )


def known(photos: LabelledPhotos, labels: Sequence[str]) -> Bools:
    """Returns, as (n, l), whether each pair of photo and label has been answered. ``labels`` are tag ids."""
    tags = sorted(photos.tags, key=lambda tag: tag.id)
    truth = _truth(photos, tags, _above(tags))
    place = {tag.id: at for at, tag in enumerate(tags)}
    out = np.ones((len(photos.ids), len(labels)), bool)  # there are no questions about a tag that no longer exists
    for at, label in enumerate(labels):
        if label in place:
            out[:, at] = truth[:, place[label]] != UNLABELLED
    return out


def save(learnt: TrainingSet, path: Path) -> None:
    """Writes the file atomically. Raises OSError."""
    write_arrays(path, VERSION, *_parts(learnt))


def packed(learnt: TrainingSet) -> bytes:
    """Returns the content of the file."""
    return pack(VERSION, *_parts(learnt))


def _parts(learnt: TrainingSet) -> tuple[dict[str, Any], Arrays]:
    about = {
        "ids": learnt.ids,
        "labels": learnt.labels,
        "names": learnt.names,
        "left_out": [[each.tag, each.name, each.examples, each.reason] for each in learnt.left_out],
        "snapshot": learnt.snapshot,
        "sheets": {label: list(drawn) for label, drawn in learnt.sheets.items()},
    }
    arrays: Arrays = {
        "above": learnt.above,
        "truth": learnt.truth,
        "groups": learnt.groups,
    }
    return about, arrays


def load(path: Path) -> TrainingSet:
    """Reads a file that ``save`` wrote, or one from before safetensors or sheets. Raises Damaged."""
    about, arrays = read_arrays(path, VERSION)
    return TrainingSet(
        ids=tuple(about["ids"]),
        labels=tuple(about["labels"]),
        names=tuple(about["names"]),
        above=arrays["above"],
        truth=arrays["truth"],
        groups=arrays["groups"],
        left_out=tuple(SkippedTag(*each) for each in about["left_out"]),
        snapshot=about["snapshot"],
        sheets={label: (places, chances) for label, (places, chances) in about.get("sheets", {}).items()},
    )


def _drawn(sheet: Sequence[tuple[int, float]]) -> tuple[Sequence[int], Sequence[float]]:
    return [place for place, _ in sheet], [chance for _, chance in sheet]


def _above(tags: Sequence[TagNode]) -> Bools:
    place = {tag.id: number for number, tag in enumerate(tags)}
    above = np.zeros((len(tags), len(tags)), bool)
    for tag in tags:
        waiting = list(tag.parents)
        while waiting:
            parent = place.get(waiting.pop())
            if parent is not None and not above[place[tag.id], parent]:
                above[place[tag.id], parent] = True
                waiting += tags[parent].parents
    return above


def _truth(photos: LabelledPhotos, tags: Sequence[TagNode], above: Bools) -> Truth:
    """Returns the truth (n, l). A tag implies its ancestors. The exclusion of a tag excludes its descendants, and
    overrules positives."""
    has, lacks = (np.zeros((len(tags), len(photos.ids)), bool) for _ in range(2))
    for place, tag in enumerate(tags):
        has[place, np.array(list(photos.positives.get(tag.id, ())), np.intp)] = True
        lacks[place, np.array(list(photos.negatives.get(tag.id, ())), np.intp)] = True
    for place, wider in np.argwhere(above).tolist():  # in any order, since ancestors of ancestors are ancestors
        has[wider] |= has[place]
        lacks[place] |= lacks[wider]
    truth = np.empty((len(photos.ids), len(tags)), np.int8)
    for place in range(len(tags)):
        truth[:, place] = np.where(lacks[place], NEGATIVE, np.where(has[place], POSITIVE, UNLABELLED))
    return truth


def _groups(photos: LabelledPhotos, truth: Truth, graph: Neighbours) -> list[str]:
    """Returns a key for each photo.

    A group that holds a large share of all labels, or most photos of a tag, would put them on one side only. It is
    therefore divided by day and folder and, if that is not enough, by shots that look the same.
    """
    days = ["" if day is None else day for day in photos.days]
    keys = [occasion(day, folder) for day, folder in zip(days, photos.folders, strict=True)]
    for step in range(2):
        large = _large(keys, truth)
        if not large:
            break
        shots = _shots(graph, photos.ids)
        finer = (
            [f"shot {photos.ids[first]}" for first in shots]
            if step
            else [f"{days[first]} in {photos.folders[first]}" for first in shots]
        )
        keys = [fine if key in large else key for key, fine in zip(keys, finer, strict=True)]
    return keys


def _large(keys: Sequence[str], truth: Truth) -> set[str]:
    unique, numbers = _numbered(keys)
    large = _shares((truth != UNLABELLED).any(axis=1), numbers) > LARGE_SHARE
    for label in range(truth.shape[1]):
        has = truth[:, label] == POSITIVE
        if has.sum() >= MIN_EXAMPLES:
            large |= _shares(has, numbers) > LARGE_TAG_SHARE
    return {key for key, is_large in zip(unique, large.tolist(), strict=True) if is_large}


def _numbered(keys: Sequence[str]) -> tuple[list[str], Ints]:
    """Returns the different keys in order, and the place of each of the keys (n,) among them. An array of texts would
    take as much for each as the longest needs."""
    unique = sorted(set(keys))
    place = {key: at for at, key in enumerate(unique)}
    return unique, np.fromiter((place[key] for key in keys), np.int32, len(keys))


def _shares(chosen: Bools, groups: Ints) -> npt.NDArray[np.float64]:
    """Returns the share of the chosen photos (n,) in each group (g,)."""
    counts = np.bincount(groups, chosen, minlength=int(groups.max(initial=-1)) + 1)
    shares: npt.NDArray[np.float64] = counts / max(1, chosen.sum())
    return shares


def _shots(graph: Neighbours, ids: Sequence[str]) -> list[int]:
    """Returns, for each photo (n,), the position of the photo with the smallest id among those that look the same."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = np.nonzero((graph.similar >= SAME_SHOT) & (graph.near != NO_PHOTO))
    edges = coo_array((np.ones(len(rows)), (rows, graph.near[rows, columns])), (len(ids), len(ids)))
    _, parts = connected_components(edges, directed=False)
    first: dict[int, int] = {}
    for place in sorted(range(len(ids)), key=ids.__getitem__):
        first.setdefault(int(parts[place]), place)
    return [first[part] for part in parts.tolist()]


def _reason(truth: Truth, groups: Ints) -> str | None:
    """Returns the reason why a label (n,) cannot be learnt, or None."""
    examples = int((truth == POSITIVE).sum())
    if examples < MIN_EXAMPLES:
        return f"It has {counted(examples, 'example')} and needs {MIN_EXAMPLES}."
    if len(np.unique(groups[truth == POSITIVE])) == 1:
        return "All its examples are from one occasion, so that nothing can be measured."
    if examples == len(truth):
        return "Every photo has it."
    return None


def occasion(day: str, folder: str) -> str:
    """Returns the key of photos that are never separated: their day, or their folder if the day is ""."""
    return f"day {day}" if day else f"folder {folder}"


def chance(key: str) -> float:
    """Returns a number 0..1 that depends only on the key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64


def _snapshot(
    backbone: str, photos: LabelledPhotos, labels: Sequence[str], above: Bools, truth: Truth, groups: Ints
) -> str:
    ids = photos.ids
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.intp)
    sheets = [sorted((ids[place], chance) for place, chance in photos.sheets.get(label, ())) for label in labels]
    digest = hashlib.sha256(json.dumps([RULES, backbone, sorted(ids), list(labels), sheets]).encode())
    for part in (above, truth[order], groups[order]):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()
