"""A library as plain Python: what is said, and what follows from it, photo by photo. Nothing is clever here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

Target = int | str  # a photo's number, or a folder's id
Reason = tuple[str, str, tuple[str, ...]]  # kind, label, via


@dataclass(frozen=True)
class Said:
    """What somebody said of a tag: TAGGED or EXCLUDES. ``when`` grows with every call."""

    kind: str
    when: int
    imported: bool = False
    recursive: bool = True


@dataclass
class Held:
    photo: int
    folder: str
    missing: bool = False


@dataclass
class Change:
    shifts: dict[tuple[Target, str], tuple[Said | None, Said | None]]
    undone: bool = False
    undoes: Change | None = None


@dataclass
class Naive:
    folders: dict[str, str | None] = field(default_factory=dict)  # id, which is its name too -> parent
    tags: dict[str, str | None] = field(default_factory=dict)  # id -> parent
    files: dict[str, Held] = field(default_factory=dict)
    said: dict[tuple[Target, str], Said] = field(default_factory=dict)
    scores: dict[tuple[int, str], float] = field(default_factory=dict)
    faces: dict[tuple[int, str], bool] = field(default_factory=dict)  # (photo, person) -> named by a person
    clock: int = 0

    # the trees

    def way(self, folder: str) -> Iterator[str]:
        """The folder and all above it."""
        at: str | None = folder
        while at is not None:
            yield at
            at = self.folders[at]

    def path(self, folder: str) -> str:
        return "/".join(reversed(list(self.way(folder))))

    def up(self, tag: str) -> Iterator[str]:
        at: str | None = tag
        while at is not None:
            yield at
            at = self.tags[at]

    def below(self, tag: str) -> set[str]:
        return {other for other in self.tags if tag in self.up(other)}

    def photos(self) -> set[int]:
        return {held.photo for held in self.files.values() if not held.missing}

    def photos_in(self, folder: str, recursive: bool = True) -> set[int]:
        return {
            held.photo
            for held in self.files.values()
            if not held.missing and (held.folder == folder or (recursive and folder in self.way(held.folder)))
        }

    # what a photo has

    def excluded(self, target: Target, tag: str) -> bool:
        return any((said := self.said.get((target, up))) and said.kind == "EXCLUDES" for up in self.up(tag))

    def carriers(self, photo: int, tag: str) -> list[str]:
        """The folders that the tag comes from, those of the first file by its path first, the nearest first."""
        found = []
        paths = {f"{self.path(held.folder)}/{name}": held for name, held in self.files.items()}
        for _, held in sorted(paths.items()):
            if held.photo != photo or held.missing:
                continue
            for folder in self.way(held.folder):
                said = self.said.get((folder, tag))
                if said and said.kind == "TAGGED" and (said.recursive or folder == held.folder):
                    found.append(folder)
                if self.excluded(folder, tag):
                    break
        return found

    def comes_from_above(self, folder: str, tag: str) -> bool:
        """Whether a file in the folder would get it from one above."""
        probing = replace(self, files={"probe": Held(-1, folder)})
        return any(carrier != folder for carrier in probing.carriers(-1, tag))

    def assertion(self, photo: int, tag: str, confirmed: bool = False) -> tuple[str, str | None] | None:
        """By which source the photo was given just this tag, and by which folder."""
        if self.excluded(photo, tag):
            return None
        said = self.said.get((photo, tag))
        if said:
            return ("IMPORTED" if said.imported else "MANUAL"), None
        if carriers := self.carriers(photo, tag):
            return "FOLDER", carriers[0]
        if not confirmed and self.scores.get((photo, tag), 0) >= 0.5:
            return "PREDICTED", None
        return None

    def assertions(self, photo: int, confirmed: bool = False) -> dict[str, tuple[str, str | None]]:
        return {tag: how for tag in self.tags if (how := self.assertion(photo, tag, confirmed))}

    def has(self, photo: int, tag: str, confirmed: bool = False) -> bool:
        return any(self.assertion(photo, narrower, confirmed) for narrower in self.below(tag))

    def had(self) -> dict[int, set[str]]:
        """The confirmed tags of every photo, with those above them."""
        return {photo: {tag for tag in self.tags if self.has(photo, tag, True)} for photo in self.photos()}

    def guessed(self) -> dict[int, set[str]]:
        """The tags of every photo, predicted or not, with those above them."""
        return {photo: {tag for tag in self.tags if self.has(photo, tag)} for photo in self.photos()}

    def shows(self, photo: int, person: str, confirmed: bool = False) -> bool:
        sure = self.faces.get((photo, person))
        return sure is not None and (sure or not confirmed)

    # what people say

    def tag_photos(self, photos: Iterable[int], tag: str) -> Change:
        after: dict[tuple[Target, str], Said | None] = {}
        for photo in photos:
            for up in self.up(tag):
                if (said := self.said.get((photo, up))) and said.kind == "EXCLUDES":
                    after[photo, up] = None
            said = self.said.get((photo, tag))
            if said is None or said.kind == "EXCLUDES" or said.imported:
                after[photo, tag] = Said("TAGGED", self.clock)
        return self._say(after)

    def untag_photos(self, photos: Iterable[int], tag: str) -> Change:
        after: dict[tuple[Target, str], Said | None] = {}
        for photo in photos:
            mine = {
                below: said
                for below in self.below(tag)
                if (said := self.said.get((photo, below))) and said.kind == "TAGGED"
            }
            after |= {(photo, below): None for below in mine}
            bare = replace(self, said={key: said for key, said in self.said.items() if key not in after})
            if bare.has(photo, tag) or any(said.imported for said in mine.values()):
                after[photo, tag] = self._excluding(photo, tag)
        return self._say(after)

    def tag_folder(self, folder: str, tag: str, recursive: bool) -> Change:
        said = self.said.get((folder, tag))
        if said and said.kind == "TAGGED" and said.recursive == recursive:
            return self._say({})
        return self._say({(folder, tag): Said("TAGGED", self.clock, recursive=recursive)})

    def untag_folder(self, folder: str, tag: str) -> Change:
        after: dict[tuple[Target, str], Said | None] = {
            (folder, below): None
            for below in self.below(tag)
            if (said := self.said.get((folder, below))) and said.kind == "TAGGED"
        }
        bare = replace(self, said={key: said for key, said in self.said.items() if key not in after})
        if any(bare.comes_from_above(folder, below) for below in self.below(tag)):
            after[folder, tag] = self._excluding(folder, tag)
        said = {key: each for key, each in {**self.said, **after}.items() if each is not None}
        then = replace(self, said=said)
        for photo in self.photos_in(folder):
            if then.has(photo, tag) and not then.has(photo, tag, confirmed=True):
                after[photo, tag] = self._excluding(photo, tag)
        return self._say(after)

    def _excluding(self, target: Target, tag: str) -> Said:
        said = self.said.get((target, tag))
        return said if said and said.kind == "EXCLUDES" else Said("EXCLUDES", self.clock)

    def _say(self, after: dict[tuple[Target, str], Said | None], undoes: Change | None = None) -> Change:
        self.clock += 1
        shifts = {key: (self.said.get(key), said) for key, said in after.items() if self.said.get(key) != said}
        for key, (_, said) in shifts.items():
            self.said.pop(key, None)
            if said:
                self.said[key] = said
        return Change(shifts, undoes=undoes)

    def stands(self, change: Change) -> bool:
        """Whether everything still is as the change left it."""
        return all(tag in self.tags for _, tag in change.shifts) and all(
            self.said.get(key) == now for key, (_, now) in change.shifts.items()
        )

    def would_void(self, change: Change) -> bool:
        """Whether an exclusion that comes back is above a tag of the photo."""
        then = self.said | {key: before for key, (before, _) in change.shifts.items()}
        return any(
            before.kind == "EXCLUDES" and (said := then.get((target, below))) and said.kind == "TAGGED"
            for (target, tag), (before, _) in change.shifts.items()
            if before and isinstance(target, int)
            for below in self.below(tag)
        )

    def undo(self, change: Change) -> Change | None:
        """None where it is refused."""
        if change.undone or not self.stands(change) or self.would_void(change):
            return None
        change.undone = True
        if change.undoes:
            change.undoes.undone = False
        return self._say({key: before for key, (before, _) in change.shifts.items()}, undoes=change)

    def standing(self) -> set[tuple[int, str]]:
        """The tags of photos that no exclusion on them voids."""
        return {
            (target, tag)
            for (target, tag), said in self.said.items()
            if isinstance(target, int) and said.kind == "TAGGED" and not self.excluded(target, tag)
        }

    def free(self, tagged: Iterable[tuple[int, str]]) -> None:
        """No exclusion of the photos voids these tags."""
        for photo, tag in tagged:
            for up in self.up(tag):
                if (said := self.said.get((photo, up))) and said.kind == "EXCLUDES":
                    del self.said[photo, up]

    def move(self, tag: str, above: str | None) -> None:
        standing = self.standing()
        self.tags[tag] = above
        self.free(standing)

    def merge(self, gone: str, into: str) -> None:
        standing = self.standing()
        for (target, tag), said in list(self.said.items()):
            if tag == gone:
                both = [said, *filter(None, [self.said.get((target, into))])]
                kept = [each for each in both if each.kind == "TAGGED"] or both
                first = min(kept, key=lambda each: (each.kind == "TAGGED" and each.imported, each.when))
                self.said[target, into] = replace(first, recursive=any(each.recursive for each in kept))
        for (photo, tag), score in list(self.scores.items()):
            if tag == gone:
                self.scores[photo, into] = max(score, self.scores.get((photo, into), score))
        for tag, parent in self.tags.items():
            if parent == gone:
                self.tags[tag] = into
        self.forget(gone)
        self.free((photo, into if tag == gone else tag) for photo, tag in standing)

    def forget(self, tag: str) -> None:
        del self.tags[tag]
        self.said = {key: said for key, said in self.said.items() if key[1] != tag}
        self.scores = {key: score for key, score in self.scores.items() if key[1] != tag}

    # questions, as the GraphQL filter is written

    def find(self, filter: dict[str, Any], confirmed: bool = False) -> set[int]:
        return {photo for photo in self.photos() if self._fits(photo, filter, confirmed)}

    def _fits(self, photo: int, filter: dict[str, Any], confirmed: bool) -> bool:
        confirmed = confirmed or filter.get("certainty") == "CONFIRMED"
        return all(self._part(photo, kind, part, confirmed) for kind, part in filter.items())

    def _part(self, photo: int, kind: str, part: Any, confirmed: bool) -> bool:
        match kind:
            case "and":
                return all(self._fits(photo, each, confirmed) for each in part)
            case "or":
                return any(self._fits(photo, each, confirmed) for each in part)
            case "not":
                return not self._fits(photo, part, confirmed)
            case "tags":
                given = set(self.assertions(photo, confirmed))
                return self._terms(part, lambda tag: self.has(photo, tag, confirmed)) and (
                    not part.get("only") or given <= self._around(_meant(part))
                )
            case "persons":
                shown = {who for number, who in self.faces if number == photo and self.shows(photo, who, confirmed)}
                return self._terms(part, lambda who: who in shown) and (
                    not part.get("only") or shown <= set(_meant(part))
                )
            case "folder":
                return photo in self.photos_in(part["id"], part["recursive"])
            case "untagged":
                return part is not bool(self.assertions(photo, confirmed))
            case "faceCount":
                return part["min"] <= sum(number == photo for number, _ in self.faces)
        return kind == "certainty"

    def reasons(self, photo: int, filter: dict[str, Any], confirmed: bool = False) -> set[Reason]:
        """Why a photo that fits does."""
        confirmed = confirmed or filter.get("certainty") == "CONFIRMED"
        found: set[Reason] = set()
        for kind, part in filter.items():
            match kind:
                case "and" | "or":
                    for each in part:
                        if self._fits(photo, each, confirmed):
                            found |= self.reasons(photo, each, confirmed)
                case "tags":
                    held = {tag for tag in _meant(part) if self.has(photo, tag, confirmed)}
                    found |= {("TAG", tag, self._way_of(photo, tag, confirmed)) for tag in held}
                    found |= {("OTHER", "no other tags", ())} if part.get("only") else set()
                case "persons":
                    held = {who for who in _meant(part) if self.shows(photo, who, confirmed)}
                    found |= {("PERSON", who, ()) for who in held}
                    found |= {("OTHER", "nobody else", ())} if part.get("only") else set()
                case "folder":
                    found.add(("FOLDER", self.path(part["id"]), ()))
                case "untagged":
                    found |= {("OTHER", "untagged", ())} if part else set()
                case "faceCount":
                    count = sum(number == photo for number, _ in self.faces)
                    found.add(("OTHER", "1 face" if count == 1 else f"{count} faces", ()))
        return found

    def _way_of(self, photo: int, tag: str, confirmed: bool) -> tuple[str, ...]:
        """Folders where only folders and models bring it; else the narrower tags that were put on the photo."""
        put = {below for below in self.below(tag) if self.assertion(photo, below, confirmed)}
        said = {below for below in put if (photo, below) in self.said}
        came = {folder for below in put for folder in self.carriers(photo, below)}
        if came and not said:
            return tuple(sorted(self.path(folder) for folder in came))
        narrower = said or put
        return () if tag in narrower else tuple(sorted("/".join(reversed(list(self.up(each)))) for each in narrower))

    @staticmethod
    def _terms(part: dict[str, Any], holds: Any) -> bool:
        return (
            all(holds(each) for each in part.get("all", ()))
            and ("any" not in part or any(holds(each) for each in part["any"]))
            and not any(holds(each) for each in part.get("none", ()))
        )

    def _around(self, tags: Iterable[str]) -> set[str]:
        return {other for tag in tags if tag in self.tags for other in (*self.up(tag), *self.below(tag))}


def _meant(part: dict[str, Any]) -> list[str]:
    return [*part.get("all", ()), *part.get("any", ())]
