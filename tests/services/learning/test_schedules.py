"""Trainings that start by themselves: by the clock, and after enough corrections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import BadInput
from photos_graph.events import TrainingStarted
from photos_graph.jobs.cron import next_time
from photos_graph.model.access import Role
from photos_graph.model.jobs import JobKind
from photos_graph.model.learning import ModelKind
from photos_graph.model.search import Ref
from photos_graph.services.learning.schedules import Schedules
from photos_graph.settings import LearnSettings, Settings
from tests.kit.faced_library import faced, undone
from tests.kit.graphql import execute
from tests.kit.planted import photo_id
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.anyio

TAGS, PERSONS = ModelKind
ROME = ZoneInfo("Europe/Rome")


@pytest.fixture
def in_rome(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Europe/Rome")
        time.tzset()
        yield
    time.tzset()


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ROME).timestamp()


@pytest.mark.parametrize(
    ("cron", "now", "then"),
    [
        ("30 3 * * 1", "2026-01-01T00:00", "2026-01-05T03:30"),
        ("30 3 * * MON-FRI", "2026-01-05T03:30", "2026-01-06T03:30"),
        ("0 4 1 * *", "2026-03-02T00:00", "2026-04-01T04:00"),
        ("30 2 * * *", "2026-03-29T00:00", "2026-03-29T03:30"),  # there is no such time on that day
        ("30 2 * * *", "2026-10-25T02:00", "2026-10-25T02:30"),  # there are two
    ],
)
def test_the_next_time_is_by_the_clock_on_the_wall(in_rome: None, cron: str, now: str, then: str) -> None:
    assert next_time(cron, at(now)) == round(at(then) * 1000)


def test_a_time_that_comes_twice_is_one(in_rome: None) -> None:
    second = datetime(2026, 10, 25, 2, 10, tzinfo=ROME, fold=1).timestamp()
    assert next_time("30 2 * * *", second) == round(at("2026-10-26T02:30") * 1000)


@pytest.mark.parametrize(
    ("cron", "why"),
    [
        ("", "five fields"),
        ("@daily", "five fields"),
        ("0 0 3 * * *", "five fields"),
        ("* " * 5000, "five fields"),
        ("60 * * * *", "Bad minute"),
        ("0 0 30 2 *", "Bad day-of-month"),
        ("0 x * * *", "Bad hour"),
    ],
)
def test_what_is_no_schedule_is_refused_with_the_reason(cron: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        next_time(cron, 0)


class Clock:
    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def services(settings: Settings, backbone_home: Path) -> AsyncIterator[Services]:
    """With all that training takes, and nobody who looks for work: photos 0 to 9 with faces; see ``faced``."""
    settings.models.folder = backbone_home
    settings = settings.model_copy(update={"learn": LearnSettings(corrections=6)})
    async with build(settings, run_jobs=False) as services:
        await faced(services)
        yield services


def looking(services: Services, clock: Clock) -> Schedules:
    return Schedules(
        services.graph,
        services.index,
        services.jobs,
        services.learning_triggers,
        services.events,
        services.settings,
        clock,
    )


async def tag(services: Services, name: str, *numbers: int) -> None:
    await services.tagging.tag_photos([photo_id(n) for n in numbers], [Ref(name=name)])


async def waiting(services: Services) -> list[JobKind]:
    return [job.kind for job in await services.jobs.unfinished(JobKind.TRAIN_TAGS, JobKind.TRAIN_PERSONS)]


async def corrections(services: Services) -> list[int]:
    return [schedule.corrections for schedule in await services.schedules.all()]


async def done(services: Services) -> None:
    """What waits is trained: nobody here does it."""
    for job in await services.jobs.unfinished(JobKind.TRAIN_TAGS, JobKind.TRAIN_PERSONS):
        await services.jobs.cancel(job.id)


async def test_what_people_say_counts_and_enough_of_it_starts_a_training_once(services: Services) -> None:
    schedules = looking(services, Clock())
    await tag(services, "Sea", 0, 1, 2, 3)
    await tag(services, "Sea", 0)  # nothing new
    assert await corrections(services) == [4, 0]
    await schedules.look()
    assert await waiting(services) == []
    result = await services.tagging.untag_photos([photo_id(0)], [Ref(name="Sea")])
    await undone(services, result)
    await services.ratings.rate([photo_id(1)], 5)  # teaches nothing
    assert await corrections(services) == [6, 0]
    await schedules.look()
    assert await waiting(services) == [], "four examples are too few to learn a tag"
    assert await corrections(services) == [6, 0], "and count still"
    await services.tagging.tag_folder("a", [Ref(name="Sky")])
    assert await corrections(services) == [7, 0]
    await asyncio.gather(*(looking(services, Clock()).look() for _ in range(4)))
    assert await waiting(services) == [JobKind.TRAIN_TAGS]
    assert await corrections(services) == [0, 0]
    await tag(services, "Sand", *range(8))
    await schedules.look()
    assert await waiting(services) == [JobKind.TRAIN_TAGS], "one at a time"
    await services.learning_triggers.training_started(TrainingStarted(TAGS))
    await done(services)
    await schedules.look()
    assert await waiting(services) == [], "what waited has learnt that too"


async def test_faces_count_for_the_model_of_persons(services: Services) -> None:
    for name, faces in (("Anna", ("f0", "f1", "f2")), ("Ben", ("f3", "f4"))):
        await services.assignment.assign(faces, Ref(name=name))
    schedules = looking(services, Clock())
    ben = next(person for person in services.index.search.persons if person.name == "Ben")
    await services.assignment.reject(["f9"], ben.id)
    assert await corrections(services) == [0, 6]
    await schedules.look()
    assert await waiting(services) == [], "of one person alone there is nothing to learn"
    await services.assignment.assign(["f5"], Ref(id=ben.id))
    await schedules.look()
    assert await waiting(services) == [JobKind.TRAIN_PERSONS]


async def test_a_run_by_the_clock_and_one_for_many_that_were_missed(services: Services) -> None:
    clock = Clock()
    schedules = looking(services, clock)
    await schedules.set(TAGS, "0 * * * *")
    first = (await schedules.all())[0].next_at
    assert first is not None and 0 < first.timestamp() - clock.now <= 3600
    clock.now += 3601
    await schedules.look()
    assert await waiting(services) == [], "there is nothing to learn from"
    second = (await schedules.all())[0].next_at
    assert second is not None and second > first
    clock.now -= 86_400
    await schedules.look()
    assert (await schedules.all())[0].next_at == second - timedelta(days=1), "the clock was set back"
    await tag(services, "Sea", *range(8))
    await services.learning_triggers.training_started(TrainingStarted(TAGS))
    await schedules.look()
    assert await waiting(services) == []
    clock.now += 100 * 3600
    both = [looking(services, clock), looking(services, clock)]
    await asyncio.gather(*(each.look() for each in both))
    assert await waiting(services) == [JobKind.TRAIN_TAGS]
    await done(services)
    await both[0].look()
    assert await waiting(services) == []
    await schedules.set(TAGS, None)
    clock.now += 3601
    await schedules.look()
    assert await waiting(services) == []


async def test_a_service_that_starts_does_what_was_missed(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photos_graph.services.learning.schedules.CHECK_SECONDS", 0.05)
    await tag(services, "Sea", *range(8))
    await services.learning_triggers.training_started(TrainingStarted(TAGS))
    await looking(services, Clock(1_700_000_000.0)).set(TAGS, "0 3 * * *")
    async with build(services.settings, run_jobs=False, poll=True) as started:
        async with asyncio.timeout(PATIENCE):
            while not await waiting(started):
                await asyncio.sleep(0.05)
        assert await waiting(started) == [JobKind.TRAIN_TAGS]
        next_at = (await started.schedules.all())[0].next_at
        assert next_at is not None and next_at.timestamp() > time.time()


async def test_schedules_through_graphql(services: Services) -> None:
    set_ = "mutation($c: String) { setSchedule(kind: TAGS, cron: $c) }"
    assert (await execute(services, set_, Role.OWNER, c="30 3 * * 1")).data == {"setSchedule": True}
    answer = await execute(services, "{ schedules { kind cron nextAt corrections } }")
    assert answer.data is not None
    tags, persons = answer.data["schedules"]
    assert (tags["kind"], tags["cron"], tags["corrections"]) == ("TAGS", "30 3 * * 1", 0) and tags["nextAt"]
    assert persons == {"kind": "PERSONS", "cron": None, "nextAt": None, "corrections": 0}
    refused = await execute(services, set_, Role.OWNER, c="30 25 * * 1")
    assert refused.errors is not None and "Bad hour" in refused.errors[0].message
    assert (await execute(services, set_, Role.OWNER, c=None)).data == {"setSchedule": False}
    assert (await services.schedules.all())[0].next_at is None
