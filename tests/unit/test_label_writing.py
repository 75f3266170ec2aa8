"""Nobody goes around ``LabelWriter``: what the import contracts cannot say about writing labels."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "photos_graph"

WRITES = re.compile(r"\b(CREATE|MERGE|DELETE|SET)\b")
LABELS = re.compile(r":(TAGGED|EXCLUDES|IS|IS_NOT|LOOKS_LIKE|PREDICTED|IN_CLUSTER|Tag|Person)\b|\.(rating|favourite) =")
# Where the index is caught up for a reader: before an import resolves folders, before a training reads labels, and
# before a subscription is told what another process changed.
READERS = {"services/datasets/imports/job.py", "services/history.py", "services/learning/training.py"}


def modules(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield str(path.relative_to(PACKAGE)), ast.parse(path.read_text())


@functools.cache
def calls() -> dict[str, set[str]]:
    """The names of what each module calls."""
    return {name: set(called(tree)) for name, tree in modules(PACKAGE)}


def called(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                yield name


def text_of(node: ast.AST) -> str:
    return " ".join(
        each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def test_the_writer_alone_opens_a_transaction_of_labels() -> None:
    assert [name for name, called in calls().items() if "LabelTransaction" in called] == ["graph/writing.py"]


def test_the_writer_alone_catches_the_index_up_after_a_commit() -> None:
    found = {name for name, called in calls().items() if "catch_up" in called}
    assert found - READERS == {"graph/writing.py"}


def test_functions_that_write_labels_demand_a_transaction_of_labels() -> None:
    bare: list[str] = []
    checked = 0
    for name, tree in modules(PACKAGE / "graph"):
        if name.startswith("graph/engine/"):  # where the schema is migrated
            continue
        queries = {
            node.target.id
            for node in tree.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
            if WRITES.search(text := text_of(node.value)) and LABELS.search(text)
        }
        for function in ast.walk(tree):
            if isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef):
                used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)} & queries
                given = {ast.unparse(each.annotation) for each in function.args.args if each.annotation is not None}
                checked += bool(used)
                if used and not given & {"LabelTransaction", "LabelWriter"}:
                    bare.append(f"{name}: {function.name}")
    assert checked > 15
    assert bare == []
