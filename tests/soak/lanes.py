"""A lane: one person who works alone, on photos, tags, persons and albums that nobody else touches, and knows what was
acknowledged. So what has to be true does not depend on the order of what several people do at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.soak.library import Original, originals
from tests.soak.truth import Key, SeenFace, State, Truth

Answer = Any  # what the mutation returned


@dataclass(frozen=True)
class Operation:
    """A mutation and what is true once it is done.

    ``document`` names its field ``r``. ``changes`` has the values by keys, where None says nothing. ``hears`` returns
    further values by what the mutation answered. ``may`` has the values, beside the present ones, that keys may get,
    where ``hears`` or a model decides. ``makes`` is the kind and handle of what the answer has the id of.
    """

    document: str
    variables: Mapping[str, Any]
    changes: State = field(default_factory=dict)
    may: Mapping[Key, tuple[Any, ...]] = field(default_factory=dict)
    hears: Callable[[Answer], State] | None = None
    makes: tuple[str, str] | None = None
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class _Done:
    """The newest change: its id, and the values before, by keys."""

    change: str
    before: State


@dataclass(slots=True)
class Faults:
    """What differs from what was acknowledged: ``lost`` was acknowledged and is not there, ``false`` is there although
    it was refused or only in part."""

    lost: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    def add(self, more: Faults) -> None:
        self.lost += more.lost
        self.false += more.false


class Lane:
    """``known`` has what was acknowledged, ``pending`` the operation whose outcome is not known."""

    def __init__(self, name: str, seed: str, tell: Callable[[str], None]) -> None:
        self.name = name
        self._tell = tell
        self.random = random.Random(f"{seed} {name}")
        self.photos: list[Original] = [each for each in originals() if each.lane == name]
        self.known: State = {}
        self.open: dict[Key, set[Any]] = {}
        self.ids: dict[tuple[str, str], str] = {}
        self.faces: dict[tuple[str, str], SeenFace] = {}
        self.pending: Operation | None = None
        self.last: _Done | None = None
        self.changes: dict[str, bool | None] = {}  # acknowledged ones, and whether they were undone, if that is known
        self.acknowledged = self.refused = self.unknown = 0
        self._undo_of: dict[str, str] = {}
        self._made = 0

    # what operations need

    def handle(self, kind: str) -> str:
        """Returns a handle that nothing had before."""
        self._made += 1
        return f"{self.name}-{kind}{self._made}"

    def some_photos(self, most: int = 5) -> list[Original]:
        known = [each for each in self.photos if ("Photo", each.name) in self.ids]
        return self.random.sample(known, min(len(known), self.random.randint(1, most)))

    def ids_of(self, kind: str, names: Iterable[str]) -> list[str]:
        """Returns their ids in the graph."""
        return [self.ids[kind, name] for name in names]

    def of_kind(self, kind: str) -> list[Key]:
        """Returns the keys of that kind."""
        return [key for key in self.known if key[0] == kind]

    def one(self, kind: str, label: str) -> str | None:
        """Returns the handle of one thing whose id is known, or None if there is none."""
        found = [key[1] for key in self.of_kind(kind) if (label, key[1]) in self.ids]
        return self.random.choice(found) if found else None

    def is_sure(self, key: Key) -> bool:
        """Returns whether the value of the key is known."""
        return key not in self.open

    def undo(self) -> Operation | None:
        """Returns the operation that takes back the newest change."""
        if self.last is None:
            return None
        document = "mutation($i: ID!) { r: undo(change: $i) { change } }"
        return Operation(document, {"i": self.last.change}, dict(self.last.before), undoes=self.last.change)

    # what comes of them

    def done(self, operation: Operation, answer: Answer, deletion: str | None = None) -> None:
        """Takes in that the operation was acknowledged."""
        self.acknowledged += 1
        changes = {**operation.changes, **(operation.hears(answer) if operation.hears else {})}
        change = deletion or (answer.get("change") if isinstance(answer, dict) else None)
        keys = {*changes, *operation.may}
        undoable = change is not None and not operation.may and all(map(self.is_sure, keys))
        before = {key: self.known.get(key) for key in changes}
        self._note("done", operation, changes, f"as {change}")
        self._apply(changes, operation.may if operation.hears is None else {})
        if operation.makes is not None and isinstance(answer, dict):
            made = answer.get("album", answer)
            self.ids[operation.makes] = made["id"]
        if change is not None:
            self.changes[change] = False
            if operation.undoes is not None:
                self._undone(operation.undoes, change)
        if change is not None or keys:
            self.last = _Done(change, before) if undoable and change is not None else None

    def _undone(self, change: str, by: str) -> None:
        self.changes[change] = True
        self._undo_of[by] = change
        if (restored := self._undo_of.get(change)) is not None:
            self.changes[restored] = False

    def refuse(self, operation: Operation, reason: str) -> None:
        """Takes in that the operation was refused, so that it did not happen."""
        self.refused += 1
        self._note("refused", operation, operation.changes, reason)
        self.last = None

    def lose_sight(self, operation: Operation, reason: str) -> None:
        """Takes in that nobody answered."""
        self.unknown += 1
        self._note("without an answer", operation, operation.changes, reason)
        self.pending = operation
        self.last = None

    def _note(self, outcome: str, operation: Operation, changes: State, more: str) -> None:
        name = operation.document.partition("r: ")[2].partition("(")[0]
        values = ", ".join(f"{' '.join(key)} = {value!r}" for key, value in changes.items())
        self._tell(f"{self.name} {name} {outcome} {more}: {values}")

    def _apply(self, changes: State, may: Mapping[Key, tuple[Any, ...]]) -> None:
        for key, value in changes.items():
            self.open.pop(key, None)
            if value is None:
                self.known.pop(key, None)
            else:
                self.known[key] = value
        for key, values in may.items():
            self.open[key] = {*values, *self.open.get(key, (self.known.get(key),))}

    # what is there

    def settle(self, truth: Truth, *, finally_known: bool) -> Faults:
        """Compares what is there with what was acknowledged, and goes on from what is there.

        ``finally_known``: no job is left that would still complete a change."""
        faults = Faults()
        there = {key: value for key, value in truth.state.items() if self._is_ours(key)}
        if self.pending is not None:
            self._settle_pending(self.pending, there, faults)
        for key in sorted({*there, *self.known, *self.open}):
            expected, found = self.known.get(key), there.get(key)
            if key in self.open:
                if found not in self.open[key]:
                    faults.false.append(f"{' '.join(key)}: {found!r}, not one of {self.open[key]!r}")
            elif expected != found:
                faults.lost.append(f"{' '.join(key)}: {found!r}, not {expected!r}")
        self.known = there
        if finally_known:
            self.open.clear()
        self.look(truth)
        return faults

    def _settle_pending(self, operation: Operation, there: State, faults: Faults) -> None:
        """Finds out whether the operation happened, as a whole."""
        may = operation.may
        is_done = all(there.get(key) in (value, *may.get(key, ())) for key, value in operation.changes.items())
        is_not = all(there.get(key) == self.known.get(key) for key in operation.changes if self.is_sure(key))
        if not is_done and not is_not:
            wanted = {" ".join(key): value for key, value in operation.changes.items()}
            found = {" ".join(key): there.get(key) for key in operation.changes}
            faults.false.append(f"in part: {operation.document} should give {wanted}, and there is {found}")
        if is_done or not is_not:
            self._apply({key: there.get(key) for key in operation.changes}, {})
        if (undone := operation.undoes) is not None:
            self.changes |= dict.fromkeys(filter(None, (undone, self._undo_of.get(undone))))
        self._apply({}, operation.may)
        self.pending = None

    def _is_ours(self, key: Key) -> bool:
        return key[1].startswith(self.name)

    def look(self, truth: Truth) -> None:
        """Takes in what exists that can be spoken of."""
        self.ids = dict(truth.ids)
        self.faces = {place: face for place, face in truth.faces.items() if place[0].startswith(self.name)}
