"""The commands for tokens and keys. They work while the service runs, which notices within seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from photos_graph.command import DataDir, Verbose, settings_of
from photos_graph.errors import NotFound
from photos_graph.model.access import AccessToken, Role
from photos_graph.terminal import err, out, table_of_tokens

if TYPE_CHECKING:
    from photos_graph.access.credentials import Access

T = TypeVar("T")

commands = typer.Typer()
tokens = typer.Typer(
    invoke_without_command=True,
    epilog="Examples:\n\n* `photos-graph tokens` lists them.\n\n"
    "* `photos-graph tokens create 'Kitchen tablet' --role viewer --days 365` prints a token once.\n\n"
    "* `photos-graph tokens revoke 'Kitchen tablet'` ends it, its sessions, and its addresses of pictures.",
)
commands.add_typer(tokens, name="tokens")


@tokens.callback()
def list_tokens(context: typer.Context, data_dir: DataDir = None, verbose: Verbose = False) -> None:
    """List tokens, or make and revoke them, also while `serve` is running."""
    if context.invoked_subcommand is None:
        out.print(table_of_tokens(_with_access(data_dir, verbose, _all)))


@tokens.command()
def create(
    name: Annotated[str, typer.Argument(help="A name that tells whose it is. It is recorded with changes.")],
    role: Annotated[
        Role, typer.Option(case_sensitive=False, help="What it allows; each role includes those before it.")
    ] = Role.VIEWER,
    days: Annotated[int | None, typer.Option(min=1, help="How long it works. By default until it is revoked.")] = None,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Make a token, and print it once."""
    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)

    async def work(access: Access) -> str:
        return (await access.create_token(name, role, expires_at))[1]

    out.print(_with_access(data_dir, verbose, work), markup=False, highlight=False, soft_wrap=True)
    err.print("This is shown only once. Send it as `Authorization: Bearer ...`, or enter it at /login.", markup=False)


@tokens.command()
def revoke(
    name: Annotated[str, typer.Argument(help="The name of the token.")],
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Revoke a token, its sessions, and the addresses of pictures that it was given."""

    async def work(access: Access) -> None:
        valid = [token for token in access.tokens() if token.name == name and token.revoked_at is None]
        if not valid:
            raise NotFound(f"There is no token of the name {name!r}. List them: photos-graph tokens", about=name)
        await access.revoke_token(valid[0].id)

    _with_access(data_dir, verbose, work)
    err.print(f"The token {name!r} is revoked. A running service refuses it within 2 seconds.", markup=False)


@commands.command(
    "rotate-keys",
    epilog="Examples:\n\n* `photos-graph rotate-keys` lets addresses that were given out before work until they "
    "expire.\n\n* `photos-graph rotate-keys --at-once` ends them all within 2 seconds.",
)
def rotate_keys(
    at_once: Annotated[bool, typer.Option("--at-once", help="Refuse all addresses that were made before.")] = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Make a new key for the addresses of pictures. Tokens and sessions stay as they are."""
    from photos_graph.access.secrets import rotate_keys as rotated

    settings = settings_of(data_dir, verbose)
    longest = timedelta(days=2 * settings.web.media_days)
    version = rotated(settings, 0 if at_once else longest.total_seconds())
    err.print(f"Addresses of pictures are signed with key {version} from now on.")


def _with_access(data_dir: Path | None, verbose: bool, work: Callable[[Access], Awaitable[T]]) -> T:
    from photos_graph.services.access import opened_access

    async def run() -> T:
        async with opened_access(settings_of(data_dir, verbose)) as access:
            return await work(access)

    return asyncio.run(run())


async def _all(access: Access) -> list[AccessToken]:
    return access.tokens()
