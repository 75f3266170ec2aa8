"""Measures the recognition of persons through the service: two faces of each are named, others must be recognised, and
strangers must not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from benchmarks.bench import Bench
from benchmarks.jobs import Expected, settled
from benchmarks.learning import all_photos, least
from benchmarks.processes import MIB, Watch
from benchmarks.recognition import weights
from benchmarks.report import Figure, Goal
from benchmarks.service import Service

LABELLED = 2  # faces of each person
RIGHT, ACCEPTED = 98, 1  # percent

ASSIGN = "mutation($f: [ID!]!, $p: String!) { assignFaces(faces: $f, person: $p) { changed } }"
DELETE = "mutation($p: ID!) { deletePerson(id: $p) }"
TRAIN = "mutation { train(kind: PERSONS) { id } }"
VERSIONS = "{ models(kind: PERSONS) { state reason } }"
FACES = "name faces { id box { x y width height } source person { id name } }"


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture of a person. ``face`` is the id of the face in the middle, or None if none was found."""

    who: str
    face: str | None
    taken_for: str | None
    person: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    right: int = 0
    wrong: int = 0  # another known person
    probes: int = 0
    accepted: int = 0
    strangers: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(
            self.right + other.right,
            self.wrong + other.wrong,
            self.probes + other.probes,
            self.accepted + other.accepted,
            self.strangers + other.strangers,
        )


def persons(bench: Bench) -> Iterator[Figure]:
    """Measures ``rounds`` draws of the faces to name. A picture without a detected face counts as not recognised."""
    pictures = sorted(bench.people.glob("*/*.jpg"))
    if not pictures:
        bench.say(f"left out: there is no {bench.people}/<person>/<picture>.jpg")
        return
    home = weights(bench)
    with bench.scratch() as scratch:
        (scratch / "data").mkdir()
        (scratch / "data/models").symlink_to(home, target_is_directory=True)
        # The model is trained only when the benchmark requests it.
        environment = {"PHOTOS_LEARN__ENABLED": "off", "PHOTOS_LEARN__CORRECTIONS": "0"}
        with Service(scratch / "data", environment) as service:
            bench.say(f"{len(pictures):,} pictures are scanned, and faces found")
            began = datetime.now(UTC)
            service.scan(service.add_root(bench.people.resolve()))
            settled(service, expected=Expected("CLUSTER", began))
            yield from _recognised(bench, service)


def _recognised(bench: Bench, service: Service) -> Iterator[Figure]:
    rule, model = Counted(), Counted()
    training, matching, peaks = [], [], []
    for draw in range(bench.rounds):
        bench.say(f"{LABELLED} faces of each person, draw {draw + 1}")
        named = _name(service, draw)
        settled(service, expected=Expected("CLUSTER", datetime.now(UTC)))
        if draw == 0:  # later draws have a model already
            rule = _count(service, named)
        with Watch(service.pid) as watch:
            service.ask(TRAIN)
            took = settled(service)
        newest = service.ask(VERSIONS)["models"][0]
        if newest["state"] != "ACTIVE":
            bench.say(f"rejected: {newest['reason']}")
        model += _count(service, named)
        training.append(took["TRAIN_PERSONS"])
        matching.append(took["CLUSTER"])
        peaks.append(watch.peak.service / MIB)
    what = f"LFW, {LABELLED} faces of each of {len(named):,} persons named, through the service"
    recognised, taken = _shares(model)
    before, taken_before = _shares(rule)
    built_in = "built-in rule"
    yield Figure(f"{what}: the others recognised", recognised, "%", before, built_in, goal=least(RIGHT))
    yield Figure(
        f"{what}: strangers taken for somebody", taken, "%", taken_before, built_in, goal=Goal(ACCEPTED, at_most=True)
    )
    yield Figure(f"{what}: the others taken for somebody else", 100 * model.wrong / model.probes, "%")
    yield Figure(f"{what}: training, from the job's start to its end", float(np.median(training)), "s")
    yield Figure(f"{what}: matching all faces", float(np.median(matching)), "s")
    yield Figure(f"{what}: peak memory of service and workers", max(peaks), "MiB")


def _name(service: Service, draw: int) -> dict[str, list[str]]:
    """Names the drawn faces by person, after the names of earlier draws are removed."""
    portraits = _portraits(service)
    for person in sorted({each.person for each in portraits if each.person is not None}):
        service.ask(DELETE, p=person)
    faces: dict[str, list[str]] = {}
    for each in portraits:
        if each.face is not None:
            faces.setdefault(each.who, []).append(each.face)
    chance = np.random.default_rng(draw)
    named = {
        who: chance.permutation(sorted(mine))[:LABELLED].tolist()
        for who, mine in sorted(faces.items())
        if len(mine) > LABELLED
    }
    for who, mine in named.items():
        service.ask(ASSIGN, f=mine, p=who)
    return named


def _portraits(service: Service) -> list[Portrait]:
    found = []
    for node in all_photos(service, FACES):
        face = min(node["faces"], key=_off_centre, default=None)
        person = face["person"] if face is not None else None
        found.append(
            Portrait(
                node["name"].rpartition("_")[0],
                face and face["id"],
                person and person["name"],
                person and person["id"],
            )
        )
    return found


def _off_centre(face: Mapping[str, Any]) -> float:
    box = face["box"]
    return math.hypot(box["x"] + box["width"] / 2 - 0.5, box["y"] + box["height"] / 2 - 0.5)


def _count(service: Service, named: Mapping[str, list[str]]) -> Counted:
    named_faces = {face for mine in named.values() for face in mine}
    others = [each for each in _portraits(service) if each.face not in named_faces]
    probes = [each for each in others if each.who in named]
    strangers = [each for each in others if each.who not in named]
    return Counted(
        right=sum(each.taken_for == each.who for each in probes),
        wrong=sum(each.taken_for not in (each.who, None) for each in probes),
        probes=len(probes),
        accepted=sum(each.taken_for is not None for each in strangers),
        strangers=len(strangers),
    )


def _shares(counted: Counted) -> tuple[float, float]:
    """Returns the percentage of probes that are recognised correctly, and of strangers that are accepted."""
    return 100 * counted.right / counted.probes, 100 * counted.accepted / counted.strangers
