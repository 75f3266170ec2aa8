"""Which photos are compared with one another, which of a group is the best, and what differs. These functions are
pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.graph.learning.compared import ComparedPhoto
from photos_graph.learn.relations import Ints, distinct
from photos_graph.learn.turned import EDGE
from photos_graph.model.library import DatePrecision, File, Photo
from photos_graph.model.similar import BestReason, Difference
from photos_graph.model.stacks import StackKind
from photos_graph.search.arrays import numbers_of
from photos_graph.search.columns import NO_DATE, PRECISIONS
from photos_graph.search.index import SearchIndex

LEAST_ALIKE = 0.6  # cosine similarity of the features of an edit and its original
SURELY_ALIKE = 0.85  # from which pictures are compared whatever their ThumbHash says: they may be turned, or cut
SAME_HASH = 0.8  # correlation of the brightness in 7 x 7 places
FAINT = 4.0  # grey levels: standard deviation up to which a ThumbHash tells nothing
MOMENT = 10_000_000  # microseconds between two shots of one moment
MORE_PIXELS, MUCH_SHARPER, BETTER_FACES = 1.05, 1.1, 1.05  # times what counts as equal
_EXACT = PRECISIONS.index(DatePrecision.SECOND)

Hash = npt.NDArray[np.float32]
SmallPicture = npt.NDArray[np.float32]  # (EDGE, EDGE, 3)


@dataclass(frozen=True, slots=True)
class ShotTimes:
    """Which photos are known to be shots of a camera, and when."""

    camera: npt.NDArray[np.int32]
    taken: npt.NDArray[np.int64]

    @staticmethod
    def of(search: SearchIndex) -> ShotTimes:
        """Returns both for all numbers; the camera is 0 where one of them is not known."""
        table = search.sets.table
        known = (table.taken != NO_DATE) & (table.precision == _EXACT)
        return ShotTimes(np.where(known, table.camera, 0), table.taken.copy())

    def may_be_copies(self, pairs: Ints) -> npt.NDArray[np.bool_]:
        """Returns which of the pairs may be one picture: not those that one camera took at different times."""
        one, other = self._rows(pairs)
        of_one_camera = (self.camera[one] != 0) & (self.camera[one] == self.camera[other])
        may_be: npt.NDArray[np.bool_] = ~(of_one_camera & (self.taken[one] != self.taken[other]))
        return may_be

    def may_be_moments(self, pairs: Ints) -> npt.NDArray[np.bool_]:
        """Returns which of the pairs one camera took within a moment."""
        one, other = self._rows(pairs)
        apart = np.abs(self.taken[one] - self.taken[other])
        may_be: npt.NDArray[np.bool_] = (
            (self.camera[one] != 0) & (self.camera[one] == self.camera[other]) & (apart <= MOMENT)
        )
        return may_be

    def _rows(self, pairs: Ints) -> tuple[Ints, Ints]:
        """Photos that came a moment ago are beyond the end, and count as the photo 0 beside themselves."""
        inside: npt.NDArray[np.bool_] = (pairs < len(self.taken)).min(axis=1, keepdims=True)
        rows = np.where(inside, pairs, 0)
        return rows[:, 0], rows[:, 1]


def moments(times: ShotTimes, visible: BitMap) -> Ints:
    """Returns the pairs (m, 2) of visible photos that one camera took one after the other within a moment."""
    numbers = numbers_of(visible).astype(np.int64)
    numbers = numbers[times.camera[numbers] != 0]
    numbers = numbers[np.lexsort((numbers, times.taken[numbers], times.camera[numbers]))]
    pairs = _neighbours(numbers)
    return distinct(pairs[times.may_be_moments(pairs)])


def stacked_bursts(search: SearchIndex) -> Ints:
    """Returns pairs that join the photos of each burst that a scan put into a stack."""
    table, numbers = search.sets.table, numbers_of(search.sets.visible).astype(np.int64)
    bursts = [code for code, (_, kind) in enumerate(table.stacks.values) if kind == StackKind.BURST]
    numbers = numbers[np.isin(table.stack[numbers], bursts)]
    numbers = numbers[np.argsort(table.stack[numbers], kind="stable")]
    stacks = table.stack[numbers]
    return _neighbours(numbers)[stacks[:-1] == stacks[1:]] if len(numbers) else _neighbours(numbers)


def _neighbours(numbers: Ints) -> Ints:
    """Returns the pairs of each number with the next one."""
    return np.stack([numbers[:-1], numbers[1:]], axis=1) if len(numbers) else numbers.reshape(0, 2)


def small_picture_of(placeholder: str | None) -> SmallPicture | None:
    """Returns the colours in 7 x 7 places of a ThumbHash, 0..255, or None if there is none."""
    from fast_thumbhash import thumb_hash_to_rgba

    if not placeholder:
        return None
    width, height, pixels = thumb_hash_to_rgba(base64.b64decode(placeholder))
    colours = np.frombuffer(bytes(pixels), np.uint8).reshape(height, width, 4)[:, :, :3].astype(np.float32)
    for axis, size in enumerate((height, width)):
        if size < EDGE:  # a panorama
            colours = colours.take(np.arange(EDGE) * size // EDGE, axis)
    rows, columns = (np.array([len(part) for part in np.array_split(range(n), EDGE)]) for n in colours.shape[:2])
    sums = np.add.reduceat(np.add.reduceat(colours, np.cumsum(rows) - rows, 0), np.cumsum(columns) - columns, 1)
    small: SmallPicture = sums / (rows[:, None, None] * columns[None, :, None])
    return small


def small_pictures(photos: Mapping[int, ComparedPhoto]) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """Returns the numbers of photos, ascending, and their small pictures, which are black if there are none."""
    found = np.zeros((len(photos), EDGE, EDGE, 3), np.uint8)
    numbers = sorted(photos)
    for place, number in enumerate(numbers):
        if (small := small_picture_of(photos[number].placeholder)) is not None:
            found[place] = small.round()
    return np.array(numbers, np.int64), found


@lru_cache(4_096)  # each photo is in many pairs, which follow each other
def picture_hash_of(placeholder: str | None) -> Hash | None:
    """Returns the brightness in 7 x 7 places of a ThumbHash, as a vector of length one, or None if there is none, or if
    it is nearly the same everywhere."""
    small = small_picture_of(placeholder)
    if small is None:
        return None
    places = small.mean(axis=2)
    apart = (places - places.mean()).ravel()
    if apart.std() < FAINT:
        return None
    found: Hash = (apart / (np.linalg.norm(apart) + 1e-3)).astype(np.float32)
    return found


def looks_alike(one: ComparedPhoto, other: ComparedPhoto) -> bool:
    """Returns whether the ThumbHashes of two photos may be those of one picture, also if it was cut a little."""
    hashes = picture_hash_of(one.placeholder), picture_hash_of(other.placeholder)
    if hashes[0] is None or hashes[1] is None:
        return True
    return float(hashes[0] @ hashes[1]) >= SAME_HASH


@dataclass(frozen=True, slots=True)
class Merits:
    """What makes a photo the best one of its group."""

    pixels: int
    sharpness: float = 0.0
    faces: float = 0.0  # mean quality, 0..1


def best_of(merits: Mapping[int, Merits]) -> tuple[int, BestReason]:
    """Returns the number of the best photo, and why it is the best: it has clearly more pixels than the others, or of
    those with as many, it is clearly sharper, or its faces are better. Otherwise it is the first one."""
    left = sorted(merits)
    reason = BestReason.FIRST
    for of, factor, why in (
        (lambda each: float(each.pixels), MORE_PIXELS, BestReason.PIXELS),
        (lambda each: each.sharpness, MUCH_SHARPER, BestReason.SHARPNESS),
        (lambda each: each.faces, BETTER_FACES, BestReason.FACES),
    ):
        most = max(of(merits[number]) for number in left)
        equal = [number for number in left if of(merits[number]) * factor >= most]
        if len(equal) < len(left):
            reason, left = why, equal
        if len(left) == 1:
            break
    return left[0], reason


def differing(
    photos: Sequence[Photo], files: Iterable[Sequence[File]], labels: Sequence[tuple[object, object]]
) -> list[Difference]:
    """Returns what differs between the photos, or the files of one photo. ``labels`` has what stands for the tags and
    for the faces of each photo."""
    every = [file for own in files for file in own]
    values: dict[Difference, Iterable[object]] = {
        Difference.PIXELS: [(photo.width, photo.height) for photo in photos],
        Difference.BYTES: [file.size for file in every],
        Difference.FORMAT: [photo.format for photo in photos],
        Difference.DATE: [photo.taken and photo.taken.text for photo in photos],
        Difference.FOLDER: [file.folder_id for file in every],
        Difference.METADATA: [_metadata(photo) for photo in photos]
        if len(photos) > 1
        else [file.content_hash for file in every],
        Difference.TAGS: [tags for tags, _ in labels],
        Difference.FACES: [faces for _, faces in labels],
        Difference.RATING: [(photo.rating, photo.favourite) for photo in photos],
    }
    return [kind for kind, those in values.items() if len(set(those)) > 1]


def _metadata(photo: Photo) -> tuple[object, ...]:
    return photo.location, photo.camera, photo.description, photo.exposure
