"""The properties that describe a photo in words. Each is declared once, as a member of ``Description``.

A declaration says which fields of files state the property. Reading, the graph, search, exports, imports and sidecars
go through the declarations, so that none of them names a property.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, LiteralString

MAX_NAME_LENGTH, MAX_TEXT_LENGTH = 255, 8_192  # characters


class PhotoProperty(StrEnum):
    """A property of a photo that people may state in place of its file."""

    TITLE = "TITLE"
    CAPTION = "CAPTION"
    DATE = "DATE"
    POSITION = "POSITION"


@dataclass(frozen=True, slots=True)
class Property:
    """A property in words.

    ``fields`` are the fields (names of exiv2) that state it, the most trusted first. ``written`` is the XMP field in
    which a sidecar states it; None if a sidecar does not. A ``plural`` property has any number of values.
    Cameras fill the fields of one that ``may_be_stock`` with texts of their own. One that ``has_lines`` keeps its line
    breaks.
    """

    name: LiteralString  # in Python, the graph and exports
    fields: tuple[str, ...]
    written: str | None
    max_length: int = MAX_NAME_LENGTH
    plural: bool = False
    may_be_stock: bool = False
    has_lines: bool = False


def _stated_by(*fields: str, **more: Any) -> Any:
    """Declares the member of ``Description`` to which it is assigned as a property: see ``Property``."""
    return field(default=() if more.get("plural") else None, metadata={"fields": fields, "written": None, **more})


@dataclass(frozen=True, slots=True)
class Description:
    """What a photo says about itself in words. A search by text finds all of it."""

    title: str | None = _stated_by(
        "Xmp.dc.title",
        "Iptc.Application2.ObjectName",
        "Exif.Image.XPTitle",
        "Xmp.photoshop.Headline",
        "Iptc.Application2.Headline",
        written="Xmp.dc.title",
    )
    caption: str | None = _stated_by(
        "Xmp.dc.description",
        "Iptc.Application2.Caption",
        "Exif.Image.ImageDescription",
        "Exif.Photo.UserComment",
        "Exif.Image.XPComment",
        "Xmp.acdsee.caption",
        "Xmp.acdsee.notes",
        "Exif.Image.XPSubject",
        written="Xmp.dc.description",
        max_length=MAX_TEXT_LENGTH,
        may_be_stock=True,
        has_lines=True,
    )
    creators: tuple[str, ...] = _stated_by(
        "Xmp.dc.creator",
        "Iptc.Application2.Byline",
        "Exif.Image.Artist",
        "Exif.Image.XPAuthor",
        "Xmp.tiff.Artist",
        written="Xmp.dc.creator",
        plural=True,
    )
    copyright: str | None = _stated_by(
        "Xmp.dc.rights",
        "Iptc.Application2.Copyright",
        "Exif.Image.Copyright",
        "Xmp.tiff.Copyright",
        written="Xmp.dc.rights",
        max_length=MAX_TEXT_LENGTH,
    )
    # Whom the file names without marking a face.
    people: tuple[str, ...] = _stated_by(
        "Xmp.iptcExt.PersonInImage", "Xmp.mediapro.People", written="Xmp.iptcExt.PersonInImage", plural=True
    )
    sublocation: str | None = _stated_by(
        "Xmp.iptcExt.LocationCreated[1]/Iptc4xmpExt:Sublocation",
        "Xmp.iptc.Location",
        "Iptc.Application2.SubLocation",
        "Xmp.iptcExt.LocationShown[1]/Iptc4xmpExt:Sublocation",
        written="Xmp.iptc.Location",
    )
    city: str | None = _stated_by(
        "Xmp.iptcExt.LocationCreated[1]/Iptc4xmpExt:City",
        "Xmp.photoshop.City",
        "Iptc.Application2.City",
        "Xmp.iptcExt.LocationShown[1]/Iptc4xmpExt:City",
        written="Xmp.photoshop.City",
    )
    region: str | None = _stated_by(
        "Xmp.iptcExt.LocationCreated[1]/Iptc4xmpExt:ProvinceState",
        "Xmp.photoshop.State",
        "Iptc.Application2.ProvinceState",
        "Xmp.iptcExt.LocationShown[1]/Iptc4xmpExt:ProvinceState",
        written="Xmp.photoshop.State",
    )
    country: str | None = _stated_by(
        "Xmp.iptcExt.LocationCreated[1]/Iptc4xmpExt:CountryName",
        "Xmp.photoshop.Country",
        "Iptc.Application2.CountryName",
        "Xmp.iptcExt.LocationShown[1]/Iptc4xmpExt:CountryName",
        "Xmp.iptcExt.LocationCreated[1]/Iptc4xmpExt:CountryCode",
        "Xmp.iptc.CountryCode",
        "Iptc.Application2.CountryCode",
        written="Xmp.photoshop.Country",
    )
    software: str | None = _stated_by(
        "Exif.Image.Software", "Xmp.xmp.CreatorTool", "Xmp.tiff.Software", "Iptc.Application2.Program"
    )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Description:
        """Makes a description of values by the names of their properties: texts, lists of texts, or None."""
        return cls(**{each.name: _value(each, values.get(each.name)) for each in PROPERTIES})

    def values(self) -> dict[str, Any]:
        """Returns the values by the names of all properties. A value is a text, a list of texts, or None."""
        values = {each.name: getattr(self, each.name) for each in PROPERTIES}
        return {name: list(value) or None if isinstance(value, tuple) else value for name, value in values.items()}

    def written(self) -> Description:
        """Returns the part of it that a sidecar states."""
        return Description.of({each.name: getattr(self, each.name) for each in PROPERTIES if each.written})

    def texts(self) -> tuple[str, ...]:
        """Returns all texts."""
        values = [getattr(self, each.name) for each in PROPERTIES]
        return tuple(text for value in values for text in (value if isinstance(value, tuple) else (value,)) if text)


def _value(declared: Property, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(value) if declared.plural else next(iter(value), None)
    return value or (() if declared.plural else None)


_members: Any = dataclasses.fields(Description)  # their names stand in this file, so they may be part of a query
PROPERTIES: tuple[Property, ...] = tuple(Property(each.name, **each.metadata) for each in _members)
NO_DESCRIPTION = Description()
