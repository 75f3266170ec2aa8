"""The log of the process: one configuration for our lines, those of libraries, and those of the server.

Modules log with ``logging`` and pass facts beside the sentence as ``extra``. Every line that is written while a request
is answered has the id of that request, also in tasks and threads that it starts.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import secrets
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from functools import partial
from typing import Any, TextIO

import structlog
from structlog.dev import BLUE, BRIGHT, CYAN, DIM, GREEN, RED, RESET_ALL, YELLOW, Column, KeyValueColumnFormatter

from photos_graph.setting_groups import LogSettings

OURS = ("photos_graph", "resolvers")
_GIVEN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+/=-]{7,127}")  # such as a UUID, or the id that a proxy makes
_NO_FACTS = ("color_message", "websocket", "message", "asctime")  # that uvicorn, websockets and other handlers add
_LEVELS = {"debug": DIM, "info": GREEN, "warning": YELLOW, "error": RED, "critical": BRIGHT + RED}

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_Event = MutableMapping[str, Any]


def begin_request(given: str | None = None) -> str:
    """From now on, what this task does, and what it starts, belongs to a request with the returned id: the one that the
    client has ``given`` if it can be used as one, or a new one."""
    id_ = given if given is not None and _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
    _request_id.set(id_)
    return id_


def request_id() -> str | None:
    """Returns the id of the request that is being answered, or None."""
    return _request_id.get()


def short_hash(text: str) -> str:
    """Returns the first 12 digits of the SHA-256 of a text that is too long for the log, such as a document."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


class _Handler(logging.StreamHandler[Any]):
    """The handler of this module, which replaces the one before."""


def start_logging(settings: LogSettings, *, verbose: bool = False, stream: TextIO | None = None) -> None:
    """Writes the log to ``stream``, which is the standard error output by default. ``verbose`` shows at least what is
    being done."""
    stream = stream or sys.stderr
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    level = min(level, logging.INFO) if verbose else level
    as_json = settings.format == "json"
    handler = _Handler(stream)
    handler.setFormatter(_formatter(as_json, colours=stream.isatty() and not os.environ.get("NO_COLOR")))
    root = logging.getLogger()
    for other in [each for each in root.handlers if isinstance(each, _Handler)]:
        root.removeHandler(other)
    root.addHandler(handler)
    # Libraries write whole messages of protocols at the level DEBUG, in which there are tokens.
    root.setLevel(max(level, logging.INFO))
    for name in OURS:
        logging.getLogger(name).setLevel(level)


def _formatter(as_json: bool, *, colours: bool) -> logging.Formatter:
    shape = _json() if as_json else _console(colours)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            _with_request_id,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            *shape,
        ],
    )


def _json() -> list[structlog.types.Processor]:
    return [structlog.processors.TimeStamper("iso"), structlog.processors.JSONRenderer()]


def _console(colours: bool) -> list[structlog.types.Processor]:
    style = (lambda code: code) if colours else (lambda code: "")
    part = partial(_part, style(RESET_ALL))
    columns = [
        Column("timestamp", part(style(DIM))),
        Column("request_id", part(style(CYAN), prefix="[", postfix="]")),
        Column("level", _Level(colours)),
        Column("logger", part(style(BLUE), postfix=":")),
        Column("event", part(style(BRIGHT))),
        Column("", KeyValueColumnFormatter(style(CYAN), style(GREEN), style(RESET_ALL), _value)),
    ]
    renderer = structlog.dev.ConsoleRenderer(
        columns=columns, sort_keys=False, exception_formatter=structlog.dev.plain_traceback
    )
    return [structlog.processors.TimeStamper("%Y-%m-%d %H:%M:%S", utc=False), _one_line, renderer]


def _part(reset: str, style: str, prefix: str = "", postfix: str = "") -> KeyValueColumnFormatter:
    return KeyValueColumnFormatter(None, style, reset, str, prefix=prefix, postfix=postfix)


class _Level:
    def __init__(self, colours: bool) -> None:
        self._colours = colours

    def __call__(self, key: str, value: object) -> str:
        name = str(value)
        return f"{_LEVELS.get(name, '')}{name.upper()}{RESET_ALL}" if self._colours else name.upper()


def _value(value: object) -> str:
    text = str(value)
    return text if text and " " not in text else repr(text)


def _with_request_id(_: Any, __: str, event: _Event) -> _Event:
    for name in _NO_FACTS:
        event.pop(name, None)
    if (id_ := _request_id.get()) is not None:
        event["request_id"] = id_
    return event


def _one_line(_: Any, __: str, event: _Event) -> _Event:
    """Shows control characters as escapes, and lets no part of a message, such as the name of a file, look like a line
    of its own."""
    for name, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            event[name] = "\n  | ".join(map(_printable, value.split("\n")))
    return event


def _printable(line: str) -> str:
    return "".join(each if each.isprintable() or each == "\t" else _escaped(each) for each in line)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
