"""Groups of photos that show the same, as people see them: in pages, with the best photo and what differs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from pyroaring import BitMap

from photos_graph.array_files import Damaged, MappedArrays, stamp
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.learning import compared
from photos_graph.index import SeenIndex
from photos_graph.learn.relations import NO_GROUPS, Groups, Ints
from photos_graph.model.similar import BestPhoto, SimilarGroup, SimilarKind
from photos_graph.search.arrays import bitmap, numbers_of
from photos_graph.search.filter_names import IndexNames
from photos_graph.search.filters import PhotoFilter, to_query
from photos_graph.search.listing import Listing, cursor_of, key_of, window
from photos_graph.services.learning.similar_file import KINDS, VERSION, similar_file
from photos_graph.services.learning.similar_rules import Merits, best_of
from photos_graph.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the file of comparisons holds. ``group_of`` maps numbers to the positions of their groups, for each kind."""

    groups: dict[SimilarKind, Groups]
    group_of: dict[SimilarKind, dict[int, int]] = field(default_factory=dict)
    sharpness: dict[int, float] = field(default_factory=dict)


NOTHING = _Shown({})
MANY = np.iinfo(np.int32).max  # more than any code of a stack


class SimilarGroups:
    """The groups of at least two visible photos. Those of exact copies have one photo with several files."""

    def __init__(self, graph: Graph, index: SeenIndex, settings: Settings) -> None:
        self._graph = graph
        self._index = index
        self._settings = settings
        self._path = similar_file(settings)
        self._stamp: tuple[int, int] | None = None
        self._shown = NOTHING

    def over(self, index: SeenIndex) -> SimilarGroups:
        """Returns the groups of the photos of another index."""
        return SimilarGroups(self._graph, index, self._settings)

    def photo_ids(self, group: SimilarGroup) -> list[str]:
        return self._index.search.photo_ids(group.numbers)

    async def page(
        self,
        kind: SimilarKind,
        filter: PhotoFilter | None,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> Listing[SimilarGroup]:
        """Returns a page of the groups of which a photo matches the filter, those with the latest first photo first.
        Raises BadInput, NotFound for an unknown folder or place, and TooComplex."""
        search = self._index.search
        found = (
            search.sets.visible if filter is None else search.evaluate(to_query(filter, IndexNames(self._index.search)))
        )
        await self._refresh()
        keys = -np.sort(self._keys(kind, found))[::-1]  # the numbers of the first photos, the largest first
        low = int(np.searchsorted(keys, key_of(after)[0], side="right")) if after is not None else 0
        high = int(np.searchsorted(keys, key_of(before)[0])) if before is not None else len(keys)
        start, end = window(low, high, first, last)
        groups = [self._group(kind, -int(key)) for key in keys[start:end]]
        return Listing(
            items=[group for group in groups if group is not None],
            cursors=[cursor_of((int(key), kind.value)) for key in keys[start:end]],
            has_next=end < len(keys),
            has_previous=start > 0,
            total=len(keys),
        )

    async def by_id(self, group_id: str) -> SimilarGroup | None:
        """Returns the group of that kind that has the photo which the id names."""
        kind, _, photo_id = group_id.partition(".")
        number = self._index.search.number_of(photo_id)
        if kind not in SimilarKind.__members__ or number is None:
            return None
        await self._refresh()
        return self._group(SimilarKind(kind), number)

    async def best(self, groups: Sequence[SimilarGroup]) -> list[BestPhoto]:
        """Returns the best photo of each group. Takes two queries to the engine."""
        numbers = sorted({number for group in groups for number in group.numbers})
        photos = await compared.pictures(self._graph, numbers)
        faces = await compared.face_quality(self._graph, numbers)
        sharpness = self._shown.sharpness
        merits = {
            number: Merits(
                photos[number].width * photos[number].height if number in photos else 0,
                sharpness.get(number, 0.0),
                faces.get(number, 0.0),
            )
            for number in numbers
        }
        found = [best_of({number: merits[number] for number in group.numbers}) for group in groups]
        ids = self._index.search.photo_ids([number for number, _ in found])
        return [BestPhoto(id_, reason) for id_, (_, reason) in zip(ids, found, strict=True)]

    def _keys(self, kind: SimilarKind, found: BitMap) -> Ints:
        """Returns the numbers of the first photos of the groups that have one of the photos, in no order."""
        if kind is SimilarKind.EXACT:
            return numbers_of(self._copied() & found).astype(np.int64)
        groups = self._shown.groups.get(kind, NO_GROUPS)
        if not len(groups.members):
            return groups.members
        sets, members, starts = self._index.search.sets, groups.members, groups.starts[:-1]
        every = bitmap(members)
        is_shown = np.isin(members, numbers_of(every & sets.visible))
        is_found = np.isin(members, numbers_of(every & found))
        chosen = (np.add.reduceat(is_shown.astype(np.int64), starts) > 1) & np.logical_or.reduceat(is_found, starts)
        if kind is SimilarKind.RESIZED:
            stacks = sets.table.stack[members]
            least = np.minimum.reduceat(np.where(is_shown, stacks, MANY), starts)
            chosen &= (least == 0) | (least != np.maximum.reduceat(np.where(is_shown, stacks, 0), starts))
        firsts: Ints = members[starts[chosen]]
        return firsts

    def _copied(self) -> BitMap:
        """Returns the visible photos with several files."""
        return BitMap().union(*self._index.search.sets.by_value["files"].values())

    def _group(self, kind: SimilarKind, number: int) -> SimilarGroup | None:
        """Returns the group that has a photo."""
        if kind is SimilarKind.EXACT:
            numbers = [number] if number in self._copied() else []
        else:
            place = self._shown.group_of.get(kind, {}).get(number)
            numbers = self._members(kind, place) if place is not None else []
        if not numbers:
            return None
        [photo_id] = self._index.search.photo_ids(numbers[:1])
        return SimilarGroup(kind, tuple(numbers), f"{kind.value}.{photo_id}")

    def _members(self, kind: SimilarKind, place: int) -> list[int]:
        """Returns the visible photos of a group, or none if there are fewer than two, or if they are one stack of
        versions, such as a raw file and its JPEG."""
        sets, groups = self._index.search.sets, self._shown.groups[kind]
        every = groups.members[groups.starts[place] : groups.starts[place + 1]]
        numbers = [number for number in every.tolist() if number in sets.visible]
        stacks = set(sets.table.stack[numbers].tolist())
        is_stack = kind is SimilarKind.RESIZED and len(stacks) == 1 and stacks != {0}
        return [] if len(numbers) < 2 or is_stack else numbers

    async def _refresh(self) -> None:
        now = stamp(self._path)
        if now != self._stamp:
            self._shown = await asyncio.to_thread(self._read) if now is not None else NOTHING
            self._stamp = now

    def _read(self) -> _Shown:
        try:
            arrays = MappedArrays(self._path, VERSION)
            groups = {
                kind: Groups(arrays.whole(f"members {kind}").astype(np.int64), arrays.whole(f"starts {kind}"))
                for kind in KINDS
            }
            measured = zip(arrays.whole("photos").tolist(), arrays.whole("sharpness").tolist(), strict=True)
            return _Shown(groups, {kind: _places(each) for kind, each in groups.items()}, dict(measured))
        except Damaged as error:
            log.warning("Similar photos are compared again by the next job: %s", error)
            return NOTHING


def _places(groups: Groups) -> dict[int, int]:
    sizes = np.diff(groups.starts)
    return dict(zip(groups.members.tolist(), np.repeat(np.arange(len(sizes)), sizes).tolist(), strict=True))
