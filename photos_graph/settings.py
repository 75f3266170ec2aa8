"""Settings: one object with a group for each room. Arguments come first, then ``PHOTOS_...``, then a TOML file. The
groups are in ``setting_groups.py``, ``web_settings.py`` and ``cluster_settings.py``.

``PHOTOS_GRAPH__URI=bolt://nas:7687`` sets ``graph.uri``. The TOML file is ``PHOTOS_CONFIG`` or
``$XDG_CONFIG_HOME/photos-graph/config.toml``.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from photos_graph.cluster_settings import ClusterSettings
from photos_graph.errors import BadSettings
from photos_graph.setting_groups import (
    BackupSettings,
    ExportSettings,
    FaceSettings,
    Folder,
    GraphSettings,
    ImageSettings,
    JobSettings,
    LabelSettings,
    LearnSettings,
    LibrarySettings,
    LogSettings,
    ModelSettings,
    SearchSettings,
    StorageSettings,
    expanded,
    is_address,
)
from photos_graph.web_settings import WebSettings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = [  # the groups are imported from here
    "FACES_VERSION",
    "BackupSettings",
    "ClusterSettings",
    "ExportSettings",
    "FaceSettings",
    "Folder",
    "GraphSettings",
    "ImageSettings",
    "JobSettings",
    "LabelSettings",
    "LearnSettings",
    "LibrarySettings",
    "LogSettings",
    "ModelSettings",
    "SearchSettings",
    "Settings",
    "StorageSettings",
    "WebSettings",
    "config_file",
    "expanded",
    "forget",
    "is_address",
    "load",
    "misspelt",
]

FACES_VERSION = 2  # of how faces are looked for; raise it if photos are to be looked at again


def _xdg(variable: str, fallback: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / fallback) / "photos-graph"


class Settings(BaseSettings):
    # PHOTOS_TOKEN= in a file of variables sets nothing, because nobody could sign in with an empty token.
    model_config = SettingsConfigDict(
        env_prefix="PHOTOS_", env_nested_delimiter="__", env_ignore_empty=True, extra="forbid"
    )

    data_dir: Folder = Field(
        default_factory=lambda: _xdg("XDG_DATA_HOME", ".local/share"),
        description="The folder for the graph, the cache and the index. It must not be inside a folder of originals.",
    )
    token: SecretStr | None = Field(
        None, description="The token of the owner. If it is unset, one is made at the first start."
    )
    editor_token: SecretStr | None = Field(None, description="A token for viewers who may change labels but not roots.")
    viewer_token: SecretStr | None = Field(None, description="A token for viewers who may only look.")
    graph: GraphSettings = Field(default_factory=GraphSettings)
    library: LibrarySettings = Field(default_factory=LibrarySettings)
    images: ImageSettings = Field(default_factory=ImageSettings)
    models: ModelSettings = Field(default_factory=ModelSettings)
    faces: FaceSettings = Field(default_factory=FaceSettings)
    labels: LabelSettings = Field(default_factory=LabelSettings)
    jobs: JobSettings = Field(default_factory=JobSettings)
    learn: LearnSettings = Field(default_factory=LearnSettings)
    export: ExportSettings = Field(default_factory=ExportSettings)
    backup: BackupSettings = Field(default_factory=BackupSettings)
    search: SearchSettings = Field(default_factory=SearchSettings)
    cluster: ClusterSettings = Field(default_factory=ClusterSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    web: WebSettings = Field(default_factory=WebSettings)
    log: LogSettings = Field(default_factory=LogSettings)

    @field_validator("token", "editor_token", "viewer_token")
    @classmethod
    def _or_unset(cls, token: SecretStr | None) -> SecretStr | None:
        """Unset if it is empty, as ``-e PHOTOS_TOKEN=`` sets it, and without the line break at the end of a file."""
        return SecretStr(token.get_secret_value().strip()) or None if token else None

    @property
    def faces_by(self) -> str:
        """The models for faces and the version of how they look, in the form in which a photo is stamped with them."""
        return f"{self.faces.detector}+{self.faces.embedder}/{FACES_VERSION}"

    @property
    def learn_dir(self) -> Path:
        """The folder of the models that were trained here, and of what is computed from all photos."""
        return self.data_dir / "learn"

    @property
    def content_file(self) -> Path | None:
        """The file of what photos look like, or None if nobody wants to know."""
        return self.learn_dir / f"content-{self.learn.backbone}.safetensors" if self.search.content else None

    @property
    def text_model(self) -> Path | None:
        """The folder of the image-text model, or None if there shall be none."""
        if not self.learn.text:
            return None
        if not is_address(self.learn.text):
            return expanded(Path(self.learn.text))
        return self.models_dir / "image-text" / hashlib.sha256(self.learn.text.encode()).hexdigest()[:16]

    @property
    def vectors_file(self) -> Path | None:
        """The file of the vectors by which the image-text model describes the photos, or None if nobody wants them."""
        return self.learn_dir / "image-text.safetensors" if self.learn.text and self.search.content else None

    @property
    def cache_dir(self) -> Path:
        """The folder of what can be had again, which all data directories of a user share."""
        return _xdg("XDG_CACHE_HOME", ".cache")

    @property
    def models_dir(self) -> Path:
        """The folder of weights, which DeepFace calls DEEPFACE_HOME."""
        own = self.data_dir / "models"
        return self.models.folder or (own if own.is_dir() else self.cache_dir / "models")

    @property
    def readable_by_models(self) -> list[Path]:
        """The folders in which there are weights, or may be later."""
        folders = (self.data_dir / "models", self.models_dir, self.text_model)
        return list(dict.fromkeys(folder for folder in folders if folder is not None))

    @property
    def backups_dir(self) -> Path:
        """The folder of back-ups."""
        return self.backup.folder or self.data_dir / "backups"

    @property
    def exports_dir(self) -> Path:
        return self.export.folder or self.data_dir / "exports"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file())


def config_file() -> Path:
    """The path of the TOML file. Raises BadSettings if ``PHOTOS_CONFIG`` names a file that does not exist."""
    if not (named := os.environ.get("PHOTOS_CONFIG")):
        return _xdg("XDG_CONFIG_HOME", ".config") / "config.toml"
    if not Path(named).is_file():
        raise BadSettings(f"PHOTOS_CONFIG names {named}, which is not a file.")
    return Path(named)


def load(**given: Any) -> Settings:
    """The settings, with ``given`` before all other sources; ``None`` means that a value is not given.

    Raises BadSettings, which lists every value that is not valid.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, each['loc']))}: {_explained(each)}" for each in error.errors()]
        raise BadSettings("These settings are not valid:\n  " + "\n  ".join(lines)) from None
    except SettingsError as error:
        raise BadSettings(f"A setting in the environment is not valid JSON: {error}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{config_file()} is not valid TOML: {error}.") from None
    except OSError as error:
        raise BadSettings(f"{config_file()} cannot be read: {error.strerror}.") from None


def misspelt() -> list[str]:
    """Warnings about variables that are not settings but resemble one. They are not refused, because variables with
    this prefix may belong to another program."""
    known = {"PHOTOS_CONFIG", *(f"PHOTOS_{name}".upper() for name in Settings.model_fields)}
    warnings = []
    for name in sorted(os.environ):
        first = name.partition("__")[0]
        if name.startswith("PHOTOS_") and first not in known and (near := get_close_matches(first, known, 1)):
            warnings.append(f"{name} is not a setting. Did you mean {near[0] + name[len(first) :]}?")
    return warnings


def forget() -> None:
    """Takes the settings, and with them their secrets, out of the environment of this process, once they were read.
    The programs that it starts do not get them anyway."""
    known = {f"PHOTOS_{name}".upper() for name in Settings.model_fields}
    for name in [name for name in os.environ if name.upper().partition("__")[0] in known]:
        del os.environ[name]


def _explained(error: ErrorDetails) -> str:
    return "there is no such setting" if error["type"] == "extra_forbidden" else error["msg"]
