"""The pages of the service, as HTML that a browser gets: for each role, for a stranger, and what they may load."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette

from photos_graph.access.roles import RANK
from photos_graph.model.access import Role
from photos_graph.settings import Settings
from photos_graph.web.pages import page_routes
from photos_graph.web.pages.cookbook_documents import cookbook_documents
from photos_graph.web.pages.page_assets import FOLDER, asset_names
from photos_graph.web.pages.page_routes import PAGES
from photos_graph.web.pages.rendering import TEMPLATES
from resolvers import ids
from tests.kit.everything import furnish, teach
from tests.kit.graphql import TOKENS, Ask, data, photo_ids
from tests.kit.screens import FOLDER as COOKBOOK

pytestmark = pytest.mark.anyio

HTML = {"Accept": "text/html,*/*"}
CONTROLS = ("button", "input", "select", "textarea")


class Seen(HTMLParser):
    """What a page has: its tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, *names: str) -> list[dict[str, str]]:
        return [given for tag, given in self.tags if tag in names]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.faces.enabled = "off"
    return settings


async def seen(client: httpx.AsyncClient, path: str, role: str = "owner", status: int = 200) -> Seen:
    """``role`` is a role or a token."""
    answer = await client.get(path, headers=HTML | {"Authorization": f"Bearer {TOKENS.get(role, role)}"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    page = Seen(answer.text)
    _check_markup(page)
    return page


def _check_markup(page: Seen) -> None:
    """Nothing is inline, and nothing comes from elsewhere."""
    ids = [given["id"] for _, given in page.tags if "id" in given]
    assert len(ids) == len(set(ids))
    for tag, given in page.tags:
        assert "style" not in given and not any(name.startswith("on") for name in given), (tag, given)
        for name in ("src", "href", "action", "srcset"):
            for address in re.split(r",\s+", given.get(name, "/")):
                assert address.startswith(("/", "#", "data:,", "geo:")) and not address.startswith("//"), address
    assert all(given["src"] for given in page.all("script")) and not page.all("style")
    assert all("alt" in given for given in page.all("img"))


async def test_each_role_gets_pages_with_what_it_may_use(app: Starlette, client: httpx.AsyncClient, ask: Ask) -> None:
    await furnish(app.state.services)
    await _check_training(client)
    await teach(app.state.services)
    photos, total = await photo_ids(ask), (await ask("{ photos { totalCount } }"))["data"]["photos"]["totalCount"]
    paths = [page.path for page in PAGES if "{" not in page.path]
    for role in ("owner", "editor", "viewer"):
        searches = ("/?q=sea+in+Italy", "/?q=on+a+sunday", "/?q=xyzzy")
        below = ("/folders?path=Pictures/Italy", "/people?hidden=1", "/people?name=anna")
        for path in (*paths, *searches, *below, f"/photo/{photos['24.jpg']}"):
            refused = any(page.path == path and RANK[page.role] > RANK[Role(role.upper())] for page in PAGES)
            page = await seen(client, path, role, 403 if refused else 200)
            controls = [given for given in page.all(*CONTROLS) if given.get("id") not in ("search", "jump")]
            assert len(controls) == 1 or role != "viewer", (path, controls)  # that to sign out
            if path.startswith("/photo/"):
                assert (len(controls) > 1) is (role != "viewer")
        home = await seen(client, "/", role)
        links = [given["href"] for given in home.all("a") if given.get("class") == "tile"]
        assert len(links) == total > 40
    sea = app.state.services.tags.named("Sea")
    assert sea is not None
    await _check_review(client, ids.encode("Tag", sea.id))
    await _check_system(client)
    await _check_scope(client, ask, photos)
    await _check_what_is_left_out(client)
    await _check_addresses(client, photos["24.jpg"])


async def _check_scope(client: httpx.AsyncClient, ask: Ask, photos: dict[str, str]) -> None:
    """A viewer of some photos gets pages of them alone."""
    made = await ask(
        'mutation { createAccessToken(name: "Abruzzo", role: VIEWER, scope: {tags: {any: ["Abruzzo"]}}) { secret } }'
    )
    scoped = data(made)["createAccessToken"]["secret"]
    for path in ("/", "/?q=sea+in+Italy", "/?q=on+a+sunday", f"/photo/{photos['3.jpg']}?q=Abruzzo"):
        await seen(client, path, scoped)
    assert len([given for given in (await seen(client, "/", scoped)).all("a") if given.get("class") == "tile"]) == 12
    await seen(client, f"/photo/{photos['24.jpg']}", scoped, 404)


async def _check_what_is_left_out(client: httpx.AsyncClient) -> None:
    """A search that finds nothing says without what it would find something, and how much that is."""
    page = await seen(client, "/?q=Berlin+Abruzzo", "viewer")
    assert "No photo matches all of this." in page.text
    [said] = [line.strip() for line in page.text.splitlines() if "Without “Abruzzo”:" in line]
    assert "/?q=Berlin" in {given["href"] for given in page.all("a")}
    left = await seen(client, "/?q=Berlin", "viewer")
    [count] = [line.strip() for line in left.text.splitlines() if re.fullmatch(r"\s*\d+ photos", line)]
    assert said == f"Without “Abruzzo”: {count}"


async def _check_addresses(client: httpx.AsyncClient, photo: str) -> None:
    """What no page has in its links is refused, and is no failure of the service."""
    parts = {
        "/": ("q",),
        f"/photo/{photo}": ("q", "at"),
        "/folders": ("path", "after"),
        "/people": ("after", "hidden", "name", "groups"),
        "/review": ("kind", "tag", "sheet"),
        "/system": ("failures", "part"),
    }
    values = ("x", "\x00", "a" * 5000, '"', "(", "not", "Ά" * 300, "-1", "%", ids.encode("Photo", "none"))
    for path, names in parts.items():
        for name in names:
            for value in values:
                answer = await client.get(path, params={"path": "Pictures", name: value}, headers=HTML)
                assert answer.status_code in (200, 400, 404, 413), (path, name, value[:9], answer.text)
    for path in ("/photo/x", "/photo/%00", "/photo/" + "a" * 5000, f"/photo/{ids.encode('Tag', 'none')}"):
        assert (await client.get(path, headers=HTML)).status_code in (400, 404), path


def ids_of(page: Seen, tag: str, name: str = "id") -> set[str]:
    return {given[name] for given in page.all(tag) if name in given}


async def _check_training(client: httpx.AsyncClient) -> None:
    """Without a model, the page for reviewing says what to do."""
    assert "train" in ids_of(await seen(client, "/review"), "button")
    assert "train" not in ids_of(await seen(client, "/review", "editor"), "button")


async def _check_review(client: httpx.AsyncClient, tag: str) -> None:
    sheet = await seen(client, f"/review?sheet={quote(tag)}", "editor")
    assert len(ids_of(sheet, "button", "data-id")) == 24
    questions = await seen(client, f"/review?tag={quote(tag)}", "editor")
    [asked] = [given for given in questions.all("section") if given.get("id") == "question"]
    assert [item["tag"]["id"] for item in json.loads(asked["data-items"])] == [tag] * 6
    await seen(client, f"/review?sheet={quote(ids.encode('Tag', 'none'))}", status=404)


async def _check_system(client: httpx.AsyncClient) -> None:
    """Editors look, and the owner acts."""
    pages = {role: await seen(client, "/system", role) for role in ("editor", "owner")}
    assert ids_of(pages["editor"], "button", "data-do") == set()
    # The made jobs may have ended by now; each that has not can be cancelled.
    [work] = [given for given in pages["owner"].all("section") if given.get("id") == "work"]
    cancel = {"cancel"} if work["data-active"] != "0" else set()
    assert ids_of(pages["owner"], "button", "data-do") == cancel | {
        "scan",
        "backup",
        "retry",
        "train",
        "activate",
        "copy",
    }
    assert "let-in" in ids_of(pages["owner"], "form") - ids_of(pages["editor"], "form")
    assert ids_of(await seen(client, "/system?part=work"), "section") == {"work"}


async def test_what_is_typed_is_shown_as_text(client: httpx.AsyncClient, library: str) -> None:
    page = await seen(client, "/?q=%3Cscript%3Ealert(1)%3C/script%3E%22")
    assert [given["src"] for given in page.all("script")] == [
        given["src"] for given in (await seen(client, "/")).all("script")
    ]
    assert page.all("input")[0]["value"] == '<script>alert(1)</script>"'


async def test_who_has_not_signed_in_signs_in_and_comes_to_the_page(client: httpx.AsyncClient, library: str) -> None:
    del client.headers["Authorization"]
    asked = await client.get("/?q=a%20b%26c", headers=HTML)
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=/%3Fq%3Da%2520b%2526c")
    form = Seen((await client.get(asked.headers["location"])).text).all("form")[0]
    assert form["action"] == asked.headers["location"]
    done = await client.post(form["action"], data={"token": TOKENS["viewer"]})
    assert (done.status_code, done.headers["location"]) == (303, "/?q=a%20b%26c")
    assert (await client.get("/", headers=HTML)).status_code == 200
    for elsewhere in ("//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "/logout", ""):
        done = await client.post("/login", params={"next": elsewhere}, data={"token": TOKENS["viewer"]})
        assert done.headers["location"] == "/", elsewhere


async def test_a_browser_waits_until_the_service_has_started(app: Starlette) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        for headers in ({"Cookie": "photos_session=x"}, {"Authorization": f"Bearer {TOKENS['owner']}"}):
            answer = await client.get("/", headers=HTML | headers)
            assert (answer.status_code, answer.headers["refresh"]) == (503, "3"), answer.text
            assert "starting" in Seen(answer.text).text and "script" not in answer.text


async def test_what_is_not_there_is_said_to_be_gone(client: httpx.AsyncClient, library: str) -> None:
    for path in ("/photo/UGhvdG86MDA=", "/folders?path=Nowhere"):
        page = await seen(client, path, status=404)
        assert page.all("h1")


@pytest.mark.http
async def test_a_browser_gets_a_page_for_every_problem_and_a_program_gets_json(
    client: httpx.AsyncClient, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_routes, "rendered", lambda template, values: 1 / 0)
    ways = {
        ("/nothing/here?q=sea", "viewer", 404): ["/", "/folders"],
        (f"/photo/{ids.encode('Photo', 'none')}", "viewer", 404): ["/", "/folders"],
        ("/people?after=x", "viewer", 400): ["/"],
        ("/system?part=work", "viewer", 403): ["/", "/login?next=/system%3Fpart%3Dwork"],
        ("/people?name=a%20b", "viewer", 500): ["/people?name=a%20b", "/"],
        ("/people", "editor", 500): ["/people", "/", "/system"],
    }
    for (path, role, status), links in ways.items():
        page = await seen(client, path, role, status)
        assert [given["href"] for given in page.all("a") if given.get("class") == "button"] == links, path
        assert ("has the id" in page.text) is (status == 500) and "zero" not in page.text
        answer = await client.get(path, headers={"Authorization": f"Bearer {TOKENS[role]}", "Accept": "*/*"})
        assert (answer.status_code, bool(answer.json()["errors"][0]["message"])) == (status, True), path


async def test_a_stranger_gets_a_page_for_a_problem_too(client: httpx.AsyncClient, ask: Ask, library: str) -> None:
    picture = data(await ask("{ photos(first: 1) { nodes { thumbnail } } }"))["photos"]["nodes"][0]["thumbnail"]
    del client.headers["Authorization"]
    form = {"Origin": "https://evil.example", "Sec-Fetch-Dest": "document"}
    for answer in (
        await client.get(f"{picture}x", headers=HTML),
        await client.post("/logout", headers=HTML | form),
    ):
        page = Seen(answer.text)
        assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
        assert [given["href"] for given in page.all("a")] == ["/"] and page.all("h1") and not page.all("script")
        assert answer.headers["cache-control"] == "no-store"
    shown = await client.get("/logout", headers=HTML)
    assert (shown.status_code, shown.headers["allow"], "forms" in shown.text) == (405, "POST", True)
    for kind in ({"Accept": "image/*,*/*"}, {"Accept": "application/json"}):
        refused = await client.get(f"{picture}x", headers=kind)
        assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_assets_are_kept_and_name_no_other_place(client: httpx.AsyncClient) -> None:
    page = await seen(client, "/")
    addresses = [given["src"] for given in page.all("script")] + [
        given["href"] for given in page.all("link") if given["rel"] == "stylesheet"
    ]
    folder = addresses[0].rpartition("/")[0]
    for name in asset_names():
        answer = await client.get(f"{folder}/{name}")
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
        assert answer.headers["etag"] and not re.search(r"https?://|@import|url\((?!data:)", answer.text), name
        for imported in re.findall(r'from "\./([^"]+)"', answer.text):
            assert imported in asset_names()
    assert (await client.get(f"{folder}x/page.js")).status_code == 404
    assert {address.rpartition("/")[2] for address in addresses} <= asset_names()


def test_scripts_and_templates_have_no_document_of_their_own() -> None:
    for path in (*FOLDER.iterdir(), *TEMPLATES.iterdir()):
        assert not re.search(r"\b(query|mutation)\b\s*\w*\s*[({]", path.read_text()), path
    used = {
        call for path in FOLDER.glob("*.js") for call in re.findall(r'ask\(\s*"([\w.]+)",\s*"(\w+)"', path.read_text())
    }
    for document, operation in used:
        assert re.search(rf"\b(query|mutation) {operation}\b", cookbook_documents()[document]), (document, operation)


def test_the_documents_are_those_of_the_cookbook() -> None:
    assert cookbook_documents() == {path.stem: path.read_text() for path in COOKBOOK.glob("*.graphql")}
