"""The texts of ``accepted/``, a file for each language, become the questions that stand beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from photos_graph.search.language.parser import parse
from tests.kit.language.library import TODAY, index
from tests.kit.language.shorthand import shorthand

LISTS = sorted((Path(__file__).parent / "accepted").glob("*.tsv"))
LIBRARY = index()


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_a_text_becomes_its_question(path: Path) -> None:
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    found = {text: shorthand(parse(text, LIBRARY.lexicon, TODAY), LIBRARY.lexicon) for text, _ in lines}
    assert len(found) == len(lines), "a text is listed twice"
    assert found == dict(lines)
