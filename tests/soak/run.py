"""Runs one seed: starts an installation, lets people and jobs work, kills, and compares."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import neo4j

from tests.kit.waiting import PATIENCE
from tests.soak import afterwards, library, restoring
from tests.soak.clients import Clients
from tests.soak.databases import Database
from tests.soak.installation import Installation
from tests.soak.lanes import Faults, Lane
from tests.soak.library import LANES, SCENES, Original
from tests.soak.plan import ENGINE, FIRST, NEW_PHOTOS, SERVICE, WORKS, Act, Plan, Work
from tests.soak.truth import Truth, read_truth, unfinished

ADDED = 2  # photos that come to each lane with "new photos"
PER_ACT = 20  # operations that are acknowledged between a kill and the next act
LOOK_SECONDS = 0.7
QUIET_SECONDS, QUIET_LOOKS = 1.6, 5  # for so long there must be no job at the end
LONGEST = 30.0  # seconds in which people go on after a kill
AT_WORK_SECONDS = 10.0  # how long a job and its worker are waited for before something is killed


@dataclass(slots=True)
class Result:
    """What came of a seed. ``faults`` are those beside ``lost`` and ``false``. ``processor_seconds`` are those of the
    service, its workers and its engine."""

    seed: int
    engine: str
    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    refused: int = 0
    unknown: int = 0
    lost: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    processor_seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Returns whether everything was true."""
        return not (self.lost or self.false or self.faults)


class Soak:
    """One seed, on a database that is empty. ``tell`` is told what happens. Without ``models``, no faces are looked for
    and nothing is learnt."""

    def __init__(
        self, plan: Plan, database: Database, folder: Path, tell: Callable[[str], None], models: bool = True
    ) -> None:
        self._plan = plan
        self._folder = folder
        self._installation = Installation(folder, database, models)
        self._lanes = [Lane(name, f"{plan.seed} {database.name}", tell) for name in LANES]
        self._clients = Clients(self._lanes, self._installation.http)
        self._faults = Faults()
        self._there: tuple[Original, ...] = library.originals()
        self._tell = tell
        self.result = Result(plan.seed, database.name)

    async def run(self) -> Result:
        """Returns what came of it. A failure of the soak itself counts as a fault."""
        began = time.monotonic()
        try:
            await self._run()
        except (Exception, asyncio.CancelledError) as error:
            self._tell(f"the soak failed: {error!r}")
            self.result.faults.append(f"the soak failed: {error!r}")
        finally:
            await self._installation.close()
        result = self.result
        result.acknowledged = self._acknowledged
        result.refused = sum(lane.refused for lane in self._lanes)
        result.unknown = sum(lane.unknown for lane in self._lanes)
        result.lost, result.false = self._faults.lost, self._faults.false
        result.seconds, result.processor_seconds = time.monotonic() - began, self._installation.processor_seconds
        return result

    async def _run(self) -> None:
        here = self._installation
        await here.start()
        for scene in SCENES:
            await here.ask("mutation($n: String!) { createTag(name: $n) { id } }", n=scene)
        await self._settle()
        self._clients.start()
        self._clients.go_on()
        for act in self._plan.acts:
            if act.work != FIRST:
                await self._people_go_on()
            self._tell(f"{act.work}; {act.kill} is killed after {act.after} s")
            await self._perform(act)
        await self._people_go_on()
        await self._clients.stop()
        truth = await self._at_rest()
        before = library.hashes(here.root)
        self._settle_by(truth)
        self.result.faults += await afterwards.faults(here, truth, self._lanes, self._there, len(SCENES))
        if self._plan.restore_killed_after is not None:
            self.result.faults += await restoring.faults(here, truth, self._plan.restore_killed_after, self._tell)
            self.result.kills["restore"] += 1
        if library.hashes(here.root) != before or before.keys() != {each.path for each in self._there}:
            self.result.faults.append("originals were changed")

    async def _perform(self, act: Act) -> None:
        here = self._installation
        if act.work == NEW_PHOTOS:
            count = len([each for each in self._there if each.lane == LANES[0]]) - library.EACH
            new = tuple(library.added(lane, count + n) for lane in LANES for n in range(ADDED))
            library.lay_out(here.root, new)
            self._there += new
        work = WORKS[act.work]
        if work.mutation is not None:
            await here.ask(work.mutation)
        await self._at_work(work, act.kill)
        await asyncio.sleep(act.after)
        if act.kill == SERVICE:
            here.kill_service()
            self.result.kills[act.kill] += 1
            await self._clients.pause()
            await here.start()
            await self._settle()
            self._clients.go_on()
        elif act.kill == ENGINE:
            await asyncio.to_thread(here.database.kill)
            self.result.kills[act.kill] += 1
            await self._truth()
            await self._clients.pause()
            await self._settle()
            self._clients.go_on()
        else:
            self.result.kills[act.kill] += here.kill_worker(act.kill)

    async def _at_work(self, work: Work, kill: str) -> None:
        """Waits until the work has begun, unless it is over already."""
        here, end = self._installation, time.monotonic() + AT_WORK_SECONDS
        while work.jobs and time.monotonic() < end:
            jobs = (await here.ask("{ jobs(first: 30) { nodes { kind state } } }"))["jobs"]["nodes"]
            states = {each["state"] for each in jobs if each["kind"] in work.jobs}
            if "RUNNING" in states and (kill not in work.workers or here.workers(kill)):
                return
            if not states & {"RUNNING", "QUEUED"}:
                return
            await asyncio.sleep(0.02)

    async def _people_go_on(self) -> None:
        """Waits until they have done some more, and shows them now and then what exists by now."""
        began, before = time.monotonic(), self._acknowledged
        while self._acknowledged < before + PER_ACT and time.monotonic() < began + LONGEST:
            truth = await self._truth()
            for lane in self._lanes:
                lane.look(truth)
            await asyncio.sleep(LOOK_SECONDS)

    @property
    def _acknowledged(self) -> int:
        return sum(lane.acknowledged for lane in self._lanes)

    async def _truth(self) -> Truth:
        """Returns what the graph holds, as soon as the engine answers."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    return await asyncio.to_thread(read_truth, self._installation.database)
                except (neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError, OSError, ValueError):
                    await asyncio.sleep(0.1)

    async def _settle(self) -> None:
        self._settle_by(await self._truth())

    def _settle_by(self, truth: Truth) -> None:
        known = not truth.unfinished("FINISH_CHANGE")
        for lane in self._lanes:
            faults = lane.settle(truth, finally_known=known)
            for fault in faults.lost:
                self._tell(f"lost: {fault}")
            for fault in faults.false:
                self._tell(f"false: {fault}")
            self._faults.add(faults)

    async def _at_rest(self) -> Truth:
        """Waits until no job is left. Whoever names faces lets them be compared again a second later."""
        quiet = 0
        async with asyncio.timeout(PATIENCE):
            while quiet < QUIET_LOOKS:
                await asyncio.sleep(QUIET_SECONDS / QUIET_LOOKS)
                waiting = await asyncio.to_thread(unfinished, self._installation.database)
                quiet = 0 if waiting else quiet + 1
        return await self._truth()


def seed_on(plan: Plan, database: Database, folder: Path, tell: Callable[[str], None], models: bool = True) -> Result:
    """Runs a seed."""

    async def run() -> Result:
        return await Soak(plan, database, folder, tell, models).run()

    return asyncio.run(run())
