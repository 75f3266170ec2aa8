"""Any edits of tags and albums over random libraries, undone in reverse: the graph is as it was before each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from photos_graph.errors import PhotosGraphError
from photos_graph.events import Events
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.jobs.background import BackgroundWrites
from photos_graph.library.places import Gazetteer
from photos_graph.model.search import Ref
from photos_graph.services.browse.looking import Looking, looking_pool
from photos_graph.services.browse.questions import Questions
from photos_graph.services.labels.album_editing import AlbumChange, AlbumEditing, AlbumPhotos
from photos_graph.services.labels.tag_editing import TagEditing
from photos_graph.services.labels.tagging import Tagging
from photos_graph.services.undo import Changes
from photos_graph.settings import Settings
from tests.kit.engines import RunningEngine
from tests.kit.oracles.worlds import FOLDERS, PHOTOS, TAGS, World, indexed, worlds
from tests.kit.planted import photo_id
from tests.kit.waiting import PATIENCE

TAG: LiteralString = "MATCH (t:Tag) OPTIONAL MATCH (t)-[:CHILD_OF]->(up:Tag) RETURN t {.*} AS tag, up.id AS up"
EDGE: LiteralString = """
MATCH (n)-[r:TAGGED|EXCLUDES|PREDICTED]->(t:Tag)
RETURN coalesce(n.number, n.id) AS of, t.id AS tag, type(r) AS kind, r {.*} AS edge
"""
ALBUM: LiteralString = "MATCH (a:Album) RETURN a {.*} AS album"
ENTRY: LiteralString = "MATCH (p:Photo)-[r:IN_ALBUM]->(a:Album) RETURN p.number AS of, a.name AS album, r {.*} AS edge"


@dataclass(frozen=True)
class Edit:
    kind: str
    photos: Sequence[int]
    folder: str
    tags: Sequence[str]
    name: str
    top: bool


edits = st.builds(
    Edit,
    st.sampled_from(["tag photos", "untag photos", "tag folder", "untag folder", "create", "rename"])
    | st.sampled_from(["move", "merge", "delete"])
    | st.sampled_from(["create album", "add", "take out", "move photos", "cover", "rename album", "delete album"]),
    st.lists(st.sampled_from(PHOTOS), min_size=1, unique=True),
    st.sampled_from(FOLDERS),
    st.lists(st.sampled_from(TAGS), min_size=2, max_size=3, unique=True),
    st.sampled_from(["n0", "n1", "t0"]),
    st.booleans(),
)


async def everything(graph: Graph) -> list[list[tuple[Any, ...]]]:
    """All tags and albums with their properties, and all that is said or predicted of them. Keys follow from the names,
    what was merged into a tag may be remembered longer, and an undo is a change of an album too."""
    tags = [(_sorted(row["tag"]), row["up"]) for row in await graph.read(TAG)]
    said = [(row["of"], row["tag"], row["kind"], _sorted(row["edge"])) for row in await graph.read(EDGE)]
    albums = [_sorted(row["album"]) for row in await graph.read(ALBUM)]
    entries = [(row["of"], row["album"], _sorted(row["edge"])) for row in await graph.read(ENTRY)]
    return [sorted(each, key=repr) for each in (tags, said, albums, entries)]


def _sorted(properties: dict[str, Any]) -> list[tuple[str, Any]]:
    left = {name: value for name, value in properties.items() if name not in ("key", "merged", "changedAt")}
    return sorted((name, value) for name, value in left.items() if value is not None)


class Run:
    def __init__(self, graph: Graph, index: Index, settings: Settings) -> None:
        self.graph, self.albums = graph, index.search.albums
        writer = LabelWriter(graph, index, Events())
        self.tagging, self.tag_editing = Tagging(graph, index, writer), TagEditing(writer)
        writes = BackgroundWrites(PATIENCE)
        self.changes = Changes(index, writer, writes, Gazetteer())
        questions = Questions(index, Looking(index, looking_pool(settings), settings))
        self.album_editing = AlbumEditing(graph, index, writer, questions)

    async def act(self, edit: Edit) -> str | None:
        """Returns the id of the change, if there is one. Edits that are not possible change nothing."""
        ids, refs = [photo_id(number) for number in edit.photos], [Ref(id=tag_id) for tag_id in edit.tags]
        first, other, *_ = edit.tags
        try:
            match edit.kind:
                case "tag photos":
                    return (await self.tagging.tag_photos(ids, [*refs, Ref(name=edit.name)], by="ann")).change_id
                case "untag photos":
                    return (await self.tagging.untag_photos(ids, refs)).change_id
                case "tag folder":
                    return (await self.tagging.tag_folder(edit.folder, [Ref(name=f"{edit.name}/x")])).change_id
                case "untag folder":
                    return (await self.tagging.untag_folder(edit.folder, refs)).change_id
                case "create":
                    return (await self.tag_editing.create(edit.name, None if edit.top else first)).change_id
                case "rename":
                    return (await self.tag_editing.rename(first, edit.name)).change_id
                case "move":
                    return (await self.tag_editing.move(first, None if edit.top else other)).change_id
                case "merge":
                    return (await self.tag_editing.merge(edit.tags[1:], first)).change_id
                case "create album" | "add" | "take out" | "move photos" | "cover" | "rename album" | "delete album":
                    return (await self._edit_album(edit, ids)).result.change_id
                case _:
                    return (await self.tag_editing.delete(first)).change_id
        except PhotosGraphError:
            return None

    async def _edit_album(self, edit: Edit, ids: list[str]) -> AlbumChange:
        """Edits the first of the albums by name, or creates one if there is none."""
        editing, album = self.album_editing, next(iter(sorted(self.albums, key=lambda row: row.name)), None)
        if album is None or edit.kind == "create album":
            return await editing.create(edit.name, AlbumPhotos(ids), by="ann")
        match edit.kind:
            case "add":
                return await editing.add(album.id, AlbumPhotos(ids), by="ben")
            case "take out":
                return await editing.remove(album.id, AlbumPhotos(ids[:1]))
            case "move photos":
                return await editing.move(album.id, ids[1:], before=ids[0] if edit.top else None)
            case "cover":
                return await editing.set_cover(album.id, ids[0])
            case "rename album":
                return await editing.edit(album.id, edit.name)
            case _:
                return await editing.delete(album.id)


def is_plain(world: World) -> bool:
    """Whether no photo has a tag below one that it excludes, which only imports bring about. No undo restores that."""
    excluded = {key for key, how in world.own.items() if how is None}
    tagged = (key for key, how in world.own.items() if how is not None)
    return not any((photo, up) in excluded for photo, tag in tagged for up in world.up(tag))


@pytest.mark.both_engines
@given(world=worlds().filter(is_plain), todo=st.lists(edits, min_size=2, max_size=6))
@rules(max_examples=7, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_undone_in_reverse_the_graph_is_as_before_each_edit(
    engine: RunningEngine, settings: Settings, world: World, todo: list[Edit]
) -> None:
    async def check() -> None:
        async with indexed(engine, settings, world) as (graph, index):
            run = Run(graph, index, settings)
            states, done = [await everything(graph)], []
            for edit in todo:
                if (change_id := await run.act(edit)) is not None:
                    done.append(change_id)
                    states.append(await everything(graph))
            last = states.pop()
            for change_id in reversed(done):
                undo = await run.changes.undo(change_id)
                assert await everything(graph) == states[-1]
                if undo.change_id is not None and change_id == done[-1]:
                    again = await run.changes.undo(undo.change_id)
                    assert await everything(graph) == last
                    await run.changes.undo(again.change_id or "")
                    assert await everything(graph) == states[-1]
                states.pop()

    asyncio.run(check())
