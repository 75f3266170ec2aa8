"""``make docs`` collects the pages with this, and checks that the site fetches nothing from elsewhere."""

from __future__ import annotations

import shutil
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

REPOSITORY = Path(__file__).resolve().parents[2]
# The site has the layout of the repository, so that the links between its pages are those of GitHub.
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "schema.graphql")
PAGES += ("docker-compose.yml", "tests/clients/README.md", "docs")
FETCHES = {"img": "src", "script": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src"}
LINKS = frozenset(("canonical", "next", "prev"))  # which a browser does not follow by itself

_collected = Path()


def on_config(config: Any) -> Any:
    global _collected
    _collected = Path(tempfile.mkdtemp(prefix="photos-graph-docs-"))
    for name in PAGES:
        place = _collected / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(REPOSITORY / name)
    config.docs_dir = str(_collected)
    config.nav = expanded(config.nav)
    return config


def expanded(nav: Any) -> Any:
    """Replaces ``folder/*`` by the pages of that folder, with its README first."""
    if isinstance(nav, dict):
        return {title: expanded(entry) for title, entry in nav.items()}
    if isinstance(nav, list):
        return [each for entry in nav for each in (below(entry) if str(entry).endswith("/*") else [expanded(entry)])]
    return nav


def below(pattern: str) -> list[str]:
    pages = sorted(REPOSITORY.glob(f"{pattern}.md"), key=lambda page: (page.name != "README.md", page.name))
    return [str(page.relative_to(REPOSITORY)) for page in pages]


def on_post_build(config: Any) -> None:
    pages = Path(config.site_dir).rglob("*.html")
    found = [
        f"{page.relative_to(config.site_dir)}: {address}" for page in pages for address in foreign(page.read_text())
    ]
    if found:
        raise PluginError("The site fetches from elsewhere:\n" + "\n".join(sorted(found)))


def foreign(page: str) -> list[str]:
    """Returns the addresses at other services that a browser fetches by itself when it shows the page."""
    found: list[str] = []

    class Elements(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            given = dict(attributes)
            name = "href" if tag == "link" and given.get("rel") not in LINKS else FETCHES.get(tag)
            address = given.get(name) if name else None
            if address and address.startswith(("//", "http:", "https:")):
                found.append(address)

    Elements().feed(page)
    return found


def on_shutdown() -> None:
    shutil.rmtree(_collected, ignore_errors=True)
