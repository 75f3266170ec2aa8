"""Makes HTML of templates. Whatever a template shows is escaped, and a name that it was not given is an error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from photos_graph.shown import counted
from photos_graph.web.pages.devices import device_in_words
from photos_graph.web.pages.moments import moment_in_words
from photos_graph.web.pages.page_assets import asset_address

TEMPLATES = Path(__file__).parent / "templates"
UNITS = ("bytes", "kB", "MB", "GB", "TB")


def rendered(template: str, values: Mapping[str, Any]) -> str:
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {"asset": asset_address, "search": search_address}
    environment.filters |= {
        "bytes": bytes_in_words,
        "counted": counted,
        "number": lambda value: f"{value:,}",
        "month": month_in_words,
        "time": time_in_words,
        "moment": moment_in_words,
        "device": device_in_words,
        "data": lambda value: json.dumps(value, separators=(",", ":")),
    }
    return environment


def search_address(text: str, without: Sequence[str] = (), instead: str = "") -> str:
    """Returns the address of the photos that a text finds, where ``instead`` stands for parts of it."""
    for part in without:
        place = text.lower().rfind(part.lower())
        if place >= 0:
            text = f"{text[:place]}{instead}{text[place + len(part) :]}"
    left = " ".join(text.split())
    return f"/?{urlencode({'q': left})}" if left else "/"


def bytes_in_words(size: float) -> str:
    for unit in UNITS:
        if size < 1000 or unit == UNITS[-1]:
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == UNITS[0] or size >= 10 else f"{size:.1f} {unit}"


def month_in_words(start: str) -> str:
    """Turns "2019-08-01" into "August 2019"."""
    return datetime.fromisoformat(start).strftime("%B %Y")


def time_in_words(local: str, precision: str = "SECOND") -> str:
    """Turns a local time into words, as precise as it is known."""
    when = datetime.fromisoformat(local)
    day = f"{when.day} {when:%B %Y}"
    return {"YEAR": f"{when:%Y}", "MONTH": f"{when:%B %Y}", "DAY": day}.get(precision, f"{day}, {when:%H:%M}")
