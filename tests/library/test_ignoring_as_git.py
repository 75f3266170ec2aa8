"""Ignore files mean what they mean to git: random ones in random folders, with git as the judge."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from photos_graph.library.ignoring import IGNORE_FILE
from photos_graph.library.walking import DirectoryRules, FoundFile, walk

LINES = [
    *("a", "b/", "a/", "/a", "a/b", "/a/*", "**/b", "a/**", "a/**/c.jpg", "*", "b*", "?.jpg", "[ab].jpg", "*.jpg"),
    *("!a.jpg", "!c.jpg", "!/c.jpg", "!b/", "!a/", "!/a/b", "!*/", "/*/b", "a/*/", "**/", "# x", "", "  ", "c.jpg "),
    "\\!x.jpg",
]


@pytest.mark.parametrize("seed", range(40))
def test_what_is_found_is_what_git_would_add(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(14):
        folder = tmp_path.joinpath(*(chance.choice("abc") for _ in range(chance.randint(0, 3))))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{chance.choice('abcx')}.jpg").touch()
    folders = sorted(each for each in [tmp_path, *tmp_path.rglob("*")] if each.is_dir())
    for folder in chance.sample(folders, min(len(folders), chance.randint(1, 3))):
        (folder / IGNORE_FILE).write_text("\n".join(chance.choices(LINES, k=chance.randint(1, 4))))
    found = walk(os.fsencode(tmp_path), DirectoryRules(frozenset({"jpg"})))
    assert sorted(each.key for each in found if isinstance(each, FoundFile)) == added_by_git(tmp_path)


def added_by_git(folder: Path) -> list[str]:
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    listed = ["git", "-C", folder, "ls-files", "-z", "--others", f"--exclude-per-directory={IGNORE_FILE}"]
    names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted(name for name in names if name.endswith(".jpg"))
