"""The terms for the picture itself and its files: its shape, RAW files, copies, edits and screenshots."""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from photos_graph.model.search import PhotoShape
from photos_graph.search.columns import LANDSCAPE, PORTRAIT, SQUARE, TALL, WIDE
from photos_graph.search.label_sets import NONE, union
from photos_graph.search.label_words import ENGLISH_LABELS, LabelWords
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import Reasons, SetTerm, Term, own_reasons, same_reason

_CODES = {
    PhotoShape.PORTRAIT: (PORTRAIT, TALL),
    PhotoShape.LANDSCAPE: (LANDSCAPE, WIDE),
    PhotoShape.SQUARE: (SQUARE,),
    PhotoShape.PANORAMA: (TALL, WIDE),
}
# Words, all of which are in the name of a screenshot or of its folder. They begin words.
SCREENSHOT_WORDS = (
    ("screenshot",),
    ("screen", "shot"),
    ("bildschirmfoto",),
    ("bildschirmaufnahme",),
    ("schermata",),
    ("capture", "ecran"),
    ("captura", "pantalla"),
)


@dataclass(frozen=True, slots=True)
class Shaped(SetTerm):
    """Matches photos by the shape of the picture as it is displayed. A panorama has a side at least twice as long as
    the other, and is also a landscape or a portrait."""

    shape: PhotoShape

    def all_photos(self, sets: PhotoSets) -> BitMap:
        shapes = sets.by_value["shape"]
        return union(shapes.get(code, NONE) for code in _CODES[self.shape])

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, self.kind, self.label())

    def label(self, words: LabelWords = ENGLISH_LABELS) -> str:
        name = self.shape.name.lower()
        return words.say(name if self.shape in (PhotoShape.PANORAMA, PhotoShape.SQUARE) else f"{name} format")


@dataclass(frozen=True, slots=True)
class IsRaw(SetTerm):
    """Matches photos of which the original is a RAW file."""

    def all_photos(self, sets: PhotoSets) -> BitMap:
        return sets.by_value["raw"].get(1, NONE)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, self.kind, "RAW")


@dataclass(frozen=True, slots=True)
class HasCopies(SetTerm):
    """Matches photos whose picture several files have."""

    def all_photos(self, sets: PhotoSets) -> BitMap:
        return union(sets.by_value["files"].values())

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return own_reasons(photos, lambda number: f"{sets.table.files[number]} files")


@dataclass(frozen=True, slots=True)
class IsEdited(Term):
    """Matches the edited versions in stacks of edited photos: all but the shots from which they were made."""

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        return within & sets.stacks.edited

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, self.kind, "edited")


@dataclass(frozen=True, slots=True)
class IsScreenshot(Term):
    """Matches photos that no camera took, and whose file or folder is named as screenshots are."""

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        taken = union(sets.by_value["camera"].values())
        named = union([_with_words(sets, words) for words in SCREENSHOT_WORDS])
        return (within & named) - taken

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, self.kind, "screenshot")


def _with_words(sets: PhotoSets, words: tuple[str, ...]) -> BitMap:
    found = [union([sets.file_words.find(word), sets.folders.photos_with_word(word)]) for word in words]
    return BitMap.intersection(*found) if len(found) > 1 else found[0]
