"""The engines, a clean graph for every test, and settings that lead to it."""

from __future__ import annotations

import fcntl
import functools
import gc
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from photos_graph import index, memory
from photos_graph.bootstrap import Services, build
from photos_graph.faces import catalogue
from photos_graph.faces.weights import FaceWeights
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.opening import connect
from photos_graph.learn import catalogue as backbones
from photos_graph.learn.weights import BackboneWeights
from photos_graph.library import places
from photos_graph.settings import ModelSettings, Settings
from tests.kit import engines, made_corpora, quick_java
from tests.kit.corpora import CORPORA
from tests.kit.cypher import ExecutedQueries
from tests.kit.model_workers import Models
from tests.kit.pictures import jpeg, put
from tests.kit.warm_workers import WarmWorkers

# How long an example takes says more about the machine than about the code. A run draws what the last one drew, so that
# it says the same of the same code; ``--hypothesis-profile random`` draws others.
SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("random", deadline=None, suppress_health_check=SLOW)
hypothesis.settings.register_profile("tests", hypothesis.settings.get_profile("random"), derandomize=True)
hypothesis.settings.load_profile("tests")

HERE = Path(__file__).parent
NO_ENGINE = "none"
QUERIES = pytest.StashKey[ExecutedQueries]()
LOADED_PLACES = functools.cache(places._load)  # a service loads them for seconds, and each test has a service


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        action="append",
        choices=(*engines.NAMES, NO_ENGINE),
        help="run only the tests that need this engine, or those that need none; may be repeated; default: all",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_name" in metafunc.fixturenames:
        metafunc.parametrize("engine_name", _engines_for(metafunc.definition), scope="session")


def _engines_for(test: pytest.Item) -> list[str]:
    """Queries and retries differ between the engines; the Python above them does not, so that one engine is enough."""
    if test.get_closest_marker("neo4j"):
        return ["neo4j"]
    both = test.path.is_relative_to(HERE / "graph") or test.get_closest_marker("both_engines")
    return list(engines.NAMES) if both else ["embedded"]


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    if config.args == config.getini("testpaths"):
        config.stash[QUERIES].expects({item.nodeid for item in items if _engine_of(item) == "neo4j"})
    if chosen := config.getoption("--engine"):
        config.hook.pytest_deselected(items=[item for item in items if _engine_of(item) not in chosen])
        items[:] = [item for item in items if _engine_of(item) in chosen]
    if not CORPORA.is_dir():
        for item in items:
            if "corpora" in item.keywords:
                item.add_marker(pytest.mark.skip(reason=f"the shared corpora are not at {CORPORA}"))
    yield
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Begins with what takes longest, so that no process has much left to do when the others are done."""
    if _engine_of(item) == "neo4j":
        return 1 if "last" in item.keywords else 0
    return 2 if item.get_closest_marker("slow") else 3 if _engine_of(item) == "embedded" else 4


class FilesAndNeo4j(LoadScopeScheduling):
    """Gives each file to one process, whose fixtures its tests share, and all tests on Neo4j to one as well.

    ``--dist loadgroup`` would do it by a marker, but pytest no longer reads what xdist 3.8 writes for that.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "neo4j" if _ON_NEO4J.search(nodeid) else nodeid.partition("::")[0]


_ON_NEO4J = re.compile(r"[\[-]neo4j[\]-]")  # the engine among the parameters of a test


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesAndNeo4j:
    return FilesAndNeo4j(config, log)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[QUERIES] = ExecutedQueries()
    if "PYTEST_XDIST_WORKER" not in os.environ and not config.option.collectonly and (made := quick_java.set_up()):
        config.add_cleanup(made.wait)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if _engine_of(item) == "neo4j":
        item.config.stash[QUERIES].starts(item.nodeid)
    elif "PYTEST_XDIST_WORKER" in os.environ:
        _give_way()


@functools.cache
def _give_way() -> None:
    """Lets the process that has all tests on Neo4j come first, since the run lasts as long as it does."""
    os.nice(5)


def _engine_of(item: pytest.Item) -> str:
    return str(item.callspec.params.get("engine_name", NO_ENGINE)) if hasattr(item, "callspec") else NO_ENGINE


@pytest.fixture(scope="session", autouse=True)
def executed_queries(pytestconfig: pytest.Config) -> Iterator[ExecutedQueries]:
    """The queries that Neo4j has executed so far."""
    with pytest.MonkeyPatch.context() as patch:
        queries = pytestconfig.stash[QUERIES]
        queries.record(patch)
        yield queries


def pytest_collection_finish() -> None:
    gc.enable()  # it was turned off by tests/__init__.py
    memory.settle()


@pytest.fixture(scope="session", autouse=True)
def settled_once() -> Iterator[None]:
    """Lets services start without a look for garbage among the thousands of tests, which would take a third of a second
    of each test that has a service, and shares the places that they look up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "settle", lambda: None)
        patch.setattr(places, "_load", LOADED_PLACES)
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, object]]:
    return "asyncio", {}


@pytest.fixture(scope="session")
def start_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], engines.RunningEngine]]:
    """Gives the engine of a name, started at its first use and stopped with the session."""
    running: dict[str, engines.RunningEngine] = {}

    def start(name: str) -> engines.RunningEngine:
        if name not in running:
            running[name] = engines.start(name, tmp_path_factory.mktemp(name))
        return running[name]

    yield start
    for engine in running.values():
        engine.stop()


@pytest.fixture
def engine(engine_name: str, start_engine: Callable[[str], engines.RunningEngine]) -> engines.RunningEngine:
    """The session's engine, holding nothing but its schema."""
    engine = start_engine(engine_name)
    engine.clean()
    return engine


@pytest.fixture
def settings(engine: engines.RunningEngine, tmp_path: Path) -> Settings:
    """Settings with a data directory of their own and the session's engine, its graph empty."""
    models = ModelSettings(folder=tmp_path / "data" / "models")
    return Settings(data_dir=tmp_path / "data", graph=engine.settings, models=models)


@pytest.fixture(scope="session")
async def kept_workers(
    anyio_backend: tuple[str, dict[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[WarmWorkers]:
    """Worker processes that are idle, for the modules that share them."""
    workers = WarmWorkers(_run_folder(tmp_path_factory))
    yield workers
    await workers.close()


@pytest.fixture(scope="module")
async def warm_workers(kept_workers: WarmWorkers) -> AsyncIterator[None]:
    """Lets the services of a module, which are built again for each test, share worker processes."""
    with pytest.MonkeyPatch.context() as patch:
        kept_workers.patch(patch)
        yield
    await kept_workers.end_those_of_one_module()


@pytest.fixture
async def graph(settings: Settings) -> AsyncIterator[Graph]:
    """A connection to an empty graph with the newest schema."""
    graph = await connect(settings)
    yield graph
    await graph.close()


@pytest.fixture
async def services(settings: Settings, warm_workers: None) -> AsyncIterator[Services]:
    """The whole service over an empty graph."""
    async with build(settings) as services:
        yield services


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A root: a/1.jpg, a/2.jpg, a/deep/3.jpg, b/4.jpg ... b/10.jpg."""
    root = tmp_path / "Pictures"
    for number in range(1, 11):
        below = "a/deep" if number == 3 else "a" if number < 3 else "b"
        put(root / below / f"{number}.jpg", jpeg(number))
    return root


@pytest.fixture(scope="session", autouse=True)
def cache_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty cache in place of the user's, in which there may be weights. Then services would look for faces and
    predict tags in tests that expect none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def corpora() -> None:
    """Pictures are there, whether the shared corpora are or not."""
    if not CORPORA.is_dir():
        made_corpora.make()


@pytest.fixture(scope="session")
def weights_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real weights, fetched once a run the way a user gets them: DEEPFACE_HOME with YuNet, SFace and Dlib's."""
    wanted = [
        catalogue.detector("yunet"),
        catalogue.embedder("SFace"),
        catalogue.embedder("Dlib"),
        catalogue.detector("dlib"),
    ]
    return _once_a_run(tmp_path_factory, "face-models", lambda home: FaceWeights(home).fetch(wanted, _untold))


@pytest.fixture(scope="session")
def backbone_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of models, with EfficientNet-Lite0."""
    wanted = [backbones.backbone("EfficientNetLite0")]
    return _once_a_run(tmp_path_factory, "backbones", lambda home: BackboneWeights(home).fetch(wanted, _untold))


def _untold(what: str, done: int, total: int | None) -> None:
    """Nobody watches the progress."""


def _run_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder in which all processes of this run have their folders."""
    folder = factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def _once_a_run(factory: pytest.TempPathFactory, name: str, fill: Callable[[Path], None]) -> Path:
    """A folder that the first of the processes of this run fills for all of them."""
    run = _run_folder(factory)
    folder, whole = run / name, run / f"{name}.whole"
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            folder.mkdir(exist_ok=True)
            fill(folder)
            whole.touch()
    return folder


@pytest.fixture(scope="session")
def models(weights_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    """The shipped pair, in its worker."""
    running = Models(weights_home, tmp_path_factory.mktemp("shipped") / "data")
    yield running
    running.close()
