"""Groups of persons, such as a family: names that several persons have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from photos_graph.model.faces import Person
from photos_graph.search.folding import fold


@dataclass(frozen=True, slots=True)
class PersonGroup:
    """A group with the ids of its members. ``name`` is as the first of them by name has it."""

    name: str
    member_ids: tuple[str, ...]


def groups(persons: Iterable[Person]) -> list[PersonGroup]:
    """Returns all groups of these persons. Names that differ only in case and accents are one group."""
    names: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    for person in sorted(persons, key=lambda person: (person.name, person.id)):
        for name in person.groups:
            names.setdefault(fold(name), name)
            found.setdefault(fold(name), []).append(person.id)
    return [PersonGroup(names[key], tuple(dict.fromkeys(ids))) for key, ids in found.items()]


def members(persons: Iterable[Person], group: str) -> list[str]:
    """Returns the ids of the persons in the group of that name. Case and accents do not matter."""
    wanted = fold(group)
    return [person.id for person in persons if any(fold(each) == wanted for each in person.groups)]
