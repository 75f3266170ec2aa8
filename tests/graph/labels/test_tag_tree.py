from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.model.labels import Tag
from photos_graph.model.search import Ref

ROWS = [
    Tag("places", "Places"),
    Tag("italy", "Italy", "places"),
    Tag("abruzzo", "Abruzzo", "italy", threshold=0.5),
    Tag("work", "Work"),
    Tag("work-abruzzo", "abruzzo", "work"),
    Tag("ete", "Été"),
    Tag("top", "Top"),
    Tag("old", "Old"),
    Tag("old-top", "top", "old"),
    Tag("old-top-x", "x", "old-top"),
    Tag("top-x", "X", "top"),
]


def found(name: str) -> str | None:
    row = TagTree(ROWS).find(Ref(name=name))
    return row.id if row else None


def test_a_name_finds_the_one_tag_that_has_it() -> None:
    assert found("italy") == found(" ITALY ") == "italy"
    assert found("e\u0301te\u0301") == "ete"
    assert found("Ete") is None, "accents count where something may be created"
    assert found("nowhere") is None


def test_a_path_finds_from_the_top_or_by_its_end() -> None:
    assert found("Places/Italy/Abruzzo") == found("italy/ABRUZZO") == "abruzzo"
    assert found("work/Abruzzo") == "work-abruzzo"
    assert found("Top/x") == "top-x", "from the top before by the end"
    assert found("aces/Italy") is None


def test_a_slash_in_a_name_is_escaped_where_a_path_could_be_meant() -> None:
    rows = [*ROWS, Tag("24/7", "24/7"), Tag("ac/dc", "AC/DC", "top"), Tag("ac", "AC"), Tag("dc", "DC", "ac")]

    def find(name: str) -> str | None:
        row = TagTree(rows).find(Ref(name=name))
        return row.id if row else None

    assert find(r"24\/7") == find("24/7") == "24/7", "no path is spelt so"
    assert find(r"ac\/dc") == find(r"Top/AC\/DC") == "ac/dc" and find("ac/dc") == "dc"
    assert find("Top/ac/dc") == "ac/dc"
    assert find(r"AC/DC\/x") is None
    assert TagTree(rows).path("ac/dc") == r"Top/AC\/DC"
    tree = TagTree(rows)
    assert tree.tag(tree.wanted_or_new([Ref(name=r"s\/w")])[0]).name == "s/w"


def test_what_fits_several_is_refused_with_the_candidates() -> None:
    with pytest.raises(BadInput, match="Work/abruzzo"):
        found("Abruzzo")
    with pytest.raises(BadInput, match="Old/top"):
        found("top")


def test_an_id_is_known_or_not_found() -> None:
    tree = TagTree(ROWS)
    assert tree.wanted([Ref(id="abruzzo"), Ref(name="italy/abruzzo"), Ref(id="work")]) == ["abruzzo", "work"]
    with pytest.raises(NotFound):
        tree.find(Ref(id="nowhere"))
    tag = tree.tag("abruzzo")
    assert (tag.name, tag.parent_id, tag.threshold) == ("Abruzzo", "italy", 0.5)


def test_unknown_names_are_refused_together() -> None:
    with pytest.raises(NotFound, match="sea, sky"):
        TagTree(ROWS).wanted([Ref(name="Italy"), Ref(name="sea"), Ref(name="sky")])


def test_unknown_names_are_made_with_what_is_missing_on_their_way() -> None:
    tree = TagTree(ROWS)
    ids = tree.wanted_or_new([Ref(name="Sea"), Ref(name="places/France/Corse"), Ref(name="sea"), Ref(name="Italy")])
    assert [tree.path(tag_id) for tag_id in ids] == ["Sea", "Places/France/Corse", "Places/Italy"]
    assert [row.name for row in tree.new] == ["Sea", "France", "Corse"]
    assert [row.parent_id for row in tree.new] == [None, "places", tree.new[1].id]


@given(st.lists(st.lists(st.sampled_from(["a", "A", "b", "é", "e"]), min_size=1, max_size=4), max_size=8))
def test_a_path_from_the_top_finds_what_it_made_or_several(paths: list[list[str]]) -> None:
    tree = TagTree(())
    made = {tuple(path): tree.reach(path).id for path in paths}
    for path, tag_id in made.items():
        assert tree.at(path) is not None and tree.reach(path).id == tag_id
        assert tag_id in tree.below(tree.up(tag_id)[-1])
        if len(path) > 1:
            assert tree.wanted([Ref(name="/".join(path))]) == [tag_id]
    assert len({(row.parent_id, row.name.casefold()) for row in tree.new}) == len(tree.new)
