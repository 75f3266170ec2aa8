"""Clusters: the same as SciPy's, under what was said, and the same again when faces are added one by one."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage

from photos_graph.array_files import Damaged, write_arrays
from photos_graph.faces import similarity
from photos_graph.faces.additions import add_to_clusters
from photos_graph.faces.clustering import Constraints, average_linkage, by_size, enforce_constraints, unconstrained
from photos_graph.faces.group_constraints import GroupConstraint, GroupConstraints
from photos_graph.faces.group_sums import GroupSums
from photos_graph.faces.linkage import CROWD, Linkage
from photos_graph.faces.neighbour_lists import NeighbourLists
from photos_graph.faces.similarity import Similarities
from photos_graph.model.faces import UNASSIGNED
from tests.kit.vectors import Floats, Ints, people

CUT, FLOOR = 0.46, 0.45


def kept(vectors: Floats, floor: float = FLOOR) -> Similarities:
    return similarity.build("SFace", floor, [f"face {i}" for i in range(len(vectors))], vectors)


def cluster(vectors: Floats, said: Constraints | None = None) -> Ints:
    graph = kept(vectors)
    return average_linkage(vectors, graph.pairs, CUT, said or unconstrained(len(vectors)), dropped=graph.dropped)


def scipys(vectors: Floats) -> Ints:
    wide = vectors.astype(np.float64)
    distances = 1 - (wide @ wide.T)[np.triu_indices(len(wide), 1)]
    labels: Ints = fcluster(linkage(distances, "average"), 1 - CUT, "distance").astype(np.int32)
    return labels


def same(one: Ints, other: Ints) -> bool:
    return np.array_equal(by_size(one), by_size(other))


@pytest.mark.parametrize("spread", [0.3, 0.6, 0.8, 1.0, 1.3])
@pytest.mark.parametrize("seed", range(3))
def test_the_same_as_scipys_dense_average_linkage(spread: float, seed: int) -> None:
    vectors, _ = people(90, 900, spread, seed)
    labels = cluster(vectors)
    assert 20 < labels.max() + 1 < 900
    assert same(labels, scipys(vectors))


@pytest.mark.parametrize("crowd", [1, CROWD])
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 12), faces=st.integers(2, 60), spread=st.floats(0.1, 2.0))
@settings(max_examples=150)
def test_the_same_as_scipys_on_small_sets_whatever_is_a_crowd(
    crowd: int, seed: int, count: int, faces: int, spread: float
) -> None:
    vectors, _ = people(count, faces, spread, seed, dimensions=8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("photos_graph.faces.linkage.CROWD", crowd)
        assert same(cluster(vectors), scipys(vectors))


@given(st.data())
@settings(max_examples=100)
def test_crowds_are_under_the_same_constraints(data: st.DataObject) -> None:
    vectors, said = drawn(data)
    usual = cluster(vectors, said)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("photos_graph.faces.linkage.CROWD", 1)
        assert same(cluster(vectors, said), usual)


def test_a_crowd_is_not_compared_with_each_face_that_may_join_it(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    of = GroupSums.of

    def counting(self: GroupSums, groups: Ints) -> Floats:
        compared.append(len(groups))
        return of(self, groups)

    monkeypatch.setattr(GroupSums, "of", counting)
    vectors, _ = people(1, 700, 0.8, seed=5, dimensions=128)
    sums = {}
    for crowd in (50, 10_000):
        monkeypatch.setattr("photos_graph.faces.linkage.CROWD", crowd)
        compared.clear()
        assert cluster(vectors).max() == 0
        sums[crowd] = sum(compared)
    assert sums[50] < sums[10_000] / 2, sums


def test_a_person_with_more_faces_than_a_face_keeps_neighbours() -> None:
    vectors, owners = people(4, 1600, 0.8, seed=5, dimensions=128)
    graph = kept(vectors)
    assert graph.dropped.any() and len(graph.pairs) < 1600 * similarity.NEAREST
    labels = average_linkage(vectors, graph.pairs, CUT, unconstrained(1600), dropped=graph.dropped)
    assert same(labels, owners) and same(labels, scipys(vectors))


def test_only_faces_that_lost_a_pair_are_compared_again(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd, _ = people(2, 600, 0.8, seed=5, dimensions=128)
    others, _ = people(150, 300, 0.8, seed=6, dimensions=128)
    vectors = np.concatenate([crowd, others])
    graph = kept(vectors)
    assert graph.dropped[:600].any() and not graph.dropped[600:].any()
    monkeypatch.setattr("photos_graph.faces.linkage.PRODUCTS", 7)
    monkeypatch.setattr("photos_graph.faces.linkage.MISSED", 1)
    labels = average_linkage(vectors, graph.pairs, CUT, unconstrained(900), dropped=graph.dropped)
    assert same(labels, scipys(vectors))
    # Without its pairs, a group that lost none is alone, and one that may have lost some is not.
    none, some = graph.pairs[:0], np.arange(900) < 600
    labels = average_linkage(vectors, none, CUT, unconstrained(900), dropped=some)
    assert labels[:600].max() == 1 and len(np.unique(labels[600:])) == 300


def test_groups_that_must_stay_apart_do_not_hide_those_that_need_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photos_graph.faces.linkage.MISSED", 2)
    vectors, _ = people(1, 12, 0.1, seed=9)
    vectors[:] = vectors[np.argsort(vectors @ vectors[11])]  # the last face is most like those before it
    photos = np.array([0, 1, *[2] * 10], np.int32)
    labels = average_linkage(vectors, kept(vectors).pairs[:0], CUT, Constraints(photos, np.full(12, -1, np.int32)),
                             dropped=np.ones(12, bool))  # fmt: skip
    assert len(np.unique(labels)) == len(np.unique(labels[2:])) == 10, "each of the first two joins another"


@pytest.mark.timeout(60)
def test_it_ends_where_two_groups_are_above_the_cut_only_by_rounding() -> None:
    """Many groups are compared by one product of matrices, whose last bit may differ from that of two groups alone."""
    differ = 0
    for seed in range(200):
        vectors, group_of = (
            3 * np.random.default_rng(seed).standard_normal((36, 128)).astype(np.float32),
            np.arange(36) % 6,
        )
        sums = GroupSums(vectors, np.arange(36), group_of.astype(np.int32), 6)
        every = np.arange(6, dtype=np.int32)
        means = sums.of(every) / sums.sizes[:, None]
        together = float((means @ means.T)[1, 0])
        differ += together > float((sums.of(every[:1]) @ sums.one(1) / (sums.sizes[[0]] * sums.sizes[1]))[0])
        nothing = kept(np.zeros((0, 128), np.float32)).pairs
        groups = GroupConstraints({}, lambda at: GroupConstraint(photos={at}))
        Linkage(sums, NeighbourLists(group_of.astype(np.int32), nothing, 6), groups, together, np.ones(6, bool)).run()
    assert differ > 0


def test_a_file_from_before_it_was_known_which_faces_lost_pairs(tmp_path: Path) -> None:
    vectors, _ = people(1, 300, 0.3, seed=7)
    graph, path = kept(vectors), tmp_path / "similarities"
    for crowded in (True, False):
        about = {"model": "SFace", "floor": FLOOR, "capped": crowded, "ids": graph.ids}
        pairs = {"first": graph.pairs.first, "second": graph.pairs.second, "similar": graph.pairs.similar}
        write_arrays(path, similarity.VERSION, about, {"vectors": vectors, **pairs})
        assert similarity.load(path).dropped.tolist() == [crowded] * 300


def test_clusters_are_numbered_by_size() -> None:
    assert by_size(np.array([7, 3, 3, 9, 9, 3])).tolist() == [2, 0, 0, 1, 1, 0]
    assert by_size(np.array([5, 2, 2, 5])).tolist() == [0, 1, 1, 0]
    assert cluster(np.zeros((0, 8), np.float32)).tolist() == []
    assert cluster(people(1, 1, 1, 0)[0]).tolist() == [0]


# ---------------------------------------------------------------- what was said


def test_one_person_is_once_in_a_photo() -> None:
    vectors, _ = people(1, 40, 0.2, seed=1)
    photos = np.arange(40, dtype=np.int32)
    photos[20:] = photos[:20]  # twins, side by side in 20 photos
    labels = cluster(vectors, Constraints(photos, unconstrained(40).persons))
    for one, other in zip(labels[:20], labels[20:], strict=True):
        assert one != other
    assert labels.max() >= 1


def test_persons_stay_apart_and_together() -> None:
    vectors, owners = people(6, 120, 0.4, seed=2)
    persons = np.full(120, UNASSIGNED, np.int32)
    first, second = np.flatnonzero(owners == 0)[:2]
    persons[first], persons[second] = 10, 11  # one person's faces, said to be two's
    far = np.flatnonzero(owners == 1)[0], np.flatnonzero(owners == 2)[0]
    persons[list(far)] = 12  # two persons' faces, said to be one's
    labels = cluster(vectors, Constraints(np.arange(120, dtype=np.int32), persons))
    assert labels[first] != labels[second]
    assert labels[far[0]] == labels[far[1]]


def test_is_not_is_kept() -> None:
    vectors, _ = people(1, 30, 0.3, seed=3)
    persons = np.full(30, UNASSIGNED, np.int32)
    persons[:20] = 4
    labels = cluster(vectors, Constraints(np.arange(30, dtype=np.int32), persons, {25: {4}, 26: {4}}))
    assert labels[25] != labels[0] and labels[26] != labels[0]
    assert labels[25] == labels[26], "who they are not says nothing of each other"
    assert set(labels.tolist()) == {0, 1}


@given(st.data())
@settings(max_examples=60)
def test_no_constraint_is_ever_broken(data: st.DataObject) -> None:
    vectors, said = drawn(data)
    for labels in (cluster(vectors, said), enforce_constraints(cluster(vectors), vectors, said)):
        assert_fits(labels, said)


def drawn(data: st.DataObject) -> tuple[Floats, Constraints]:
    faces = data.draw(st.integers(2, 40))
    vectors, _ = people(4, faces, data.draw(st.floats(0.1, 1.0)), data.draw(st.integers(0, 1000)), dimensions=8)
    photos = np.array(data.draw(st.lists(st.integers(0, faces // 2), min_size=faces, max_size=faces)), np.int32)
    persons = np.array(data.draw(st.lists(st.integers(-3, 3), min_size=faces, max_size=faces)), np.int32)
    persons[persons < 0] = UNASSIGNED
    some = st.dictionaries(st.integers(0, faces - 1), st.frozensets(st.integers(0, 3), max_size=2), max_size=5)
    not_persons = {face: them - {persons[face]} for face, them in data.draw(some).items()}
    return vectors, Constraints(photos, persons, not_persons)


def assert_fits(labels: Ints, said: Constraints) -> None:
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        named = set(said.persons[members].tolist()) - {UNASSIGNED}
        assert len(named) <= 1
        open_ = members[said.persons[members] == UNASSIGNED]
        for face in open_:
            assert not named & set(said.not_persons.get(int(face), ()))
            beside = said.photos[members[members != face]]
            assert said.photos[face] not in beside, "only what people said puts a person twice into a photo"
    for person in set(said.persons.tolist()) - {UNASSIGNED}:
        assert len(set(labels[said.persons == person].tolist())) == 1


# ---------------------------------------------------------------- kept, and added to


def pairs_of(graph: Similarities) -> set[tuple[int, int]]:
    return set(zip(graph.pairs.first.tolist(), graph.pairs.second.tolist(), strict=True))


def test_pairs_are_all_that_are_similar_and_only_those(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "BLOCK", 64)
    vectors, _ = people(20, 300, 0.7, seed=4)
    first, second = np.triu_indices(300, 1)
    wanted = (vectors @ vectors.T)[first, second] >= FLOOR
    assert pairs_of(kept(vectors)) == set(zip(first[wanted].tolist(), second[wanted].tolist(), strict=True))


def test_added_in_parts_is_the_same_as_at_once() -> None:
    vectors, _ = people(20, 300, 0.7, seed=5)
    graph = kept(vectors[:100])
    for start, end in pairwise([100, 101, 230, 300]):
        graph = similarity.added(graph, [f"face {i}" for i in range(start, end)], vectors[start:end])
    assert graph.ids == kept(vectors).ids and np.array_equal(graph.vectors, vectors)
    assert pairs_of(graph) == pairs_of(kept(vectors))


def test_without_faces_is_as_if_they_had_never_been() -> None:
    vectors, _ = people(20, 200, 0.7, seed=6)
    gone = {f"face {i}" for i in range(0, 200, 3)}
    stays = [i for i in range(200) if i % 3]
    graph = similarity.without(kept(vectors), gone)
    assert graph.ids == tuple(f"face {i}" for i in stays)
    assert pairs_of(graph) == pairs_of(kept(vectors[stays]))


def test_nearest_pairs_are_those_that_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "NEAREST", 5)
    monkeypatch.setattr(similarity, "BLOCK", 16)
    monkeypatch.setattr(similarity, "PRUNE_ABOVE", 50)
    vectors, _ = people(2, 60, 0.3, seed=7)
    alike = (vectors @ vectors.T).astype(np.float16)
    np.fill_diagonal(alike, -1)
    nearest = {(min(i, int(j)), max(i, int(j))) for i in range(60) for j in np.argsort(-alike[i], kind="stable")[:5]}
    graph = kept(vectors)
    assert graph.dropped.any()
    assert len(nearest - pairs_of(graph)) <= 0.02 * len(nearest), "but for those that are equal once rounded"


@given(seed=st.integers(0, 2**32 - 1), crowd=st.integers(10, 80), others=st.integers(0, 40), parts=st.integers(1, 3))
@settings(max_examples=60)
def test_pairs_that_are_dropped_early_are_those_that_are_dropped_at_the_end(
    seed: int, crowd: int, others: int, parts: int
) -> None:
    several = [people(1, crowd, 0.3, seed)[0], people(max(1, others // 2), max(2, others), 0.3, seed + 1)[0]]
    vectors = np.random.default_rng(seed).permutation(np.concatenate(several))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("NEAREST", 5), ("BLOCK", 8), ("SORTED", 100)):
            patch.setattr(similarity, name, value)
        at_once = kept(vectors)
        for name in ("PRUNE_FROM", "PRUNE_ABOVE"):
            patch.setattr(similarity, name, 20)
        early = kept(vectors[:0])
        for some in np.array_split(np.arange(len(vectors)), parts):
            early = similarity.added(early, [f"face {i}" for i in some], vectors[some])
    assert pairs_of(early) == pairs_of(at_once)
    assert np.array_equal(early.dropped, at_once.dropped)


def test_faces_of_a_very_large_library_keep_fewer_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert similarity.nearest_of(0) == similarity.nearest_of(500_000) == 128
    assert similarity.nearest_of(3_000_000) == 22 and similarity.nearest_of(10**9) == 16
    vectors, _ = people(1, 200, 0.3, seed=7)
    usual = kept(vectors)
    monkeypatch.setattr(similarity, "MOST_KEPT", 200 * 20)
    graph = kept(vectors)
    assert len(graph.pairs) <= 200 * 20 < len(usual.pairs) and pairs_of(graph) < pairs_of(usual)
    assert graph.dropped.all()
    labels = average_linkage(vectors, graph.pairs, CUT, unconstrained(200), dropped=graph.dropped)
    assert same(labels, scipys(vectors))


def test_new_faces_join_as_in_a_full_run() -> None:
    vectors, _ = people(60, 700, 0.6, seed=8)
    old = cluster(vectors[:600])
    labels = add_to_clusters(
        kept(vectors), np.concatenate([old, np.full(100, UNASSIGNED, np.int32)]), CUT, unconstrained(700)
    )
    assert np.array_equal(labels[:600], old), "what there was stays as it was"
    assert same(labels, cluster(vectors))


def test_new_faces_neither_join_old_clusters_nor_break_what_was_said() -> None:
    vectors, _ = people(1, 6, 0.1, seed=9)
    labels = np.array([0, 0, 1, 1, UNASSIGNED, UNASSIGNED], np.int32)  # kept apart by somebody
    persons = np.full(6, UNASSIGNED, np.int32)
    persons[2] = 0
    photos = np.array([0, 1, 2, 3, 0, 0], np.int32)
    placed = add_to_clusters(kept(vectors), labels, CUT, Constraints(photos, persons, {4: {0}}))
    assert placed[:4].tolist() == [0, 0, 1, 1]
    assert placed[4] == 2, "its photo is in one cluster, and it is not the person of the other"
    assert placed[5] == 1


def test_a_new_face_that_is_not_somebody_joins_a_nameless_cluster() -> None:
    vectors, _ = people(1, 3, 0.1, seed=9)
    labels = np.array([0, 0, UNASSIGNED], np.int32)
    for person in range(5):  # none of whom has a face with their name
        said = Constraints(np.arange(3, dtype=np.int32), np.full(3, UNASSIGNED, np.int32), {2: {person}})
        assert add_to_clusters(kept(vectors), labels, CUT, said).tolist() == [0, 0, 0]


def test_saved_and_loaded_and_never_half(tmp_path: Path) -> None:
    vectors, _ = people(20, 200, 0.7, seed=10)
    graph = kept(vectors)
    path = tmp_path / "similarities"
    similarity.save(graph, path)
    again = similarity.load(path)
    assert (again.model, again.floor, again.ids) == (graph.model, graph.floor, graph.ids)
    assert np.array_equal(again.dropped, graph.dropped)
    assert np.array_equal(again.vectors, graph.vectors) and pairs_of(again) == pairs_of(graph)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole.replace(whole[5000:5004], b"oops", 1), b""):
        path.write_bytes(damaged)
        with pytest.raises(Damaged):
            similarity.load(path)
    with pytest.raises(Damaged):
        similarity.load(tmp_path / "nothing")


def test_hdbscan_by_setting(tmp_path: Path) -> None:
    """In a process of its own, as it runs in the service."""
    vectors, owners = people(12, 120, 0.3, seed=11)
    np.save(tmp_path / "vectors.npy", vectors)
    program = (
        "import json, sys, numpy as np\n"
        "from photos_graph.faces.clustering import hdbscan, unconstrained\n"
        "vectors = np.load(sys.argv[1])\n"
        "print(json.dumps(hdbscan(vectors, unconstrained(len(vectors))).tolist()))"
    )
    command = [sys.executable, "-W", "ignore", "-c", program, str(tmp_path / "vectors.npy")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert same(np.array(json.loads(done.stdout), np.int32), owners)
