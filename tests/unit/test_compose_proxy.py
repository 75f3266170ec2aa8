"""The proxy of docker-compose.yml, a real Caddy, in front of two servers of which one is lost."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import yaml

from tests.kit.commands import until
from tests.kit.documented import REPOSITORY
from tests.kit.engines import free_port
from tests.kit.servers import program

ASKED = b"a change"


class Named(BaseHTTPRequestHandler):
    """Answers a GET with nothing, and a POST with the port of the server. Each connection is closed, so that nobody is
    answered after the server has been."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(str(self.connection.getsockname()[1]).encode() if sent == ASKED else b"something else was sent")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Named) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def proxy_of_compose(folder: Path, ports: list[int]) -> Iterator[str]:
    """Yields the address of Caddy with the file of docker-compose.yml, but with these services."""
    text = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["configs"]["proxy"]["content"]
    own = free_port()
    for name, address in {
        ":8080": f":{own}",
        "photos-graph-2:8000": f"127.0.0.1:{ports[1]}",
        "photos-graph:8000": f"127.0.0.1:{ports[0]}",
    }.items():
        assert name in text
        text = text.replace(name, address)
    version = subprocess.run([program("caddy"), "version"], check=True, capture_output=True, text=True).stdout
    if [int(part) for part in re.findall(r"\d+", version)[:2]] < [2, 7]:  # which has another name for it
        text = re.sub(r"request_buffers .*", "buffer_requests", text)
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + text)
    caddy = subprocess.Popen(
        [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")],
        env={name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{own}"
    finally:
        caddy.kill()
        caddy.wait()


def test_a_client_of_a_lost_service_goes_to_the_other_one_at_once(tmp_path: Path) -> None:
    with served() as kept, served() as lost:
        ports = [kept.server_port, lost.server_port]
        with proxy_of_compose(tmp_path, ports) as address, httpx.Client(base_url=address) as client:
            seen: set[str] = set()

            def both_answer() -> bool:
                with contextlib.suppress(httpx.TransportError):  # Caddy is not there yet
                    seen.add(httpx.post(f"{address}/graphql", content=ASKED).text)
                return {str(port) for port in ports} <= seen

            until(both_answer)
            while client.post("/graphql", content=ASKED).text != str(lost.server_port):
                client.cookies.clear()
            lost.shutdown()
            lost.server_close()
            answers = [client.post("/graphql", content=ASKED) for _ in range(5)]
    assert [(each.status_code, each.text) for each in answers] == [(200, str(kept.server_port))] * 5
