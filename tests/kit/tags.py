"""Tags in a graph, and what is said of them there."""

from __future__ import annotations

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import tag_edges, tags
from photos_graph.graph.labels.edits import Edit
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from tests.kit.writing import writer


async def tree_of(graph: Graph) -> TagTree:
    return await graph.transaction(tags.tag_tree)


async def grown(graph: Graph, *paths: str) -> dict[str, str]:
    """Creates the tags of those paths that are missing. Maps paths to ids."""

    async def work(tx: LabelTransaction) -> dict[str, str]:
        tree = await tags.tag_tree(tx)
        ids = {path: tree.reach(path.split("/")).id for path in paths}
        await tags.create(tx, tree.new, "anna")
        return ids

    return await writer(graph).commit(work)


async def written(graph: Graph, *edits: Edit) -> None:
    await writer(graph).commit(lambda tx: tag_edges.write(tx, edits))


async def assertions_on_photos(graph: Graph, *numbers: int) -> dict[int, Assertions]:
    return await graph.transaction(lambda tx: tag_edges.of_photos(tx, numbers))


async def assertions_on_folders(graph: Graph, *folder_ids: str) -> dict[str, Assertions]:
    return await graph.transaction(lambda tx: tag_edges.of_folders(tx, folder_ids))


async def assertions_by_path(graph: Graph, number: int) -> dict[str, str]:
    """Maps the paths of the tags on a photo to MANUAL, IMPORTED or EXCLUDES."""
    return _by_path(await tree_of(graph), (await assertions_on_photos(graph, number)).get(number, {}))


async def carried_by_path(graph: Graph, folder_id: str) -> dict[str, str]:
    """Maps the paths of the tags on a folder to its kind, with "alone" appended where not recursive."""
    return _by_path(await tree_of(graph), (await assertions_on_folders(graph, folder_id)).get(folder_id, {}))


def _by_path(tree: TagTree, own: Assertions) -> dict[str, str]:
    return {
        tree.path(tag_id): f"{edge.via or edge.kind.value}{' alone' if edge.recursive is False else ''}"
        for tag_id, edge in own.items()
    }
