"""The benchmarks' own parts: what they say, and that what they count is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import parse, validate

from benchmarks import nas as nas_benchmark
from benchmarks import slow_drive, slow_file_system
from benchmarks import watching as watching_benchmark
from benchmarks.__main__ import BENCHMARKS
from benchmarks.bench import Bench
from benchmarks.fields import NOT_ASKED, every_field
from benchmarks.load import rate, request
from benchmarks.metadata import metadata
from benchmarks.peers.process import FilePeer, Peer
from benchmarks.pictures import FOLDER_SIZE, tiny_library
from benchmarks.record import PAGE, page, read, record
from benchmarks.report import Figure, Goal, markdown
from photos_graph.settings import WebSettings
from resolvers.schema import build_schema
from tests.kit.metadata import jpeg_with

REPOSITORY = Path(__file__).resolve().parents[2]


def ended(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def test_help_names_every_benchmark() -> None:
    said = ended("--help")
    assert said.returncode == 0
    assert [name for name in BENCHMARKS if f"\n  {name} " not in said.stdout] == []


def test_a_benchmark_that_is_none_ends_with_2_and_those_there_are() -> None:
    said = ended("nothing")
    assert said.returncode == 2
    assert "nothing" in said.stderr and ", ".join(BENCHMARKS) in said.stderr


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("a", 5, "s", goal=Goal(5, at_most=True)), True),
        (Figure("a", 5.1, "s", goal=Goal(5, at_most=True)), False),
        (Figure("a", 19_999, "files/s", goal=Goal(20_000, at_most=False)), False),
        (Figure("a", 100, "ms", 80, "b", 1.25, Goal(1.1, at_most=True, of_ratio=True)), False),
        (Figure("a", 100, "ms", 80, "b", 1.05, Goal(1.1, at_most=True, of_ratio=True)), True),
        (Figure("a", 5, "s"), None),
    ],
)
def test_a_goal_is_met_by_the_value_or_by_the_ratio(figure: Figure, met: bool | None) -> None:
    assert figure.met is met


def test_every_field_of_the_schema_is_asked_by_a_valid_document() -> None:
    schema = build_schema(WebSettings())._schema
    asked = {each.name: each.document for each in every_field(schema)}
    assert {name: errors for name, text in asked.items() if (errors := validate(schema, parse(text)))} == {}
    assert asked["Photo.title"] == "{ photos(first: 50) { nodes { title  } } }"
    shown = {f"{type_}.{field}" for type_ in ("Query", "Photo", "Person") for field in schema.type_map[type_].fields}  # type: ignore[attr-defined]
    assert {tuple(name.split(".")) for name in shown - asked.keys()} == set(NOT_ASKED)


def test_metadata_is_compared_with_exiftool(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "equal.jpg": {
            "Exif.Photo.DateTimeOriginal": "2019:08:05 12:34:56",
            "Exif.Photo.OffsetTimeOriginal": "+02:00",
            "Xmp.xmp.Rating": "3",
            "Xmp.dc.title": "Sea",
            "Xmp.dc.subject": ["boat", "sun"],
        },
        "odd.jpg": {"Exif.Photo.DateTimeOriginal": "2019:08:05 24:34:56"},
        "nothing.jpg": {},
    }
    for name, fields in files.items():
        (tmp_path / name).write_bytes(jpeg_with(fields))
    nowhere = tmp_path / "nowhere"
    bench = Bench(nowhere, 1, 1, None, nowhere, nowhere, tmp_path, lambda text: None)
    counts = {figure.what: figure.ours for figure in metadata(bench) if figure.ours}
    assert counts.pop("date, different") == 1
    assert counts == {f"{name}, equal": 1 for name in ("date", "offset", "rating", "title", "keywords")}
    shown = capsys.readouterr().out
    assert shown == "date | different | odd.jpg | '2019-08-05T24:34:56' | '2019-08-05T00:34:56'\n"


def test_watching_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(seconds: float) -> None: ...

    monkeypatch.setattr(watching_benchmark, "SIZES", (100,))
    monkeypatch.setattr(watching_benchmark.asyncio, "sleep", at_once)
    bench = Bench(tmp_path, 1, 1, None, tmp_path, tmp_path, tmp_path, lambda text: None)
    found = list(watching_benchmark.watching(bench))
    assert [figure.what.partition(", ")[0] for figure in found] == ["100 folders"] * 5


def test_the_table_for_the_readme() -> None:
    figures = [
        Figure("thumbnail", 105.04, "ms", 99.96, "pyvips", 1.0512, Goal(1.1, at_most=True, of_ratio=True)),
        Figure("rescan", 45_123.4, "files/s", goal=Goal(20_000, at_most=False)),
        Figure("start", 4.2, "s"),
    ]
    assert markdown(figures).splitlines()[2:] == [
        "| thumbnail | 105 ms | 100 ms (pyvips) | 1.05 x | <= 1.10 x | yes |",
        "| rescan | 45,123 files/s |  |  | >= 20,000 files/s | yes |",
        "| start | 4.20 s |  |  |  |  |",
    ]


def test_answers_are_counted(tmp_path: Path) -> None:
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab/abc.jpg").write_bytes(bytes(70_000))
    with FilePeer(tmp_path) as peer:
        assert rate(peer.port, [request("/media/abc.jpg")], 0.3) > 0
        with pytest.raises(RuntimeError, match="404"):
            rate(peer.port, [request("/nothing")], 0.3)


def test_a_peer_says_how_long_it_took(tmp_path: Path) -> None:
    with Peer("walk") as peer:
        assert 0 < peer.time(str(tmp_path)) < 60


def test_a_slow_drive_counts_what_is_asked_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_file_system, "MILLISECONDS", 0)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/1.jpg").write_bytes(bytes(5000))
    drive = slow_file_system.SlowFileSystem(str(tmp_path))
    names = [(name, status["st_mode"]) for name, status, _ in drive.readdir("/folder", drive.opendir("/folder"))]
    assert names == [("1.jpg", 0o100000)]
    assert drive.getattr("/folder/1.jpg")["st_size"] == 5000
    descriptor = drive.open("/folder/1.jpg", os.O_RDONLY)
    assert drive.read("/folder/1.jpg", 4096, 0, descriptor) + drive.read(
        "/folder/1.jpg", 4096, 4096, descriptor
    ) == bytes(5000)
    drive.release("/folder/1.jpg", descriptor)
    with pytest.raises(OSError, match="Read-only"):
        drive.open("/folder/1.jpg", os.O_RDWR)
    assert json.loads(drive.report()) == {
        "operations": {"opendir": 1, "readdir": 1, "stat": 1, "open": 2, "read": 2},
        "opened": {"/folder/1.jpg": 1},
        "bytes": {"/folder/1.jpg": 5000},
    }
    assert json.loads(drive.report())["operations"] == {}


def test_where_nothing_can_be_mounted_it_is_said_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(slow_drive, "SERVER", "benchmarks.nothing")
    bench = Bench(tmp_path, 1, 1, None, tmp_path, tmp_path, tmp_path, lambda text: None)
    monkeypatch.setattr(nas_benchmark, "SMALL_FILES", 0)
    (tmp_path / "small-0").mkdir()
    assert nas_benchmark.nas(bench) == []
    said = capsys.readouterr().err
    assert "No module named benchmarks.nothing" in said and "apt-get install fuse3" in said


def test_tiny_photos_are_all_different_and_in_folders(tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    tiny_library(folder, 2 * FOLDER_SIZE, lambda _: None)
    files = list(folder.rglob("*.jpg"))
    assert len({path.read_bytes() for path in files}) == len(files) == 2 * FOLDER_SIZE
    assert len({path.parent for path in files}) == 2


def test_figures_are_kept_for_each_benchmark_and_size(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    figure = Figure("a page", 100, "ms", 80, "bare", 1.25, Goal(1.1, at_most=True, of_ratio=True))
    for photos, figures in ((10, [figure, figure]), (1_000, [figure]), (10, [Figure("a list", 5, "s")])):
        record("pages", photos, figures, file)
    assert [(run["photos"], [cells[0] for cells in run["figures"]]) for run in read(file)] == [
        (10, ["a list"]),
        (1_000, ["a page"]),
    ]
    shown = page(BENCHMARKS, file)
    assert "| `pages` | 1,000 | a page | 100 ms | 80.0 ms (bare) | 1.25 x | <= 1.10 x | **no** |" in shown
    assert "- `pages` with 1,000 photos: a page" in shown


def test_the_page_about_performance_has_the_figures_that_are_kept() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(BENCHMARKS)
