"""The kept graph of neighbours: exact, the same however photos came and went, and damage is noticed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from photos_graph.array_files import Damaged
from photos_graph.learn import neighbours
from photos_graph.learn.neighbours import NEAREST, NO_PHOTO, Neighbours
from photos_graph.learn.propagation import USUAL, Propagation
from tests.kit.vectors import photos

Floats = npt.NDArray[np.float32]


BLOCK = 256


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few hundred photos are many."""
    monkeypatch.setattr(neighbours, "BLOCK", BLOCK)


def alike(path: Path, id_: str, count: int) -> list[tuple[str, float]]:
    [found] = neighbours.similar_to(path, [(id_, count)])
    return found


def plainly(graph: Neighbours) -> npt.NDArray[np.intp]:
    """All products at once."""
    vectors = graph.vectors.astype(np.float32)
    products = vectors @ vectors.T
    np.fill_diagonal(products, -2)
    nearest: npt.NDArray[np.intp] = np.argsort(-products, axis=1, kind="stable")[:, :NEAREST]
    return nearest


def same(one: Neighbours, other: Neighbours) -> bool:
    return one.ids == other.ids and np.array_equal(one.near, other.near) and np.allclose(one.similar, other.similar)


def test_the_nearest_are_the_nearest_over_many_blocks() -> None:
    ids, vectors = photos(5 * BLOCK + 100)
    graph = neighbours.build("b", ids, vectors)
    assert np.mean(graph.near == plainly(graph)) > 0.9999, "but for rounding"
    assert (np.diff(graph.similar, axis=1) <= 0).all()
    assert np.allclose(np.linalg.norm(graph.vectors.astype(np.float32), axis=1), 1, atol=1e-3)


@pytest.mark.parametrize("first", [0, 1, 600, BLOCK + 5, 2 * BLOCK, 2 * BLOCK + 99])
def test_it_is_the_same_in_parts_as_at_once(first: int) -> None:
    ids, vectors = photos(2 * BLOCK + 100)
    start = neighbours.build("b", ids[:first], vectors[:first])
    graph = neighbours.added(start, ids[first:], vectors[first:])
    assert same(graph, neighbours.build("b", ids, vectors)) and len(start) == first


def test_twice_the_same_comes_of_it_also_where_many_are_equally_near() -> None:
    """Each photo is there so often that its neighbours are its copies, whichever thread came first."""
    count, copies = 5 * BLOCK + 100, 2 * NEAREST
    vectors = np.repeat(photos(count // copies + 1)[1], copies, axis=0)[:count]
    ids = [f"{i:05}" for i in range(count)]
    graph = neighbours.build("b", ids, vectors)
    assert (graph.near // copies == np.arange(count)[:, None] // copies)[: count - copies].all()
    assert all(same(graph, neighbours.build("b", ids, vectors)) for _ in range(3))


def test_who_loses_a_neighbour_gets_the_next() -> None:
    ids, vectors = photos(900)
    graph = neighbours.build("b", ids, vectors)
    gone = {ids[0], *ids[100:400:3], "nobody"}
    stays = [place for place, id_ in enumerate(ids) if id_ not in gone]
    without = neighbours.without(graph, gone)
    assert same(without, neighbours.build("b", [ids[place] for place in stays], vectors[stays]))
    assert len(neighbours.without(graph, set(ids))) == 0


def test_there_may_be_fewer_photos_than_neighbours(tmp_path: Path) -> None:
    ids, vectors = photos(3)
    graph = neighbours.build("b", ids, vectors)
    assert (graph.near != NO_PHOTO).sum(axis=1).tolist() == [2, 2, 2] and (graph.similar[:, 2:] == -2).all()
    neighbours.save(graph, tmp_path / "n.safetensors")
    assert [int(id_) for id_, _ in alike(tmp_path / "n.safetensors", ids[1], 20)] == plainly(graph)[1][:2].tolist()
    neighbours.save(neighbours.build("b", [], vectors[:0]), tmp_path / "n.safetensors")
    assert alike(tmp_path / "n.safetensors", ids[1], 20) == []
    few = neighbours.without(neighbours.build("b", *photos(NEAREST + 2)), {"00000", "00001", "00002"})
    assert (few.near[:, -3:] == [few.near[0, -3], NO_PHOTO, NO_PHOTO]).any() and (few.near[:, -2:] == NO_PHOTO).all()


def test_similar_photos_come_best_first_and_beyond_those_that_are_kept(tmp_path: Path) -> None:
    ids, vectors = photos(700)
    mixed = np.random.default_rng(1).permutation(700)
    graph = neighbours.build("b", [ids[each] for each in mixed], vectors[mixed])
    path = tmp_path / "neighbours.safetensors"
    neighbours.save(graph, path)
    found = alike(path, graph.ids[7], 40)
    place = {id_: at for at, id_ in enumerate(graph.ids)}
    assert [place[id_] for id_, _ in found[:NEAREST]] == plainly(graph)[7].tolist()
    assert len(found) == 40 and graph.ids[7] not in dict(found)
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    every = np.argsort(-graph.vectors.astype(np.float32) @ graph.vectors[7].astype(np.float32))[1:41]
    assert np.isin([place[id_] for id_, _ in found], every).mean() >= 0.9
    for nobody in ("", "0", "00700", "00007x", "é"):
        assert alike(path, nobody, 3) == []


def test_a_file_that_does_not_serve_says_so(tmp_path: Path) -> None:
    path = tmp_path / "neighbours.safetensors"
    ids, vectors = photos(50)
    neighbours.save(neighbours.build("b", ids, vectors), path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(Damaged):
        alike(path, ids[0], 5)
    with pytest.raises(Damaged):
        alike(tmp_path / "nothing", ids[0], 5)


def test_it_is_kept_in_a_file_and_damage_is_noticed(tmp_path: Path) -> None:
    graph = neighbours.build("b", *photos(50))
    path = tmp_path / "neighbours.safetensors"
    neighbours.save(graph, path)
    assert same(neighbours.load(path), graph) and neighbours.load(path).backbone == "b"
    whole = path.read_bytes()
    middle = len(whole) // 2
    for content in (whole[:-1], whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], b""):
        path.write_bytes(content)
        with pytest.raises(Damaged):
            neighbours.load(path)
    with pytest.raises(Damaged):
        neighbours.load(tmp_path / "nothing")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_one_label_of_each_group_reaches_the_others() -> None:
    ids, vectors = photos(700)
    groups = np.arange(700) % 7
    said = np.zeros((700, 7), np.float32)
    said[np.arange(7), np.arange(7)] = 1
    arrived = Propagation(neighbours.build("b", ids, vectors), USUAL).spread(said)
    assert (arrived.argmax(axis=1) == groups).mean() > 0.97 and (arrived >= 0).all()
    alone = Propagation(neighbours.build("b", ids[:1], vectors[:1]), USUAL).spread(said[:1])
    assert alone.shape == (1, 7)
