"""Says in a sentence what a change did. These functions are pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from photos_graph.graph.labels.edits import Assertion, AssertionKind, Change, Edit, Value
from photos_graph.model.labels import LabelKind
from photos_graph.shown import counted

NAMED = 3  # labels that a sentence names; of others it says how many there are

# One sentence for each operation. {things} are the photos, faces or folders, and {labels} the tags, persons or albums.
SENTENCES: dict[str, str] = {
    "TAG_PHOTOS": "Tagged {things} with {labels}.",
    "UNTAG_PHOTOS": "Removed {labels} from {things}.",
    "TAG_FOLDER": "Tagged {folders} with {labels}.",
    "UNTAG_FOLDER": "Removed {labels} from {folders}.",
    "TAG_FOLDERS_BY_NAME": "Tagged {folders} by their names.",
    "CONFIRM_TAGS": "Confirmed {labels} on {things}.",
    "REJECT_TAGS": "Said that {things} do not have {labels}.",
    "JUDGE_SHEET": "Judged a sheet of {things} for {labels}.",
    "ANSWER": "Answered questions about {things}.",
    "SKIP": "Put questions off: {things}.",
    "DESCRIBE_PHOTOS": "Described {things}.",
    "PLACE_PHOTOS": "Placed {things}.",
    "DATE_PHOTOS": "Dated {things}.",
    "REVERT_PHOTOS": "Let the files speak for {things} again.",
    "STACK_PHOTOS": "Stacked {things}.",
    "UNSTACK_PHOTOS": "Unstacked {things}.",
    "SUCCEED": "Let edited photos take over the labels of {things}.",
    "NAME_CLUSTER": "Named {things} {labels}.",
    "ASSIGN_FACES": "Assigned {things} to {labels}.",
    "REJECT_FACES": "Said that {things} do not show {labels}.",
    "IGNORE_CLUSTER": "Ignored {things}.",
    "ADD_FACE": "Drew {things}.",
    "MOVE_FACE": "Moved {things}.",
    "DELETE_FACES": "Deleted {things}.",
    "ADD_TO_ALBUM": "Added {things} to {labels}.",
    "REMOVE_FROM_ALBUM": "Removed {things} from {labels}.",
    "MOVE_IN_ALBUM": "Moved {things} in {labels}.",
}
_IGNORED = {True: "Ignored {things}.", False: "No longer ignored {things}."}
_FAVOURITE = {True: "Marked {things} as favourites.", False: "Removed {things} from the favourites."}
_IMPORTED: dict[LabelKind, str] = {
    LabelKind.TAGS: "Imported the tags of {things}.",
    LabelKind.RATING: "Imported the ratings of {things}.",
    LabelKind.FAVOURITE: "Imported the favourites among {things}.",
    LabelKind.FACES: "Imported the names of {things}.",
    LabelKind.STACKS: "Imported the stacks of {things}.",
    LabelKind.PROPERTIES: "Imported the descriptions of {things}.",
    LabelKind.ALBUMS: "Imported the albums of {things}.",
}


_NOUNS = {LabelKind.FACES: "person", LabelKind.ALBUMS: "album"}
_STATES = (AssertionKind.TAGGED, AssertionKind.IS)


def summary(change: Change, names: Mapping[str, str]) -> str:
    """Returns the sentence, with ``names`` of tags, persons and folders by their ids. Names that are not known are left
    out."""
    return change.summary or _sentence(change).format(
        things=_things(change.edits), folders=_folders(change.edits, names), labels=_labels(change, names)
    )


def of_photos(operation: str, count: int, labels: Sequence[str]) -> str:
    """Returns the sentence of a change of so many photos, which is recorded in several parts."""
    named = ", ".join(labels[:NAMED]) + (f" and {len(labels) - NAMED:,} more" if len(labels) > NAMED else "")
    return SENTENCES[operation].format(things=counted(count, "photo"), labels=named)


def changed(change: Change) -> int:
    """Counts the photos or faces; if there are none, the folders; or else the tags or persons themselves."""
    if change.changed is not None:
        return change.changed
    return len(_of(change.edits, "photos") or _of(change.edits, "faces") or _of(change.edits, "folders")) or len(
        {edit.label_id for edit in change.edits}
    )


def named(change: Change) -> tuple[list[str], list[str]]:
    """Returns the ids of the labels and of the folder that the sentence names."""
    folders = _of(change.edits, "folders")
    return _label_ids(change)[:NAMED], list(folders) if len(folders) == 1 else []


def _sentence(change: Change) -> str:
    value = next((edit.after.value for edit in change.edits if isinstance(edit.after, Value)), None)
    if change.operation == "IMPORT":
        return _IMPORTED.get(change.kind, "Imported labels of {things}.")
    if change.operation == "RATING":
        return "Removed the rating of {things}." if value is None else f"Rated {{things}} {value} of 5."
    if change.operation == "FAVOURITE":
        return _FAVOURITE[bool(value)]
    if change.operation == "IGNORE_FACES":
        return _IGNORED[bool(value)]
    return SENTENCES.get(change.operation, "Changed {things}.")


def _things(edits: Iterable[Edit]) -> str:
    edits = list(edits)
    for noun, ids in (
        ("photo", _of(edits, "photos")),
        ("face", _of(edits, "faces")),
        ("folder", _of(edits, "folders")),
    ):
        if ids:
            return counted(len(ids), noun)
    return counted(len({edit.label_id for edit in edits}), "label")


def _folders(edits: Iterable[Edit], names: Mapping[str, str]) -> str:
    ids = _of(edits, "folders")
    if len(ids) == 1 and (name := names.get(next(iter(ids)))):
        return f"the folder {name}"
    return counted(len(ids), "folder")


def _labels(change: Change, names: Mapping[str, str]) -> str:
    ids = _label_ids(change)
    known = [names[id_] for id_ in ids[:NAMED] if id_ in names]
    if not known:
        return counted(len(ids), _NOUNS.get(change.kind, "tag"))
    if more := len(ids) - len(known):
        return f"{', '.join(known)} and {more:,} more"
    return " and ".join(filter(None, [", ".join(known[:-1]), known[-1]]))


def _label_ids(change: Change) -> list[str]:
    """Returns the ids of the labels: of those that people state, if any, rather than of those that give way to them."""
    edits = [edit for edit in change.edits if edit.label_id is not None and (edit.photos or edit.folders or edit.faces)]
    stated = [edit for edit in edits if isinstance(edit.after, Assertion) and edit.after.kind in _STATES]
    return list(dict.fromkeys(edit.label_id for edit in stated or edits if edit.label_id is not None))


def _of(edits: Iterable[Edit], field: str) -> set[Any]:
    return {id_ for edit in edits for id_ in getattr(edit, field)}
