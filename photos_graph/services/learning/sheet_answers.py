"""What people say of a tag on the photos of its sheets, and which of the sheets are judged."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from photos_graph.model.learning import Sheet
from photos_graph.search.index import SearchIndex

MOSTLY = 0.75  # share of the photos of a sheet that must be judged


@dataclass(frozen=True, slots=True)
class SheetAnswers:
    """The ids of the photos of some sheets that are ``present`` in the library, and of those of them of which people
    ``said`` whether they have the tag."""

    present: frozenset[str]
    said: frozenset[str]

    def among(self, ids: Container[str]) -> SheetAnswers:
        """Returns the answers for those of the photos that have these ids; the others count as gone."""
        return SheetAnswers(*(frozenset(id_ for id_ in each if id_ in ids) for each in (self.present, self.said)))

    def judged(self, sheets: Iterable[Sheet]) -> list[tuple[str, float]]:
        """Returns the judged photos, each once, with the chances with which they were drawn. Of an audit each counts
        that was answered, and of a sheet those of a judged one."""
        found: dict[str, float] = {}
        for sheet in sheets:
            if sheet.is_audit or self.is_judged(sheet):
                for id_, chance in zip(sheet.photo_ids, sheet.chances, strict=True):
                    if id_ in self.said:
                        found.setdefault(id_, chance)
        return list(found.items())

    def is_judged(self, sheet: Sheet) -> bool:
        """Returns whether most of its photos that are still present are judged. A few answers alone do not count,
        because people may give the easy ones first, and an answer that is taken back later does not open the sheet
        again."""
        left = [id_ for id_ in sheet.photo_ids if id_ in self.present]
        return sum(id_ in self.said for id_ in left) >= MOSTLY * len(left)


def sheet_answers(search: SearchIndex, tag_id: str, sheets: Iterable[Sheet]) -> SheetAnswers:
    """Returns what people answered about the photos of sheets of a tag."""
    tags = search.sets.tags
    confirmed, rejected = tags.having(tag_id, confirmed=True), tags.excluded(tag_id, confirmed=True)
    ids = {id_ for sheet in sheets for id_ in sheet.photo_ids}
    numbers = {id_: number for id_ in ids if (number := search.number_of(id_)) is not None}
    said = frozenset(id_ for id_, number in numbers.items() if number in confirmed or number in rejected)
    return SheetAnswers(frozenset(numbers), said)
