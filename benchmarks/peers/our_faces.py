"""Finds and describes faces as a worker of the service does. The argument is the folder of the weights.

For each line of standard input, a JSON list of path and number of faces, it prints the seconds of one picture, or the
number of its faces if that is null.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pyvips

from benchmarks.peers.vips import NICENESS
from photos_graph.faces.analysis import Finder
from photos_graph.settings import FaceSettings


def main() -> None:
    os.nice(NICENESS)
    settings = FaceSettings()
    finder = Finder(settings.detector, settings.embedder, Path(sys.argv[1]), settings.min_score)
    for line in sys.stdin:
        path, faces = json.loads(line)
        start = time.perf_counter()
        found = finder.find(pyvips.Image.new_from_file(path).numpy()[:, :, :3], settings.min_pixels)
        taken = time.perf_counter() - start
        print(taken if faces is not None else len(found), flush=True)


if __name__ == "__main__":
    main()
