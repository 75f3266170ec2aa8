"""The secrets of an installation: the owner's token and the key that signs, in a file only its owner reads."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from photos_graph.auth import Signer, Tokens
from photos_graph.errors import BadSettings
from photos_graph.model import Role
from photos_graph.settings import Settings

FILE = "secrets.json"


@dataclass(frozen=True, slots=True)
class Secrets:
    """``fresh``: the token was made just now and nobody has seen it yet."""

    token: str
    key: bytes
    fresh: bool = False


def load_or_make(settings: Settings) -> Secrets:
    """A token in the settings goes before the one in the file, and changes nothing there.

    Raises BadSettings when the file is damaged: to make another silently would sign everybody out.
    """
    path = settings.data_dir / FILE
    made = _make(path)
    try:
        kept = json.loads(path.read_text())
        token, key = str(kept["token"]), bytes.fromhex(kept["key"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadSettings(f"{path} is damaged. Remove it, and a new token is made at the next start.") from error
    if settings.token is not None:
        return Secrets(settings.token.get_secret_value(), key)
    return Secrets(token, key, fresh=made)


def _make(path: Path) -> bool:
    """Whether the file was made here; of two processes that start at once, one does."""
    if path.exists():
        return False
    content = json.dumps({"token": secrets.token_urlsafe(24), "key": secrets.token_hex(32)})
    temporary = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w") as file:  # noqa: PTH123, a descriptor
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)  # unlike a rename it fails where another was first
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    return True


def tokens_of(settings: Settings, known: Secrets) -> Tokens:
    tokens = {Role.OWNER: known.token}
    if settings.editor_token is not None:
        tokens[Role.EDITOR] = settings.editor_token.get_secret_value()
    if settings.viewer_token is not None:
        tokens[Role.VIEWER] = settings.viewer_token.get_secret_value()
    return Tokens(tokens)


def signer_of(known: Secrets) -> Signer:
    return Signer(known.key)
