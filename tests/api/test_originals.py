"""Originals, and where they lie on the server, are not for viewers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from photos_graph.access.secrets import load_or_make
from photos_graph.settings import Settings
from photos_graph.web.urls import MediaAddresses
from tests.kit.graphql import TOKENS, Ask, code, data, ended
from tests.kit.pictures import jpeg, put

pytestmark = pytest.mark.anyio

VIDEO = b"\0\0\0\x14ftypqt  " + bytes(64)
PICTURES = "{ viewer { mayOpenOriginals } photos { nodes { id contentHash thumbnail originalUrl motion } } }"
ORIGINAL = "{ photos { nodes { original } } }"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A root with a Live Photo and a file that cannot be read."""
    root = tmp_path / "Pictures"
    put(root / "IMG_1.JPG", jpeg(1))
    put(root / "IMG_1.MOV", VIDEO)
    put(root / "broken.jpg", b"\xff\xd8\xff nothing follows")
    return root


async def shown(ask: Ask, role: str) -> tuple[bool, dict[str, Any]]:
    found = data(await ask(PICTURES, role))
    [photo] = found["photos"]["nodes"]
    return found["viewer"]["mayOpenOriginals"], photo


def addresses_of(app: Starlette, role: str) -> MediaAddresses:
    """What makes the addresses that the role gets, or got before it was forbidden."""
    keys = load_or_make(app.state.services.settings).keys()
    return MediaAddresses(keys, keys.hash(TOKENS[role])[:12], 30)


async def test_a_viewer_gets_pictures_and_no_originals(
    app: Starlette, client: httpx.AsyncClient, ask: Ask, library: str
) -> None:
    may, photo = await shown(ask, "viewer")
    assert (may, photo["originalUrl"], photo["motion"]) == (False, None, None)
    assert code(await ask(ORIGINAL, "viewer")) == "FORBIDDEN"
    del client.headers["Authorization"]
    assert (await client.get(photo["thumbnail"])).status_code == 200
    for role in ("editor", "owner"):
        may, full = await shown(ask, role)
        original = data(await ask(ORIGINAL, role))["photos"]["nodes"][0]["original"]
        assert may and original == full["originalUrl"]
        assert [(await client.get(address)).status_code for address in (original, full["motion"])] == [200, 200]
        # An address is that of one thing, for one token.
        given = {key: value for key, [value] in parse_qs(urlsplit(photo["thumbnail"]).query).items()}
        path = urlsplit(original).path
        for forged in (given, {**given, "g": parse_qs(urlsplit(original).query)["g"][0]}):
            assert (await client.get(path, params=forged)).status_code == 403
    photo_id = urlsplit(full["motion"]).path.split("/")[2]
    viewers = addresses_of(app, "viewer")
    for address in (viewers.original(photo_id, photo["contentHash"]), viewers.motion(photo_id)):
        answer = await client.get(address)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
    owners = addresses_of(app, "owner")
    assert (await client.get(owners.motion(photo_id))).status_code == 200


class TestWhereViewersMayHaveThem:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"web": settings.web.model_copy(update={"viewer_originals": True})})

    async def test_they_get_them(self, client: httpx.AsyncClient, ask: Ask, library: str) -> None:
        may, photo = await shown(ask, "viewer")
        original = data(await ask(ORIGINAL, "viewer"))["photos"]["nodes"][0]["original"]
        assert may and original == photo["originalUrl"]
        del client.headers["Authorization"]
        assert [(await client.get(address)).status_code for address in (original, photo["motion"])] == [200, 200]


async def test_no_message_says_where_folders_lie_on_the_server(
    app: Starlette, client: httpx.AsyncClient, ask: Ask, library: str, folder: Path, tmp_path: Path
) -> None:
    _, photo = await shown(ask, "owner")
    large = data(await ask("{ photos { nodes { thumbnail(size: LARGE, format: WEBP) } } }"))["photos"]["nodes"][0]
    exported = data(await ask("mutation { exportDataset(format: JSON) { id } }"))["exportDataset"]["id"]
    backed_up = data(await ask("mutation { backup { id } }"))["backup"]["id"]
    failures = "library { failures { nodes { path stage reason } } }"
    broken = data(await ask(f"{{ {failures} }}", "editor"))["library"]["failures"]["nodes"]
    assert [each["path"] for each in broken] == ["Pictures/broken.jpg"]
    folder.rename(folder.with_name("away"))
    said = [(await client.get(address)).text for address in (photo["originalUrl"], photo["motion"], large["thumbnail"])]
    assert all("UNAVAILABLE" in each for each in said)
    await ended(ask, data(await ask("mutation { scan { id } }"))["scan"]["id"])
    jobs = "jobs { nodes { id kind state message failures { nodes { path reason } } } }"
    said += [str(await ask(f"{{ {jobs} {failures} changes {{ nodes {{ summary }} }} }}", "editor"))]
    said += [
        str(await ask("{ changes { nodes { summary } } library { roots { name state folder { path } } } }", "viewer"))
    ]
    said += [(await client.get("/readyz")).text, (await client.get("/media/x/original")).text]
    assert [each for each in said if str(tmp_path) in each or os.sep + "Pictures" in each] == []
    for_the_owner = str(await ask(f"{{ {jobs} library {{ roots {{ path }} }} }}"))
    assert str(tmp_path) in for_the_owner and exported and backed_up
