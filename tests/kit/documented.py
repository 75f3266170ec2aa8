"""The commands of the program that the documentation shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
README = REPOSITORY / "README.md"
PAGES = [README, *sorted(each for each in DOCS.rglob("*.md") if "reference" not in each.parts)]


def commands() -> list[tuple[str, str]]:
    """Returns each command in a block for a shell or within a sentence, with its page."""
    found = []
    for page in PAGES:
        text = page.read_text()
        lines = re.findall(r"`(photos-graph [a-z][^`\n]*)`", text)
        for block in blocks(text):
            lines += re.findall(r"^(?:\S+=\S* )*(photos-graph .*)$", block, re.MULTILINE)
        found += [(page.name, line) for line in lines]
    return found


def blocks(text: str) -> list[str]:
    """Returns the blocks for a shell in a page, with lines that are continued put together."""
    found = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block.replace("\\\n", " ") for block in found]


def words(line: str) -> list[str]:
    """Returns the words after the name of the program."""
    return shlex.split(line, comments=True)[1:]
