"""A graph that lost what it held is not taken for an empty library."""

from __future__ import annotations

from pathlib import Path

import pytest

from photos_graph.bootstrap import build
from photos_graph.errors import BadSettings, DamagedGraph, EngineUnavailable, RefusedQuery
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.damage import FILE, look_for_damage
from photos_graph.services.backups.damaged import told_if_damaged
from photos_graph.settings import GraphSettings, Settings
from tests.kit.library import ended

pytestmark = pytest.mark.anyio


@pytest.mark.slow
async def test_files_of_the_engine_that_are_gone_are_noticed_and_the_newest_back_up_is_named(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", graph=GraphSettings(heap="256m"))
    async with build(settings) as services:
        await services.tag_editing.create("Sea", by="me")
        await ended(services, await services.backups.ask())
    [back_up] = (settings.data_dir / "backups").iterdir()
    for bucket in (settings.data_dir / "graph/databases/photos").glob("*.bucket"):
        bucket.unlink()
    with pytest.raises(BadSettings, match=rf"is damaged. .* photos-graph restore {back_up} --data-dir"):
        async with build(settings, run_jobs=False):
            pass


@pytest.mark.both_engines
async def test_another_graph_than_before_and_photos_that_are_gone_are_noticed(graph: Graph, tmp_path: Path) -> None:
    await look_for_damage(graph, tmp_path)
    await look_for_damage(graph, tmp_path)
    await graph.write("CREATE (:Meta {name: 'photoNumber', value: 3})")
    with pytest.raises(DamagedGraph, match="Its photos are gone"):
        await look_for_damage(graph, tmp_path)
    await graph.write("CREATE (:Photo {id: 'p', number: 2})")
    await look_for_damage(graph, tmp_path)
    (tmp_path / FILE).write_text("another")
    with pytest.raises(DamagedGraph, match=FILE):
        await look_for_damage(graph, tmp_path)


async def test_what_to_do_is_said_for_the_embedded_engine_alone(tmp_path: Path) -> None:
    embedded = Settings(data_dir=tmp_path)
    with (
        pytest.raises(BadSettings, match=r"There is no back-up in .*photos-graph restore FILE"),
        told_if_damaged(embedded),
    ):
        raise RefusedQuery("refused")
    with pytest.raises(EngineUnavailable, match="If its files are damaged"), told_if_damaged(embedded):
        raise EngineUnavailable("silent")
    server = Settings(data_dir=tmp_path, graph=GraphSettings(uri="bolt://127.0.0.1:1"))
    with pytest.raises(RefusedQuery), told_if_damaged(server):
        raise RefusedQuery("refused")
