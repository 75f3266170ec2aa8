"""Runs bare pyvips: for each line of standard input, a JSON list of path and edge, it prints the seconds that the JPEG
took."""

from __future__ import annotations

import json
import os
import sys
import time

import pyvips

QUALITY = 80
NICENESS = 5  # that of a decode worker, so that other load affects both equally


def main() -> None:
    os.nice(NICENESS)
    for line in sys.stdin:
        path, edge = json.loads(line)
        start = time.perf_counter()
        picture = pyvips.Image.thumbnail(path, edge, height=edge, size="down")
        picture.write_to_buffer(".jpg", Q=QUALITY, keep="none")
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
