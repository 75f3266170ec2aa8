"""How the service listens."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from photos_graph.errors import BadSettings
from photos_graph.serving import listen
from photos_graph.settings import Settings, WebSettings


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
