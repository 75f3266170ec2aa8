"""XMP sidecars that say what people said here, for digiKam, Lightroom and others, and for us to read again.

Tags go into ``dc:subject`` (names), ``lr:hierarchicalSubject`` and ``digiKam:TagsList`` (paths); faces into MWG
regions, which count in the picture as it is stored; names also into ``Iptc4xmpExt:PersonInImage``. What no other
program has a word for, tags that a person took off and favourites, stands in a namespace of our own; so does once more
what only a model said, so that it does not come back as somebody's word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from photos_graph.library.fields import NAMESPACE, PREFIX, read_sidecar_fields
from photos_graph.library.metadata import PREDICTED_TAGS, read_metadata
from photos_graph.library.regions import PREDICTED_PERSONS, read_regions, stored
from photos_graph.model import Region

_EXCLUDED, _FAVOURITE = f"Xmp.{PREFIX}.Excluded", f"Xmp.{PREFIX}.Favourite"
_REGIONS = "Xmp.mwg-rs.Regions"
_SWAPPING = {5, 6, 7, 8}  # EXIF orientations: those that lie on a side
# Of the characters that no XML can hold, those that a name here could.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class SidecarLabels:
    """``tags`` and ``excluded`` as paths; ``regions`` as displayed. ``rating`` -1..5, None: not rated. ``predicted``
    and ``supposed``: those tags, and names of regions, that only a model said; what is read has none of them."""

    tags: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    rating: int | None = None
    excluded: tuple[str, ...] = ()
    favourite: bool = False
    predicted: tuple[str, ...] = ()
    supposed: tuple[str, ...] = ()


def write_sidecar(said: SidecarLabels, width: int, height: int, orientation: int) -> bytes:
    """``width`` and ``height`` in pixels as displayed, ``orientation`` (EXIF, 1..8) that of the original. Raises
    ValueError for what exiv2 does not take."""
    try:
        return _packet(said, width, height, orientation)
    except Exception as error:  # whatever exiv2's bindings raise
        raise ValueError(f"exiv2 cannot write these labels: {error}") from error


def _packet(said: SidecarLabels, width: int, height: int, orientation: int) -> bytes:
    import exiv2

    exiv2.XmpProperties.registerNs(NAMESPACE, PREFIX)
    xmp = exiv2.XmpData()
    names = list(dict.fromkeys(path.rpartition("/")[2] for path in said.tags))
    _bag(exiv2, xmp, "Xmp.dc.subject", names)
    # A name with the separator in it would be read as two.
    plain = [path for path in said.tags if "|" not in path]
    _bag(exiv2, xmp, "Xmp.lr.hierarchicalSubject", [path.replace("/", "|") for path in plain])
    _bag(exiv2, xmp, "Xmp.digiKam.TagsList", said.tags, ordered=True)
    persons = list(dict.fromkeys(region.name for region in said.regions if region.name))
    _bag(exiv2, xmp, "Xmp.iptcExt.PersonInImage", persons)
    if said.rating is not None:
        xmp["Xmp.xmp.Rating"] = str(said.rating)
    _bag(exiv2, xmp, _EXCLUDED, said.excluded)
    _bag(exiv2, xmp, PREDICTED_TAGS, said.predicted)
    _bag(exiv2, xmp, PREDICTED_PERSONS, said.supposed)
    if said.favourite:
        xmp[_FAVOURITE] = "True"
    if said.regions:
        sideways = orientation in _SWAPPING
        size = (height, width) if sideways else (width, height)
        _write_regions(exiv2, xmp, said.regions, size, orientation)
    failed, packet = exiv2.XmpParser.encode(xmp, _flags(exiv2))
    if failed:
        raise ValueError(failed)
    return str(packet).encode()


def read_sidecar(data: bytes, width: int, height: int, orientation: int) -> tuple[SidecarLabels, tuple[str, ...]]:
    """What it says of the picture of that size as displayed, and a warning for each part that could not be read.

    Never raises; native code parses it, so call this where a crash is survived.
    """
    fields, warnings = read_sidecar_fields(data, (_EXCLUDED, _FAVOURITE))
    metadata, _ = read_metadata(b"", "", 0, data)
    regions, doubts = read_regions(b"", width, height, orientation, data)
    doubts = tuple(doubt for doubt in doubts if not doubt.startswith("no metadata"))
    said = SidecarLabels(
        tags=metadata.keywords,
        regions=regions,
        rating=metadata.rating,
        excluded=fields.get(_EXCLUDED, ()),
        favourite=fields.get(_FAVOURITE, ("",))[0].lower() == "true",
    )
    return said, (*warnings, *doubts)


def _plain(text: str) -> str:
    """What exiv2 keeps as this text. One that begins with "type=" it takes for a text of another type, when it gets it
    and again, digiKam's too, when it reads it; this says each time that it is of none."""
    return f'type="" type="" {text}' if text.startswith("type=") else text


def _flags(exiv2: Any) -> Any:
    flags = exiv2.XmpParser.XmpFormatFlags
    return flags.omitPacketWrapper | flags.useCompactFormat


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
