"""The groups of settings, one for each room; those of ``web`` and ``cluster`` are in ``web_settings.py`` and
``cluster_settings.py``. ``settings.py`` puts them together and reads them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator

from photos_graph.skipped_folders import SKIP_FOLDERS

MIB = 1024 * 1024


def expanded(path: Path) -> Path:
    """Replaces ``~`` where no shell does so: in the environment, in a file, in a quoted argument. The folder of an
    unknown user stays as it is."""
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111, Path.expanduser raises for such a user


Folder = Annotated[Path, AfterValidator(expanded)]


def is_address(source: str) -> bool:
    """Returns whether a model is at an address, and not in a folder."""
    return "://" in source


class SettingsGroup(BaseModel):
    """Settings of one room. A misspelt name is an error, not a default."""

    model_config = ConfigDict(extra="forbid")


class GraphSettings(SettingsGroup):
    """Where the graph is stored. Without a URI, an embedded engine is started in the data directory."""

    uri: str | None = Field(
        None,
        description="The address of a Neo4j server, with bolt:// or neo4j://. If it is unset, an embedded engine is "
        "started.",
    )
    user: str = Field("neo4j", description="The user name for that server.")
    password: SecretStr = Field(SecretStr(""), description="The password for that server.")
    database: str | None = Field(
        None, description="The database on that server. If it is unset, the default database is used."
    )
    heap: str = Field(
        "1g", pattern=r"^\d+[kmgKMG]$", description="The heap of the embedded engine, written as for Java."
    )
    connect_seconds: float = Field(60, gt=0, description="How long to wait for the engine at the start.")
    silence_seconds: float = Field(
        5, gt=0, description="An engine that says nothing for so long counts as one that does not answer."
    )


class LibrarySettings(SettingsGroup):
    """How folders of originals are read."""

    skip_folders: tuple[str, ...] = Field(
        SKIP_FOLDERS,
        description="The folders that never contain photos: their names, or ends of their paths, in which `*` stands "
        "for any part of a name. Case is ignored. Hidden folders are always skipped. A list of your own replaces this "
        "one.",
    )
    follow_symlinks: bool = Field(False, description="Whether to follow links that stay inside the root.")
    poll_seconds: float = Field(
        60, gt=0, description="How often folders that are not watched are checked for changes while the service runs."
    )
    watch: bool = Field(
        True,
        description="Whether folders on disks of this machine are watched, so that changes are noticed within seconds "
        "and nothing is checked as long as nothing changes (on Linux).",
    )
    recheck_seconds: float = Field(
        3600, gt=0, description="How often folders that are watched are checked all the same."
    )
    settle_seconds: float = Field(
        2, ge=0, description="A file that is younger than this is not read yet, because it may still be being written."
    )
    settle_limit_seconds: float = Field(60, ge=0, description="How long a scan waits at its end for such files.")
    import_keywords: bool = Field(True, description="Whether keywords in photos and sidecars become tags.")
    import_faces: bool = Field(
        True, description="Whether faces and names that other programs marked become faces and persons."
    )
    missing_limit: float = Field(
        0.2,
        ge=0,
        le=1,
        description="A scan marks no file as missing if more than this share of the files of a root is gone.",
    )


class ImageSettings(SettingsGroup):
    """Decoding, its limits, and the cache of thumbnails."""

    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        description="The number of processes that decode pictures. One more starts for what is soon done.",
    )
    max_bytes: int = Field(1024 * MIB, gt=0, description="The size of the largest original that is read.")
    max_pixels: int = Field(
        300_000_000, gt=0, description="The number of pixels of the largest original that is decoded."
    )
    memory_bytes: int = Field(
        2048 * MIB, gt=0, description="How much address space a process may add while it decodes."
    )
    timeout_seconds: float = Field(60, gt=0, description="The longest time that decoding one original may take.")
    queue: int = Field(
        256, ge=1, description="How many pictures may wait for a process. Further requests are answered with 503."
    )
    cache_bytes: int = Field(
        10 * 1024 * MIB, ge=0, description="The size of the cache of thumbnails. The oldest are deleted first."
    )
    shared_cache_url: str | None = Field(
        None,
        description="A place in which several services keep their thumbnails and models for one another: a folder that "
        "exists, or an address of fsspec, such as `s3://bucket/prefix`. It needs the extra `fsspec`.",
    )
    shared_cache_bytes: int | None = Field(
        None,
        ge=0,
        description="The size of the thumbnails there. What was written first is deleted first, four times a day. "
        "If it is unset, nothing is deleted there.",
    )
    quality: int = Field(
        80,
        ge=1,
        le=100,
        description="The JPEG and WebP quality of thumbnails. For pictures of up to 512 pixels it is at least 95.",
    )

    @property
    def shared_cache_folder(self) -> Path | None:
        """The shared place, if it is a folder."""
        url = self.shared_cache_url
        if url is None or (is_address(url) and not url.startswith("file://")):
            return None
        return expanded(Path(url.removeprefix("file://")))


class ModelSettings(SettingsGroup):
    """The weights of models."""

    folder: Folder | None = Field(
        None,
        description="The folder of weights. If it is unset, it is `~/.cache/photos-graph/models` (XDG), which all data "
        "directories share, or `models` in the data directory if that exists, as earlier versions made it.",
    )
    fetch: bool = Field(
        True, description="Whether `serve` downloads missing weights in the background. `--no-models` sets it to false."
    )


class FaceSettings(SettingsGroup):
    """Detecting faces, recognising persons, and grouping faces without a name."""

    enabled: Literal["auto", "on", "off"] = Field(
        "auto", description="Whether scans detect faces. With `auto` they do so when the weights are here."
    )
    detector: str = Field(
        "yunet", description="The model that detects faces: a detector of DeepFace. `photos-graph models` lists them."
    )
    embedder: str = Field(
        "SFace",
        description="The model that tells faces apart: a model of DeepFace. Faces of different models are not "
        "compared.",
    )
    clustering: Literal["average", "hdbscan"] = Field(
        "average", description="How faces without a name are grouped: with `average` linkage or with `hdbscan`."
    )
    cut: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="The mean similarity from which two groups are one person. If it is unset, the value of the model "
        "is used.",
    )
    min_score: float = Field(0.75, gt=0, lt=1, description="How sure the detector must be that it sees a face.")
    min_pixels: int = Field(
        16, ge=1, description="The width of the smallest face that is kept, in pixels of the largest thumbnail."
    )
    weights: Folder | None = Field(
        None, description="A folder with files of weights. It is searched before anything is downloaded."
    )
    workers: int = Field(1, ge=1, description="The number of processes that hold the models. Each takes 200 to 500 MB.")
    memory_bytes: int = Field(4096 * MIB, gt=0, description="How much address space the models may take.")
    timeout_seconds: float = Field(
        300, gt=0, description="The longest time that detecting the faces of one photo may take."
    )
    idle_seconds: float = Field(
        120, gt=0, description="How long the models, and the table of faces, stay in memory without work."
    )


class LabelSettings(SettingsGroup):
    """What people say of photos, folders, faces, tags and persons."""

    keep_changes: int = Field(
        100_000,
        ge=0,
        description="How many changes are kept, so that they are listed and can be undone. Older ones are forgotten "
        "within a day; the labels stay.",
    )


class JobSettings(SettingsGroup):
    """Long tasks in the background."""

    keep_days: float = Field(
        90,
        ge=0,
        description="For how many days jobs that have ended are kept. Older ones are forgotten within a day, unless a "
        "failure of theirs is still listed.",
    )


class LearnSettings(SettingsGroup):
    """Learning tags and persons from the labels that people assigned."""

    enabled: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether scans compute the features of photos and predict tags. With `auto` they do so when the "
        "weights are here.",
    )
    backbone: str = Field(
        "EfficientNetLite0",
        description="The model that computes features: EfficientNetLite0 or a model of `keras.applications`. "
        "`photos-graph models` lists them. Features of different models are not compared.",
    )
    precision: float = Field(
        0.95,
        gt=0,
        lt=1,
        description="The share of tags that must be right among those that a model applies without review.",
    )
    flood: float = Field(
        1.5,
        gt=0,
        description="A tag without a judged sheet is given to at most this many times its share among the photos that "
        "have any tag. With 1.5, a tag that half of those have is given to three quarters of the library at most.",
    )
    trust: Literal["provisional", "proven"] = Field(
        "provisional",
        description="Which predicted tags count in search and on photos. With `proven`, tags are only suggested until "
        "a sheet of them was judged.",
    )
    cold_start: bool = Field(
        True, description="Whether classes of ImageNet are suggested in the review queue before a model is trained."
    )
    persons_precision: float = Field(
        0.99, gt=0, lt=1, description="The share of strangers that the model of persons must leave without a person."
    )
    seed: int = Field(
        0, ge=0, description="The seed of the random numbers in training. The same seed gives the same model."
    )
    weights: Folder | None = Field(
        None, description="A folder with files of weights. It is searched before anything is downloaded."
    )
    corrections: int = Field(
        50, ge=0, description="After this many corrections of photos or faces a training starts. With 0, none does."
    )
    skip_days: float = Field(
        30, gt=0, description="For so many days a skipped question of the review queue is not asked again."
    )
    threads: int = Field(
        default_factory=lambda: max(1, (os.cpu_count() or 1) // 2),
        ge=1,
        description="The number of threads of the backbone.",
    )
    memory_bytes: int = Field(
        8192 * MIB, gt=0, description="How much address space the backbone, or a training, may take."
    )
    text: str | None = Field(
        None,
        description="The image-text model that looks in the pictures for words which nothing else knows: a folder, or "
        "an https address from which `photos-graph models --fetch` downloads it, in the layout in which CLIP is "
        "published as ONNX on Hugging Face. If it is unset, there is none.",
    )
    train_seconds: float = Field(3600, gt=0, description="The longest time that a training may take.")
    timeout_seconds: float = Field(
        300, gt=0, description="The longest time that computing the features of 64 photos may take."
    )
    idle_seconds: float = Field(120, gt=0, description="How long the backbone stays in memory without work.")

    @field_validator("text")
    @classmethod
    def _place(cls, source: str | None) -> str | None:
        """A folder or an address, or None if it is empty."""
        if source and is_address(source) and not source.startswith(("https://", "http://")):
            raise ValueError("it must be a folder, or an address that begins with https://")
        return source or None


class ExportSettings(SettingsGroup):
    """Exports of labels and pictures for other programs."""

    folder: Folder | None = Field(
        None,
        description="The folder for exports, each in a folder of its own. If it is unset, `exports` in the data "
        "directory is used.",
    )


class BackupSettings(SettingsGroup):
    """Back-ups of everything that people stated and set, and of what models found. Originals are not in them."""

    folder: Folder | None = Field(
        None,
        description="The folder for back-ups. If it is unset, `backups` in the data directory is used. A folder on "
        "another disk is better, since it outlives the disk of the data directory.",
    )
    schedule: str = Field(
        "30 3 * * *",
        description="When back-ups are written while the service runs, as five fields in the syntax of cron, in the "
        "time zone of this machine. What was missed is caught up. An empty text means never.",
    )
    keep: int = Field(
        7, ge=1, description="How many back-ups are kept in the folder. Those to which you gave a name are not counted."
    )


class SearchSettings(SettingsGroup):
    """The search index, which is read from the graph and kept in memory, and the language of searches."""

    follow_seconds: float = Field(1, gt=0, description="How often changes by other processes are looked for.")
    snapshot_seconds: float = Field(
        300, gt=0, description="How often a changed index is written to the data directory."
    )
    languages: tuple[Literal["en", "it", "de", "fr", "es"], ...] = Field(
        ("en", "it", "de", "fr", "es"),
        min_length=1,
        description="The languages in which the texts of searches are read. Fewer languages mean fewer words with two "
        "meanings. Filters, and texts that all languages understand, are put into words of the first one.",
    )
    countries: tuple[Annotated[str, Field(pattern="^[A-Z]{2}$")], ...] = Field(
        ("DE", "ES", "FR", "GB", "IT", "US"),
        description="The countries whose public holidays can be searched for by their names, as codes of ISO 3166. "
        "Christmas, Easter and the like are known without a country.",
    )
    content: bool = Field(
        True,
        description="Whether words that no label has are looked for in the pictures: by ImageNet's classes, which "
        "needs features by EfficientNetLite0, and by the image-text model, if `learn.text` names one.",
    )
    hemisphere: Literal["north", "south"] = Field(
        "north", description="The hemisphere whose seasons are meant: in the south, summer begins in December."
    )


class StorageSettings(SettingsGroup):
    """The disks on which the service keeps something."""

    reserve_bytes: int | None = Field(
        None,
        ge=0,
        description="With less free space on a disk, thumbnails are not kept, back-ups and exports are refused, and "
        "the log warns. If it is unset, this is 1 GiB, or 5 % of a disk of less than 20 GiB.",
    )


class LogSettings(SettingsGroup):
    """The log of the service and of the commands, which goes to the standard error output."""

    format: Literal["auto", "console", "json"] = Field(
        "auto",
        description="How lines look: `console` for people, with colours on a terminal only, or `json`, one object a "
        "line. `auto` is `console`.",
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="What is logged at least. The option `--verbose` means `info`."
    )
    slow_seconds: float = Field(
        1,
        gt=0,
        description="Operations of GraphQL and queries of the graph that take longer are logged, without their "
        "variables.",
    )
