"""The terms for properties that have one value per photo: the rating, whether it is a favourite, and the camera."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.search.folding import fold
from photos_graph.search.label_sets import union
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import PrefixTerm, Reasons, SetTerm, Term, own_reasons, same_reason

_RATING = re.compile(r"(>=|<=|>|<|=)?(-?[0-9])")
_RATINGS = re.compile(r"(-?[0-9])(?:[-\N{EN DASH}]|\.\.)([0-9])")


@dataclass(frozen=True, slots=True)
class Rated(SetTerm, PrefixTerm):
    """Matches photos by their rating. Both bounds are inclusive, and a photo without a rating counts as 0."""

    minimum: int | None = None
    maximum: int | None = None

    def all_photos(self, sets: PhotoSets) -> BitMap:
        low = -np.inf if self.minimum is None else self.minimum
        high = np.inf if self.maximum is None else self.maximum
        return union(photos for rating, photos in sets.by_value["rating"].items() if low <= rating <= high)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return own_reasons(photos, lambda number: f"rating {sets.table.rating[number]}")

    @classmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str]:
        if match := _RATINGS.fullmatch(value):
            low, high = int(match[1]), int(match[2])
            if -1 <= low <= high <= 5:
                return cls(low, high), f"rating {low} to {high}"
        if (match := _RATING.fullmatch(value)) and -1 <= (number := int(match[2])) <= 5:
            sign = match[1] or "="
            bounds = {
                "=": (number, number),
                ">=": (number, None),
                ">": (number + 1, None),
                "<=": (None, number),
                "<": (None, number - 1),
            }[sign]
            return cls(*bounds), f"rating {sign} {number}"
        raise BadInput("`rating:` takes -1 (rejected) to 5, as in rating:4, rating:>=4, rating:<3 or rating:2-4.")


@dataclass(frozen=True, slots=True)
class Favourite(SetTerm):
    wanted: bool = True

    def all_photos(self, sets: PhotoSets) -> BitMap:
        return sets.favourites if self.wanted else sets.visible - sets.favourites

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        return same_reason(photos, self.kind, "favourite" if self.wanted else "not a favourite")


@dataclass(frozen=True, slots=True)
class TakenWith(PrefixTerm):
    """Matches photos by their camera: ``text`` is a part of its make and model, or of its lens, regardless of case and
    accents."""

    text: str

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        by_camera = sets.by_value["camera"]
        return within & union(by_camera[code] for code in self.codes(sets.table.cameras.values) if code in by_camera)

    def codes(self, cameras: Sequence[str]) -> list[int]:
        """Returns the places of the cameras that match."""
        wanted = fold(self.text)
        return [
            code
            for code, camera in enumerate(cameras)
            if camera and any(wanted in fold(name) for name in names_of_camera(camera))
        ]

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        table = sets.table
        return own_reasons(
            photos,
            lambda number: " ".join(part for part in table.cameras.values[table.camera[number]].split("|") if part),
        )

    @classmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str] | None:
        return (cls(typed), f"camera {typed}") if value else None


def names_of_camera(camera: str) -> list[str]:
    """Returns the make, model and lens of a camera, and the make with the model."""
    make, _, rest = camera.partition("|")
    return [make, *rest.split("|"), f"{make} {rest.partition('|')[0]}".strip()]
