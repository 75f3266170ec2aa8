"""Works out which photos change their stacks, from the groups of the folders. These functions are pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import uuid4

from photos_graph.graph.labels.edits import StackPlace
from photos_graph.services.scan.stack_rules import StackGroup

Places = Mapping[int, StackPlace]


def changed(groups: Iterable[StackGroup], places: Places) -> dict[int, StackPlace]:
    """Returns the new places of the photos whose place changes, by number.

    ``places`` has the present places of all photos in the folders; all folders of a photo that is in a group, or in a
    stack, must be among them. Photos about which a person decided stay where they are.
    """
    after = {number: StackPlace() for number, place in places.items() if place.at_ms is None}
    used: set[str] = set()
    for group in _united([_free(group, after) for group in groups]):
        stack_id = _stack_id(group, places, used)
        used.add(stack_id)
        after |= {number: StackPlace(stack_id, group.kind, rank) for number, rank in group.ranks.items()}
    return {number: place for number, place in after.items() if place != places[number]}


def _free(group: StackGroup, free: Mapping[int, StackPlace]) -> StackGroup:
    return StackGroup(group.kind, {number: rank for number, rank in group.ranks.items() if number in free})


def _united(groups: Sequence[StackGroup]) -> list[StackGroup]:
    """Unites groups that have a photo in common, as copies of a pair in another folder do."""
    of: dict[int, StackGroup] = {}
    for group in groups:
        if len(group.ranks) < 2:
            continue
        others = {id(each): each for number in group.ranks if (each := of.get(number)) is not None}
        ranks: dict[int, int] = {}
        for each in (*others.values(), group):
            ranks |= {number: min(rank, ranks.get(number, rank)) for number, rank in each.ranks.items()}
        united = StackGroup(group.kind, ranks)
        of |= dict.fromkeys(ranks, united)
    return list({id(group): group for group in of.values()}.values())


def _stack_id(group: StackGroup, places: Places, used: set[str]) -> str:
    """Returns the id of a stack that one of the photos is in already, or a new one."""
    known = (places[number].stack_id for number in sorted(group.ranks))
    return next((id_ for id_ in known if id_ is not None and id_ not in used), None) or uuid4().hex
