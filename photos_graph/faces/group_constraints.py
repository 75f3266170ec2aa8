"""What must not be in one group of faces: two persons, a face and a person who was rejected for it, and as a rule two
faces of one photo."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field

from photos_graph.model.faces import UNASSIGNED


@dataclass(slots=True)
class GroupConstraint:
    """The constraint on merging a group. ``person`` is the assigned person, or UNASSIGNED."""

    person: int = UNASSIGNED
    photos: set[int] = field(default_factory=set)
    not_persons: Set[int] = frozenset()  # most groups share this one

    def excludes(self, other: GroupConstraint, surplus: float = 0.0) -> bool:
        """Returns whether the two groups must not be merged. ``surplus`` is how many photos they may share, because
        they are so similar that it may be one person in a mirror or a collage."""
        if self.person != UNASSIGNED and other.person != UNASSIGNED:
            return True  # they are different persons, since groups of one person are merged from the start
        if self.person in other.not_persons or other.person in self.not_persons:
            return True
        if surplus < 1:
            return not self.photos.isdisjoint(other.photos)
        return len(self.photos & other.photos) > surplus

    def absorb(self, other: GroupConstraint) -> None:
        """Adds the constraints of a group that is merged into this one."""
        if self.person == UNASSIGNED:
            self.person = other.person
        if len(other.photos) > len(self.photos):
            self.photos, other.photos = other.photos, self.photos
        self.photos |= other.photos
        if other.not_persons:
            self.not_persons = self.not_persons | other.not_persons


class GroupConstraints:
    """The constraints of groups by number. Those that are not in ``known`` are made by ``alone`` when they are asked
    for, because millions of faces stay alone and need none of their own."""

    def __init__(self, known: dict[int, GroupConstraint], alone: Callable[[int], GroupConstraint]) -> None:
        self._known, self._alone = known, alone

    def __getitem__(self, group: int) -> GroupConstraint:
        found = self._known.get(group)
        return self._alone(group) if found is None else found

    def merge(self, group: int, partner: int) -> None:
        """Adds the constraints of ``partner``, which is no group any more, to those of ``group``."""
        both = self[group]
        both.absorb(self[partner])
        self._known.pop(partner, None)
        self._known[group] = both
