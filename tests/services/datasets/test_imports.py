"""What was said meanwhile, what cannot be, and what cannot be read, when labels come back."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from photos_graph.bootstrap import Services
from photos_graph.graph.faces.detections import remove
from photos_graph.graph.library.vanished_files import miss_files
from photos_graph.library.sidecar import SidecarLabels, write_sidecar
from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.faces import Box, FaceFilter, Region
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.services.datasets.exports.sidecars import NOT_TURNED
from photos_graph.services.datasets.imports.batch import RecordBatch
from photos_graph.services.datasets.imports.json_lines import MAX_LINE_BYTES, UNKNOWN
from photos_graph.services.datasets.imports.sidecars import SidecarSource
from photos_graph.services.labels.album_editing import AlbumPhotos
from photos_graph.services.scan import intake
from photos_graph.workers.pool import WorkerPool
from tests.kit.dng import dng
from tests.kit.labelled_library import effective, everything, scan
from tests.kit.library import exported, failures, imported, photos
from tests.kit.pictures import jpeg, put
from tests.kit.processes.deadly import DEADLY_SIDECARS
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio

ROME = Ref(name="Italy/Rome")


async def one_photo(services: Services, root: Path) -> str:
    put(root / "a.jpg", jpeg(1))
    await scan(services, root)
    return (await photos(services))["a.jpg"].id


async def test_an_exclusion_does_not_hide_a_tag_that_was_said_later(services: Services, tmp_path: Path) -> None:
    photo = await one_photo(services, tmp_path / "Pictures")
    italy = await services.tag_editing.create("Italy", None)
    await services.tagging.answer({}, {photo: [italy.id]})
    for form in (DatasetFormat.JSON, DatasetFormat.XMP):
        folder = await exported(services, form)
        await services.tagging.tag_photos([photo], [ROME])
        before = await everything(services)
        await imported(services, folder)
        assert await everything(services) == before
        assert (await effective(services))["a.jpg"][0] == {"Italy/Rome"}
        await services.tagging.answer({}, {photo: [italy.id]})


async def test_a_line_that_cannot_be_is_refused_alone(services: Services, tmp_path: Path) -> None:
    photo = await one_photo(services, tmp_path / "Pictures")
    await services.tagging.tag_photos([photo], [ROME])
    folder = await exported(services, DatasetFormat.JSON)
    lines = folder / "photos.jsonl"
    line = lines.read_text()
    record = json.loads(line)
    via, late = {"tag": "Sea", "via": "x"}, {"tag": "Sea", "at": 2**63}
    wrong = [json.dumps({**record, "marks": [mark]}) + "\n" for mark in (via, late)]
    long = " " * MAX_LINE_BYTES + line
    lines.write_text("".join([*wrong, long, long, json.dumps({**record, "marks": [{"tag": "Sky", "at": 5}]})]))
    before = await photos(services)
    await imported(services, folder)
    found = await failures(services)
    assert found.keys() == {f"photos.jsonl, line {place}" for place in range(1, 5)}
    assert "bytes" in found["photos.jsonl, line 3"].reason
    assert await photos(services) == before
    assert (await effective(services))["a.jpg"][0] == {"Italy/Rome", "Sky"}


async def test_persons_of_one_name_are_told_apart(services: Services, tmp_path: Path) -> None:
    photo = await one_photo(services, tmp_path / "Pictures")
    name = "Anna (Rossi)"
    cousin = await services.person_editing.create(name, details={"note": "Cousin"})
    born = await services.person_editing.create(name, details={"birthday": date(1990, 5, 2), "groups": ["family"]})
    plain = await services.person_editing.create(name)
    for place, who in enumerate((cousin, born, plain)):
        await services.drawn_faces.add(photo, Box(0.1 + 0.3 * place, 0.1, 0.2, 0.2), Ref(id=who.id))
    told = {}
    for form in (DatasetFormat.JSON, DatasetFormat.XMP):
        folder = await exported(services, form)
        for who in list(services.index.search.persons):
            await services.person_editing.delete(who.id)
        if form is DatasetFormat.XMP:  # which has no persons, but those that are here
            for record in (cousin, born, plain):
                await services.person_editing.create(
                    name, details={"note": record.note, "birthday": record.birthday and date(1990, 5, 2)}
                )
        await imported(services, folder)
        assert await failures(services) == {}
        [faces] = await services.faces.of_photos([photo])
        rows = {row.id: row for row in services.index.search.persons}
        told[form] = [(row.name, row.note, row.birthday) for face in faces if (row := rows[face.person_id or ""])]
    everybody = [(name, "Cousin", None), (name, None, "1990-05-02"), (name, None, None)]
    assert list(told.values()) == [everybody, everybody]


async def test_an_export_that_tells_nobody_apart_names_nobody(services: Services, tmp_path: Path) -> None:
    photo = await one_photo(services, tmp_path / "Pictures")
    cousin = await services.person_editing.create("Anna", details={"note": "Cousin"})
    await services.drawn_faces.add(photo, Box(0.1, 0.1, 0.2, 0.2), Ref(id=cousin.id))
    folder = await exported(services, DatasetFormat.JSON)
    [face] = (await services.faces.of_photos([photo]))[0]
    await services.person_editing.create("Anna")
    await services.assignment.reject([face.id], cousin.id)
    await imported(services, folder)
    [face] = (await services.faces.of_photos([photo]))[0]
    assert face.person_id is None
    assert "so it is not known which one is meant" in " ".join(
        each.reason for each in (await failures(services)).values()
    )


OTHER = {"sha256": "0" * 64, "picture_hash": "0" * 64, "files": ["Elsewhere/z.jpg"]}


@pytest.mark.both_engines
@pytest.mark.parametrize("kept", ["picture_hash", "sha256", "files"])
async def test_a_photo_is_known_by_its_picture_its_bytes_or_its_path(
    services: Services, tmp_path: Path, kept: str
) -> None:
    photo = await one_photo(services, tmp_path / "Pictures")
    await services.tagging.tag_photos([photo], [ROME])
    folder = await exported(services, DatasetFormat.JSON)
    lines = folder / "photos.jsonl"
    told = json.loads(lines.read_text())
    assert told["picture_hash"] != told["sha256"] and told["id"] == told["picture_hash"][:32]
    stranger = {**told, **OTHER, "marks": [{"tag": "Sea"}]}
    lines.write_text(json.dumps({**told, **OTHER, kept: told[kept]}) + "\n" + json.dumps(stranger))
    await services.tagging.untag_photos([photo], [ROME])
    job = await imported(services, folder)
    assert (await effective(services))["a.jpg"][0] == {"Italy/Rome"}, job.message
    assert [failure.reason for failure in (await failures(services)).values()] == [UNKNOWN]


async def test_two_photos_of_an_export_that_are_one_here_both_count(services: Services, tmp_path: Path) -> None:
    photo = await one_photo(services, tmp_path / "Pictures")
    await services.tagging.tag_photos([photo], [ROME])
    folder = await exported(services, DatasetFormat.JSON)
    lines = folder / "photos.jsonl"
    told = json.loads(lines.read_text())
    lines.write_text(lines.read_text() + json.dumps({**told, "id": "f" * 32, "marks": [{"tag": "Sea", "at": 5}]}))
    await imported(services, folder)
    assert (await effective(services))["a.jpg"][0] == {"Italy/Rome", "Sea"}


def beside(path: Path, said: SidecarLabels) -> None:
    put(path, write_sidecar(said, 48, 32, 1))


@pytest.mark.both_engines
async def test_an_album_gets_the_photos_of_the_export_that_it_lacks(services: Services, tmp_path: Path) -> None:
    for number in range(5):
        put(tmp_path / "Pictures" / f"{number}.jpg", jpeg(number))
    await scan(services, tmp_path / "Pictures")
    of = {name[0]: photo.id for name, photo in (await photos(services)).items()}
    editing, search = services.album_editing, services.index.search
    trip = (await editing.create("Trip", AlbumPhotos([of[each] for each in "3201"]), by="ann")).album_id
    sea = await services.tag_editing.create("Sea", None)
    inland = await services.tag_editing.create("Inland", None)
    await services.tag_editing.create("Sea", inland.id)
    by_sea = PhotoFilter(tags=TermFilter(any=(Ref(id=sea.id),)))
    await editing.create("Both", filter=by_sea)
    await editing.create("Turned", filter=by_sea)
    folder = await exported(services, DatasetFormat.JSON)
    assert (await imported(services, folder)).message == "5 photos read, 0 of them changed, 0 folders changed."

    def shown(name: str) -> str:
        chosen = PhotoFilter(albums=TermFilter(all=(Ref(name=name),)))
        names = {photo_id: each for each, photo_id in of.items()}
        return "".join(names[each] for each in services.browse.photos(chosen, PhotoOrder.ALBUM).ids)

    for album in list(search.albums):
        await editing.delete(album.id)
    await services.tag_editing.delete(sea.id)
    await editing.create("TRIP", AlbumPhotos([of["4"], of["2"]]), by="ben")
    await editing.create("Turned", AlbumPhotos([of["0"]]))
    message = (await imported(services, folder)).message or ""
    assert "2 albums changed, 1 items could not be imported" in message
    assert (shown("Trip"), shown("Turned")) == ("42301", "0")
    [refused] = (await failures(services)).values()
    assert refused.reason.startswith("Turned is a smart album in the export, and holds chosen photos here.")
    await services.tagging.tag_photos([of["1"]], [Ref(name="Inland/Sea")])
    assert shown("Both") == "", "the filter means the tag at the top alone"
    now = services.index.search.tags.at("Sea")
    assert now is not None
    await services.tagging.tag_photos([of["2"]], [Ref(id=now.id)])
    await services.tag_editing.rename(now.id, "Ocean")
    assert shown("Both") == "2"
    assert trip not in {each.id for each in services.index.search.albums}

    [both, put_there, *_] = [
        b64decode(each).decode().partition(":")[2] for each in message.split(": ")[-1][:-1].split()
    ]
    await services.changes.undo(put_there)
    assert shown("Trip") == "42"
    await services.changes.undo(both)
    assert services.albums.named("Both") is None


async def test_one_photo_of_a_stack_has_its_place_in_an_album(services: Services, tmp_path: Path) -> None:
    for number in range(3):
        put(tmp_path / "Pictures" / f"{number}.jpg", jpeg(number))
    await scan(services, tmp_path / "Pictures")
    of = [photo.id for _, photo in sorted((await photos(services)).items())]
    made = await services.album_editing.create("Trip", AlbumPhotos([of[2], of[0]]))
    await services.stack_editing.stack(of[:2], of[1])
    folder = await exported(services, DatasetFormat.JSON)
    await services.album_editing.delete(made.album_id)
    await imported(services, folder)
    trip = PhotoFilter(albums=TermFilter(all=(Ref(name="Trip"),)))
    assert services.browse.photos(trip, PhotoOrder.ALBUM).ids == [of[2], of[1]]


async def test_sidecars_of_one_photo_in_several_folders_add(services: Services, tmp_path: Path) -> None:
    root, away = tmp_path / "Pictures", tmp_path / "away" / "Pictures"
    for name in ("one/a.jpg", "two/a.jpg", "two/copy.jpg", "two/b.jpg"):
        put(root / name, jpeg(2 if name.endswith("b.jpg") else 1))
    await scan(services, root)
    ann, bob = Region(Box(0.1, 0.1, 0.2, 0.2), "Ann"), Region(Box(0.6, 0.1, 0.2, 0.2), "Bob")
    beside(away / "one/a.jpg.xmp", SidecarLabels(tags=("Sea",), regions=(ann,)))
    beside(away / "two/a.jpg.xmp", SidecarLabels(tags=("Sky",), regions=(ann, bob)))
    beside(away / "two/copy.jpg.xmp", SidecarLabels(tags=("Sun",), rating=4))
    beside(away / "two/b.jpg.xmp", SidecarLabels(tags=("Sand",)))
    await imported(services, away.parent)
    found = await effective(services)
    tags, faces, rating, *_ = next(said for name, said in found.items() if name != "b.jpg")
    assert tags == {"Sea", "Sky", "Sun"} and rating == 4
    assert sorted(name for _, name in faces) == ["Ann", "Bob"], "one face that two sidecars have is one"
    assert found["b.jpg"][0] == {"Sand"}


async def test_a_folder_keeps_what_both_sides_say_of_it(services: Services, tmp_path: Path) -> None:
    put(tmp_path / "Pictures" / "2020" / "a.jpg", jpeg(1))
    await scan(services, tmp_path / "Pictures")
    search, tagging = services.index.search, services.tagging
    above, folder = search.folders.at("Pictures"), search.folders.at("Pictures/2020")
    assert above is not None and folder is not None
    await tagging.tag_folder(above.id, [Ref(name="Italy")])
    await tagging.untag_folder(folder.id, [Ref(name="Italy")])
    await tagging.tag_folder(folder.id, [ROME])
    away, both = await exported(services, DatasetFormat.JSON), await everything(services)
    await tagging.untag_folder(folder.id, [ROME])
    assert "1 folders changed" in ((await imported(services, away)).message or "")
    assert await everything(services) == both
    assert "0 folders changed" in ((await imported(services, away)).message or "")


async def beside_originals(services: Services, root: Path, away: Path) -> RecordBatch:
    """What is read of the sidecars of four photos, one of which kills who reads it."""
    for name in ("a", "b", "DEADLY", "d"):
        put(root / f"{name}.jpg", jpeg(ord(name[0])))
        ann = Region(Box(0.1, 0.1, 0.2, 0.2), "Ann")
        beside(away / f"{name}.jpg.xmp", SidecarLabels(tags=("Sea",), regions=(ann,) if name == "a" else ()))
    await scan(services, root)
    return await read_beside(services, away)


async def read_beside(services: Services, away: Path) -> RecordBatch:
    pool = WorkerPool([DEADLY_SIDECARS], 1, 512 * 1024 * 1024, 60, 5)
    try:
        source = SidecarSource(services.graph, services.index, pool, away.parent)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(intake, "READ_SIDECARS", DEADLY_SIDECARS)
            [batch] = [batch async for batch in source.batches() if batch.records]
    finally:
        await pool.close()
    return batch


async def test_a_sidecar_that_kills_its_reader_is_refused_alone(services: Services, tmp_path: Path) -> None:
    batch = await beside_originals(services, tmp_path / "Pictures", tmp_path / "away" / "Pictures")
    [(path, reason)] = batch.refused
    assert path == "Pictures/DEADLY.jpg.xmp" and "died" in reason
    assert len(batch.records) == 3


async def test_faces_are_left_out_where_it_is_not_known_how_the_original_lies(
    services: Services, tmp_path: Path
) -> None:
    away = tmp_path / "away" / "Pictures"
    await beside_originals(services, tmp_path / "Pictures", away)
    await services.graph.write("MATCH (p:Photo) SET p.orientation = null")
    batch = await read_beside(services, away)
    assert ("Pictures/a.jpg.xmp", NOT_TURNED) in batch.refused
    assert len(batch.refused) == 2, "the others have no faces"
    assert all(record.marks and not record.faces for record in batch.records.values())


async def test_a_sidecar_of_a_stem_is_of_its_raw_file_alone(services: Services, tmp_path: Path) -> None:
    root, away = tmp_path / "Pictures", tmp_path / "away" / "Pictures"
    put(root / "a.DNG", dng(Image.new("RGB", (48, 32), "red")))
    for number, name in enumerate(("a.jpg", "b.jpg", "b.png"), 1):
        put(root / name, jpeg(number))
    await scan(services, root)
    shown = await photos(services)
    await services.stack_editing.unstack([shown["a.jpg"].id])  # labels of one photo of a stack are labels of all
    beside(away / "a.xmp", SidecarLabels(tags=("Sea",)))
    beside(away / "b.xmp", SidecarLabels(tags=("Sky",)))
    await imported(services, away.parent)
    tags = {name: said[0] for name, said in (await effective(services)).items()}
    assert tags == {"a.DNG": {"Sea"}, "a.jpg": set(), "b.jpg": {"Sky"}, "b.png": {"Sky"}}


async def test_an_import_can_be_undone(services: Services, tmp_path: Path) -> None:
    photo = await one_photo(services, tmp_path / "Pictures")
    root = services.index.search.folders.at("Pictures")
    assert root is not None
    before = await everything(services)
    tagged = [
        (await services.tagging.tag_folder(root.id, [Ref(name="Sky")])).change_id,
        (await services.tagging.tag_photos([photo], [ROME])).change_id,
        (await services.ratings.rate([photo], 4)).change_id,
    ]
    folder = await exported(services, DatasetFormat.JSON)
    for change in tagged:
        await services.changes.undo(change or "")
    message = (await imported(services, folder)).message or ""
    assert "1 of them changed, 1 folders changed" in message
    ids = message.partition("in this order: ")[2].removesuffix(".").split()
    assert len(ids) == 3
    for each in ids:
        kind, _, change = b64decode(each).decode().partition(":")
        assert kind == "Change"
        await services.changes.undo(change)
    after = await everything(services)
    assert after["photo"] == before["photo"] and after["folder"] == before["folder"]
    assert "in this order" in ((await imported(services, folder)).message or "")
    assert "in this order" not in ((await imported(services, folder)).message or "")


async def test_the_faces_of_a_photo_whose_file_is_gone_wait_for_it(services: Services, tmp_path: Path) -> None:
    photo = await one_photo(services, tmp_path / "Pictures")
    face = await services.drawn_faces.add(photo, Box(0.1, 0.1, 0.2, 0.2), Ref(name="Ann"))
    folder = await exported(services, DatasetFormat.JSON)
    [[file]] = await services.browse.files_of([photo])
    await services.writer.commit(lambda tx: remove(tx, [face.id]))
    await miss_files(writer(services.graph), [file.id])
    await imported(services, folder)
    [[back]] = await services.faces.of_photos([photo])
    assert back.person_id == face.person_id
    assert await services.faces.count(FaceFilter()) == 0
