import os
from pathlib import Path

import pytest

from photos_graph.model.search import PhotoOrder
from photos_graph.search import snapshot
from photos_graph.search.index import SearchIndex
from photos_graph.search.query import Everything
from photos_graph.search.snapshot import BadSnapshot, capture, load, save, write
from photos_graph.search.terms.words import Words
from tests.kit.search_index import index_of, photo


def pages(index: SearchIndex) -> list[list[int]]:
    return [index.page(index.evaluate(Everything()), order).numbers for order in PhotoOrder]


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    index = index_of([photo(number) for number in range(300)])
    index.seq = 42
    return index


def test_what_is_loaded_answers_as_what_was_saved(index: SearchIndex, tmp_path: Path) -> None:
    save(index, tmp_path / "index")
    loaded = load(tmp_path / "index")
    assert loaded.seq == 42
    assert pages(loaded) == pages(index)
    assert loaded.evaluate(Words("img 12 italy")) == index.evaluate(Words("img 12 italy"))
    assert [row.id for row in loaded.folders.children("italy")] == ["trip2", "trip10"]
    assert os.listdir(tmp_path) == ["index"]  # noqa: PTH208 - names only


def test_an_empty_index_round_trips(tmp_path: Path) -> None:
    save(SearchIndex(), tmp_path / "index")
    loaded = load(tmp_path / "index")
    loaded.apply_photos([photo(3)])
    assert len(loaded) == 1


def test_what_was_captured_stays_while_the_index_goes_on(tmp_path: Path) -> None:
    index = index_of([photo(number) for number in range(50)])
    captured, before = capture(index), pages(index)
    index.apply_photos([photo(number, seed=9) for number in range(30)], gone=[40])
    write(captured, tmp_path / "index")
    assert pages(load(tmp_path / "index")) == before


def test_an_index_goes_on_after_loading(tmp_path: Path) -> None:
    index = index_of([photo(number) for number in range(50)])
    save(index, tmp_path / "index")
    loaded = load(tmp_path / "index")
    for each in (index, loaded):
        each.apply_photos([photo(number, seed=5) for number in range(20, 80)], gone=[3])
    assert pages(loaded) == pages(index)


def test_any_changed_byte_is_noticed_or_without_effect(index: SearchIndex, tmp_path: Path) -> None:
    path = tmp_path / "index"
    save(index, path)
    whole, expected = path.read_bytes(), pages(index)
    for place in range(0, len(whole), len(whole) // 150):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1 :])
        try:
            loaded = load(path)
        except BadSnapshot:
            continue
        assert pages(loaded) == expected, place


def test_a_truncated_file_is_noticed(index: SearchIndex, tmp_path: Path) -> None:
    path = tmp_path / "index"
    save(index, path)
    whole = path.read_bytes()
    for size in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(BadSnapshot):
            load(path)


def test_another_version_is_refused(index: SearchIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(index, tmp_path / "index")
    monkeypatch.setattr(snapshot, "VERSION", snapshot.VERSION + 1)
    with pytest.raises(BadSnapshot, match="version"):
        load(tmp_path / "index")


def test_no_file_and_a_folder_are_no_snapshot(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(BadSnapshot):
            load(path)


def test_a_failed_write_leaves_the_old_snapshot(index: SearchIndex, tmp_path: Path) -> None:
    path = tmp_path / "index"
    save(index, path)
    before = path.read_bytes()
    (tmp_path / ".index.new").mkdir()
    with pytest.raises(OSError, match=r"index\.new"):
        save(SearchIndex(), path)
    assert path.read_bytes() == before
