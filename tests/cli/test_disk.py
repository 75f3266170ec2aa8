"""What clients of a real service are told when the disk of its data directory is full or read-only, and what is true
afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.commands import end_all, engine_pid, kill
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
    assert mount("-o", "remount,bind,ro", data)
    assert "read-only" in (await service.ready(503))["message"]
    assert await service.is_refused("read-only", photos[0], "writable")
    assert len(await service.photos(20)) == 20
    unmount(data)
    await service.ready(200)
    assert (await service.data(TAG, p=[photos[0]], t="back"))["tagPhotos"]["changed"] == 1
    assert await service.names() - before == {"back"}
    await service.end()
