import json
import os
from pathlib import Path

import pytest

from photos_graph.errors import RootOffline
from photos_graph.library.identity import check, marker
from photos_graph.model.library import RootState


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for year in range(2000, 2020):
        (root / str(year)).mkdir(parents=True)
        (root / str(year) / f"IMG_{year}.jpg").touch()
    return root


def marked(root: Path) -> str:
    return marker(os.fsencode(root))


def state(root: Path, stored: str) -> RootState:
    return check(os.fsencode(root), stored)[0]


def under_new_numbers(stored: str) -> str:
    """As a network share is after it was mounted anew."""
    return json.dumps(json.loads(stored) | {"device": 1, "system": 1})


def test_an_unchanged_root_is_online_and_keeps_its_marker(root: Path) -> None:
    stored = marked(root)
    assert check(os.fsencode(root), stored) == (RootState.ONLINE, stored)


def test_changes_inside_are_normal(root: Path) -> None:
    stored = marked(root)
    (root / "2005").rename(root / "Archive")
    (root / "new.jpg").touch()
    now, refreshed = check(os.fsencode(root), stored)
    assert now == RootState.ONLINE
    assert refreshed == marked(root) != stored


def test_everything_put_into_a_new_folder_is_still_the_same_root(root: Path) -> None:
    stored = marked(root)
    folders = list(root.iterdir())
    (root / "all").mkdir()
    for folder in folders:
        folder.rename(root / "all" / folder.name)
    assert state(root, stored) == RootState.ONLINE


def test_an_emptied_root_is_offline_and_keeps_its_marker(root: Path, tmp_path: Path) -> None:
    stored = marked(root)
    for folder in list(root.iterdir()):
        folder.rename(tmp_path / folder.name)
    (root / "lost+found").mkdir()
    (root / ".hidden").touch()
    assert check(os.fsencode(root), stored) == (RootState.OFFLINE, stored)


def test_a_missing_root_is_offline(root: Path) -> None:
    stored = marked(root)
    root.rename(root.with_name("elsewhere"))
    assert check(os.fsencode(root), stored) == (RootState.OFFLINE, stored)


def test_a_file_in_its_place_is_offline(root: Path) -> None:
    stored = marked(root)
    root.rename(root.with_name("elsewhere"))
    root.touch()
    assert state(root, stored) == RootState.OFFLINE


def test_an_empty_mount_point_is_offline(root: Path) -> None:
    stored = marked(root)
    root.rename(root.with_name("elsewhere"))
    root.mkdir()
    assert state(root, stored) == RootState.OFFLINE


def test_another_disk_in_its_place_is_offline(root: Path) -> None:
    stored = marked(root)
    root.rename(root.with_name("elsewhere"))
    for name in ("music", "films", "2000"):
        (root / name).mkdir(parents=True)
    assert state(root, stored) == RootState.OFFLINE


def test_the_same_share_under_a_new_device_number_is_online(root: Path) -> None:
    stored = marked(root)
    now, refreshed = check(os.fsencode(root), under_new_numbers(stored))
    assert (now, refreshed) == (RootState.ONLINE, stored)


def test_a_share_that_changed_while_it_was_away_is_online(root: Path) -> None:
    stored = under_new_numbers(marked(root))
    for year in range(2000, 2008):
        (root / str(year)).rename(root / f"{year} sorted")
    assert state(root, stored) == RootState.ONLINE


def test_a_large_share_under_a_new_number_is_found_by_its_sample(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for number in range(500):
        (root / f"{number:03}").mkdir(parents=True)
    stored = under_new_numbers(marked(root))
    for number in range(500, 600):
        (root / f"{number:03}").mkdir()
    assert state(root, stored) == RootState.ONLINE
    assert len(stored) < 2000


def test_cards_that_hold_one_folder_are_told_apart_by_what_is_in_it(tmp_path: Path) -> None:
    for card in "ab":
        for number in range(10):
            (tmp_path / card / "DCIM" / f"{number}{card}").mkdir(parents=True)
    stored = marked(tmp_path / "a")
    assert state(tmp_path / "b", stored) == RootState.OFFLINE


def test_a_root_that_was_empty_is_always_the_same(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    stored = under_new_numbers(marked(tmp_path / "root"))
    (tmp_path / "root" / "1.jpg").touch()
    assert state(tmp_path / "root", stored) == RootState.ONLINE


def test_what_is_not_there_cannot_be_marked(tmp_path: Path) -> None:
    with pytest.raises(RootOffline):
        marked(tmp_path / "gone")
