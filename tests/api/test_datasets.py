"""Exports and imports, asked for through the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.graphql import Ask, code, data, ended, names, photo_ids

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("library")]

EXPORT = "mutation ($f: PhotoFilter) { exportDataset(format: JSON, filter: $f) { id kind } }"
IMPORT = "mutation ($n: String!) { importDataset(name: $n) { id kind } }"
TAG = 'mutation ($p: [ID!]!) { tagPhotos(photos: $p, tags: ["Sea"]) { change } }'
UNDO = "mutation ($c: ID!) { undo(change: $c) { changed } }"


async def test_what_was_exported_is_imported_by_its_name(ask: Ask) -> None:
    ids = await photo_ids(ask)
    change = data(await ask(TAG, p=[ids["1.jpg"], ids["2.jpg"]]))["tagPhotos"]["change"]
    filter = {"folder": {"path": "Pictures/a"}, "not": {"folder": {"path": "Pictures/a/deep"}}}
    job = data(await ask(EXPORT, f=filter))["exportDataset"]
    assert job["kind"] == "EXPORT"
    message = (await ended(ask, job["id"]))["message"]
    assert message.startswith("2 photos")
    data(await ask(UNDO, c=change))
    assert await names(ask, {"tags": {"any": ["Sea"]}}) == set()
    job = data(await ask(IMPORT, n=Path(message).name))["importDataset"]
    assert job["kind"] == "IMPORT"
    end = await ended(ask, job["id"])
    assert end["state"] == "SUCCEEDED"
    assert await names(ask, {"tags": {"any": ["Sea"]}}) == {"1.jpg", "2.jpg"}
    changes = end["message"].removesuffix(".").partition("in this order: ")[2].split()  # of the photos, and of the tag
    assert [data(await ask(UNDO, c=change))["undo"]["changed"] for change in changes] == [2, 0]
    assert data(await ask('{ tag(name: "Sea") { id } }'))["tag"] is None
    assert await names(ask, {"tags": {"any": ["Sea"]}}) == set()


async def test_only_the_owner_may_and_no_path_is_opened(ask: Ask) -> None:
    for role in ("viewer", "editor"):
        assert code(await ask(EXPORT, role)) == code(await ask(IMPORT, role, n="x")) == "FORBIDDEN"
    assert code(await ask(IMPORT, n="../exports")) == code(await ask(IMPORT, n="/etc")) == "BAD_INPUT"
    assert code(await ask(IMPORT, n="json-none")) == code(await ask(IMPORT, n="a" * 300)) == "NOT_FOUND"
    assert code(await ask(EXPORT, f={"folder": {"path": "Pictures/none"}})) == "NOT_FOUND"
