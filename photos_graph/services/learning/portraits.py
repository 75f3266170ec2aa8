"""Decides of which tags nobody needs to be asked whether portraits have them, because people said so of some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pyroaring import BitMap

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.learning.large_faces import portraits
from photos_graph.model.learning import Question
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


async def scenery_on_portraits(
    graph: Graph, search: SearchIndex, asked: Sequence[Question], denied: Sequence[Question]
) -> set[str]:
    """Returns the keys of the ``asked`` questions about portraits and a tag that portraits hardly ever have, or a class
    that is no tag yet and was ``denied`` for enough portraits. Takes two queries at most."""
    tags = await tags_without_portraits(graph, search, {each.label_id for each in asked if each.label_id is not None})
    classes = {each.name for each in denied if each.label_id is None} if len(denied) >= MIN_DENIALS else set()
    wanted = [each for each in asked if each.label_id in tags or (each.label_id is None and each.name in classes)]
    if not wanted:
        return set()
    ids = list(dict.fromkeys(each.photo_id for each in [*wanted, *denied]))
    numbers = {id_: number for id_, number in zip(ids, search.numbers_of(ids).tolist(), strict=True) if number >= 0}
    large = await portraits(graph, BitMap(numbers.values()))
    shown = {id_ for id_, number in numbers.items() if number in large}
    counts = Counter(each.name for each in denied if each.photo_id in shown)
    return {
        each.key
        for each in wanted
        if each.photo_id in shown and (each.label_id is not None or is_settled(counts[each.name], 0))
    }


def is_settled(denied: int, confirmed: int) -> bool:
    """Returns whether people denied a tag for enough portraits, and hardly ever confirmed it for one."""
    return denied >= MIN_DENIALS and confirmed <= MAX_CONFIRMED * denied


def _newest(photos: BitMap) -> BitMap:
    return BitMap(photos[-SAMPLE_SIZE:]) if len(photos) > SAMPLE_SIZE else photos
