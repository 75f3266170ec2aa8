"""Reads what an original, or its sidecar, says about the photo in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set

from photos_graph.library.fields import PREDICTED_PERSONS, Fields
from photos_graph.model.properties import PROPERTIES, Description, Property

LINES = frozenset(name for each in PROPERTIES if each.has_lines for name in each.fields)
FIELDS = (PREDICTED_PERSONS, *(name for each in PROPERTIES for name in each.fields))

# Cameras put texts such as "OLYMPUS DIGITAL CAMERA" or "SONY DSC", and phones the names of their modes, where a caption
# belongs. A text that consists of these words and the name of a maker is no caption.
_GENERIC = re.compile(
    r"camera|dcim|digital|dscf?|dv|exif|jpe?g|t422|pictures?|still|stillcamera"
    r"|cof|dav|edf|fbt|hdr|hdrpl|mde|nor|oznor(wo|cb)?|rbt|rhdr|rpt(nb|fb)ty|sdr"
)
_MAKER = re.compile(
    r"agfa(photo)?|benq|canon|casio|concord|digimax|epson|(sony)?ericsson|fuji(film)?|hewlett|htc|huawei|jenoptik|jvc|kenox"
    r"|kodak|konica|kyocera|leica|lg|lumix|medion|minolta|nikon|nokia|olympus|packard|panasonic|pentax|polaroid|praktica"
    r"|ricoh|rollei|samsung|sanyo|siemens|sigma|sony|toshiba|vivitar|xiaomi"
)
_WRITTEN_BY_MACHINE = re.compile(
    r"[{\[<]|\S{100}|charset=|dcim[\\/]|created (by imlib|with gimp)|file written by adobe|lead technologies"
    r"|my beautiful picture$",
    re.IGNORECASE,
)


def read_description(embedded: Fields, sidecar: Fields) -> Description:
    """Returns the description. For each property, the sidecar comes before the file."""
    makers = {word for text in embedded.get("Exif.Image.Make", ()) for word in _words(text)}
    found = {each.name: _stated(each, sidecar, makers) or _stated(each, embedded, makers) for each in PROPERTIES}
    predicted = {*embedded.get(PREDICTED_PERSONS, ()), *sidecar.get(PREDICTED_PERSONS, ())}
    found["people"] = tuple(name for name in found["people"] if name not in predicted)
    return Description.of(found)


def _stated(declared: Property, fields: Fields, makers: Set[str]) -> tuple[str, ...]:
    """Returns the values of the first field that has any."""
    for name in declared.fields:
        texts = (unicodedata.normalize("NFC", text)[: declared.max_length].strip() for text in fields.get(name, ()))
        values = tuple(dict.fromkeys(text for text in texts if _words(text)))
        if values and not (declared.may_be_stock and _is_stock(values[0], makers)):
            return values
    return ()


def _is_stock(text: str, makers: Set[str]) -> bool:
    """Returns whether a camera or program wrote the text without being asked."""
    if _WRITTEN_BY_MACHINE.match(text):
        return True
    words = [word for word in _words(text) if not word.isdigit()]
    generic = [word for word in words if _GENERIC.fullmatch(word)]
    named = [word for word in words if word in makers or _MAKER.fullmatch(word)]
    return bool(words) and {*words} == {*generic, *named} and (bool(generic) or text.isupper())


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.casefold()) if word]
