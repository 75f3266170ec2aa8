"""Creates, edits and deletes albums, and puts photos into them, as users ask for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from pyroaring import BitMap

from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels import album_entries, albums, stacks
from photos_graph.graph.labels.album_entries import AlbumPlace, Places
from photos_graph.graph.labels.edits import AlbumEntry, AlbumState, Change, Edit
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.model.albums import AlbumDetails
from photos_graph.model.labels import BulkResult, LabelKind
from photos_graph.model.properties import MAX_TEXT_LENGTH, PhotoProperty
from photos_graph.model.search import PhotoOrder
from photos_graph.names import album_key, checked_album_name
from photos_graph.search.album_sets import NOTHING_PLACED
from photos_graph.search.filters import PhotoFilter
from photos_graph.search.smart_albums import order_in
from photos_graph.services.browse.questions import Questions
from photos_graph.services.labels.album_filters import KeptSearch, kept
from photos_graph.services.labels.album_positions import Arrangement, inserted
from photos_graph.services.labels.property_rules import text_parts
from photos_graph.services.labels.ratings import known_numbers

MAX_FOUND = 50_000  # photos that a filter adds or removes in one call, which is one transaction


@dataclass(frozen=True, slots=True)
class AlbumPhotos:
    """The photos that a call is about: those with these ids, in this order, or those that a filter finds, in an
    order."""

    ids: Sequence[str] | None = None
    filter: PhotoFilter | None = None
    order: PhotoOrder = PhotoOrder.TAKEN_ASC


@dataclass(frozen=True, slots=True)
class AlbumChange:
    """The result of a call about an album: its id, and what was changed. ``changed`` counts photos."""

    album_id: str
    result: BulkResult


class AlbumEditing:
    """Edits albums. Every method raises NotFound for an unknown album or photo, and changes nothing if it raises an
    error. Each call is one transaction, and one change, which can be undone."""

    def __init__(self, graph: Graph, index: Index, writer: LabelWriter, questions: Questions) -> None:
        self._graph = graph
        self._index = index
        self._writer = writer
        self._questions = questions

    # albums

    async def create(
        self,
        name: str,
        chosen: AlbumPhotos | None = None,
        filter: PhotoFilter | None = None,
        text: str | None = None,
        details: AlbumDetails | None = None,
        by: str = "",
    ) -> AlbumChange:
        """Creates an album of chosen photos, or a smart album of a filter or a text.

        Raises BadInput if the name, a detail, the filter or the text is not valid, Conflict for the name of another
        album, and the errors of ``Questions.of_filter``.
        """
        plain, more, album_id = checked_album_name(name), checked_details(details or {}), uuid4().hex
        if chosen is not None and (filter is not None or text is not None):
            raise BadInput("A smart album holds what its filter or text finds, and no chosen photos.")
        numbers = await self._numbers(chosen) if chosen is not None else []
        found = await self._kept(filter, text, None)

        async def work(tx: LabelTransaction) -> BulkResult:
            await _check_free(tx, plain)
            base = AlbumState(plain, filter=found.filter, text=found.text, at_ms=tx.now_ms, by=by)
            state = replace(base, **more)
            await albums.put(tx, {album_id: state})
            entries = album_entries.edits(album_id, {}, _placed(inserted([], 0, numbers), AlbumEntry(state.at_ms, by)))
            await album_entries.write(tx, entries)
            said = f"Created the album {plain}."
            return _recorded(tx, "CREATE_ALBUM", (Edit(None, state, album_id), *entries), by, said)

        return AlbumChange(album_id, await self._write(work))

    async def edit(
        self,
        album_id: str,
        name: str | None = None,
        filter: PhotoFilter | None = None,
        text: str | None = None,
        details: AlbumDetails | None = None,
        by: str = "",
    ) -> AlbumChange:
        """Renames an album, describes it, or changes its order or what it finds. What is None stays as it is. A filter
        takes the place of a text, and the other way round.

        Raises BadInput if a value is not valid, or for a filter or text of an album that is not smart, and Conflict for
        the name of another album.
        """
        plain, more = checked_album_name(name) if name is not None else None, checked_details(details or {})
        found = await self._kept(filter, text, album_id)

        async def work(tx: LabelTransaction) -> BulkResult:
            before = await _known(tx, album_id)
            after = replace(before, **more)
            if plain is not None:
                await _check_free(tx, plain, album_id)
                after = replace(after, name=plain)
            if found != KeptSearch():
                if not _is_smart(before):
                    raise BadInput(f"{before.name} is an album of chosen photos. Create another one for the filter.")
                after = replace(after, filter=found.filter, text=found.text)
            only_named = replace(after, name=before.name) == before
            operation = "RENAME_ALBUM" if only_named else "EDIT_ALBUM"
            said = (
                f"Renamed the album {before.name} to {after.name}." if only_named else f"Edited the album {after.name}."
            )
            return await _put(tx, album_id, before, after, operation, by, said)

        return AlbumChange(album_id, await self._write(work))

    async def set_cover(self, album_id: str, photo_id: str | None, by: str = "") -> AlbumChange:
        """Chooses a photo of the album as its cover; None leaves the choice to the order of the album. Raises BadInput
        for a photo that is not in the album."""
        numbers = await known_numbers(self._graph, [photo_id] if photo_id is not None else [])
        await self._questions.of_album(album_id)  # what its text looks for in the pictures is known then

        async def work(tx: LabelTransaction) -> BulkResult:
            before = await _known(tx, album_id)
            if not self._index.search.sets.albums.holding(album_id).issuperset(BitMap(numbers)):
                raise BadInput(f"This photo is not in {before.name}.", about=photo_id)
            after = replace(before, cover_number=numbers[0] if numbers else None)
            return await _put(
                tx, album_id, before, after, "SET_ALBUM_COVER", by, f"Changed the cover of {before.name}."
            )

        return AlbumChange(album_id, await self._write(work))

    async def delete(self, album_id: str, by: str = "") -> AlbumChange:
        """Deletes an album; its photos stay."""

        async def work(tx: LabelTransaction) -> BulkResult:
            state = await _known(tx, album_id)
            places = (await album_entries.of_albums(tx, [album_id])).get(album_id, {})
            await albums.delete(tx, [album_id])
            tx.touch(labelled=places)
            edits = (Edit(state, None, album_id), *album_entries.edits(album_id, places, {}))
            return _recorded(tx, "DELETE_ALBUM", edits, by, f"Deleted the album {state.name}.")

        return AlbumChange(album_id, await self._write(work))

    # photos

    async def add(self, album_id: str, chosen: AlbumPhotos, dry_run: bool = False, by: str = "") -> AlbumChange:
        """Adds photos at the end of an album. Those that are in it already, or another one of
        their stack, stay where they are. Raises BadInput for a
        smart album, and the errors of ``Questions.of_filter``."""
        numbers = await self._numbers(chosen)

        async def plan(tx: Transaction) -> dict[int, int]:
            await _known(tx, album_id, smart=False)
            albums = self._index.search.sets.albums
            order, there = self._order(album_id), albums.members(album_id) | albums.holding(album_id)
            return inserted(order, len(order), [number for number in numbers if number not in there])

        async def work(tx: LabelTransaction) -> BulkResult:
            places = _placed(await plan(tx), AlbumEntry(tx.now_ms, by))
            edits = album_entries.edits(album_id, {}, places)
            await album_entries.write(tx, edits)
            return _recorded(tx, "ADD_TO_ALBUM", edits, by, matched=len(numbers))

        if dry_run:
            return AlbumChange(album_id, BulkResult(len(numbers), len(await self._writer.preview(plan))))
        return AlbumChange(album_id, await self._write(work))

    async def remove(self, album_id: str, chosen: AlbumPhotos, dry_run: bool = False, by: str = "") -> AlbumChange:
        """Takes photos out of an album, together with the other photos of their stacks. Raises BadInput for a smart
        album, and the errors of ``Questions.of_filter``."""
        numbers = await self._numbers(chosen)
        every = await self._with_stacks(numbers)

        async def plan(tx: Transaction) -> Places:
            await _known(tx, album_id, smart=False)
            return (await album_entries.of_photos(tx, every)).get(album_id, {})

        async def work(tx: LabelTransaction) -> BulkResult:
            edits = album_entries.edits(album_id, await plan(tx), {})
            await album_entries.write(tx, edits)
            return _recorded(tx, "REMOVE_FROM_ALBUM", edits, by, matched=len(numbers))

        if dry_run:
            return AlbumChange(album_id, BulkResult(len(numbers), len(await self._writer.preview(plan))))
        return AlbumChange(album_id, await self._write(work))

    async def move(
        self,
        album_id: str,
        photo_ids: Sequence[str],
        before: str | None = None,
        after: str | None = None,
        by: str = "",
    ) -> AlbumChange:
        """Moves photos of an album, which keep the order in which they are given, before or after another one of its
        photos; without one, to the end. Those that are not in the album are passed over.

        Raises BadInput for a smart album, if both ``before`` and ``after`` are given, and if that photo is not in the
        album or is one of those that move.
        """
        if before is not None and after is not None:
            raise BadInput("Give either `before` or `after`.")
        numbers = await self._with_stacks(await known_numbers(self._graph, photo_ids))
        target_id = before or after
        target = set(await self._with_stacks(await known_numbers(self._graph, [target_id] if target_id else [])))

        async def work(tx: LabelTransaction) -> BulkResult:
            state = await _known(tx, album_id, smart=False)
            there = self._index.search.sets.albums.members(album_id)
            moving = [number for number in numbers if number in there]
            order = self._order(album_id, without=moving)
            at = len(order)
            if target_id is not None:
                places = order.places_of(target)
                if not places:
                    said = f"`before` or `after` must be a photo of {state.name} that is not among those to move."
                    raise BadInput(said, about=target_id)
                at = places[0] if before is not None else places[-1] + 1
            positions = inserted(order, at, moving)
            now = (await album_entries.of_photos(tx, list(positions))).get(album_id, {})
            then = {n: place._replace(position=positions[n]) for n, place in now.items()}
            edits = album_entries.edits(album_id, now, then)
            await album_entries.write(tx, edits)
            changed = sum(now[number] != then[number] for number in moving)
            result = _recorded(tx, "MOVE_IN_ALBUM", edits, by, matched=len(moving))
            return replace(result, changed=changed)

        return AlbumChange(album_id, await self._write(work))

    # parts

    async def _write(self, work: Callable[[LabelTransaction], Awaitable[BulkResult]]) -> BulkResult:
        return await self._writer.write(LabelKind.ALBUMS, work, caught_up=True)

    async def _kept(self, filter: PhotoFilter | None, text: str | None, album_id: str | None) -> KeptSearch:
        await self._questions.of_filter(filter)
        return kept(self._index, filter, text, album_id)

    async def _numbers(self, chosen: AlbumPhotos) -> list[int]:
        """Returns the numbers of the photos, each once and in their order. Raises BadInput unless either ids or a
        filter are given, or if the filter finds too many photos."""
        if (chosen.ids is None) == (chosen.filter is None):
            raise BadInput("Give either photos or a filter.")
        if chosen.ids is not None:
            return await known_numbers(self._graph, chosen.ids)
        query = await self._questions.of_filter(chosen.filter)
        search = self._index.search
        found = search.collapsed(search.evaluate(query))
        if len(found) > MAX_FOUND:
            raise BadInput(f"The filter finds {len(found):,} photos, and a call accepts up to {MAX_FOUND:,}.")
        order, album_id = order_in(search, query, chosen.order)
        return search.page(found, order, album_id=album_id).numbers

    async def _with_stacks(self, numbers: Sequence[int]) -> list[int]:
        """Returns the numbers of the photos, each followed by the others of its stack."""
        shown = self._index.search.sets.stacks
        every = [each for number in numbers for each in (number, *shown.members(number))]
        return list(dict.fromkeys([*every, *await stacks.whole(self._graph, numbers)]))

    def _order(self, album_id: str, without: Collection[int] = ()) -> Arrangement:
        """Returns the photos that people put into the album, without some. The index must be caught up."""
        return Arrangement(self._index.search.sets.albums.placed.get(album_id, NOTHING_PLACED), without)


def _placed(positions: dict[int, int], entry: AlbumEntry) -> Places:
    return {number: AlbumPlace(entry, position) for number, position in positions.items()}


def _is_smart(state: AlbumState) -> bool:
    return state.filter is not None or state.text is not None


def checked_details(details: AlbumDetails) -> dict[str, Any]:
    """Returns the fields of ``AlbumState`` that are given. An empty description is none. Raises BadInput."""
    more: dict[str, Any] = {}
    if "description" in details:
        text = details["description"] or ""
        if len(text) > MAX_TEXT_LENGTH:
            raise BadInput(f"A description can have up to {MAX_TEXT_LENGTH:,} characters.")
        more["description"] = text_parts(PhotoProperty.CAPTION, text)[0]
    if "order" in details:
        order = details["order"]
        more["order"] = order.value if order not in (None, PhotoOrder.ALBUM) else None
    return more


async def _known(tx: Transaction, album_id: str, smart: bool | None = None) -> AlbumState:
    """Returns the state of the album. Raises NotFound, and BadInput if ``smart`` is False and the album is smart."""
    state = (await albums.states(tx, [album_id])).get(album_id)
    if state is None:
        raise NotFound("There is no such album.", about=album_id)
    if smart is False and _is_smart(state):
        raise BadInput(f"{state.name} is a smart album, which holds what its filter or text finds.", about=album_id)
    return state


async def _check_free(tx: Transaction, name: str, album_id: str | None = None) -> None:
    """Raises Conflict if another album has the name."""
    other = (await albums.named(tx, [name])).get(album_key(name))
    if other is not None and other != album_id:
        raise Conflict(f"There is an album called {name}.", ("Album", other), about=name)


async def _put(
    tx: LabelTransaction, album_id: str, before: AlbumState, after: AlbumState, operation: str, by: str, said: str
) -> BulkResult:
    if before == after:
        return BulkResult(0, 0)
    await albums.put(tx, {album_id: after})
    return _recorded(tx, operation, (Edit(before, after, album_id),), by, said)


def _recorded(
    tx: LabelTransaction,
    operation: str,
    edits: Sequence[Edit],
    by: str,
    said: str = "",
    matched: int | None = None,
) -> BulkResult:
    changed = len({number for edit in edits for number in edit.photos})
    change = Change(operation, LabelKind.ALBUMS, by, tx.now_ms, tuple(edits), summary=said)
    change_id = tx.record(change)
    return BulkResult(changed if matched is None else matched, changed, change_id)
