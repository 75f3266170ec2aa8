"""Disks with little room, on a real service: what is refused, what is not kept, and what is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from photos_graph.bootstrap import Services, build
from photos_graph.disk_space import DiskSpace
from photos_graph.errors import LowDisk
from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.job_arguments import BackupArguments, ExportRequest
from photos_graph.model.jobs import Job, JobKind, JobState
from photos_graph.services.doctor import Doctor, Finding
from photos_graph.services.storage import AGAIN_SECONDS, Storage
from photos_graph.settings import BackupSettings, FaceSettings, LearnSettings, Settings, StorageSettings, WebSettings
from photos_graph.workers.confinement import available
from resolvers.asgi import create_app
from tests.kit.graphql import TOKENS
from tests.kit.server import serving

MUCH = 1 << 60  # more than any disk has

pytestmark = pytest.mark.anyio


def low(settings: Settings) -> Settings:
    return settings.model_copy(update={"storage": StorageSettings(reserve_bytes=MUCH)})


@asynccontextmanager
async def built(settings: Settings) -> AsyncIterator[Services]:
    async with build(settings) as services:
        yield services


async def scanned(services: Services, folder: Path) -> None:
    await services.roots.ensure(str(folder))
    await ended(services, await services.jobs.scan())


async def ended(services: Services, job: Job) -> Job:
    async for state in services.jobs.watch(job.id):
        job = state
    return job


async def test_on_a_disk_with_little_room_nothing_is_begun_that_can_wait(
    settings: Settings, folder: Path, warm_workers: None, tmp_path: Path
) -> None:
    async with built(low(settings)) as services:
        await scanned(services, folder)
        assert services.browse.photo_count() == 10, "what people need goes on"
        assert not [path for path in (settings.data_dir / "renditions").rglob("*") if path.is_file()]
        for ask in (
            services.backups.ask(),
            services.backups.ask(tmp_path / "mine.zip"),
            services.exports.ask(DatasetFormat.JSON),
            services.exports.ask(DatasetFormat.COCO, folder=tmp_path / "exports"),
        ):
            with pytest.raises(LowDisk) as raised:
                await ask
            assert "Free some space" in raised.value.public_message and "another disk" in raised.value.public_message
        assert await services.jobs.unfinished(JobKind.BACKUP, JobKind.EXPORT) == []
        # A back-up of the schedule is queued, so that people see why there is none.
        job = await ended(services, await services.backups.ask_regularly())
        assert job.state is JobState.FAILED and "Free some space" in (job.message or "")
        job = await ended(services, await services.jobs.queue(JobKind.BACKUP, BackupArguments(tmp_path / "mine.zip")))
        assert job.state is JobState.FAILED
    assert not (tmp_path / "mine.zip").exists() and not list(settings.backups_dir.glob("*.zip"))


async def test_an_export_stops_before_the_disk_is_full_and_is_continued(
    settings: Settings, folder: Path, warm_workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with built(settings) as services:
        await scanned(services, folder)
        monkeypatch.setattr(DiskSpace, "check", _refusing(after=1))
        stopped = await ended(services, await services.exports.ask(DatasetFormat.JSON))
        assert stopped.state is JobState.FAILED and "continues from here" in (stopped.message or "")
        monkeypatch.undo()
        done = await ended(services, await services.exports.ask(DatasetFormat.JSON))
        assert done.state is JobState.SUCCEEDED
        assert isinstance(done.arguments, ExportRequest) and isinstance(stopped.arguments, ExportRequest)
        assert done.arguments.name == stopped.arguments.name


def _refusing(after: int) -> Callable[[DiskSpace, Path, str], None]:
    asked = 0

    def check(self: DiskSpace, folder: Path, advice: str) -> None:
        nonlocal asked
        asked += 1
        if asked > after:
            raise LowDisk(f"Free some space, or {advice}.")

    return check


def test_the_log_warns_once_an_hour_of_each_disk(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    storage = Storage(low(settings), DiskSpace(MUCH), lambda: now)

    def said() -> list[str]:
        caplog.clear()
        storage.look()
        return [record.getMessage() for record in caplog.records]

    settings.data_dir.mkdir()
    [warning] = said()
    assert str(settings.data_dir) in warning and "Free some space" in warning and "backups" in warning
    now = AGAIN_SECONDS - 1
    assert said() == []
    now = AGAIN_SECONDS
    assert said() == [warning]
    storage._space = DiskSpace(0)
    assert said() == ["A disk that had little room has enough again."] and said() == []
    storage._space = DiskSpace(MUCH)
    assert len(said()) == 1


async def test_readyz_warns_the_owner_alone(settings: Settings) -> None:
    tokens = {"token": SecretStr(TOKENS["owner"]), "viewer_token": SecretStr(TOKENS["viewer"])}
    async with serving(create_app(low(settings).model_copy(update=tokens))) as client:

        async def ready(**headers: str) -> httpx.Response:
            while (answer := await client.get("/readyz", headers=headers)).status_code != 200:
                await asyncio.sleep(0.05)
            return answer

        assert (await ready()).json() == {"status": "ready"}
        for token in (TOKENS["viewer"], "wrong-token-of-somebody"):
            assert (await ready(Authorization=f"Bearer {token}")).json() == {"status": "ready"}
        told = (await ready(Authorization=f"Bearer {TOKENS['owner']}")).json()
        assert told["status"] == "ready" and "little room" in told["warnings"][0]


async def findings(settings: Settings) -> dict[str, Finding]:
    async with build(settings, run_jobs=False) as services:
        doctor = Doctor(services.graph, services.index, services.browse, settings)
        return {finding.subject: finding async for finding in doctor.examine()}


async def test_doctor_says_off_where_something_is_off(settings: Settings, warm_workers: None) -> None:
    off = settings.model_copy(
        update={
            "faces": FaceSettings(enabled="off"),
            "learn": LearnSettings(enabled="off"),
            "backup": BackupSettings(schedule=""),
            "web": WebSettings(metrics="off", hosts=("*",)),
        }
    )
    found = await findings(off)
    subjects = ("faces", "learn", "learn.text", "back-ups", "encryption", "metrics", "names of hosts")
    assert {name for name, finding in found.items() if finding.off} >= set(subjects)
    assert all(finding.ok for finding in found.values())
    assert found["confinement"].off is bool(available().missing)
    on = settings.model_copy(
        update={
            "web": WebSettings(public_url="https://photos.example.org", metrics="open"),
            "faces": FaceSettings(enabled="on"),
        }
    )
    found = await findings(on)
    assert {name for name, finding in found.items() if finding.off} & {"back-ups", "encryption", "metrics"} == set()
    assert not found["faces"].ok and not found["faces"].off, "they were asked for, and the weights are missing"
    assert found["learn"].ok and found["learn"].off, "nobody asked for it, and the weights are missing"


async def test_doctor_names_a_disk_with_little_room(settings: Settings, warm_workers: None) -> None:
    found = await findings(low(settings))
    assert not found["data directory"].ok and "free some space" in found["data directory"].message
