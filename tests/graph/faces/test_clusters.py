"""What models find in photos, and what clustering makes of it, as the graph keeps them."""

from __future__ import annotations

import numpy as np
import pytest
from pyroaring import BitMap

from photos_graph.graph.due import DuePhoto
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.windows import FIRST_WINDOW
from photos_graph.graph.faces import cluster_pages, clusters, detections, face_table
from photos_graph.graph.faces.clusters import Cluster, Joined, PersonMatch
from photos_graph.graph.faces.detections import SeenFace
from photos_graph.model.faces import Box, FaceCluster
from tests.kit.face_tables import known
from tests.kit.planted import photo_id, plant
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio

BOX = Box(0.1, 0.2, 0.3, 0.4)
VECTORS = np.eye(4, dtype=np.float32)
FACES = ("f0", "f1", "f2", "f3")


@pytest.fixture
async def planted(graph: Graph) -> Graph:
    """Photos 0 to 3, each with the face f0 to f3 that SFace described; the persons Ann and Ben."""
    await plant(graph, {"a": "a"}, {"a": range(4)})
    await graph.write("UNWIND ['ann', 'ben'] AS id CREATE (:Person {id: id, name: id, key: id, threshold: 0.4})")
    seen = [(n, f"f{n}", SeenFace(0.1 * n, VECTORS[n], BOX, 0.9)) for n in range(4)]
    await writer(graph).commit(lambda tx: detections.add(tx, seen, "SFace"))
    return graph


async def test_what_was_detected_is_known(planted: Graph) -> None:
    [photo] = await detections.to_detect(planted, [DuePhoto(photo_id(2), 2), DuePhoto("gone", 99)])
    assert (photo.number, photo.width, photo.height) == (2, 4, 3)
    [face] = photo.faces
    assert (face.id, face.box, face.source, face.stays) == ("f2", BOX, "DETECTED", False)
    again = SeenFace(0.7, VECTORS[0])  # described once more, in the box that it has
    await writer(planted).commit(lambda tx: detections.update(tx, {"f2": again}, "Dlib"))
    assert (await face_table.read_all(planted, "Dlib")).taking_part.tolist() == [False, False, True, False]
    assert (await face_table.read_all(planted, "SFace")).taking_part.tolist() == [True, True, False, True]
    [face] = (await planted.transaction(lambda tx: detections.known(tx, [2])))[2].faces
    assert face.box == BOX
    await writer(planted).commit(lambda tx: detections.remove(tx, ["f2"]))
    now = await planted.transaction(lambda tx: detections.known(tx, [2]))
    assert {number: photo.faces for number, photo in now.items()} == {2: ()}


async def test_vectors_come_back_from_the_model_that_made_them(planted: Graph) -> None:
    found = await clusters.vectors(planted, ["f0", "f3", "gone"], "SFace")
    assert {id_: vector.tolist() for id_, vector in found.items()} == {
        "f0": VECTORS[0].tolist(),
        "f3": VECTORS[3].tolist(),
    }
    assert await clusters.vectors(planted, ["f0"], "Dlib") == {}


async def test_faces_move_between_clusters(planted: Graph) -> None:
    joined = [Joined("c", "ann", ("f0", "f1")), Joined("d", None, ("f2",))]
    await writer(planted).commit(lambda tx: clusters.move(tx, [], joined, ["c", "d"]))
    assert await clusters.clusters(planted) == {"c": Cluster("ann", 2), "d": Cluster(None, 1)}
    await writer(planted).commit(lambda tx: clusters.move(tx, ["f2"], [Joined("c", None, ("f2",))], ["c", "d"]))
    assert await clusters.clusters(planted) == {"c": Cluster(None, 3)}
    assert await cluster_pages.clusters_by_id(planted, ["c", "d"]) == {"c": FaceCluster("c", 3)}


def test_windows_of_clusters_are_narrow_where_many_have_one_size() -> None:
    found = cluster_pages.regions({90: 2, 40: 1, 5: 4_000, 4: 1, 3: 299, 2: 5_000, 1: 200})
    assert [region.entries for region in found] == [3, 4_000, 300, 5_000, 200]
    assert all(region.end - region.start == 1 for region in found if region.entries > FIRST_WINDOW)
    ends = [0, *(region.end for region in found)]
    assert [region.start for region in found] == ends[:-1] and ends[-1] == 10_000_000


async def test_matches_are_replaced_and_what_a_person_said_counts(planted: Graph) -> None:
    assert await clusters.thresholds(planted) == {"ann": 0.4, "ben": 0.4}
    await planted.write("MATCH (f:Face {id: 'f1'}), (x:Person {id: 'ann'}) CREATE (f)-[:IS {at: 1, by: 'me'}]->(x)")
    await planted.write("MATCH (f:Face {id: 'f2'}), (x:Person {id: 'ann'}) CREATE (f)-[:IS_NOT {at: 1, by: 'me'}]->(x)")
    sure = (PersonMatch("ann", 0.9, True),)
    matches = [("f0", sure), ("f1", sure), ("f2", (*sure, PersonMatch("ben", 0.5, False)))]
    await writer(planted).commit(lambda tx: clusters.replace_matches(tx, matches, "SFace", "SFace"))
    found = known(await face_table.read_all(planted, "SFace"))
    assert [found[id_].matches for id_ in FACES] == [(("ann", 0.9, True),), (), (("ben", 0.5, False),), ()]
    await writer(planted).commit(lambda tx: clusters.replace_matches(tx, [("f0", ())], "SFace", "SFace"))
    found = known(await face_table.read_all(planted, "SFace"))
    assert [found[id_].person for id_ in FACES] == [None, "ann", None, None]
    assert found["f0"].matches == () and found["f2"].rejected == ("ann",)


async def test_faces_of_some_photos_are_read_again(planted: Graph) -> None:
    before = await face_table.read_all(planted, "SFace")
    await writer(planted).commit(lambda tx: clusters.move(tx, [], [Joined("c", "ann", ("f0", "f2"))], ["c"]))
    await planted.write("MATCH (f:Face {id: 'f1'}) DETACH DELETE f")
    await planted.write("MATCH (f:Face {id: 'f3'}), (x:Person {id: 'ben'}) CREATE (f)-[:IS_NOT {at: 1, by: 'me'}]->(x)")
    now = await face_table.read_all(planted, "SFace")
    assert known(await face_table.read_again(planted, "SFace", before, BitMap([0, 1, 2, 3]))) == known(now)
    some = known(await face_table.read_again(planted, "SFace", before, BitMap([2, 3, 99])))
    assert [some[id_].cluster for id_ in FACES] == [None, None, "c", None] and some["f3"].rejected == ("ben",)
    again = await face_table.read_again(planted, "SFace", before, BitMap())
    assert known(again) == known(before)
