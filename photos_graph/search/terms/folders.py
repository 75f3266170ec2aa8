"""The term for the folder in which a photo is stored."""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from photos_graph.model.search import MatchKind
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import Reasons, SetTerm, same_reason


@dataclass(frozen=True, slots=True)
class InFolder(SetTerm):
    folder_id: str
    recursive: bool = True

    kind = MatchKind.FOLDER

    def all_photos(self, sets: PhotoSets) -> BitMap:
        return sets.folders.photos_below(self.folder_id) if self.recursive else sets.folders.photos_at(self.folder_id)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, self.kind, sets.folders.path(self.folder_id) or "")
