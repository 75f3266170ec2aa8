"""Settings as the environment and a file give them."""

from __future__ import annotations

from pathlib import Path

import pytest

from photos_graph import settings
from photos_graph.settings import ExportSettings, Settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def test_a_folder_may_begin_with_a_tilde(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text('data_dir = "~/photos"\n[faces]\nweights = "~/weights"\n')
    monkeypatch.setenv("PHOTOS_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("PHOTOS_EXPORT__FOLDER", "~/exports")
    found = settings.load()
    assert found.data_dir == home / "photos"
    assert found.faces.weights == home / "weights"
    assert found.exports_dir == home / "exports"


def test_the_home_of_nobody_is_a_folder_like_any_other(tmp_path: Path) -> None:
    found = Settings(data_dir=Path("~nobody-of-that-name/data"), export=ExportSettings(folder=Path("out")))
    assert found.data_dir == tmp_path / "~nobody-of-that-name/data"
    assert found.exports_dir == tmp_path / "out"


def test_an_empty_variable_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    unset = settings.load()
    for name in ("PHOTOS_TOKEN", "PHOTOS_DATA_DIR", "PHOTOS_GRAPH__URI", "PHOTOS_WEB__PORT", "PHOTOS_FACES__WEIGHTS"):
        monkeypatch.setenv(name, "")
    assert settings.load() == unset


def test_no_test_sees_the_weights_of_the_user(tmp_path: Path) -> None:
    # Libraries of models make empty folders there.
    assert not [found for found in Settings(data_dir=tmp_path).models_dir.rglob("*") if found.is_file()]
