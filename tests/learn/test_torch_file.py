"""The reader of PyTorch files: strides count, and nothing but tensors comes out."""

from __future__ import annotations

import collections
import io
import os
import pickle
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photos_graph.errors import ModelUnavailable
from photos_graph.learn.torch_file import MAGIC, PROTOCOL, read_tensors


class Tensor:
    """Pickled as PyTorch does it."""

    def __init__(self, key: str, shape: tuple[int, ...], strides: tuple[int, ...], offset: int = 0) -> None:
        self.args = (Key(key), offset, shape, strides, False, collections.OrderedDict())

    def __reduce__(self) -> tuple[Any, ...]:
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.args


class Key(str):
    pass


@pytest.fixture(autouse=True)
def torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As much of it as pickle needs to write its names."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def _rebuild_tensor_v2(*_: Any) -> None:
        raise AssertionError("only its name is used")

    class FloatStorage:
        pass

    _rebuild_tensor_v2.__module__, FloatStorage.__module__ = "torch._utils", "torch"
    _rebuild_tensor_v2.__qualname__, FloatStorage.__qualname__ = "_rebuild_tensor_v2", "FloatStorage"
    vars(utils).update(_rebuild_tensor_v2=_rebuild_tensor_v2)
    vars(torch).update(FloatStorage=FloatStorage, _utils=utils)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)


def written(path: Path, tensors: dict[str, Any], content: list[float]) -> Path:
    """A file with one storage."""

    class Pickler(pickle.Pickler):
        def persistent_id(self, each: Any) -> Any:
            kind = sys.modules["torch"].FloatStorage
            return ("storage", kind, str(each), "cpu", len(content), None) if isinstance(each, Key) else None

    out = io.BytesIO()
    for part in (MAGIC, PROTOCOL, {"little_endian": True}, collections.OrderedDict(tensors), ["0"]):
        Pickler(out, 2).dump(part)
    out.write(len(content).to_bytes(8, "little") + np.array(content, "<f4").tobytes())
    path.write_bytes(out.getvalue())
    return path


def test_strides_and_offsets_are_honoured(tmp_path: Path) -> None:
    numbers = np.arange(13, dtype=np.float32)
    tensors = {
        "plain": Tensor("0", (3, 4), (4, 1)),
        "turned": Tensor("0", (4, 3), (1, 4), 1),
        "one": Tensor("0", (), ()),
    }
    read = read_tensors(written(tmp_path / "file", tensors, numbers.tolist()))
    assert np.array_equal(read["plain"], numbers[:12].reshape(3, 4))
    assert np.array_equal(read["turned"], numbers[1:].reshape(3, 4).T)
    assert read["one"] == 0 and all(each.flags.c_contiguous for each in read.values())


@pytest.mark.parametrize(
    "tensor",
    [Tensor("0", (3, 5), (4, 1)), Tensor("0", (2,), (-1,), 1), Tensor("0", (2,), (1,), -1)],
    ids=["past-the-end", "backwards", "before-the-start"],
)
def test_a_tensor_stays_inside_of_its_storage(tensor: Tensor, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="outside"):
        read_tensors(written(tmp_path / "file", {"one": tensor}, [1.0] * 12))


def test_what_a_file_asks_for_is_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "made"),)

    with pytest.raises(ModelUnavailable, match=r"asks for posix\.mkdir"):
        read_tensors(written(tmp_path / "file", {"one": Evil()}, [1.0]))
    assert not (tmp_path / "made").exists()


def test_a_file_that_is_cut_off_or_something_else_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "file", {"one": Tensor("0", (3, 4), (4, 1))}, [1.0] * 12)
    whole = path.read_bytes()
    for content in (whole[:-4], whole[:50], b"", b"PK\x03\x04", pickle.dumps(1)):
        path.write_bytes(content)
        with pytest.raises(ModelUnavailable, match="file does not contain tensors"):
            read_tensors(path)
