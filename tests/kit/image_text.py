"""A small image-text model, in the layout of published ones. It sees two areas of a picture, the upper and the lower
half, by their average colours, and knows words for colours and for some that are made of two."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace

EDGE, DIMENSIONS = 8, 12
RED, GREEN, BLUE, GREY = (220, 20, 20), (20, 200, 20), (20, 20, 220), (128, 128, 128)
WORDS = {  # the colours of both halves
    "[UNK]": (GREY, GREY),
    "crimson": (RED, RED),
    "emerald": (GREEN, GREEN),
    "azure": (BLUE, BLUE),
    "poppies": (BLUE, RED),  # red below a blue sky
}
_OPSET, _IR = 17, 8  # of ONNX; the newest that the oldest ONNX Runtime in use can read

Floats = npt.NDArray[np.float32]


def image_text_model(folder: Path, seed: int = 0, dimensions: int = DIMENSIONS) -> Path:
    """Writes a model. Those of two seeds have different spaces, so that their vectors cannot be compared."""
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    axes = np.linalg.qr(np.random.default_rng(seed).normal(size=(dimensions, 7)))[0].T.astype(np.float32)
    space, common = axes[:6], axes[6:]
    seen = np.array([_seen(*colours) for colours in WORDS.values()], np.float32)
    _save(folder / "onnx/vision_model.onnx", _vision(space, common))
    _save(folder / "onnx/text_model.onnx", _text(seen @ space + common))
    tokenizer = Tokenizer(WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    about = {
        "crop_size": {"height": EDGE, "width": EDGE},
        "do_center_crop": True,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
        "size": {"shortest_edge": EDGE + 2},
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(about))
    config = {"model_type": "clip", "text_config": {"max_position_embeddings": 16}}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def _seen(above: tuple[int, int, int], below: tuple[int, int, int]) -> Floats:
    return (np.array([*above, *below], np.float32) / 255 - 0.5) / 0.5


def _vision(space: Floats, common: Floats) -> onnx.GraphProto:
    """pixel_values (n, 3, EDGE, EDGE) to the averages (n, 3, 2) of the halves, and by ``space`` to image_embeds, to
    which what all pictures have in ``common`` is added."""
    nodes = [
        helper.make_node("AveragePool", ["pixel_values"], ["areas"], kernel_shape=[EDGE // 2, EDGE], strides=[4, 8]),
        helper.make_node("Transpose", ["areas"], ["turned"], perm=[0, 2, 1, 3]),
        helper.make_node("Flatten", ["turned"], ["flat"]),
        helper.make_node("MatMul", ["flat", "space"], ["own"]),
        helper.make_node("Add", ["own", "common"], ["image_embeds"]),
    ]
    given = helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["n", 3, EDGE, EDGE])
    return _graph(nodes, [given], "image_embeds", {"space": space, "common": common})


def _text(table: Floats) -> onnx.GraphProto:
    """input_ids (n, tokens) to text_embeds, the mean of the words."""
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["words"]),
        helper.make_node("ReduceMean", ["words"], ["text_embeds"], axes=[1], keepdims=0),
    ]
    given = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "tokens"])
    return _graph(nodes, [given], "text_embeds", {"table": table})


def _graph(
    nodes: list[onnx.NodeProto], inputs: list[onnx.ValueInfoProto], output: str, constants: dict[str, Floats]
) -> onnx.GraphProto:
    made = helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", next(iter(constants.values())).shape[1]])
    return helper.make_graph(
        nodes, "small", inputs, [made], [numpy_helper.from_array(each, name) for name, each in constants.items()]
    )


def _save(path: Path, graph: onnx.GraphProto) -> None:
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR), path)
