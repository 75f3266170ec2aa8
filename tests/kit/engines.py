"""The real engines that the tests run against: each is started once a session, when first asked for.

``embedded`` is the process that the product starts. ``neo4j`` is the server at PHOTOS_TEST_NEO4J_URI
(with _USER and _PASSWORD) or, without it, a Neo4j Community assembled from Maven artifacts and kept in
``$XDG_CACHE_HOME/photos-graph-test``. A Neo4j that cannot be had ends the session: it is never skipped.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import neo4j
import pytest
from pydantic import SecretStr

from photos_graph.graph.engine import embedded_child
from photos_graph.graph.engine.embedded import Endpoint
from photos_graph.model.jobs import JobKind
from photos_graph.settings import GraphSettings
from tests.kit.waiting import PATIENCE

NAMES = ("embedded", "neo4j")
NEO4J_VERSION = "5.26.30"
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "photos-graph-test"

POM = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>photos-graph</groupId>
  <artifactId>neo4j-for-tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.neo4j.app</groupId><artifactId>neo4j-server</artifactId><version>{NEO4J_VERSION}</version></dependency>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{NEO4J_VERSION}</version></dependency>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j-record-storage-engine</artifactId><version>{NEO4J_VERSION}</version></dependency>
  </dependencies>
</project>
"""

NO_NEO4J = (
    "The tests need a real Neo4j and there is none: {}.\n"
    "Install Maven with a JDK 17 (Debian: apt-get install maven), or set PHOTOS_TEST_NEO4J_URI, "
    "PHOTOS_TEST_NEO4J_USER and PHOTOS_TEST_NEO4J_PASSWORD to an empty server, "
    "or choose the other engine with --engine embedded."
)


@dataclass
class RunningEngine:
    """``begin`` starts the process of the engine again, with the same files and under the same address."""

    endpoint: Endpoint
    driver: neo4j.Driver
    process: subprocess.Popen[bytes] | None
    begin: Callable[[], subprocess.Popen[bytes]] | None = None

    @property
    def settings(self) -> GraphSettings:
        """How a service reaches the engine."""
        endpoint = self.endpoint
        password = SecretStr(endpoint.password)
        return GraphSettings(
            uri=endpoint.uri,
            user=endpoint.user,
            password=password,
            database=endpoint.database,
            silence_seconds=PATIENCE,  # other tests keep the engine busy
        )

    @property
    def is_embedded(self) -> bool:
        return self.endpoint.database == embedded_child.DATABASE

    def clean(self) -> None:
        """Deletes every node but those that record the schema."""
        with self.driver.session(database=self.endpoint.database) as session:
            while session.execute_write(_delete_some):
                pass

    def done(self, kind: JobKind) -> int:
        """Returns how far the running jobs of this kind are, by what they have told the graph."""
        with self.driver.session(database=self.endpoint.database) as session:
            query = "MATCH (j:Job) WHERE j.kind = $kind AND j.state = 'RUNNING' RETURN sum(j.done) AS done"
            return int(session.run(query, kind=kind.value).single(strict=True)["done"] or 0)

    def forget_plans(self) -> None:
        """Neo4j keeps for ten seconds the plan that it made for a graph that had next to nothing in it, and counts what
        is in an index now and then."""
        if not self.is_embedded:
            with self.driver.session(database=self.endpoint.database) as session:
                session.run("CALL db.prepareForReplanning()").consume()

    def kill_neo4j(self) -> None:
        """Kills the process of a Neo4j that was started here, as SIGKILL does."""
        assert self.process is not None and self.process.stdin is not None and self.begin is not None
        self.process.stdin.close()
        self.process.wait()

    def start_again(self) -> None:
        """Starts a Neo4j that was killed. It answers some seconds later."""
        assert self.begin is not None
        self.process = self.begin()

    def stop(self) -> None:
        self.driver.close()
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def start(name: str, folder: Path, heap: str = "512m", pages: str | None = None) -> RunningEngine:
    """Starts ``embedded`` or ``neo4j`` with its files in ``folder``, and waits until it answers. What is in the folder
    from an earlier start is kept.

    ``pages``: Neo4j's page cache, of a server that will run for long; without it, of one that starts quickly.
    """
    if name == "embedded":
        return _start_embedded(folder, heap)
    uri = os.environ.get("PHOTOS_TEST_NEO4J_URI")
    if uri:
        user = os.environ.get("PHOTOS_TEST_NEO4J_USER", "neo4j")
        password = os.environ.get("PHOTOS_TEST_NEO4J_PASSWORD", "")
        return _when_up(Endpoint(uri, user, password, None), None, folder)
    return _start_neo4j(folder, heap, pages)


def routed(uri: str) -> str:
    """Returns the address of a Neo4j as that of a cluster, whose members the driver asks for."""
    return uri.replace("bolt://", "neo4j://")


def silence_jobs(settings: GraphSettings) -> None:
    """Lets the next process claim the running jobs at once, as if the processes that ran them, and that were killed,
    had been silent for long."""
    assert settings.uri is not None
    auth = (settings.user, settings.password.get_secret_value())
    with (
        neo4j.GraphDatabase.driver(settings.uri, auth=auth) as driver,
        driver.session(database=settings.database) as session,
    ):
        session.run("MATCH (j:Job) WHERE j.state = 'RUNNING' SET j.heartbeatAt = 0").consume()


def free_port() -> int:
    """Returns a port that nobody else is given before somebody listens on it: none of those that the kernel gives to
    connections and to listeners that take any port."""
    first = int(EPHEMERAL.read_text().split()[0]) if EPHEMERAL.exists() else 0
    ports = range(10_000, first) if first > 12_000 else range(50_000, 60_000)
    while True:
        port = secrets.choice(ports)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _delete_some(transaction: neo4j.ManagedTransaction) -> int:
    query = "MATCH (n) WHERE NOT n:Migration WITH n LIMIT 2000 DETACH DELETE n RETURN count(*) AS deleted"
    return int(transaction.run(query).single(strict=True)["deleted"])


def _start_embedded(folder: Path, heap: str) -> RunningEngine:
    port, password = free_port(), secrets.token_urlsafe()
    with (folder / "engine.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", embedded_child.__name__], stdin=subprocess.PIPE, stdout=log, stderr=log
        )
    assert process.stdin is not None
    process.stdin.write(embedded_child.StartRequest(str(folder / "graph"), port, password, heap).line())
    process.stdin.flush()
    endpoint = Endpoint(f"bolt://127.0.0.1:{port}", embedded_child.USER, password, embedded_child.DATABASE)
    return _when_up(endpoint, process, folder)


# Planning is most of the time of a server for tests. By default, a query is planned again for each order of magnitude
# of the lengths of its lists and texts, and when the graph has grown. Servers with ``pages`` do that, too.
PLANNED_ONCE = "internal.cypher.use_parameter_size=false\ndbms.cypher.min_replan_interval=1h\n"


def _start_neo4j(folder: Path, heap: str, pages: str | None) -> RunningEngine:
    libraries = _neo4j_libraries()
    port, kept = free_port(), folder / "password"
    password = kept.read_text() if kept.exists() else secrets.token_urlsafe()
    configuration = folder / "conf"
    configuration.mkdir(exist_ok=True)
    (configuration / "neo4j.conf").write_text(
        f"server.bolt.listen_address=127.0.0.1:{port}\n"
        f"server.bolt.advertised_address=127.0.0.1:{port}\n"
        "server.http.enabled=false\n"
        f"server.memory.pagecache.size={pages or '64m'}\n"
        "dbms.usage_report.enabled=false\n" + ("" if pages else PLANNED_ONCE)
    )
    opened = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
    java = [
        "java",
        f"-Xmx{heap}",
        "-XX:+UseSerialGC",
        *(() if pages else ("-XX:TieredStopAtLevel=1",)),
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in opened),
        "-cp",
        f"{configuration}:{libraries}/*",
        "org.neo4j.server.CommunityEntryPoint",
        f"--home-dir={folder}",
        f"--config-dir={configuration}",
    ]
    # The shell ends the server when our end of the pipe is closed, by kill -9 of the tests too. An orderly end takes
    # its time, and nobody needs the files of a server for tests again.
    signal = "TERM" if pages else "KILL"
    guarded = ["sh", "-c", f'"$@" </dev/null & read -r _; kill -{signal} $!; wait $!', "sh", *java]

    def begin() -> subprocess.Popen[bytes]:
        with (folder / "engine.log").open("ab") as log:
            return subprocess.Popen(guarded, stdin=subprocess.PIPE, stdout=log, stderr=log)

    process = begin()
    if not kept.exists():
        change = "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $password"  # asked of every new server
        first = Endpoint(f"bolt://127.0.0.1:{port}", "neo4j", "neo4j", "system")
        _when_up(first, process, folder, change, password=password).driver.close()
        kept.write_text(password)
    engine = _when_up(Endpoint(f"bolt://127.0.0.1:{port}", "neo4j", password, None), process, folder)
    engine.begin = begin
    return engine


def _neo4j_libraries() -> Path:
    """Returns the folder of the server's jars, from the cache or from Maven."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            pytest.exit(NO_NEO4J.format(f"there is no {program} here"), returncode=1)
    CACHE.mkdir(parents=True, exist_ok=True)
    libraries = CACHE / f"neo4j-{NEO4J_VERSION}"
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not libraries.is_dir():
            with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
                (Path(scratch) / "pom.xml").write_text(POM)
                copy = ["mvn", "-B", "-q", "dependency:copy-dependencies", "-DoutputDirectory=lib"]
                done = subprocess.run(copy, cwd=scratch, capture_output=True, text=True, check=False)
                if done.returncode:
                    pytest.exit(NO_NEO4J.format(f"Maven says {done.stdout[-2000:]}{done.stderr[-500:]}"), returncode=1)
                (Path(scratch) / "lib").rename(libraries)
    return libraries


def _when_up(
    endpoint: Endpoint,
    process: subprocess.Popen[bytes] | None,
    folder: Path,
    query: LiteralString = "RETURN 1",
    **parameters: str,
) -> RunningEngine:
    driver = neo4j.GraphDatabase.driver(
        endpoint.uri, auth=(endpoint.user, endpoint.password), notifications_min_severity="OFF"
    )
    engine = RunningEngine(endpoint, driver, process)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with driver.session(database=endpoint.database) as session:
                session.run(query, parameters).consume()
            return engine
        except (neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError) as error:
            if time.monotonic() > deadline or (process is not None and process.poll() is not None):
                engine.stop()
                log = folder / "engine.log"
                said = log.read_text(errors="replace")[-3000:] if log.exists() else ""
                pytest.exit(f"{endpoint.uri} does not come up: {error}\n{said}", returncode=1)
        time.sleep(0.2)
