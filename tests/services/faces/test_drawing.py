"""Faces that somebody drew, looked at by the models; and how they are shown. Real weights, real faces."""

from __future__ import annotations

import asyncio
import base64
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import NotFound, RootOffline
from photos_graph.faces.analysis import Found
from photos_graph.images.renditions import Rendition
from photos_graph.images.sizes import FaceCut
from photos_graph.model.faces import Box
from photos_graph.model.images import ThumbnailFormat
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.services.faces import detection
from photos_graph.services.faces.detection_call import find_faces
from photos_graph.settings import Settings
from tests.kit.corpora import PORTRAITS
from tests.kit.library import scanned
from tests.kit.model_workers import Models
from tests.kit.originals import key_of
from tests.kit.pictures import distance, opened, put
from tests.kit.portraits import settled, with_models
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.anyio

WHO = PORTRAITS / "Aaron_Peirsol"
FACE = Box(0.3, 0.25, 0.4, 0.5)  # pictures of LFW have the face in the middle


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "Pictures"
    for picture in sorted(WHO.iterdir())[:2]:
        put(root / picture.name, picture.read_bytes())
    return root


@pytest.fixture
async def services(settings: Settings, folder: Path, weights_home: Path) -> AsyncIterator[Services]:
    """Two pictures of one person, scanned; the weights are here, but nobody looks for faces."""
    async with build(with_models(settings, weights_home, enabled="off")) as services:
        await services.roots.add(str(folder))
        await scanned(services)
        yield services


def photo_ids(services: Services) -> list[str]:
    return list(services.browse.photos(None, PhotoOrder.NAME_ASC).ids)


async def vector(services: Services, face_id: str) -> np.ndarray:
    [row] = await services.graph.read(
        "MATCH (f:Face {id: $id}) RETURN f.model AS model, f.vector AS vector", id=face_id
    )
    assert row["model"] == "SFace"
    return np.frombuffer(base64.b64decode(row["vector"]), "<f4")


@pytest.mark.both_engines
async def test_a_face_is_drawn_while_a_job_looks_for_faces_and_looked_at_after(
    settings: Settings, folder: Path, weights_home: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, looking = asyncio.Event(), asyncio.Event()

    async def slowly(*given: Any) -> Found:
        looking.set()
        await drawn.wait()
        return await find_faces(*given)

    monkeypatch.setattr(detection, "find_faces", slowly)
    async with build(with_models(settings, weights_home, enabled="on")) as services:
        await services.roots.add(str(folder))
        await scanned(services)
        one, other = photo_ids(services)
        await looking.wait()
        first = await services.drawn_faces.add(one, FACE, Ref(name="Aaron"))
        second = await services.drawn_faces.add(other, FACE)
        assert first.quality == second.quality == 0
        drawn.set()
        async with asyncio.timeout(PATIENCE):
            while not all(face and face.quality > 0.1 for face in await services.faces.by_id([first.id, second.id])):
                await asyncio.sleep(0.2)
        await settled(services)
        vectors = [await vector(services, face.id) for face in (first, second)]
        assert [round(float(np.linalg.norm(each)), 3) for each in vectors] == [1.0, 1.0]
        assert float(vectors[0] @ vectors[1]) > 0.4, "one person"
        same = models.describe(sorted(folder.iterdir())[0], [[FACE.x, FACE.y, FACE.width, FACE.height]])
        assert float(same.vectors[0] @ vectors[0]) > 0.9, "as of the original, but for what the rendition lost"


async def read(rendition: Rendition) -> bytes:
    if rendition.path is not None:
        return rendition.path.read_bytes()
    assert rendition.chunks is not None
    return b"".join([chunk async for chunk in rendition.chunks])


async def test_a_face_is_shown_while_the_original_is_away(services: Services, folder: Path) -> None:
    photo, other = [await key_of(services.media, id_) for id_ in photo_ids(services)]
    cut, jpeg = FaceCut.of(FACE), ThumbnailFormat.JPEG
    face = opened(await read(await services.media.thumbnail(photo, cut, jpeg)))
    whole = opened((sorted(folder.iterdir())[0]).read_bytes())
    side = FACE.height * whole.height * 1.6
    around = tuple(
        round(middle + half) for half in (-side / 2, side / 2) for middle in (0.5 * whole.width, 0.5 * whole.height)
    )
    assert face.size == (200, 200)
    assert distance(face, whole.crop(around)) < 3
    shutil.move(folder, folder.with_name("away"))
    assert opened(await read(await services.media.thumbnail(photo, cut, jpeg))).size == face.size
    shutil.rmtree(services.settings.data_dir / "renditions")
    with pytest.raises(RootOffline):
        await services.media.thumbnail(other, cut, jpeg)
    with pytest.raises(NotFound):
        await services.media.thumbnail("f" * 32, cut, jpeg)


async def test_what_a_face_is_looked_at_in(services: Services, folder: Path) -> None:
    photo = await key_of(services.media, photo_ids(services)[0])
    assert (await services.media.picture(photo, 0.5)).path.endswith(b"LARGE.jpg")
    assert (await services.media.picture(photo, 0.01)).root == bytes(folder)
    shutil.move(folder, folder.with_name("away"))
    assert (await services.media.picture(photo, 0.01)).path.endswith(b"LARGE.jpg")
    shutil.rmtree(services.settings.data_dir / "renditions")
    with pytest.raises(RootOffline):
        await services.media.picture(photo, 0.5)
