"""Watchers learn which photos came and which are gone, a few times at most, whatever a scan takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from photos_graph import index
from photos_graph.bootstrap import Services, build
from photos_graph.index import Touch
from photos_graph.services import photo_watch
from photos_graph.services.photo_watch import PhotosMoved, PhotoWatch
from photos_graph.settings import Settings
from tests.kit.library import photos, scanned
from tests.kit.pictures import jpeg, put
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_watch, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(photo_watch, "LONG_PAUSE_SECONDS", 0)


async def begun(watch: PhotoWatch) -> tuple[AsyncIterator[PhotosMoved], asyncio.Task[PhotosMoved]]:
    """Returns a watcher, and the wait for its first event."""
    events = watch.watch()
    first = next_of(events)
    await asyncio.sleep(0)
    return events, first


def next_of(events: AsyncIterator[PhotosMoved]) -> asyncio.Task[PhotosMoved]:
    return asyncio.ensure_future(anext(events))  # type: ignore[arg-type]


async def told(events: AsyncIterator[PhotosMoved], first: asyncio.Task[PhotosMoved], count: int) -> list[PhotosMoved]:
    """Returns the events that together tell of so many photos."""
    async with asyncio.timeout(PATIENCE):
        found = [await first]
        while sum(each.added_count + each.gone_count for each in found) < count:
            found.append(await anext(events))
    return found


@pytest.mark.both_engines
async def test_photos_come_and_go_with_their_files_in_every_process(
    services: Services, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = settings.model_copy(update={"data_dir": settings.data_dir.with_name("other"), "follow_seconds": 0.1})
    async with build(elsewhere, run_jobs=False) as other:
        ours, theirs = await begun(services.photo_watch), await begun(other.photo_watch)
        root = await services.roots.add(str(folder))
        await scanned(services)
        ids = {name: photo.id for name, photo in (await photos(services)).items()}
        for events, first in (ours, theirs):
            found = await told(events, first, 10)
            assert {id_ for each in found for id_ in each.added} == set(ids.values())
            assert all(each.is_complete and not each.gone for each in found)
    events, _ = ours
    (folder / "b/10.jpg").unlink()
    first = next_of(events)
    await scanned(services)
    assert await told(events, first, 1) == [PhotosMoved((), (ids["10.jpg"],), 0, 1, True)]

    monkeypatch.setattr(index, "MAX_TOUCHED", 1)  # so that the index is built again
    first = next_of(events)
    for number in (20, 21):
        put(folder / f"{number}.jpg", jpeg(number))
    await scanned(services)
    found = await told(events, first, 2)
    fresh = [(await photos(services))[name].id for name in ("20.jpg", "21.jpg")]
    assert sorted(id_ for each in found for id_ in each.added) == sorted(fresh)
    assert not any(each.gone_count for each in found)

    monkeypatch.setattr(photo_watch, "MOST_PHOTOS", 5)
    first = next_of(events)
    await services.roots.remove(root.id)
    left = await told(events, first, 11)
    assert sum(each.gone_count for each in left) == 11
    assert any(each == PhotosMoved((), (), 0, each.gone_count, False) for each in left if each.gone_count > 5)


def test_what_comes_and_goes_between_two_events_is_nothing() -> None:
    pending = photo_watch._Pending()
    pending.note(Touch(None, None, ["a", "b"], ["x", "y"]))
    pending.note(Touch(None, None, ["x"], ["b"]))
    assert pending.something.is_set()
    assert pending.take() == PhotosMoved(("a",), ("y",), 1, 1, True)
    pending.note(Touch(None, None))
    assert not pending.something.is_set()
    pending.note(Touch(None, None, [str(number) for number in range(photo_watch.MOST_PHOTOS)], ["z"]))
    assert pending.take() == PhotosMoved((), (), photo_watch.MOST_PHOTOS, 1, False)
    assert pending.take() == PhotosMoved((), (), 0, 0, True)
