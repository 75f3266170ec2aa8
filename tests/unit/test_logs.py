"""How lines of the log look, and what is never in them."""

from __future__ import annotations

import io
import json
import logging
import re
import threading
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import pytest

from photos_graph import logs
from photos_graph.access.attempts import Attempts
from photos_graph.logs import begin_request, start_logging
from photos_graph.settings import LogSettings

OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written to the log; its configuration is the one before afterwards."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    root, levels = logging.getLogger(), {name: logging.getLogger(name).level for name in ("", *logs.OURS)}
    before = list(root.handlers)
    yield io.StringIO()
    root.handlers[:] = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def failregex(of: str) -> str:
    """Returns an expression of the page for fail2ban as Python understands it."""
    [found] = re.findall(rf"# {of}\n\[Definition\]\nfailregex = (.+)", OPERATIONS.read_text())
    return str(found).replace("<SUBNET>", r"(?P<subnet>[0-9a-f.:/]+)")


@pytest.mark.parametrize("format_", ["console", "json"])
def test_a_wrong_token_is_logged_as_fail2ban_reads_it(format_: str, output: io.StringIO) -> None:
    start_logging(LogSettings(format=format_), stream=output)  # type: ignore[arg-type]

    def of_a_request() -> None:
        begin_request("given-by-a-proxy")
        Attempts().note_wrong("192.0.2.1")

    Attempts().note_wrong("2001:db8::1")
    copy_context().run(of_a_request)
    lines = output.getvalue().splitlines()
    # fail2ban takes the time out of a line before it looks.
    stripped = [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "", line) for line in lines]
    found = [re.search(failregex(format_), line) for line in stripped]
    assert [each and each["subnet"] for each in found] == ["2001:db8::/64", "192.0.2.1"]
    assert "given-by-a-proxy" in lines[1]


@pytest.mark.parametrize("format_", ["console", "json"])
def test_no_name_of_a_file_can_forge_a_line(format_: str, output: io.StringIO) -> None:
    start_logging(LogSettings(format=format_), stream=output)  # type: ignore[arg-type]
    forged = "2026-01-01 00:00:00 WARNING photos_graph.access.attempts: Wrong token from 192.0.2.1"
    log = logging.getLogger("photos_graph.test")
    log.warning("A file: %s", f"a\n{forged}\n\x1b[31m\u202e")
    log.warning("A file", extra={"name_of_it": f"b\r\n{forged}"})
    try:
        raise OSError(f"c\n{forged}")
    except OSError:
        log.exception("It failed.")
    lines = output.getvalue().splitlines()
    assert any("192.0.2.1" in line for line in lines)
    for line in lines:
        assert not re.search(failregex(format_), re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "", line)), line
        assert "\x1b" not in line and "\u202e" not in line


def test_json_is_an_object_a_line_with_the_facts(output: io.StringIO) -> None:
    start_logging(LogSettings(format="json"), stream=output)
    logging.getLogger("library").error("It has no %s", "name", extra={"color_message": "no"})
    try:
        raise ValueError("secret")
    except ValueError:
        logging.getLogger("photos_graph.test").exception("It failed.", extra={"seconds": 1.5})
    first, second = map(json.loads, output.getvalue().splitlines())
    assert {"event": "It has no name", "level": "error", "logger": "library"}.items() <= first.items()
    assert "color_message" not in first
    assert second["seconds"] == 1.5 and "ValueError: secret" in second["exception"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", second["timestamp"])


def test_colours_are_for_terminals(output: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    def written(stream: io.StringIO) -> str:
        start_logging(LogSettings(), stream=stream)
        logging.getLogger("photos_graph.test").warning("said")
        return stream.getvalue()

    plain = " WARNING photos_graph.test: said\n"
    assert written(output).endswith(plain)
    assert "\x1b[" in written(Terminal()) and output.getvalue().count("said") == 1
    monkeypatch.setenv("NO_COLOR", "1")
    assert written(Terminal()).endswith(plain)


def test_the_level_is_a_setting_and_libraries_never_debug(output: io.StringIO) -> None:
    for settings, verbose in ((LogSettings(), False), (LogSettings(), True), (LogSettings(level="debug"), False)):
        start_logging(settings, verbose=verbose, stream=output)
        for name in ("photos_graph.test", "library"):
            logging.getLogger(name).debug("debug")
            logging.getLogger(name).info("info")
            logging.getLogger(name).warning("warning")
        output.write("--\n")
    said = [
        [line.partition(" ")[2].partition(" ")[2] for line in part.splitlines()]
        for part in output.getvalue().split("--\n")[:-1]
    ]
    ours = ["DEBUG photos_graph.test: debug", "INFO photos_graph.test: info", "WARNING photos_graph.test: warning"]
    others = ["INFO library: info", "WARNING library: warning"]
    assert said == [[ours[2], others[1]], [*ours[1:], *others], [*ours, *others]]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("8f14e45f-ceea-467f-a8b9-0123456789ab", True),
        ("Root=1-67891233-abcdef012345678912345678", True),
        ("short", False),
        ("x" * 129, False),
        ("with a space", False),
        ("line\nbreak", False),
        ("<script>alert()", False),
        ("", False),
        (None, False),
    ],
)
def test_an_id_of_a_client_is_kept_if_it_is_sane(given: str | None, kept: bool) -> None:
    id_ = copy_context().run(begin_request, given)
    assert (id_ == given) is kept
    assert kept or re.fullmatch("[0-9a-f]{16}", id_)


def test_what_a_request_starts_has_its_id() -> None:
    def begun() -> list[str | None]:
        found = [begin_request()]
        thread = threading.Thread(target=copy_context().run, args=(lambda: found.append(logs.request_id() or ""),))
        thread.start()
        thread.join()
        return [*found, logs.request_id()]

    first = copy_context().run(begun)
    assert len(set(first)) == 1 and first[0]
    assert copy_context().run(begun)[0] != first[0]
    assert logs.request_id() is None
