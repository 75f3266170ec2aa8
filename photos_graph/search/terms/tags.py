"""The terms for tags. A ``confirmed`` term leaves out predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pyroaring import BitMap

from photos_graph.model.search import Match, MatchKind
from photos_graph.search.label_sets import NONE
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import Reasons, SetTerm, Term, paths, same_reason
from photos_graph.tags import inherited


@dataclass(frozen=True, slots=True)
class Tagged(SetTerm):
    """Matches photos with a tag or one of its descendants."""

    tag_id: str
    confirmed: bool = False

    kind = MatchKind.TAG

    def all_photos(self, sets: PhotoSets) -> BitMap:
        return sets.tags.having(self.tag_id, self.confirmed)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        """Explains the tag of each photo. People take precedence over folders, and folders over models. A tag from
        folders names the folders that carry it. A tag that is not on the photo itself names its descendants that
        are."""
        tags, labels = sets.tags, sets.labels
        tag = tags.rows.get(self.tag_id)
        if tag is None:
            return
        put = {id_: photos & tags.put_on(id_, self.confirmed) for id_ in tags.rows.self_and_descendants(tag.id)}
        put = {id_: those for id_, those in put.items() if those}
        tagged = {id_: those & labels.tagged.get(id_, NONE) for id_, those in put.items()}
        inherited = {id_: those & tags.inherited(id_) for id_, those in put.items()}
        for number in photos:
            by_people, by_folders = _ids_with(tagged, number), _ids_with(inherited, number)
            if by_folders and not by_people:
                via = paths(sets.folders.path, _carriers(sets, number, by_folders))
            else:
                narrower = by_people or _ids_with(put, number)
                via = () if tag.id in narrower else paths(tags.rows.path, narrower)
            yield number, Match(MatchKind.TAG, tag.name, via)


@dataclass(frozen=True, slots=True)
class OnlyTagged(Term):
    """Matches photos that have no tags besides these, their descendants and their ancestors, including photos without
    tags."""

    tag_ids: tuple[str, ...]
    confirmed: bool = False

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        return within - sets.tags.having_others(self.tag_ids, self.confirmed)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, self.kind, "no other tags")


@dataclass(frozen=True, slots=True)
class Untagged(Term):
    confirmed: bool = False

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        return within - sets.tags.having_any(self.confirmed)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, self.kind, "untagged")


@dataclass(frozen=True, slots=True)
class Excluded(SetTerm):
    """Matches photos without the tag from which, or from a folder above which, a person excluded it."""

    tag_id: str

    def all_photos(self, sets: PhotoSets) -> BitMap:
        return sets.tags.excluded(self.tag_id)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        tag = sets.tags.rows.get(self.tag_id)
        return same_reason(photos, self.kind, f"without {tag.name if tag else ''}")


def _ids_with(sets: Mapping[str, BitMap], number: int) -> set[str]:
    return {id_ for id_, photos in sets.items() if number in photos}


def _carriers(sets: PhotoSets, number: int, tag_ids: AbstractSet[str]) -> Iterator[str]:
    """Yields the ids of the folders that give any of these tags to the photo."""
    for folder_id in sets.folders_of(number):
        for carried, carrier in inherited(
            sets.tags.inheritance.marks_to_root(folder_id), sets.tags.rows.self_and_ancestors
        ):
            if carried.tag_id in tag_ids:
                yield carrier
