"""Resolves the names of tags and persons in imported records, and collects the outcome of the import."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import uuid4

from photos_graph.errors import BadInput
from photos_graph.graph.faces import persons
from photos_graph.graph.labels.edits import Change, Edit, PersonState
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import LabelKind
from photos_graph.names import checked_person_name, checked_tag_path, person_key
from photos_graph.services.datasets.exports.records import PersonRecord, TagMark
from photos_graph.services.datasets.imports.merge_rules import Importer

OPERATION = "IMPORT"  # of the recorded changes


@dataclass(slots=True)
class Outcome:
    """The outcome of writing some records. ``changed`` counts photos or folders, ``changes`` holds the ids of recorded
    changes, which can be undone, and ``refused`` holds (path, reason)."""

    changed: int = 0
    changes: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def record_change(
    tx: LabelTransaction, kind: LabelKind, edits: tuple[Edit, ...], importer: Importer, outcome: Outcome
) -> None:
    """Records the edits, so that they can be undone."""
    change_id = tx.record(Change(OPERATION, kind, importer.by, importer.at_ms, edits))
    if change_id is not None:
        outcome.changes.append(change_id)


def resolve_tags(marks: Iterable[TagMark], tree: TagTree) -> tuple[list[tuple[str, TagMark]], list[str]]:
    """Returns the marks with the ids of their tags, and the reasons why some cannot be used.

    Tags that do not exist are added to the tree.
    """
    resolved: list[tuple[str, TagMark]] = []
    refused: list[str] = []
    for mark in marks:
        try:
            resolved.append((tree.reach(checked_tag_path(mark.tag)).id, mark))
        except BadInput as error:
            refused.append(error.public_message)
    return resolved, refused


def unclear_names(records: Iterable[PersonRecord]) -> frozenset[str]:
    """Returns the names in an export, as keys, that several persons have, or one person with a note or a birthday."""
    named: dict[str, list[PersonRecord]] = {}
    for record in records:
        if record.called is None:
            named.setdefault(person_key(record.name), []).append(record)
    return frozenset(
        key for key, those in named.items() if len(those) > 1 or those[0].note or those[0].birthday is not None
    )


@dataclass(frozen=True, slots=True)
class ResolvedPersons:
    """Persons of imported records. ``ids`` maps names to ids, ``new`` holds the persons to create by id, and
    ``refused`` the reasons why names cannot be used."""

    ids: dict[str, str]
    new: dict[str, PersonState]
    refused: dict[str, str]


async def resolve_persons(tx: LabelTransaction, names: Iterable[str], importer: Importer) -> ResolvedPersons:
    """Finds the persons with these names, and assigns ids to those that do not exist yet. Of several with a name, the
    one who has neither a note nor a birthday is meant, since an export names the others with theirs, unless the name is
    ``unclear``: an export from an earlier version gives all of them the same name."""
    valid: dict[str, str] = {}
    refused: dict[str, str] = {}
    for name in names:
        try:
            valid[name] = checked_person_name(name)
        except BadInput as error:
            refused[name] = error.public_message
    known = await persons.named(tx, valid.values())
    shared = await persons.states(tx, (id_ for ids in known.values() if len(ids) > 1 for id_ in ids))
    for key, ids in known.items():
        plain_ids = [id_ for id_ in ids if id_ in shared and not (shared[id_].note or shared[id_].birthday)]
        if len(plain_ids) == 1 and key not in importer.unclear:
            known[key] = plain_ids
    for name, plain in list(valid.items()):
        if (count := len(known.get(person_key(plain), ()))) > 1:
            refused[name] = f'{count} persons are named "{plain}" here, so it is not known which one is meant.'
            del valid[name]
    id_by_key = {key: ids[0] for key, ids in known.items()}
    new: dict[str, PersonState] = {}
    for name in sorted(set(valid.values())):
        if person_key(name) not in id_by_key:
            state = PersonState(name, False, False, None, importer.at_ms, importer.by)
            new[id_by_key.setdefault(person_key(name), uuid4().hex)] = state
    return ResolvedPersons({name: id_by_key[person_key(plain)] for name, plain in valid.items()}, new, refused)
