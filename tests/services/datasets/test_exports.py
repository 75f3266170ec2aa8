"""Labels leave the library and come back: nothing that a person said is lost on the way."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any, LiteralString

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.engine.feed_entry import touch
from photos_graph.images.sealing import sealed
from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.model.jobs import JobKind, JobState
from photos_graph.model.labels import Certainty
from photos_graph.model.search import Ref
from photos_graph.model.stacks import Stacks
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.settings import Settings
from tests.kit.engines import RunningEngine, silence_jobs
from tests.kit.labelled_library import TURNED, effective, everything, label_all, lay_out, scan
from tests.kit.library import asked_for, ended, exported, failures, imported, in_step, photos, scanned
from tests.kit.metadata import jpeg_with
from tests.kit.pictures import jpeg, put
from tests.kit.processes.dying import dies

pytestmark = pytest.mark.anyio

PREDICT: LiteralString = """
MATCH (p:Photo {id: $photo}), (t:Tag {name: 'Sea'})
SET t.threshold = 0.5
CREATE (p)-[:PREDICTED {score: 0.75, model: 'm1'}]->(t)
RETURN p.number AS number, t.id AS tag
"""


SAID: LiteralString = "MATCH (:Photo)-[:TAGGED]->(t:Tag) RETURN t.id AS tag"


async def predict(services: Services, photo_id: str) -> None:
    async def work(tx: Transaction) -> None:
        [row] = await tx.run(PREDICT, photo=photo_id)
        await touch(tx, labelled=[row["number"]], tags=[row["tag"]])

    await services.graph.transaction(work)
    await services.index.catch_up()


def check_manifest(folder: Path) -> None:
    """It names every file but itself, and each is as it says."""
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert set(listed) == there - {"manifest.json"}
    assert all(hashlib.sha256((folder / path).read_bytes()).hexdigest() == listed[path]["sha256"] for path in listed)


def wipe(engine: RunningEngine, settings: Settings) -> None:
    engine.clean()
    shutil.rmtree(settings.data_dir)


async def test_all_that_was_said_comes_back(settings: Settings, engine: RunningEngine, tmp_path: Path) -> None:
    root, away = lay_out(tmp_path / "Pictures"), tmp_path / "away"
    async with build(settings) as services:
        ids = await label_all(services, root)
        before, had = await everything(services), await effective(services)
        as_json = await exported(services, DatasetFormat.JSON, folder=away)
        as_xmp = await exported(services, DatasetFormat.XMP, folder=away)
        check_manifest(as_json)
        check_manifest(as_xmp)
        assert "9 photos read, 0 of them changed" in ((await imported(services, as_json)).message or "")
        assert await everything(services) == before
        one = min(ids)
        await check_later_words(services, ids[one], as_json)

    wipe(engine, settings)
    async with build(settings) as services:
        await scan(services, root)
        assert await everything(services) != before
        await imported(services, as_json)
        assert await everything(services) == before
        assert not await failures(services)

    wipe(engine, settings)
    async with build(settings) as services:
        await scan(services, root)
        await services.tagging.untag_photos([ids["words.jpg"]], [Ref(name="Sea")])
        await imported(services, as_xmp)
        found = await effective(services)
        assert found.pop("words.jpg")[0] == set(), "what somebody took off here does not come back by a sidecar"
        assert had.pop("words.jpg")[0] == {"Sea"} and found == had
        assert "0 of them changed" in ((await imported(services, as_xmp)).message or "")


async def check_later_words(services: Services, photo_id: str, as_json: Path) -> None:
    """What was said after the export stands; what fits nowhere is told."""
    await services.tagging.untag_photos([photo_id], [Ref(name="Places")], by="ben")
    await services.ratings.rate([photo_id], 1, by="ben")
    now = await everything(services)
    older = as_json.with_name("older")
    shutil.copytree(as_json, older)
    with (older / "photos.jsonl").open("a") as file:
        file.write('{"id": "x", "sha256": "' + "0" * 64 + '", "files": ["gone.jpg"]}\n{"broken\n')
    await imported(services, older)
    assert await everything(services) == now
    assert {each.path: each.stage for each in (await failures(services)).values()} == {
        "gone.jpg": "import",
        "photos.jsonl, line 11": "import",
    }


async def test_a_stack_is_exported_as_one_photo_unless_all_are_wanted(services: Services, tmp_path: Path) -> None:
    for number in range(3):
        put(tmp_path / "Pictures" / f"{number}.jpg", jpeg(number))
    await scan(services, tmp_path / "Pictures")
    of = {name: photo.id for name, photo in (await photos(services)).items()}
    await services.stack_editing.stack([of["0.jpg"], of["1.jpg"]], of["1.jpg"])
    names = {}
    for stacks in Stacks:
        folder = await exported(services, DatasetFormat.JSON, stacks=stacks)
        records = [json.loads(line) for line in (folder / "photos.jsonl").read_text().splitlines()]
        names[stacks] = sorted(record["files"][0].rpartition("/")[2] for record in records)
    assert names == {Stacks.COLLAPSED: ["1.jpg", "2.jpg"], Stacks.EXPANDED: ["0.jpg", "1.jpg", "2.jpg"]}


async def test_what_people_decided_about_stacks_comes_back(
    settings: Settings, engine: RunningEngine, tmp_path: Path
) -> None:
    for number in range(4):
        put(tmp_path / "Pictures" / f"{number}.jpg", jpeg(number))
    query = "MATCH (p:Photo) RETURN p.id AS id, p.stack AS stack, p.stackRank AS rank, p.stackedBy AS by ORDER BY id"
    async with build(settings) as services:
        await scan(services, tmp_path / "Pictures")
        of = {name: photo.id for name, photo in (await photos(services)).items()}
        await services.stack_editing.stack([of["0.jpg"], of["1.jpg"], of["2.jpg"]], of["1.jpg"], by="ann")
        await services.stack_editing.unstack([of["2.jpg"]], by="ben")
        before = await services.graph.read(query)
        away = await exported(services, DatasetFormat.JSON, folder=tmp_path / "away", stacks=Stacks.EXPANDED)

    wipe(engine, settings)
    async with build(settings) as services:
        await scan(services, tmp_path / "Pictures")
        await imported(services, away)
        assert await services.graph.read(query) == before
        assert "0 of them changed" in ((await imported(services, away)).message or "")


async def test_a_date_is_exported_as_precisely_as_it_is_known(services: Services, tmp_path: Path) -> None:
    for name, day in (("year.jpg", b"19870000"), ("month.jpg", b"19870600"), ("day.jpg", b"19870614")):
        put(tmp_path / "Pictures" / name, jpeg_with({"Iptc.Application2.DateCreated": day}))
    await scan(services, tmp_path / "Pictures")
    lines = (await exported(services, DatasetFormat.JSON) / "photos.jsonl").read_text().splitlines()
    assert {json.loads(line)["taken"] for line in lines} == {"1987", "1987-06", "1987-06-14"}


async def test_formats_for_other_programs(services: Services, tmp_path: Path) -> None:
    from pycocotools.coco import COCO

    ids = await label_all(services, lay_out(tmp_path / "Pictures"))
    await predict(services, ids["none.jpg"])

    coco = await exported(services, DatasetFormat.COCO)
    check_manifest(coco)
    sets = [COCO(str(path)) for path in sorted((coco / "annotations").iterdir())]
    assert len(sets) == 3 and sum(len(each.imgs) for each in sets) == 9
    boxes = {}
    for each in sets:
        for mark in each.loadAnns(each.getAnnIds()):
            [image], [category] = each.loadImgs(mark["image_id"]), each.loadCats(mark["category_id"])
            assert (coco / image["file_name"]).is_file()
            boxes.setdefault(category["name"], []).append((mark, image, category["supercategory"]))
    assert {"Ann", "Bob | Ü", "Cleo", "person", "Places/Italy", "Places/Italy/Abruzzo", "Sea"} <= set(boxes)
    [(mark, image, above)] = boxes["Ann"]
    assert above == "person" and mark["source"] == "MANUAL"
    share = [0.25 * image["width"], 0.2 * image["height"], 0.4 * image["width"], 0.5 * image["height"]]
    assert mark["bbox"] == pytest.approx(share, abs=0.02)
    assert len(boxes["Places/Italy/Abruzzo"]) == 2 and boxes["Places/Italy/Abruzzo"][0][2] == "Places/Italy"
    assert len(boxes["Sea"]) == 1, "predictions are left out"
    sheet = (coco / "datasheet.md").read_text()
    assert "Places/Italy/Abruzzo" in sheet and "Licences" in sheet and "person: Ann" in sheet

    wanted = PhotoFilter(tags=TermFilter(any=(Ref(name="Sea"),)))
    folders = await exported(services, DatasetFormat.FOLDERS, selection=wanted, certainty=Certainty.PREDICTED)
    check_manifest(folders)
    assert len(list(folders.glob("*/Sea/*.jpg"))) == 2

    # As a version of the program left it that did not store it yet: the next scan brings it.
    await services.graph.write("MATCH (p:Photo) SET p.orientation = null, p.readBy = null")
    await services.graph.write("MATCH (m:Meta {name: 'readBy'}) DELETE m")
    await scanned(services)
    check_sidecar(await exported(services, DatasetFormat.XMP), tmp_path / "Pictures")


def check_sidecar(folder: Path, root: Path) -> None:
    """Of the picture that lies on its side, as exiftool reads it."""
    found = exiftool("-struct", folder / "sidecars/Pictures/Italy" / f"{TURNED}.xmp")
    assert "Warning" not in found
    assert found["HierarchicalSubject"] == ["Places|Italy"], "a name with a bar in it would be read as two"
    assert set(found["TagsList"]) == {"Own | photos", "Places/Italy"}
    assert set(found["Subject"]) == {"Own | photos", "Italy"}
    size, [region] = found["RegionInfo"]["AppliedToDimensions"], found["RegionInfo"]["RegionList"]
    original = exiftool("-n", root / "Italy" / TURNED)
    assert original["Orientation"] == 6
    assert (size["W"], size["H"]) == (original["ImageWidth"], original["ImageHeight"])
    # Displayed x 0.1..0.3, y 0.2..0.5: turned back by a quarter, the middle is at (0.35, 1 - 0.2).
    assert region["Name"] == "Bob | Ü" and region["Type"] == "Face"
    assert [region["Area"][side] for side in "XYWH"] == pytest.approx([0.35, 0.8, 0.3, 0.2], abs=1e-5)


def exiftool(*arguments: str | Path) -> dict[str, Any]:
    answer = subprocess.run(["exiftool", "-json", *arguments], capture_output=True, check=True).stdout
    [found] = json.loads(answer)
    return dict(found)


async def test_an_export_that_was_killed_goes_on(settings: Settings, tmp_path: Path) -> None:
    root = tmp_path / "Pictures"
    for number in range(7):
        put(root / f"{number}.jpg", jpeg(number))
    async with build(settings) as services:
        await scan(services, root)
        calm = await exported(services, DatasetFormat.COCO)
    async with build(settings, run_jobs=False) as services:
        order = asked_for(await services.exports.ask(DatasetFormat.COCO))
        await services.jobs.cancel((await services.jobs.unfinished(JobKind.EXPORT))[0].id)
        job = await services.jobs.queue(JobKind.EXPORT, replace(order, block=2))
    dies(settings, "exporting")  # two pictures of the third block are there, and no note of them
    silence_jobs(settings.graph)
    target = order.target
    part = target.with_name(f".{target.name}.part")
    assert len(list(part.rglob("*.jpg"))) == 6 and not target.exists()
    first, second = ([part / each["path"] for each in noted(note)] for note in sorted(part.rglob("block-*")))
    first[0].write_bytes(b"")  # with the machine, say
    first[1].unlink()
    [cut, _] = [path for path in part.rglob("*.jpg") if path not in first + second]
    cut.write_bytes(cut.read_bytes()[:100])
    made = {path.name: path.stat().st_ino for path in second}
    async with build(settings) as services:
        assert (await ended(services, job)).state is JobState.SUCCEEDED
    assert not part.exists()
    check_manifest(target)
    again = {path.name: path.stat().st_ino for path in target.rglob("*.jpg")}
    assert len(again) == 7 and made.items() <= again.items(), "what was whole was written again"
    assert content(target) == content(calm)
    annotations = sorted(path.read_bytes() for path in target.glob("annotations/*"))
    assert annotations == sorted(path.read_bytes() for path in calm.glob("annotations/*"))


async def test_an_export_that_came_to_no_end_goes_on_when_it_is_asked_for_again(
    settings: Settings, tmp_path: Path
) -> None:
    for number in range(6):
        put(tmp_path / "Pictures" / f"{number}.jpg", jpeg(number))
    async with build(settings) as services:
        await scan(services, tmp_path / "Pictures")
    async with build(settings, run_jobs=False) as services:
        order = asked_for(await services.exports.ask(DatasetFormat.COCO))
        await services.jobs.cancel((await services.jobs.unfinished(JobKind.EXPORT))[0].id)
        assert asked_for(await services.exports.ask(DatasetFormat.COCO)).name != order.name, "nothing is there yet"
        await services.jobs.cancel((await services.jobs.unfinished(JobKind.EXPORT))[0].id)
        job = await services.jobs.queue(JobKind.EXPORT, replace(order, block=2))
    dies(settings, "exporting")
    part = order.target.with_name(f".{order.target.name}.part")
    kept = [part / each["path"] for note in part.rglob("block-*") for each in noted(note)]
    made = {path.name: path.stat().st_ino for path in kept}
    in_the_way = [path for path in part.rglob("*.jpg") if path not in kept]
    for path in in_the_way:
        path.unlink()
        path.mkdir()
    async with build(settings) as services:
        await services.jobs.cancel(job.id)
        silence_jobs(settings.graph)
        assert (await ended(services, job)).state is JobState.CANCELLED
        job = await ended(services, await services.exports.ask(DatasetFormat.COCO, by="ann"))
        assert job.state is JobState.FAILED and "to continue from here" in (job.message or "")
        for path in in_the_way:
            path.rmdir()
        other = await exported(services, DatasetFormat.COCO, originals=True)
        assert other.name != order.name
        assert await exported(services, DatasetFormat.COCO) == order.target
        assert await exported(services, DatasetFormat.COCO) != order.target, "that one is whole"
    check_manifest(order.target)
    again = {path.name: path.stat().st_ino for path in order.target.rglob("*.jpg")}
    assert len(again) == 6 and made.items() <= again.items()


async def test_what_a_model_said_does_not_come_back_as_somebodys_word(services: Services, tmp_path: Path) -> None:
    root = tmp_path / "Pictures"
    put(root / "1.jpg", jpeg(1))
    await scan(services, root)
    photo = (await photos(services))["1.jpg"]
    sea = await services.tag_editing.create("Sea", None)
    await services.tagging.tag_photos([photo.id], [Ref(name="Land")])
    await predict(services, photo.id)
    folder = await exported(services, DatasetFormat.XMP, certainty=Certainty.PREDICTED)
    [sidecar] = folder.glob("sidecars/**/*.xmp")
    assert set(exiftool(sidecar)["TagsList"]) == {"Land", "Sea"}
    before = await everything(services)
    assert "0 of them changed" in ((await imported(services, folder)).message or "")
    assert await everything(services) == before

    shutil.copy(sidecar, root)
    assert (await scanned(services)).state is JobState.SUCCEEDED
    assert sea.id not in {row["tag"] for row in await services.graph.read(SAID)}
    assert await in_step(services)


async def test_what_an_earlier_try_left_is_not_in_the_export(settings: Settings, tmp_path: Path) -> None:
    root = tmp_path / "Pictures"
    for number in range(7):
        put(root / f"{number}.jpg", jpeg(number))
    async with build(settings, run_jobs=False) as services:
        job = await services.jobs.scan((await services.roots.add(str(root))).id)
    async with build(settings) as services:
        await ended(services, job)
        ids = [photo.id for photo in (await photos(services)).values()]
        await services.tagging.tag_photos(ids, [Ref(name="Cat")])
    async with build(settings, run_jobs=False) as services:
        order = asked_for(await services.exports.ask(DatasetFormat.FOLDERS))
        await services.jobs.cancel((await services.jobs.unfinished(JobKind.EXPORT))[0].id)
        job = await services.jobs.queue(JobKind.EXPORT, replace(order, block=3))
    dies(settings, "exporting")
    silence_jobs(settings.graph)
    part = order.target.with_name(f".{order.target.name}.part")
    assert len(list(part.rglob("Cat/*.jpg"))) == 7
    async with build(settings, run_jobs=False) as services:
        await services.tagging.untag_photos(ids, [Ref(name="Cat")])
        await services.tagging.tag_photos(ids, [Ref(name="Dog")])
    dies(settings, "ending")
    silence_jobs(settings.graph)
    assert len(list(part.rglob("block-*"))) == 3 and not order.target.exists()
    async with build(settings) as services:
        assert (await ended(services, job)).state is JobState.SUCCEEDED
    check_manifest(order.target)
    assert sorted(path.parent.name for path in order.target.rglob("*.jpg")) == ["Cat"] * 6 + ["Dog"]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*.jpg")}


def noted(note: Path) -> list[dict[str, Any]]:
    """The files of a block."""
    return list(json.loads(note.read_text().splitlines()[0])["files"])


async def test_a_picture_that_is_damaged_in_the_cache_is_left_out(settings: Settings, tmp_path: Path) -> None:
    put(tmp_path / "Pictures/1.jpg", jpeg(1))
    put(tmp_path / "Pictures/2.jpg", jpeg(2))
    async with build(settings) as services:
        await scan(services, tmp_path / "Pictures")
        photo = (await photos(services))["1.jpg"]
        kept = services.media.cached(photo.photo_key, ThumbnailSize.LARGE, ThumbnailFormat.JPEG)
        assert kept is not None and kept.path is not None
        kept.path.write_bytes(sealed(b"no picture"))
        folder = await exported(services, DatasetFormat.COCO)
        check_manifest(folder)
        assert [path.stem for path in folder.rglob("*.jpg")] == [(await photos(services))["2.jpg"].id]
        assert "damaged" in (folder / "datasheet.md").read_text()
        assert (await failures(services))["Pictures/1.jpg"].stage == "export"


async def test_nothing_is_written_into_a_folder_of_photos(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    for target in (folder, folder / "a" / "new"):
        with pytest.raises(BadInput, match="photo folder"):
            await services.exports.ask(DatasetFormat.JSON, folder=target)
    for name in ("", "..", ".hidden", "a/b", "../data"):
        with pytest.raises(BadInput):
            await services.imports.ask(name)
    with pytest.raises(NotFound):
        await services.imports.ask("nothing")


async def test_a_folder_whose_name_is_not_utf_8_will_do(services: Services, tmp_path: Path) -> None:
    folder = await exported(services, DatasetFormat.JSON, folder=tmp_path / os.fsdecode(b"caf\xe9"))
    check_manifest(folder)
