"""The positions of photos in an album, as pure functions. Between two positions there is room for many photos, so that
putting one there changes no other."""

from __future__ import annotations

from collections.abc import Sequence

GAP = 2**24  # between two photos that are added one after the other


def between(low: int | None, high: int | None, count: int) -> list[int] | None:
    """Returns ``count`` ascending positions between two, of which None is an end of the album. Returns None if there is
    no room for so many."""
    if low is None and high is None:
        return [GAP * place for place in range(count)]
    if high is None:
        return [(low or 0) + GAP * (place + 1) for place in range(count)]
    if low is None:
        return [high - GAP * (count - place) for place in range(count)]
    if high - low <= count:
        return None
    return [low + (high - low) * (place + 1) // (count + 1) for place in range(count)]


def inserted(order: Sequence[tuple[int, int]], at: int, numbers: Sequence[int]) -> dict[int, int]:
    """Returns the positions, by number, of those photos that get a new one when ``numbers`` are put before the photo at
    place ``at`` of ``order``, which has the positions and numbers of the other photos.

    Other photos are among them only if there is no room: then all photos are spread again.
    """
    low = order[at - 1][0] if at else None
    high = order[at][0] if at < len(order) else None
    room = between(low, high, len(numbers))
    if room is not None:
        return dict(zip(numbers, room, strict=True))
    every = [number for _, number in order[:at]] + list(numbers) + [number for _, number in order[at:]]
    return {number: GAP * place for place, number in enumerate(every)}
