"""A drive that answers late is asked for many things at once, with the same result."""

from __future__ import annotations

import math
import os
import threading
from pathlib import Path

import pytest

from photos_graph.library import slow_drives, walking
from photos_graph.library.slow_drives import AT_ONCE, LAST, Drive
from photos_graph.library.walking import DirectoryRules, Found, FoundFolder, KnownFolder, walk
from tests.kit.waiting import PATIENCE

RULES = DirectoryRules(frozenset({"jpg", "nef"}), follow_symlinks=True)


def tree(root: Path) -> None:
    names = ["1.jpg", "1.jpg.xmp", "2.jpg.json", "2.jpg", "3.mov", ".hidden", "@eaDir/4.jpg", "left/5.jpg"]
    for folder in ("", "a", "a/b", "a/b/c", "d", "e", "f"):
        for name in [*names, *(f"IMG_{number}.jpg" for number in range(LAST + 4))]:
            path = root / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(name.encode())
    (root / "a/.photosignore").write_text("left/\n")
    (root / "d/.nomedia").touch()
    (root / "e/linked").symlink_to("../a/b")
    (root / "e/linked.jpg").symlink_to("../a/1.jpg")
    (root / "e/dangling.jpg").symlink_to("../nothing.jpg")
    for folder in [root, *root.rglob("*")]:
        if folder.is_dir() and not folder.is_symlink():
            os.utime(folder, (1e9, 1e9))


def walked(root: Path, known: dict[bytes, KnownFolder] | None = None) -> list[Found]:
    return list(walk(os.fsencode(root), RULES, known))


def test_a_slow_drive_is_walked_as_a_fast_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path)
    monkeypatch.setattr(slow_drives, "SLOW_SECONDS", math.inf)
    fast = walked(tmp_path)
    known = {each.relative: KnownFolder(each.key, each.mtime_ns) for each in fast if isinstance(each, FoundFolder)}
    known[b"a/b"] = KnownFolder("a/b", 1)
    fast_again = walked(tmp_path, known)
    asked: list[int] = []
    at_once = Drive.ask_at_once
    monkeypatch.setattr(Drive, "ask_at_once", lambda *to: (asked.append(len(to[2])), at_once(*to))[1])
    monkeypatch.setattr(slow_drives, "SLOW_SECONDS", 0.0)
    assert walked(tmp_path) == fast
    assert sum(asked) > 4 * LAST
    assert walked(tmp_path, known) == fast_again


def test_many_questions_are_asked_at_once() -> None:
    drive, together = Drive(), threading.Barrier(AT_ONCE)
    try:
        drive.ask_at_once(lambda _: together.wait(PATIENCE), range(2 * AT_ONCE))
        assert not together.broken
    finally:
        drive.close()


def test_folders_that_are_listed_at_once_share_the_threads() -> None:
    drive, together = Drive(), threading.Barrier(AT_ONCE)
    askers: list[set[int]] = []

    def listed(_: int) -> None:
        here: set[int] = set()
        together.wait(PATIENCE)  # until all of them are being listed
        drive.ask_at_once(lambda _: here.add(threading.get_ident()), range(10))
        together.wait(PATIENCE)
        askers.append(here)

    try:
        for future in [drive.begin(listed, number) for number in range(AT_ONCE)]:
            future.result(PATIENCE)
        assert [len(here) for here in askers] == [1] * AT_ONCE
    finally:
        drive.close()


def test_a_drive_that_answers_at_once_gets_no_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path)
    monkeypatch.setattr(slow_drives, "SLOW_SECONDS", math.inf)
    monkeypatch.setattr(slow_drives, "ThreadPoolExecutor", None)
    assert walked(tmp_path)


def test_the_next_folders_of_a_slow_drive_are_listed_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abcdefghijklmnop":
        (tmp_path / name).mkdir()
        for number in range(LAST):
            (tmp_path / f"{number}.jpg").touch()
    monkeypatch.setattr(slow_drives, "SLOW_SECONDS", 0.0)
    together, opened = threading.Barrier(AT_ONCE), walking._open

    def waiting(root: bytes, relative: bytes, rules: DirectoryRules) -> tuple[int, os.stat_result]:
        if relative:
            together.wait(PATIENCE)
        return opened(root, relative, rules)

    monkeypatch.setattr(walking, "_open", waiting)
    assert sum(isinstance(found, FoundFolder) for found in walked(tmp_path)) == 1 + AT_ONCE


@pytest.mark.parametrize(("late", "is_slow"), [(0, False), (LAST // 2, False), (LAST - 1, True), (LAST, True)])
def test_a_drive_is_slow_while_most_answers_come_late(late: int, is_slow: bool) -> None:
    drive = Drive()
    for seconds in [0.01] * late + [0.00001] * (LAST - late):
        drive._note(seconds)
    assert drive.is_slow is is_slow
    for _ in range(LAST):
        drive._note(0.00001)
    assert not drive.is_slow


def test_a_question_that_fails_keeps_no_other_from_its_answer() -> None:
    drive, asked = Drive(), set()

    def ask(number: int) -> None:
        asked.add(number)
        if number % 2:
            raise PermissionError

    try:
        drive.ask_at_once(ask, range(100))
        assert asked == set(range(100))
    finally:
        drive.close()
