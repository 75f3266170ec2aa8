"""What happens in a seed: the work that is asked for, and what is killed while it runs. The same seed gives the same
plan."""

from __future__ import annotations

import random
from dataclasses import dataclass

SERVICE, ENGINE, DECODER, MODEL, TRAINER = "service", "engine", "decoder", "model", "trainer"
KILLS = (SERVICE, ENGINE, DECODER, MODEL, TRAINER)
EVERYWHERE = (SERVICE, ENGINE)
# The work that the service does beside what people say, and which workers it has.
WORKERS: dict[str, tuple[str, ...]] = {
    "first scan": (DECODER, MODEL),
    "labels": (),
    "new photos": (DECODER, MODEL),
    "faces": (MODEL,),
    "clusters": (MODEL,),
    "training of tags": (TRAINER,),
    "training of persons": (TRAINER,),
    "export": (),
    "back-up": (),
}
LONGEST = {"first scan": 5.0, "training of tags": 2.5}  # seconds between the request and the kill
USUALLY_LONGEST = 1.2


@dataclass(frozen=True, slots=True)
class Act:
    """Work that is asked for, and what is killed ``after`` so many seconds."""

    work: str
    kill: str
    after: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The acts in their order. ``restore_killed_after``: a back-up is restored at the end, which is killed after these
    numbers of seconds before it may end; or None if none is."""

    seed: int
    acts: tuple[Act, ...]
    restore_killed_after: float | None


def plan_of(seed: int, acts: int) -> Plan:
    """Returns the plan of a seed with a number of acts, of which the service and the engine are killed in one each."""
    chance = random.Random(seed)
    later = [work for work in WORKERS if work != "first scan"]
    chosen = ["first scan", *chance.sample(later, len(later))][:acts]
    kills = [chance.choice((*EVERYWHERE, *WORKERS[work] * 2)) for work in chosen]
    for kill, at in zip(EVERYWHERE, chance.sample(range(acts), min(acts, 2)), strict=False):
        kills[at] = kill
    restore = chance.uniform(0.5, 5.0) if seed % 3 == 0 else None
    return Plan(seed, tuple(map(_act, chosen, kills, [chance.random() for _ in chosen])), restore)


def _act(work: str, kill: str, share: float) -> Act:
    return Act(work, kill, round(share * LONGEST.get(work, USUALLY_LONGEST), 2))
