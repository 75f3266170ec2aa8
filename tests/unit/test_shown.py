"""What a name could do to a terminal or a reader is escaped wherever names are shown."""

from __future__ import annotations

import io

import pytest
from rich.table import Table
from rich.text import Text

from photos_graph.errors import BadInput
from photos_graph.paths import portable_name
from photos_graph.shown import harmless
from photos_graph.terminal import HarmlessConsole

HOSTILE = "x\u202egpj.exe\x1b[2J\x9b\u2066"
ESCAPED = "x\\u202egpj.exe\\x1b[2J\\x9b\\u2066"


def test_names_are_escaped() -> None:
    assert harmless(HOSTILE) == ESCAPED
    assert harmless("a\n\tb\r") == "a\\x0a\\x09b\\x0d"
    assert harmless("a\n\tb\r", lines=True) == "a\n\tb\\x0d"
    for kept in ("Città", "семья", "ילדים", "👨\u200d👩", "x y"):
        assert harmless(kept) == kept


@pytest.mark.parametrize("terminal", [False, True])
def test_names_are_escaped_on_the_terminal(terminal: bool) -> None:
    written = io.StringIO()
    console = HarmlessConsole(file=written, force_terminal=terminal, markup=False, highlight=False, width=200)
    table = Table("name")
    table.add_row(HOSTILE)
    for shown in (HOSTILE, Text(HOSTILE), table):
        console.print(shown, style="red")
    assert written.getvalue().count(ESCAPED) == 3
    assert not {"\u202e", "\u2066", "\x9b"} & set(written.getvalue())
    assert "\x1b[2J" not in written.getvalue()
    assert ("\x1b[31m" in written.getvalue()) == terminal, "colours of our own stay"


def test_names_are_escaped_in_messages() -> None:
    assert BadInput(f"There is no tag {HOSTILE}.").public_message == f"There is no tag {ESCAPED}."


@pytest.mark.parametrize(
    ("name", "portable"),
    [
        ("IMG_1.jpg", "IMG_1.jpg"),
        ("Città (2).jpg", "Città (2).jpg"),
        ("CON", "_CON"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("aux .jpg", "_aux .jpg"),
        ("COM1.jpg", "_COM1.jpg"),
        ("LPT¹", "_LPT¹"),
        ("COM10.jpg", "COM10.jpg"),
        ("Console.jpg", "Console.jpg"),
        ("a:b?<c>|*.jpg", "a_b__c___.jpg"),
        ("the end. ", "the end_"),
        ("..", "_"),
        ("", "_"),
        ("x\u202egpj.exe", "x_u202egpj.exe"),
    ],
)
def test_names_that_every_system_accepts(name: str, portable: str) -> None:
    assert portable_name(name) == portable
    assert portable_name(portable) == portable
