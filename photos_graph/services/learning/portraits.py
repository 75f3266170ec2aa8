"""Decides of which tags nobody needs to be asked whether portraits have them, because people said so of some."""

from __future__ import annotations

from collections.abc import Iterable

from pyroaring import BitMap

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.learning.large_faces import portraits
from photos_graph.search.index import SearchIndex

SAMPLE_SIZE = 50  # photos that were answered with yes, and with no, that are looked at for each tag, the newest first
MIN_DENIALS, MAX_CONFIRMED = 3, 0.1  # denied portraits, and confirmed portraits for each of these


async def tags_without_portraits(graph: Graph, search: SearchIndex, tag_ids: Iterable[str]) -> set[str]:
    """Returns those of the tags that portraits hardly ever have, by what people answered. Takes one query."""
    faced = search.sets.labels.faced(1, None)
    answers: dict[str, tuple[BitMap, BitMap]] = {}
    for tag_id in tag_ids:
        denied = _newest(search.sets.tags.rejected(tag_id) & faced)
        if len(denied) >= MIN_DENIALS:
            answers[tag_id] = denied, _newest(search.sets.tags.having(tag_id, confirmed=True) & faced)
    if not answers:
        return set()
    every = BitMap.union(BitMap(), *(photos for pair in answers.values() for photos in pair))
    large = await portraits(graph, every)
    return {tag_id for tag_id, (no, yes) in answers.items() if is_settled(len(no & large), len(yes & large))}


def is_settled(denied: int, confirmed: int) -> bool:
    """Returns whether people denied a tag for enough portraits, and hardly ever confirmed it for one."""
    return denied >= MIN_DENIALS and confirmed <= MAX_CONFIRMED * denied


def _newest(photos: BitMap) -> BitMap:
    return BitMap(photos[-SAMPLE_SIZE:]) if len(photos) > SAMPLE_SIZE else photos
