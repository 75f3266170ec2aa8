"""Faces cut out of pictures: where, how large, and from which picture. Real children, real pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import PIL.Image
import PIL.ImageDraw
import pytest

from photos_graph.errors import NotFound, RootOffline
from photos_graph.images.renditions import ReadOriginal
from photos_graph.images.sizes import FaceCut
from photos_graph.images.tasks import IMAGE_TASKS
from photos_graph.model.faces import Box
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.settings import ImageSettings
from photos_graph.workers.pool import WorkerPool
from tests.kit.pictures import distance, encoded, opened, scene
from tests.kit.renditions import MIB, PHOTO, Rig

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm_workers")]

JPEG = ThumbnailFormat.JPEG
BOX = Box(0.5, 0.25, 0.1, 0.2)
CUT = FaceCut.of(BOX)


def portrait(width: int = 3000, height: int = 2000) -> PIL.Image.Image:
    """A scene with a red face in BOX, blue below its middle."""
    picture = scene(width, height)
    left, top = BOX.x * width, BOX.y * height
    right, bottom = left + BOX.width * width, top + BOX.height * height
    draw = PIL.ImageDraw.Draw(picture)
    draw.rectangle((left, top, right, bottom), fill=(255, 0, 0))
    draw.rectangle((left, (top + bottom) / 2, right, bottom), fill=(0, 0, 255))
    return picture


def expected(picture: PIL.Image.Image) -> PIL.Image.Image:
    """The face with 0.3 of its longer side around it."""
    side = max(BOX.width * picture.width, BOX.height * picture.height)
    x, y = (BOX.x + BOX.width / 2) * picture.width, (BOX.y + BOX.height / 2) * picture.height
    half = side * 1.6 / 2
    return picture.crop((round(x - half), round(y - half), round(x + half), round(y + half)))


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(IMAGE_TASKS, 1, 512 * MIB, 30, 10)
    yield pool
    await pool.close()


@pytest.fixture
def rig(tmp_path: Path, pool: WorkerPool) -> Rig:
    return Rig(tmp_path, pool, ImageSettings())


def keep_large(rig: Rig, picture: PIL.Image.Image) -> None:
    small = picture.copy()
    small.thumbnail((ThumbnailSize.LARGE.edge,) * 2)
    rig.cache.put(PHOTO, ThumbnailSize.LARGE, JPEG, encoded(small, "JPEG", quality=90))


def test_a_cut_is_written_and_read_back() -> None:
    assert str(FaceCut.of(Box(0, 0, 1, 0.5))) == "FACE-00000000FFFF8000"
    assert FaceCut.parse(str(CUT)) == CUT and FaceCut.of(CUT.box) == CUT
    for rubbish in (
        "FACE",
        "FACE-",
        "FACE-00000000FFFF800",
        "FACE-00000000FFFF80000",
        "FACE-00000000ffff8000",
        "LARGE",
    ):
        with pytest.raises(ValueError, match=rubbish):
            FaceCut.parse(rubbish)


@pytest.mark.parametrize("format", [ThumbnailFormat.JPEG, ThumbnailFormat.WEBP, ThumbnailFormat.AVIF])
async def test_a_face_is_cut_out_square_with_room_around_it(rig: Rig, format: ThumbnailFormat) -> None:
    picture = portrait()
    rig.original.write_bytes(encoded(picture, "JPEG", quality=95))
    face = opened(await rig.read(CUT, format))
    assert face.size == (256, 256)
    assert distance(face, expected(picture)) < 3


@pytest.mark.parametrize("orientation", [3, 6, 8])
async def test_it_is_upright(rig: Rig, orientation: int) -> None:
    turned = {3: PIL.Image.Transpose.ROTATE_180, 6: PIL.Image.Transpose.ROTATE_90, 8: PIL.Image.Transpose.ROTATE_270}
    picture = portrait(1800, 1200)
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    stored = picture.transpose(turned[orientation])
    rig.original.write_bytes(encoded(stored, "JPEG", quality=95, exif=exif))
    face = opened(await rig.read(CUT))
    assert face.size == (256, 256)
    assert distance(face, expected(picture)) < 3


@pytest.mark.parametrize("box", [Box(0, 0, 0.1, 0.1), Box(0.9, 0.9, 0.1, 0.1), Box(0, 0, 1, 1), Box(0.5, 0.5, 0, 0)])
async def test_it_never_leaves_the_picture(rig: Rig, box: Box) -> None:
    rig.original.write_bytes(encoded(scene(300, 200), "PNG"))
    face = opened(await rig.read(FaceCut.of(box)))
    assert face.width == face.height <= 200


async def test_one_pixel_is_a_picture_too(rig: Rig) -> None:
    rig.original.write_bytes(encoded(PIL.Image.new("RGB", (1, 1)), "PNG"))
    assert opened(await rig.read(CUT)).size == (1, 1)


async def test_a_large_face_comes_from_the_cached_rendition(rig: Rig) -> None:
    picture = portrait()
    keep_large(rig, picture)
    face = opened(await rig.read(CUT))
    assert (face.size, rig.asked) == ((256, 256), 0)
    assert distance(face, expected(picture)) < 3
    await rig.kept(CUT)


async def test_a_small_face_comes_from_the_original(rig: Rig) -> None:
    picture = scene(6000, 4000)
    rig.original.write_bytes(encoded(picture, "JPEG"))
    keep_large(rig, picture)
    assert opened(await rig.read(FaceCut.of(Box(0.5, 0.5, 0.02, 0.02)))).size == (192, 192)
    assert rig.asked == 1


async def test_a_small_face_in_a_small_picture_needs_no_original(rig: Rig) -> None:
    keep_large(rig, scene(600, 400))
    assert opened(await rig.read(FaceCut.of(Box(0.5, 0.5, 0.1, 0.1)))).size == (96, 96)
    assert rig.asked == 0


@pytest.mark.parametrize("error", [RootOffline("away"), NotFound("gone")])
async def test_a_small_face_is_shown_coarse_and_not_kept_while_the_original_is_away(rig: Rig, error: Exception) -> None:
    keep_large(rig, scene(6000, 4000))
    small = FaceCut.of(Box(0.5, 0.5, 0.02, 0.02))

    async def away() -> ReadOriginal:
        raise error

    rendition = await rig.renditions.open(PHOTO, small, JPEG, away)
    assert rendition.chunks is not None
    face = opened(b"".join([chunk async for chunk in rendition.chunks]))
    assert face.size == (61, 61)
    assert rig.cache.get(PHOTO, small, JPEG) is None
    with pytest.raises(type(error)):
        await rig.renditions.open("f" * 32, small, JPEG, away)
