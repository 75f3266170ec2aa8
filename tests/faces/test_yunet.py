"""YuNet in ONNX Runtime sees what it sees in OpenCV, for which it was published."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from photos_graph.faces.catalogue import YUNET
from photos_graph.faces.weights import FaceWeights
from photos_graph.faces.yunet import YuNet
from tests.kit.corpora import PORTRAITS
from tests.kit.model_workers import PUPILS, class_photo

SURE = 0.75
SHARES = 1.0, 0.5, 0.21  # of the size of the photo, none of which is a multiple of the network's cells


def test_it_sees_what_it_sees_in_opencv(weights_home: Path) -> None:
    pupils = class_photo()
    portraits = [Image.open(next(person.iterdir())) for person in sorted(PORTRAITS.iterdir())[:5]]
    pictures = [
        *(np.asarray(pupils.resize((round(1920 * share), round(1200 * share)))) for share in SHARES),
        *(np.asarray(portrait.convert("RGB")) for portrait in portraits),
        np.full((33, 47, 3), 90, np.uint8),
    ]
    weights = FaceWeights(weights_home).path(YUNET)
    ours, theirs = YuNet(weights, SURE), cv2.FaceDetectorYN.create(str(weights), "", (0, 0), SURE)
    counts = []
    for picture in pictures:
        found = ours(picture)
        counts.append(len(found))
        theirs.setInputSize((picture.shape[1], picture.shape[0]))
        _, rows = theirs.detect(np.ascontiguousarray(picture[:, :, ::-1]))
        wanted = np.zeros((0, 15)) if rows is None else np.asarray(rows)
        assert len(found) == len(wanted)
        assert np.allclose(found.boxes, wanted[:, :4], atol=0.01)
        assert np.allclose(found.landmarks.reshape(-1, 10), wanted[:, 4:14], atol=0.01)
        assert np.allclose(found.scores, wanted[:, 14], atol=1e-4)
    assert counts[0] > PUPILS / 2 and min(counts[len(SHARES) : -1]) > 0 and counts[-1] == 0
