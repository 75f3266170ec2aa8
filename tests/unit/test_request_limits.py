"""What a request may weigh, found out before it is decoded, validated or converted."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
import tracemalloc
from json import JSONDecodeError
from typing import Any

import pytest
from graphql import GraphQLError, get_introspection_query, parse
from graphql.execution.values import get_variable_values
from strawberry.types.execution import ExecutionResult

from photos_graph.access.credentials import Access
from photos_graph.access.roles import Viewer
from photos_graph.access.signing import Keys
from photos_graph.errors import Busy, TooComplex
from photos_graph.model.access import Role
from photos_graph.settings import WebSettings
from photos_graph.web.seldom import AcceptErrors, Seldom
from resolvers import document_reader as reading
from resolvers.context import Context
from resolvers.document_reader import Reader
from resolvers.errors import public
from resolvers.json_limits import MOST_LEVELS, check_json
from resolvers.limits import exceeded
from resolvers.schema import build_schema
from resolvers.value_weights import weight_of_value

SCHEMA = build_schema(WebSettings())
BARE = SCHEMA._schema
SMALL = "{ viewer { name } }"
LARGE = "{ viewer { name } } #" + "x" * reading.AT_ONCE


def context(role: Role = Role.OWNER) -> Context:
    return Context(Access(Keys(b""), {}), Viewer("somebody", role), None, None)


async def execute(text: str, role: Role = Role.OWNER, **variables: Any) -> ExecutionResult:
    return await SCHEMA.execute(text, variable_values=variables, context_value=context(role))


def codes(result: ExecutionResult) -> list[str]:
    return [(public(each).extensions or {})["code"] for each in result.errors or ()]


@pytest.mark.parametrize(
    "body",
    [
        b'{"query": "{ a }", "variables": {"i": [' + b'"x",' * 9_000 + b'"x"]}}',
        json.dumps({"text": ",[{" * 20_000}).encode(),
        json.dumps({"text": '"\\' * 20_000}).encode(),
        json.dumps({"text": '\\",[' * 20_000 + "\\"}).encode(),
        b"[" * MOST_LEVELS + b"]" * MOST_LEVELS,
        b'"unended [[[[',
        b"{" * 20,
        b"",
        b"\xff\xfe",
    ],
)
def test_json_of_a_reasonable_size_is_left_to_the_decoder(body: bytes) -> None:
    check_json(body, 10_000)
    check_json(body.decode("latin-1"), 10_000)


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"[]," * 10_001 + b"0]",
        b"[" + b"1," * 10_001 + b"1]",
        b"{" + b",".join(b'"%d":{}' % n for n in range(10_001)) + b"}",
        b'["\\\\",' + b'"",' * 10_001 + b"0]",
        b'["\\"",' + b"1," * 10_001 + b"0]",
        b"[" + b'"",' * 50_000 + b"0]",
        b'["x' + b"," * 20_000 + b'",' + b"[" * (MOST_LEVELS + 1),
        b"[[[" * 1_000_000,
    ],
)
def test_json_with_too_many_values_or_levels_is_refused(body: bytes) -> None:
    with pytest.raises(TooComplex):
        check_json(body, 10_000)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le"])
def test_json_in_another_encoding_is_refused_because_its_quotes_cannot_be_found(encoding: str) -> None:
    with pytest.raises(JSONDecodeError):
        check_json(json.dumps({"a": [1]}).encode(encoding), 10_000)


@pytest.mark.parametrize(
    ("declared", "value", "weight"),
    [
        ("[ID!]!", ["a"] * 10_000, 10_001),
        ("Int", 1, 1),
        ("Int", None, 1),
        ("Nothing", {"a": [1, 2]}, 4),
    ],
)
def test_a_value_weighs_what_it_holds(declared: str, value: object, weight: int) -> None:
    type_ = BARE.type_map.get(declared.strip("[]!"))
    assert weight_of_value(value, type_) == weight  # type: ignore[arg-type]


def test_an_object_weighs_also_what_it_leaves_out() -> None:
    filter_ = BARE.type_map["PhotoFilter"]
    empty = weight_of_value({}, filter_)  # type: ignore[arg-type]
    assert empty > 2 * len(filter_.fields) > 40  # type: ignore[attr-defined]
    assert weight_of_value({"or": [{}, {"not": {}}]}, filter_) == 4 * empty + 1  # type: ignore[arg-type]


PHOTOS = "query($f: PhotoFilter) { photos(filter: $f) { totalCount } }"
TWICE = "query($f: PhotoFilter) { a: photos(filter: $f) { totalCount } b: photos(filter: $f) { totalCount } }"


@pytest.mark.parametrize(
    ("document", "variables", "allowed"),
    [
        (PHOTOS, {"f": {"or": [{}] * 200}}, True),
        (PHOTOS, {"f": {"or": [{}] * 1_000}}, False),
        (TWICE, {"f": {"or": [{}] * 200}}, False),  # it is converted for each field
        ("{ photos(filter: {or: [" + "{}" * 900 + "]}) { totalCount } }", {}, False),
        ("query($f: PhotoFilter = {or: [" + "{}" * 900 + "]}) { photos(filter: $f) { totalCount } }", {}, False),
        ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["x"] * 9_000}, True),
        ("{ viewer { " + "name " * 2_000 + "} }", {}, True),
        ("{" + "...f " * 2 + "} fragment f on Query {" + "...g " * 2 + "} fragment g on Query {" + "...h " * 2 + "}"
         " fragment h on Query { viewer {" + "name " * 1000 + "} }", {}, False),
        (get_introspection_query(), {}, True),
        ("{" + "".join(f"a{n}: __schema {{ types {{ fields {{ args {{ name }} }} }} }} " for n in range(100)) + "}",
         {}, False),
    ],
)  # fmt: skip
def test_a_document_weighs_the_fields_and_values_that_it_makes_the_service_prepare(
    document: str, variables: dict[str, Any], allowed: bool
) -> None:
    problems = exceeded(BARE, parse(document), variables, WebSettings())
    assert (problems == []) is allowed
    assert all(isinstance(each.original_error, TooComplex) for each in problems)


def test_a_document_that_takes_long_to_weigh_is_not_weighed_to_the_end() -> None:
    fields = "{ nodes { " + "name " * 900 + "} }"
    pages = " ".join(f"a{n}: photos(first: {n}) {{ ...f }}" for n in range(1, 200))
    document = parse("{" + pages + "} fragment f on PhotoConnection " + fields)
    [problem] = exceeded(BARE, document, {}, WebSettings(max_aliases=1000, max_cost=10**9, max_values=10**9))
    assert "spreads its fragments too often" in problem.message


HOSTILE = {
    "the same field": "{ " + "viewer { name } " * 1200 + "}",
    "fragments side by side": "{" + " ".join(f"...f{n}" for n in range(350)) + "} "
    + " ".join(f"fragment f{n} on Query {{ viewer {{ name }} }}" for n in range(350)),
    "fragments in one another": "{ ...f0 } "
    + " ".join(f"fragment f{n} on Query {{ viewer {{ name }} ...f{n + 1} }}" for n in range(180))
    + " fragment f180 on Query { viewer { name } }",
    "fragments in a circle": "{ ...a } "
    + " ".join(f"fragment {x} on Query {{ {' '.join('...' + y for y in 'abcdefghij')} }}" for x in "abcdefghij"),
    "unknown fields of an input": "{ photos(filter: {"
    + " ".join(f"tag{n}: 1" for n in range(1600))
    + "}) { totalCount } }",
    "a long comment": SMALL + "#" + "x" * 1_000_000,
    "many commas": SMALL + "," * 1_000_000,
    "a long text": '{ photos(filter: {text: """' + "x\n" * 500_000 + '"""}) { totalCount } }',
    "many tokens": "{ viewer { " + "name " * 6_000 + "} }",
    "many levels": "{ query " * 400 + SMALL + "}" * 400,
}  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_document_is_refused_while_others_are_answered(name: str) -> None:
    await execute(SMALL)
    asking = asyncio.create_task(execute(HOSTILE[name]))
    answered = 0
    while not asking.done():
        assert (await execute(SMALL)).errors is None
        answered += 1
        await asyncio.sleep(0)
    result = asking.result()
    assert result.data is None and set(codes(result)) <= {"TOO_COMPLEX", "BAD_INPUT"}, result.errors
    assert len(result.errors or ()) <= reading.MOST_ERRORS + 1
    assert answered > 0


@pytest.mark.anyio
async def test_a_document_is_parsed_and_validated_once() -> None:
    reader = Reader(WebSettings())
    first = await reader.read(LARGE)
    assert await reader.check(LARGE, first, BARE) == []
    assert await reader.read(LARGE) is first and first.problems == []


@pytest.mark.anyio
async def test_documents_are_kept_up_to_a_number_of_bytes_those_first_that_were_asked_for_last() -> None:
    names = " ".join(f"a{n}: name" for n in range(300))
    texts = ["{ viewer { " + names + "} } # " + str(n) for n in range(10)]
    tracemalloc.start()
    try:
        reader = Reader(WebSettings(), most_bytes=2_000_000)
        before = tracemalloc.get_traced_memory()[0]
        for text in texts:
            await reader.check(text, await reader.read(text), BARE)
            assert reader.kept_bytes <= 2_000_000
            await reader.read(texts[0])
        kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert kept < 2 * 2_000_000
    again = [await reader.read(text) for text in (texts[0], texts[-1])]
    assert [each.problems is not None for each in again] == [True, True]
    assert (await reader.read(texts[1])).problems is None, "it was forgotten and read again"


@pytest.mark.anyio
async def test_errors_that_quote_a_document_count_as_bytes_of_it() -> None:
    reader = Reader(WebSettings())
    text = "{ " + " ".join("photoz" * 100 + str(n) for n in range(100)) + " }"
    read = await reader.read(text)
    before = reader.kept_bytes
    assert await reader.check(text, read, BARE)
    assert reader.kept_bytes > before + 5_000


@pytest.mark.anyio
async def test_a_validation_that_takes_too_long_ends() -> None:
    reader = Reader(WebSettings(), seconds=0.0)
    with pytest.raises(TooComplex, match="takes longer"):
        await reader.check(LARGE, await reader.read(LARGE), BARE)


@pytest.mark.anyio
async def test_only_so_many_documents_wait_for_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_WAITING", 2)
    reader = Reader(WebSettings())
    may_end = threading.Event()
    waiting = [asyncio.create_task(reader.aside(may_end.wait)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await reader.read(LARGE)
    assert (await reader.read(SMALL)).node.definitions, "a small document needs no thread"
    may_end.set()
    await asyncio.gather(*waiting)
    await reader.read(LARGE)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("document", "role", "expected"),
    [
        ('mutation { createTag(name: "x") { id } }', Role.VIEWER, "FORBIDDEN"),
        ('mutation { ...f } fragment f on Mutation { createTag(name: "x") { id } }', Role.VIEWER, "FORBIDDEN"),
        ("mutation($i: [ID!]!) { tagPhotos(photos: $i, tags: []) { matched } }", Role.VIEWER, "FORBIDDEN"),
        ("mutation { nothing }", Role.VIEWER, "BAD_INPUT"),
        ("mutation { createTag }", Role.EDITOR, "BAD_INPUT"),
    ],
)
async def test_a_viewer_is_refused_before_the_values_of_a_mutation_are_looked_at(
    document: str, role: Role, expected: str
) -> None:
    result = await execute(document, role, i=[{"not": "an id"}] * 10_000)
    assert result.data is None and set(codes(result)) == {expected}


@pytest.mark.anyio
async def test_the_description_of_the_schema_is_made_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    aside = SCHEMA.reader.aside

    async def noted(work: Any) -> Any:
        made.append(work)
        return await aside(work)

    monkeypatch.setattr(SCHEMA.reader, "aside", noted)
    result = await execute("{ __schema { queryType { name } } __typename }")
    assert (result.errors, result.data) == (None, {"__schema": {"queryType": {"name": "Query"}}, "__typename": "Query"})
    assert len(made) == 1


def test_the_most_values_of_a_request_are_converted_in_a_fraction_of_a_second() -> None:
    """A guard against growth by orders of magnitude, not a measure of speed."""
    document = parse("query($i: [ID!]!) { nodes(ids: $i) { id } }")
    started = time.process_time()
    values = get_variable_values(BARE, document.definitions[0].variable_definitions, {"i": ["x"] * 20_000})  # type: ignore[attr-defined]
    assert not isinstance(values, list) and time.process_time() - started < 5


def test_messages_of_one_kind_are_logged_once_a_minute_with_the_number_of_those_left_out() -> None:
    now = 0.0
    seldom = Seldom(60, lambda: now)

    def logged(message: str, level: int = logging.WARNING) -> str | None:
        record = logging.LogRecord("uvicorn.error", level, "", 0, message, (), None)
        return record.getMessage() if seldom.filter(record) else None

    assert [logged("a"), logged("a"), logged("a"), logged("b")] == ["a", None, None, "b"]
    assert [logged("Exception in ASGI application\n") for _ in "ab"] == ["Exception in ASGI application\n"] * 2
    now = 61.0
    assert [logged("a"), logged("b")] == ["a (2 more of this kind since it was last logged)", "b"]


def test_errors_of_accepting_are_logged_once_a_minute_and_others_always(caplog: pytest.LogCaptureFixture) -> None:
    times = iter((0.0, 1.0, 59.0, 61.0))
    handler = AcceptErrors(60, lambda: next(times))
    loop = asyncio.new_event_loop()
    try:
        for _ in range(4):
            handler(loop, {"message": "socket.accept() out of system resource", "exception": OSError(24, "full")})
        assert len(caplog.records) == 2
        handler(loop, {"message": "Task exception was never retrieved", "exception": OSError(24, "full")})
        assert len(caplog.records) == 3
    finally:
        loop.close()


def test_an_error_of_a_syntax_stays_one() -> None:
    with pytest.raises(GraphQLError):
        asyncio.run(Reader(WebSettings()).read("{"))
