"""Imports the labels of folders, and tags and persons themselves, in one commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from photos_graph.errors import BadInput
from photos_graph.graph.faces import persons
from photos_graph.graph.labels import tag_edges, tags
from photos_graph.graph.labels.edits import Edit, PersonState, SingleEdit, grouped
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.learning import models
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.labels import LabelKind
from photos_graph.names import plain_name, tag_names
from photos_graph.services.datasets.exports.records import LibraryRecord, PersonRecord, TagMark
from photos_graph.services.datasets.imports.merge_rules import Importer, merged_tags
from photos_graph.services.datasets.imports.outcome import Outcome, record_change, resolve_persons, resolve_tags
from photos_graph.services.faces.person_details import checked_details
from photos_graph.services.labels.tag_rules import differences


async def write_library(
    writer: LabelWriter, library: LibraryRecord, folder_ids: Mapping[str, str], importer: Importer
) -> Outcome:
    """Writes tags, persons, thresholds and the tags of folders. ``folder_ids`` holds the existing folders by path."""

    async def work(tx: LabelTransaction) -> Outcome:
        outcome = Outcome()
        tree = await tags.tag_tree(tx)
        _, refused = resolve_tags((TagMark(path) for path in library.tags), tree)
        existing = await tag_edges.of_folders(tx, folder_ids.values())
        singles: list[SingleEdit] = []
        for folder in library.folders:
            if (id_ := folder_ids.get(folder.path)) is None:
                outcome.refused.append((folder.path, "There is no such folder here, so its tags were not imported."))
                continue
            marks, more = resolve_tags(folder.marks, tree)
            refused += more
            before = existing.get(id_, {})
            singles += ((id_, *each) for each in differences(before, merged_tags(before, marks, None, importer)))
        edits = grouped(singles)
        made = await tag_edges.apply(tx, tree, edits, importer.by)
        record_change(tx, LabelKind.TAGS, made, importer, outcome)
        await _write_thresholds(tx, library.thresholds, tree, importer, outcome)
        await _write_persons(tx, library.persons, importer, outcome)
        outcome.refused += (("", reason) for reason in refused)
        outcome.changed = len({id_ for edit in edits for id_ in edit.folders})
        return outcome

    return await writer.commit(work)


async def _write_persons(
    tx: LabelTransaction, records: Sequence[PersonRecord], importer: Importer, outcome: Outcome
) -> None:
    """Creates the persons who are new here. Only one person can be me, and an existing choice is kept."""
    called = {record.called or record.name: record for record in records}
    resolved = await resolve_persons(tx, called, importer)
    outcome.refused += sorted(resolved.refused.items())
    by_id = {resolved.ids[name]: record for name, record in called.items() if name in resolved.ids}
    states = {**await persons.states(tx, by_id), **resolved.new}
    me_is_known = bool(await persons.me(tx))
    changed: dict[str, PersonState] = {}
    for id_, record in by_id.items():
        state, is_new = states[id_], id_ in resolved.new
        is_me = state.is_me or (record.is_me and not me_is_known)
        me_is_known = me_is_known or is_me
        if is_new:
            name = plain_name(record.name) or state.name
            changed[id_] = replace(state, name=name, is_me=is_me, hidden=record.hidden, **_details(record))
        elif is_me != state.is_me:
            changed[id_] = replace(state, is_me=is_me)
    await persons.put(tx, changed)
    before = {id_: None if id_ in resolved.new else states[id_] for id_ in changed}
    edits = tuple(Edit(before[id_], state, id_) for id_, state in changed.items())
    record_change(tx, LabelKind.FACES, edits, importer, outcome)


def _details(record: PersonRecord) -> dict[str, Any]:
    """Returns the details of a new person, without those that are not valid."""
    try:
        birthday = date.fromisoformat(record.birthday) if record.birthday is not None else None
        return checked_details({"birthday": birthday, "note": record.note, "groups": record.groups})
    except (BadInput, ValueError):
        return {}


async def _write_thresholds(
    tx: LabelTransaction, thresholds: Mapping[str, float], tree: TagTree, importer: Importer, outcome: Outcome
) -> None:
    """Sets the thresholds of the tags for which no user has chosen one here."""
    chosen = await models.chosen_thresholds(tx)
    found = [(tag.id, value) for path, value in thresholds.items() if (tag := tree.at(tag_names(path))) is not None]
    missing = {id_: value for id_, value in found if id_ not in chosen and 0 <= value <= 1}
    before = await tags.states(tx, missing)
    for id_, value in missing.items():
        await models.set_threshold(tx, id_, value)
    edits = tuple(Edit(before[id_], state, id_) for id_, state in (await tags.states(tx, missing)).items())
    record_change(tx, LabelKind.TAGS, edits, importer, outcome)
