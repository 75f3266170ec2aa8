"""The terms for what a picture looks like: a concept that has a name, or any text."""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from photos_graph.model.search import Match, MatchKind
from photos_graph.search.arrays import numbers_of
from photos_graph.search.concepts import named
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import PrefixTerm, Reasons, SetTerm, Term


@dataclass(frozen=True, slots=True)
class LooksLike(SetTerm, PrefixTerm):
    """Matches photos that a model takes for a concept, by its id. It is a guess, and no label."""

    concept_id: str

    kind = MatchKind.LOOKS_LIKE

    def all_photos(self, sets: PhotoSets) -> BitMap:
        return sets.content.showing(self.concept_id)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        numbers = numbers_of(photos)
        likely = sets.content.probabilities(self.concept_id, numbers)
        for number, each in zip(numbers.tolist(), likely.tolist(), strict=True):
            yield number, Match(self.kind, f"{self.concept_id}, {each:.0%}")

    @classmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str] | None:
        """Returns None for a word that no concept is called."""
        found = named(value)
        return None if found is None else (cls(found), typed)


@dataclass(frozen=True, slots=True)
class LooksLikeText(SetTerm):
    """Matches photos that an image-text model takes for what a text says. It is a guess, and no label.

    A text that was not looked for yet has no photos; ``services/browse/questions.py`` has it looked for."""

    text: str

    kind = MatchKind.LOOKS_LIKE

    @classmethod
    def of_text(cls, typed: str) -> LooksLikeText:
        """Case and the width of spaces do not matter."""
        return cls(" ".join(typed.lower().split()))

    def all_photos(self, sets: PhotoSets) -> BitMap:
        return sets.looks.showing(self.text)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        numbers = numbers_of(photos)
        scores = sets.looks.scores(self.text, numbers) if len(numbers) else numbers
        for number, score in zip(numbers.tolist(), scores.tolist(), strict=True):
            yield number, Match(self.kind, f"{self.text}, {score:.1f} deviations above the usual")
