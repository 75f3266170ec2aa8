"""Gets an image-text model from an address, and says what is wrong with one."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from photos_graph import settings as configuration
from photos_graph.errors import BadInput, BadSettings, ModelUnavailable
from photos_graph.learn.image_text import FILES, TEXT, fingerprint
from photos_graph.services.learning.weights_catalogue import Catalogue
from photos_graph.settings import LearnSettings, ModelSettings, Settings
from tests.kit.image_text import image_text_model


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Serves a model."""
    image_text_model(tmp_path / "published")
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path / "published"))
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def settings_with(tmp_path: Path, source: str) -> Settings:
    models = ModelSettings(folder=tmp_path / "models")
    return Settings(data_dir=tmp_path / "data", models=models, learn=LearnSettings(text=source))


def state(catalogue: Catalogue) -> tuple[str, bool]:
    [(_, _, state, used)] = [row for row in catalogue.listed() if row[0] == "image-text"]
    return state, used


def untold(what: str, done: int, total: int | None) -> None:
    """Nobody watches the progress."""


def test_a_model_is_downloaded_from_an_address(tmp_path: Path, address: str) -> None:
    settings = settings_with(tmp_path, address)
    catalogue, folder = Catalogue(settings), settings.text_model
    wanted = catalogue.named(["image-text"])
    assert state(catalogue) == ("missing", True) and folder is not None
    assert [file.name for file in catalogue.fetch(wanted, untold)] == list(FILES)
    assert state(catalogue) == ("ready", True) and fingerprint(folder) == fingerprint(tmp_path / "published")
    catalogue.check(wanted)
    assert not catalogue.fetch(wanted, untold), "it is here already"

    (folder / TEXT).write_bytes(b"cut off")
    assert state(catalogue) == ("damaged", True)
    with pytest.raises(ModelUnavailable, match="models --fetch"):
        catalogue.check(wanted)
    assert [file.name for file in catalogue.fetch(wanted, untold)] == [TEXT]
    assert fingerprint(folder) == fingerprint(tmp_path / "published")


def test_an_address_without_the_files_is_named(tmp_path: Path, address: str) -> None:
    (tmp_path / "published" / TEXT).unlink()
    catalogue = Catalogue(settings_with(tmp_path, address))
    with pytest.raises(ModelUnavailable, match=rf"{address}{TEXT} cannot be downloaded.*PHOTOS_LEARN__TEXT"):
        catalogue.fetch(catalogue.used[-1:], untold)
    assert state(catalogue) == ("missing", True)


def test_a_folder_is_used_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    catalogue = Catalogue(settings_with(tmp_path, str(folder)))
    assert state(catalogue) == ("missing", True) and not catalogue.fetch(catalogue.used[-1:], untold)
    image_text_model(folder)
    assert state(catalogue) == ("ready", True)
    catalogue.check(catalogue.used[-1:])
    (folder / "preprocessor_config.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match=r"preprocessor_config\.json"):
        catalogue.check(catalogue.used[-1:])


def test_without_the_setting_there_is_no_such_model(tmp_path: Path) -> None:
    catalogue = Catalogue(Settings(data_dir=tmp_path))
    assert not [row for row in catalogue.listed() if row[0] == "image-text"]
    with pytest.raises(BadInput, match="There is no model"):
        catalogue.named(["image-text"])


def test_an_address_is_of_the_web(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PHOTOS_LEARN__TEXT", "file:///etc")
    with pytest.raises(BadSettings, match=r"learn\.text: .*https"):
        configuration.load(data_dir=tmp_path)
    monkeypatch.setenv("PHOTOS_LEARN__TEXT", "~/clip")
    assert configuration.load(data_dir=tmp_path).text_model == Path.home() / "clip"
