"""Where the shared corpora of pictures are: read-only, beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

CORPORA = Path(
    os.environ.get("PHOTOS_TEST_CORPORA") or Path(__file__).resolve().parents[2].parent / "shared" / "corpora"
)
