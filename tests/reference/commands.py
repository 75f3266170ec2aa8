"""Every command with its help, as ``typer`` writes it."""

from __future__ import annotations

import typer
from typer.cli import get_docs_for_click
from typer.core import TyperGroup

from photos_graph import cli

TOP = """# Commands

All commands read the same [settings](../settings.md).
[Operations](../operations.md#commands) says what they have in common.

The exit code is 0 on success, 1 if something failed or is wrong, 2 if the command was called wrongly, and 130 if it was
interrupted.
"""


def page() -> str:
    group = typer.main.get_command(cli.app)
    assert isinstance(group, TyperGroup)
    context = typer.Context(group, info_name="photos-graph", **group.context_settings)
    made = (
        get_docs_for_click(obj=group.commands[name], ctx=context, indent=1, call_prefix="photos-graph")
        for name in sorted(group.commands)
    )
    return "\n".join([TOP, *made])
