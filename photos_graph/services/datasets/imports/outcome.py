"""What an import means by the names of tags and persons, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import uuid4

from photos_graph.errors import BadInput
from photos_graph.graph.faces import persons
from photos_graph.graph.labels import changes
from photos_graph.graph.labels.changes import Change, Edit, PersonState
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model import LabelKind
from photos_graph.names import checked_person_name, checked_tag_path, person_key
from photos_graph.services.datasets.exports.records import TagMark
from photos_graph.services.datasets.imports.merge_rules import Speaker

OPERATION = "IMPORT"  # of the changes that it leaves behind


@dataclass(slots=True)
class Outcome:
    """``changed``: photos (or folders) that are not what they were; ``changes``: ids of what can be undone;
    ``refused``: (path, reason)."""

    changed: int = 0
    changes: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


async def note_change(
    tx: LabelTransaction, kind: LabelKind, edits: tuple[Edit, ...], speaker: Speaker, outcome: Outcome
) -> None:
    """Records the edits, so that they can be undone."""
    change_id = await changes.record(tx, Change(OPERATION, kind, speaker.by, speaker.at_ms, edits))
    if change_id is not None:
        outcome.changes.append(change_id)


def placed_marks(marks: Iterable[TagMark], tree: TagTree) -> tuple[list[tuple[str, TagMark]], list[str]]:
    """With the ids of their tags, which are added to the tree where there are none; and why some are no tags."""
    placed: list[tuple[str, TagMark]] = []
    refused: list[str] = []
    for mark in marks:
        try:
            placed.append((tree.reach(checked_tag_path(mark.tag)).id, mark))
        except BadInput as error:
            refused.append(error.public_message)
    return placed, refused


async def meant_persons(
    tx: LabelTransaction, names: Iterable[str], speaker: Speaker
) -> tuple[dict[str, str], dict[str, PersonState], dict[str, str]]:
    """Names to ids; the persons who are new; and, by name, why some are none."""
    kept: dict[str, str] = {}
    refused: dict[str, str] = {}
    for name in names:
        try:
            kept[name] = checked_person_name(name)
        except BadInput as error:
            refused[name] = error.public_message
    known = await persons.named(tx, kept.values())
    fresh: dict[str, PersonState] = {}
    for name in sorted(set(kept.values())):
        if person_key(name) not in known:
            state = PersonState(name, False, False, None, speaker.at_ms, speaker.by)
            fresh[known.setdefault(person_key(name), uuid4().hex)] = state
    return {name: known[person_key(plain)] for name, plain in kept.items()}, fresh, refused
