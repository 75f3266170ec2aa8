"""Writes and reads XMP sidecars with the labels that people gave, for digiKam, Lightroom, other programs, and
ourselves.

Tags go into ``dc:subject`` (names), ``lr:hierarchicalSubject`` and ``digiKam:TagsList`` (paths). Faces go into MWG
regions, which refer to the picture as it is stored; their names also go into ``Iptc4xmpExt:PersonInImage``. Texts such
as the title go into the fields that they are declared with. Exclusions and favourites, which no other program has a
field for, are in a namespace of our own. Labels that only a model gave are listed there a second time, so that they are
not read back as a person's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from photos_graph.boxes import stored
from photos_graph.library.fields import PREDICTED_PERSONS, read_sidecar_fields
from photos_graph.library.keywords import PREDICTED_TAGS
from photos_graph.library.metadata import FAVOURITE, read_metadata
from photos_graph.library.parts import NAMESPACE, NO_METADATA, PREFIX
from photos_graph.library.regions import read_regions
from photos_graph.model.faces import Region
from photos_graph.model.library import Location, Taken
from photos_graph.model.properties import NO_DESCRIPTION, PROPERTIES, Description
from photos_graph.names import tag_names, tag_path

_EXCLUDED = f"Xmp.{PREFIX}.Excluded"
_REGIONS = "Xmp.mwg-rs.Regions"
_DATES = ("Xmp.exif.DateTimeOriginal", "Xmp.photoshop.DateCreated")
_SWAPPING = {5, 6, 7, 8}  # EXIF orientations of pictures that lie on their side
# Characters that XML cannot hold, but names here can.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class SidecarLabels:
    """``tags`` and ``excluded`` are paths; ``regions`` refer to the picture as displayed; ``rating`` is -1..5, or None
    if the photo is not rated. ``predicted_tags`` and ``predicted_persons`` are those of the tags and of the names of
    regions that only a model gave; reading a sidecar leaves them out."""

    tags: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    rating: int | None = None
    excluded: tuple[str, ...] = ()
    favourite: bool = False
    predicted_tags: tuple[str, ...] = ()
    predicted_persons: tuple[str, ...] = ()
    description: Description = NO_DESCRIPTION
    taken: Taken | None = None
    location: Location | None = None


def write_sidecar(labels: SidecarLabels, width: int, height: int, orientation: int) -> bytes:
    """Returns the sidecar as XMP. ``width`` and ``height`` are in pixels, as displayed; ``orientation`` is that of the
    original (EXIF, 1..8). Raises ValueError if exiv2 does not accept a value."""
    try:
        return _packet(labels, width, height, orientation)
    except Exception as error:  # the bindings of exiv2 raise errors of many classes
        raise ValueError(f"exiv2 cannot write these labels: {error}") from error


def _packet(labels: SidecarLabels, width: int, height: int, orientation: int) -> bytes:
    import exiv2

    exiv2.XmpProperties.registerNs(NAMESPACE, PREFIX)
    xmp = exiv2.XmpData()
    tags = [tag_names(path) for path in labels.tags]
    names = list(dict.fromkeys(way[-1] for way in tags))
    _bag(exiv2, xmp, "Xmp.dc.subject", names)
    # A name that contains the separator would be read as two.
    plain = ["|".join(way) for way in tags if not any("|" in name for name in way)]
    _bag(exiv2, xmp, "Xmp.lr.hierarchicalSubject", plain)
    _bag(exiv2, xmp, "Xmp.digiKam.TagsList", map(_digikam_path, tags), ordered=True)
    if labels.rating is not None:
        xmp["Xmp.xmp.Rating"] = str(labels.rating)
    _bag(exiv2, xmp, _EXCLUDED, labels.excluded)
    _bag(exiv2, xmp, PREDICTED_TAGS, labels.predicted_tags)
    _bag(exiv2, xmp, PREDICTED_PERSONS, labels.predicted_persons)
    if labels.favourite:
        xmp[FAVOURITE] = "True"
    persons = dict.fromkeys([*(region.name for region in labels.regions if region.name), *labels.description.people])
    _describe(exiv2, xmp, replace(labels.description, people=tuple(persons)))
    _write_taken(xmp, labels.taken)
    _write_location(xmp, labels.location)
    if labels.regions:
        sideways = orientation in _SWAPPING
        size = (height, width) if sideways else (width, height)
        _write_regions(exiv2, xmp, labels.regions, size, orientation)
    failed, packet = exiv2.XmpParser.encode(xmp, _flags(exiv2))
    if failed:
        raise ValueError(failed)
    return str(packet).encode()


def read_sidecar(data: bytes, width: int, height: int, orientation: int) -> tuple[SidecarLabels, tuple[str, ...]]:
    """Returns the labels for a picture of that size as displayed, and a warning for each part that could not be read.

    Never raises; native code parses the data, so call this where a crash is survived.
    """
    fields, warnings = read_sidecar_fields(data, (_EXCLUDED, FAVOURITE, *_DATES))
    metadata, _ = read_metadata(b"", "", 0, data)
    regions, doubts = read_regions(b"", width, height, orientation, data)
    doubts = tuple(doubt for doubt in doubts if not doubt.startswith(NO_METADATA))
    labels = SidecarLabels(
        tags=metadata.keywords,
        regions=regions,
        rating=metadata.rating,
        excluded=fields.get(_EXCLUDED, ()),
        description=metadata.with_regions(regions).description,
        # Some programs write into other fields when the sidecar was created.
        taken=metadata.taken if any(fields.get(name) for name in _DATES) else None,
        location=metadata.location,
        favourite=fields.get(FAVOURITE, ("",))[0].lower() == "true",
    )
    return labels, (*warnings, *doubts)


def _digikam_path(names: Sequence[str]) -> str:
    """Returns the path as digiKam writes it, which has a backslash for a slash in a name. A name that is nowhere else,
    because it has a bar too, is written as we read it."""
    if any("/" in name for name in names) and not any("|" in name for name in names):
        return "/".join(name.replace("/", "\\") for name in names)
    return tag_path(names)


def _plain(text: str) -> str:
    """Returns text that exiv2 stores as it is. exiv2 takes a text that begins with "type=" for one of another type,
    both when it is set and when it is read (also by digiKam); the prefix says each time that there is no type."""
    return f'type="" type="" {text}' if text.startswith("type=") else text


def _flags(exiv2: Any) -> Any:
    flags = exiv2.XmpParser.XmpFormatFlags
    return flags.omitPacketWrapper | flags.useCompactFormat


def _write_taken(xmp: Any, taken: Taken | None) -> None:
    if taken is not None:
        for name in _DATES:
            xmp[name] = taken.text + (taken.offset or "")


def _write_location(xmp: Any, location: Location | None) -> None:
    if location is None:
        return
    xmp["Xmp.exif.GPSLatitude"] = _angle(location.latitude, "NS")
    xmp["Xmp.exif.GPSLongitude"] = _angle(location.longitude, "EW")
    if location.altitude is not None:
        xmp["Xmp.exif.GPSAltitudeRef"] = "1" if location.altitude < 0 else "0"
        xmp["Xmp.exif.GPSAltitude"] = f"{round(abs(location.altitude) * 1000)}/1000"


def _angle(degrees: float, signs: str) -> str:
    """Returns the angle as XMP has it: degrees and minutes, such as "42,27.504N"."""
    whole, minutes = divmod(round(abs(degrees) * 60, 6), 60)
    return f"{whole:.0f},{minutes:.6f}{signs[degrees < 0]}"


def _describe(exiv2: Any, xmp: Any, description: Description) -> None:
    values = description.values()
    for each in PROPERTIES:
        if each.written and (text := values[each.name]):
            key = exiv2.XmpKey(each.written)
            value = exiv2.Value.create(exiv2.XmpProperties.propertyType(key))
            for one in text if each.plural else (text,):
                _say(exiv2, value, _NO_XML.sub(" ", one))
            xmp.add(key, value)


def _say(exiv2: Any, value: Any, text: str) -> None:
    if isinstance(value, exiv2.LangAltValue):
        value["x-default"] = text
    else:
        value.read(_plain(text) if isinstance(value, exiv2.XmpTextValue) else text)


def _bag(exiv2: Any, xmp: Any, key: str, values: Iterable[str], *, ordered: bool = False) -> None:
    value = exiv2.XmpArrayValue(exiv2.TypeId.xmpSeq if ordered else exiv2.TypeId.xmpBag)
    for each in values:
        value.read(_NO_XML.sub(" ", each))
    if value.count():
        xmp.add(exiv2.XmpKey(key), value)


def _write_regions(exiv2: Any, xmp: Any, regions: Sequence[Region], size: tuple[int, int], orientation: int) -> None:
    def text(path: str, value: object) -> None:
        xmp.add(exiv2.XmpKey(f"{_REGIONS}{path}"), exiv2.XmpTextValue(_plain(_NO_XML.sub(" ", str(value)))))

    def composed(path: str, kind: str) -> None:
        value = exiv2.XmpTextValue("")
        if kind == "struct":
            value.setXmpStruct(exiv2.XmpValue.XmpStruct.xsStruct)
        else:
            value.setXmpArrayType(exiv2.XmpValue.XmpArrayType.xaBag)
        xmp.add(exiv2.XmpKey(f"{_REGIONS}{path}"), value)

    composed("", "struct")
    composed("/mwg-rs:AppliedToDimensions", "struct")
    for side, pixels in zip(("w", "h"), size, strict=True):
        text(f"/mwg-rs:AppliedToDimensions/stDim:{side}", pixels)
    text("/mwg-rs:AppliedToDimensions/stDim:unit", "pixel")
    composed("/mwg-rs:RegionList", "bag")
    for number, region in enumerate(regions, 1):
        at = f"/mwg-rs:RegionList[{number}]"
        composed(at, "struct")
        if region.name:
            text(f"{at}/mwg-rs:Name", region.name)
        text(f"{at}/mwg-rs:Type", "Face")
        box = stored(region.box, orientation)
        composed(f"{at}/mwg-rs:Area", "struct")
        area = {"x": box.x + box.width / 2, "y": box.y + box.height / 2, "w": box.width, "h": box.height}
        for side, share in area.items():
            text(f"{at}/mwg-rs:Area/stArea:{side}", f"{share:.6f}")
        text(f"{at}/mwg-rs:Area/stArea:unit", "normalized")
