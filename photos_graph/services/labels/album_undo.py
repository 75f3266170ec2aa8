"""Restores albums, and the photos in them, after a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from photos_graph.errors import Conflict
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels import album_entries, albums
from photos_graph.graph.labels.album_entries import AlbumPlace, Places
from photos_graph.graph.labels.edits import AlbumState, Change, Edit, is_of_label, rebased
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import BulkResult
from photos_graph.names import album_key
from photos_graph.services.labels.undo import refuse


async def restore_albums(tx: LabelTransaction, undo: Change) -> BulkResult:
    """Restores the state before the change. Raises Conflict, and changes nothing, if something is no longer as the
    change left it, or if a name is taken by now.

    A photo that the change put into an album may have been moved there since, and is taken out all the same.
    """
    of_albums = {edit.label_id or "": edit for edit in undo.edits if is_of_label(edit)}
    entries = [edit for edit in undo.edits if not is_of_label(edit)]
    before, after = album_entries.places_of(entries, after=False), album_entries.places_of(entries, after=True)
    album_ids = of_albums.keys() | before.keys() | after.keys()
    states = await albums.states(tx, album_ids)
    coming = _albums_after(of_albums, states)
    if gone := album_ids - states.keys() - coming.keys():
        raise Conflict(f"{len(gone)} of the albums of this change have been deleted since. Nothing was undone.")
    await _check_names(tx, coming)
    numbers = sorted({number for edit in entries for number in edit.photos})
    now = await album_entries.of_photos(tx, numbers)
    refuse(_differing(before, after, now, {id_: state.name for id_, state in {**states, **coming}.items()}))
    going = [id_ for id_, edit in of_albums.items() if edit.after is None]
    await _check_going(tx, going, before)

    await albums.put(tx, coming)
    there = {album_id: _only(now.get(album_id, {}), before.get(album_id, {})) for album_id in album_ids}
    edits: list[Edit] = []
    for album_id in sorted(album_ids):
        edits += album_entries.edits(album_id, there[album_id], after.get(album_id, {}))
    await album_entries.write(tx, edits)
    await albums.delete(tx, going)
    return BulkResult(len(numbers), len(numbers))


def _only(places: Places, wanted: Mapping[int, AlbumPlace]) -> Places:
    return {number: place for number, place in places.items() if number in wanted}


def _albums_after(of_albums: Mapping[str, Edit], states: Mapping[str, AlbumState]) -> dict[str, AlbumState]:
    """Returns the albums that stay or come back. Raises Conflict if what the change changed of an album has been
    changed again since."""
    coming: dict[str, AlbumState] = {}
    for id_, edit in of_albums.items():
        before, after, now = edit.before, edit.after, states.get(id_)
        is_as_left = now == before if before is None or after is None else now is not None
        if isinstance(before, AlbumState) and isinstance(after, AlbumState) and now is not None:
            after = rebased(now, before, after)
            is_as_left = after is not None
        if not is_as_left:
            name = next((state.name for state in (edit.before, edit.after) if isinstance(state, AlbumState)), "")
            raise Conflict(f"{name} has been changed again since. Nothing was undone.", ("Album", id_))
        if isinstance(after, AlbumState):
            coming[id_] = after
    return coming


async def _check_names(tx: Transaction, coming: Mapping[str, AlbumState]) -> None:
    """Raises Conflict if another album has the name of one that comes back."""
    known = await albums.named(tx, [state.name for state in coming.values()])
    for id_, state in coming.items():
        other = known.get(album_key(state.name))
        if other is not None and other != id_:
            raise Conflict(f"There is another album called {state.name} by now. Nothing was undone.", ("Album", other))


def _differing(
    before: Mapping[str, Places], after: Mapping[str, Places], now: Mapping[str, Places], names: Mapping[str, str]
) -> Counter[str]:
    """Counts the photos whose place in an album is not as the change left it, by the names of the albums."""
    differing: Counter[str] = Counter()
    for album_id in before.keys() | after.keys():
        left, back, found = before.get(album_id, {}), after.get(album_id, {}), now.get(album_id, {})
        for number in left.keys() | back.keys():
            was, place = left.get(number), found.get(number)
            is_moved = was is not None and number in back
            differing[names.get(album_id, "")] += place != was if is_moved else _entry(place) != _entry(was)
    return differing


def _entry(place: AlbumPlace | None) -> object:
    return None if place is None else place.entry


async def _check_going(tx: Transaction, going: Iterable[str], before: Mapping[str, Places]) -> None:
    """Raises Conflict if an album that goes holds more photos than the change knows."""
    for album_id, places in (await album_entries.of_albums(tx, going)).items():
        if more := len(places.keys() - before.get(album_id, {}).keys()):
            raise Conflict(
                f"{more:,} photos have been put into the album since. Nothing was undone.", ("Album", album_id)
            )
