"""Tokens, sessions and signatures."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from photos_graph.auth import SESSION_SECONDS, Signer, Tokens, Viewer, require
from photos_graph.errors import BadSettings, Forbidden, Unauthenticated
from photos_graph.model.access import Role
from photos_graph.settings import Settings
from photos_graph.web.secrets import load_or_make, note_shown, tokens_of

SIGNER = Signer(b"k" * 32)
TOKENS = Tokens({Role.OWNER: "owner's", Role.VIEWER: "viewer's"})


def test_a_token_names_its_viewer() -> None:
    assert TOKENS.viewer("viewer's") == Viewer("viewer", Role.VIEWER)


def test_an_unknown_token_is_nobody() -> None:
    with pytest.raises(Unauthenticated):
        TOKENS.viewer("")


def test_a_lesser_role_does_not_reach() -> None:
    require(Viewer("owner", Role.OWNER), Role.EDITOR)
    with pytest.raises(Forbidden):
        require(Viewer("viewer", Role.VIEWER), Role.EDITOR)


def test_a_session_ends() -> None:
    session = TOKENS.open_session("owner's", SIGNER, now=1000)
    assert TOKENS.viewer_of_session(session, SIGNER, now=1000).role is Role.OWNER
    with pytest.raises(Unauthenticated):
        TOKENS.viewer_of_session(session, SIGNER, now=1000 + SESSION_SECONDS)


def test_a_session_ends_with_its_token() -> None:
    session = TOKENS.open_session("owner's", SIGNER, now=1000)
    with pytest.raises(Unauthenticated):
        Tokens({Role.OWNER: "another"}).viewer_of_session(session, SIGNER, now=1000)


def test_a_session_cannot_be_prolonged() -> None:
    name, expires, signature = TOKENS.open_session("owner's", SIGNER, now=1000).split(".")
    with pytest.raises(Unauthenticated):
        TOKENS.viewer_of_session(f"{name}.{int(expires) + 1}.{signature}", SIGNER, now=1000)


def test_a_signature_is_good_for_exactly_its_parts() -> None:
    signature = SIGNER.sign("media", "ab", "c")
    assert SIGNER.verify(signature, "media", "ab", "c")
    assert not SIGNER.verify(signature, "media", "a", "bc")


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, token=None)
    first, second = load_or_make(settings), load_or_make(settings)
    assert first.fresh and second.fresh, "nobody was shown it yet"
    note_shown(settings, second)
    third = load_or_make(settings)
    assert not third.fresh
    assert (first.token, first.key) == (second.token, second.key) == (third.token, third.key)
    assert (settings.data_dir / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_secrets_that_may_not_be_read_are_not_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").mkdir()  # for root may read those of any other user
    with pytest.raises(BadSettings, match="cannot be read"):
        load_or_make(Settings(data_dir=tmp_path))


@pytest.mark.parametrize("given", ["", " \n"])
def test_an_empty_token_is_none(tmp_path: Path, given: str) -> None:
    settings = Settings(data_dir=tmp_path, token=SecretStr(given), viewer_token=SecretStr(given))
    known = load_or_make(settings)
    assert known.fresh and settings.viewer_token is None
    assert tokens_of(settings, known).viewer(known.token).role is Role.OWNER


def test_the_line_break_of_a_file_is_no_part_of_a_token(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, token=SecretStr("the owner's token\n"))
    assert tokens_of(settings, load_or_make(settings)).viewer("the owner's token").role is Role.OWNER
