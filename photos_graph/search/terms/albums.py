"""The terms for albums."""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from photos_graph.model.search import MatchKind
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import Reasons, SetTerm, Term, same_reason


@dataclass(frozen=True, slots=True)
class InAlbum(SetTerm):
    album_id: str

    kind = MatchKind.ALBUM

    def all_photos(self, sets: PhotoSets) -> BitMap:
        return sets.albums.holding(self.album_id)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        album = sets.albums.rows.get(self.album_id)
        return same_reason(photos, self.kind, album.name if album else "")


@dataclass(frozen=True, slots=True)
class OnlyInAlbums(Term):
    """Matches photos that people put into no album besides these, including photos without albums."""

    album_ids: tuple[str, ...]

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        return within - sets.albums.having_others(self.album_ids)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, self.kind, "no other albums")


@dataclass(frozen=True, slots=True)
class InNoAlbum(Term):
    """Matches photos that people put into no album. Smart albums do not count."""

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        return within - sets.albums.having_any()

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, self.kind, "in no album")
