"""What is said of tags, persons and folders themselves, brought in by one commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.feed import touch
from photos_graph.graph.faces import persons
from photos_graph.graph.labels import changes, tag_edges, tags
from photos_graph.graph.labels.changes import PersonState, Single, What
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.learning import models
from photos_graph.services.datasets.exports.records import LibraryRecord, PersonRecord, TagMark
from photos_graph.services.datasets.imports.merge_rules import Speaker, merged_tags
from photos_graph.services.datasets.imports.outcome import Outcome, meant_persons, note_change, placed_marks
from photos_graph.services.labels.tag_rules import shifts


async def write_library(
    graph: Graph, library: LibraryRecord, folder_ids: Mapping[str, str], speaker: Speaker
) -> Outcome:
    """Tags without photos, persons, and what is said of folders. ``folder_ids``: by path, of those that are here."""

    async def work(tx: Transaction) -> Outcome:
        await changes.lock(tx)
        outcome = Outcome()
        tree = await tags.tag_tree(tx)
        _, refused = placed_marks((TagMark(path) for path in library.tags), tree)
        own = await tag_edges.of_folders(tx, folder_ids.values())
        singles: list[Single] = []
        for folder in library.folders:
            if (id_ := folder_ids.get(folder.path)) is None:
                outcome.refused.append((folder.path, "There is no such folder here: what is said of it was not read."))
                continue
            marks, more = placed_marks(folder.marks, tree)
            refused += more
            after = merged_tags(own.get(id_, {}), marks, None, speaker)
            singles += ((id_, *shift) for shift in shifts(own.get(id_, {}), after))
        done = changes.grouped(singles)
        await tags.create(tx, tree.new, speaker.by)
        await tag_edges.write(tx, done)
        await note_change(tx, What.TAGS, done, speaker, outcome)
        judged = await _write_thresholds(tx, library.thresholds, tree)
        told = await _write_persons(tx, library.persons, speaker, outcome)
        outcome.refused += (("", reason) for reason in refused)
        changed = {id_ for shift in done for id_ in shift.folders}
        outcome.changed = len(changed)
        await touch(tx, folders=sorted(changed), tags=[*(row.id for row in tree.new), *judged], persons=told)
        return outcome

    return await graph.transaction(work)


async def _write_persons(
    tx: Transaction, records: Sequence[PersonRecord], speaker: Speaker, outcome: Outcome
) -> list[str]:
    """Those who are new here, with what is said of them. One person at most is me: who is it here stays it."""
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
    return list(after)


async def _write_thresholds(tx: Transaction, thresholds: Mapping[str, float], tree: TagTree) -> list[str]:
    """Of tags for which nobody chose one here; their ids."""
    chosen = await models.chosen_thresholds(tx)
    found = [(tag.id, value) for path, value in thresholds.items() if (tag := tree.at(path.split("/"))) is not None]
    fresh = {id_: value for id_, value in found if id_ not in chosen and 0 <= value <= 1}
    for id_, value in fresh.items():
        await models.set_threshold(tx, id_, value)
    return list(fresh)
