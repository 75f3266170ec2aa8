"""Where the collections of pictures are: the shared corpora, or what stands in for them where they are not.

``CORPORA`` holds photographs that are not ours to give away, read-only, beside the checkout or at
PHOTOS_TEST_CORPORA; tests that need just these are marked ``corpora``. The collections below are there on every
machine: each is the shared one or, without it, one made of pictures that scikit-image and scikit-learn ship.
"""

from __future__ import annotations

import os
from pathlib import Path

CORPORA = Path(
    os.environ.get("PHOTOS_TEST_CORPORA") or Path(__file__).resolve().parents[2].parent / "shared" / "corpora"
)
MADE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "photos-graph-test" / "corpora-1"

_HERE = CORPORA if CORPORA.is_dir() else MADE
PORTRAITS = _HERE / "lfw"  # a folder of each person
SCENES = _HERE / "scenes"  # folders of forest, sea and street
ORIENTATIONS = _HERE / "exif-orientation"  # Landscape_0.jpg to Portrait_8.jpg, each to be seen the same way up
HOSTILE = _HERE / "hostile"  # files that are damaged, or lie about what they are
