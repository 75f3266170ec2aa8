"""A real Dask scheduler and real workers do the work of a service: it ends as if the service had done it alone, also
when a worker, or the scheduler, is killed in the middle."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pyvips

from photos_graph.bootstrap import Services, build
from photos_graph.cluster import scheduler_link
from photos_graph.cluster.scheduler_link import LOST_WORKERS, SchedulerLink, urgency
from photos_graph.cluster.sent_work import Delivered, Order
from photos_graph.cluster.spreading import ClusterPool, DaskCluster, Mounts
from photos_graph.errors import KilledWorker
from photos_graph.model.access import Role
from photos_graph.model.jobs import Job, JobKind, JobState
from photos_graph.settings import ClusterSettings, Settings
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.port import PoolKind
from photos_graph.workers.turns import Priority
from tests.kit import commands
from tests.kit.engines import RunningEngine, free_port
from tests.kit.graphql import execute
from tests.kit.library import ended, failures, files, in_step, scanned
from tests.kit.pictures import jpeg, put, told_apart
from tests.kit.portraits import faces, people, with_models
from tests.kit.processes import tasks
from tests.kit.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

COUNT = 24
DASHBOARD = "http://dask.example:8787/status"
JOBS = "{ jobs(first: 1) { nodes { state dashboard } } }"


@dataclass
class Machines:
    """The processes of a cluster."""

    folder: Path
    port: int = field(default_factory=free_port)
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def begin(self, workers: int = 2) -> Machines:
        arguments = ("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--no-show")
        program = (sys.executable, "-m", "distributed.cli.dask_scheduler")
        self.scheduler = commands.start(*arguments, log=self.folder / "scheduler.log", program=program)
        for _ in range(workers):
            self.add()
        return self

    def add(self) -> None:
        log = self.folder / f"worker {len(self.workers)}.log"
        address = {"PHOTOS_CLUSTER__SCHEDULER": self.address}
        self.workers.append(commands.start("worker", "--places", "1", log=log, **address))

    @property
    def alive(self) -> int:
        return sum(worker.poll() is None for worker in self.workers)


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machines:
    monkeypatch.setattr(scheduler_link, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(scheduler_link, "PATIENCE_SECONDS", 5.0)
    return Machines(tmp_path)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What workers of the cluster did, by task."""
    counted: Counter[str] = Counter()
    run = SchedulerLink.run

    async def counting(self: SchedulerLink, order: Order, priority: Priority) -> Delivered | None:
        outcome = await run(self, order, priority)
        if outcome is not None:
            assert outcome.elsewhere is None, outcome.elsewhere
            counted[order.target.rpartition(":")[2]] += 1
        return outcome

    monkeypatch.setattr(SchedulerLink, "run", counting)
    return counted


def spread(settings: Settings, machines: Machines) -> Settings:
    cluster = ClusterSettings(scheduler=machines.address, dashboard=DASHBOARD)
    return settings.model_copy(update={"cluster": cluster})


@asynccontextmanager
async def service(settings: Settings, places: int = 2) -> AsyncIterator[Services]:
    """A service, once its cluster has that many places."""
    async with build(settings) as services:
        await until(lambda: services.pool.places == places and is_up(services))
        yield services


def is_up(services: Services) -> bool:
    assert isinstance(services.pool, ClusterPool)
    return services.pool._link.is_up


def noise(root: Path) -> Path:
    picture: bytes = pyvips.Image.gaussnoise(2600, 1950).cast("uchar").jpegsave_buffer(Q=60)
    for number in range(COUNT):
        put(root / f"{number}.jpg", told_apart(picture, str(number)))
    return root


async def outcome(services: Services) -> tuple[object, ...]:
    """What a scan and the jobs after it leave behind, but for ids and times."""
    while jobs := await services.jobs.unfinished(JobKind.FACES):
        await ended(services, jobs[0])
    assert await in_step(services)
    vectors = await services.graph.read("MATCH (x:Features) RETURN x.id AS id ORDER BY id")
    return (
        await files(services),
        {path: (failure.stage, failure.reason) for path, failure in (await failures(services)).items()},
        sorted((face.photo, face.box, face.vector) for face in (await faces(services)).values()),
        vectors,
        await services.browse.library_counts(),
    )


async def test_a_cluster_leaves_the_same_graph(
    settings: Settings,
    engine: RunningEngine,
    machines: Machines,
    done: Counter[str],
    weights_home: Path,
    tmp_path: Path,
) -> None:
    root = people(tmp_path / "Pictures", 2, 3)
    put(root / "broken.jpg", jpeg(1)[:40])
    alone = with_models(settings, weights_home)
    async with build(alone) as services:
        await services.roots.add(str(root))
        await scanned(services)
        expected = await outcome(services)
    assert expected[1] and expected[2] and not done

    engine.clean()
    together = spread(alone, machines.begin()).model_copy(update={"data_dir": tmp_path / "together"})
    async with service(together) as services:
        await services.roots.add(str(root))
        await scanned(services)
        assert await outcome(services) == expected
    assert done["take_in"] == 7 and done["find_faces"] == 6


async def half_scanned(services: Services, root: Path, done: Counter[str]) -> Job:
    """Returns a scan of which workers have done something, and not all."""
    await services.roots.add(str(root))
    job = await services.jobs.scan()
    await until(lambda: done["take_in"] > 3)
    return job


async def test_a_killed_worker_loses_nothing_and_nothing_is_done_twice(
    settings: Settings, machines: Machines, done: Counter[str], tmp_path: Path
) -> None:
    root = noise(tmp_path / "Pictures")
    async with service(spread(settings, machines.begin())) as services:
        job = await half_scanned(services, root, done)
        for role, told in ((Role.OWNER, DASHBOARD), (Role.EDITOR, None)):
            answer = await execute(services, JOBS, role)
            assert answer.data == {"jobs": {"nodes": [{"state": "RUNNING", "dashboard": told}]}}, answer.errors
        machines.workers[0].kill()
        job = await ended(services, job)
        assert job.state is JobState.SUCCEEDED, job.message
        assert len(await files(services)) == COUNT and not await failures(services)
        assert done["take_in"] == COUNT
        # Another one takes its place.
        machines.add()
        await until(lambda: services.pool.places == 2)


async def test_without_its_scheduler_a_service_goes_on_alone(
    settings: Settings, machines: Machines, done: Counter[str], tmp_path: Path
) -> None:
    root = noise(tmp_path / "Pictures")
    async with service(spread(settings, machines.begin())) as services:
        job = await half_scanned(services, root, done)
        assert machines.scheduler is not None
        machines.scheduler.kill()
        machines.scheduler.wait()
        job = await ended(services, job)
        assert job.state is JobState.SUCCEEDED, job.message
        assert len(await files(services)) == COUNT and not await failures(services)
        assert done["take_in"] < COUNT
        # Workers and the service find the next scheduler.
        machines.begin(workers=0)
        await until(lambda: is_up(services))


async def test_a_scheduler_that_says_nothing_is_not_waited_for(
    settings: Settings, machines: Machines, tmp_path: Path
) -> None:
    root = noise(tmp_path / "Pictures")
    async with service(spread(settings, machines.begin(1)), 1) as services:
        assert machines.scheduler is not None
        machines.scheduler.send_signal(signal.SIGSTOP)
        await services.roots.add(str(root))
        job = await scanned(services)
        assert job.state is JobState.SUCCEEDED, job.message
        assert len(await files(services)) == COUNT


async def test_a_scheduler_that_is_not_there_leaves_nothing_behind(
    settings: Settings, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler_link, "PATIENCE_SECONDS", 0.5)
    kept = SchedulerLink(spread(settings, machines).cluster)
    kept.open()
    await until(lambda: kept._said)
    await kept.close()
    gc.collect()  # a client that was not closed would warn, which is an error here
    assert not kept.is_up and not kept._endings


async def test_a_file_that_kills_its_process_is_known_by_that(
    settings: Settings, machines: Machines, tmp_path: Path
) -> None:
    settings = spread(settings, machines.begin(1))
    cluster = DaskCluster(settings)
    cluster.open()
    local = WorkerPool((tasks.READ, tasks.CRASH_ON), 1, 256 * 1024 * 1024, 30, 5)
    pool = cluster.spread(local)
    await until(lambda: cluster.link.is_up)
    file = os.open(put(tmp_path / "file", b"123"), os.O_RDONLY)
    try:
        with pytest.raises(KilledWorker):
            await pool.call(tasks.CRASH_ON, tasks.ReadOrder((file,)))
        answer, _ = await pool.call(tasks.READ, tasks.ReadOrder((file,)))
        assert answer == (b"123",) and not local.pids and machines.alive == 1
    finally:
        os.close(file)
        await pool.close()
        await cluster.close()


@dataclass(frozen=True)
class Deadly:
    """A file that takes the whole worker with it."""

    def open(self) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return 0


async def test_what_kills_workers_does_not_kill_them_all(settings: Settings, machines: Machines) -> None:
    machines.begin(4)
    kept = SchedulerLink(spread(settings, machines).cluster)
    kept.open()
    try:
        await until(lambda: kept.places == 4)
        kind = PoolKind((tasks.READ.target,), 256 * 1024 * 1024, 30, None, ())
        order = Order(kind, tasks.READ.target, b"", (Deadly(),))
        runs = 0
        while machines.alive == 4:  # a busy scheduler may be lost before a worker had the order
            await until(lambda: kept.is_up)
            assert await kept.run(order, Priority.BACKGROUND) is None
            runs += 1
        assert 4 - machines.alive <= runs * (LOST_WORKERS + 1)
    finally:
        await kept.close()


def test_what_people_wait_for_is_done_first() -> None:
    assert sorted(Priority, key=urgency, reverse=True) == sorted(Priority)


def test_files_go_by_their_path_or_with_their_content(settings: Settings, tmp_path: Path) -> None:
    there = ClusterSettings(paths={tmp_path / "Pictures": Path("/mnt/photos")})
    mounts = Mounts(settings.model_copy(update={"cluster": there}))
    assert mounts.there(tmp_path / "Pictures/a") == Path("/mnt/photos/a")
    assert mounts.there(tmp_path / "Picturesque") == tmp_path / "Picturesque"
    sent = {}
    for name in ("Pictures/a.jpg", "Others/b.jpg", str(settings.data_dir / "renditions/c.jpg")):
        file = os.open(put(tmp_path / name, b"content"), os.O_RDONLY)
        found = mounts.sent([file])
        assert found is not None
        sent[Path(name).name] = getattr(found[0], "path", None) or getattr(found[0], "content", None)
        os.close(file)
    assert sent == {
        "a.jpg": b"/mnt/photos/a.jpg",
        "b.jpg": os.fsencode(tmp_path / "Others/b.jpg"),
        "c.jpg": b"content",
    }
