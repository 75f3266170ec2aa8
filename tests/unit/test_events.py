"""Events reach their subscribers, and nobody else."""

from __future__ import annotations

import pytest

from photos_graph.events import Events, FacesFound, JobQueued

pytestmark = pytest.mark.anyio


async def test_subscribers_are_called_one_after_the_other_in_the_order_in_which_they_subscribed() -> None:
    events, called = Events(), []

    async def first(event: FacesFound) -> None:
        called.append(("first", event))

    async def second(event: FacesFound) -> None:
        called.append(("second", event))

    events.subscribe(FacesFound, first)
    events.subscribe(FacesFound, second)
    await events.publish(FacesFound())
    await events.publish(JobQueued())
    assert called == [("first", FacesFound()), ("second", FacesFound())]


async def test_an_error_of_a_subscriber_reaches_the_publisher() -> None:
    events, called = Events(), []

    async def fails(event: JobQueued) -> None:
        raise ValueError

    async def later(event: JobQueued) -> None:
        called.append(event)

    events.subscribe(JobQueued, fails)
    events.subscribe(JobQueued, later)
    with pytest.raises(ValueError):
        await events.publish(JobQueued())
    assert called == []
