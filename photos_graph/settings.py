"""Settings: one object, a group per room. From arguments, then ``PHOTOS_...``, then a TOML file.

``PHOTOS_GRAPH__URI=bolt://nas:7687`` sets ``graph.uri``. The TOML file is ``PHOTOS_CONFIG`` or
``$XDG_CONFIG_HOME/photos-graph/config.toml``.
"""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from photos_graph.errors import BadSettings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MIB = 1024 * 1024


def _xdg(variable: str, fallback: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / fallback) / "photos-graph"


def expanded(path: Path) -> Path:
    """``~`` is somebody's own folder where no shell says so: in the environment, in a file, in a quoted argument. That
    of a user whom nobody knows stays as it is."""
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111, Path's own raises for such a user


Folder = Annotated[Path, AfterValidator(expanded)]


class SettingsGroup(BaseModel):
    """A misspelt setting is an error, not a default."""

    model_config = ConfigDict(extra="forbid")


class GraphSettings(SettingsGroup):
    """Where the graph lives. Without a URI an embedded engine is started in the data directory."""

    uri: str | None = Field(None, description="bolt:// or neo4j:// address of a Neo4j server; unset: embedded engine")
    user: str = Field("neo4j", description="user of that server")
    password: SecretStr = Field(SecretStr(""), description="password of that server")
    database: str | None = Field(None, description="database of that server; unset: its default")
    heap: str = Field("1g", pattern=r"^\d+[kmgKMG]$", description="heap of the embedded engine, as Java writes it")
    connect_seconds: float = Field(60, gt=0, description="how long to wait for the engine at start")


class LibrarySettings(SettingsGroup):
    """How folders of originals are read."""

    skip_folders: tuple[str, ...] = Field(
        ("@eaDir", "#recycle", "#snapshot", ".thumbnails", "lost+found", "$RECYCLE.BIN", "System Volume Information"),
        description="folder names that never hold photos; hidden ones are always skipped",
    )
    follow_symlinks: bool = Field(False, description="follow links that stay inside the root")
    poll_seconds: float = Field(60, gt=0, description="how often folders are looked at for changes while serving")
    settle_seconds: float = Field(2, ge=0, description="a file younger than this may still be being written")
    settle_limit_seconds: float = Field(60, ge=0, description="how long a scan waits for such files at its end")
    import_keywords: bool = Field(True, description="keywords in photos and sidecars become tags")
    import_faces: bool = Field(True, description="faces and names that other programs marked become faces and persons")
    missing_limit: float = Field(0.2, ge=0, le=1, description="a scan marks no more than this share of files missing")


class ImageSettings(SettingsGroup):
    """Decoding, its limits, and the cache of renditions."""

    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, description="decoding processes")
    max_bytes: int = Field(1024 * MIB, gt=0, description="largest original that is read")
    max_pixels: int = Field(300_000_000, gt=0, description="largest original that is decoded, in pixels")
    memory_bytes: int = Field(2048 * MIB, gt=0, description="address space a worker may add while decoding")
    timeout_seconds: float = Field(60, gt=0, description="longest time one original may take")
    queue: int = Field(256, ge=1, description="renditions that may wait for a worker before 503 is answered")
    cache_bytes: int = Field(10 * 1024 * MIB, ge=0, description="size of the rendition cache; oldest go first")
    quality: int = Field(
        80, ge=1, le=100, description="JPEG and WebP quality of renditions; of pictures up to 512 pixels at least 95"
    )


class FaceSettings(SettingsGroup):
    """Finding faces, telling whose they are, and putting those of one person together."""

    enabled: Literal["auto", "on", "off"] = Field(
        "auto", description="whether scans look for faces; `auto`: once the weights are here"
    )
    detector: str = Field(
        "yunet", description="what finds faces: a detector of DeepFace; `photos-graph models` lists them"
    )
    embedder: str = Field(
        "SFace", description="what tells faces apart: a model of DeepFace; faces of two are not compared"
    )
    clustering: Literal["average", "hdbscan"] = Field(
        "average", description="how faces without a name are grouped: `average` linkage or `hdbscan`"
    )
    cut: float | None = Field(
        None, gt=0, lt=1, description="mean similarity of two groups that are one person; unset: the model's own"
    )
    min_score: float = Field(0.75, gt=0, lt=1, description="how sure the detector must be that it is a face")
    min_pixels: int = Field(16, ge=1, description="width of the smallest face that is kept, in the largest rendition")
    weights: Folder | None = Field(
        None, description="a folder with files of weights, looked into before anything is downloaded"
    )
    workers: int = Field(1, ge=1, description="processes that hold the models; each takes 400 to 600 MB")
    memory_bytes: int = Field(4096 * MIB, gt=0, description="address space the models may take while they work")
    timeout_seconds: float = Field(300, gt=0, description="longest time the faces of one photo may take")
    idle_seconds: float = Field(120, gt=0, description="how long the models stay in memory without work")


class LearnSettings(SettingsGroup):
    """Learning tags from what people said."""

    enabled: Literal["auto", "on", "off"] = Field(
        "auto", description="whether scans describe photos and predict their tags; `auto`: once the weights are here"
    )
    backbone: str = Field(
        "EfficientNetLite0",
        description="what describes a photo: EfficientNetLite0 or a model of `keras.applications`; "
        "`photos-graph models` lists them; photos described by two are not compared",
    )
    precision: float = Field(
        0.95, gt=0, lt=1, description="share of right ones among the tags that a model may give by itself"
    )
    cold_start: bool = Field(
        True, description="whether ImageNet's classes are suggested in the review queue before any model is trained"
    )
    persons_precision: float = Field(
        0.99, gt=0, lt=1, description="share of strangers that the model of persons takes for nobody"
    )
    seed: int = Field(0, ge=0, description="where chance starts in training; the same one gives the same model")
    weights: Folder | None = Field(
        None, description="a folder with files of weights, looked into before anything is downloaded"
    )
    corrections: int = Field(
        50, ge=0, description="photos or faces of which people said something that start a training; 0: none do"
    )
    threads: int = Field(
        default_factory=lambda: max(1, (os.cpu_count() or 1) // 2), ge=1, description="threads of the backbone"
    )
    memory_bytes: int = Field(8192 * MIB, gt=0, description="address space that the backbone, or training, may take")
    train_seconds: float = Field(3600, gt=0, description="longest time that training may take")
    timeout_seconds: float = Field(300, gt=0, description="longest time the features of 64 photos may take")
    idle_seconds: float = Field(120, gt=0, description="how long the backbone stays in memory without work")


class ExportSettings(SettingsGroup):
    """Labels and pictures for other programs."""

    folder: Folder | None = Field(
        None,
        description="where exports are written, each in a folder of its own; unset: `exports` in the data directory",
    )


class SearchSettings(SettingsGroup):
    """The search index, read from the graph and kept in memory."""

    follow_seconds: float = Field(1, gt=0, description="how often changes by other processes are looked for")
    snapshot_seconds: float = Field(300, gt=0, description="how often a changed index is written to the data directory")


class WebSettings(SettingsGroup):
    """The HTTP side."""

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    origins: tuple[str, ...] = Field((), description="web origins, beside its own, that may call with a token")
    max_depth: int = Field(15, ge=1, description="deepest GraphQL selection")
    max_aliases: int = Field(30, ge=1, description="most aliases in a GraphQL document")
    max_tokens: int = Field(5000, ge=1, description="most tokens in a GraphQL document")
    max_cost: int = Field(100_000, ge=1, description="most nodes that a GraphQL document may ask for")
    timeout_seconds: float = Field(30, gt=0, description="longest time a GraphQL operation may take")


class Settings(BaseSettings):
    # PHOTOS_TOKEN= in a file of variables sets nothing: an empty token would let nobody in.
    model_config = SettingsConfigDict(
        env_prefix="PHOTOS_", env_nested_delimiter="__", env_ignore_empty=True, extra="forbid"
    )

    data_dir: Folder = Field(
        default_factory=lambda: _xdg("XDG_DATA_HOME", ".local/share"),
        description="graph, cache, index and logs; never inside a folder of originals",
    )
    token: SecretStr | None = Field(None, description="the owner's bearer token; unset: made at first start")
    editor_token: SecretStr | None = Field(None, description="a token that may change labels but not roots")
    viewer_token: SecretStr | None = Field(None, description="a token that may only look")
    graph: GraphSettings = Field(default_factory=GraphSettings)
    library: LibrarySettings = Field(default_factory=LibrarySettings)
    images: ImageSettings = Field(default_factory=ImageSettings)
    faces: FaceSettings = Field(default_factory=FaceSettings)
    learn: LearnSettings = Field(default_factory=LearnSettings)
    export: ExportSettings = Field(default_factory=ExportSettings)
    search: SearchSettings = Field(default_factory=SearchSettings)
    web: WebSettings = Field(default_factory=WebSettings)

    @field_validator("token", "editor_token", "viewer_token")
    @classmethod
    def _or_unset(cls, token: SecretStr | None) -> SecretStr | None:
        """An empty one, as ``-e PHOTOS_TOKEN=`` sets, or one with the line break of a file would let nobody in."""
        return SecretStr(token.get_secret_value().strip()) or None if token else None

    @property
    def faces_by(self) -> str:
        """The models that look for faces, as a photo remembers them."""
        return f"{self.faces.detector}+{self.faces.embedder}"

    @property
    def learn_dir(self) -> Path:
        """Models that were trained here, and what is worked out from all photos."""
        return self.data_dir / "learn"

    @property
    def models_dir(self) -> Path:
        """What DeepFace knows as DEEPFACE_HOME."""
        return self.data_dir / "models"

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
    """Raises BadSettings when ``PHOTOS_CONFIG`` names a file that is not there."""
    if not (named := os.environ.get("PHOTOS_CONFIG")):
        return _xdg("XDG_CONFIG_HOME", ".config") / "config.toml"
    if not Path(named).is_file():
        raise BadSettings(f"PHOTOS_CONFIG names {named}, which is not a file.")
    return Path(named)


def load(**given: Any) -> Settings:
    """Settings with ``given`` on top; ``None`` means not given.

    Raises BadSettings with every value that does not fit and where it should be set.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, each['loc']))}: {_said(each)}" for each in error.errors()]
        raise BadSettings("These settings are not valid:\n  " + "\n  ".join(lines)) from None
    except SettingsError as error:
        raise BadSettings(f"A setting in the environment is not valid JSON: {error}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{config_file()} is not valid TOML: {error}.") from None
    except OSError as error:
        raise BadSettings(f"{config_file()} cannot be read: {error.strerror}.") from None


def misspelt() -> list[str]:
    """What the environment sets that is no setting, and what may have been meant. A group that is not known is not
    refused: variables of that prefix may be another program's."""
    known = {"PHOTOS_CONFIG", *(f"PHOTOS_{name}".upper() for name in Settings.model_fields)}
    doubts = []
    for name in sorted(os.environ):
        first = name.partition("__")[0]
        if name.startswith("PHOTOS_") and first not in known and (near := get_close_matches(first, known, 1)):
            doubts.append(f"{name} is not a setting. Did you mean {near[0] + name[len(first) :]}?")
    return doubts


def _said(error: ErrorDetails) -> str:
    return "there is no such setting" if error["type"] == "extra_forbidden" else error["msg"]
