"""Strangers whom people ignore, and persons who are twice in a photo. Real faces, on both engines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image, ImageOps

from photos_graph.bootstrap import Services
from photos_graph.events import FacesFound
from photos_graph.faces.analysis import Found
from photos_graph.graph.faces import detections
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.faces import Face, FaceFilter
from photos_graph.model.labels import TagSource
from photos_graph.model.search import Ref
from photos_graph.services.faces import detection_plan
from tests.kit.faced_library import photos_of, undone
from tests.kit.library import in_step
from tests.kit.model_workers import Models
from tests.kit.planted import plant
from tests.kit.portraits import pictures, settled

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]


async def see(services: Services, found: Mapping[int, Found]) -> None:
    """What models found in photos, by number, grouped as after a look at them."""

    async def work(tx: LabelTransaction) -> None:
        seen = [
            (number, uuid4().hex, detection_plan.seen(found[number], at))
            for number in found
            for at in range(len(found[number]))
        ]
        await detections.add(tx, seen, "SFace")
        tx.touch(labelled=list(found))

    await services.writer.commit(work)
    await services.writer.follow()
    await services.face_triggers.faces_found(FacesFound())
    await settled(services)


def only_face(found: Found) -> Found:
    """The most certain face of a portrait."""
    return Found(found.boxes[:1], found.scores[:1], found.qualities[:1], found.vectors[:1])


async def faces_of(services: Services, *numbers: int) -> list[Face]:
    ids = services.index.search.photo_ids(list(numbers))
    return [face for faces in await services.faces.of_photos(ids) for face in faces]


async def test_an_ignored_stranger_stays_ignored_in_new_photos(services: Services, models: Models) -> None:
    stranger, other = pictures(1, 5), pictures(2, 5)[5:7]
    await plant(services.graph, {"a": "a"}, {"a": range(8)})
    await services.index.catch_up()
    of_stranger, of_other = [list(map(only_face, models.find(those))) for those in (stranger, other)]
    await see(services, {0: of_stranger[0], 1: of_stranger[1]})
    [cluster] = (await services.faces.clusters(1, 10, None)).items
    ignored = await services.assignment.ignore_cluster(cluster.id, by="ben")
    assert (ignored.matched, ignored.changed) == (2, 2)
    await see(services, {2: of_stranger[2], 3: of_stranger[3], 4: of_stranger[4], 5: of_other[0], 6: of_other[1]})
    new = await faces_of(services, 2, 3, 4)
    assert [face.ignored_by for face in new] == [TagSource.PREDICTED] * 3
    assert [face.ignored for face in await faces_of(services, 5, 6)] == [False, False]
    assert [each.size for each in (await services.faces.clusters(1, 10, None)).items] == [2], "the other's"
    assert await services.faces.library_count() == 2
    assert await services.faces.count(FaceFilter(ignored=True)) == 5

    await services.assignment.ignore([new[0].id], ignored=False)
    await services.face_triggers.faces_found(FacesFound())
    await settled(services)
    assert not (await faces_of(services, 2))[0].ignored, "a person took it back for good"
    await undone(services, ignored)
    await services.face_triggers.faces_found(FacesFound())
    await settled(services)
    assert not any(face.ignored for face in await faces_of(services, *range(7)))
    assert await in_step(services)


def mirrored(picture: Path, folder: Path) -> Path:
    """The picture with its somewhat smaller mirror image beside it."""
    photo = Image.open(picture)
    mirror = ImageOps.mirror(photo).resize((photo.width * 4 // 5, photo.height * 4 // 5))
    both = Image.new("RGB", (photo.width + mirror.width, photo.height))
    both.paste(photo, (0, 0))
    both.paste(mirror, (photo.width, photo.height // 10))
    both.save(folder / picture.name, quality=95)
    return folder / picture.name


async def test_a_library_of_mirrors(services: Services, models: Models, tmp_path: Path) -> None:
    of_anna = [mirrored(picture, tmp_path) for picture in pictures(2, 5)[5:]]
    found = dict(enumerate(models.find(of_anna)))
    assert [len(each) >= 2 for each in found.values()] == [True] * 5
    await plant(services.graph, {"a": "a"}, {"a": range(5)})
    await services.index.catch_up()
    await see(services, {number: found[number] for number in range(4)})
    largest = (await services.faces.clusters(1, 10, None)).items[0]
    assert largest.size == 8, "a mirror does not split a cluster"
    named = await services.assignment.name_cluster(largest.id, Ref(name="Anna"))
    assert (named.matched, named.changed) == (8, 8)
    anna = services.persons.named("Anna")
    assert anna is not None
    assert (await services.faces.counts([anna.id]), photos_of(services, "Anna")) == ([8], {0, 1, 2, 3})
    await see(services, {4: found[4]})
    new = await faces_of(services, 4)
    assert [face.person_id for face in new].count(anna.id) == 1, "a model says once what a person may say twice"
    [beside] = [face for face in new if face.person_id is None and anna.id in dict(face.similar_persons)]
    await services.assignment.assign(
        [face.id for face in new if face.id == beside.id or face.person_id], Ref(name="anna")
    )
    assert await services.faces.counts([anna.id]) == [10]
    await undone(services, named)
    assert photos_of(services, "Anna") == {4}
    assert await in_step(services)
