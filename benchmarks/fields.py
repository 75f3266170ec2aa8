"""Asks every field of the schema, for a page of 50 objects, in libraries of several sizes and on both engines."""

from __future__ import annotations

import asyncio
import http.client
import json
import math
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from rich.console import Console
from rich.table import Table

from benchmarks.bench import Bench
from benchmarks.report import Figure, Goal
from benchmarks.search.made import made
from benchmarks.search.run import environment, graph_of, loaded
from benchmarks.service import Service, graphql
from photos_graph.settings import Settings, WebSettings
from photos_graph.settings import load as settings_of
from resolvers.schema import build_schema

SMALL = 10_000
WARM, REPEATS = 3, 12
AGAIN = 60  # repeats of a field that seems to grow: among 500 fields, some do by chance
SETTLING = 15  # seconds
WORST = 12  # rows of the table
NOISE = 0.002  # seconds; a smaller difference is not one
SLOWEST, GROWTH = 0.150, 1.3

# The arguments without which these fields say nothing. Other fields are asked without arguments, but for `first`.
ARGUMENTS = {
    ("Query", "folder"): 'path: "Pictures"',
    ("Query", "tag"): 'name: "Tag0"',
    ("Query", "album"): 'name: "Album0"',
    ("Query", "person"): 'name: "Person0"',
    ("Query", "search"): 'text: "Tag0", first: 50',
    ("Query", "explainFilter"): "filter: { favourite: true }",
    ("Query", "photo"): "id: $photo",
    ("Query", "node"): "id: $photo",
    ("Query", "nodes"): "ids: [$photo]",
    ("Query", "photosAround"): "id: $photo",
    ("Query", "timeline"): "by: DAY, first: 50",
    ("Query", "suggest"): 'text: "tag", first: 50',
    ("Query", "similarGroups"): "kind: EXACT, first: 50",
    ("Query", "geo"): "bounds: { north: 90, south: -90, east: 180, west: -180 }, zoom: 0",
}
NOT_ASKED = {
    ("Query", "job"): "the library has no job",
    ("Query", "tagSheet"): "the library has no model",
    ("Query", "outcome"): "no mutation has failed",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A field with a document that asks it of a page of objects of its type."""

    name: str
    document: str


@dataclass(frozen=True, slots=True)
class Asking:
    """A connection to a service, and a photo of its library."""

    connection: http.client.HTTPConnection
    photo: str


@dataclass(frozen=True, slots=True)
class Growth:
    """Seconds in a small and in a large library, which were measured in turn."""

    small: list[float]
    large: list[float]

    @property
    def p95(self) -> float:
        return sorted(self.large)[math.ceil(len(self.large) * 0.95) - 1]

    @property
    def ratio(self) -> float:
        """The median of the ratios of the pairs, or 1 if they differ by less than what is noise."""
        difference = statistics.median(b - a for a, b in zip(self.small, self.large, strict=True))
        ratio = statistics.median(b / a for a, b in zip(self.small, self.large, strict=True))
        return ratio if abs(difference) > NOISE else 1.0


def fields(bench: Bench) -> list[Figure]:
    documents = list(every_field(build_schema(WebSettings())._schema))
    return [
        figure
        for engine in ("embedded", "neo4j")
        for figure in _figures(bench, engine, _measured(bench, engine, documents))
    ]


def every_field(schema: GraphQLSchema) -> Iterator[Asked]:
    """Yields each field of each object type that can be reached from Query, except for those in NOT_ASKED."""
    root = schema.query_type
    assert root is not None
    paths: dict[str, tuple[str, ...]] = {root.name: ()}
    waiting, late = [root], list[tuple[GraphQLObjectType, tuple[str, ...]]]()
    while waiting or late:
        if waiting:
            type_ = waiting.pop(0)
        else:
            type_, path = late.pop(0)
            if type_.name in paths:
                continue
            paths[type_.name] = path
        for name, field in type_.fields.items():
            if (type_.name, name) in NOT_ASKED:
                continue
            below = get_named_type(field.type)
            path = (*paths[type_.name], _with_arguments(type_.name, name, field))
            yield Asked(f"{type_.name}.{name}", _document(path, below))
            if not isinstance(below, GraphQLObjectType) or below.name in paths:
                continue
            if type_ is root and "first" not in field.args:
                late.append((below, path))  # a page leads to more objects of the type
            else:
                paths[below.name] = path
                waiting.append(below)


def _with_arguments(type_name: str, name: str, field: GraphQLField) -> str:
    if (given := ARGUMENTS.get((type_name, name))) is not None:
        return f"{name}({given})"
    if missing := [argument for argument, kind in field.args.items() if is_required_argument(kind)]:
        raise RuntimeError(f"ARGUMENTS lacks {type_name}.{name} ({', '.join(missing)})")
    return f"{name}(first: {50 if type_name == 'Query' else 5})" if "first" in field.args else name


def _document(path: tuple[str, ...], below: object) -> str:
    if isinstance(below, GraphQLObjectType):
        leaves = [
            name
            for name, field in below.fields.items()
            if is_leaf_type(get_named_type(field.type)) and not any(map(is_required_argument, field.args.values()))
        ]
        text = "{ " + " ".join(leaves or ["__typename"]) + " }"
    else:
        text = "" if is_leaf_type(below) else "{ __typename }"
    for step in reversed(path):
        text = "{ " + step + " " + text + " }"
    return f"query ($photo: ID!) {text}" if "$photo" in text else text


def _measured(bench: Bench, engine: str, documents: list[Asked]) -> dict[str, Growth]:
    """Asks both libraries in turn, so that what else the machine does hits both."""
    with _serving(bench, engine, SMALL) as small, _serving(bench, engine, bench.photos) as large:
        found = {}
        for number, asked in enumerate(documents):
            bench.say(f"{engine}, {asked.name}, {number + 1} of {len(documents)}")
            found[asked.name] = _growth(small, large, asked, REPEATS)
        for asked in documents:
            if found[asked.name].ratio > GROWTH:
                bench.say(f"{engine}, {asked.name} again")
                found[asked.name] = _growth(small, large, asked, AGAIN)
        return found


def _growth(small: Asking, large: Asking, asked: Asked, repeats: int) -> Growth:
    taken = [(seconds(small, asked), seconds(large, asked)) for _ in range(WARM + repeats)][WARM:]
    return Growth([a for a, _ in taken], [b for _, b in taken])


@contextmanager
def _serving(bench: Bench, engine: str, size: int) -> Iterator[Asking]:
    with library(bench, engine, size) as settings, Service(settings.data_dir, environment(settings)) as service:
        photo = service.ask("{ photos(first: 1) { nodes { id } } }")["photos"]["nodes"][0]["id"]
        time.sleep(SETTLING)  # what the service prepares after its start is not measured
        yield Asking(http.client.HTTPConnection("127.0.0.1", service.port, timeout=60), photo)


@contextmanager
def library(bench: Bench, engine: str, size: int) -> Iterator[Settings]:
    """Yields settings that lead to a library of that size. That of the embedded engine is kept in ``bench.folder``."""
    if engine == "embedded":
        settings = settings_of(data_dir=bench.folder / "fields" / f"embedded-{size}", graph={"heap": "2g"})
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if not (settings.data_dir / "loaded").exists():
            asyncio.run(loaded(bench, made(size), settings))
            (settings.data_dir / "loaded").touch()
        yield settings
        return
    with bench.scratch() as scratch, graph_of(engine, scratch) as settings:
        asyncio.run(loaded(bench, made(size), settings))
        yield settings


def seconds(asking: Asking, asked: Asked) -> float:
    variables = {"photo": asking.photo} if "$photo: ID!" in asked.document else {}
    body, headers = graphql(asked.document, **variables)
    started = time.perf_counter()
    asking.connection.request("POST", "/graphql", body, headers)
    answer = asking.connection.getresponse().read()
    taken = time.perf_counter() - started
    if errors := json.loads(answer).get("errors"):
        raise RuntimeError(f"{asked.document}: {errors}")
    return taken


def _figures(bench: Bench, engine: str, times: Mapping[str, Growth]) -> list[Figure]:
    shown = Table("field", f"{SMALL:,} photos", f"{bench.photos:,} photos", "95th percentile", "growth", title=engine)
    worst = sorted(times, key=lambda name: max(times[name].p95 / SLOWEST, times[name].ratio / GROWTH), reverse=True)
    for name in worst[:WORST]:
        each = times[name]
        measured = (statistics.median(each.small), statistics.median(each.large), each.p95)
        shown.add_row(name, *(f"{seconds * 1000:.1f} ms" for seconds in measured), f"{each.ratio:.2f} x")
    Console(stderr=True, width=120).print(shown)
    what = f"{len(times)} fields, {engine}"
    slow = sum(each.p95 > SLOWEST for each in times.values())
    growing = sum(each.ratio > GROWTH for each in times.values())
    return [
        Figure(f"slowest 95th percentile of {what}, {bench.photos:,} photos", max(t.p95 for t in times.values()) * 1000,
               "ms", goal=Goal(SLOWEST * 1000, at_most=True)),
        Figure(f"slower than that, of {what}", slow, "", goal=Goal(0, at_most=True)),
        Figure(f"largest growth from {SMALL:,} photos, {what}", max(t.ratio for t in times.values()), "x",
               goal=Goal(GROWTH, at_most=True)),
        Figure(f"growing more, of {what}", growing, "", goal=Goal(0, at_most=True)),
    ]  # fmt: skip
