"""Lists, pages and changes of albums of 5,000 photos and of all photos of a large library, over HTTP."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.bench import Bench
from benchmarks.fields import SETTLING
from benchmarks.report import Figure, Goal
from benchmarks.screens import furnished
from benchmarks.search.furnished import ALBUM_SIZE, ALBUMS, WHOLE
from benchmarks.search.loading import photo_id
from benchmarks.search.run import environment
from benchmarks.service import Service
from resolvers import ids

WARM, TIMES = 5, 40
PAGE_GOAL = Goal(100, at_most=True)
LIST = """query ($smart: Boolean!, $first: Int!) { albums(first: $first, isSmart: $smart) {
  totalCount nodes { id name photoCount startDate endDate cover { id thumbnail placeholder } } } }"""
AROUND = """query ($photo: ID!, $filter: PhotoFilter!) { photosAround(
  id: $photo, filter: $filter, orderBy: ALBUM, before: 0, after: 0) { edges { cursor } } }"""
PAGE = """query ($name: String!, $after: String) { album(name: $name) { photoCount photos(first: 50, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } nodes { id takenAt thumbnail placeholder } } } }"""
ALBUM_ID = "query ($name: String!) { album(name: $name) { id } }"
CREATE = "mutation ($name: String!) { createAlbum(name: $name) { album { id } } }"
ADD = "mutation ($album: ID!, $photos: [ID!]) { addToAlbum(album: $album, photos: $photos) { changed change } }"
REMOVE = "mutation ($album: ID!, $photos: [ID!]) { removeFromAlbum(album: $album, photos: $photos) { changed change } }"
MOVE = """mutation ($album: ID!, $photos: [ID!]!, $before: ID) {
  moveInAlbum(album: $album, photos: $photos, before: $before) { changed change } }"""
UNDO = "mutation ($change: ID!) { undo(change: $change) { changed } }"
DELETE = "mutation ($album: ID!) { deleteAlbum(album: $album) { changed } }"


def albums(bench: Bench) -> list[Figure]:
    with furnished(bench) as settings, Service(settings.data_dir, environment(settings)) as service:
        time.sleep(SETTLING)  # what the service prepares after its start is not measured
        return albums_of(bench, service)


def albums_of(bench: Bench, service: Service) -> list[Figure]:
    """Measures the albums of a furnished library."""
    return [*_lists(bench, service), *_pages(bench, service), *_changes(bench, service)]


def _lists(bench: Bench, service: Service) -> Iterator[Figure]:
    album, photo = _album(service, "Album0"), _photo(bench.photos - 1)
    for smart, kind in ((False, f"{ALBUMS} albums of {ALBUM_SIZE:,} photos"), (True, "smart albums")):
        bench.say(f"a list of {kind}")

        def ask(smart: bool = smart) -> None:
            service.ask(LIST, smart=smart, first=ALBUMS)

        yield from _figures(f"a list of {kind}, with numbers, days and covers", _taken(ask))

        def change_and_ask(ask: Callable[[], None] = ask) -> float:
            undo = service.ask(ADD, album=album, photos=[photo])["addToAlbum"]["change"]
            undo = undo or service.ask(REMOVE, album=album, photos=[photo])["removeFromAlbum"]["change"]
            started = time.perf_counter()
            ask()
            taken = time.perf_counter() - started
            service.ask(UNDO, change=undo)
            return taken

        yield from _figures(f"the same after a change of one album ({kind})", [change_and_ask() for _ in range(TIMES)])


def _pages(bench: Bench, service: Service) -> Iterator[Figure]:
    for name, after, size in (
        ("Album0", _middle(bench, service, "Album0", 0, ALBUM_SIZE), f"{ALBUM_SIZE:,} photos"),
        (WHOLE, _middle(bench, service, WHOLE, ALBUMS, bench.photos), f"{bench.photos:,} photos"),
        ("Smart", _end(service, "Smart"), "a saved search"),
    ):
        bench.say(f"pages of {name}")
        yield from _figures(f"first page of {size}", _taken(partial(service.ask, PAGE, name=name)))
        taken = _taken(partial(service.ask, PAGE, name=name, after=after))
        yield from _figures(f"a page in the middle of {size}", taken)


def _changes(bench: Bench, service: Service) -> Iterator[Figure]:
    whole, photos = _album(service, WHOLE), [_photo(number) for number in range(ALBUM_SIZE)]
    some = [_photo(number) for number in np.random.default_rng(5).permutation(bench.photos)[:50].tolist()]
    times: dict[str, list[float]] = {}

    def timed(what: str, query: str, **variables: Any) -> Any:
        started = time.perf_counter()
        [answer] = service.ask(query, **variables).values()
        times.setdefault(what, []).append(time.perf_counter() - started)
        return answer

    for round_ in range(bench.rounds):
        bench.say(f"changes, round {round_ + 1} of {bench.rounds}")
        album = service.ask(CREATE, name=f"Changing {round_}")["createAlbum"]["album"]["id"]
        added = timed(f"{ALBUM_SIZE:,} photos added", ADD, album=album, photos=photos)
        timed(f"the undo of {ALBUM_SIZE:,} added photos", UNDO, change=added["change"])
        timed(f"{ALBUM_SIZE:,} photos added", ADD, album=album, photos=photos)
        timed(f"{ALBUM_SIZE:,} photos removed", REMOVE, album=album, photos=photos)
        service.ask(DELETE, album=album)
        for count in (1, 50):
            what = f"{count} of {bench.photos:,} photos moved to the middle"
            moved = timed(what, MOVE, album=whole, photos=some[:count], before=_photo(_in_order(bench)[7]))
            timed(f"the undo of {what}", UNDO, change=moved["change"])
        removed = timed(f"1 of {bench.photos:,} photos removed", REMOVE, album=whole, photos=some[:1])
        started = time.perf_counter()
        service.ask(PAGE, name=WHOLE)
        times.setdefault(f"the page of {bench.photos:,} photos after that", []).append(time.perf_counter() - started)
        timed(f"the undo of 1 of {bench.photos:,} photos removed", UNDO, change=removed["change"])
    return (Figure(what, statistics.median(taken) * 1000, "ms") for what, taken in times.items())


def _figures(name: str, taken: list[float]) -> Iterator[Figure]:
    slow = sorted(taken)[math.ceil(len(taken) * 0.95) - 1]
    yield Figure(f"{name}, median", statistics.median(taken) * 1000, "ms")
    yield Figure(f"{name}, 95th percentile", slow * 1000, "ms", goal=PAGE_GOAL)


def _taken(ask: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(WARM + TIMES):
        started = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - started)
    return taken[WARM:]


def _album(service: Service, name: str) -> str:
    album: str = service.ask(ALBUM_ID, name=name)["album"]["id"]
    return album


def _photo(number: int) -> str:
    return ids.encode("Photo", photo_id(number))


def _in_order(bench: Bench) -> list[int]:
    """Returns the photos of the album of all photos in its order."""
    order: list[int] = np.random.default_rng(ALBUMS).permutation(bench.photos).tolist()
    return order


def _middle(bench: Bench, service: Service, name: str, seed: int, size: int) -> str:
    """Returns a cursor in the middle of an album that was made with this seed."""
    order = np.random.default_rng(seed).permutation(bench.photos)[:size]
    photo, filter = _photo(int(order[size // 2])), {"albums": {"all": [_album(service, name)]}}
    cursor: str = service.ask(AROUND, photo=photo, filter=filter)["photosAround"]["edges"][0]["cursor"]
    return cursor


def _end(service: Service, name: str) -> str:
    """Returns the cursor at the end of the tenth page of an album."""
    after = None
    for _ in range(10):
        after = service.ask(PAGE, name=name, after=after)["album"]["photos"]["pageInfo"]["endCursor"]
    assert after is not None
    return str(after)
