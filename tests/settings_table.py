"""The table in docs/settings.md, made from ``settings.py``: ``python -m tests.settings_table`` rewrites it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from photos_graph.settings import Settings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
START, END = "<!-- settings: made by python -m tests.settings_table -->", "<!-- end of settings -->"

# Defaults that depend on the machine.
COMPUTED = {
    "data_dir": "`~/.local/share/photos-graph` (XDG)",
    "images.workers": "one per core",
    "learn.threads": "half of the cores",
    "models.folder": "`~/.cache/photos-graph/models` (XDG)",
}


def rows(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Name, default and meaning of each setting, groups after the settings beside them."""
    groups: list[tuple[str, type[BaseModel]]] = []
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            groups.append((name, field.annotation))
            continue
        full = prefix + name
        default = COMPUTED.get(full) or shown(field.get_default(call_default_factory=True))
        yield full, default, field.description or ""
    for name, group in groups:
        yield from rows(group, f"{prefix}{name}.")


def shown(value: Any) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value in (None, "", ()):
        return "-"
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{value}`"


def variable(name: str) -> str:
    return "PHOTOS_" + name.upper().replace(".", "__")


def table() -> str:
    head = ["| setting | environment | default | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join(head + [f"| `{n}` | `{variable(n)}` | {d} | {m} |" for n, d, m in rows()])


def with_table(page: str) -> str:
    return re.sub(
        f"{re.escape(START)}.*?{re.escape(END)}",
        lambda _: f"{START}\n{table()}\n{END}",
        page,
        flags=re.DOTALL,
    )


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))
