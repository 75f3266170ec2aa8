"""The names under which the service answers, over a real server."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from starlette.applications import Starlette

from photos_graph.settings import WebSettings
from photos_graph.web.app import build_app
from photos_graph.web.hosts import Hosts
from tests.kit.access import known
from tests.kit.server import serving

pytestmark = pytest.mark.anyio

EVERYWHERE = (
    "127.0.0.1",
    "127.0.0.1:8000",
    "[::1]:8000",
    "192.168.1.5:8000",
    "localhost",
    "LOCALHOST:80",
    "app.localhost",
)
AT_HOME = (
    "nas",
    "NAS:8000",
    "nas.",
    "nas.local",
    "Nas.Local.:8000",
    "nas.lan",
    "nas.home",
    "nas.home.arpa",
    "nas.internal",
)
FOREIGN = (
    "evil.example",
    "nas.example.org",
    "local.evil.example",
    "nas.local.evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "photos.example.org.evil.example",
    "",
    ":8000",
    "[::1",
    "nas.fritz.box",  # .box is sold on the internet
    "evil.example#localhost",
    "localhost@evil.example",
)


def hosts(**web: object) -> Hosts:
    async def app(*_: object) -> None:
        raise AssertionError

    return Hosts(app, WebSettings.model_validate(web))


@pytest.mark.parametrize("bound", ["127.0.0.1", "::1", "localhost"])
def test_a_service_for_this_machine_answers_as_localhost(bound: str) -> None:
    service = hosts(host=bound)
    assert [name for name in EVERYWHERE if not service.knows(name)] == []
    assert [name for name in (*AT_HOME, *FOREIGN) if service.knows(name)] == []


@pytest.mark.parametrize("bound", ["0.0.0.0", "::", "192.168.1.5", "nas"])
def test_a_service_for_a_network_answers_to_names_that_nobody_can_own(
    bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Photos.Example.NET")
    service = hosts(host=bound)
    assert [name for name in (*EVERYWHERE, *AT_HOME, "photos.example.net") if not service.knows(name)] == []
    assert [name for name in FOREIGN if service.knows(name)] == []


@pytest.mark.parametrize("bound", ["127.0.0.1", "0.0.0.0"])
def test_names_of_the_settings_are_answered(bound: str) -> None:
    service = hosts(
        host=bound,
        hosts=("Nas.Fritz.Box", "*.family.example"),
        public_url="https://photos.example.org/library",
        origins=("https://app.example:8443",),
    )
    given = ("nas.fritz.box:8000", "a.family.example", "photos.example.org", "app.example")
    assert [name for name in (*given, *EVERYWHERE) if not service.knows(name)] == []
    assert [name for name in ("family.example", "evil.example", "evilfamily.example") if service.knows(name)] == []
    assert hosts(host=bound, hosts=("*",)).knows("evil.example")


@pytest.mark.parametrize(
    "name", ["https://photos.example.org", "photos.example.org:8000", "", "a b", "*.*.example", "a*"]
)
def test_what_is_no_name_is_refused_with_what_one_is(name: str) -> None:
    with pytest.raises(ValidationError, match=r"photos\.example\.org"):
        WebSettings(hosts=(name,))


def app(**web: object) -> Starlette:
    return build_app([], settings=WebSettings.model_validate(web), access=known(owner="the owner's long token"))


async def test_a_refusal_says_which_setting_has_the_names() -> None:
    async with serving(app(host="0.0.0.0", hosts=("photos.example.org",))) as client:
        refused = await client.get("/healthz", headers={"Host": "evil.example:8000"})
        hostile = await client.get("/healthz", headers={"Host": "<script>.example"})
        statuses = [
            (await client.get("/healthz", headers={"Host": name})).status_code
            for name in ("nas", "nas.local", "photos.example.org:8443", "192.168.1.5", "localhost")
        ]
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]["code"]) == (400, "BAD_INPUT")
    assert (
        "evil.example" in error["message"] and "web.hosts" in error["message"] and "web.public_url" in error["message"]
    )
    assert hostile.status_code == 400 and "script" not in hostile.text
    assert statuses == [200] * 5
