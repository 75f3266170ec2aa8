"""The commands for tokens and keys. They work while the service runs, which notices within seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
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
    from photos_graph.services.access import Scopes

T = TypeVar("T")

_ONLY = "Show only photos {}, for the role viewer. Can be given again; photos that meet one such condition are shown."
ScopeTags = Annotated[
    list[str] | None,
    typer.Option("--scope-tag", help=_ONLY.format("that people or folders gave this tag, or one below it")),
]
ScopeFolders = Annotated[
    list[str] | None,
    typer.Option("--scope-folder", help=_ONLY.format("in this folder, such as Pictures/2019, or below it")),
]
ScopePersons = Annotated[
    list[str] | None, typer.Option("--scope-person", help=_ONLY.format("on which people named this person"))
]
ScopeAlbums = Annotated[list[str] | None, typer.Option("--scope-album", help=_ONLY.format("in this album"))]

commands = typer.Typer()
tokens = typer.Typer(
    invoke_without_command=True,
    epilog="Examples:\n\n* `photos-graph tokens` lists them.\n\n"
    "* `photos-graph tokens create 'Kitchen tablet' --role viewer --days 365` prints a token once.\n\n"
    "* `photos-graph tokens create Grandma --scope-tag Family --scope-folder Pictures/Holidays` prints one that shows "
    "only these photos.\n\n"
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
    tags: ScopeTags = None,
    folders: ScopeFolders = None,
    persons: ScopePersons = None,
    albums: ScopeAlbums = None,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Make a token, and print it once."""
    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)

    async def work(access: Access, scopes: Scopes) -> str:
        scope = await _scope(scopes, tags, folders, persons, albums)
        return (await access.create_token(name, role, expires_at, scope))[1]

    out.print(_with_access(data_dir, verbose, work), markup=False, highlight=False, soft_wrap=True)
    err.print("This is shown only once. Send it as `Authorization: Bearer ...`, or enter it at /login.", markup=False)
    err.print("A running service knows it within 2 seconds.", markup=False)


@tokens.command()
def limit(
    name: Annotated[str, typer.Argument(help="The name of the token.")],
    tags: ScopeTags = None,
    folders: ScopeFolders = None,
    persons: ScopePersons = None,
    albums: ScopeAlbums = None,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Change which photos a token shows. Without an option it shows all."""

    async def work(access: Access, scopes: Scopes) -> None:
        scope = await _scope(scopes, tags, folders, persons, albums)
        await access.limit_token(_valid(access, name).id, scope)

    _with_access(data_dir, verbose, work)
    err.print(f"The token {name!r} is changed. A running service knows it within 2 seconds.", markup=False)


@tokens.command()
def revoke(
    name: Annotated[str, typer.Argument(help="The name of the token.")],
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Revoke a token, its sessions, and the addresses of pictures that it was given."""

    async def work(access: Access, scopes: Scopes) -> None:
        await access.revoke_token(_valid(access, name).id)

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
    from photos_graph.services.access import rotate

    settings = settings_of(data_dir, verbose)
    longest = timedelta(days=2 * settings.web.media_days)
    version = asyncio.run(rotate(settings, 0 if at_once else longest.total_seconds()))
    err.print(f"Addresses of pictures are signed with key {version} from now on.")


def _with_access(data_dir: Path | None, verbose: bool, work: Callable[[Access, Scopes], Awaitable[T]]) -> T:
    from photos_graph.services.access import opened_scopes

    async def run() -> T:
        async with opened_scopes(settings_of(data_dir, verbose)) as (access, scopes):
            return await work(access, scopes)

    return asyncio.run(run())


def _valid(access: Access, name: str) -> AccessToken:
    """Raises NotFound."""
    valid = [token for token in access.tokens() if token.name == name and token.revoked_at is None]
    if not valid:
        raise NotFound(f"There is no token of the name {name!r}. List them: photos-graph tokens", about=name)
    return valid[0]


async def _all(access: Access, scopes: Scopes) -> list[tuple[AccessToken, str]]:
    """Returns all tokens, and in words which photos they show."""
    return [(token, "all" if token.scope is None else await scopes.in_words(token.scope)) for token in access.tokens()]


async def _scope(
    scopes: Scopes,
    tags: Sequence[str] | None,
    folders: Sequence[str] | None,
    persons: Sequence[str] | None,
    albums: Sequence[str] | None,
) -> str | None:
    """Returns the scope of photos that meet one of these conditions, or None without one. Raises NotFound."""
    from photos_graph.model.labels import Certainty
    from photos_graph.model.search import Ref
    from photos_graph.search.filters import FolderFilter, PhotoFilter, TermFilter

    def named(names: Sequence[str]) -> TermFilter:
        return TermFilter(any=tuple(Ref(name=name) for name in names))

    found = [PhotoFilter(folder=FolderFilter(path=path)) for path in folders or ()]
    found += [PhotoFilter(tags=named(tags))] if tags else []
    found += [PhotoFilter(persons=named(persons))] if persons else []
    found += [PhotoFilter(albums=named(albums))] if albums else []
    return await scopes.kept(PhotoFilter(or_=tuple(found), certainty=Certainty.CONFIRMED)) if found else None
