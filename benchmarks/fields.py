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
WORST = 12  # rows of the table
NOISE = 0.002  # seconds; a smaller difference is not one
SLOWEST, GROWTH = 0.150, 1.3

# The arguments without which these fields say nothing. Other fields are asked without arguments, but for `first`.
ARGUMENTS = {
    ("Query", "folder"): 'path: "Pictures"',
    ("Query", "tag"): 'name: "Tag0"',
    ("Query", "person"): 'name: "Person0"',
    ("Query", "search"): 'text: "Tag0", first: 50',
    ("Query", "explainFilter"): "filter: { favourite: true }",
    ("Query", "photo"): "id: $photo",
    ("Query", "node"): "id: $photo",
    ("Query", "nodes"): "ids: [$photo]",
    ("Query", "photosAround"): "id: $photo",
    ("Query", "timeline"): "by: MONTH",
}
NOT_ASKED = {
    ("Query", "job"): "the library has no job",
    ("Query", "tagSheet"): "the library has no model",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A field with a document that asks it of a page of objects of its type."""

    name: str
    document: str


@dataclass(frozen=True, slots=True)
class Times:
    median: float
    p95: float


def fields(bench: Bench) -> list[Figure]:
    documents = list(every_field(build_schema(WebSettings())._schema))
    figures = []
    for engine in ("embedded", "neo4j"):
        times = {size: _measured(bench, engine, size, documents) for size in (SMALL, bench.photos)}
        figures += _figures(bench, engine, documents, times[SMALL], times[bench.photos])
    return figures


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


def _measured(bench: Bench, engine: str, size: int, documents: list[Asked]) -> dict[str, Times]:
    with library(bench, engine, size) as settings, Service(settings.data_dir, environment(settings)) as service:
        photo = service.ask("{ photos(first: 1) { nodes { id } } }")["photos"]["nodes"][0]["id"]
        found: dict[str, Times] = {}
        for round_ in range(bench.rounds):
            for asked in documents:
                bench.say(f"{engine}, {size:,} photos, round {round_ + 1}, {asked.name}")
                times = _times(service, asked, photo)
                known = found.get(asked.name, times)
                found[asked.name] = Times(min(known.median, times.median), min(known.p95, times.p95))
        return found


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


def _times(service: Service, asked: Asked, photo: str) -> Times:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    body, headers = graphql(asked.document, **({"photo": photo} if "$photo: ID!" in asked.document else {}))
    taken: list[float] = []
    for _ in range(WARM + REPEATS):
        started = time.perf_counter()
        connection.request("POST", "/graphql", body, headers)
        answer = connection.getresponse().read()
        taken.append(time.perf_counter() - started)
    connection.close()
    if errors := json.loads(answer).get("errors"):
        raise RuntimeError(f"{asked.document}: {errors}")
    measured = sorted(taken[WARM:])
    return Times(statistics.median(measured), measured[math.ceil(len(measured) * 0.95) - 1])


def _figures(
    bench: Bench, engine: str, documents: list[Asked], small: Mapping[str, Times], large: Mapping[str, Times]
) -> list[Figure]:
    growth = {
        name: large[name].median / small[name].median if large[name].median - small[name].median > NOISE else 1.0
        for name in large
    }
    shown = Table("field", f"{SMALL:,} photos", f"{bench.photos:,} photos", "95th percentile", "growth", title=engine)
    worst = sorted(large, key=lambda name: max(large[name].p95 / SLOWEST, growth[name] / GROWTH), reverse=True)
    for name in worst[:WORST]:
        times = (small[name].median, large[name].median, large[name].p95)
        shown.add_row(name, *(f"{seconds * 1000:.1f} ms" for seconds in times), f"{growth[name]:.2f} x")
    Console(stderr=True).print(shown)
    what = f"{len(documents)} fields, {engine}"
    return [
        Figure(f"slowest 95th percentile of {what}, {bench.photos:,} photos", max(t.p95 for t in large.values()) * 1000,
               "ms", goal=Goal(SLOWEST * 1000, at_most=True)),
        Figure(f"largest growth from {SMALL:,} photos, {what}", max(growth.values()), "x",
               goal=Goal(GROWTH, at_most=True)),
        Figure(f"fields slower than that or growing more, {what}",
               sum(large[n].p95 > SLOWEST or growth[n] > GROWTH for n in large), "", goal=Goal(0, at_most=True)),
    ]  # fmt: skip
