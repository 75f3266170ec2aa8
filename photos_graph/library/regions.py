"""Reads faces that other programs marked: MWG regions (Lightroom, digiKam, Apple, Picasa), Microsoft's, and
``.picasa.ini``.

MWG and Microsoft regions refer to the picture as it is stored, before its EXIF orientation is applied. Programs that do
it differently can be recognised by the dimensions that they write. Picasa's own file refers to the picture as
displayed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace

from photos_graph.boxes import displayed
from photos_graph.library.fields import PREDICTED_PERSONS, cleaned, number, read_below, read_fields, sidecar_refused
from photos_graph.model.faces import Box, Region

_MWG, _MICROSOFT = "Xmp.mwg-rs.Regions", "Xmp.MP.RegionInfo"
_FACE_TYPES = {"face", ""}  # but not Pet, Focus or BarCode
_SWAPPING = {5, 6, 7, 8}  # EXIF orientations of pictures that lie on their side
_SHAPE_TOLERANCE = 0.02  # by which two ratios of width to height may differ and count as the same
_MIN_SIDE = 0.002  # as a share of the picture; narrower boxes are ignored
_MAX_NAME, _MAX_REGIONS = 255, 500

_ITEM = re.compile(r"\[(\d{1,4})\]/")
_PICASA_SECTION = re.compile(r"\[([^\]]{1,255})\]")
_PICASA_FACE = re.compile(r"rect64\(([0-9a-f]{1,16})\),([0-9a-f]{1,16})", re.ASCII | re.IGNORECASE)
_PICASA_UNKNOWN = "ffffffffffffffff"
PICASA_NAME = b".picasa.ini"
MAX_PICASA_BYTES = 16 * 1024 * 1024


def read_regions(
    data: memoryview | bytes, width: int, height: int, orientation: int, sidecar: bytes | None = None
) -> tuple[tuple[Region, ...], tuple[str, ...]]:
    """Returns the faces that are marked in an original or its sidecar (the sidecar wins), and a warning for each part
    that could not be read.

    ``width`` and ``height`` are in pixels, as displayed; ``orientation`` is the embedded one (EXIF, 1..8). Names that
    only a model gave are left out. Never raises; native code parses the data, so call this where a crash is survived.
    """
    warnings: list[str] = []
    if sidecar is not None:
        if refused := sidecar_refused(sidecar):
            warnings.append(refused)
        else:
            fields, doubts = read_below(sidecar, (_MWG, _MICROSOFT))
            warnings += [f"sidecar: {doubt}" for doubt in doubts]
            if found := _regions(fields, width, height, orientation, warnings):
                return _without_predicted(found, sidecar), tuple(warnings)
    fields, doubts = read_below(data, (_MWG, _MICROSOFT))
    return _without_predicted(_regions(fields, width, height, orientation, warnings), data), (*warnings, *doubts)


def read_picasa(data: bytes) -> dict[str, tuple[Region, ...]]:
    """Returns the faces in a ``.picasa.ini``, by the name of the file in the same folder. Never raises."""
    contacts: dict[str, str] = {}
    marked: dict[str, str] = {}
    section = ""
    for line in data[:MAX_PICASA_BYTES].decode("utf-8", "replace").splitlines():
        key, separator, value = line.strip().partition("=")
        if match := _PICASA_SECTION.fullmatch(line.strip()):
            section = match[1]
        elif separator and section in ("Contacts", "Contacts2"):
            contacts[key.lower()] = value.split(";")[0]
        elif separator and key == "faces":
            marked[section] = value
    return {name: regions for name, value in marked.items() if (regions := tuple(_picasa(value, contacts)))}


def _regions(
    fields: Mapping[str, str], width: int, height: int, orientation: int, warnings: list[str]
) -> tuple[Region, ...]:
    """Returns the MWG regions if there are any, because programs that write both kinds write the same faces twice."""
    turned = _turned(fields, width, height, orientation)
    if turned is None:
        warnings.append("The face regions belong to a picture of another shape.")
        return ()
    found = list(_mwg(fields)) or list(_microsoft(fields))
    upright = ((name, displayed(box, turned)) for name, box in found[:_MAX_REGIONS])
    return tuple(Region(inside, name) for name, box in upright if (inside := _inside(box)))


def _turned(fields: Mapping[str, str], width: int, height: int, orientation: int) -> int | None:
    """Returns the orientation to apply, or None if the regions refer to another picture, which has been cropped
    since."""
    w = _number(fields, f"{_MWG}/mwg-rs:AppliedToDimensions/stDim:w")
    h = _number(fields, f"{_MWG}/mwg-rs:AppliedToDimensions/stDim:h")
    if not w or not h or not width or not height:
        return orientation
    shown = abs(w / h / (width / height) - 1) < _SHAPE_TOLERANCE
    stored = abs(h / w / (width / height) - 1) < _SHAPE_TOLERANCE if orientation in _SWAPPING else shown
    if stored:  # for a square both are true; the guidelines say this
        return orientation
    return 1 if shown else None


def _without_predicted(regions: tuple[Region, ...], data: memoryview | bytes) -> tuple[Region, ...]:
    """Removes the names that only a model gave."""
    if not any(region.name for region in regions):
        return regions
    fields, _ = read_fields(data, [PREDICTED_PERSONS])
    predicted = {_name(name) for name in fields.get(PREDICTED_PERSONS, ())}
    return tuple(replace(region, name=None) if region.name in predicted else region for region in regions)


def _mwg(fields: Mapping[str, str]) -> Iterator[tuple[str | None, Box]]:
    scale = {side: _number(fields, f"{_MWG}/mwg-rs:AppliedToDimensions/stDim:{side}") or 1.0 for side in ("w", "h")}
    for item in _items(fields, f"{_MWG}/mwg-rs:RegionList"):
        if fields.get(f"{item}mwg-rs:Type", "").lower() not in _FACE_TYPES:
            continue
        x, y, w, h = (_number(fields, f"{item}mwg-rs:Area/stArea:{side}") for side in "xywh")
        if x is None or y is None or w is None or h is None:
            continue  # a point or a circle
        if fields.get(f"{item}mwg-rs:Area/stArea:unit") == "pixel":
            x, y, w, h = x / scale["w"], y / scale["h"], w / scale["w"], h / scale["h"]
        yield _name(fields.get(f"{item}mwg-rs:Name")), Box(x - w / 2, y - h / 2, w, h)


def _microsoft(fields: Mapping[str, str]) -> Iterator[tuple[str | None, Box]]:
    for item in _items(fields, f"{_MICROSOFT}/MPRI:Regions"):
        sides = [number(side.strip()) for side in fields.get(f"{item}MPReg:Rectangle", "").split(",")]
        known = [float(side) for side in sides if side is not None]
        if len(known) == len(sides) == 4:
            yield _name(fields.get(f"{item}MPReg:PersonDisplayName")), Box(*known)


def _items(fields: Mapping[str, str], items: str) -> list[str]:
    """Returns the paths of the members of a list, in order."""
    numbers = {
        int(match[1]) for path in fields if path.startswith(items) and (match := _ITEM.match(path[len(items) :]))
    }
    return [f"{items}[{number}]/" for number in sorted(numbers)]


def _picasa(value: str, contacts: Mapping[str, str]) -> Iterator[Region]:
    for rectangle, contact in _PICASA_FACE.findall(value)[:_MAX_REGIONS]:
        padded = rectangle.rjust(16, "0")
        left, top, right, bottom = (int(padded[at : at + 4], 16) / 65535 for at in range(0, 16, 4))
        if box := _inside(Box(left, top, right - left, bottom - top)):
            yield Region(box, None if contact.lower() == _PICASA_UNKNOWN else _name(contacts.get(contact.lower())))


def _inside(box: Box) -> Box | None:
    """Returns the part of the box that lies in the picture, or None if there is hardly any."""
    left, top = max(box.x, 0.0), max(box.y, 0.0)
    right, bottom = min(box.x + box.width, 1.0), min(box.y + box.height, 1.0)
    return Box(left, top, right - left, bottom - top) if min(right - left, bottom - top) >= _MIN_SIDE else None


def _name(text: str | None) -> str | None:
    return cleaned(unicodedata.normalize("NFC", text or ""))[:_MAX_NAME].strip() or None


def _number(fields: Mapping[str, str], path: str) -> float | None:
    value = number(fields.get(path, ""))
    return None if value is None else float(value)
