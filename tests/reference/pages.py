"""All pages of docs/reference by their names."""

from __future__ import annotations

from pathlib import Path

from tests.reference import commands, errors, metrics, schema

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "docs" / "reference"
NOTE = "<!-- Made by python -m tests.reference -->\n"


def pages() -> dict[str, str]:
    made = {
        "commands.md": commands.page(),
        "errors.md": errors.page(),
        "metrics.md": metrics.page(),
        "schema.md": schema.page((REPOSITORY / "schema.graphql").read_text()),
    }
    return {name: f"{NOTE}{page.strip()}\n" for name, page in made.items()}
