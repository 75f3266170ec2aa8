"""What a lane says of faces and persons. The value of a person is (name, is hidden, note); that of a name on a face are
the handles of the persons."""

from __future__ import annotations

from typing import Any

from tests.soak.lanes import Answer, Lane, Operation
from tests.soak.truth import Key, State

Place = tuple[str, str]  # photo and slot of a face
ROWS = (2, 12)  # hundredths of the height of the picture, where faces are drawn
DRAWN = 0.1  # width and height of drawn faces, as shares of the picture
SIDES = {"left": 0.1, "right": 0.6}


def create_person(lane: Lane) -> Operation | None:
    handle = lane.handle("p")
    document = "mutation($n: String!) { r: createPerson(name: $n) { id change } }"
    changes = {("person", handle): (f"{handle}.0", False, None)}
    return Operation(document, {"n": f"{handle}.0"}, changes, makes=("Person", handle))


def rename_person(lane: Lane) -> Operation | None:
    if (handle := lane.one("person", "Person")) is None:
        return None
    name = f"{handle}.{lane.random.randint(1, 10**6)}"
    document = "mutation($i: ID!, $n: String!) { r: renamePerson(id: $i, name: $n) { change } }"
    changes = {("person", handle): (name, *lane.known["person", handle][1:])}
    return Operation(document, {"i": lane.ids["Person", handle], "n": name}, changes)


def update_person(lane: Lane) -> Operation | None:
    if (handle := lane.one("person", "Person")) is None:
        return None
    hidden, note = lane.random.random() < 0.3, lane.handle("note")
    document = "mutation($i: ID!, $h: Boolean, $n: String) { r: updatePerson(id: $i, hidden: $h, note: $n) { change } }"
    changes = {("person", handle): (lane.known["person", handle][0], hidden, note)}
    return Operation(document, {"i": lane.ids["Person", handle], "h": hidden, "n": note}, changes)


def delete_person(lane: Lane) -> Operation | None:
    handle = lane.one("person", "Person")
    if handle is None or lane.random.random() < 0.6 or not _is_sure_of_faces(lane):
        return None
    changes: State = {key: None for key in lane.of_kind("named") if lane.known[key] == (handle,)}
    changes |= {key: None for key in lane.of_kind("never") if key[-1] == handle}
    changes["person", handle] = None
    document = "mutation($i: ID!) { r: deletePerson(id: $i) lastDeletion }"
    return Operation(document, {"i": lane.ids["Person", handle]}, changes)


def merge_persons(lane: Lane) -> Operation | None:
    gone, into = lane.one("person", "Person"), lane.one("person", "Person")
    if gone is None or into is None or gone == into or not _is_sure_of_faces(lane):
        return None
    changes: State = {("person", gone): None}
    for key in lane.of_kind("never"):
        if key[-1] == gone:
            changes[key] = None
            if lane.known.get(("named", *key[1:3])) != (into,):
                changes[(*key[:-1], into)] = True
    for key in lane.of_kind("named"):
        if lane.known[key] == (gone,):
            changes[key] = (into,)
            if ("never", *key[1:], into) in lane.known:
                changes["never", *key[1:], into] = None
    document = "mutation($f: [ID!]!, $i: ID!) { r: mergePersons(from: $f, into: $i) { change } }"
    return Operation(document, {"f": [lane.ids["Person", gone]], "i": lane.ids["Person", into]}, changes)


def assign_faces(lane: Lane) -> Operation | None:
    """Names faces after a person who exists, or after a new one."""
    places = _some_faces(lane)
    if not places:
        return None
    document = "mutation($f: [ID!]!, $p: String!) { r: assignFaces(faces: $f, person: $p) { change } }"
    handle = lane.one("person", "Person")
    if handle is None or lane.random.random() < 0.2:
        handle = lane.handle("p")
        person, changes = f"{handle}.0", _created(handle)
    else:
        person, changes = lane.ids["Person", handle], {}
    for place in places:
        changes |= _named(lane, place, handle)
    return Operation(document, {"f": _ids(lane, places), "p": person}, changes)


def _created(handle: str) -> State:
    return {("person", handle): (f"{handle}.0", False, None)}


def _named(lane: Lane, place: Place, handle: str) -> State:
    """Returns what changes if a face gets that name."""
    never: Key = ("never", *place, handle)
    changes: State = {("named", *place): (handle,)}
    return {**changes, never: None} if never in lane.known else changes


def reject_faces(lane: Lane) -> Operation | None:
    handle, places = lane.one("person", "Person"), _some_faces(lane)
    if handle is None or not places:
        return None
    changes: State = {}
    for place in places:
        changes["never", *place, handle] = True
        if lane.known.get(("named", *place)) == (handle,):
            changes["named", *place] = None
    document = "mutation($f: [ID!]!, $p: ID!) { r: rejectFaces(faces: $f, person: $p) { change } }"
    return Operation(document, {"f": _ids(lane, places), "p": lane.ids["Person", handle]}, changes)


def ignore_faces(lane: Lane) -> Operation | None:
    places, ignored = _some_faces(lane, most=2), lane.random.random() < 0.5
    if not places:
        return None
    changes: State = {("ignored", *place): ignored or None for place in places}
    document = "mutation($f: [ID!]!, $i: Boolean!) { r: ignoreFaces(faces: $f, ignored: $i) { change } }"
    return Operation(document, {"f": _ids(lane, places), "i": ignored}, changes)


def draw_face(lane: Lane) -> Operation | None:
    photo = lane.random.choice(lane.photos).name
    side, row = lane.random.choice(tuple(SIDES)), lane.random.choice(ROWS)
    place = (photo, f"{side} {row}")
    if ("Photo", photo) not in lane.ids or ("drawn", *place) in lane.known:
        return None
    box = {"x": SIDES[side], "y": row / 100, "width": DRAWN, "height": DRAWN}
    handle = lane.handle("p") if lane.random.random() < 0.4 else None
    changes: State = {("drawn", *place): True}
    if handle is not None:
        changes |= {("named", *place): (handle,), **_created(handle)}
    document = (
        """mutation($p: ID!, $b: BoxInput!, $n: String) { r: addFace(photo: $p, box: $b, person: $n) { change } }"""
    )
    variables = {"p": lane.ids["Photo", photo], "b": box, "n": f"{handle}.0" if handle is not None else None}
    return Operation(document, variables, changes)


def delete_faces(lane: Lane) -> Operation | None:
    places = [place for place in lane.faces if ("drawn", *place) in lane.known]
    if not places or not _is_sure_of_faces(lane):
        return None
    place = lane.random.choice(places)
    changes: State = {
        key: None for key in lane.known if key[0] in ("drawn", "named", "ignored", "never") and key[1:3] == place
    }
    document = "mutation($f: [ID!]!) { r: deleteFaces(faces: $f) { change } }"
    return Operation(document, {"f": _ids(lane, [place])}, changes)


def name_cluster(lane: Lane) -> Operation | None:
    """Names the faces of a cluster, whichever they are by now."""
    clusters = sorted({face.cluster for face in lane.faces.values() if face.cluster is not None})
    if not clusters:
        return None
    cluster, handle = lane.random.choice(clusters), lane.handle("p")
    document = """mutation($c: ID!, $p: String!) {
      r: nameCluster(cluster: $c, person: $p) { change faces(first: 100) { box { x y } source photo { name } } } }"""
    variables = {"c": cluster, "p": f"{handle}.0"}
    places = [place for place in lane.faces if ("named", *place) not in lane.known]
    may: dict[Key, tuple[Any, ...]] = {("named", *place): ((handle,),) for place in places}
    may["person", handle] = (_created(handle)["person", handle],)

    def hears(answer: Answer) -> State:
        named = {("named", *_place(face)): (handle,) for face in answer["faces"]}
        return {**_created(handle), **named}

    return Operation(document, variables, {}, may, hears)


def _place(face: dict[str, Any]) -> Place:
    """Returns the place of a face of an answer. ``truth`` has the same rule."""
    side, row = "left" if face["box"]["x"] < 0.4 else "right", round(face["box"]["y"] * 100)
    return face["photo"]["name"].removesuffix(".jpg"), f"{side} {row}" if row in ROWS else side


def _some_faces(lane: Lane, most: int = 4) -> list[Place]:
    """Returns faces whose assertions are known."""
    sure = [place for place in sorted(lane.faces) if lane.is_sure(("named", *place)) and _exists(lane, place)]
    return lane.random.sample(sure, min(len(sure), lane.random.randint(1, most)))


def _exists(lane: Lane, place: Place) -> bool:
    return place[1] in SIDES or ("drawn", *place) in lane.known


def _is_sure_of_faces(lane: Lane) -> bool:
    return not any(key[0] in ("named", "never") for key in lane.open)


def _ids(lane: Lane, places: list[Place]) -> list[str]:
    return [lane.faces[place].id for place in places]


OPERATIONS = (
    create_person,
    rename_person,
    update_person,
    delete_person,
    merge_persons,
    assign_faces,
    assign_faces,
    reject_faces,
    ignore_faces,
    draw_face,
    delete_faces,
    name_cluster,
)
