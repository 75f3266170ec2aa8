"""Random libraries with tags of every kind, in the graph, and what ``photos_graph.tags`` says of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.opening import connect
from photos_graph.index import Index
from photos_graph.model.labels import Carried, FolderMarks, PhotoTag, TagSource
from photos_graph.settings import Settings
from photos_graph.tags import photo_tags
from tests.kit.engines import RunningEngine
from tests.kit.planted import photo_id

FOLDERS = [f"d{number}" for number in range(6)]
TAGS = [f"t{number}" for number in range(5)]
PHOTOS = range(6)
THRESHOLD = 0.5


@dataclass(frozen=True)
class World:
    """Parents have smaller numbers than what lies in them. ``files``: (photo, folder), a photo may have several."""

    parents: dict[str, str | None]  # of folders
    above: dict[str, str | None]  # of tags
    thresholds: dict[str, float | None]
    files: frozenset[tuple[int, str]]
    missing: frozenset[tuple[int, str]]  # of those files
    own: dict[tuple[int, str], TagSource | None]  # (photo, tag); None: excluded
    predicted: dict[tuple[int, str], float]
    on_folders: dict[tuple[str, str], bool | None] = field(default_factory=dict)  # recursive; None: excluded

    def up(self, tag_id: str) -> list[str]:
        return _way(tag_id, self.above)

    def marks(self, folder_id: str) -> FolderMarks:
        said = sorted((tag_id, how) for (at, tag_id), how in self.on_folders.items() if at == folder_id)
        carried = tuple(Carried(tag_id, how) for tag_id, how in said if how is not None)
        return FolderMarks(folder_id, carried, tuple(tag_id for tag_id, how in said if how is None))

    def tags_of(self, photo: int, *, confirmed: bool = False) -> set[str]:
        """With all above them; none of a photo that no file holds."""
        return {above for tag in self.put_on(photo, confirmed=confirmed) for above in self.up(tag.tag_id)}

    def put_on(self, photo: int, *, confirmed: bool = False) -> list[PhotoTag]:
        folders = sorted(folder for number, folder in self.files - self.missing if number == photo)
        if not folders:
            return []
        own = [PhotoTag(tag, how) for (at, tag), how in self.own.items() if at == photo and how is not None]
        if not confirmed:
            for (at, tag), score in self.predicted.items():
                threshold = self.thresholds[tag]
                if at == photo and threshold is not None and score >= threshold:
                    own.append(PhotoTag(tag, TagSource.PREDICTED, score=score))
        excluded = {tag for (at, tag), how in self.own.items() if at == photo and how is None}
        ways = [[self.marks(at) for at in _way(folder, self.parents)] for folder in folders]
        return photo_tags(own, excluded, ways, self.up)

    def having(self, tag_id: str, *, confirmed: bool = False) -> set[int]:
        return {photo for photo in PHOTOS if tag_id in self.tags_of(photo, confirmed=confirmed)}


def _way(start: str, parents: dict[str, str | None]) -> list[str]:
    way: list[str] = []
    at: str | None = start
    while at is not None:
        way.append(at)
        at = parents[at]
    return way


@st.composite
def hierarchies(draw: st.DrawFn, ids: list[str], *, one_root: bool) -> dict[str, str | None]:
    parents: dict[str, str | None] = {}
    for place, id_ in enumerate(ids):
        known = st.sampled_from(ids[:place]) if place else st.none()
        parents[id_] = draw(known if one_root else st.none() | known)
    return parents


photo_and_tag = st.tuples(st.sampled_from(PHOTOS), st.sampled_from(TAGS))
photo_and_folder = st.tuples(st.sampled_from(PHOTOS), st.sampled_from(FOLDERS))
folder_and_tag = st.tuples(st.sampled_from(FOLDERS), st.sampled_from(TAGS))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    files = draw(st.frozensets(photo_and_folder, min_size=3, max_size=12))
    own = st.sampled_from([TagSource.MANUAL, TagSource.IMPORTED, None])
    return World(
        parents=draw(hierarchies(FOLDERS, one_root=True)),
        above=draw(hierarchies(TAGS, one_root=False)),
        thresholds={tag_id: draw(st.sampled_from([None, THRESHOLD])) for tag_id in TAGS},
        files=files,
        missing=draw(st.frozensets(st.sampled_from(sorted(files)), max_size=2)),
        own=draw(st.dictionaries(photo_and_tag, own, max_size=8)),
        predicted=draw(st.dictionaries(photo_and_tag, st.sampled_from([0.4, THRESHOLD, 0.9]), max_size=5)),
        on_folders=draw(st.dictionaries(folder_and_tag, st.sampled_from([True, True, False, None]), max_size=8)),
    )


@st.composite
def moves(draw: st.DrawFn, world: World) -> World:
    """The same with folders, tags and files elsewhere: all that is said stays as it is."""
    files = frozenset((photo, draw(st.sampled_from(FOLDERS))) for photo, _ in world.files)
    return replace(
        world,
        parents=draw(hierarchies(FOLDERS, one_root=True)),
        above=draw(hierarchies(TAGS, one_root=False)),
        files=files,
        missing=frozenset(),
    )


@asynccontextmanager
async def opened(engine: RunningEngine, settings: Settings, world: World) -> AsyncIterator[Graph]:
    """The engine with nothing but the world in it."""
    engine.clean()
    graph = await connect(settings)
    try:
        await build(graph, world)
        yield graph
    finally:
        await graph.close()


@asynccontextmanager
async def indexed(engine: RunningEngine, settings: Settings, world: World) -> AsyncIterator[tuple[Graph, Index]]:
    """The same with an index, which must hold at the end what the graph does."""
    async with opened(engine, settings, world) as graph:
        index = Index(graph, settings)
        await index.load()
        yield graph, index
        assert not await index.differing()


async def build(graph: Graph, world: World) -> None:
    """The whole world in an empty graph; photos have the numbers that they have there."""
    await graph.write(
        "UNWIND $rows AS row CREATE (:Folder {id: row, key: row, name: row, rootId: 'd0', missing: false})",
        rows=FOLDERS,
    )
    await graph.write("MATCH (d:Folder {id: 'd0'}) SET d:Root, d.state = 'ONLINE'")
    await graph.write(
        "UNWIND $rows AS row CREATE (:Tag {id: row.id, name: row.id, key: '/' + row.id, threshold: row.threshold})",
        rows=[{"id": tag_id, "threshold": threshold} for tag_id, threshold in world.thresholds.items()],
    )
    await graph.write("MERGE (m:Meta {name: 'photoNumber'}) SET m.value = $last", last=len(PHOTOS))
    await graph.write(
        "UNWIND $rows AS row CREATE (:Photo {number: row.n, id: row.id, addedAt: row.n, favourite: false})",
        rows=[{"n": number, "id": photo_id(number)} for number in PHOTOS],
    )
    await graph.write(
        """
        UNWIND $rows AS row MATCH (p:Photo {number: row.photo}), (t:Tag {id: row.tag})
        CREATE (p)-[:TAGGED {at: 1, by: '', via: row.via}]->(t)
        """,
        rows=[{"photo": p, "tag": t, "via": how.value} for (p, t), how in world.own.items() if how is not None],
    )
    await graph.write(
        """
        UNWIND $rows AS row MATCH (p:Photo {number: row.photo}), (t:Tag {id: row.tag})
        CREATE (p)-[:EXCLUDES {at: 1, by: ''}]->(t)
        """,
        rows=[{"photo": p, "tag": t} for (p, t), how in world.own.items() if how is None],
    )
    await graph.write(
        """
        UNWIND $rows AS row MATCH (p:Photo {number: row.photo}), (t:Tag {id: row.tag})
        CREATE (p)-[:PREDICTED {score: row.score, model: 'm'}]->(t)
        """,
        rows=[{"photo": p, "tag": t, "score": score} for (p, t), score in world.predicted.items()],
    )
    await graph.write(
        """
        UNWIND $rows AS row MATCH (d:Folder {id: row.folder}), (t:Tag {id: row.tag})
        CREATE (d)-[:TAGGED {recursive: row.recursive, at: 1, by: '', via: 'MANUAL'}]->(t)
        """,
        rows=[{"folder": d, "tag": t, "recursive": how} for (d, t), how in world.on_folders.items() if how is not None],
    )
    await graph.write(
        """
        UNWIND $rows AS row MATCH (d:Folder {id: row.folder}), (t:Tag {id: row.tag})
        CREATE (d)-[:EXCLUDES {at: 1, by: ''}]->(t)
        """,
        rows=[{"folder": d, "tag": t} for (d, t), how in world.on_folders.items() if how is None],
    )
    await arrange(graph, world)


async def arrange(graph: Graph, world: World) -> None:
    """Where folders, tags and files lie, instead of where they lay."""
    await graph.write("MATCH (f:File) DETACH DELETE f")
    await graph.write("MATCH (:Folder)-[r:IN]->(:Folder) DELETE r")
    await graph.write("MATCH (:Tag)-[r:CHILD_OF]->(:Tag) DELETE r")
    await graph.write(
        "UNWIND $rows AS row MATCH (d:Folder {id: row.id}), (up:Folder {id: row.up}) CREATE (d)-[:IN]->(up)",
        rows=[{"id": id_, "up": up} for id_, up in world.parents.items() if up],
    )
    await graph.write(
        "UNWIND $rows AS row MATCH (t:Tag {id: row.id}), (up:Tag {id: row.up}) CREATE (t)-[:CHILD_OF]->(up)",
        rows=[{"id": id_, "up": up} for id_, up in world.above.items() if up],
    )
    await graph.write(
        """
        UNWIND $rows AS row MATCH (p:Photo {number: row.photo}), (d:Folder {id: row.folder})
        CREATE (f:File {id: row.id, key: row.id, name: row.id, state: row.state, mtimeNs: 0})-[:IN]->(d)
        CREATE (f)-[:OF]->(p)
        """,
        rows=[
            {
                "id": f"{folder}/{photo}",
                "photo": photo,
                "folder": folder,
                "state": "MISSING" if (photo, folder) in world.missing else "PRESENT",
            }
            for photo, folder in sorted(world.files)
        ],
    )
