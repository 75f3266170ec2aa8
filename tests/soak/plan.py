"""What happens in a seed: the work that is asked for, and what is killed while it runs. The same seed gives the same
plan."""

from __future__ import annotations

import random
from dataclasses import dataclass

SERVICE, ENGINE, DECODER, MODEL, TRAINER = "service", "engine", "decoder", "model", "trainer"
KILLS = (SERVICE, ENGINE, DECODER, MODEL, TRAINER)


@dataclass(frozen=True, slots=True)
class Work:
    """What the service does beside what people say: how it is asked for, the kinds of its jobs, the workers that take
    part, and for how many seconds it runs at most before something is killed."""

    mutation: str | None
    jobs: tuple[str, ...]
    workers: tuple[str, ...]
    seconds: float


FIRST, NEW_PHOTOS = "first scan", "new photos"
WORKS = {
    FIRST: Work(None, ("SCAN", "FACES", "PREDICT"), (DECODER, MODEL), 4),
    "labels": Work(None, (), (), 1),
    NEW_PHOTOS: Work("mutation { scan { id } }", ("SCAN",), (DECODER, MODEL), 1),
    "faces": Work("mutation { findFaces { id } }", ("FACES",), (MODEL,), 0.5),
    "clusters": Work("mutation { clusterFaces { id } }", ("CLUSTER",), (MODEL,), 0.7),
    "training of tags": Work("mutation { train(kind: TAGS) { id } }", ("TRAIN_TAGS", "PREDICT"), (TRAINER,), 2.5),
    "training of persons": Work("mutation { train(kind: PERSONS) { id } }", ("TRAIN_PERSONS",), (TRAINER,), 0.5),
    "export": Work("mutation { exportDataset(format: JSON) { id } }", ("EXPORT",), (), 0.5),
    "back-up": Work("mutation { backup { id } }", ("BACKUP",), (), 0.8),
}
SHORTER = 0.2  # the share of these seconds after which a trainer is killed
RESTORE_SECONDS = 1.5  # at most, between the first write of a restore and its kill


@dataclass(frozen=True, slots=True)
class Act:
    """Work that is asked for, and what is killed ``after`` so many seconds of it."""

    work: str
    kill: str
    after: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The acts in their order. ``restore_killed_after``: a back-up is restored at the end, which is killed so many
    seconds after it began to write, and repeated; or None if none is."""

    seed: int
    acts: tuple[Act, ...]
    restore_killed_after: float | None


def plan_of(seed: int, acts: int, kills: tuple[str, ...] = KILLS) -> Plan:
    """Returns the plan of a seed with a number of acts, among which each of the first two kinds of ``kills`` is at
    least once."""
    chance = random.Random(seed)
    later = [name for name in WORKS if name != FIRST]
    chosen = [FIRST, *chance.sample(later, len(later))][:acts]
    chosen_kills = [chance.choice(_possible(WORKS[name], kills)) for name in chosen]
    for kill, at in zip(kills[:2], chance.sample(range(acts), min(acts, 2)), strict=False):
        chosen_kills[at] = kill
    # A worker is waited for, and is gone when its task has ended.
    after = [
        round(chance.uniform(0, WORKS[name].seconds) * (SHORTER if kill == TRAINER else 1), 2)
        for name, kill in zip(chosen, chosen_kills, strict=True)
    ]
    restore = round(chance.uniform(0, RESTORE_SECONDS), 2) if seed % 3 == 0 else None
    return Plan(seed, tuple(map(Act, chosen, chosen_kills, after)), restore)


def _possible(work: Work, kills: tuple[str, ...]) -> list[str]:
    """Returns what may be killed during the work; its workers twice as often."""
    return [kill for kill in (SERVICE, ENGINE, *work.workers * 2) if kill in kills]
