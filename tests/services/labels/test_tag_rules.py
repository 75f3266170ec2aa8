"""Tagging and untagging against the rules of who wins, over random libraries."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from hypothesis import given
from hypothesis import settings as rules
from hypothesis import strategies as st

from photos_graph.graph.labels.edits import Assertion, AssertionKind
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.services.labels import tag_rules
from tests.kit.oracles.world_edges import (
    below,
    comes_to,
    coming,
    on_folder,
    on_photo,
    way,
    with_folder,
    with_photo,
)
from tests.kit.oracles.worlds import FOLDERS, PHOTOS, TAGS, World, worlds

SAID = Assertion(AssertionKind.TAGGED, 9, "me", "MANUAL")
EXCLUDING = Assertion(AssertionKind.EXCLUDES, 9, "me")

some_tags = st.lists(st.sampled_from(TAGS), min_size=1, max_size=3)


@given(worlds(), st.sampled_from(PHOTOS), some_tags)
@rules(max_examples=100)
def test_a_tagged_photo_has_the_tags_and_keeps_what_it_had(world: World, photo: int, tags: list[str]) -> None:
    own = on_photo(world, photo)
    after = tag_rules.photo_tagged(own, tags, world.up, SAID)
    then = with_photo(world, photo, after)
    if any(at == photo for at, _ in world.files - world.missing):
        assert set(tags) | world.tags_of(photo) <= then.tags_of(photo)
    assert tag_rules.photo_tagged(after, tags, world.up, SAID) == after
    assert all(after[tag].via == "MANUAL" for tag in tags)
    kept = {tag: edge for tag, edge in own.items() if edge.via == "MANUAL"}
    assert kept.items() <= after.items(), "who said it first stays"
    gone = own.keys() - after.keys()
    assert all(own[tag].kind is AssertionKind.EXCLUDES and any(tag in world.up(t) for t in tags) for tag in gone)


@given(worlds(), st.sampled_from(PHOTOS), some_tags)
@rules(max_examples=100)
def test_an_untagged_photo_has_the_tags_no_more_and_excludes_no_more_than_it_takes(
    world: World, photo: int, tags: list[str]
) -> None:
    own = on_photo(world, photo)
    elsewhere = coming(world, photo)

    def untagged(edges: Assertions) -> Assertions:
        return tag_rules.photo_untagged(edges, tags, world.up, partial(below, world), elsewhere, EXCLUDING)

    after = untagged(own)
    assert world.tags_of(photo) - with_photo(world, photo, after).tags_of(photo) >= set(tags) & world.tags_of(photo)
    assert not set(tags) & with_photo(world, photo, after).tags_of(photo)
    assert untagged(after) == after
    reached = {each for tag in tags for each in below(world, tag)}
    assert {tag: edge for tag, edge in own.items() if tag not in reached}.items() <= after.items()
    for tag in after.keys() - own.keys() | {tag for tag, edge in after.items() if edge is EXCLUDING}:
        without = {each: edge for each, edge in after.items() if each != tag}
        imported = any(each in own and own[each].via == "IMPORTED" for each in below(world, tag))
        if any(at == photo for at, _ in world.files - world.missing):
            assert imported or tag in with_photo(world, photo, without).tags_of(photo) or len(set(tags)) > 1


@given(worlds(), st.sampled_from(FOLDERS), some_tags, st.booleans())
@rules(max_examples=100)
def test_a_tagged_folder_brings_the_tags(world: World, folder: str, tags: list[str], recursive: bool) -> None:
    said = replace(SAID, recursive=recursive)
    after = tag_rules.folder_tagged(on_folder(world, folder), tags, said)
    then = with_folder(world, folder, after)
    assert set(tags) <= comes_to(then, folder)
    assert tag_rules.folder_tagged(after, tags, said) == after
    assert all(after[tag].recursive is recursive for tag in tags)
    later = replace(said, at_ms=99)
    assert tag_rules.folder_tagged(after, tags, later) == after, "said in the same way it is the same"


@given(worlds(), st.sampled_from(FOLDERS), some_tags)
@rules(max_examples=100)
def test_an_untagged_folder_brings_nothing_of_them(world: World, folder: str, tags: list[str]) -> None:
    own = on_folder(world, folder)
    above = way(world, folder)[1:]

    def untagged(edges: Assertions) -> Assertions:
        return tag_rules.folder_untagged(edges, tags, world.up, partial(below, world), above, EXCLUDING)

    after = untagged(own)
    assert not set(tags) & comes_to(with_folder(world, folder, after), folder)
    assert untagged(after) == after
    for tag, edge in after.items():
        if edge is EXCLUDING and len(set(tags)) == 1:
            without = {each: kept for each, kept in after.items() if each != tag}
            assert tag in comes_to(with_folder(world, folder, without), folder), "it is excluded for a reason"


def test_the_shifts_of_an_edge_say_what_was_and_what_is() -> None:
    other = replace(SAID, by="you")
    before, after = {"a": SAID, "b": SAID, "c": SAID}, {"a": SAID, "b": other, "d": SAID}
    assert set(tag_rules.differences(before, after)) == {(SAID, other, "b"), (SAID, None, "c"), (None, SAID, "d")}
