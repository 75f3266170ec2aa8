"""What a lane says of albums and saved searches. The value of an album is (name, description, text, photos, cover)."""

from __future__ import annotations

from typing import Any

from tests.soak.lanes import Lane, Operation
from tests.soak.truth import State

Album = tuple[str, str | None, str | None, tuple[str, ...], str | None]


def create_album(lane: Lane) -> Operation | None:
    handle, photos = lane.handle("a"), [each.name for each in lane.some_photos(8)]
    document = """mutation($n: String!, $p: [ID!], $d: String) {
      r: createAlbum(name: $n, photos: $p, description: $d) { change album { id } } }"""
    variables = {"n": f"{handle}.0", "p": lane.ids_of("Photo", photos), "d": "Made"}
    return _making(document, variables, handle, (f"{handle}.0", "Made", None, tuple(photos), None))


def save_search(lane: Lane) -> Operation | None:
    handle = lane.handle("s")
    document = "mutation($n: String!, $t: String) { r: createAlbum(name: $n, text: $t) { change album { id } } }"
    variables = {"n": f"{handle}.0", "t": "rating:5"}
    return _making(document, variables, handle, (f"{handle}.0", None, "rating:5", (), None))


def _making(document: str, variables: dict[str, Any], handle: str, album: Album) -> Operation:
    return Operation(document, variables, {("album", handle): album}, makes=("Album", handle))


def edit_search(lane: Lane) -> Operation | None:
    if (handle := _album(lane, saved=True)) is None:
        return None
    name, description, _, *rest = _of(lane, handle)
    text = f"rating:{lane.random.randint(1, 4)}"
    document = "mutation($a: ID!, $t: String) { r: editAlbum(album: $a, text: $t) { change } }"
    return _edit(lane, document, handle, {"t": text}, (name, description, text, *rest))


def rename_album(lane: Lane) -> Operation | None:
    if (handle := _album(lane, saved=lane.random.random() < 0.3)) is None:
        return None
    name = f"{handle}.{lane.random.randint(1, 10**6)}"
    document = "mutation($a: ID!, $n: String!) { r: renameAlbum(album: $a, name: $n) { change } }"
    return _edit(lane, document, handle, {"n": name}, (name, *_of(lane, handle)[1:]))


def add_to_album(lane: Lane) -> Operation | None:
    if (handle := _album(lane)) is None:
        return None
    name, description, text, photos, cover = _of(lane, handle)
    new = [each.name for each in lane.some_photos(6)]
    order = (*photos, *(each for each in new if each not in photos))
    document = "mutation($a: ID!, $p: [ID!]) { r: addToAlbum(album: $a, photos: $p) { change } }"
    variables = {"p": lane.ids_of("Photo", new)}
    return _edit(lane, document, handle, variables, (name, description, text, order, cover))


def remove_from_album(lane: Lane) -> Operation | None:
    handle = _album(lane)
    if handle is None or not (photos := _of(lane, handle)[3]):
        return None
    name, description, text, _, cover = _of(lane, handle)
    gone = lane.random.sample(photos, min(len(photos), lane.random.randint(1, 3)))
    order = tuple(each for each in photos if each not in gone)
    document = "mutation($a: ID!, $p: [ID!]) { r: removeFromAlbum(album: $a, photos: $p) { change } }"
    variables = {"p": lane.ids_of("Photo", gone)}
    return _edit(lane, document, handle, variables, (name, description, text, order, cover))


def move_in_album(lane: Lane) -> Operation | None:
    handle = _album(lane)
    if handle is None or len(photos := _of(lane, handle)[3]) < 2:
        return None
    name, description, text, _, cover = _of(lane, handle)
    moving = lane.random.sample(photos, lane.random.randint(1, min(3, len(photos) - 1)))
    rest = [each for each in photos if each not in moving]
    at = lane.random.randrange(len(rest))
    order = (*rest[:at], *moving, *rest[at:])
    document = "mutation($a: ID!, $p: [ID!]!, $b: ID) { r: moveInAlbum(album: $a, photos: $p, before: $b) { change } }"
    variables = {"p": lane.ids_of("Photo", moving), "b": lane.ids["Photo", rest[at]]}
    return _edit(lane, document, handle, variables, (name, description, text, order, cover))


def set_cover(lane: Lane) -> Operation | None:
    handle = _album(lane)
    if handle is None or not (photos := _of(lane, handle)[3]):
        return None
    cover = lane.random.choice(photos)
    document = "mutation($a: ID!, $p: ID) { r: setAlbumCover(album: $a, photo: $p) { change } }"
    return _edit(lane, document, handle, {"p": lane.ids["Photo", cover]}, (*_of(lane, handle)[:4], cover))


def delete_album(lane: Lane) -> Operation | None:
    handle = _album(lane, saved=lane.random.random() < 0.3)
    if handle is None or lane.random.random() < 0.5:
        return None
    return _edit(lane, "mutation($a: ID!) { r: deleteAlbum(album: $a) { change } }", handle, {}, None)


def _edit(lane: Lane, document: str, handle: str, variables: dict[str, Any], after: object) -> Operation:
    changes: State = {("album", handle): after}
    return Operation(document, {"a": lane.ids["Album", handle], **variables}, changes)


def _of(lane: Lane, handle: str) -> Any:
    return lane.known["album", handle]


def _album(lane: Lane, *, saved: bool = False) -> str | None:
    """Returns an album of chosen photos, or a saved search."""
    kind = f"{lane.name}-{'s' if saved else 'a'}"
    found = [key[1] for key in lane.of_kind("album") if key[1].startswith(kind) and ("Album", key[1]) in lane.ids]
    return lane.random.choice(found) if found else None


OPERATIONS = (
    create_album,
    save_search,
    edit_search,
    rename_album,
    add_to_album,
    add_to_album,
    remove_from_album,
    move_in_album,
    move_in_album,
    set_cover,
    delete_album,
)
