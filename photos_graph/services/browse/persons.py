"""Reads persons for clients, and the persons in a photo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from photos_graph.errors import BadInput, Candidate
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import page_labels
from photos_graph.index import SeenIndex
from photos_graph.model.faces import Person
from photos_graph.model.labels import Certainty
from photos_graph.model.search import PersonOrder
from photos_graph.search.columns import moment
from photos_graph.search.folding import name_words
from photos_graph.search.hierarchy import sort_key
from photos_graph.search.listing import Listing, listed


class Persons:
    def __init__(self, graph: Graph, index: SeenIndex) -> None:
        self._graph = graph
        self._index = index

    def get(self, person_id: str) -> Person | None:
        return self._index.search.persons.get(person_id)

    def named(self, name: str) -> Person | None:
        """Returns the person of that name; case and accents are ignored. Raises BadInput, with their names, if several
        match."""
        found = self._index.search.persons.named(name.strip())
        if len(found) > 1:
            names = ", ".join(f'"{row.name}"' for row in found)
            candidates = [Candidate("Person", row.id, row.name) for row in found]
            raise BadInput(f'Several persons are called "{name}": {names}.', about=name, candidates=candidates)
        return found[0] if found else None

    def page(
        self,
        include_hidden: bool,
        text: str,
        order: PersonOrder,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> Listing[Person]:
        """Returns a page of persons, of those whose names have words that begin with those of the text; case and
        accents are ignored. Raises BadInput for a cursor that is invalid or belongs to another order."""
        persons = self._index.search.persons
        among = persons.ids_with_words(name_words(text)) if text.strip() else None
        hidden = set() if include_hidden else {row.id for row in persons if row.hidden}
        if hidden:
            among = {row.id for row in persons} - hidden if among is None else among - hidden
        return listed(self._index.search.sets.persons.orders[order], order, first, after, last, before, among)

    def photo_count(self, person_id: str) -> int:
        """Returns the number of photos of the person, including predicted ones."""
        return self._index.search.sets.persons.photo_count(person_id)

    def seen(self, person_id: str) -> tuple[date, date] | None:
        """Returns the days of the first and the last photo of the person, including predicted ones, or None if no photo
        of the person has a date."""
        seen = self._index.search.sets.persons.seen(person_id)
        return None if seen is None else (moment(seen[0]).date(), moment(seen[1]).date())

    async def persons_of(self, photo_ids: Sequence[str]) -> list[list[tuple[Person, bool]]]:
        """Returns the persons in each photo or in another photo of its stack, sorted by name, and whether they are only
        predicted. Takes one query to the engine."""
        search = self._index.search
        stacks = search.stacks_numbers(photo_ids)
        of = {id_: [id_, *search.photo_ids(others)] for id_, others in zip(photo_ids, stacks, strict=True)}
        known = await page_labels.persons_of(self._graph, sorted({each for those in of.values() for each in those}))
        return [self._in_order(_together(known.get(each, {}) for each in of[id_])) for id_ in photo_ids]

    def _in_order(self, found: dict[str, bool]) -> list[tuple[Person, bool]]:
        persons = self._index.search.persons
        # A person that has just been deleted no longer has a row.
        rows = [(row, predicted) for id_, predicted in found.items() if (row := persons.get(id_)) is not None]
        return sorted(rows, key=lambda pair: sort_key(pair[0]))


def _together(found: Iterable[dict[str, bool]]) -> dict[str, bool]:
    """Unites the persons of several photos. A person is only predicted if no photo is sure."""
    united: dict[str, bool] = {}
    for persons in found:
        for person_id, predicted in persons.items():
            united[person_id] = predicted and united.get(person_id, True)
    return united


def persons_of_certainty(found: Iterable[tuple[Person, bool]], certainty: Certainty) -> list[Person]:
    """Returns the persons that count, from pairs as ``persons_of`` returns them. CONFIRMED leaves out predicted
    ones."""
    return [person for person, predicted in found if certainty is Certainty.PREDICTED or not predicted]
