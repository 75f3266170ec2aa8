"""Files of arrays: what was written comes back, and damage is noticed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from photos_graph import array_files
from photos_graph.array_files import Arrays, Damaged, MappedArrays, pack, pieces, read_arrays, unpack, write_arrays

ABOUT = {"name": "Été", "ids": ["a", "b"]}
ARRAYS: Arrays = {
    "rows": np.arange(12, dtype=np.float16).reshape(3, 4),
    "columns": np.arange(12, dtype=np.int32).reshape(3, 4).T,
    "none": np.zeros((0, 5), np.float32),
    "flags": np.array([True, False]),
}


@pytest.fixture(params=[array_files.LONG, 0], ids=["short", "long"], autouse=True)
def _long(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What belongs to the arrays is in the metadata, or in an array."""
    monkeypatch.setattr(array_files, "LONG", request.param)


def test_what_belongs_to_the_arrays_may_be_longer_than_metadata_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, about = tmp_path / "file.safetensors", {"ids": ["x" * 32] * 3_000_000}
    monkeypatch.undo()
    write_arrays(path, 3, about, {})
    assert read_arrays(path, 3)[0]["ids"] == about["ids"]


def write_npz(path: Path, about: dict[str, object]) -> None:
    """As the release before wrote its files."""
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **ARRAYS)


def same(found: tuple[dict[str, object], Arrays]) -> bool:
    about, arrays = found
    return {name: about[name] for name in ABOUT} == ABOUT and all(
        np.array_equal(arrays[name], values) and arrays[name].dtype == values.dtype for name, values in ARRAYS.items()
    )


def test_arrays_that_stay_in_the_file_are_checked_as_well(tmp_path: Path) -> None:
    path = tmp_path / "file.safetensors"
    write_arrays(path, 3, ABOUT, ARRAYS)
    found = read_arrays(path, 3, mapped=("rows", "none"))
    assert same(found) and isinstance(found[1]["rows"], np.memmap) and not isinstance(found[1]["columns"], np.memmap)
    write_arrays(path, 3, ABOUT, {name: values * 0 for name, values in ARRAYS.items()})
    assert same(found), "a file that replaces this one leaves them as they are"
    content = bytearray(pack(3, ABOUT, ARRAYS))
    at = content.index(ARRAYS["rows"].tobytes())
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(Damaged, match="checksum"):
        read_arrays(path, 3, mapped=("rows",))


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "file.safetensors"
    write_arrays(path, 3, ABOUT, ARRAYS)
    assert same(read_arrays(path, 3)) and same(unpack(pack(3, ABOUT, ARRAYS), 3))
    assert path.read_bytes() == pack(3, ABOUT, ARRAYS)
    path.write_bytes(b"".join(pieces(3, ABOUT, ARRAYS)))
    assert same(read_arrays(path, 3))
    assert np.array_equal(safetensors.numpy.load_file(path)["columns"], ARRAYS["columns"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_the_pieces_of_a_file_have_no_copies_of_the_arrays() -> None:
    rows = np.arange(6, dtype=np.int32).reshape(2, 3)
    assert any(np.shares_memory(np.frombuffer(piece, np.uint8), rows) for piece in pieces(1, ABOUT, {"rows": rows}))


def test_any_damage_is_noticed(tmp_path: Path) -> None:
    path, whole = tmp_path / "file.safetensors", pack(1, ABOUT, ARRAYS)
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(Damaged):
            read_arrays(path, 1)
        with pytest.raises(Damaged):
            unpack(path.read_bytes(), 1)
    for content in (b"", whole[:-1], whole + b"x", b"nonsense" * 100):
        path.write_bytes(content)
        with pytest.raises(Damaged):
            read_arrays(path, 1)
        with pytest.raises(Damaged):
            MappedArrays(path, 1)
    with pytest.raises(Damaged):
        read_arrays(tmp_path / "nothing", 1)
    path.write_bytes(whole)
    with pytest.raises(Damaged, match="version"):
        read_arrays(path, 2)


def test_rows_are_read_from_the_file_even_when_another_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "file.safetensors"
    write_arrays(path, 1, ABOUT, ARRAYS)
    mapped = MappedArrays(path, 1)
    write_arrays(path, 1, ABOUT, {"rows": np.zeros((3, 4), np.float16)})
    assert mapped.count("rows") == 3 and mapped.count("none") == 0
    assert np.array_equal(mapped.rows("rows", [2, 0]), ARRAYS["rows"][[2, 0]])


def test_files_of_the_release_before_are_read(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    write_npz(path, {"version": 1, **ABOUT})
    assert same(read_arrays(path, 1)) and same(unpack(path.read_bytes(), 1))
    with pytest.raises(Damaged, match="version"):
        read_arrays(path, 2)
    whole = path.read_bytes()
    place = whole.index(ARRAYS["rows"].tobytes())
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(Damaged):
        read_arrays(path, 1)


def test_a_file_of_the_release_before_goes_when_there_is_a_new_one(tmp_path: Path) -> None:
    write_npz(tmp_path / "file.npz", {"version": 1, **ABOUT})
    write_npz(tmp_path / "other.npz", {"version": 1, **ABOUT})
    write_arrays(tmp_path / "file.safetensors", 1, ABOUT, ARRAYS)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file.safetensors", "other.npz"]
