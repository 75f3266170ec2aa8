"""Bare pyvips. For each line of standard input, a JSON list of path and edge, the seconds that its JPEG took."""

from __future__ import annotations

import json
import os
import sys
import time

import pyvips

QUALITY = 80
NICENESS = 5  # a decode worker's own, so that other work on the machine hits both alike


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
