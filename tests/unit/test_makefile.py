"""What ``make`` would do, as it says itself."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def would_run(tmp_path: Path, *arguments: str) -> list[str]:
    command = ["make", "--dry-run", "--no-print-directory", f"VENV={tmp_path}/venv", *arguments]
    # The tests may themselves have been started by make, with variables and flags of its own.
    clean = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=REPOSITORY, env=clean, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_run_sets_itself_up_and_serves_the_library(tmp_path: Path) -> None:
    lines = would_run(tmp_path, "run", "LIBRARY=/my photos")
    assert lines[:2] == [".ci/packages run", f"python3 -m venv {tmp_path}/venv"]
    assert "--constraint constraints.txt" in lines[2]
    assert "dev" not in lines[2], "tests need more than the service"
    assert lines[-1] == f'{tmp_path}/venv/bin/photos-graph serve "/my photos"'


def test_run_without_a_library_serves_the_demonstration_with_data_of_its_own(tmp_path: Path) -> None:
    served = would_run(tmp_path, "run")[-1]
    assert served == f"{tmp_path}/venv/bin/photos-graph serve --data-dir .demo/data .demo/Pictures"


def test_test_sets_itself_up_and_runs_everything(tmp_path: Path) -> None:
    lines = would_run(tmp_path, "test")
    assert "-m venv" in lines[1]
    assert ".ci/packages test" in lines
    assert any("[dev,demo," in line for line in lines)
    assert lines[-1].startswith(f"{tmp_path}/venv/bin/python -m pytest ")
    assert "--engine" not in lines[-1]
