"""Benchmarks run from start to end. Their figures do not matter here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.pictures import jpeg, put

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_a_benchmark_measures_pictures_of_ones_own(tmp_path: Path) -> None:
    for number in range(2):
        put(tmp_path / "originals" / f"{number}.jpg", jpeg(number, 2400, 1600))
    given = ["--originals", tmp_path / "originals", "--folder", tmp_path / "bench", "--rounds", "1", "--markdown"]
    command = [sys.executable, "-m", "benchmarks", "cold", "cached", *map(str, given)]
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert all(f"| thumbnail, {name}" in ended.stdout for name in ("cold, SMALL from the original", "cached"))
