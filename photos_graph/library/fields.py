"""Reads metadata fields from the bytes of an original or a sidecar with exiv2. Names are those of exiv2; values are
text.

Only the fields that are asked for leave exiv2, and each is limited in number and length, so that other data in a
hostile file never becomes Python objects.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from fractions import Fraction
from functools import cache
from typing import Any

from photos_graph.library.apple_notes import burst_of
from photos_graph.library.encodings import UndeclaredText
from photos_graph.library.packets import MAX_BYTES
from photos_graph.library.parts import PREFIX, explained, open_parts

_MAX_VALUES = 1000
_MAX_TREE = 20_000  # values in the XMP of a picture
_MAX_FIELD_BYTES = 64 * 1024

# Names of our own: what exiv2 works out from the maker notes, and its functions that do.
MAKER_LENS, MAKER_ISO, MAKER_BURST = "Exif.MakerNote.Lens", "Exif.MakerNote.ISO", "Exif.MakerNote.Burst"
_WORKED_OUT = {MAKER_LENS: "lensName", MAKER_ISO: "isoSpeed"}

# Fraction accepts more: "1e999999999" would fill the memory.
_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{0,20}|/\d{1,20})?", re.ASCII)

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # and line separators

PREDICTED_PERSONS = f"Xmp.{PREFIX}.PredictedPersons"  # names of faces that only a model gave

# Values by the name of the field, such as "Exif.Image.Make". A field that is present but empty has no values.
Fields = dict[str, tuple[str, ...]]
Clean = Callable[[str], str]


def read_fields(
    data: memoryview | bytes, names: Iterable[str], lines: Set[str] = frozenset()
) -> tuple[Fields, list[str]]:
    """Returns the fields of ``names`` that the picture has, and a warning for each part that cannot be read. Texts are
    on one line, unless their field is among ``lines``. Never raises."""
    fields: Fields = {}
    warnings: list[str] = []
    parts = open_parts(data, warnings)
    if parts is None:
        return fields, warnings
    families = {"Exif": parts.exif, "Iptc": parts.iptc, "Xmp": parts.xmp}
    texts = {family: UndeclaredText(_samples(data)) for family, data in families.items()}
    stated = {family for family, data in families.items() if not data.empty()} | ({"Xmp"} if parts.texts else set())
    for name in names:
        family = name.partition(".")[0]
        if family not in stated:
            continue
        try:
            if name == MAKER_BURST:
                values = list(_burst(parts.exif))
            elif name in _WORKED_OUT:
                values = list(_worked_out(name, parts.exif))
            else:
                clean = cleaned_lines if name in lines else cleaned
                values = list(_values(families[family], name, texts[family], clean))
        except Exception as error:  # the bindings of exiv2 raise errors of many classes for broken values
            warnings.append(f"{name} cannot be read: {explained(error)}.")
            continue
        if values:
            fields[name] = tuple(value for value in values if value)
        elif name in parts.texts and (text := cleaned(parts.texts[name])):
            fields[name] = (text,)
    return fields, warnings


def read_sidecar_fields(data: bytes, names: Iterable[str], lines: Set[str] = frozenset()) -> tuple[Fields, list[str]]:
    """Does what ``read_fields`` does for an XMP sidecar, of which only XMP fields are used. Never raises."""
    if refused := sidecar_refused(data):
        return {}, [refused]
    fields, warnings = read_fields(data, [name for name in names if name.startswith("Xmp.")], lines)
    return fields, [f"sidecar: {warning}" for warning in warnings]


def sidecar_refused(data: bytes) -> str | None:
    """Returns the reason why a sidecar must not be opened, or None."""
    if len(data) > MAX_BYTES:
        return f"The sidecar is larger than {MAX_BYTES:,} bytes."
    # XMP needs no document type, but entities that expand to gigabytes do. UTF-16 contains NULs.
    if b"<!doctype" in data.replace(b"\0", b"").lower():
        return "The sidecar declares a document type."
    return None


def read_below(data: memoryview | bytes, trees: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Returns the XMP values of all paths below ``trees`` (such as "Xmp.mwg-rs.Regions"), by path, and warnings. Never
    raises."""
    found: dict[str, str] = {}
    warnings: list[str] = []
    parts = open_parts(data, warnings)
    if parts is None:
        return found, warnings
    below = tuple(f"{tree}/" for tree in trees)
    try:
        for count, datum in enumerate(parts.xmp):
            if count >= _MAX_TREE:
                warnings.append(f"Only the first {_MAX_TREE:,} values of XMP are read.")
                break
            if datum.key().startswith(below) and (values := list(_texts(datum, UndeclaredText(()), cleaned))):
                found[datum.key()] = values[0]
    except Exception as error:  # the bindings of exiv2 raise errors of many classes for broken values
        warnings.append(f"XMP cannot be read: {explained(error)}.")
    return found, warnings


def number(text: str) -> Fraction | None:
    """Parses "12.5", "25/2" or "3". Returns None for "0/0", "nan" and any other text that is not a number."""
    try:
        return Fraction(text) if _NUMBER.fullmatch(text) else None
    except ZeroDivisionError:
        return None


def _samples(data: Any) -> Iterator[bytes]:
    """Yields the texts whose encoding is not declared."""
    for count, datum in enumerate(data):
        if count >= _MAX_VALUES:
            return
        if datum.typeName() in ("Ascii", "String") and datum.size() <= _MAX_FIELD_BYTES:
            yield bytes(datum.value().data())


@cache
def _key(name: str) -> Any:
    import exiv2

    return {"Exif": exiv2.ExifKey, "Iptc": exiv2.IptcKey, "Xmp": exiv2.XmpKey}[name.partition(".")[0]](name)


def _values(data: Any, name: str, undeclared: UndeclaredText, clean: Clean) -> Iterator[str]:
    at, end = data.findKey(_key(name)), data.end()
    if at == end:
        return
    if not name.startswith("Iptc."):  # whose fields may be there several times
        yield from _texts(at, undeclared, clean)
        return
    for count, datum in enumerate(data):
        if count >= _MAX_VALUES:
            return
        if datum.key() == name:
            yield from _texts(datum, undeclared, clean)


def _worked_out(name: str, exif: Any) -> Iterator[str]:
    import exiv2

    datum = getattr(exiv2, _WORKED_OUT[name])(exif)
    if datum is not None and datum.size() <= _MAX_FIELD_BYTES:
        yield cleaned(datum.print(exif))


def _burst(exif: Any) -> Iterator[str]:
    at = exif.findKey(_key("Exif.Photo.MakerNote"))
    if at != exif.end() and at.size() <= _MAX_FIELD_BYTES and (burst := burst_of(bytes(at.value().data()))):
        yield burst


def _texts(datum: Any, undeclared: UndeclaredText, clean: Clean) -> Iterator[str]:
    if datum.size() > _MAX_FIELD_BYTES:
        raise ValueError(f"{datum.size():,} bytes are too many for this field")
    kind = datum.typeName()
    if kind in ("XmpBag", "XmpSeq", "XmpAlt"):
        value = datum.value()
        for index in range(min(value.count(), _MAX_VALUES)):
            yield clean(value.toString(index))
    elif kind == "LangAlt":
        yield clean(_in_default_language(dict(datum.value().items())))
    elif datum.tagName() == "UserComment":
        yield clean(_comment(bytes(datum.value().data()), undeclared))
    elif datum.tagName().startswith("DateTime") and kind in ("Ascii", "Byte", "Undefined"):
        # Some cameras write NULs for the blanks of a date.
        yield clean(undeclared.decode(bytes(datum.value().data()).replace(b"\0", b" ")))
    elif datum.tagName().startswith("XP"):  # Windows writes UTF-16 into a field of bytes
        yield clean(bytes(datum.value().data()).decode("utf-16-le", "replace"))
    elif kind in ("Ascii", "String"):
        yield clean(undeclared.decode(bytes(datum.value().data())))
    else:
        yield clean(datum.toString())


def _in_default_language(alternatives: Mapping[str, str]) -> str:
    return alternatives.get("x-default") or next(iter(alternatives.values()), "")


def _comment(raw: bytes, undeclared: UndeclaredText) -> str:
    """Decodes a UserComment, whose first eight bytes name its character set. Programs write UTF-16 in either byte
    order, and UTF-8 where they name ASCII or nothing."""
    charset, text = raw[:8], raw[8:]
    if charset.startswith(b"UNICODE"):
        if text.startswith((BOM_UTF16_BE, BOM_UTF16_LE)):
            return text.decode("utf-16", "replace")
        is_big_endian = text[::2].count(0) > text[1::2].count(0)
        return text.decode("utf-16-be" if is_big_endian else "utf-16-le", "replace")
    if charset.startswith(b"JIS"):
        return text.decode("iso2022_jp", "replace")
    return undeclared.decode(text)


def cleaned(text: str) -> str:
    """Returns one line without control characters and lone surrogates, which neither the graph nor JSON accepts.
    Everything else stays, so that a name that we wrote is the same when we read it back."""
    text = text.split("\0", 1)[0].encode("utf-8", "replace").decode("utf-8")
    return _CONTROLS.sub(" ", text).strip()


def cleaned_lines(text: str) -> str:
    """Does what ``cleaned`` does for each line of the text."""
    lines = text.split("\0", 1)[0].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(map(cleaned, lines)).strip()
