"""What the whole is for: a tree is tagged with one call, and words find the photos, now and later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from photos_graph.demo import make_demo
from photos_graph.settings import LibrarySettings, Settings
from resolvers import ids
from resolvers.asgi import create_app
from tests.kit.faces import introduce
from tests.kit.graphql import TOKENS, Ask, data, folder_id, photo_ids, scan
from tests.kit.pictures import jpeg, put

pytestmark = [pytest.mark.anyio, pytest.mark.http]

SEARCH = """query($t: String!) { search(text: $t, first: 500) { terms { text kind label negated } unmatched
  photos { totalCount edges { matches { kind label via } node { name } } } } }"""
TAG = "mutation($p: [ID!]!, $t: [String!]!) { tagPhotos(photos: $p, tags: $t) { change } }"
UNTAG = "mutation($p: [ID!]!, $t: [String!]!) { untagPhotos(photos: $p, tags: $t) { change } }"
TAG_FOLDER = "mutation($f: ID!, $t: [String!]!) { tagFolder(folder: $f, tags: $t) { matched changed change } }"
UNTAG_FOLDER = "mutation($f: ID!, $t: [String!]!) { untagFolder(folder: $f, tags: $t) { matched changed change } }"
UNDO = "mutation($c: ID!) { undo(change: $c) { changed } }"

ABRUZZO = {"DSCF1001.jpg", "DSCF1002.jpg", "DSCF1004.jpg", "DSCF1010.jpg", "DSCF1011.webp", "DSCF1019.jpg"}
ROME = {"DSCF2001.jpg", "DSCF2002.jpg", "DSCF2003.jpg", "DSCF2004.jpg", "DSCF2015.jpg"}
LANDSCAPES = {"DSCF1001.jpg", "DSCF1010.jpg", "DSCF1019.jpg", "DSCF2015.jpg", "IMG_2101.jpg"}
LATER = {"IMG_20190820_091500.jpg", "IMG_20200530_181500.jpg"}


@pytest.fixture
async def app(settings: Settings) -> Starlette:
    """The tags of this story are those that people give, not those that the files bring along."""
    given = {"token": SecretStr(TOKENS["owner"]), "library": LibrarySettings(import_keywords=False)}
    return create_app(settings.model_copy(update=given))


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "Pictures"
    make_demo(folder)
    return folder


@pytest.fixture
def folder(pictures: Path, tmp_path: Path) -> Path:
    """Real pictures: the demonstration library, with files of its own."""
    root = tmp_path / "Pictures"
    for path in pictures.rglob("*"):
        if path.is_file():
            put(root / path.relative_to(pictures), path.read_bytes())
    return root


async def find(ask: Ask, text: str) -> tuple[set[str], dict[str, list[dict[str, Any]]]]:
    """The names of the photos that words find, and why each was found. Every word is understood."""
    found = data(await ask(SEARCH, t=text))["search"]
    assert found["unmatched"] == []
    edges = found["photos"]["edges"]
    assert found["photos"]["totalCount"] == len(edges)
    return {edge["node"]["name"] for edge in edges}, {edge["node"]["name"]: edge["matches"] for edge in edges}


async def test_landscapes_in_abruzzo_containing_me(
    ask: Ask, library: str, folder: Path, app: Starlette, client: httpx.AsyncClient
) -> None:
    abruzzo = await folder_id(ask, "Pictures/Italy/2019 Abruzzo")
    tagged = data(await ask(TAG_FOLDER, f=abruzzo, t=["Places/Abruzzo"]))["tagFolder"]
    assert (tagged["matched"], tagged["changed"]) == (6, 6)
    photos = await photo_ids(ask)
    data(await ask(TAG, p=[photos[name] for name in LANDSCAPES], t=["Landscape"]))

    names, matches = await find(ask, "landscapes in Abruzzo")
    assert names == LANDSCAPES & ABRUZZO
    for name in names:
        assert {"kind": "TAG", "label": "Abruzzo", "via": ["Pictures/Italy/2019 Abruzzo"]} in matches[name]
        assert {"kind": "TAG", "label": "Landscape", "via": []} in matches[name]

    # Two more are copied in later, one of another year: nothing is tagged again.
    for number, name in enumerate(sorted(LATER)):
        put(folder / "Italy" / "2019 Abruzzo" / "Back again" / name, jpeg(900 + number, 640, 480))
    await scan(ask)
    photos = await photo_ids(ask)
    names, matches = await find(ask, "Abruzzo")
    assert names == ABRUZZO | LATER
    assert matches["IMG_20200530_181500.jpg"] == [
        {"kind": "TAG", "label": "Abruzzo", "via": ["Pictures/Italy/2019 Abruzzo"]}
    ]
    data(await ask(TAG, p=[photos[name] for name in LATER], t=["Landscape"]))
    in_abruzzo = LANDSCAPES & ABRUZZO | LATER
    assert (await find(ask, "landscapes in Abruzzo"))[0] == in_abruzzo
    assert (await find(ask, "landscapes in Abruzzo not in 2020"))[0] == in_abruzzo - {"IMG_20200530_181500.jpg"}
    assert (await find(ask, "Abruzzo or Rome"))[0] == ABRUZZO | LATER | ROME
    assert (await find(ask, "landscapes in Abruzzo or Rome"))[0] == in_abruzzo | {"DSCF2015.jpg"}

    # Exclusions hold, though the position in the file still says Abruzzo, and after the next scan.
    off = data(await ask(UNTAG, p=[photos["DSCF1001.jpg"]], t=["Abruzzo"]))["untagPhotos"]
    back_again = await folder_id(ask, "Pictures/Italy/2019 Abruzzo/Back again")
    data(await ask(UNTAG_FOLDER, f=back_again, t=["Abruzzo"]))
    await scan(ask)
    assert (await find(ask, "Abruzzo"))[0] == ABRUZZO - {"DSCF1001.jpg"}
    assert (await find(ask, "landscapes in Abruzzo"))[0] == LANDSCAPES & ABRUZZO - {"DSCF1001.jpg"}
    data(await ask(UNDO, c=off["change"]))
    assert (await find(ask, "landscapes in Abruzzo"))[0] == LANDSCAPES & ABRUZZO

    ours = [ids.decode("Photo", photos[name]) for name in ("DSCF1010.jpg", "DSCF2015.jpg", "IMG_4411.jpg")]
    await introduce(app.state.services, "Anna", ours, me=True)
    names, matches = await find(ask, "landscapes in Abruzzo containing me")
    assert names == {"DSCF1010.jpg"}
    assert {"kind": "PERSON", "label": "Anna", "via": []} in matches["DSCF1010.jpg"]
    terms = data(await ask(SEARCH, t="landscapes in Abruzzo containing me"))["search"]["terms"]
    assert ("landscapes", "TAG", "Landscape") in {(t["text"], t["kind"], t["label"]) for t in terms}
    assert ("me", "PERSON", "Anna") in {(t["text"], t["kind"], t["label"]) for t in terms}


async def test_the_tag_of_a_tree_is_taken_back_with_one_call(ask: Ask, library: str) -> None:
    italy = await folder_id(ask, "Pictures/Italy")
    tagged = data(await ask(TAG_FOLDER, f=italy, t=["Holiday"]))["tagFolder"]
    assert (await find(ask, "holidays"))[0] == ABRUZZO | ROME
    assert data(await ask(UNDO, c=tagged["change"]))["undo"]["changed"] == len(ABRUZZO | ROME)
    assert data(await ask('{ tag(name: "Holiday") { id } }'))["tag"] is None, "the call that is undone created it"


async def test_a_copy_in_another_folder_takes_its_tags_from_both(ask: Ask, library: str) -> None:
    for path, name in (("Pictures/Family/Best of", "Best"), ("Pictures/Italy/2019 Abruzzo", "Places/Abruzzo")):
        data(await ask(TAG_FOLDER, f=await folder_id(ask, path), t=[name]))
    names, matches = await find(ask, "best in Abruzzo")
    assert names == {"DSCF1004.jpg"}
    assert {"kind": "TAG", "label": "Best", "via": ["Pictures/Family/Best of"]} in matches["DSCF1004.jpg"]
    assert (await find(ask, "Abruzzo without best"))[0] == ABRUZZO - {"DSCF1004.jpg"}
