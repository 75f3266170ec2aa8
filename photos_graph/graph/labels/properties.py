"""What people say about a photo in place of its file: title, caption, date and position.

A property ``x`` of the photo holds what counts. Once a person has said something, ``xOfFile`` keeps what the file says,
so that it can count again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.edits import Edit, PropertyValue
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.properties import PhotoProperty


@dataclass(frozen=True, slots=True)
class Stored:
    """How the graph holds a property. ``xAt`` and ``xBy`` of its name say when a person stated it, and who."""

    name: LiteralString
    parts: tuple[LiteralString, ...]

    def each(self, template: LiteralString) -> LiteralString:
        """Returns the parts of a query for all parts of the property. ``{x}`` stands for a part."""
        return ", ".join(template.replace("{x}", part) for part in self.parts).replace("{name}", self.name)


STORED: dict[PhotoProperty, Stored] = {
    PhotoProperty.TITLE: Stored("title", ("title",)),
    PhotoProperty.CAPTION: Stored("caption", ("caption",)),
    PhotoProperty.DATE: Stored("date", ("takenAt", "takenOffset", "takenSource", "takenPrecision")),
    PhotoProperty.POSITION: Stored("position", ("latitude", "longitude", "altitude", "placeId")),
}
PARTS = frozenset(part for stored in STORED.values() for part in stored.parts)

# A part of the query that writes what files say, which is in ``row.stated``.
STATED_BY_FILE: LiteralString = ", ".join(
    stored.each(
        "p.{x} = CASE WHEN p.{name}At IS NULL THEN row.stated.{x} ELSE p.{x} END, "
        "p.{x}OfFile = CASE WHEN p.{name}At IS NULL THEN null ELSE row.stated.{x} END"
    )
    for stored in STORED.values()
)
STATED_AT: LiteralString = ", ".join(f".{stored.name}At" for stored in STORED.values())
PROVENANCE: LiteralString = ", ".join(f".{stored.name}At, .{stored.name}By" for stored in STORED.values())

READ: dict[PhotoProperty, LiteralString] = {
    which: "UNWIND $numbers AS number MATCH (p:Photo {number: number}) "
    + stored.each("p.{x}").join(
        ("RETURN collect([number, p.{name}At, p.{name}By, ".replace("{name}", stored.name), "]) AS photos")
    )
    for which, stored in STORED.items()
}

WRITE: dict[PhotoProperty, LiteralString] = {
    which: "UNWIND $rows AS row UNWIND row.photos AS number MATCH (p:Photo {number: number}) SET "
    + stored.each("p.{x}OfFile = CASE WHEN p.{name}At IS NULL THEN p.{x} ELSE p.{x}OfFile END")
    + " SET "
    + stored.each("p.{x} = row.{x}")
    + ", p.{name}At = row.at, p.{name}By = row.by".replace("{name}", stored.name)
    for which, stored in STORED.items()
}

RESTORE: dict[PhotoProperty, LiteralString] = {
    which: "UNWIND $numbers AS number MATCH (p:Photo {number: number}) WHERE p.{name}At IS NOT NULL SET ".replace(
        "{name}", stored.name
    )
    + stored.each("p.{x} = p.{x}OfFile, p.{x}OfFile = null")
    + ", p.{name}At = null, p.{name}By = null".replace("{name}", stored.name)
    for which, stored in STORED.items()
}


def stated_by_people(values: Mapping[str, object]) -> tuple[PhotoProperty, ...]:
    """Returns the properties that people stated, by what the projection STATED_AT returns."""
    return tuple(which for which, stored in STORED.items() if values[f"{stored.name}At"] is not None)


def values_of(parts: Mapping[str, object], provenance: Mapping[str, Any]) -> dict[PhotoProperty, PropertyValue]:
    """Returns the values of all properties, by their parts and what the projection PROVENANCE returns."""
    return {
        which: PropertyValue(
            tuple(_plain(parts[part]) for part in stored.parts),
            provenance[f"{stored.name}At"],
            provenance[f"{stored.name}By"],
        )
        for which, stored in STORED.items()
    }


async def read(tx: Transaction, which: PhotoProperty, numbers: Iterable[int]) -> dict[int, PropertyValue]:
    """Returns the value of each of these photos. Unknown photos are left out."""
    rows = (await tx.run(READ[which], numbers=list(numbers)))[0]["photos"]
    return {number: PropertyValue(tuple(map(_plain, parts)), at_ms, by) for number, at_ms, by, *parts in rows}


async def write(tx: LabelTransaction, edits: Sequence[Edit]) -> None:
    """Gives the photos the values after the edits, each of the property that it names as its label. If nobody has
    stated a value, that of the file counts again, whatever it is now."""
    tx.touch(photos=[number for edit in edits for number in edit.photos])
    for which in PhotoProperty:
        of_this = [edit for edit in edits if edit.label_id == which]
        said = [row for edit in of_this if (row := _row(which, edit)) is not None]
        restored = [n for edit in of_this if _row(which, edit) is None for n in edit.photos]
        if said:
            await tx.run(WRITE[which], rows=said)
        if restored:
            await tx.run(RESTORE[which], numbers=restored)


def _row(which: PhotoProperty, edit: Edit) -> dict[str, object] | None:
    after = edit.after
    if not isinstance(after, PropertyValue) or after.at_ms is None:
        return None
    parts: dict[str, object] = dict(zip(STORED[which].parts, after.values, strict=True))
    if isinstance(at := parts.get("takenAt"), str):
        parts["takenAt"] = datetime.fromisoformat(at)
    return {"photos": list(edit.photos), "at": after.at_ms, "by": after.by, **parts}


def _plain(value: object) -> str | float | None:
    """Returns a value that JSON can hold: times as ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat()
    assert value is None or isinstance(value, str | float | int)  # noqa: S101, no other part is stored
    return value
