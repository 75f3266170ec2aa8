"""``kill -9`` in the middle of a look for faces: of the program, and of the process that holds the models."""

from __future__ import annotations

from pathlib import Path

import pytest

from photos_graph.bootstrap import build
from photos_graph.model.jobs import JobKind, JobState
from photos_graph.settings import Settings
from tests.kit.commands import HELD_FACES, alive, decoders, kill, on, run, start, until
from tests.kit.engines import RunningEngine, silence_jobs
from tests.kit.library import failures, in_step
from tests.kit.portraits import faces, of_kind, people
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


COUNT = 10  # photos


def here(settings: Settings, name: str, weights_home: Path) -> Settings:
    """Settings with a data directory of that name, which has the weights."""
    made = settings.model_copy(update={"data_dir": settings.data_dir.with_name(name)})
    made.data_dir.mkdir()
    (made.data_dir / "models").symlink_to(weights_home, target_is_directory=True)
    return made


async def outcome(settings: Settings) -> list[tuple[str, tuple[float, ...], str | None, bool]]:
    """Faces, but for ids and the names of clusters."""
    async with build(settings, run_jobs=False) as services:
        assert await in_step(services)
        assert not await failures(services)
        for kind in (JobKind.FACES, JobKind.CLUSTER):
            assert (await of_kind(services, kind))[0].state is JobState.SUCCEEDED
        rows = await services.graph.read("MATCH (p:Photo) WHERE p.facesDue >= 0 RETURN p.id AS id")
        assert not rows
        return sorted(
            (face.photo, face.box, face.vector, face.cluster is None) for face in (await faces(services)).values()
        )


async def test_whatever_is_killed_each_face_is_found_once(
    settings: Settings, engine: RunningEngine, weights_home: Path, tmp_path: Path
) -> None:
    folder = people(tmp_path / "Pictures", COUNT // 5, 5)
    calm = here(settings, "calm", weights_home)
    done = run("scan", folder, **on(calm))
    assert done.returncode == 0, done.stderr
    assert f"{COUNT} photos looked at" in done.stderr and "clusters without a name" in done.stderr
    expected = await outcome(calm)
    assert len(expected) >= COUNT

    engine.clean()
    stormy, log, go_on = here(settings, "stormy", weights_home), tmp_path / "log", tmp_path / "go on"
    held = on(stormy) | {"HELD_UNTIL": str(go_on)}
    program = start("scan", folder, log=log, program=HELD_FACES, **held, HELD_AFTER="3")
    until(lambda: engine.done(JobKind.FACES) == 3)
    children = decoders(program.pid)
    program.kill()
    program.wait()
    until(lambda: not any(map(alive, children)))
    assert "photos looked at" not in log.read_text()

    silence_jobs(engine.settings)
    program = start("scan", folder, log=log, program=HELD_FACES, **held, HELD_AFTER="2")
    until(lambda: engine.done(JobKind.FACES) == 2)
    go_on.touch()
    until(lambda: engine.done(JobKind.FACES) != 2)
    for pid in decoders(program.pid):
        kill(pid)
    assert program.wait(PATIENCE) == 0, log.read_text()
    assert await outcome(stormy) == expected
