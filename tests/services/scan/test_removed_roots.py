"""What comes back when a root that was removed is added again."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import LiteralString

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import Conflict
from photos_graph.graph import trips
from photos_graph.graph.labels.tag_edges import Assertions, of_folders
from photos_graph.graph.library import forgetting
from photos_graph.jobs.progress import Cancelled
from photos_graph.model.job_arguments import RemovalArguments
from photos_graph.model.jobs import Job, JobKind, JobState
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.model.trips import Trip, TripKind
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.services.labels.album_editing import AlbumPhotos
from photos_graph.services.scan.root_removal import RootRemoval
from tests.kit.labelled_library import effective, everything, label_all, lay_out
from tests.kit.library import ended, in_step, scanned

pytestmark = pytest.mark.anyio

PATHS = ("Pictures", "Pictures/a", "Pictures/a/deep", "Pictures/b")


IN_TRIP = PhotoFilter(albums=TermFilter(any=(Ref(name="Trip"),)))


async def on_folders(services: Services) -> dict[str, Assertions]:
    """Returns the assertions on each folder that has some, by its path."""
    found = {path: services.folders.at(path) for path in PATHS}
    paths = {folder.id: path for path, folder in found.items() if folder is not None}
    edges = await services.graph.transaction(lambda tx: of_folders(tx, list(paths)))
    return {paths[id_]: each for id_, each in edges.items()}


def tagged(services: Services, name: str) -> int:
    return len(services.index.search.sets.tags.having(services.index.search.tags.named(name)[0].id))


async def test_the_tags_of_folders_come_back_with_their_root(services: Services, folder: Path) -> None:
    root = await services.roots.add(str(folder))
    await scanned(services)
    ids = {path: found.id for path in PATHS if (found := services.folders.at(path)) is not None}
    await services.tagging.tag_folder(ids["Pictures"], [Ref(name="All")], by="anna")
    await services.tagging.tag_folder(ids["Pictures/a"], [Ref(name="Sea"), Ref(name="Gone")], recursive=False)
    await services.tagging.untag_folder(ids["Pictures/a/deep"], [Ref(name="All")])
    await services.tagging.tag_folder(ids["Pictures/b"], [Ref(name="Sea")])
    before = await on_folders(services)
    newest = services.browse.photos(None, PhotoOrder.ADDED_DESC).ids
    album = await services.album_editing.create("Trip", AlbumPhotos([newest[0], *newest[:0:-1]]))
    of_album = services.browse.photos(IN_TRIP, PhotoOrder.ALBUM).ids
    assert (tagged(services, "All"), tagged(services, "Sea")) == (9, 9)

    assert await services.roots.remove(root.id)
    assert (await on_folders(services), tagged(services, "All")) == ({}, 0)
    row = services.albums.get(album.album_id)
    assert row is not None
    assert services.albums.photo_count(row) == 0
    gone = (await ids_of_tags(services))["Gone"]
    await services.tag_editing.delete(gone)
    del before["Pictures/a"][gone]
    away = folder.parent / "b"
    shutil.move(folder / "b", away)
    await services.roots.add(str(folder))
    await scanned(services)
    assert (await on_folders(services)) == {path: edges for path, edges in before.items() if path != "Pictures/b"}
    [change] = (await services.history.page(1, None)).items
    assert change.summary == "Restored the tags of 3 folders of Pictures, which was added again."
    await services.graph.write("MATCH (r:RemovedRoot) SET r.untouched = true")
    await scanned(services)
    kept = await services.graph.read("MATCH (r:RemovedRoot) WHERE r.untouched RETURN count(r) AS n")
    assert kept == [{"n": 2}], "what is waited for costs no write"
    shutil.move(away, folder / "b")
    await scanned(services)
    assert (await on_folders(services), tagged(services, "All"), tagged(services, "Sea")) == (before, 9, 9)
    assert services.browse.photos(IN_TRIP, PhotoOrder.ALBUM).ids == of_album
    assert await in_step(services)

    await services.changes.undo(change.id)
    await scanned(services)
    assert await on_folders(services) == {"Pictures/b": before["Pictures/b"]}, (
        "an undo is not put back by the next scan"
    )


async def ids_of_tags(services: Services) -> dict[str, str]:
    return {row.name: row.id for row in services.index.search.tags}


SHOWN: LiteralString = """
MATCH (p:Photo)<-[:OF]-(:File)
RETURN p.id AS photo, p.number AS number, p.addedAt AS added, p.stack AS stack, p.stackRank AS rank, p.stackedAt AS at,
  p.stackedBy AS by ORDER BY number
"""
FOLDERS: LiteralString = "MATCH (d:Folder) RETURN d.id AS id, d.key AS key, d.name AS name ORDER BY key"
TRIPS: LiteralString = "MATCH (t:Trip) RETURN t.id AS id, t.givenName AS name, t.photos AS photos ORDER BY id"
LEFT_RUNNING: LiteralString = """
CREATE (:Job {id: 'removal', kind: 'REMOVE_ROOT', state: 'RUNNING', done: 0, createdAt: 1, heartbeatAt: 1,
  cancelRequested: false, arguments: $arguments})
"""
REPLACED: LiteralString = """
UNWIND $rows AS row MATCH (p:Photo {id: row.new}), (r:Root)
CREATE (o:Photo {id: row.old, number: 900, contentHash: row.old, addedAt: 1, width: 1, height: 1, format: 'JPEG'}),
  (:Replacement {id: o.id, new: p.id, state: 'OPEN', key: r.id + '/Words/none.jpg', at: 1})
"""


async def comparable(services: Services) -> list[object]:
    """Returns all that people said, and what is known of photos, folders and trips."""
    read, search = services.graph.read, services.index.search
    smart = [row.id for row in search.albums if row.filter is not None]
    return [
        await everything(services),
        await effective(services),
        [await read(query) for query in (SHOWN, FOLDERS, TRIPS)],
        [each.path for each in (await services.replacements.page(10, None)).items],
        {album_id: sorted(search.photo_ids(search.sets.albums.holding(album_id))) for album_id in smart},
        (await services.roots.all())[0].name,
    ]


class Interrupted:
    """The progress of a job whose process is stopped, or that is cancelled, at the second step."""

    job_id = "job"

    def __init__(self, how: type[BaseException]) -> None:
        self._how = how
        self._steps = 0

    async def step(self, done: int, total: int | None = None, message: str | None = None) -> None:
        self._steps += 1
        if self._steps == 2:
            raise self._how


async def interrupted(services: Services, root_id: str, how: type[BaseException]) -> None:
    job = Job("job", JobKind.REMOVE_ROOT, JobState.RUNNING, 0, None, None, datetime.now(UTC), RemovalArguments(root_id))
    with pytest.raises(how):
        await RootRemoval(services.graph, services.writer, services.jobs).run(job, Interrupted(how))
    await services.index.catch_up()


@pytest.mark.both_engines
async def test_everything_comes_back_with_its_root_also_if_the_removal_was_interrupted(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "PORTION", 4)
    folder = lay_out(tmp_path / "Pictures")
    ids = await label_all(services, folder)
    one, two = [ids[name] for name in sorted(ids) if name[0].isupper()][:2]
    await services.stack_editing.stack([one, two], two, by="ann")
    italy = services.index.search.folders.at("Pictures/Italy")
    assert italy is not None
    told = await services.tagging.tag_folder(italy.id, [Ref(name="Before")], by="ann")
    await services.graph.write(REPLACED, rows=[{"old": "f" * 32, "new": ids["none.jpg"]}])
    numbers = services.index.search.sets.visible.copy()
    ours = Trip("trip", TripKind.TRIP, "Rome", date(2019, 8, 1), date(2019, 8, 3), numbers, (), "Ours")
    await services.graph.transaction(lambda tx: trips.change(tx, [ours], [], "made"))
    [root] = await services.roots.all()
    contents = services.roots.contents(root.id)
    assert (contents.photos, contents.folders, contents.tagged_folders) == (9, 5, 2)
    assert (contents.rated, contents.favourites, contents.faces, contents.named) == (4, 2, 4, 3)
    before = await comparable(services)

    await interrupted(services, root.id, Cancelled)
    assert await services.roots.all() == [root], "a removal that is cancelled leaves the root"
    await scanned(services)
    assert await comparable(services) == before

    await interrupted(services, root.id, asyncio.CancelledError)
    assert await services.roots.all() == []
    with pytest.raises(Conflict, match="still being removed"):
        await services.roots.add(str(folder))
    await services.tagging.tag_folder(italy.id, [Ref(name="Meanwhile")], by="ben")
    await services.graph.write(LEFT_RUNNING, arguments=json.dumps({"root": root.id}))
    left = await services.jobs.get("removal")
    assert left is not None and (await ended(services, left)).state is JobState.SUCCEEDED, "another process goes on"
    assert await services.graph.read("MATCH (n:Folder|File) RETURN count(n) AS n") == [{"n": 0}]
    await ended(services, await services.trip_triggers.find())

    assert (await services.roots.add(str(folder))).id == root.id
    await scanned(services)
    await ended(services, await services.trip_triggers.find())
    assert await in_step(services)
    meanwhile = services.tags.named("Meanwhile")
    carried = services.index.search.inheritance.marks_of(italy.id).carried
    assert meanwhile is not None and meanwhile.id in {each.tag_id for each in carried}
    await services.tagging.untag_folder(italy.id, [Ref(name="Meanwhile")])
    await services.tag_editing.delete(meanwhile.id)
    assert await comparable(services) == before
    await services.changes.undo(told.change_id or "")
    assert services.tags.named("Before") is None, "what was said before can still be undone"
