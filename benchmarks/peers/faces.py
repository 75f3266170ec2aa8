"""Runs bare pyvips and OpenCV with the weights of a detector and of an embedder: for each line of standard input, a
JSON list of path and edge, it prints the seconds that the JPEG, one look for faces in it, and their vectors took."""

from __future__ import annotations

import json
import os
import sys
import time

import cv2
import numpy as np
import pyvips

from benchmarks.peers.vips import NICENESS, QUALITY

SURE = 0.75  # how sure the detector must be, as by default


def main() -> None:
    os.nice(NICENESS)
    detector = cv2.FaceDetectorYN.create(sys.argv[1], "", (0, 0), SURE)
    embedder = cv2.FaceRecognizerSF.create(sys.argv[2], "")
    for line in sys.stdin:
        path, edge = json.loads(line)
        start = time.perf_counter()
        picture = pyvips.Image.thumbnail(path, edge, height=edge, size="down").copy_memory()
        picture.write_to_buffer(".jpg", Q=QUALITY, keep="none")
        pixels = np.ascontiguousarray(picture.numpy()[:, :, ::-1])
        detector.setInputSize((picture.width, picture.height))
        _, faces = detector.detect(pixels)
        for face in [] if faces is None else faces:
            embedder.feature(embedder.alignCrop(pixels, face))
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
