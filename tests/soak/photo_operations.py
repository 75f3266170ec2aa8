"""What a lane says of photos, folders and tags."""

from __future__ import annotations

from collections.abc import Sequence

from tests.soak.lanes import Answer, Lane, Operation
from tests.soak.library import FOLDERS, SCENES, Original
from tests.soak.truth import Key, State

TAGGED, EXCLUDED = "tagged", "excluded"


def rate(lane: Lane) -> Operation | None:
    photos, rating = lane.some_photos(), lane.random.randint(1, 5)
    document = "mutation($p: [ID!]!, $n: Int) { r: ratePhotos(photos: $p, rating: $n) { change } }"
    changes = {("rating", each.name): rating for each in photos}
    return Operation(document, {"p": _ids(lane, photos), "n": rating}, changes)


def favour(lane: Lane) -> Operation | None:
    photos, favourite = lane.some_photos(), lane.random.random() < 0.7
    document = "mutation($p: [ID!]!, $f: Boolean!) { r: favouritePhotos(photos: $p, favourite: $f) { change } }"
    changes: State = {("favourite", each.name): favourite or None for each in photos}
    return Operation(document, {"p": _ids(lane, photos), "f": favourite}, changes)


def describe(lane: Lane) -> Operation | None:
    photos, text = lane.some_photos(), lane.handle("text")
    document = """mutation($p: [ID!]!, $t: String, $c: String) {
      r: describePhotos(photos: $p, title: $t, caption: $c) { change } }"""
    changes = {(kind, each.name): f"{text} {kind}" for each in photos for kind in ("title", "caption")}
    return Operation(document, {"p": _ids(lane, photos), "t": f"{text} title", "c": f"{text} caption"}, changes)


def create_tag(lane: Lane) -> Operation | None:
    handle, parent = lane.handle("t"), _parent(lane)
    document = "mutation($n: String!, $p: ID) { r: createTag(name: $n, parent: $p) { id change } }"
    name = f"{handle}.0"
    up = (parent,) if parent else ()
    variables = {"n": name, "p": lane.ids["Tag", parent] if parent else None}
    return Operation(document, variables, {("tagname", handle): (name, *up)}, makes=("Tag", handle))


def _parent(lane: Lane) -> str | None:
    """Returns the tag below which others of the lane may be: its first one."""
    first = f"{lane.name}-t1"
    return (
        first
        if lane.random.random() < 0.3 and ("tagname", first) in lane.known and ("Tag", first) in lane.ids
        else None
    )


def _tag(lane: Lane) -> str | None:
    """Returns a tag of the lane, but for the one below which others are."""
    handle = lane.one("tagname", "Tag")
    return None if handle == f"{lane.name}-t1" else handle


def rename_tag(lane: Lane) -> Operation | None:
    if (handle := _tag(lane)) is None:
        return None
    _, *up = lane.known["tagname", handle]
    name = f"{handle}.{lane.random.randint(1, 10**6)}"
    document = "mutation($i: ID!, $n: String!) { r: renameTag(id: $i, name: $n) { change } }"
    return Operation(document, {"i": lane.ids["Tag", handle], "n": name}, {("tagname", handle): (name, *up)})


def move_tag(lane: Lane) -> Operation | None:
    if (handle := _tag(lane)) is None:
        return None
    parent = _parent(lane)
    name = lane.known["tagname", handle][0]
    document = "mutation($i: ID!, $p: ID) { r: moveTag(id: $i, parent: $p) { change } }"
    variables = {"i": lane.ids["Tag", handle], "p": lane.ids["Tag", parent] if parent else None}
    return Operation(document, variables, {("tagname", handle): (name, *((parent,) if parent else ()))})


def delete_tag(lane: Lane) -> Operation | None:
    handle = _tag(lane)
    if handle is None or lane.random.random() < 0.5:
        return None
    document = "mutation($i: ID!) { r: deleteTag(id: $i) lastDeletion }"
    changes: State = {key: None for key in lane.known if key[-1] == handle and key[0] in ("tag", "folder")}
    changes |= {("tagname", handle): None}
    if ("threshold", handle) in lane.known:
        changes["threshold", handle] = None
    if any(key[-1] == handle for key in lane.open):
        return None
    return Operation(document, {"i": lane.ids["Tag", handle]}, changes)


def merge_tags(lane: Lane) -> Operation | None:
    """Merges a tag into another one, if nothing is said about either that the other contradicts."""
    gone, into = _tag(lane), _tag(lane)
    if gone is None or into is None or gone == into or ("threshold", gone) in lane.known:
        return None
    about = {key: value for key, value in lane.known.items() if key[0] in ("tag", "folder") and key[2] in (gone, into)}
    moved = {key for key in about if key[2] == gone}
    is_plain = EXCLUDED not in about.values() and not any((*key[:2], into) in about for key in moved)
    if not is_plain or any(key[-1] in (gone, into) for key in lane.open):
        return None
    changes: State = dict.fromkeys(moved) | {(*key[:2], into): TAGGED for key in moved}
    document = "mutation($f: [ID!]!, $i: ID!) { r: mergeTags(from: $f, into: $i) { change } }"
    variables = {"f": [lane.ids["Tag", gone]], "i": lane.ids["Tag", into]}
    return Operation(document, variables, {**changes, ("tagname", gone): None})


def set_threshold(lane: Lane) -> Operation | None:
    if (handle := _tag(lane)) is None:
        return None
    threshold = lane.random.choice((0.25, 0.5, 0.75))
    document = "mutation($i: ID!, $t: Float) { r: setThreshold(tag: $i, threshold: $t) { change } }"
    return Operation(document, {"i": lane.ids["Tag", handle], "t": threshold}, {("threshold", handle): threshold})


def tag_photos(lane: Lane) -> Operation | None:
    if (handle := _tag(lane)) is None:
        return None
    photos = lane.some_photos()
    document = "mutation($p: [ID!]!, $t: [String!]!) { r: tagPhotos(photos: $p, tags: $t) { change } }"
    changes: State = {("tag", each.name, handle): TAGGED for each in photos}
    return Operation(document, {"p": _ids(lane, photos), "t": [lane.ids["Tag", handle]]}, changes)


def tag_scene(lane: Lane) -> Operation | None:
    """Says of photos truly which scene they show, so that models have something to learn."""
    scene = lane.random.choice(tuple(SCENES))
    photos = [each for each in lane.photos if each.scene == scene and ("Photo", each.name) in lane.ids]
    if not photos or ("Tag", scene) not in lane.ids:
        return None
    document = "mutation($p: [ID!]!, $t: [String!]!) { r: tagPhotos(photos: $p, tags: $t) { change } }"
    chosen = lane.random.sample(photos, max(1, len(photos) // 2))
    changes: State = {("tag", each.name, scene): TAGGED for each in chosen}
    return Operation(document, {"p": _ids(lane, chosen), "t": [lane.ids["Tag", scene]]}, changes)


def untag_photos(lane: Lane) -> Operation | None:
    if (handle := _tag(lane)) is None:
        return None
    photos = lane.some_photos()
    document = "mutation($p: [ID!]!, $t: [String!]!) { r: untagPhotos(photos: $p, tags: $t) { change } }"
    keys = {("tag", each.name, handle): _carries(lane, each.folder, handle) for each in photos}
    changes: State = {key: EXCLUDED for key, is_inherited in keys.items() if is_inherited}
    # A tag that a model gives is excluded, too.
    may: dict[Key, tuple[object, ...]] = {}
    for key in keys.keys() - changes.keys():
        if not lane.is_sure(key):
            return None
        if lane.known.get(key) == TAGGED:
            changes[key] = None
        if lane.known.get(key) != EXCLUDED:
            may[key] = (None, EXCLUDED)
    return Operation(document, {"p": _ids(lane, photos), "t": [lane.ids["Tag", handle]]}, changes, may)


def tag_folder(lane: Lane) -> Operation | None:
    if (handle := _tag(lane)) is None or (folder := _folder(lane)) is None:
        return None
    document = "mutation($f: ID!, $t: [String!]!) { r: tagFolder(folder: $f, tags: $t) { change } }"
    variables = {"f": lane.ids["Folder", folder], "t": [lane.ids["Tag", handle]]}
    return Operation(document, variables, {("folder", folder, handle): TAGGED})


def untag_folder(lane: Lane) -> Operation | None:
    if (handle := _tag(lane)) is None or (folder := _folder(lane)) is None:
        return None
    document = "mutation($f: ID!, $t: [String!]!) { r: untagFolder(folder: $f, tags: $t) { change } }"
    variables = {"f": lane.ids["Folder", folder], "t": [lane.ids["Tag", handle]]}
    key = ("folder", folder, handle)
    is_inherited = folder != lane.name and lane.known.get(("folder", lane.name, handle)) == TAGGED
    stays = lane.known.get(key) == EXCLUDED or is_inherited
    photos = [("tag", each.name, handle) for each in lane.photos if f"{lane.name}/{each.folder}".startswith(folder)]
    may: dict[Key, tuple[object, ...]] = {each: (EXCLUDED,) for each in photos if each not in lane.known}
    return Operation(document, variables, {key: EXCLUDED if stays else None}, may)


def reject_predictions(lane: Lane) -> Operation | None:
    """Answers for a whole folder what a model gives or suggests."""
    scene, folder = lane.random.choice(tuple(SCENES)), _folder(lane)
    if folder is None or ("Tag", scene) not in lane.ids:
        return None
    document = """mutation($f: ID!, $t: [String!]!) {
      r: rejectTags(folder: $f, tags: $t) { change isComplete photos(first: 100) { name } } }"""
    variables = {"f": lane.ids["Folder", folder], "t": [lane.ids["Tag", scene]]}
    photos = [("tag", each.name, scene) for each in lane.photos if f"{lane.name}/{each.folder}".startswith(folder)]

    def hears(answer: Answer) -> State:
        return {("tag", each["name"].removesuffix(".jpg"), scene): EXCLUDED for each in answer["photos"]}

    return Operation(document, variables, {}, {key: (EXCLUDED,) for key in photos if key not in lane.known}, hears)


def _folder(lane: Lane) -> str | None:
    folder = lane.random.choice((lane.name, *(f"{lane.name}/{each}" for each in FOLDERS)))
    return folder if ("Folder", folder) in lane.ids else None


def _carries(lane: Lane, folder: str, handle: str) -> bool:
    """Returns whether the folder gives the tag to its photos."""
    own, above = (lane.known.get(("folder", path, handle)) for path in (f"{lane.name}/{folder}", lane.name))
    return own == TAGGED or (above == TAGGED and own != EXCLUDED)


def _ids(lane: Lane, photos: Sequence[Original]) -> list[str]:
    return lane.ids_of("Photo", [each.name for each in photos])


OPERATIONS = (
    rate,
    rate,
    favour,
    describe,
    create_tag,
    rename_tag,
    move_tag,
    delete_tag,
    merge_tags,
    set_threshold,
    tag_photos,
    tag_photos,
    tag_scene,
    tag_scene,
    untag_photos,
    tag_folder,
    untag_folder,
    reject_predictions,
)
