"""What the index tells of folders, places, ids; and questions that are hostile."""

from dataclasses import replace

import pytest
from pyroaring import BitMap

from photos_graph.errors import TooComplex
from photos_graph.model.labels import Tag
from photos_graph.model.search import Ref
from photos_graph.search.filter_names import IndexNames
from photos_graph.search.index import SearchIndex
from photos_graph.search.query import And, Everything, Not, Or, Query
from photos_graph.search.rows import FolderRow, PhotoRow
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.places import InBox, Near
from photos_graph.search.terms.properties import Rated, TakenWith
from photos_graph.search.terms.words import Words
from tests.kit.search_index import index_of, photo, place


def at(number: int, latitude: float, longitude: float) -> PhotoRow:
    return replace(photo(number), latitude=latitude, longitude=longitude)


def places_named(index: SearchIndex, name: str) -> list[str]:
    return list(IndexNames(index).places(Ref(name=name)))


def test_folders_are_in_natural_order_of_their_names() -> None:
    folders = index_of([]).folders
    assert [row.id for row in folders.children(None)] == ["root"]
    assert [row.id for row in folders.children("root")] == ["ete", "italy"]
    assert [row.id for row in folders.children("italy")] == ["trip2", "trip10"]
    assert folders.children("nowhere") == []


def test_a_folder_is_found_by_its_path_alone() -> None:
    index = index_of([])
    assert index.folders.path("trip10") == "Photos/Italy/Trip 10"
    paths = {"Photos/Italy/Trip 10": "trip10", "/Photos/Italy/Trip 10/": "trip10", "Photos/E\u0301te\u0301": "ete"}
    for path, folder_id in paths.items():
        folder = index.folders.at(path)
        assert folder is not None
        assert folder.id == folder_id
    for path in ("Trip 10", "Italy/Trip 10", "photos/italy/trip 10", "", "/", "Photos//Italy"):
        assert index.folders.at(path) is None


def test_places_go_by_name_path_or_id() -> None:
    index = index_of([])
    assert places_named(index, "italy/ABRUZZO") == ["IT/Abruzzo"]
    assert places_named(index, "abruzzo") == ["IT/Abruzzo", "US/Abruzzo"]
    assert places_named(index, "US/Abruzzo") == ["US/Abruzzo"]
    assert places_named(index, "l'aquila") == ["IT/Abruzzo/L'Aquila"]
    assert places_named(index, "France/Abruzzo") == []
    assert places_named(index, "") == []


def test_a_place_may_have_a_slash_in_its_name() -> None:
    index = index_of([])
    index.apply_places([place("CH", "Schweiz"), place("CH/BE", "Biel/Bienne", "CH")])
    for path in ("biel/bienne", "Schweiz/Biel/Bienne"):
        assert places_named(index, path) == ["CH/BE"]
    assert places_named(index, "Bienne") == []
    assert places_named(index, "/".join(["a"] * 100_000)) == []


def test_folders_counts_follow_a_move() -> None:
    index = index_of([replace(photo(1), folders=("trip2",)), replace(photo(2), folders=("trip2", "ete"))])
    assert index.folders.photo_count("italy") == 2
    index.apply_folders([FolderRow("trip2", "trip 2", "root/Été/trip 2", "ete")])
    assert [index.folders.photo_count(f) for f in ("italy", "ete", "root", "trip2")] == [0, 2, 2, 2]
    assert index.folders.photo_count("ete", recursive=False) == 1


def test_a_folder_may_come_after_its_photos_and_its_children() -> None:
    index = SearchIndex()
    index.apply_photos([replace(photo(1), folders=("child",))])
    index.apply_folders([FolderRow("child", "c", "r/p/c", "parent")])
    index.apply_folders([FolderRow("parent", "p", "r/p", "root")])
    index.apply_folders([FolderRow("root", "r", "r")])
    assert [index.folders.photo_count(f) for f in ("root", "parent", "child")] == [1, 1, 1]
    index.apply_folders([], gone=["parent"])
    assert [index.folders.photo_count(f) for f in ("root", "parent", "child")] == [0, 1, 1]


def test_folders_in_a_loop_do_not_hang() -> None:
    index = SearchIndex()
    index.apply_photos([replace(photo(1), folders=("a",))])
    index.apply_folders([FolderRow("a", "a", "a", "b"), FolderRow("b", "b", "b", "a")])
    index.apply_photos([replace(photo(1), folders=("b",)), replace(photo(2), folders=("a",))])
    index.apply_photos([], gone=[1, 2])
    assert index.evaluate(Words("a")) == BitMap()
    assert index.folders.path("a") == "b/a"


@pytest.mark.parametrize("text", ["", "zz", "0" * 32, "ABC", "0" * 31, "0" * 34, "é", "00 " * 10 + "00"])
def test_no_photo_has_such_an_id(text: str) -> None:
    assert index_of([photo(1)]).number_of(text) is None


def test_ids_that_begin_alike_are_told_apart() -> None:
    rows = [replace(photo(n), id=f"{2**64 - 1:016x}{n:016x}") for n in range(5)]
    index = index_of(rows)
    assert [index.number_of(row.id) for row in rows] == [0, 1, 2, 3, 4]
    assert index.number_of("f" * 16 + f"{9:016x}") is None


def test_a_malformed_row_changes_nothing() -> None:
    index = index_of([photo(1), photo(2)])
    with pytest.raises(ValueError, match="hex"):
        index.apply_photos([photo(1, seed=1), replace(photo(3), id="rubbish")], gone=[2])
    assert index.evaluate(Everything()) == BitMap([1, 2])
    assert index.number_of(photo(1).id) == 1


def test_finding_photos_by_id_reads_few_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_of([photo(number) for number in range(5000)])
    wanted = [photo(number).id for number in (7, 4999, 0)]
    assert index.numbers_of([*wanted, "f" * 32]).tolist() == [7, 4999, 0, -1]
    read = []
    keys = index._by_id._keys
    monkeypatch.setattr(index._by_id, "_keys", lambda numbers: read.append(len(numbers)) or keys(numbers))
    index.numbers_of(wanted)
    assert 0 < sum(read) < 100


def test_near_and_box_cross_the_antimeridian() -> None:
    index = index_of([at(1, 0, 179.9), at(2, 0, -179.9), at(3, 0, 0), at(4, 89.95, 90), at(5, 89.95, -90)])
    assert index.evaluate(Near(0, 180, 20)) == BitMap([1, 2])
    assert index.evaluate(Near(0, -180, 20)) == BitMap([1, 2])
    assert index.evaluate(InBox(north=1, south=-1, west=179, east=-179)) == BitMap([1, 2])
    assert index.evaluate(InBox(north=1, south=-1, west=-1, east=1)) == BitMap([3])
    assert index.evaluate(Near(90, 0, 10)) == BitMap([4, 5])


def test_near_reaches_as_far_as_the_sphere_says() -> None:
    index = index_of([at(1, 42.35, 13.4), at(2, 41.9, 12.5)])  # L'Aquila and Rome, 89.7 km apart
    assert index.evaluate(Near(42.35, 13.4, 89)) == BitMap([1])
    assert index.evaluate(Near(42.35, 13.4, 91)) == BitMap([1, 2])


@pytest.mark.parametrize(
    "query",
    [
        Near(float("nan"), 0, 1),
        Near(0, float("inf"), 1),
        Near(0, 0, float("nan")),
        Near(0, 0, -1),
        InBox(float("nan"), 0, 0, 0),
        InFolder("'; MATCH (n) DETACH DELETE n"),
        Words("\x00 a"),
        Words("zzz *"),
        Words("🏖"),
        Words("!?"),
        TakenWith("(.*)+$"),
        Rated(5, 1),
        Or(()),
    ],
)
def test_senseless_questions_hold_no_photos(query: Query) -> None:
    assert index_of([replace(photo(1), name="b.jpg", folders=("ete",), places=())]).evaluate(query) == BitMap()


def test_a_question_nested_too_deep_is_too_complex() -> None:
    query: Query = Everything()
    for _ in range(5000):
        query = Not(And((query,)))
    with pytest.raises(TooComplex):
        index_of([photo(1)]).evaluate(query)


def test_a_text_of_too_many_words_is_too_complex() -> None:
    with pytest.raises(TooComplex):
        index_of([photo(1)]).evaluate(Words(" ".join(f"w{n}" for n in range(60))))


def test_a_found_set_is_the_callers_own() -> None:
    index = index_of([replace(photo(n), folders=("ete",)) for n in range(4)])
    everything, folder = index.evaluate(Everything()), index.evaluate(InFolder("ete"))
    everything.clear()
    folder.clear()
    assert len(index) == 4
    assert index.folders.photo_count("ete") == 4


def test_a_tag_may_have_a_slash_in_its_name() -> None:
    index = SearchIndex()
    index.apply_tags([Tag("music", "Music"), Tag("acdc", "AC/DC", "music"), Tag("ac", "AC"), Tag("dc", "DC", "ac")])

    def tags_named(path: str) -> list[str]:
        return [row.id for row in index.tags.named(path)]

    assert index.tags.path("acdc") == r"Music/AC\/DC"
    assert sorted(tags_named("ac/dc")) == ["acdc", "dc"], "either may be meant"
    assert tags_named(r"ac\/dc") == tags_named(r"Music/AC\/DC") == tags_named("music/ac/dc") == ["acdc"]
    assert tags_named("/AC/DC/")[:1] and tags_named("DC") == ["dc"]
    assert tags_named("Music/AC") == tags_named(r"AC\/DC\/") == []
