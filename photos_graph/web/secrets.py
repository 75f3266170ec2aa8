"""The secrets of an installation: the owner's token and the signing key, in a file that only the owner can read."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from photos_graph.auth import Signer, Tokens
from photos_graph.errors import BadSettings
from photos_graph.model.access import Role
from photos_graph.settings import Settings

FILE = "secrets.json"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The token and the signing key. ``fresh`` says that we created the token and that it has not been shown yet."""

    token: str
    key: bytes
    fresh: bool = False


def load_or_make(settings: Settings) -> Secrets:
    """Loads the secrets, or creates them. A token in the settings replaces the one in the file, which stays as it is.

    Raises BadSettings if the file cannot be written or is damaged, because creating a new one silently would sign all
    users out.
    """
    path = settings.data_dir / FILE
    try:
        if not path.exists():
            _make(path)
    except OSError as error:
        raise BadSettings(f"{path} cannot be written: {error.strerror}.") from error
    try:
        kept = json.loads(path.read_text())
        token, key, shown = str(kept["token"]), bytes.fromhex(kept["key"]), bool(kept.get("shown", True))
    except OSError as error:  # another user has started the service
        raise BadSettings(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSettings(f"{path} is damaged. Remove it to get a new token at the next start.") from error
    if settings.token is not None:
        return Secrets(settings.token.get_secret_value(), key)
    return Secrets(token, key, fresh=not shown)


def note_shown(settings: Settings, known: Secrets) -> None:
    """Records that the token has been printed. A start that failed earlier does not count."""
    path = settings.data_dir / FILE
    _written(path, known.token, known.key.hex(), shown=True).replace(path)


def _make(path: Path) -> None:
    temporary = _written(path, secrets.token_urlsafe(24), secrets.token_hex(32), shown=False)
    try:
        # Unlike a rename, a link fails if another process was first.
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()


def _written(path: Path, token: str, key: str, *, shown: bool) -> Path:
    """Writes a file beside ``path`` that only its owner can read, and makes sure that it is on disk."""
    temporary = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w") as file:  # noqa: PTH123, a descriptor
            json.dump({"token": token, "key": key, "shown": shown}, file)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink()
        raise
    return temporary


def tokens_of(settings: Settings, known: Secrets) -> Tokens:
    tokens = {Role.OWNER: known.token}
    if settings.editor_token is not None:
        tokens[Role.EDITOR] = settings.editor_token.get_secret_value()
    if settings.viewer_token is not None:
        tokens[Role.VIEWER] = settings.viewer_token.get_secret_value()
    return Tokens(tokens)


def signer_of(known: Secrets) -> Signer:
    return Signer(known.key)
