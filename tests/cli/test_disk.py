"""What clients of a real service are told when the disk of its data directory is nearly full, full or read-only, and
what is true afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.commands import end_all, engine_pid, kill, run, until
from tests.kit.pictures import jpeg, put
from tests.kit.served import TAG, Served, check, told
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SIZE = "600m"


def mount(*arguments: str | Path) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


def unmount(*arguments: str | Path) -> None:
    subprocess.run(["umount", *arguments], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own for the data directory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder):
        pytest.skip("only root may mount a disk")
    yield folder
    end_all()
    unmount("--lazy", folder)


def fill(file: Path) -> None:
    """Writes until nothing more fits."""
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    filler.write(bytes(size))


async def test_a_full_and_a_read_only_disk_are_told_and_lose_nothing(disk: Path, tmp_path: Path) -> None:
    for number in range(20):
        put(tmp_path / f"Pictures/{number}.jpg", jpeg(number))
    data, filler = disk / "data", disk / "filler"
    service = Served(data, tmp_path / "log", tmp_path / "Pictures")
    await service.ready(200)
    photos = await service.photos(20)

    # The disk becomes full under twenty writers.
    writing = asyncio.create_task(told(service, "f", photos, 6))
    await asyncio.sleep(0.5)
    await asyncio.to_thread(fill, filler)
    answers = await writing
    assert "is full" in (await service.ready(503))["message"]
    assert await service.is_refused("full", photos[0], "Free some space")
    assert len(await service.photos(20)) == 20, "it still answers"
    filler.unlink()
    await service.ready(200)
    await check(service, answers, photos[0])

    # It is full while the service is killed, and when it is started again.
    await asyncio.to_thread(fill, filler)
    before = await service.names()
    kill(service.program.pid)
    kill(engine_pid(data))
    service.program.wait(PATIENCE)
    await service.client.aclose()
    again = Served(data, tmp_path / "again", tmp_path / "Pictures")
    assert await asyncio.to_thread(again.program.wait, PATIENCE) == 1
    said = (tmp_path / "again").read_text()
    assert "is full. Free some space" in said
    assert "damaged" not in said
    await again.client.aclose()
    filler.unlink()
    service = Served(data, tmp_path / "log", tmp_path / "Pictures")
    await service.ready(200)
    assert await service.names() == before

    # It becomes read-only, as the kernel makes one that has errors.
    assert mount("--bind", data, data)
    until(lambda: mount("-o", "remount,bind,ro", data))  # not at a moment at which something is written by this path
    assert "read-only" in (await service.ready(503))["message"]
    assert await service.is_refused("read-only", photos[0], "writable")
    assert len(await service.photos(20)) == 20
    unmount(data)
    await service.ready(200)
    assert (await service.data(TAG, p=[photos[0]], t="back"))["tagPhotos"]["changed"] == 1
    assert await service.names() - before == {"back"}
    await service.end()


LITTLE = 24 * 1024**2  # less than the 5 % that are kept free, and more than the graph needs
EXPORT = "mutation { exportDataset(format: JSON, stacks: EXPANDED) { id } }"
THUMBNAIL = "query ($p: ID!) { photo(id: $p) { thumbnail(size: SMALL, format: JPEG) } }"


async def test_with_little_room_what_can_wait_gives_way_to_what_people_say(disk: Path, tmp_path: Path) -> None:
    for number in range(2):
        put(tmp_path / f"Pictures/{number}.jpg", jpeg(number))
    data, filler = disk / "data", disk / "filler"
    service = Served(data, tmp_path / "log", tmp_path / "Pictures")
    assert await service.ready(200) == {"status": "ready"}
    photos = await service.photos(2)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - LITTLE)

    [warning] = (await service.ready(200))["warnings"]
    assert str(data) in warning and "Free some space" in warning
    assert (await service.data(TAG, p=[photos[0]], t="said"))["tagPhotos"]["changed"] == 1
    answer = await service.ask(EXPORT)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (200, "UNAVAILABLE")
    assert "Free some space" in error["message"] and "storage.reserve_bytes" in error["message"]
    written = await asyncio.to_thread(run, "backup", "--data-dir", data)
    assert written.returncode == 1 and "Free some space" in written.stderr
    kept = {path for path in (data / "renditions").rglob("*") if path.is_file()}
    address = (await service.data(THUMBNAIL, p=photos[0]))["photo"]["thumbnail"]
    assert (await service.client.get(address)).status_code == 200
    assert {path for path in (data / "renditions").rglob("*") if path.is_file()} == kept

    filler.unlink()
    assert await service.ready(200) == {"status": "ready"}
    assert "errors" not in (await service.ask(EXPORT)).json()
    assert (await service.client.get(address)).status_code == 200
    async with asyncio.timeout(PATIENCE):  # it is kept after it was sent
        while {path for path in (data / "renditions").rglob("*") if path.is_file()} == kept:
            await asyncio.sleep(0.05)
    await service.end()
