"""The secrets of an installation: the owner's token and the keys, in a file that only the owner can read."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from photos_graph.access.signing import Keys, MediaKey
from photos_graph.access.strength import LEAST_BITS, guessable_bits
from photos_graph.errors import BadSettings
from photos_graph.model.access import Role
from photos_graph.settings import Settings

FILE = "secrets.json"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The token, the key that hashes tokens, and those that sign addresses. ``fresh`` says that we created the token
    and that it has not been shown yet."""

    token: str = field(repr=False)
    key: bytes = field(repr=False)
    media: Mapping[int, MediaKey] = field(repr=False)
    fresh: bool = False

    def keys(self) -> Keys:
        return Keys(self.key, self.media)


def load_or_make(settings: Settings) -> Secrets:
    """Loads the secrets, or creates them. A token in the settings replaces the one in the file, which stays as it is.

    Raises BadSettings if the file cannot be written or is damaged, because creating a new one silently would sign all
    users out, and if a token of the settings could be guessed.
    """
    path = settings.data_dir / FILE
    try:
        if not path.exists():
            _make(path)
    except OSError as error:
        raise BadSettings(f"{path} cannot be written: {error.strerror}.") from error
    known = _read(path)
    for name in ("token", "editor_token", "viewer_token"):
        if (given := getattr(settings, name)) is not None:
            _check_strength(f"PHOTOS_{name.upper()}", given.get_secret_value())
    if settings.token is not None:
        return replace(known, token=settings.token.get_secret_value(), fresh=False)
    return known


def configured_tokens(settings: Settings, known: Secrets) -> dict[Role, str]:
    """Returns the tokens that are not in the graph, by their roles."""
    tokens = {Role.OWNER: known.token}
    if settings.editor_token is not None:
        tokens[Role.EDITOR] = settings.editor_token.get_secret_value()
    if settings.viewer_token is not None:
        tokens[Role.VIEWER] = settings.viewer_token.get_secret_value()
    return tokens


def note_shown(settings: Settings) -> None:
    """Records that the token has been printed. A start that failed earlier does not count."""
    path = settings.data_dir / FILE
    _written(path, replace(_read(path), fresh=False)).replace(path)


def rotate_keys(settings: Settings, valid_seconds: float) -> int:
    """Makes a new key for the addresses of pictures, and returns its version. Addresses that earlier keys signed work
    for ``valid_seconds`` more, if at all. Raises BadSettings."""
    path = settings.data_dir / FILE
    if not path.exists():
        raise BadSettings(f"There is no {path}. It is made by the first `photos-graph serve`.")
    rotated = _rotated(_read(path), valid_seconds)
    try:
        _written(path, rotated).replace(path)
    except OSError as error:
        raise BadSettings(f"{path} cannot be written: {error.strerror}.") from error
    return max(rotated.media)


def media_keys(settings: Settings) -> Mapping[int, MediaKey]:
    """Returns the keys that sign addresses, as the file has them now. Raises BadSettings."""
    return _read(settings.data_dir / FILE).media


def shared_form(settings: Settings) -> str:
    """Returns what the file holds, for the other services of the same graph. Raises BadSettings."""
    return _shared(_read(settings.data_dir / FILE))


def rotated_form(settings: Settings, valid_seconds: float) -> tuple[str, int]:
    """Returns what ``rotate_keys`` would put into the file, in the form that services share, and the version of the new
    key. Raises BadSettings."""
    rotated = _rotated(_read(settings.data_dir / FILE), valid_seconds)
    return _shared(rotated), max(rotated.media)


def adopt(settings: Settings, shared: str) -> tuple[Secrets, bool]:
    """Puts the secrets that the services of a graph share into the file, in place of its own. Returns what holds from
    now on, and whether somebody may miss those from before. Raises BadSettings."""
    path = settings.data_dir / FILE
    known, told = _read(path), _parsed(shared, path)
    is_other = (known.token, known.key) != (told.token, told.key)
    if is_other or dict(known.media) != dict(told.media):
        try:
            _written(path, replace(told, fresh=known.fresh and not is_other)).replace(path)
        except OSError as error:
            raise BadSettings(f"{path} cannot be written: {error.strerror}.") from error
    return load_or_make(settings), is_other and not known.fresh


def _shared(known: Secrets) -> str:
    return json.dumps(_content(replace(known, fresh=False)), sort_keys=True)


def _rotated(known: Secrets, valid_seconds: float) -> Secrets:
    now, newest = time.time(), max(known.media)
    until = now + valid_seconds
    kept = {version: MediaKey(key.key, min(key.until or until, until)) for version, key in known.media.items()}
    media = {version: key for version, key in kept.items() if key.until is not None and key.until > now}
    media[newest + 1] = MediaKey(secrets.token_bytes(32))
    return replace(known, media=media)


def _check_strength(name: str, token: str) -> None:
    if (bits := guessable_bits(token)) < LEAST_BITS:
        raise BadSettings(
            f"{name} could be guessed: it is worth {bits:.0f} bits, and at least {LEAST_BITS} are needed. "
            "The command `openssl rand -base64 32` makes a good one."
        )


def _read(path: Path) -> Secrets:
    """Raises BadSettings."""
    try:
        text = path.read_text()
    except OSError as error:  # another user has started the service
        raise BadSettings(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise _damaged(path) from error
    return _parsed(text, path)


def _parsed(text: str, path: Path) -> Secrets:
    """Raises BadSettings, which names the file."""
    try:
        kept = json.loads(text)
        key = bytes.fromhex(kept["key"])
        media = {int(version): _media_key(value) for version, value in kept.get("media_keys", {}).items()}
        return Secrets(str(kept["token"]), key, media or {1: MediaKey(key)}, not kept.get("shown", True))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> BadSettings:
    return BadSettings(f"{path} is damaged. Remove it to get a new token at the next start.")


def _media_key(kept: Mapping[str, object]) -> MediaKey:
    until = kept["until"]
    return MediaKey(bytes.fromhex(str(kept["key"])), None if until is None else float(str(until)))


def _make(path: Path) -> None:
    made = Secrets(secrets.token_urlsafe(24), secrets.token_bytes(32), {1: MediaKey(secrets.token_bytes(32))}, True)
    temporary = _written(path, made)
    try:
        # Unlike a rename, a link fails if another process was first.
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()


def _content(known: Secrets) -> dict[str, object]:
    return {
        "token": known.token,
        "key": known.key.hex(),
        "shown": not known.fresh,
        "media_keys": {
            version: {"key": media.key.hex(), "until": media.until} for version, media in known.media.items()
        },
    }


def _written(path: Path, known: Secrets) -> Path:
    """Writes a file beside ``path`` that only its owner can read, and makes sure that it is on disk."""
    temporary = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w") as file:  # noqa: PTH123, a descriptor
            json.dump(_content(known), file)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink()
        raise
    return temporary
