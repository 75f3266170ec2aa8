"""Sets titles, captions, dates and positions of photos. What a person says counts before what the files say, until it
is undone or the files are to count again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from photos_graph.errors import BadInput, Candidate, NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import properties
from photos_graph.graph.labels.edits import Change, PropertyValue, SingleEdit, grouped, now_ms
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import whereabouts
from photos_graph.graph.library.whereabouts import Whereabouts
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.library.places import Gazetteer
from photos_graph.model.labels import BulkResult, LabelKind
from photos_graph.model.library import Location, Place
from photos_graph.model.properties import PhotoProperty
from photos_graph.model.search import Ref
from photos_graph.search.filter_names import IndexNames
from photos_graph.search.terms.term import paths
from photos_graph.services.labels.property_rules import DateEdit, Parts, position_parts, text_parts
from photos_graph.services.labels.ratings import known_numbers

Rule = Callable[[PropertyValue], PropertyValue]  # the value before -> the value after


class PropertyEditing:
    """Edits properties. Every method raises BadInput or NotFound before it changes anything. ``changed`` of a result
    counts the photos of which something is shown differently."""

    def __init__(self, graph: Graph, index: Index, writer: LabelWriter, gazetteer: Gazetteer) -> None:
        self._graph = graph
        self._index = index
        self._writer = writer
        self._gazetteer = gazetteer

    async def describe(
        self, photo_ids: Sequence[str], title: str | None = None, caption: str | None = None, by: str = ""
    ) -> BulkResult:
        """Sets the title, the caption or both. None leaves the text as it is, and an empty text says that there is
        none."""
        texts = {PhotoProperty.TITLE: title, PhotoProperty.CAPTION: caption}
        wanted = {which: text_parts(which, text) for which, text in texts.items() if text is not None}
        if not wanted:
            raise BadInput("Give a title, a caption or both.")
        rules = {which: _constant(parts, by) for which, parts in wanted.items()}
        return await self._edit("DESCRIBE_PHOTOS", photo_ids, rules, by)

    async def place(
        self,
        photo_ids: Sequence[str],
        latitude: float | None = None,
        longitude: float | None = None,
        place: Ref | None = None,
        by: str = "",
    ) -> BulkResult:
        """Sets the position, in degrees, or a place without a position. Without either, the photos have none."""
        place_id = await self._place_id(place) if place is not None else None
        rules = {PhotoProperty.POSITION: _constant(position_parts(latitude, longitude, place_id=place_id), by)}
        return await self._edit("PLACE_PHOTOS", photo_ids, rules, by)

    async def date(self, photo_ids: Sequence[str], edit: DateEdit, by: str = "") -> BulkResult:
        """Sets or shifts the dates. Photos whose dates the edit does not fit stay as they are."""
        at_ms = now_ms()

        def rule(before: PropertyValue) -> PropertyValue:
            parts = edit.edited(before.values)
            confirmed = edit.at is not None and before.at_ms is None
            return PropertyValue(parts, at_ms, by) if parts != before.values or confirmed else before

        return await self._edit("DATE_PHOTOS", photo_ids, {PhotoProperty.DATE: rule}, by)

    async def revert(self, photo_ids: Sequence[str], which: Sequence[PhotoProperty], by: str = "") -> BulkResult:
        """Removes the values that people stated, so that those of the files count again."""
        if not which:
            raise BadInput("Name at least one property.")
        return await self._edit("REVERT_PHOTOS", photo_ids, dict.fromkeys(which, _of_file), by)

    async def _place_id(self, ref: Ref) -> str:
        """Returns the id of a place of the library or the gazetteer. Raises BadInput if several have the name."""
        places = self._index.search.places
        found = [id_ for id_ in IndexNames(self._index.search).places(ref) if places.get(id_) is not None]
        wanted = ref.id or ref.name or ""
        if not found and wanted in await asyncio.to_thread(self._gazetteer.by_id, [wanted]):
            return wanted
        if len(found) > 1:
            raise BadInput(
                f"Several places have this name; give one of the paths: {', '.join(paths(places.path, found))}.",
                about=wanted,
                candidates=[Candidate("Place", id_, places.path(id_) or id_) for id_ in found],
            )
        if not found:
            raise NotFound("There is no such place.", about=wanted)
        return found[0]

    async def _edit(
        self, operation: str, photo_ids: Sequence[str], rules: Mapping[PhotoProperty, Rule], by: str
    ) -> BulkResult:
        numbers = await known_numbers(self._graph, photo_ids)

        async def work(tx: LabelTransaction) -> BulkResult:
            before = {which: await properties.read(tx, which, numbers) for which in rules}
            singles: list[SingleEdit] = [
                (number, now, rule(now), which.value)
                for which, rule in rules.items()
                for number, now in before[which].items()
            ]
            edits = grouped(singles)
            await properties.write(tx, edits)
            if PhotoProperty.POSITION in rules:
                await follow_position(tx, numbers, self._gazetteer)
            after = {which: await properties.read(tx, which, numbers) for which in rules}
            changed = {n for which in rules for n in numbers if before[which][n].values != after[which][n].values}
            change_id = tx.record(Change(operation, LabelKind.PROPERTIES, by, now_ms(), edits))
            return BulkResult(len(numbers), len(changed), change_id)

        return await self._writer.write(LabelKind.PROPERTIES, work)


def _constant(parts: Parts, by: str) -> Rule:
    """Returns the rule by which a person says the same of all photos. Saying what the file says confirms it: it then
    stays when the file changes."""
    said = PropertyValue(parts, now_ms(), by)
    return lambda before: before if before.values == parts and before.at_ms is not None else said


def _of_file(before: PropertyValue) -> PropertyValue:
    return before if before.at_ms is None else PropertyValue((None,) * len(before.values))


async def follow_position(tx: LabelTransaction, numbers: Sequence[int], gazetteer: Gazetteer) -> None:
    """Puts the photos into the places of their positions. Where a person said that there is none, there is no place
    either; names in the file count only while nobody has said anything."""
    known = await whereabouts.read(tx, numbers)
    chosen = {number: each.place_id for number, each in known.items() if each.place_id is not None}
    here = {place.id: (place,) for place in (await whereabouts.known(tx, chosen.values())).values()}
    new = await asyncio.to_thread(gazetteer.by_id, set(chosen.values()) - here.keys())
    places = await asyncio.to_thread(_places, gazetteer, known)
    await whereabouts.move(tx, places | {number: (new | here).get(id_, ()) for number, id_ in chosen.items()})


def _places(gazetteer: Gazetteer, known: Mapping[int, Whereabouts]) -> dict[int, tuple[Place, ...]]:
    located: dict[int, Location] = {number: each.location for number, each in known.items() if each.location}
    named = {number: each.names for number, each in known.items() if number not in located and not each.is_said}
    found = (*gazetteer.places(list(located.values())), *gazetteer.named(list(named.values())))
    return dict.fromkeys(known, ()) | dict(zip((*located, *named), found, strict=True))
