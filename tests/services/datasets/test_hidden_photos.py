"""What was said of photos that are not shown leaves the library with the others, or is counted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.faces import Box
from photos_graph.model.labels import Certainty
from photos_graph.model.search import Ref
from photos_graph.search.filters import IntRange, PhotoFilter, TermFilter
from photos_graph.services.labels.album_editing import AlbumPhotos
from photos_graph.settings import Settings
from tests.kit.engines import RunningEngine
from tests.kit.labelled_library import everything, scan
from tests.kit.library import asked_for, ended, exported, failures, imported, photos, scanned
from tests.kit.pictures import jpeg, put

pytestmark = pytest.mark.anyio

RATED = PhotoFilter(rating=IntRange(min=1))


async def told(services: Services, format: DatasetFormat, **more: object) -> tuple[str, str, dict[str, int]]:
    """Exports, and returns the closing message, the datasheet, and what the manifest counts."""
    job = await ended(services, await services.exports.ask(format, **more))  # type: ignore[arg-type]
    target = asked_for(job).target
    counted = json.loads((target / "manifest.json").read_text())["hidden_photos"]
    return job.message or "", (target / "datasheet.md").read_text(), counted


async def test_labels_of_photos_that_are_not_shown_are_exported_or_counted(
    settings: Settings, engine: RunningEngine, tmp_path: Path
) -> None:
    root, aside = tmp_path / "Pictures", tmp_path / "aside"
    for number in range(4):
        put(root / f"{number}.jpg", jpeg(number))
    async with build(settings) as services:
        await scan(services, root)
        gone, there = [(await photos(services))[name].id for name in ("0.jpg", "1.jpg")]
        me = await services.drawn_faces.add(gone, Box(0.1, 0.1, 0.3, 0.3), Ref(name="Ann"), by="ann")
        assert me.person_id is not None
        await services.person_editing.update(me.person_id, is_me=True, cover_id=me.id)
        await services.ratings.rate([gone, there], 5, by="ann")
        await services.tagging.tag_photos([gone], [Ref(name="Sea")], by="ann")
        album = await services.album_editing.create("Trip", AlbumPhotos([there, gone]), by="ann")
        await services.album_editing.set_cover(album.album_id, gone, by="ann")
        sure = PhotoFilter(tags=TermFilter(any=(Ref(name="Sea"),)), certainty=Certainty.CONFIRMED)
        await services.album_editing.create("Sure", filter=PhotoFilter(not_=sure), by="ann")
        before = await everything(services)

        aside.mkdir()
        shutil.move(root / "0.jpg", aside)
        await scanned(services, accept_missing=True)
        away = await exported(services, DatasetFormat.JSON, folder=tmp_path / "away")
        message, sheet, counted = await told(services, DatasetFormat.JSON)
        assert "(1 more are not shown now, because no file holds them; they are in it)" in message
        assert "Export of 4 photos" in sheet and "1 of the photos are not shown in the library" in sheet
        assert counted == {"exported": 1, "left_out": 0}
        for format, selection in ((DatasetFormat.XMP, None), (DatasetFormat.JSON, RATED)):
            message, sheet, counted = await told(services, format, selection=selection)
            assert "(1 are left out, because no file holds them now)" in message
            assert "- Photos that are not shown, because no file holds them now: 1." in sheet
            assert counted == {"exported": 0, "left_out": 1}
        assert "0 of them changed" in ((await imported(services, away)).message or "")

    engine.clean()
    shutil.rmtree(settings.data_dir)
    shutil.move(aside / "0.jpg", root)
    async with build(settings) as services:
        await scan(services, root)
        await imported(services, away)
        assert await everything(services) == before
        assert not await failures(services)
