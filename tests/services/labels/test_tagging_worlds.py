"""Tagging, untagging and undoing in any order over random libraries: the graph, the index and the rules agree."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from photos_graph.errors import Conflict
from photos_graph.events import Events
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.edits import Assertion, AssertionKind
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.jobs.background import BackgroundWrites
from photos_graph.library.places import Gazetteer
from photos_graph.model.labels import BulkResult
from photos_graph.model.search import Ref
from photos_graph.services.labels import tag_rules
from photos_graph.services.labels.tag_editing import TagEditing
from photos_graph.services.labels.tagging import Tagging
from photos_graph.services.undo import Changes
from photos_graph.settings import Settings
from tests.kit.engines import RunningEngine
from tests.kit.oracles.world_edges import below, coming, on_folder, on_photo, way, with_folder, with_photo
from tests.kit.oracles.worlds import FOLDERS, PHOTOS, TAGS, World, indexed, worlds
from tests.kit.planted import photo_id
from tests.kit.tags import assertions_on_folders, assertions_on_photos
from tests.kit.waiting import PATIENCE

SAID = Assertion(AssertionKind.TAGGED, 9, "", "MANUAL")
EXCLUDING = Assertion(AssertionKind.EXCLUDES, 9, "")


@dataclass(frozen=True)
class Step:
    """``kind``: tag or untag photos or a folder, or undo the last change or the one before it."""

    kind: str
    photos: Sequence[int]
    folder: str
    tags: Sequence[str]
    recursive: bool


steps = st.builds(
    Step,
    st.sampled_from(["tag photos", "untag photos", "tag folder", "untag folder", "undo", "undo the one before"]),
    st.lists(st.sampled_from(PHOTOS), min_size=1, unique=True),
    st.sampled_from(FOLDERS),
    st.lists(st.sampled_from(TAGS), min_size=1, max_size=2, unique=True),
    st.booleans(),
)


def expected(world: World, step: Step) -> World:
    if step.kind.endswith("folder"):
        own = on_folder(world, step.folder)
        if step.kind == "tag folder":
            after = tag_rules.folder_tagged(own, step.tags, replace(SAID, recursive=step.recursive))
        else:
            above = way(world, step.folder)[1:]
            after = tag_rules.folder_untagged(own, step.tags, world.up, partial(below, world), above, EXCLUDING)
            return unpredicted(with_folder(world, step.folder, after), step)
        return with_folder(world, step.folder, after)
    for photo in step.photos:
        own = on_photo(world, photo)
        if step.kind == "tag photos":
            after = tag_rules.photo_tagged(own, step.tags, world.up, SAID)
        else:
            elsewhere = coming(world, photo)
            after = tag_rules.photo_untagged(own, step.tags, world.up, partial(below, world), elsewhere, EXCLUDING)
        world = with_photo(world, photo, after)
    return world


def unpredicted(world: World, step: Step) -> World:
    """The photos in the folder and below it exclude those of the tags that they have by prediction alone."""
    reached = {
        photo
        for photo, folder in world.files - world.missing
        if step.folder in {marks.folder_id for marks in way(world, folder)}
    }
    for photo in reached:
        by_prediction = world.tags_of(photo) - world.tags_of(photo, confirmed=True)
        own = on_photo(world, photo)
        for tag in by_prediction.intersection(step.tags):
            own = tag_rules.photo_rejected(own, tag, partial(below, world), EXCLUDING)
        world = with_photo(world, photo, own)
    return world


def retagged(before: World, after: World) -> int:
    """Counts the photos whose confirmed tags are others, and those that exclude a tag that was predicted."""
    return sum(
        before.tags_of(n, confirmed=True) != after.tags_of(n, confirmed=True)
        or _kinds(on_photo(before, n)) != _kinds(on_photo(after, n))
        for n in PHOTOS
    )


class Run:
    def __init__(self, graph: Graph, index: Index, world: World) -> None:
        self.graph = graph
        self.index = index
        writer = LabelWriter(graph, index, Events())
        self.tagging, self.tag_editing = Tagging(graph, index, writer), TagEditing(writer)
        self.changes = Changes(index, writer, BackgroundWrites(PATIENCE), Gazetteer())
        self.worlds = [world]  # before each change that can be undone, and now
        self.done: list[str] = []  # change ids

    async def step(self, step: Step) -> None:
        world = self.worlds[-1]
        shown = {photo for photo, _ in world.files - world.missing}
        step = replace(step, photos=[photo for photo in step.photos if photo in shown])
        if step.kind.startswith("undo"):
            await self.undo(step.kind == "undo")
        else:
            then = expected(world, step)
            result = await self.act(step)
            if step.kind.endswith("folder"):
                assert result.changed == retagged(world, then)
            assert (result.change_id is None) == (then == world)
            if result.change_id:
                self.worlds.append(then)
                self.done.append(result.change_id)
        await self.compare()

    async def act(self, step: Step) -> BulkResult:
        refs = [Ref(id=tag_id) for tag_id in step.tags]
        ids = [photo_id(number) for number in step.photos]
        if step.kind == "tag photos":
            return await self.tagging.tag_photos(ids, refs)
        if step.kind == "untag photos":
            return await self.tagging.untag_photos(ids, refs)
        if step.kind == "tag folder":
            dry = await self.tagging.tag_folder(step.folder, refs, step.recursive, dry_run=True)
            result = await self.tagging.tag_folder(step.folder, refs, step.recursive)
        else:
            dry = await self.tagging.untag_folder(step.folder, refs, dry_run=True)
            result = await self.tagging.untag_folder(step.folder, refs)
        assert replace(result, change_id=None) == dry
        return result

    async def undo(self, last: bool) -> None:
        """The last change goes; the one before it too, unless the last said something of the same. Neither goes where
        an exclusion would come back above a tag of the photo."""
        if last and self.done:
            first, now = self.worlds[-2:]
            try:
                await self.changes.undo(self.done[-1])
            except Conflict:
                assert _voids(first, _difference(first, now))
            else:
                assert not _voids(first, _difference(first, now))
                self.done.pop()
                self.worlds.pop()
        elif len(self.done) > 1:
            first, second, now = self.worlds[-3:]
            between = _difference(first, second)
            overlaps = not between.keys().isdisjoint(_difference(second, now))
            gone = {key for key, how in between.items() if key not in _edges(first)}
            edges = {key: how for key, how in _edges(now).items() if key not in gone}
            edges |= {key: _edges(first)[key] for key in between if key not in gone}
            then = _with_edges(now, edges)
            refused = overlaps or _voids(then, between)
            try:
                result = await self.changes.undo(self.done[-2])
            except Conflict:
                assert refused
            else:
                assert not refused
                self.worlds = [then]
                self.done = []
                assert result.change_id is not None

    async def compare(self) -> None:
        world = self.worlds[-1]
        on_photos = await assertions_on_photos(self.graph, *PHOTOS)
        assert {n: _kinds(on_photos.get(n, {})) for n in PHOTOS} == {n: _kinds(on_photo(world, n)) for n in PHOTOS}
        on_folders = await assertions_on_folders(self.graph, *FOLDERS)
        for folder in FOLDERS:
            assert _kinds(on_folders.get(folder, {})) == _kinds(on_folder(world, folder))
        search = self.index.search
        for tag_id in TAGS:
            for confirmed in (True, False):
                assert set(search.sets.tags.having(tag_id, confirmed)) == world.having(tag_id, confirmed=confirmed)


def _kinds(edges: dict[str, Assertion]) -> dict[str, tuple[object, ...]]:
    return {tag_id: (edge.kind, edge.via, bool(edge.recursive)) for tag_id, edge in edges.items()}


def _edges(world: World) -> dict[tuple[object, str], object]:
    return {**world.own, **world.on_folders}


def _difference(one: World, other: World) -> dict[tuple[object, str], object]:
    before, after = _edges(one), _edges(other)
    missing = object()
    return {key: None for key in before | after if before.get(key, missing) != after.get(key, missing)}


def _voids(world: World, changed: Iterable[tuple[object, str]]) -> bool:
    """Whether one of those exclusions is above a tag of its photo."""
    return any(
        (photo, tag) in world.own
        and world.own[photo, tag] is None
        and any(world.own.get((photo, other)) is not None for other in below(world, tag))
        for photo, tag in changed
        if isinstance(photo, int)
    )


def _with_edges(world: World, edges: dict[Any, Any]) -> World:
    own = {key: how for key, how in edges.items() if isinstance(key[0], int)}
    return replace(world, own=own, on_folders={key: how for key, how in edges.items() if key not in own})


@pytest.mark.both_engines
@given(world=worlds(), todo=st.lists(steps, min_size=3, max_size=8))
@rules(max_examples=8, suppress_health_check=list(HealthCheck))
def test_graph_index_and_rules_agree_after_every_step(
    engine: RunningEngine, settings: Settings, world: World, todo: list[Step]
) -> None:
    async def check() -> None:
        async with indexed(engine, settings, world) as (graph, index):
            run = Run(graph, index, world)
            await run.compare()
            for step in todo:
                await run.step(step)

    asyncio.run(check())
