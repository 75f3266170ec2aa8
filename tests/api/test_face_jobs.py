"""Looking for faces and grouping them, asked for through the API."""

from __future__ import annotations

import pytest

from resolvers import ids
from tests.kit.graphql import Ask, code, data, ended, photo_ids

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("library")]

FIND = "mutation ($p: [ID!]) { findFaces(photos: $p) { id kind state } }"
GROUP = "mutation { clusterFaces { id kind state } }"


async def test_without_weights_the_job_says_what_to_do(ask: Ask) -> None:
    some = list((await photo_ids(ask)).values())[:3]
    for photos in ({}, {"p": some}, {"p": []}):
        job = data(await ask(FIND, **photos))["findFaces"]
        assert job["kind"] == "FACES"
        job = await ended(ask, job["id"])
        assert job["state"] == "SUCCEEDED" and "photos-graph models --fetch" in job["message"]


async def test_clusters_are_made_on_request(ask: Ask) -> None:
    job = data(await ask(GROUP))["clusterFaces"]
    assert job["kind"] == "CLUSTER"
    assert (await ended(ask, job["id"]))["state"] == "SUCCEEDED"


async def test_who_may_only_look_asks_for_nothing_and_photos_must_be_known(ask: Ask) -> None:
    for role in ("viewer", "editor"):
        assert code(await ask(FIND, role)) == code(await ask(GROUP, role)) == "FORBIDDEN"
    assert code(await ask(FIND, p=[ids.encode("Photo", "0" * 32)])) == "NOT_FOUND"
    assert code(await ask(FIND, p=[ids.encode("Folder", "0" * 32)])) in ("BAD_INPUT", "NOT_FOUND")
    assert code(await ask(FIND, p=[ids.encode("Photo", f"{n:032x}") for n in range(10_001)])) == "BAD_INPUT"
