"""Gives the folders of a root that was removed, and added again, the tags that they had."""

from __future__ import annotations

from dataclasses import replace

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import tag_edges, tags
from photos_graph.graph.labels.edits import Change, SingleEdit, grouped, now_ms
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import folders, removed_roots
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.labels import LabelKind
from photos_graph.model.library import Root
from photos_graph.paths import encode_raw


async def restore_folder_tags(graph: Graph, writer: LabelWriter, root: Root) -> int:
    """Returns how many folders got tags back, as one change. Folders that are not there are waited for. A tag that was
    put on a folder since stays as it is, and tags that were deleted do not come back."""
    waiting = await graph.reading(lambda tx: removed_roots.remembered(tx, root.raw_path))
    if not waiting.folders and not waiting.marks:
        return 0
    known = {encode_raw(record.raw): record.id for record in await folders.folders_of(graph, root.id)}
    if known.keys().isdisjoint([*waiting.folders, *(mark.folder for mark in waiting.marks)]):
        return 0  # a folder that never comes back must not cost a write at every scan

    async def work(tx: LabelTransaction) -> int:
        kept = await removed_roots.remembered(tx, root.raw_path)
        found = [(known[each.folder], each) for each in kept.marks if each.folder in known]
        tree = await tags.tag_tree(tx)
        now = await tag_edges.of_folders(tx, sorted({folder_id for folder_id, _ in found}))
        edits: list[SingleEdit] = [
            (folder_id, None, each.assertion, each.tag_id)
            for folder_id, each in found
            if each.tag_id in tree and each.tag_id not in now.get(folder_id, {})
        ]
        await tag_edges.write(tx, grouped(edits))
        count = len({folder_id for folder_id, *_ in edits})
        summary = f"Restored the tags of {count:,} folders of {root.name}, which was added again."
        if edits:
            tx.record(Change("RESTORE_FOLDER_TAGS", LabelKind.TAGS, "", now_ms(), grouped(edits), summary=summary))
        left = replace(
            kept,
            folders={raw: id_ for raw, id_ in kept.folders.items() if raw not in known},
            marks=tuple(each for each in kept.marks if each.folder not in known),
        )
        await removed_roots.replace(tx, root.raw_path, left)
        return count

    return await writer.write(LabelKind.TAGS, work)
