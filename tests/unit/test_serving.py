"""How the service listens."""

from __future__ import annotations

import asyncio
import resource
import socket
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from photos_graph.errors import BadSettings
from photos_graph.serving import MOST_FILES, allow_open_files, listen, server_of
from photos_graph.settings import Settings, WebSettings
from tests.kit.waiting import PATIENCE


@pytest.mark.anyio
async def test_the_body_of_an_answer_is_not_held_back_after_its_head(tmp_path: Path) -> None:
    accepted: asyncio.Future[asyncio.StreamWriter] = asyncio.get_running_loop().create_future()
    listening = listen(Settings(data_dir=tmp_path, web=WebSettings(port=0)))
    server = await asyncio.start_server(lambda _, writer: accepted.set_result(writer), sock=listening)
    async with server:
        _, client = await asyncio.open_connection(*listening.getsockname())
        writer = await accepted
        assert writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        for each in (client, writer):
            each.close()
            await each.wait_closed()


@pytest.mark.parametrize("host", ["a..b", "256.1.1.1.1.", "no-such-host.invalid"])
def test_a_name_that_is_none_is_no_address(host: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="--host"):
        listen(Settings(data_dir=tmp_path, web=WebSettings(host=host, port=0)))


async def _hello(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await Response("hello")(scope, receive, send)


@pytest.mark.anyio
async def test_an_idle_connection_is_used_again_and_closed_after_the_time_of_the_setting(tmp_path: Path) -> None:
    listening = listen(Settings(data_dir=tmp_path, web=WebSettings(port=0)))
    server = server_of(_hello, WebSettings(keep_alive_seconds=1))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    async with asyncio.timeout(PATIENCE):
        for _ in range(2):
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
        assert await reader.read() == b"", "the server closes it"
    writer.close()
    server.should_exit = True
    await running


def test_an_idle_connection_outlives_that_of_a_common_proxy() -> None:
    assert server_of(_hello, WebSettings()).config.timeout_keep_alive == 75


def test_as_many_files_may_be_open_as_the_system_allows() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if before[1] == resource.RLIM_INFINITY else min(before[1], MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, most), before[1]))
    try:
        connections = allow_open_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (most, before[1])
        assert 0 < connections < most
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
