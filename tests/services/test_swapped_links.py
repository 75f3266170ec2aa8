"""Nothing of outside a root reaches a rendition, the cache, a model or the graph, while files and folders are swapped
for links to outside."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import PhotosGraphError
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.settings import LibrarySettings, Settings
from tests.kit.library import photos, scanned
from tests.kit.originals import key_of
from tests.kit.pictures import OLD, jpeg, opened, put

pytestmark = pytest.mark.anyio

ROUNDS = 40
MOMENT = 0.001  # seconds
INSIDE, OUTSIDE = 0x2020C0, 0xC02020  # a blue picture, and a red one


@contextmanager
def repeated(act: Callable[[], None]) -> Iterator[None]:
    """Does something again and again in a thread."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            act()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def swapped(path: Path, outside: Path) -> None:
    """Replaces a file or folder by a link to another place, and takes it back."""
    kept = path.with_name(f".{path.name} kept")
    path.rename(kept)
    path.symlink_to(outside)
    time.sleep(MOMENT)
    path.unlink()
    kept.rename(path)
    time.sleep(2 * MOMENT)  # so that some of what is asked for is given


def is_outside(picture: bytes) -> bool:
    red, _, blue = np.asarray(opened(picture).convert("RGB"), np.int32).reshape(-1, 3).mean(axis=0)
    return bool(red > blue)


def both(root: Path, outside: Path) -> tuple[Path, Path, bytes]:
    """Puts a picture into the root, and another one of the same size and time outside."""
    good, bad = (jpeg(colour, 640, 400) for colour in (INSIDE, OUTSIDE))
    length = max(len(good), len(bad))
    good, bad = (each + bytes(length - len(each)) for each in (good, bad))
    return put(root / "folder" / "1.jpg", good), put(outside / "1.jpg", bad), bad


async def picture(services: Services, photo_id: str) -> bytes:
    """Has a rendition made of the original."""
    shutil.rmtree(services.settings.data_dir / "renditions", ignore_errors=True)
    key = await key_of(services.media, photo_id)
    rendition = await services.media.thumbnail(key, ThumbnailSize.SMALL, ThumbnailFormat.JPEG)
    if rendition.path is not None:
        return rendition.path.read_bytes()
    assert rendition.chunks is not None
    return b"".join([chunk async for chunk in rendition.chunks])


async def bytes_for_a_model(services: Services, photo_id: str) -> bytes:
    original = await services.media.original_file(await key_of(services.media, photo_id))
    async with services.media.opened(original) as (file,):
        return os.pread(file, 10**6, 0)


async def download(services: Services, photo_id: str) -> bytes:
    original = await services.media.original(photo_id)
    with os.fdopen(original.descriptor, "rb") as file:
        return file.read()


@pytest.mark.parametrize(("swaps", "follow_symlinks"), [("the file", False), ("its folder", True)])
async def test_nothing_of_outside_is_seen_while_links_are_swapped(
    settings: Settings, tmp_path: Path, swaps: str, follow_symlinks: bool
) -> None:
    good, bad, content = both(tmp_path / "Pictures", tmp_path / "outside")
    library = LibrarySettings(follow_symlinks=follow_symlinks)
    async with build(settings.model_copy(update={"library": library})) as services:
        await services.roots.add(str(tmp_path / "Pictures"))
        await scanned(services)
        [photo] = (await photos(services)).values()
        swapping = (good, bad) if swaps == "the file" else (good.parent, bad.parent)
        seen = 0
        with repeated(lambda: swapped(*swapping)):
            for _ in range(ROUNDS):
                for look in (picture, bytes_for_a_model, download):
                    try:
                        found = await look(services, photo.id)
                    except PhotosGraphError as error:
                        assert str(tmp_path / "outside") not in error.public_message
                        continue
                    seen += 1
                    assert not is_outside(found), f"{look.__name__} gave out a picture from outside"
            for _ in range(2):
                await scanned(services, reread=True)
        assert seen, "the swap never let anything through"
        assert not any(is_outside(path.read_bytes()) for path in _cached(services))
        hashes = await services.graph.read("MATCH (f:File) RETURN f.contentHash AS hash")
        assert hashlib.sha256(content).hexdigest() not in {row["hash"] for row in hashes}
        # The last of these scans may have found it swapped, and a usual scan does not read a file again that failed.
        while not (shown := await photos(services)):
            await scanned(services, reread=True)
        assert not is_outside(await picture(services, next(iter(shown.values())).id))


def _cached(services: Services) -> list[Path]:
    return list((services.settings.data_dir / "renditions").rglob("*.jpg"))


async def test_a_link_in_place_of_a_file_is_an_error_that_says_so(services: Services, tmp_path: Path) -> None:
    good, bad, _ = both(tmp_path / "Pictures", tmp_path / "outside")
    await services.roots.add(str(tmp_path / "Pictures"))
    await scanned(services)
    [photo] = (await photos(services)).values()
    good.unlink()
    good.symlink_to(bad)
    os.utime(good, (OLD, OLD), follow_symlinks=False)
    for look in (picture, bytes_for_a_model, download):
        with pytest.raises(PhotosGraphError, match="changed or been removed"):
            await look(services, photo.id)
    assert _cached(services) == []
