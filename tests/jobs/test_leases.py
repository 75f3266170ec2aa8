"""Jobs of processes that died are taken over, whatever any clock on a wall says."""

from __future__ import annotations

from pathlib import Path

import pytest

from photos_graph.graph.jobs import Lease
from photos_graph.jobs.leases import Leases


class Clock:
    """One that always goes forward."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def pass_seconds(clock: Clock, leases: Leases, lease: Lease, seconds: int) -> bool:
    """Looks each second. Returns whether the lease is abandoned at the end."""
    found: frozenset[Lease] = frozenset()
    for _ in range(seconds):
        clock.now += 1
        found = leases.abandoned([lease])
    return lease in found


def test_a_lease_that_is_not_renewed_is_abandoned_after_some_time_of_our_own() -> None:
    clock = Clock()
    leases = Leases("me", None, clock)
    first, renewed = Lease("j1", "other", 1), Lease("j1", "other", 2)
    assert not pass_seconds(clock, leases, first, 14)
    assert not pass_seconds(clock, leases, renewed, 14)
    assert pass_seconds(clock, leases, renewed, 2)
    assert pass_seconds(clock, leases, Lease("j2", "me", 1), 1), "this process knows what it still runs"


def test_what_nobody_could_see_does_not_count() -> None:
    """The engine was away, so that nobody could renew a lease."""
    clock = Clock()
    leases, lease = Leases("me", None, clock), Lease("j1", "other", 1)
    assert not pass_seconds(clock, leases, lease, 14)
    clock.now += 60
    assert not pass_seconds(clock, leases, lease, 14)
    assert pass_seconds(clock, leases, lease, 3)


@pytest.mark.parametrize("is_alive", [True, False])
def test_who_shares_the_data_directory_sees_at_once_who_has_died(tmp_path: Path, is_alive: bool) -> None:
    clock, other = Clock(), Leases("other", tmp_path / "runners")
    other.open()
    if not is_alive:
        other.close()
        (tmp_path / "runners/other").touch()  # as a process that was killed leaves it
    leases, lease = Leases("me", tmp_path / "runners", clock), Lease("j1", "other", 1)
    leases.open()
    assert pass_seconds(clock, leases, lease, 1) is not is_alive
    assert leases.abandoned([]) == frozenset()
    assert (tmp_path / "runners/other").exists() is is_alive, "nobody needs the file of the dead any longer"
    other.close()
    leases.close()
    assert list((tmp_path / "runners").iterdir()) == []
