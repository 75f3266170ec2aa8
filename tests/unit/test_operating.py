"""What the documentation tells people to run, to set and to expect is there: commands with their options, variables,
messages, the unit of systemd, and the files of nginx and Caddy."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from photos_graph import cli
from tests import settings_table
from tests.kit.documented import DOCS, PAGES, REPOSITORY, commands, words
from tests.kit.engines import free_port
from tests.kit.servers import program, self_signed

UNIT = DOCS / "operating" / "photos-graph.service"
NGINX = DOCS / "operating" / "nginx.conf"
CADDY = DOCS / "operating" / "Caddyfile"
# Variables that are no settings of one value: the file of settings, and that of docker-compose.yml.
OTHERS = {"PHOTOS_CONFIG", "PHOTOS_FOLDER"}


def try_to_call(command: Any, name: str, arguments: list[str]) -> None:
    """Raises an error if there is no such command, or not with these options."""
    if isinstance(command, TyperGroup) and arguments and not arguments[0].startswith("-"):
        try_to_call(command.commands[arguments[0]], arguments[0], arguments[1:])
    else:
        command.make_parser(typer.Context(command, info_name=name)).parse_args(arguments)


def test_commands_in_the_documentation_can_be_called_so() -> None:
    program = typer.main.get_command(cli.app)
    wrong = []
    for page, line in commands():
        try:
            try_to_call(program, "photos-graph", words(line))
        except Exception as error:
            wrong.append(f"{page}: {line}: {error!r}")
    assert wrong == []
    assert len(commands()) > 60


def test_variables_in_the_documentation_are_settings() -> None:
    known = {settings_table.variable(name) for name, _, _ in settings_table.rows()} | OTHERS
    wrong = {
        f"{page.name}: {name}"
        for page in [*PAGES, UNIT]
        for name in re.findall(r"\bPHOTOS_[A-Z][A-Z_]*[A-Z]\b", page.read_text())
        if name not in known and not name.startswith("PHOTOS_TEST_")
    }
    assert wrong == set()


def texts_of_the_program() -> list[str]:
    """The texts in the code, with an ellipsis for what is put in."""
    found = []
    for module in (REPOSITORY / "photos_graph").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = (str(each.value) if isinstance(each, ast.Constant) else "..." for each in node.values)
                found.append("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return found


def test_messages_in_the_documentation_are_those_of_the_program() -> None:
    pages = [(DOCS / "operating" / name).read_text() for name in ("troubleshooting.md", "reverse-proxy.md")]
    quoted = {
        text for page in pages for text in re.findall(r"`((?:\.\.\. )?[A-Za-z][^`]* [^`]*(?:\.\.\.|[.:]))`", page)
    }
    assert len(quoted) > 10
    known = texts_of_the_program()
    unknown = []
    for text in quoted:
        parts = [part.strip() for part in text.split("...") if part.strip()]
        if not any(all(part in each for part in parts) for each in known):
            unknown.append(text)
    assert unknown == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    program = "/opt/photos-graph/bin/photos-graph"
    assert f"ExecStart={program} serve" in UNIT.read_text()
    copy.write_text(UNIT.read_text().replace(program, sys.executable))  # which has to exist
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], check=False, capture_output=True, text=True)
    of_the_unit = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, of_the_unit) == (0, [])


def test_nginx_understands_its_file(tmp_path: Path) -> None:
    """In a folder of its own, at ports that anybody may have, and with a certificate that is there."""
    certificates = "/etc/letsencrypt/live/photos.example.org"
    site = NGINX.read_text()
    assert site.count(f"{certificates}/") == 2 and "listen 443 ssl" in site
    self_signed(tmp_path / "privkey.pem", "photos.example.org").rename(tmp_path / "fullchain.pem")
    site = re.sub(r"listen \[::\]:.*;", "", site.replace(certificates, str(tmp_path)))  # not every machine has IPv6
    (tmp_path / "site.conf").write_text(re.sub(r"listen \d+", lambda _: f"listen 127.0.0.1:{free_port()}", site))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    around = f"pid {tmp_path}/pid; events {{}} http {{ access_log off; {temporary} include {tmp_path}/site.conf; }}"
    (tmp_path / "nginx.conf").write_text(around)
    done = subprocess.run(
        [program("nginx"), "-t", "-e", "stderr", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        check=False,
        capture_output=True,
        text=True,
    )
    said = [line for line in done.stderr.splitlines() if "[" in line]  # a level, as in [warn]
    assert (done.returncode, said) == (0, []), done.stderr


def test_caddy_understands_its_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [program("caddy"), "validate", "--adapter", "caddyfile", "--config", str(CADDY)],
        check=False,
        capture_output=True,
        text=True,
        env={name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")},
    )
    assert (done.returncode, "Valid configuration" in done.stdout) == (0, True), done.stderr
    assert '"level":"warn"' not in done.stderr
