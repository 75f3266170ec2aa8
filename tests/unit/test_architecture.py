"""docs/architecture.md names files and functions that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "architecture.md").read_text()

# A code span that is a path: it has a slash, or the ending of a file, and perhaps a function after a colon.
SPANS = sorted(set(re.findall(r"`([\w./-]*(?:/|\.(?:py|md|toml|graphql))(?::[\w.]+)?)`", PAGE)))
WALKS = ["A file to the index", "A question to a page", "tagFolder", "A thumbnail", "A face to a person"]
WALKS += ["A training run", "A photo to an album"]
RECIPES = ["A photo property", "A search term", "A job", "A facet", "An export format", "An embedding model"]
RECIPES += ["A mutation", "A setting"]


def located(path: str) -> Path | None:
    """The file or folder that the page means: below the repository, or below the package."""
    found = [REPOSITORY / path, REPOSITORY / "photos_graph" / path]
    return next((each for each in found if each.exists()), None)


def names_in(path: Path) -> set[str]:
    """The functions and classes of a module, and the methods and fields of its classes as ``Class.method``."""
    names: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = (each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
            names |= {f"{node.name}.{method.name}" for method in methods}
            names |= {
                f"{node.name}.{ast.unparse(each.target)}" for each in node.body if isinstance(each, ast.AnnAssign)
            }
    return names


@pytest.mark.parametrize("span", SPANS)
def test_what_the_page_names_is_there(span: str) -> None:
    path, _, name = span.partition(":")
    found = located(path)
    assert found is not None, f"there is no {path}"
    if name:
        assert name in names_in(found), f"there is no {name} in {path}"


@pytest.mark.parametrize("title", [*WALKS, *RECIPES])
def test_every_walk_and_recipe_names_files(title: str) -> None:
    found = re.search(rf"^### {title}\n(.+?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    assert any(span.partition(":")[0].endswith(".py") for span in SPANS if f"`{span}`" in found[1])
