"""What a user can set, call or start is documented, and what the documentation shows is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import graphql
import pytest
import typer
import yaml
from typer.core import TyperGroup

import photos_graph.errors
from photos_graph.model.jobs import JobKind
from tests import access_table, settings_table
from tests.reference import errors, pages

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
README = (REPOSITORY / "README.md").read_text()
CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text()
OPERATIONS = (DOCS / "operations.md").read_text()
SETTINGS = (DOCS / "settings.md").read_text()
PAGES = [
    *REPOSITORY.glob("*.md"),
    *(page for page in DOCS.rglob("*.md") if "node_modules" not in page.parts),
]


def commands() -> dict[str, str]:
    """Each command with its help."""
    from photos_graph import cli

    [app] = [value for value in vars(cli).values() if isinstance(value, typer.Typer)]
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return {name: (command.help or "").strip() for name, command in group.commands.items()}


def test_the_settings_table_is_that_of_the_code() -> None:
    assert settings_table.with_table(SETTINGS) == SETTINGS, "run python -m tests.settings_table"


def test_the_table_of_who_may_do_what_is_that_of_the_code() -> None:
    page = (DOCS / "access.md").read_text()
    assert access_table.with_table(page) == page, "run python -m tests.access_table, and read what changed"


def test_the_reference_is_that_of_the_code() -> None:
    stale = [name for name, page in pages.pages().items() if (pages.FOLDER / name).read_text() != page]
    assert stale == [], "run python -m tests.reference"


def test_every_error_stands_in_the_reference() -> None:
    described = {error for error, _ in errors.described()}
    assert described == {each for each in vars(photos_graph.errors).values() if is_error(each)}


def is_error(given: object) -> bool:
    return isinstance(given, type) and issubclass(given, photos_graph.errors.PhotosGraphError)


def test_every_setting_has_a_meaning() -> None:
    assert [name for name, _, meaning in settings_table.rows() if not meaning] == []


def test_every_command_is_documented_and_no_other() -> None:
    documented = set(re.findall(r"^\| `photos-graph ([a-z-]+)", OPERATIONS, re.MULTILINE))
    assert documented == set(commands())


def test_every_command_has_help() -> None:
    assert [name for name, said in commands().items() if not said] == []


@pytest.mark.parametrize("kind", JobKind)
def test_every_kind_of_job_is_documented(kind: JobKind) -> None:
    assert f"`{kind}`" in OPERATIONS


def test_every_make_target_is_documented() -> None:
    [phony] = re.findall(r"^\.PHONY: (.*)$", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    assert [target for target in phony.split() if f"make {target}" not in CONTRIBUTING] == []


def test_the_readme_names_the_two_commands_that_start_and_test_it() -> None:
    assert "\nmake run LIBRARY=~/Pictures\n" in README
    assert "\nmake test\n" in README


@pytest.fixture(scope="module")
def schema() -> graphql.GraphQLSchema:
    return graphql.build_schema((REPOSITORY / "schema.graphql").read_text())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_the_queries_fit_the_schema(schema: graphql.GraphQLSchema, page: Path) -> None:
    problems = [error.message for query in queries(page) for error in graphql.validate(schema, graphql.parse(query))]
    assert problems == []


def test_queries_are_found() -> None:
    assert len(queries(REPOSITORY / "README.md")) == 2
    assert len(queries(DOCS / "queries.md")) >= 14


def queries(page: Path) -> list[str]:
    """The GraphQL of a page: blocks to paste into GraphiQL, and what curl sends as JSON."""
    text = page.read_text()
    sent = re.findall(r"--json '(.*?)'$", text, re.MULTILINE | re.DOTALL)
    return re.findall(r"^```graphql\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) + [
        json.loads(body)["query"] for body in sent
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page.read_text())
    targets = [(page.parent / link if link else page, anchor) for link, anchor in links]
    assert [str(target) for target, _ in targets if not target.exists()] == []
    assert [anchor for target, anchor in targets if anchor and anchor not in anchors(target)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = re.findall(r"`((?:photos_graph|resolvers|tests|docs|benchmarks)/[\w./-]+)`", page.read_text())
    assert [path for path in named if not (REPOSITORY / path).exists()] == []


def test_every_page_stands_in_the_index() -> None:
    index = DOCS / "README.md"
    linked = {(DOCS / link).resolve() for link in re.findall(r"\]\(([^)#:]+)", index.read_text())}
    assert [str(page) for page in PAGES if DOCS in page.parents and page != index and page not in linked] == []


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_compose_mounts_originals_read_only_and_publishes_to_this_machine_alone() -> None:
    compose = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    service = compose["services"]["photos-graph"]
    [originals] = [volume for volume in service["volumes"] if ":/photos" in volume]
    assert originals.endswith(":/photos:ro")
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_compose_sets_nothing_that_is_no_setting() -> None:
    compose = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    known = {settings_table.variable(name) for name, _, _ in settings_table.rows()}
    assert set(compose["services"]["photos-graph"]["environment"]) <= known


def test_compose_commits_no_password() -> None:
    compose = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    secrets = [
        str(value)
        for service in compose["services"].values()
        for name, value in service.get("environment", {}).items()
        if re.search("PASSWORD|TOKEN|AUTH", name)
    ]
    assert len(secrets) == 5
    assert all(":?" in secret for secret in secrets)


def test_the_image_sets_nothing_that_is_no_setting() -> None:
    known = {settings_table.variable(name) for name, _, _ in settings_table.rows()}
    used = set(re.findall(r"\bPHOTOS_[A-Z_]+(?==)", (REPOSITORY / "Dockerfile").read_text()))
    assert used
    assert used <= known
