"""A file that a worker holds is read again only after it was changed."""

from __future__ import annotations

from pathlib import Path

from photos_graph.array_files import Damaged
from photos_graph.workers.kept_file import KeptFile


def test_a_file_is_read_again_after_it_changed(tmp_path: Path) -> None:
    path, reads = tmp_path / "numbers", list[str]()

    def load(path: Path) -> str:
        reads.append(text := path.read_text())
        if text == "damaged":
            raise Damaged("It is torn.")
        return text

    kept = KeptFile(load)
    assert kept.read(path) == (None, None) and kept.current(path) is None
    path.write_text("one")
    assert [kept.read(path), kept.read(path)] == [("one", None)] * 2 and kept.current(path) == "one"
    assert reads == ["one"]
    path.write_text("three")
    assert kept.current(path) == "three" and reads == ["one", "three"]

    kept.change(path, "not written yet")
    assert kept.held(path) == "not written yet" and reads == ["one", "three"]
    assert kept.read(path) == ("three", None) and len(reads) == 3

    path.write_text("damaged")
    assert [kept.read(path), kept.read(path)] == [(None, "It is torn.")] * 2
