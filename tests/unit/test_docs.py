"""What a user can set, call or start stands in the README, and what the README shows is there."""

from __future__ import annotations

import re
from pathlib import Path

import graphql
import pytest
import typer
import yaml
from typer.core import TyperGroup

from photos_graph.model import JobKind
from tests import settings_table

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text()


def commands() -> dict[str, str]:
    """Each command with its help."""
    from photos_graph import cli

    [app] = [value for value in vars(cli).values() if isinstance(value, typer.Typer)]
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return {name: (command.help or "").strip() for name, command in group.commands.items()}


def test_the_settings_table_is_that_of_the_code() -> None:
    assert settings_table.with_table(README) == README, "run python -m tests.settings_table"


def test_every_setting_has_a_meaning() -> None:
    assert [name for name, _, meaning in settings_table.rows() if not meaning] == []


def test_every_command_is_documented_and_no_other() -> None:
    documented = set(re.findall(r"^\| `photos-graph ([a-z-]+)", README, re.MULTILINE))
    assert documented == set(commands())


def test_every_command_has_help() -> None:
    assert [name for name, said in commands().items() if not said] == []


@pytest.mark.parametrize("kind", JobKind)
def test_every_kind_of_job_is_documented(kind: JobKind) -> None:
    assert f"`{kind}`" in README


def test_every_make_target_is_documented() -> None:
    [phony] = re.findall(r"^\.PHONY: (.*)$", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    assert [target for target in phony.split() if f"make {target}" not in README] == []


def test_the_queries_fit_the_schema() -> None:
    schema = graphql.build_schema((REPOSITORY / "schema.graphql").read_text())
    queries = re.findall(r"^ask '(.*?)'$", README, re.MULTILINE | re.DOTALL)
    assert len(queries) >= 5
    assert [error.message for query in queries for error in graphql.validate(schema, graphql.parse(query))] == []


def test_links_lead_somewhere() -> None:
    ours = [page for page in (REPOSITORY / "docs").rglob("*.md") if "node_modules" not in page.parts]
    pages = [REPOSITORY / "README.md", *ours]
    dead = [
        f"{page.relative_to(REPOSITORY)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert dead == []


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
        for name, value in service["environment"].items()
        if re.search("PASSWORD|TOKEN|AUTH", name)
    ]
    assert len(secrets) == 3
    assert all(":?" in secret for secret in secrets)


def test_the_image_sets_nothing_that_is_no_setting() -> None:
    known = {settings_table.variable(name) for name, _, _ in settings_table.rows()}
    used = set(re.findall(r"\bPHOTOS_[A-Z_]+(?==)", (REPOSITORY / "Dockerfile").read_text()))
    assert used
    assert used <= known
