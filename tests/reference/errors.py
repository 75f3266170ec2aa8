"""The codes of errors, with the errors that have them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from photos_graph import errors
from photos_graph.web.answers import status_of

TOP = """# Errors

An error of GraphQL has a code in `extensions.code`, and a `message` that says what can be done about it.
[Frontends](../frontends.md#errors) says what else it has, and with which status GraphQL answers. Outside GraphQL, for
example for pictures and for `/session`, the same JSON comes with the status in this table.

| code | status | when |
| --- | --- | --- |
"""
LINE = re.compile(r"^ *[│├└─ ]*(?P<name>[A-Z]\w+)(?: +(?:code )?(?P<code>[A-Z_]{3,}))?(?: {2,}(?P<meaning>.*))?$")
UNFORESEEN = "something that nobody foresaw; the log of the service has the details under `extensions.requestId`"


def described() -> Iterator[tuple[type[errors.PhotosGraphError], str]]:
    """Yields each error with its meaning, as the tree at the beginning of ``errors.py`` has them."""
    tree = (errors.__doc__ or "").split("\n\n")[1]
    for line in tree.splitlines():
        found = LINE.match(line)
        assert found is not None, line
        error = getattr(errors, found["name"])
        assert found["code"] in (None, error.code), line
        yield error, UNFORESEEN if error is errors.PhotosGraphError else found["meaning"] or ""


def page() -> str:
    rows: dict[tuple[str, int], list[str]] = {}
    for error, meaning in described():
        known = rows.setdefault((error.code, status_of(error.__new__(error))), [])
        known += [meaning] if meaning else []
    return TOP + "\n".join(
        f"| `{code}` | {status} | {'; '.join(meanings)} |" for (code, status), meanings in sorted(rows.items())
    )
