"""The messages for people: whole sentences, in common words, and without names of Python classes."""

from __future__ import annotations

import ast
import builtins
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from photos_graph import cli, errors
from photos_graph.errors import PhotosGraphError
from tests import settings_table
from tests.unit.test_schema_descriptions import BANNED

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = ("photos_graph", "resolvers")
VALUE = "{}"  # stands for a value that is known when the error is raised
RAISED = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, PhotosGraphError)}
EXCEPTIONS = {name for name, each in vars(builtins).items() if isinstance(each, type) and issubclass(each, Exception)}


@functools.cache
def source() -> tuple[list[tuple[str, str]], set[str]]:
    """The messages of this project and the names of its classes. Each module is parsed once."""
    found, classes = [], set()
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            tree = ast.parse(path.read_text())
            found += messages_in(path, tree)
            classes |= {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    return found, classes


def messages() -> list[tuple[str, str]]:
    """Where an error of this project is made, and its message, as far as it stands in the source."""
    return source()[0]


def messages_in(path: Path, tree: ast.Module) -> Iterator[tuple[str, str]]:
    constants = {
        target.id: text(node.value, {})
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and called(call) in RAISED and call.args:
            yield f"{path.relative_to(REPOSITORY)}:{call.lineno}", text(call.args[0], constants)


def called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def text(node: ast.expr, constants: dict[str, str]) -> str:
    """The text of an expression, with ``VALUE`` for what is not in the source."""
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=values):
            return "".join(text(each, constants) for each in values)
        case ast.FormattedValue(value=value):
            return text(value, constants)
        case ast.Name(id=name):
            return constants.get(name, VALUE)
        case ast.Attribute(attr="__name__"):
            return "__name__"
        case _:
            return VALUE


def class_names() -> set[str]:
    """The classes of this project whose names are no words, and the exceptions of Python."""
    return {name for name in source()[1] | EXCEPTIONS if re.search(r"[a-z][A-Z]", name)} - {
        "LocalDateTime",
        "EfficientNetLite0",
    }


def problems(message: str, classes: set[str]) -> list[str]:
    if message == VALUE:
        return []
    found = []
    if not re.match(r"[A-Z`\"'{]", message):
        found.append("it does not start with a capital")
    if not re.search(r"([.?]|\{\}|photos-graph [^.]+|pip install [^.]+|~/Pictures)$", message):
        found.append("it does not end with a full stop")
    found += [f"it has the word {word!r}" for word in BANNED.findall(message)]
    found += [f"it names the class {name}" for name in sorted(classes & set(re.findall(r"\w+", message)))]
    if "__name__" in message:
        found.append("it has the name of a class")
    return found


def test_messages_are_sentences_without_class_names() -> None:
    classes = class_names()
    assert {where: (message, found) for where, message in messages() if (found := problems(message, classes))} == {}


def test_the_walk_finds_the_messages() -> None:
    found = messages()
    assert len(found) > 150
    assert any(message == "There is no such tag." for _, message in found)


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("There is no such tag.", 0),
        ("it is gone", 2),
        ("The weights cannot be loaded (__name__).", 1),
        ("A BadInput was raised.", 1),
        ("Nobody said so.", 2),
    ],
)
def test_a_bad_message_is_seen(message: str, count: int) -> None:
    assert len(problems(message, class_names())) == count


def helps() -> Iterator[tuple[str, str]]:
    """The help of each command and of each of its arguments and options."""
    group = typer.main.get_command(cli.app)
    assert isinstance(group, TyperGroup)
    for name, command in group.commands.items():
        yield name, command.help or ""
        for parameter in command.params:
            if (shown := getattr(parameter, "help", None)) is not None and parameter.name != "help":
                yield f"{name} {parameter.name}", shown


def test_the_help_of_commands_and_the_meanings_of_settings_are_sentences() -> None:
    meanings = [(name, meaning) for name, _, meaning in settings_table.rows()]
    found = {
        where: shown for where, shown in [*helps(), *meanings] if problems(shown.partition(" Default: ")[0], set())
    }
    assert found == {}


@pytest.mark.parametrize("name", sorted(RAISED))
def test_an_error_of_this_project_ends_a_command_without_its_class_name(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("It is away.", 3) if name in ("Busy", "TooManyAttempts") else ("It is away.",)
    raised = getattr(errors, name)(*given)
    assert ended(raised, monkeypatch) == (2 if isinstance(raised, errors.BadInput) else 1)
    assert capsys.readouterr().err == "Error: It is away.\n"


@pytest.mark.parametrize("raised", [ValueError("secret"), KeyError("secret"), RuntimeError("secret")])
def test_an_unforeseen_error_ends_a_command_without_its_class_name(
    raised: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(raised, monkeypatch) == 1
    shown = capsys.readouterr().err
    assert "--verbose" in shown and not any(word in shown for word in (*EXCEPTIONS, "Traceback", "secret"))


def test_an_error_of_the_system_names_the_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(PermissionError(13, "Permission denied", "/data/out"), monkeypatch) == 1
    assert capsys.readouterr().err == "Error: /data/out: Permission denied.\n"


def ended(raised: Exception, monkeypatch: pytest.MonkeyPatch) -> object:
    """The exit code of a command that raises."""

    def app() -> None:
        raise raised

    monkeypatch.setattr(cli, "app", app)
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code
