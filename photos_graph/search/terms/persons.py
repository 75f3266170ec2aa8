"""The terms for persons and faces. A ``confirmed`` term leaves out predictions."""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.model.search import MatchKind
from photos_graph.search.label_sets import NONE
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.ranges import in_words, read_range, whole
from photos_graph.search.terms.term import PrefixTerm, Reasons, SetTerm, Term, own_reasons, same_reason


@dataclass(frozen=True, slots=True)
class WithPerson(SetTerm):
    person_id: str
    confirmed: bool = False

    kind = MatchKind.PERSON

    def all_photos(self, sets: PhotoSets) -> BitMap:
        return sets.persons.showing(self.person_id, self.confirmed)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        person = sets.persons.rows.get(self.person_id)
        return same_reason(photos, self.kind, person.name if person else "")


@dataclass(frozen=True, slots=True)
class OnlyPersons(Term):
    """Matches photos that show no known person besides these, including photos without persons."""

    person_ids: tuple[str, ...]
    confirmed: bool = False

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        return within - sets.persons.showing_others(self.person_ids, self.confirmed)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, self.kind, "nobody else")


@dataclass(frozen=True, slots=True)
class UnnamedFaces(SetTerm):
    """Matches photos with more faces, without those that are ignored, than known persons.

    Two faces of one person, as in a mirror, therefore count as one name, and so does an ignored face that has a name.
    """

    confirmed: bool = False

    def all_photos(self, sets: PhotoSets) -> BitMap:
        rows = sets.persons.rows
        return sets.labels.with_unnamed_faces(self.confirmed, lambda id_: rows.get(id_) is not None) & sets.visible

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, self.kind, "unnamed faces")


@dataclass(frozen=True, slots=True)
class FacesIn(SetTerm, PrefixTerm):
    """Matches photos by their number of faces. Both bounds are inclusive."""

    minimum: int | None = None
    maximum: int | None = None

    def all_photos(self, sets: PhotoSets) -> BitMap:
        minimum, maximum = self.minimum, self.maximum
        if minimum is not None and minimum > 0:
            return sets.labels.faced(minimum, maximum) & sets.visible
        if maximum is None:
            return sets.visible
        return sets.visible - sets.labels.faced(maximum + 1, None) if maximum >= 0 else NONE

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        def label(number: int) -> str:
            count = next((count for count, those in sets.labels.faces.items() if number in those), 0)
            return "1 face" if count == 1 else f"{count} faces"

        return own_reasons(photos, label)

    @classmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str]:
        bounds = read_range(value, whole)
        if bounds is None:
            raise BadInput("`faces:` takes a number or a range, as in faces:2, faces:>=3 or faces:2-4.")
        return cls(*bounds), f"{in_words(*bounds)} people"
