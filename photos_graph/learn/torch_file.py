"""Reads the tensors of a PyTorch file of the older kind (before 1.6), without PyTorch and without trusting the file."""

from __future__ import annotations

import collections
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from photos_graph.errors import ModelUnavailable

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
KINDS = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}

Array = npt.NDArray[Any]


def read_tensors(path: Path) -> dict[str, Array]:
    """Returns the tensors by name, as contiguous arrays. Raises ModelUnavailable if the file has any other content."""
    try:
        with path.open("rb") as file:
            return _read(file)
    except Exception as error:  # pickle and NumPy may raise any error for a file of another kind
        raise ModelUnavailable(f"{path.name} does not contain tensors ({error}).") from error


@dataclass(slots=True)
class _Storage:
    """A sequence of numbers of which tensors are views. Its content follows the pickles in the file."""

    kind: np.dtype[Any]
    count: int
    content: Array | None = None


@dataclass(frozen=True, slots=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]  # in numbers, not bytes

    def array(self) -> Array:
        content = self.storage.content
        if content is None:
            raise ValueError("a storage without content")
        last = self.offset + sum((size - 1) * step for size, step in zip(self.shape, self.strides, strict=True))
        if min((self.offset, *self.strides)) < 0 or last >= len(content) or 0 in self.shape:
            raise ValueError("a tensor outside of its storage")
        step = content.itemsize
        view = np.lib.stride_tricks.as_strided(
            content[self.offset :], self.shape, tuple(each * step for each in self.strides)
        )
        return np.array(view, order="C")


class _Reader(pickle.Unpickler):
    """An unpickler that accepts four names, and creates only dictionaries, numbers, text and descriptions of
    tensors."""

    def __init__(self, file: BinaryIO, storages: dict[str, _Storage]) -> None:
        super().__init__(file)
        self._storages = storages

    def find_class(self, module: str, name: str) -> Any:
        known: dict[tuple[str, str], Any] = {
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            **{("torch", kind): number for kind, number in KINDS.items()},
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return known[module, name]

    def persistent_load(self, reference: Any) -> _Storage:
        what, kind, key, _, count, view = reference
        if what != "storage" or view is not None:
            raise pickle.UnpicklingError("it refers to an object that is not a storage")
        return self._storages.setdefault(str(key), _Storage(kind, int(count)))


def _tensor(storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> _Tensor:
    return _Tensor(storage, offset, shape, strides)


def _read(file: BinaryIO) -> dict[str, Array]:
    storages: dict[str, _Storage] = {}
    magic, protocol, _, tensors, keys = (_Reader(file, storages).load() for _ in range(5))
    if (magic, protocol) != (MAGIC, PROTOCOL):
        raise ValueError("another kind of file")
    for key in keys:
        storage = storages[key]
        if int.from_bytes(file.read(8), "little") != storage.count:
            raise ValueError("a storage of another size")
        content = np.frombuffer(file.read(storage.count * storage.kind.itemsize), storage.kind)
        if len(content) != storage.count:
            raise ValueError("it is cut off")
        storage.content = content
    return {name: tensor.array() for name, tensor in tensors.items()}
