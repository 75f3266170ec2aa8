"""Image-text models, such as CLIP. They describe pictures and texts by vectors of one space, in which a picture lies
near to the texts that describe it.

A model is a folder in the layout in which CLIP is published as ONNX on Hugging Face. Its encoders are loaded in workers
only.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from photos_graph.array_files import stamp
from photos_graph.errors import ModelUnavailable
from photos_graph.onnx_session import open_session

VISION, TEXT = "onnx/vision_model.onnx", "onnx/text_model.onnx"
PREPARATION, TOKENIZER, CONFIG = "preprocessor_config.json", "tokenizer.json", "config.json"
FILES = (VISION, TEXT, PREPARATION, TOKENIZER, CONFIG)
VERSION = 1  # of how pictures are prepared; raise it if they are to be described again
BATCH = 8  # pictures in one run of the network
MAX_TOKENS = 77  # of a text, unless the model says otherwise
MAX_EDGE = 1024  # of pictures that a model may ask for, in pixels
INSTALL = "Install it: pip install 'photos-graph[text]'"

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]


class PictureEncoder(Protocol):
    """Describes pictures. ``preparation`` says how it wants them."""

    preparation: Preparation

    def vectors(self, pictures: Pixels) -> Floats:
        """Returns vectors (n, dimensions) of length one for pictures (n, edge, edge, 3) in RGB. Raises
        ModelUnavailable."""


class TextEncoder(Protocol):
    """Describes texts."""

    def vector(self, text: str) -> Floats:
        """Returns a vector (dimensions,) of length one. Raises ModelUnavailable."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """How pictures are prepared: scaled so that the shorter edge has ``scaled`` pixels, or both edges unless
    ``keeps_shape``, then cut to a square of ``edge`` pixels in the middle, and of each channel ``mean`` subtracted and
    divided by ``deviation``, as shares of full light."""

    scaled: int
    edge: int
    keeps_shape: bool
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]


@lru_cache(maxsize=4)
def _fingerprint(folder: Path, stamps: tuple[tuple[int, int] | None, ...]) -> str:
    whole = hashlib.sha256(str(VERSION).encode())
    for name in FILES:
        with (folder / name).open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:16]


def fingerprint(folder: Path) -> str:
    """Returns what changes with any file of the model. Reads the files once, and again when they change. Raises
    ModelUnavailable if one of them is missing."""
    stamps = tuple(stamp(folder / name) for name in FILES)
    if missing := [name for name, found in zip(FILES, stamps, strict=True) if found is None]:
        raise ModelUnavailable(f"The image-text model in {folder} lacks {', '.join(missing)}.")
    try:
        return _fingerprint(folder, stamps)
    except OSError as error:
        raise ModelUnavailable(f"The image-text model in {folder} cannot be read: {error.strerror}.") from None


def is_here(folder: Path) -> bool:
    """Returns whether all files of the model exist."""
    return all((folder / name).is_file() for name in FILES)


def preparation(folder: Path) -> Preparation:
    """Reads how the model wants its pictures. Raises ModelUnavailable."""
    about = _described(folder, PREPARATION)
    try:
        size = about["size"]
        keeps_shape = isinstance(size, int) or "shortest_edge" in size
        scaled = size if isinstance(size, int) else size["shortest_edge" if keeps_shape else "height"]
        cut = about.get("crop_size", scaled) if about.get("do_center_crop", False) else scaled
        edge = cut if isinstance(cut, int) else cut["height"]
        shape, mean, deviation = (scaled, edge), _channels(about["image_mean"]), _channels(about["image_std"])
        if not all(isinstance(each, int) and 0 < each <= MAX_EDGE for each in shape) or edge > scaled:
            raise ValueError(f"{scaled} and {edge} pixels")
        if not all(each > 0 for each in deviation):
            raise ValueError(f"a deviation of {deviation}")
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(folder, PREPARATION, error) from None
    return Preparation(scaled, edge, keeps_shape, mean, deviation)


def _channels(values: Any) -> tuple[float, float, float]:
    red, green, blue = map(float, values)
    return red, green, blue


def _described(folder: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads((folder / name).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _broken(folder, name, error) from None
    if not isinstance(found, dict):
        raise _broken(folder, name, TypeError("it is not an object"))
    return found


def _broken(folder: Path, name: str, error: Exception) -> ModelUnavailable:
    reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return ModelUnavailable(
        f"The file {name} of the image-text model in {folder} cannot be used ({reason}). Copy or fetch the model again."
    )


class OnnxPictures:
    """The encoder of pictures of a folder, in ONNX Runtime with so many threads. Raises ModelUnavailable."""

    def __init__(self, folder: Path, threads: int) -> None:
        self.preparation = preparation(folder)
        self._network = _Network(folder, VISION, "image_embeds", threads)
        self._mean = np.array(self.preparation.mean, np.float32)
        self._deviation = np.array(self.preparation.deviation, np.float32)

    def vectors(self, pictures: Pixels) -> Floats:
        parts = [self._part(pictures[start : start + BATCH]) for start in range(0, len(pictures), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)

    def _part(self, pictures: Pixels) -> Floats:
        light = (pictures.astype(np.float32) / 255 - self._mean) / self._deviation
        return self._network.run({"pixel_values": np.ascontiguousarray(light.transpose(0, 3, 1, 2))})


class OnnxTexts:
    """The encoder of texts of a folder, with its tokenizer, in ONNX Runtime. Raises ModelUnavailable."""

    def __init__(self, folder: Path, threads: int) -> None:
        about = _described(folder, CONFIG)
        if str(about.get("model_type", "")).startswith("siglip"):
            raise ModelUnavailable(f"The model in {folder} is of the kind SigLIP, which is not supported. Use CLIP.")
        self._tokenizer = _tokenizer(folder, about)
        self._network = _Network(folder, TEXT, "text_embeds", threads)

    def vector(self, text: str) -> Floats:
        read = self._tokenizer.encode(text)
        inputs = {"input_ids": [read.ids], "attention_mask": [read.attention_mask]}
        vector: Floats = self._network.run({name: np.array(each, np.int64) for name, each in inputs.items()})[0]
        return vector


def _tokenizer(folder: Path, about: dict[str, Any]) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise ModelUnavailable(f"The library tokenizers is not installed. {INSTALL}") from None
    try:
        found = Tokenizer.from_file(str(folder / TOKENIZER))
        most = (about.get("text_config") or {}).get("max_position_embeddings", MAX_TOKENS)
        found.enable_truncation(min(int(most), (found.truncation or {}).get("max_length", MAX_TOKENS)))
    except Exception as error:  # the library raises plain exceptions
        raise _broken(folder, TOKENIZER, error) from None
    return found


class _Network:
    """A network with one vector for each input as its output."""

    def __init__(self, folder: Path, name: str, output: str, threads: int) -> None:
        self._folder, self._name = folder, name
        try:
            self._session = open_session(folder / name, threads)
        except ImportError:
            raise ModelUnavailable(f"ONNX Runtime is not installed. {INSTALL}") from None
        except Exception as error:  # ONNX Runtime has classes of its own for each kind of damage
            raise _broken(folder, name, error) from None
        known = {each.name: len(each.shape) for each in self._session.get_outputs()}
        flat = [each for each, rank in known.items() if rank == 2]
        if output not in known and not flat:
            raise _broken(folder, name, ValueError(f"it has no output {output}"))
        self._output = output if output in known else flat[0]
        self._halves = {each.name: each.type == "tensor(float16)" for each in self._session.get_inputs()}

    def run(self, inputs: dict[str, npt.NDArray[Any]]) -> Floats:
        """Returns vectors (n, dimensions) of length one. Inputs that the network does not have are left out."""
        given = {
            name: values.astype(np.float16) if self._halves[name] else values
            for name, values in inputs.items()
            if name in self._halves
        }
        try:
            [found] = self._session.run([self._output], given)
        except Exception as error:  # as above
            raise _broken(self._folder, self._name, error) from None
        vectors = np.asarray(found, np.float32)
        if vectors.ndim != 2 or not np.isfinite(vectors).all():
            raise _broken(self._folder, self._name, ValueError("its output is not a finite vector"))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        normal: Floats = vectors / np.maximum(lengths, np.float32(1e-12))
        return normal
