"""Measures what tags are worth in a library of which most photos are of other kinds: tagged, learnt, given and judged
by GraphQL, and compared with what is known of every photo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bench import Bench
from benchmarks.jobs import settled
from benchmarks.learning import TRAIN, all_photos, fetched, least
from benchmarks.report import Figure, Goal
from benchmarks.service import Service

CORPORA = ("scenes", "lfw", "deepface-faces", "exif-samples", "hires")
LABELS = (10, 20, 60)  # photos that are tagged with each tag
BEFORE, AFTER, WORST = (
    93,
    95,
    85,
)  # percent of what is given that must be right: before a sheet, after one, and of any tag
CLAIM = 3  # points by which what is claimed may differ from what is true, in the mean
PORTRAITS = "lfw"
TREE = "Landscapes/"
SCENES = {"Sea": "sea", "Mountain": "mountain", "Glacier": "glacier", "Buildings": "buildings"}
CASES: Mapping[str, Sequence[str]] = {
    "one tag": ("Sea",),
    "four tags": tuple(SCENES),
    "a tree": (f"{TREE}Sea", f"{TREE}Mountain", f"{TREE}Glacier", "Buildings"),
}


@dataclass(frozen=True, slots=True)
class Given:
    """What a tag was given to: the share that is ``right`` and that is ``found`` of all photos of its kind, what is
    ``claimed`` of it, and how many of the photos are portraits. The first is None if it was given to nothing."""

    tag: str
    right: float | None
    found: float
    claimed: float
    photos: int
    portraits: int


def open_library(bench: Bench) -> Iterator[Figure]:
    roots = [bench.files / name for name in CORPORA if (bench.files / name).is_dir()]
    if bench.files / CORPORA[0] not in roots:
        bench.say(f"left out: there is no {bench.files}/{CORPORA[0]}")
        return
    with bench.scratch() as scratch:
        fetched(bench, scratch / "data")
        settings = {"PHOTOS_FACES__ENABLED": "off", "PHOTOS_LEARN__CORRECTIONS": "0", "PHOTOS_LEARN__COLD_START": "0"}
        with Service(scratch / "data", settings) as service:
            for root in roots:
                bench.say(f"{root.name} is scanned and described")
                service.scan(service.add_root(root.resolve()))
            settled(service)
            kinds = _kinds(service)
            for case, tags in CASES.items():
                for labels in bench.labels or LABELS:
                    yield from _measured(bench, service, kinds, case, tags, labels)


def _kinds(service: Service) -> dict[str, str]:
    """Returns the kind of each photo, which is the folder of its scene, or its corpus."""
    kinds = {}
    for node in all_photos(service, "id files { path }"):
        parts = Path(node["files"][0]["path"]).parts
        place = next(at for at, part in enumerate(parts) if part in CORPORA)
        kinds[node["id"]] = parts[place + 1] if parts[place] == CORPORA[0] else parts[place]
    return kinds


def _measured(
    bench: Bench, service: Service, kinds: Mapping[str, str], case: str, tags: Sequence[str], labels: int
) -> Iterator[Figure]:
    before: list[Given] = []
    after: list[Given] = []
    for draw in range(bench.rounds):
        bench.say(f"{case}, {labels} labels each, draw {draw + 1}")
        _begin(service, kinds, tags, labels, draw)
        _train(service)
        before += _given(bench, service, kinds, tags)
        _judge(service, kinds)
        _train(service)
        after += _given(bench, service, kinds, tags)
    yield from both(f"a library of {len(kinds):,} photos, {case}, {labels} labels each", before, after)


def both(what: str, before: Sequence[Given], after: Sequence[Given]) -> Iterator[Figure]:
    """Yields the figures of what was given before and after a sheet."""
    for when, given, goal in (("before a sheet", before, BEFORE), ("after one sheet a tag", after, AFTER)):
        right = [100 * each.right for each in given if each.right is not None]
        claimed = [100 * each.claimed for each in given if each.right is not None]
        if right:
            apart = abs(float(np.mean(claimed)) - float(np.mean(right)))
            yield Figure(f"{what}, {when}: right of what is given", float(np.mean(right)), "%", goal=least(goal))
            yield Figure(f"{what}, {when}: right, the worst tag", min(right), "%", goal=least(WORST))
            yield Figure(f"{what}, {when}: claimed apart from true", apart, "points", goal=Goal(CLAIM, at_most=True))
        yield Figure(f"{what}, {when}: found of all", 100 * float(np.mean([each.found for each in given])), "%")
        portraits = sum(each.portraits for each in given)
        yield Figure(f"{what}, {when}: portraits among them", portraits, "photos", goal=Goal(0, at_most=True))


def _begin(service: Service, kinds: Mapping[str, str], tags: Sequence[str], labels: int, draw: int) -> None:
    """Deletes the tags of earlier draws, and tags photos that are drawn of each kind."""
    nodes = service.ask("{ tags(first: 500) { nodes { id path } } }")["tags"]["nodes"]
    for node in sorted(nodes, key=lambda each: -each["path"].count("/")):  # narrower tags first
        service.ask("mutation($i: ID!) { deleteTag(id: $i) }", i=node["id"])
    chance = np.random.default_rng(draw)
    for tag in tags:
        kind = SCENES[tag.removeprefix(TREE)]
        drawn = chance.permutation(sorted(id_ for id_, each in kinds.items() if each == kind))[:labels]
        service.ask(
            "mutation($p: [ID!]!, $t: [String!]!) { tagPhotos(photos: $p, tags: $t) { changed } }",
            p=drawn.tolist(),
            t=[tag],
        )


def _train(service: Service) -> None:
    service.ask(TRAIN)
    settled(service)


def wanted(tag: str) -> set[str]:
    """Returns the kinds of photos that have a tag, by its name without the wider one."""
    return {SCENES[tag]} if tag in SCENES else {SCENES["Sea"], SCENES["Mountain"], SCENES["Glacier"]}


def _given(bench: Bench, service: Service, kinds: Mapping[str, str], tags: Sequence[str]) -> list[Given]:
    """Compares the predictions that count as tags with the truth."""
    query = "{ models(kind: TAGS) { state perLabel { label expectedPrecision } } }"
    active = next(model for model in service.ask(query)["models"] if model["state"] == "ACTIVE")
    claims = {each["label"]: each["expectedPrecision"] for each in active["perLabel"]}
    nodes = all_photos(service, "id tags { source tag { name } }")
    out = []
    for tag in dict.fromkeys(name for path in tags for name in path.split("/")):
        kinds_of = [
            kinds[node["id"]]
            for node in nodes
            for each in node["tags"]
            if each["source"] == "PREDICTED" and each["tag"]["name"] == tag
        ]
        said = sum(
            each["source"] != "PREDICTED" and each["tag"]["name"] == tag for node in nodes for each in node["tags"]
        )
        right = sum(kind in wanted(tag) for kind in kinds_of)
        every = sum(kind in wanted(tag) for kind in kinds.values()) - said
        given = Given(
            tag,
            right / len(kinds_of) if kinds_of else None,
            right / max(1, every),
            claims.get(tag, 0.0),
            len(kinds_of),
            kinds_of.count(PORTRAITS),
        )
        bench.say(
            f"{tag}: given to {given.photos}, right {given.right or 0:.3f}, found {given.found:.3f}, "
            f"claimed {given.claimed:.3f}"
        )
        out.append(given)
    return out


def _judge(service: Service, kinds: Mapping[str, str]) -> None:
    """Judges a sheet of each tag by the truth."""
    for tag in service.ask("{ tags(first: 500) { nodes { id name } } }")["tags"]["nodes"]:
        sheet: Any = service.ask("query($t: ID!) { tagSheet(tag: $t) { photos { id } } }", t=tag["id"])["tagSheet"]
        wrong = [photo["id"] for photo in sheet["photos"] if kinds[photo["id"]] not in wanted(tag["name"])]
        if sheet["photos"]:
            service.ask(
                "mutation($t: ID!, $w: [ID!]!) { judgeSheet(tag: $t, wrong: $w) { changed } }", t=tag["id"], w=wrong
            )
