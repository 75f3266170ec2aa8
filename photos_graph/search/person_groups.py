"""Groups of persons, such as a family: names that several persons have in common."""

from __future__ import annotations

from collections.abc import Iterable

from photos_graph.model.faces import Person
from photos_graph.search.folding import fold


def members(persons: Iterable[Person], group: str) -> list[str]:
    """Returns the ids of the persons in the group of that name. Case and accents do not matter."""
    wanted = fold(group)
    return [person.id for person in persons if any(fold(each) == wanted for each in person.groups)]
