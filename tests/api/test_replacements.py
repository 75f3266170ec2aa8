"""What clients see of replaced pictures, and how they say that two photos are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.graphql import Ask, code, data, photo_ids, scan
from tests.kit.pictures import OLD, put, scene
from tests.kit.pictures import encoded as encode

pytestmark = pytest.mark.anyio

OPEN = "{ library { replacements(first: 1) { totalCount nodes { path old { id rating } new { id name } } } } }"
SUCCEED = "mutation($o: ID!, $n: ID!) { succeedPhoto(old: $o, new: $n) { matched changed change } }"
RATE = "mutation($p: [ID!]!, $r: Int) { ratePhotos(photos: $p, rating: $r) { changed } }"
PHOTO = "query($id: ID!) { photo(id: $id) { id rating } }"


async def test_a_person_says_that_a_replaced_picture_is_the_same(ask: Ask, library: str, folder: Path) -> None:
    old = (await photo_ids(ask))["1.jpg"]
    data(await ask(RATE, "editor", p=[old], r=4))
    put(folder / "a/1.jpg", encode(scene(), "JPEG"), at=OLD + 86_400)
    await scan(ask)
    new = (await photo_ids(ask))["1.jpg"]
    waiting = data(await ask(OPEN))["library"]["replacements"]
    assert waiting == {
        "totalCount": 1,
        "nodes": [{"path": "Pictures/a/1.jpg", "old": {"id": old, "rating": 4}, "new": {"id": new, "name": "1.jpg"}}],
    }
    assert code(await ask(SUCCEED, "viewer", o=old, n=new)) == "FORBIDDEN"
    result = data(await ask(SUCCEED, "editor", o=old, n=new))["succeedPhoto"]
    assert (result["matched"], result["changed"]) == (1, 1)
    assert data(await ask(OPEN))["library"]["replacements"] == {"totalCount": 0, "nodes": []}
    assert data(await ask(PHOTO, id=old))["photo"] == {"id": new, "rating": 4}
    data(await ask(RATE, "editor", p=[old], r=2))  # the old id names the new photo
    assert data(await ask(PHOTO, id=new))["photo"]["rating"] == 2
    assert code(await ask(SUCCEED, "editor", o=new, n=new)) == "BAD_INPUT"
