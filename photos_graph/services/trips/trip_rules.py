"""Which photos belong to one trip or event, by their times and positions. These functions are pure.

They import hdbscan when they are called, so they must be called in a worker.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.services.trips.home_rules import Bools, Floats, Ints, away, points

NO_GROUP = -1
HOUR, DAY = 3_600_000_000, 86_400_000_000  # microseconds

KM_PER_DAY = 1000.0  # as far apart as a day
HOME_DAY = (
    4.0  # days that are added to the time between two photos for each day on which there are photos at home alone
)
TRIP_GAP = 3.0  # days, or as many times KM_PER_DAY: what is nearer belongs to one trip
LONGEST_GAP = 10 * DAY  # within a trip, which HDBSCAN finds at any density
LEAST_OF_TRIP = 5  # photos
MOMENT_HOURS, MOMENT_KM = 6, 20.0  # photos within them count as one, so that many photos of one place do not weigh more

NEAR_IN_TIME = DAY // 2  # a photo without a position is where the nearest one with a position was taken

EVENT_GAP = 3.0  # hours
LONGEST_EVENT = 36 * HOUR
LEAST_OF_EVENT = 20  # photos,
TIMES_USUAL = 3.0  # and as many times the median of the days with photos
UNPLACED_GAP = 36.0  # hours between photos of which none has a position
LONGEST_UNPLACED = 60 * DAY


@dataclass(frozen=True, slots=True)
class DatedPhotos:
    """Photos (n,) in the order of their times: ``taken`` in microseconds of the wall clock since 1970, and positions in
    degrees, which are NaN if they are not known."""

    taken: Ints
    latitude: Floats
    longitude: Floats


@dataclass(frozen=True, slots=True)
class TripGroups:
    """The group of each photo (n,), or NO_GROUP. The groups below ``trips`` are trips, and the others events. Both are
    in the order of their times."""

    groups: npt.NDArray[np.int32]
    trips: int


def group(photos: DatedPhotos) -> TripGroups:
    """Returns the trips, and the events among the photos that are in no trip."""
    trips = _trips(photos)
    count = int(trips.max(initial=NO_GROUP)) + 1
    left = np.flatnonzero(trips == NO_GROUP)
    events = _events(photos.taken[left], _is_lost(photos)[left])
    groups = trips.copy()
    groups[left] = np.where(events == NO_GROUP, NO_GROUP, events + count)
    return TripGroups(groups, count)


def _trips(photos: DatedPhotos) -> npt.NDArray[np.int32]:
    groups = np.full(len(photos.taken), NO_GROUP, np.int32)
    placed = np.flatnonzero(~np.isnan(photos.latitude))
    if not len(placed):
        return groups
    taken, places = photos.taken[placed], points(photos.latitude[placed], photos.longitude[placed])
    is_away = away(taken // DAY, places)
    days = _days_away(taken, is_away)
    outside = np.flatnonzero(is_away)
    found = _of_moments(taken[outside], np.column_stack([days[outside], places[outside] / KM_PER_DAY]))
    found = _cut(taken[outside], found, LONGEST_GAP)
    groups[placed[outside]] = _in_order(found, LEAST_OF_TRIP)
    return _joined(photos.taken, placed, groups)


def _days_away(taken: Ints, is_away: Bools) -> Floats:
    """Returns the times (n,) in days, between which days at home count more."""
    days = taken // DAY
    at_home = np.setdiff1d(days[~is_away], days[is_away])
    return taken / DAY + HOME_DAY * np.searchsorted(at_home, days)


def _of_moments(taken: Ints, where: Floats) -> npt.NDArray[np.int32]:
    """Returns the clusters of photos away from home (n,), given their coordinates (n, 4) in days."""
    cells = np.column_stack([taken // (MOMENT_HOURS * HOUR), np.floor(where[:, 1:] * KM_PER_DAY / MOMENT_KM)])
    _, moment_of = np.unique(cells.astype(np.int64), axis=0, return_inverse=True)
    moment_of = moment_of.ravel()
    sizes = np.bincount(moment_of)
    means = np.column_stack([np.bincount(moment_of, weights=axis) for axis in where.T]) / sizes[:, None]
    found: npt.NDArray[np.int32] = _clusters(means, TRIP_GAP)[moment_of]
    return found


def _clusters(where: Floats, gap: float) -> npt.NDArray[np.int32]:
    """Returns the clusters of moments (n,) at ``where`` (n, d). HDBSCAN finds those of any density. What it leaves over
    joins a cluster that is nearer than ``gap``, or forms clusters with others that are."""
    labels = np.full(len(where), NO_GROUP, np.int32)
    if len(where) > 2:
        from hdbscan import HDBSCAN

        model = HDBSCAN(
            min_cluster_size=2,
            min_samples=1,
            cluster_selection_method="leaf",
            cluster_selection_epsilon=gap,
            allow_single_cluster=True,
            approx_min_span_tree=False,
            core_dist_n_jobs=1,
        )
        labels = model.fit_predict(where).astype(np.int32)
    return _with_neighbours(where, labels, gap)


def _with_neighbours(where: Floats, labels: npt.NDArray[np.int32], gap: float) -> npt.NDArray[np.int32]:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    alone = np.flatnonzero(labels == NO_GROUP)
    if not len(alone):
        return labels
    tree = cKDTree(where)
    if len(alone) == len(where):
        pairs = tree.query_pairs(gap, output_type="ndarray")
    else:
        near = tree.query(where[alone], k=2, distance_upper_bound=gap)[1][:, 1]
        pairs = np.column_stack([alone, near])[near < len(where)]
    first = np.where(labels == NO_GROUP, labels.max(initial=NO_GROUP) + 1 + np.arange(len(labels)), labels)
    size = int(first.max()) + 1
    one, other = first[pairs[:, 0]], first[pairs[:, 1]]
    _, merged = connected_components(coo_matrix((np.ones(len(pairs)), (one, other)), (size, size)), directed=False)
    found: npt.NDArray[np.int32] = merged[first].astype(np.int32)
    return found


def _cut(taken: Ints, labels: npt.NDArray[np.int32], longest: float) -> npt.NDArray[np.int32]:
    """Divides clusters where no photo was taken for longer than that."""
    order = np.lexsort((taken, labels))
    is_new = (np.diff(labels[order], prepend=-2) != 0) | (np.diff(taken[order], prepend=taken[:1]) > longest)
    out = np.empty(len(labels), np.int32)
    out[order] = np.cumsum(is_new) - 1
    return out


def _in_order(labels: npt.NDArray[np.int32], least: float) -> npt.NDArray[np.int32]:
    """Numbers the clusters with at least that many photos by their first photo. The others are no group."""
    _, first, numbers, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    kept = np.flatnonzero((sizes >= least) & (labels[first] != NO_GROUP)) if len(labels) else first
    rank = np.full(len(first), NO_GROUP, np.int32)
    rank[kept[np.argsort(first[kept], kind="stable")]] = np.arange(len(kept), dtype=np.int32)
    ranked: npt.NDArray[np.int32] = rank[numbers.ravel()]
    return ranked


def _joined(taken: Ints, placed: Ints, groups: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Lets photos without a position join the trip in which the nearest photo with a position was taken, or the trip
    that has both the photo before and the one after."""
    lost = np.setdiff1d(np.arange(len(taken)), placed)
    after = np.searchsorted(taken[placed], taken[lost])
    before, after = np.maximum(after - 1, 0), np.minimum(after, len(placed) - 1)
    earlier, later = np.abs(taken[lost] - taken[placed[before]]), np.abs(taken[placed[after]] - taken[lost])
    nearest = np.where(earlier <= later, before, after)
    is_near = np.minimum(earlier, later) <= NEAR_IN_TIME
    is_between = groups[placed[before]] == groups[placed[after]]
    out = groups.copy()
    out[lost] = np.where(is_near | is_between, groups[placed[nearest]], NO_GROUP)
    return out


def _is_lost(photos: DatedPhotos) -> Bools:
    """Returns which photos (n,) were taken when no photo with a position was."""
    taken, placed = photos.taken, photos.taken[~np.isnan(photos.latitude)]
    if not len(placed):
        return np.ones(len(taken), bool)
    after = np.searchsorted(placed, taken)
    before, after = np.maximum(after - 1, 0), np.minimum(after, len(placed) - 1)
    nearest = np.minimum(np.abs(taken - placed[before]), np.abs(placed[after] - taken))
    is_lost: Bools = nearest > NEAR_IN_TIME
    return is_lost


def _events(taken: Ints, is_lost: Bools) -> npt.NDArray[np.int32]:
    """Returns the events among photos that are in no trip (n,). Days without any position are one event, if they follow
    one another: they may be a trip with a camera that knows no positions."""
    groups = np.full(len(taken), NO_GROUP, np.int32)
    if not len(taken):
        return groups
    least = max(float(LEAST_OF_EVENT), TIMES_USUAL * float(np.median(np.unique(taken // DAY, return_counts=True)[1])))
    long = np.flatnonzero(is_lost)
    groups[long] = _dense(taken[long], UNPLACED_GAP, LONGEST_UNPLACED, least)
    others = np.flatnonzero(groups == NO_GROUP)
    of_others = _dense(taken[others], EVENT_GAP, LONGEST_EVENT, least)
    groups[others] = np.where(of_others == NO_GROUP, NO_GROUP, of_others + groups.max() + 1)
    return _in_order(groups, 1)


def _dense(taken: Ints, gap: float, longest: int, least: float) -> npt.NDArray[np.int32]:
    """Returns the clusters (n,) of times without a ``gap`` in hours that are not too long, with enough photos."""
    hours, moment_of = np.unique(taken // HOUR, return_inverse=True)
    if not len(hours):
        return np.full(0, NO_GROUP, np.int32)
    labels = _clusters(hours[:, None].astype(np.float64), gap)[moment_of.ravel()]
    labels = _cut(taken, labels, 2 * gap * HOUR)
    starts = np.full(int(labels.max()) + 1, np.iinfo(np.int64).max)
    ends = np.zeros(len(starts), np.int64)
    np.minimum.at(starts, labels, taken)
    np.maximum.at(ends, labels, taken)
    return _in_order(np.where((ends - starts <= longest)[labels], labels, NO_GROUP), least)
