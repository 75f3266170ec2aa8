"""Imports the labels of folders, and tags and persons themselves, in one commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from photos_graph.graph.faces import persons
from photos_graph.graph.labels import changes, tag_edges, tags
from photos_graph.graph.labels.changes import PersonState, SingleEdit
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.learning import models
from photos_graph.graph.writing import LabelWriter
from photos_graph.model import LabelKind
from photos_graph.services.datasets.exports.records import LibraryRecord, PersonRecord, TagMark
from photos_graph.services.datasets.imports.merge_rules import Speaker, merged_tags
from photos_graph.services.datasets.imports.outcome import Outcome, meant_persons, note_change, placed_marks
from photos_graph.services.labels.tag_rules import differences


async def write_library(
    writer: LabelWriter, library: LibraryRecord, folder_ids: Mapping[str, str], speaker: Speaker
) -> Outcome:
    """Writes tags without photos, persons, and the tags of folders. ``folder_ids``: by path, of the folders that
    exist."""

    async def work(tx: LabelTransaction) -> Outcome:
        outcome = Outcome()
        tree = await tags.tag_tree(tx)
        _, refused = placed_marks((TagMark(path) for path in library.tags), tree)
        before = await tag_edges.of_folders(tx, folder_ids.values())
        singles: list[SingleEdit] = []
        for folder in library.folders:
            if (id_ := folder_ids.get(folder.path)) is None:
                outcome.refused.append((folder.path, "There is no such folder here: what is said of it was not read."))
                continue
            marks, more = placed_marks(folder.marks, tree)
            refused += more
            after = merged_tags(before.get(id_, {}), marks, None, speaker)
            singles += ((id_, *each) for each in differences(before.get(id_, {}), after))
        edits = changes.grouped(singles)
        await tags.create(tx, tree.new, speaker.by)
        await tag_edges.write(tx, edits)
        await note_change(tx, LabelKind.TAGS, edits, speaker, outcome)
        await _write_thresholds(tx, library.thresholds, tree)
        await _write_persons(tx, library.persons, speaker, outcome)
        outcome.refused += (("", reason) for reason in refused)
        outcome.changed = len({id_ for edit in edits for id_ in edit.folders})
        return outcome

    return await writer.commit(work)


async def _write_persons(
    tx: LabelTransaction, records: Sequence[PersonRecord], speaker: Speaker, outcome: Outcome
) -> None:
    """Creates the persons who are new here. At most one person is me: whoever is me here stays so."""
    ids, fresh, refused = await meant_persons(tx, [record.name for record in records], speaker)
    outcome.refused += ((name, reason) for name, reason in sorted(refused.items()))
    told = {ids[record.name]: record for record in records if record.name in ids}
    states = {**await persons.states(tx, told), **fresh}
    me_is_known = bool(await persons.me(tx))
    after: dict[str, PersonState] = {}
    for id_, record in told.items():
        state = states[id_]
        is_me = state.is_me or (record.is_me and not me_is_known)
        me_is_known = me_is_known or is_me
        hidden = record.hidden if id_ in fresh else state.hidden
        if id_ in fresh or is_me != state.is_me:
            after[id_] = replace(state, is_me=is_me, hidden=hidden)
    await persons.put(tx, after)


async def _write_thresholds(tx: LabelTransaction, thresholds: Mapping[str, float], tree: TagTree) -> None:
    """Sets the thresholds of tags for which nobody chose one here."""
    chosen = await models.chosen_thresholds(tx)
    found = [(tag.id, value) for path, value in thresholds.items() if (tag := tree.at(path.split("/"))) is not None]
    fresh = {id_: value for id_, value in found if id_ not in chosen and 0 <= value <= 1}
    for id_, value in fresh.items():
        await models.set_threshold(tx, id_, value)
