"""``make docs`` collects the pages that GitHub shows, and finds what a page would fetch from elsewhere."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from mkdocs.config import load_config

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hooks", REPOSITORY / "docs" / "site" / "hooks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_a_browser_would_fetch_from_elsewhere_is_found(hooks: ModuleType) -> None:
    page = """<link rel=stylesheet href=https://a/x.css><link rel=canonical href=https://b/><img src="//c/y.png">
    <script src=../z.js></script><a href="https://d/">a link</a>"""
    assert hooks.foreign(page) == ["https://a/x.css", "//c/y.png"]


def test_a_pattern_of_the_navigation_is_all_pages_of_a_folder_with_its_readme_first(hooks: ModuleType) -> None:
    [section] = hooks.expanded([{"Frontends": ["docs/frontends.md", "docs/cookbook/*"]}])
    assert section["Frontends"][:3] == ["docs/frontends.md", "docs/cookbook/README.md", "docs/cookbook/albums.md"]
    assert len(section["Frontends"]) == 1 + len(list((REPOSITORY / "docs/cookbook").glob("*.md")))


def test_every_page_stands_in_the_navigation_of_the_site(hooks: ModuleType) -> None:
    def pages(nav: object) -> list[str]:
        if isinstance(nav, str):
            return [nav]
        return [page for each in (nav.values() if isinstance(nav, dict) else nav) for page in pages(each)]

    listed = pages(hooks.expanded(load_config(str(REPOSITORY / "mkdocs.yml")).nav))
    below_docs = {str(page.relative_to(REPOSITORY)) for page in (REPOSITORY / "docs").rglob("*.md")}
    assert {page for page in below_docs if "node_modules" not in page} - set(listed) == set(), "add it to mkdocs.yml"
    assert sorted(set(listed)) == sorted(listed)
