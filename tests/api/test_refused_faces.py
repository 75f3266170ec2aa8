"""Who may not change faces and persons, and what makes no sense of them."""

from __future__ import annotations

import pytest

from resolvers import ids
from tests.kit.graphql import Ask, codes, data

pytestmark = pytest.mark.anyio

P, F, C, PHOTO_ID = (ids.encode(kind, "1") for kind in ("Person", "Face", "FaceCluster", "Photo"))

CHANGES = (
    'createPerson(name: "x") { id }',
    f'renamePerson(id: "{P}", name: "x") {{ id }}',
    f'updatePerson(id: "{P}", hidden: true) {{ id }}',
    f'mergePersons(from: ["{P}"], into: "{P}") {{ matched }}',
    f'deletePerson(id: "{P}")',
    f'nameCluster(cluster: "{C}", person: "x") {{ matched }}',
    'assignFaces(faces: [], person: "x") { matched }',
    f'rejectFaces(faces: [], person: "{P}") {{ matched }}',
    "ignoreFaces(faces: []) { matched }",
    f'addFace(photo: "{PHOTO_ID}", box: {{ x: 0, y: 0, width: 1, height: 1 }}) {{ id }}',
)


async def test_who_may_only_look_changes_no_face(ask: Ask) -> None:
    mutations = [f"mutation {{ {mutation} }}" for mutation in CHANGES]
    assert await codes(ask, mutations, "viewer") == dict.fromkeys(mutations, "FORBIDDEN")


NO_SENSE = {
    '{ faces(after: "rubbish") { totalCount } }': "BAD_INPUT",
    '{ faces(after: "WzAsICJ4Il0") { totalCount } }': "BAD_INPUT",
    "{ faces(first: -1) { totalCount } }": "BAD_INPUT",
    f'{{ faces(filter: {{ person: "{F}" }}) {{ totalCount }} }}': "BAD_INPUT",
    f'{{ faces(filter: {{ person: "{P}" }}) {{ totalCount }} }}': "NOT_FOUND",
    f'{{ faces(filter: {{ photo: "{PHOTO_ID}" }}) {{ totalCount }} }}': "NOT_FOUND",
    '{ faceClusters(after: "rubbish") { totalCount } }': "BAD_INPUT",
    "{ faceClusters(first: -1) { totalCount } }": "BAD_INPUT",
    'mutation { createPerson(name: " ") { id } }': "BAD_INPUT",
    f'mutation {{ renamePerson(id: "{P}", name: "x") {{ id }} }}': "NOT_FOUND",
    f'mutation {{ renamePerson(id: "{F}", name: "x") {{ id }} }}': "BAD_INPUT",
    f'mutation {{ updatePerson(id: "{P}", isMe: true) {{ id }} }}': "NOT_FOUND",
    f'mutation {{ mergePersons(from: ["{P}"], into: "{P}") {{ matched }} }}': "BAD_INPUT",
    f'mutation {{ mergePersons(from: [], into: "{P}") {{ matched }} }}': "NOT_FOUND",
    f'mutation {{ nameCluster(cluster: "{C}", person: "x") {{ matched }} }}': "NOT_FOUND",
    f'mutation {{ nameCluster(cluster: "{P}", person: "x") {{ matched }} }}': "BAD_INPUT",
    f'mutation {{ assignFaces(faces: ["{F}"], person: "x") {{ matched }} }}': "NOT_FOUND",
    f'mutation {{ assignFaces(faces: ["{P}"], person: "x") {{ matched }} }}': "BAD_INPUT",
    f'mutation {{ assignFaces(faces: [], person: "{F}") {{ matched }} }}': "BAD_INPUT",
    f'mutation {{ assignFaces(faces: [], person: "{P}") {{ matched }} }}': "NOT_FOUND",
    f'mutation {{ rejectFaces(faces: [], person: "{P}") {{ matched }} }}': "NOT_FOUND",
    f'mutation {{ ignoreFaces(faces: ["{F}"]) {{ matched }} }}': "NOT_FOUND",
    f'mutation {{ addFace(photo: "{PHOTO_ID}", box: {{ x: 0, y: 0, width: 1, height: 1 }}) {{ id }} }}': "NOT_FOUND",
    "{ faceClusters(first: 500) { nodes { faces(first: 500) { nodes { person { name } } } } } }": "TOO_COMPLEX",
}


async def test_what_makes_no_sense_is_told_apart(ask: Ask) -> None:
    assert await codes(ask, NO_SENSE) == NO_SENSE
    assert data(await ask("{ persons(includeHidden: true) { totalCount } }"))["persons"]["totalCount"] == 0
