"""Workers load what they need, and no more; ``make check`` holds the contracts of ``[tool.importlinter]``."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def test_the_service_does_not_import_what_its_workers_run() -> None:
    importing = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "photos_graph").rglob("*.py")
        if re.search(r"^ *(from|import) .*_child\b", path.read_text(), re.MULTILINE)
    }
    assert importing == {"photos_graph/graph/engine/embedded.py"}, "that child is not one of a pool"


@pytest.mark.parametrize(
    "child",
    [
        "images.tasks_child",
        "services.scan.intake_child",
        "services.faces.detection_child",
        "services.learning.features_child",
    ],
)
def test_workers_that_decode_pictures_load_neither_driver_nor_settings(child: str) -> None:
    heavy = {"neo4j", "pydantic_settings", "strawberry", "tensorflow", "onnx", "onnxruntime", "exiv2"}
    assert not heavy & _imported(f"photos_graph.{child}")


@pytest.mark.parametrize("module", ["photos_graph.learn.lite0", "photos_graph.services.learning.training_child"])
def test_photos_are_described_and_tags_are_learnt_without_tensorflow(module: str) -> None:
    assert not {"tensorflow", "keras"} & _imported(module)


def test_the_service_starts_without_libraries_of_the_models() -> None:
    done = _imported("photos_graph.serving")
    assert "neo4j" in done
    assert (
        not {
            "pandas",
            "pyarrow",
            "scipy",
            "tensorflow",
            "keras",
            "onnx",
            "onnxruntime",
            "deepface",
            "hdbscan",
            "sklearn",
            "cv2",
        }
        & done
    )


def _imported(module: str) -> set[str]:
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return set(done.stdout.split())
