"""What comes back when a root that was removed is added again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.graph.labels.tag_edges import Assertions, of_folders
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.services.labels.album_editing import AlbumPhotos
from tests.kit.library import in_step, scanned

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


@pytest.mark.both_engines
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
    assert services.albums.photo_count(album.album_id) == 0
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
    assert kept == [{"n": 1}], "what is waited for costs no write"
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
