"""Java starts from an archive of its classes, and without one if there is none that fits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from photos_graph.graph.engine import class_archive
from photos_graph.graph.engine.class_archive import ClassArchive
from tests.kit import quick_java

STARTED = """
import json, sys
from arcadedb_embedded.jvm import start_jvm
start_jvm(heap_size="512m", jvm_args=sys.argv[1:])
print(json.dumps(".jsa" in open("/proc/self/maps").read()))
"""


@pytest.fixture(autouse=True)
def _no_archive_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(class_archive.OF_THE_ENGINE, quick_java.SIMPLE)


def starts_with_an_archive(arguments: tuple[str, ...]) -> bool:
    started = subprocess.run([sys.executable, "-c", STARTED, *arguments], capture_output=True, check=True, text=True)
    return bool(json.loads(started.stdout.splitlines()[-1]))


def test_the_first_engine_makes_what_the_next_ones_start_from_unless_it_is_damaged(tmp_path: Path) -> None:
    first, meanwhile = ClassArchive(tmp_path / "caches"), ClassArchive(tmp_path / "caches")
    noting = first.arguments()
    assert meanwhile.arguments() == (), "another engine notes the classes already"
    assert not starts_with_an_archive(noting)
    first.make()
    first.stop()
    using = ClassArchive(tmp_path / "caches").arguments()
    assert starts_with_an_archive(using)
    [archive] = (tmp_path / "caches").glob("*.jsa")
    with archive.open("r+b") as file:
        file.seek(archive.stat().st_size // 2)
        file.write(bytes(1_000_000))
    assert not starts_with_an_archive(using)
    class_archive.forget(tmp_path / "caches")
    assert not archive.exists()
    assert not starts_with_an_archive(using)


def test_a_folder_that_cannot_be_written_and_an_archive_of_ones_own_are_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    assert ClassArchive(tmp_path / "file" / "caches").arguments() == ()
    class_archive.forget(tmp_path / "nowhere")
    for own in ("-XX:SharedArchiveFile=/own.jsa", "-XX:DumpLoadedClassList=/own"):
        monkeypatch.setenv(class_archive.OF_THE_ENGINE, own)
        assert ClassArchive(tmp_path).arguments() == ()
