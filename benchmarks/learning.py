"""Measures learning through the whole system: photos are tagged, trained on, predicted and reviewed by GraphQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bench import Bench
from benchmarks.jobs import Expected, settled
from benchmarks.processes import MIB, Watch
from benchmarks.report import Figure, Goal
from benchmarks.service import Service
from photos_graph.learn import catalogue
from photos_graph.learn.evidence import Evidence
from photos_graph.learn.metrics import average_precisions
from photos_graph.learn.weights import BackboneWeights
from resolvers import ids

GOALS = {10: 84, 30: 88, 100: 90}  # labels of each kind: percent of the others whose likeliest kind is right
PER_FOLDER = 5
DRAWS = 4  # of the labels per round; they differ by half a point
PROMISED = 95.0
ANSWERS, ROUNDS, TESTED = 50, 2, 500  # answers and rounds of the review queue; photos without questions
POISON = 0.3  # share of the labels that are permuted
PAGE = 500
TRAIN = "mutation { train(kind: TAGS) { id } }"

Truth = Mapping[str, str]  # photo id to kind
Scores = dict[str, dict[str, float]]  # photo id to kind to score


@dataclass(frozen=True, slots=True)
class Library:
    service: Service
    truth: Truth
    kinds: tuple[str, ...]


def learning(bench: Bench) -> Iterator[Figure]:
    """Measures each number of labels on DRAWS random draws per round and the rest on one, and reports the means."""
    pictures = sorted(bench.scenes.glob("*/*.jpg"))
    if not pictures:
        bench.say(f"left out: there is no {bench.scenes}/<place>/<picture>.jpg")
        return
    with bench.scratch() as scratch:
        data_dir = scratch / "data"
        fetched(bench, data_dir)
        root = _spread(pictures, scratch / "Pictures")
        with Service(data_dir, {"PHOTOS_FACES__ENABLED": "off", "PHOTOS_LEARN__CORRECTIONS": "0"}) as service:
            bench.say(f"{len(pictures):,} pictures are scanned and described")
            began = datetime.now(UTC)
            service.scan(service.add_root(root))
            took = settled(service, expected=Expected("PREDICT", began))
            yield Figure("pictures of 100 px described after a scan", len(pictures) / took["PREDICT"], "photos/s")
            library = library_of(service)
            for labels, goal in GOALS.items():
                yield from _learnt(bench, library, labels, goal)
            yield from _reviewed(bench, library)
            yield from _poisoned(bench, library)


def fetched(bench: Bench, data_dir: Path) -> None:
    """Downloads the backbone to the folder in which the service looks for it."""
    store = BackboneWeights(data_dir / "models")
    store.fetch([catalogue.backbone("EfficientNetLite0")], lambda what, done, total: bench.say(what))


def _spread(pictures: Sequence[Path], root: Path) -> Path:
    """Spreads the kinds over folders. If a folder had photos of one kind only, all of them would be trained on or all
    held out."""
    order = np.random.default_rng(0).permutation(len(pictures))
    for at, number in enumerate(order.tolist()):
        picture = pictures[number]
        folder = root / f"walk {at // PER_FOLDER:03}"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, folder / f"{picture.parent.name} {number}.jpg")
    return root


def library_of(service: Service) -> Library:
    truth = {node["id"]: node["name"].split()[0] for node in all_photos(service, "id name")}
    return Library(service, truth, tuple(sorted(set(truth.values()))))


def all_photos(service: Service, fields: str) -> list[Any]:
    """Returns all photos."""
    query = f"""query($after: String) {{ photos(first: {PAGE}, after: $after) {{
      pageInfo {{ hasNextPage endCursor }} nodes {{ {fields} }} }} }}"""
    found: list[Any] = []
    after = None
    while True:
        page = service.ask(query, after=after)["photos"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def _drawn(library: Library, labels: int, draw: int) -> dict[str, list[str]]:
    """Draws photos of each kind."""
    chance = np.random.default_rng(draw)
    return {
        kind: chance.permutation(sorted(id_ for id_, true in library.truth.items() if true == kind))[:labels].tolist()
        for kind in library.kinds
    }


def _begin(library: Library, labelled: Mapping[str, Iterable[str]]) -> None:
    """Deletes the tags of earlier draws, and tags the drawn photos."""
    ask = library.service.ask
    for tag in _tags(library.service).values():
        ask("mutation($i: ID!) { deleteTag(id: $i) }", i=tag)
    for kind, photos in labelled.items():
        _tag(library.service, list(photos), kind)


def _tag(service: Service, photos: list[str], kind: str) -> None:
    service.ask(
        "mutation($p: [ID!]!, $t: [String!]!) { tagPhotos(photos: $p, tags: $t) { changed } }", p=photos, t=[kind]
    )


def _tags(service: Service) -> dict[str, str]:
    return {
        node["name"]: node["id"] for node in service.ask("{ tags(first: 500) { nodes { id name } } }")["tags"]["nodes"]
    }


def train(library: Library, labels: int) -> None:
    """Labels ``labels`` photos of each kind and queues the training."""
    _begin(library, _drawn(library, labels, 0))
    library.service.ask(TRAIN)


def _train(library: Library) -> tuple[Any, dict[str, float]]:
    """Trains a model. Returns its newest version, and the seconds of each job."""
    library.service.ask(TRAIN)
    took = settled(library.service)
    return library.service.ask("{ models(kind: TAGS) { id version state reason } }")["models"][0], took


def _read_back(library: Library) -> tuple[set[tuple[str, str]], Scores]:
    """Reads the tags that are given at the thresholds of the model, and then all stored scores."""
    fields = "id tags { source score tag { name } }"
    given = {
        (node["id"], tag["tag"]["name"])
        for node in all_photos(library.service, fields)
        for tag in node["tags"]
        if tag["source"] == "PREDICTED"
    }
    for tag in _tags(library.service).values():
        library.service.ask("mutation($t: ID!) { setThreshold(tag: $t, threshold: 0) { id } }", t=tag)
    settled(library.service)  # everything is predicted again, so that less probable tags are stored too
    scores = {
        node["id"]: {tag["tag"]["name"]: tag["score"] for tag in node["tags"] if tag["source"] == "PREDICTED"}
        for node in all_photos(library.service, fields)
    }
    return given, scores


def _learnt(bench: Bench, library: Library, labels: int, goal: float) -> Iterator[Figure]:
    right, given, good, training, predicting, peaks = [], 0, 0, [], [], []
    for draw in range(DRAWS * bench.rounds):
        bench.say(f"{labels} labels of each kind, draw {draw + 1}")
        labelled = _drawn(library, labels, draw)
        _begin(library, labelled)
        with Watch(library.service.pid) as watch:
            model, took = _train(library)
        if model["state"] != "ACTIVE":
            bench.say(f"rejected: {model['reason']}")
        tagged, scores = _read_back(library)
        others = set(library.truth) - {id_ for photos in labelled.values() for id_ in photos}
        right.append(np.mean([_best(scores[id_]) == library.truth[id_] for id_ in others]))
        given += sum(id_ in others for id_, _ in tagged)
        good += sum(id_ in others and library.truth[id_] == kind for id_, kind in tagged)
        training.append(took["TRAIN_TAGS"])
        predicting.append(took["PREDICT"])
        peaks.append(watch.peak.service / MIB)
    what = f"scenes, {labels} labels of each kind, through the service"
    count = DRAWS * bench.rounds * (len(library.truth) - labels * len(library.kinds))
    yield Figure(f"{what}: right of the others", 100 * float(np.mean(right)), "%", goal=least(goal))
    yield Figure(f"{what}: right of the tags given", 100 * good / max(1, given), "%", goal=least(PROMISED - 2))
    yield Figure(f"{what}: photos given their tag", 100 * good / count, "%")
    yield Figure(f"{what}: training, from the job's start to its end", float(np.median(training)), "s")
    yield Figure(f"{what}: predicting {len(library.truth):,} photos", float(np.median(predicting)), "s")
    yield Figure(f"{what}: peak memory of service and workers", max(peaks), "MiB")


def _best(scores: Mapping[str, float]) -> str | None:
    return max(scores, key=scores.__getitem__, default=None)


def _reviewed(bench: Bench, library: Library) -> Iterator[Figure]:
    """Answers two rounds of questions by the truth, once from the review queue and once from random photos."""
    gained: dict[str, list[float]] = {"queue": [], "chance": []}
    for draw in range(bench.rounds):
        labelled = _drawn(library, 10, draw)
        known = {id_ for photos in labelled.values() for id_ in photos}
        order = np.random.default_rng(draw).permutation(sorted(set(library.truth) - known)).tolist()
        tested, free = set(order[:TESTED]), order[TESTED:]
        for how, gains in gained.items():
            bench.say(f"answers by {how}, draw {draw + 1}")
            _begin(library, labelled)
            _train(library)
            scores = _read_back(library)[1]
            before = _score(library, scores, tested)
            left = list(free)
            for number in range(ROUNDS):
                asked = _from_queue(library, tested) if how == "queue" else _by_chance(scores, left, 10 * draw + number)
                left = [id_ for id_ in left if id_ not in {photo for photo, _ in asked}]
                _answer(library, asked)
                _train(library)
                scores = _read_back(library)[1]
            gains.append(_score(library, scores, tested) - before)
    queue, chance = (100 * float(np.mean(gains)) for gains in gained.values())
    what = f"scenes, average precision gained by {ROUNDS} x {ANSWERS} answers through the service"
    ratio = queue / chance if chance else None
    yield Figure(what, queue, "points", chance, "by chance", ratio, Goal(1, at_most=False, of_ratio=True))


def _from_queue(library: Library, tested: set[str]) -> list[tuple[str, str]]:
    query = "{ reviewQueue(kind: TAGS, first: 500) { nodes { label photo { id } } } }"
    items = [(item["photo"]["id"], item["label"]) for item in library.service.ask(query)["reviewQueue"]["nodes"]]
    return [(photo, label) for photo, label in items if photo not in tested][:ANSWERS]


def _by_chance(scores: Scores, free: Sequence[str], seed: int) -> list[tuple[str, str]]:
    drawn = np.random.default_rng(seed).permutation(list(free))[:ANSWERS].tolist()
    return [(id_, kind) for id_ in drawn if (kind := _best(scores[id_])) is not None]


def _answer(library: Library, asked: Iterable[tuple[str, str]]) -> None:
    tags = _tags(library.service)
    items: dict[bool, list[str]] = {True: [], False: []}
    for photo, kind in asked:
        key = f"{ids.decode('Photo', photo)}/{ids.decode('Tag', tags[kind])}"
        items[library.truth[photo] == kind].append(ids.encode("ReviewItem", key))
    for yes, some in items.items():
        how = "confirm" if yes else "reject"
        library.service.ask(f"mutation($i: [ID!]!) {{ {how}(items: $i) {{ changed }} }}", i=some)


def _score(library: Library, scores: Scores, photos: Iterable[str]) -> float:
    """Returns the mean average precision over the kinds on these photos."""
    chosen = sorted(photos)
    found = np.array([[scores[id_].get(kind, 0) for kind in library.kinds] for id_ in chosen], np.float32)
    truth = np.array([[library.truth[id_] == kind for kind in library.kinds] for id_ in chosen], np.float32)
    return float(average_precisions(found, Evidence(truth, np.ones_like(truth))).mean())


def _poisoned(bench: Bench, library: Library) -> Iterator[Figure]:
    rejected, stayed = [], []
    for draw in range(bench.rounds):
        bench.say(f"permuted labels, draw {draw + 1}")
        chance = np.random.default_rng(draw)
        _begin(library, _drawn(library, 30, draw))
        active, _ = _train(library)
        pairs = [(photo, kind) for kind, photos in _drawn(library, 60, draw).items() for photo in photos]
        wrong = chance.choice(len(pairs), int(POISON * len(pairs)), replace=False)
        kinds = [kind for _, kind in pairs]
        for at, other in zip(wrong.tolist(), chance.permutation(wrong).tolist(), strict=True):
            kinds[at] = pairs[other][1]
        untag = "mutation($p: [ID!]!, $t: [String!]!) { untagPhotos(photos: $p, tags: $t) { changed } }"
        for kind in library.kinds:
            moved = [photo for (photo, was), now in zip(pairs, kinds, strict=True) if was == kind != now]
            library.service.ask(untag, p=moved, t=[kind])
        for kind in library.kinds:
            _tag(library.service, [photo for (photo, _), now in zip(pairs, kinds, strict=True) if now == kind], kind)
        model, _ = _train(library)
        rejected.append(model["state"] == "REJECTED")
        now = library.service.ask("{ models(kind: TAGS) { id state } }")["models"]
        stayed.append([each["id"] for each in now if each["state"] == "ACTIVE"] == [active["id"]])
    what = "scenes, 30 % of the labels permuted, through the service"
    yield Figure(f"{what}: rejected", 100 * float(np.mean(rejected)), "%", goal=least(100))
    yield Figure(f"{what}: the active model stays", 100 * float(np.mean(stayed)), "%", goal=least(100))


def least(limit: float) -> Goal:
    return Goal(limit, at_most=False)
