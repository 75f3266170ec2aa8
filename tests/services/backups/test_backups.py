"""Back-ups of a real library: what is in them, and what comes back from them."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import BadInput, BadSettings
from photos_graph.graph.engine import feed
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.migrations import MIGRATIONS
from photos_graph.graph.engine.opening import connect, unmigrated
from photos_graph.model.jobs import JobState
from photos_graph.model.search import Ref
from photos_graph.services.backups import archive, dumping
from photos_graph.services.backups.dumping import write_backup
from photos_graph.services.backups.job import existing
from photos_graph.services.backups.restoring import MARK, restore
from photos_graph.services.backups.schedule import BackupSchedule
from photos_graph.settings import BackupSettings, Settings
from tests.kit import visited
from tests.kit.engines import RunningEngine
from tests.kit.graph_contents import comparable
from tests.kit.library import ended, in_step, photos, scanned
from tests.kit.pictures import put

pytestmark = pytest.mark.anyio


async def unseen(_done: int, _total: int) -> None:
    """Reports nothing."""


def silent(_what: str, _done: int, _total: int) -> None:
    """Shows nothing."""


async def backed_up(services: Services, file: Path | None = None) -> Path:
    job = await ended(services, await services.backups.ask(file))
    assert job.state is JobState.SUCCEEDED, job.message
    return Path((job.message or "").partition(" holds ")[0])


@pytest.mark.neo4j
async def test_a_graph_moves_to_the_other_engine_and_back_without_a_difference(
    start_engine: Callable[[str], RunningEngine], tmp_path: Path
) -> None:
    compared, files = [], []
    for turn, name in enumerate(("embedded", "neo4j", "embedded")):
        engine = start_engine(name)
        engine.clean()
        settings = Settings(data_dir=tmp_path / f"data{turn}", graph=engine.settings)
        if turn:
            await restore(settings, files[-1], {}, silent)
        graph = await connect(settings)
        if not turn:
            visited.fill(engine, visited.SMALL)
            put(settings.learn_dir / "models" / "tags-1.safetensors", b"a model")
            put(settings.data_dir / "secrets.json", b"{}")
        compared.append(await comparable(graph))
        files.append(tmp_path / f"{turn}.zip")
        manifest = await write_backup(graph, settings, files[-1], unseen)
        await graph.close()
        assert manifest.count("Photo") == visited.SMALL
        assert (settings.learn_dir / "models" / "tags-1.safetensors").read_bytes() == b"a model"
        secrets = settings.data_dir / "secrets.json"
        assert secrets.read_text() == "{}"
        if turn:
            assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert compared[0] == compared[1] == compared[2]


async def test_labels_come_back_under_a_new_path_also_those_of_photos_that_are_not_shown(
    settings: Settings, engine: RunningEngine, folder: Path, tmp_path: Path
) -> None:
    async with build(settings) as services:
        await services.roots.add(str(folder))
        await scanned(services)
        first, second, *_ = (await photos(services)).values()
        await services.ratings.rate([first.id, second.id], 5, by="me")
        await services.tagging.tag_photos([first.id, second.id], [Ref(name="Sea")], by="me")
        (folder / "a/2.jpg").unlink()
        await scanned(services)
        assert len(await photos(services)) == 9
        file = await backed_up(services)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        before = await comparable(services.graph)
    shutil.copy(file, tmp_path / "kept.zip")
    engine.clean()
    moved = tmp_path / "elsewhere" / "Photos"
    shutil.copytree(folder, moved)

    fresh = settings.model_copy(update={"data_dir": tmp_path / "fresh"})
    with pytest.raises(BadInput, match=r"There is no root 'Other' in this back-up. It has: Pictures."):
        await restore(fresh, tmp_path / "kept.zip", {"Other": str(moved)}, silent)
    restored = await restore(fresh, tmp_path / "kept.zip", {"Pictures": str(moved)}, silent)
    assert restored.lost == 0
    async with build(fresh) as services:
        after = await comparable(services.graph)
        assert {label: after[label] for label in after if label not in ("Folder", "Meta")} == {
            label: before[label] for label in before if label not in ("Folder", "Meta")
        }
        [root] = await services.roots.all()
        assert root.raw_path == bytes(moved)
        job = await scanned(services)
        assert job.state is JobState.SUCCEEDED
        shown = await photos(services)
        assert len(shown) == 9
        assert shown["1.jpg"].id == first.id and shown["1.jpg"].rating == 5
        (moved / "a/2.jpg").write_bytes((folder / "a/1.jpg").read_bytes())  # any picture, so that the path is there
        assert await in_step(services)
        rows = await services.graph.read("MATCH (p:Photo {id: $id})-[:TAGGED]->(t) RETURN t.name AS tag", id=second.id)
        assert rows == [{"tag": "Sea"}]


async def test_a_damaged_back_up_is_refused_before_anything_is_written(graph: Graph, settings: Settings) -> None:
    await graph.write("UNWIND range(1, 50) AS n CREATE (:Tag {id: 't' + n, name: 'Tag ' + n, key: 't' + n})")
    put(settings.data_dir / "secrets.json", b"{}")
    whole = settings.data_dir / "backups" / "whole.zip"
    await write_backup(graph, settings, whole, unseen)
    content = whole.read_bytes()
    fresh = settings.model_copy(update={"data_dir": settings.data_dir.with_name("fresh")})
    damaged = whole.with_name("damaged.zip")
    step = max(1, len(content) // 200)
    for at in range(0, len(content), step):
        changed = bytearray(content)
        changed[at] ^= 0x55
        damaged.write_bytes(changed)
        try:
            found = archive.verify(damaged)
        except BadInput:
            continue
        assert found == archive.verify(whole), "only what nobody reads, such as a time, may differ"
    for length in range(0, len(content), step):
        damaged.write_bytes(content[:length])
        with pytest.raises(BadInput):
            await restore(fresh, damaged, {}, silent)
    assert not fresh.data_dir.exists()


def rewritten(source: Path, target: Path, members: dict[str, bytes]) -> None:
    """Copies an archive with other members, and makes its checksums fit."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        manifest = archive._MANIFEST.validate_json(before.read(archive.MANIFEST))
        listed = dict(manifest.members)
        for name in {*listed, *members}:
            content = members.get(name) or before.read(name)
            after.writestr(name, content)
            listed[name] = archive.Member(len(content), hashlib.sha256(content).hexdigest(), content.count(b"\n"))
        made = archive._MANIFEST.dump_json(
            archive.Manifest(
                manifest.format,
                manifest.version,
                manifest.program,
                manifest.schema,
                manifest.created_at,
                manifest.changes,
                manifest.whole,
                listed,
            )
        )
        after.writestr(archive.MANIFEST, made)
        after.comment = hashlib.sha256(made).hexdigest().encode()


@pytest.mark.parametrize(
    "members",
    [
        {"data/../../evil": b"x"},
        {"data/learn/models/../../evil": b"x"},
        {"data//etc/passwd": b"x"},
        {"graph/Unknown.jsonl": b"{}\n"},
        {"graph/Tag.jsonl": b'{"key": "t"}\n'},
        {"graph/Tag.jsonl": b"[]\n"},
        {"graph/Tag.jsonl": b'{"key": "t", "values": {}, "out": [["EATS", "Tag", "u", {}]]}\n'},
    ],
)
async def test_a_back_up_that_somebody_made_up_is_refused(
    graph: Graph, settings: Settings, members: dict[str, bytes]
) -> None:
    whole = settings.data_dir / "backups" / "whole.zip"
    await write_backup(graph, settings, whole, unseen)
    rewritten(whole, whole.with_name("made.zip"), members)
    fresh = settings.model_copy(update={"data_dir": settings.data_dir.with_name("fresh")})
    with pytest.raises(BadInput):
        await restore(fresh, whole.with_name("made.zip"), {}, silent)
    assert not fresh.data_dir.exists()


class Killed(Exception):
    pass


def killed(what: str, done: int, total: int) -> None:
    if what == "Connecting" and done > total / 2:
        raise Killed


@pytest.mark.both_engines
async def test_a_restore_that_was_interrupted_is_run_again(
    graph: Graph, settings: Settings, engine: RunningEngine, tmp_path: Path
) -> None:
    visited.fill(engine, visited.SMALL)
    before = await comparable(graph)
    file = tmp_path / "whole.zip"
    put(settings.data_dir / "secrets.json", b"{}")
    await write_backup(graph, settings, file, unseen)
    with pytest.raises(BadInput, match=r"data directory .* is not empty"):
        await restore(settings, file, {}, silent)
    fresh = settings.model_copy(update={"data_dir": tmp_path / "fresh"})
    for _ in range(2):  # the second call does not take the first one for an interrupted restore
        with pytest.raises(BadInput, match="The graph is not empty"):
            await restore(fresh, file, {}, silent)
    assert await comparable(graph) == before
    engine.clean()
    with pytest.raises(Killed):
        await restore(fresh, file, {}, killed)
    with pytest.raises(BadSettings, match="Run it again: photos-graph restore"):
        async with build(fresh):
            pass
    await restore(fresh, file, {}, silent)
    assert await comparable(graph) == before
    assert await graph.read("MATCH (r:Restoring) RETURN count(r) AS n") == [{"n": 0}]
    assert not (fresh.data_dir / MARK).exists()


async def test_a_graph_that_an_interrupted_restore_does_not_know_is_left_alone(
    graph: Graph, settings: Settings, tmp_path: Path
) -> None:
    await write_backup(graph, settings, tmp_path / "empty.zip", unseen)
    await graph.write("CREATE (:Tag {id: 't', key: 't', name: 'Sea'})")
    fresh = settings.model_copy(update={"data_dir": tmp_path / "fresh"})
    for mark in (b'{"file": "x", "token": "another"}', b"cut o"):
        put(fresh.data_dir / MARK, mark)
        with pytest.raises(BadInput, match=r"The graph is not empty|is damaged"):
            await restore(fresh, tmp_path / "empty.zip", {}, silent)
    assert await graph.read("MATCH (t:Tag) RETURN t.name AS name") == [{"name": "Sea"}]
    shutil.copy(tmp_path / "empty.zip", fresh.data_dir)
    with pytest.raises(BadInput, match="Move it elsewhere"):
        await restore(fresh, fresh.data_dir / "empty.zip", {}, silent)
    assert (fresh.data_dir / "empty.zip").exists()


async def test_a_graph_is_backed_up_before_it_is_migrated(
    graph: Graph, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(dumping, "TELL_SECONDS", 0.0)
    await graph.write("CREATE (:Tag {id: 't', key: 't', name: 'Sea'})")
    newest = max(MIGRATIONS)
    await graph.write("MATCH (m:Migration {number: $newest}) DELETE m", newest=newest)
    async with build(settings, run_jobs=False):
        pass
    [file] = (settings.data_dir / "backups").iterdir()
    assert f"of-schema-{newest - 1}" in file.name
    assert archive.verify(file).count("Tag") == 1
    assert "nodes. The service starts after it." in caplog.text
    async with build(settings, run_jobs=False):
        pass
    assert len(list((settings.data_dir / "backups").iterdir())) == 1


async def test_back_ups_follow_their_schedule_and_old_ones_go(services: Services) -> None:
    object.__setattr__(services.settings, "backup", BackupSettings(schedule="0 * * * *", keep=2))
    now = [0.0]
    schedule = BackupSchedule(services.backups, services.settings, lambda: now[0])
    assert not await schedule.look()
    folder = services.settings.backups_dir
    named = await backed_up(services, folder / "mine.zip")
    ours = (await feed.identity(services.graph))[:8]
    for day in range(1, 4):
        (folder / f"photos-graph-{ours}-2000010{day}-000000.zip").write_bytes(b"not a back-up")
    (folder / f".photos-graph-{ours}-20000104-000000.zip.partial").write_bytes(b"of a process that was killed")
    others = [folder / f"{start}photos-graph-01234567-20000104-000000.zip" for start in ("", ".")]
    for other in others:
        other.write_bytes(b"of another library in the same folder")
    now[0] = 3700.0
    assert await schedule.look()
    assert not await schedule.look()
    job = next(job for job in (await services.jobs.page(None, 5, None)).items if job.finished_at is None)
    assert (await ended(services, job)).state is JobState.SUCCEEDED
    assert len(existing(services.settings, ours)) == 2
    assert not list(folder.glob("*.partial"))
    assert all(kept.exists() for kept in (named, *others))


async def test_a_back_up_that_holds_the_same_as_the_one_before_replaces_it(services: Services) -> None:
    await services.tag_editing.create("Sea", by="me")
    first = await backed_up(services)
    first = first.rename(first.with_name(f"{first.name[:21]}-20000101-000000.zip"))
    second = await backed_up(services)
    assert second.exists() and not first.exists()
    second = second.rename(second.with_name(f"{second.name[:21]}-20000101-000000.zip"))
    await services.tag_editing.create("Mountain", by="me")
    third = await backed_up(services)
    assert existing(services.settings) == [second, third]


async def test_what_was_missed_while_nothing_ran_is_caught_up(services: Services) -> None:
    object.__setattr__(services.settings, "backup", BackupSettings(schedule="30 3 * * *"))
    newest = await backed_up(services)
    noon = datetime(2026, 5, 10, 12).timestamp()
    os.utime(newest, (noon, noon))
    same_day = BackupSchedule(services.backups, services.settings, lambda: noon + 3600)
    assert not await same_day.look()
    now = [noon]
    os.utime(newest, (noon + 30 * 86_400,) * 2)  # by a clock that was a month ahead
    next_day = BackupSchedule(services.backups, services.settings, lambda: now[0])
    assert not await next_day.look()
    now[0] += 20 * 3600
    assert await next_day.look()
    now[0] -= 86_400
    assert not await next_day.look()
    now[0] += 86_400
    assert await next_day.look(), "nothing waits for the day to which a clock was set by mistake"


async def test_a_schedule_that_cannot_be_read_is_refused(settings: Settings) -> None:
    wrong = settings.model_copy(update={"backup": BackupSettings(schedule="every night")})
    with pytest.raises(BadSettings, match=r"backup.schedule cannot be used. A schedule has five fields"):
        async with build(wrong, run_jobs=False):
            pass


async def test_a_back_up_never_replaces_a_file(services: Services, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_bytes(b"something")
    with pytest.raises(BadInput, match="exists already"):
        await services.backups.ask(tmp_path / "there.zip")


@pytest.mark.parametrize(("times", "whole"), [(1, True), (9, False)])
async def test_what_people_change_meanwhile_is_written_again(
    services: Services, tmp_path: Path, times: int, whole: bool
) -> None:
    made = 0

    async def report(_done: int, _total: int) -> None:
        nonlocal made
        if made < times:
            made += 1
            await services.tag_editing.create(f"Sea {made}", by="me")

    await services.tag_editing.create("Sea", by="me")
    manifest = await write_backup(services.graph, services.settings, tmp_path / "b.zip", report)
    assert manifest.whole is whole
    if whole:
        assert (manifest.changes, manifest.count("Tag")) == (2, 2)


async def test_a_graph_that_is_open_elsewhere_can_be_read(settings: Settings) -> None:
    graph = await unmigrated(settings)
    assert await graph.read("RETURN 1 AS one") == [{"one": 1}]
    await graph.close()
