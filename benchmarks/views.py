"""Asks a large library for what the screens of the cookbook do not show at its worst: suggestions, maps, searches, and
persons with many faces, also after one of these faces was named."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.pictures import Say
from benchmarks.report import Figure
from benchmarks.screens import Measured, measured
from benchmarks.search.questions import QUESTIONS
from benchmarks.search.run import PAGE
from benchmarks.service import Service
from tests.kit.screens import screens

ROUNDS = 3
SUGGEST = "query ($text: String!) { suggest(text: $text, first: 10) { kind label count text node { id } } }"
TYPED: Mapping[str, str] = {"a letter": "t", "a word": "tag", "a year": "2019", "a month and a year": "august 2019"}
VIEWS: Mapping[str, tuple[dict[str, float], int]] = {
    "the world": ({"north": 90, "south": -90, "west": -180, "east": 180}, 3),
    "a continent": ({"north": 60, "south": -20, "west": -20, "east": 60}, 5),
    "a town": ({"north": 45, "south": 40, "west": 10, "east": 15}, 9),
}
FACES = """query ($after: String) { person(name: "Person0") { id faceCount photoCount cover { id thumbnail }
  faces(first: 50, after: $after) { nodes { id thumbnail } pageInfo { endCursor } } } }"""
NAMELESS = "{ faceClusters(first: 10) { nodes { faces(first: 1) { nodes { id } } } } }"
ASSIGN = """mutation ($faces: [ID!]!) { assignFaces(faces: $faces, person: "Person0") {
  change persons { id faceCount photoCount cover { id thumbnail } } } }"""
UNDO = "mutation ($change: ID!) { undo(change: $change) { changed } }"


def views_of(service: Service, say: Say, server: int | None = None) -> Iterator[Figure]:
    """Measures a furnished library. ``server`` is the process of its engine, if that is not one of its own."""
    pids = [service.pid, *([server] if server else [])]

    def asked(what: str, query: str, variables: Mapping[str, Any]) -> Measured:
        say(what)
        return measured(service, query, variables, pids)

    for what, text in TYPED.items():
        name = f"suggestions for {what}"
        yield from asked(name, SUGGEST, {"text": text}).figures(name)
    [of_map] = (screen.query for screen in screens() if screen.name == "map")
    for what, (bounds, zoom) in VIEWS.items():
        name = f"map of {what}"
        yield from asked(name, of_map, {"bounds": bounds, "zoom": zoom}).figures(name)
    worst = max(
        (asked(each.name, PAGE, {"filter": each.graphql}) for each in QUESTIONS), key=lambda each: max(each.taken)
    )
    yield from worst.figures("the slowest of ten searches")
    yield from _persons(service, say, pids)


def _persons(service: Service, say: Say, pids: Sequence[int]) -> Iterator[Figure]:
    found = service.ask(FACES)["person"]
    name = f"a person with {found['faceCount']:,} faces"
    say(name)
    yield from measured(service, FACES, {}, pids).figures(name)
    after = {"after": found["faces"]["pageInfo"]["endCursor"]}
    yield from measured(service, FACES, after, pids).figures(f"{name}, the second page of them")
    naming, asking = [], []
    clusters = service.ask(NAMELESS)["faceClusters"]["nodes"]
    for cluster in clusters[:ROUNDS]:
        started = time.perf_counter()
        change = service.ask(ASSIGN, faces=[cluster["faces"]["nodes"][0]["id"]])["assignFaces"]["change"]
        named = time.perf_counter()
        service.ask(FACES)
        naming.append(named - started)
        asking.append(time.perf_counter() - named)
        service.ask(UNDO, change=change)
    yield Figure(f"{name}: another one named, with the new numbers, median", statistics.median(naming) * 1000, "ms")
    yield Figure(f"{name}: asked for after that, median", statistics.median(asking) * 1000, "ms")
