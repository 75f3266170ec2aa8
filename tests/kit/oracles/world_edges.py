"""The edges of a random library, and the library with others in their place."""

from __future__ import annotations

from dataclasses import replace

from photos_graph.graph.labels.edits import Assertion, AssertionKind
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.model.labels import FolderMarks, TagSource
from photos_graph.tags import inherited
from tests.kit.oracles.worlds import TAGS, World


def on_photo(world: World, photo: int) -> Assertions:
    return {
        tag: Assertion(AssertionKind.EXCLUDES, 1, "")
        if how is None
        else Assertion(AssertionKind.TAGGED, 1, "", how.value)
        for (at, tag), how in world.own.items()
        if at == photo
    }


def with_photo(world: World, photo: int, edges: Assertions) -> World:
    own = {key: how for key, how in world.own.items() if key[0] != photo}
    said = {(photo, tag): TagSource(edge.via) if edge.via else None for tag, edge in edges.items()}
    return replace(world, own=own | said)


def on_folder(world: World, folder: str) -> Assertions:
    return {
        tag: Assertion(AssertionKind.EXCLUDES, 1, "")
        if how is None
        else Assertion(AssertionKind.TAGGED, 1, "", "MANUAL", how)
        for (at, tag), how in world.on_folders.items()
        if at == folder
    }


def with_folder(world: World, folder: str, edges: Assertions) -> World:
    others = {key: how for key, how in world.on_folders.items() if key[0] != folder}
    return replace(world, on_folders=others | {(folder, tag): edge.recursive for tag, edge in edges.items()})


def below(world: World, tag_id: str) -> set[str]:
    return {tag for tag in TAGS if tag_id in world.up(tag)}


def way(world: World, folder: str) -> list[FolderMarks]:
    found, at = [], folder
    while at:
        found.append(world.marks(at))
        at = world.parents[at] or ""
    return found


def comes_to(world: World, folder: str) -> set[str]:
    """What the photos of a folder have by it and those above."""
    return {above for carried, _ in inherited(way(world, folder), world.up) for above in world.up(carried.tag_id)}


def coming(world: World, photo: int) -> set[str]:
    """What comes to a photo by folders and predictions, whatever is said on it."""
    return {tag.tag_id for tag in with_photo(world, photo, {}).put_on(photo)}
