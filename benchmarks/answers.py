"""Measures screens in GraphQL, beside a bare Starlette application that answers with the same bytes."""

from __future__ import annotations

import http.client
import statistics
import time
from functools import partial

from benchmarks.bench import Bench, in_turn
from benchmarks.fields import SETTLING, library
from benchmarks.load import rate, request
from benchmarks.peers.process import AppPeer
from benchmarks.report import Figure, Goal
from benchmarks.search.run import environment
from benchmarks.service import Service, graphql

LOAD_SECONDS = 4.0
TIMES = 21
LABELS = "tags { source tag { name } } persons { name } places { name }"
SCREENS = {
    "page of 50": (
        "{ photos(first: 50) { totalCount nodes { id takenAt width height placeholder thumbnail } } }",
        Goal(400, at_most=False),
        None,
    ),
    "page of 200 with labels and URLs": (
        "{ photos(first: 200) { totalCount nodes { id name takenAt width height placeholder thumbnail original "
        + LABELS
        + " } } }",
        None,
        Goal(100, at_most=True),
    ),
    "200 persons with numbers of faces and covers": (
        "{ persons(first: 200) { nodes { id name photoCount faceCount cover { thumbnail } } } }",
        None,
        Goal(100, at_most=True),
    ),
    "days with covers": (
        "{ timeline(by: DAY) { start count cover { id thumbnail placeholder } } }",
        None,
        Goal(100, at_most=True),
    ),
}


def answers(bench: Bench) -> list[Figure]:
    figures = []
    with (
        library(bench, "embedded", bench.photos) as settings,
        bench.scratch() as scratch,
        Service(settings.data_dir, environment(settings)) as service,
    ):
        time.sleep(SETTLING)  # what the service prepares after its start is not measured
        for name, (query, goal_rate, goal_time) in SCREENS.items():
            bench.say(name)
            body, headers = graphql(query)
            file = scratch / "answer.json"
            file.write_bytes(answered(service.port, body, headers)[0])
            asked = [request("/graphql", headers, body)]
            with AppPeer("answer", file) as peer:
                rate(service.port, asked, 1)
                pairs = in_turn(
                    bench.rounds,
                    partial(_rate, service.port, asked),
                    partial(_rate, peer.port, asked),
                )
            ours, theirs = pairs.medians
            peer_name = "bare Starlette, the same bytes"
            figures.append(Figure(name, ours, "requests/s", theirs, peer_name, pairs.ratio, goal_rate))
            taken = [answered(service.port, body, headers)[1] for _ in range(TIMES)]
            figures.append(Figure(f"{name}, one at a time", statistics.median(taken) * 1000, "ms", goal=goal_time))
    return figures


def _rate(port: int, asked: list[bytes], round_: int) -> float:
    return rate(port, asked, LOAD_SECONDS)


def answered(port: int, body: bytes, headers: dict[str, str]) -> tuple[bytes, float]:
    """Returns the answer and the seconds until it was there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    started = time.perf_counter()
    connection.request("POST", "/graphql", body, headers)
    answer = connection.getresponse().read()
    taken = time.perf_counter() - started
    connection.close()
    return answer, taken
