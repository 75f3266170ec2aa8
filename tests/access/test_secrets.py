"""The file of secrets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from photos_graph.access.secrets import configured_tokens, load_or_make, media_keys, note_shown, rotate_keys
from photos_graph.errors import BadSettings
from photos_graph.model.access import Role
from photos_graph.settings import Settings
from tests.kit.graphql import TOKENS


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, token=None)
    first, second = load_or_make(settings), load_or_make(settings)
    assert first.fresh and second.fresh, "nobody was shown it yet"
    note_shown(settings)
    third = load_or_make(settings)
    assert not third.fresh
    assert (first.token, first.key, first.media) == (third.token, third.key, third.media)
    assert (settings.data_dir / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_the_file_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text(json.dumps({"token": "t", "key": "ab" * 32, "shown": True}))
    known = load_or_make(Settings(data_dir=tmp_path))
    assert (known.token, known.keys().version, known.fresh) == ("t", 1, False)


def test_secrets_that_may_not_be_read_are_not_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").mkdir()  # for root may read those of any other user
    with pytest.raises(BadSettings, match="cannot be read"):
        load_or_make(Settings(data_dir=tmp_path))


@pytest.mark.parametrize("given", ["", " \n"])
def test_an_empty_token_is_none(tmp_path: Path, given: str) -> None:
    settings = Settings(data_dir=tmp_path, token=SecretStr(given), viewer_token=SecretStr(given))
    known = load_or_make(settings)
    assert known.fresh and configured_tokens(settings, known) == {Role.OWNER: known.token}


def test_the_line_break_of_a_file_is_no_part_of_a_token(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, token=SecretStr(TOKENS["owner"] + "\n"))
    assert configured_tokens(settings, load_or_make(settings)) == {Role.OWNER: TOKENS["owner"]}


@pytest.mark.parametrize("name", ["token", "editor_token", "viewer_token"])
def test_a_token_that_could_be_guessed_is_refused_with_how_to_make_one(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadSettings, match=f"PHOTOS_{name.upper()}.*openssl"):
        load_or_make(Settings(data_dir=tmp_path, **{name: SecretStr("a-long-random-string")}))


def test_keys_are_rotated_and_tokens_stay(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(BadSettings):
        rotate_keys(settings, 60)
    before = load_or_make(settings)
    signature = before.keys().sign("a")
    assert rotate_keys(settings, 60) == 2
    after = load_or_make(settings)
    assert (after.token, after.key, after.keys().version) == (before.token, before.key, 2)
    assert after.keys().verify(1, signature, "a")
    assert rotate_keys(settings, 0) == 3
    assert list(media_keys(settings)) == [3]
