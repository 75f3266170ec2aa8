"""Repairs XMP packets that Exiv2 refuses as a whole because of one error, so that the rest of them can be read.

The errors are those of programs: another encoding than UTF-8, characters that XML forbids, a prefix that nobody
declared, a property that is there twice, bytes before or after the packet, or a packet that was cut off.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKS = tuple(
    mark.encode(encoding)
    for mark in ("<x:xmpmeta", "<rdf:RDF", "<x:xapmeta")
    for encoding in ("utf-8", "utf-16-le", "utf-32-le")
)
_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}encoding=["']([\w.-]{1,20})["']""")
_ROOT = re.compile(r"<(x:xmpmeta|x:xapmeta|rdf:RDF)\b")
_EMPTY = re.compile(
    r"""(?:\s|<\?.*?\?>|</?x:xmpmeta[^>]*>|</?rdf:RDF[^>]*>|</?rdf:Description(?:\s++(?:rdf:about|xmlns:\w+)=(?:"[^"]*"|'[^']*'))*+\s*+/?>)*+""",
    re.DOTALL,
)
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_PREFIX_USED = re.compile(r"""(?:</?|\s)([A-Za-z][\w.-]{0,40}):[A-Za-z][\w.-]*(?=[\s=/>])""")
_PREFIX_DECLARED = re.compile(r"xmlns:([A-Za-z][\w.-]*)\s*=")
_KNOWN = {"rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "x": "adobe:ns:meta/"}
_MAX_DEPTH = 100  # elements in one another
_PROPERTY_DEPTH = 2  # of a property, below the first rdf:RDF
MAX_BYTES = 8 * 1024 * 1024  # of a packet


def is_packet(data: memoryview | bytes) -> bool:
    """Returns whether the data is a packet, and not a picture with one in it."""
    start = bytes(data[:4096])
    return any(mark in start for mark in _MARKS)


def states_nothing(packet: bytes) -> bool:
    """Returns whether the packet has no properties, as that of a screenshot on a Mac."""
    return _EMPTY.fullmatch(decoded(packet).strip("\0 \t\r\n\ufeff")) is not None


def declares_other_encoding(data: memoryview | bytes) -> bool:
    """Returns whether the declaration of the XML names another encoding than UTF-8, which Exiv2 ignores."""
    match = _ENCODING.match(bytes(data[:256]))
    return match is not None and match[1].lower().replace(b"-", b"") != b"utf8"


def repaired(packet: memoryview | bytes) -> bytes | None:
    """Returns the packet as UTF-8 that Exiv2 can read, or None if there is none in the data, or if it is larger than
    ``MAX_BYTES`` or declares a document type."""
    if len(packet) > MAX_BYTES:
        return None
    text = decoded(bytes(packet))
    root = _ROOT.search(text)
    if root is None or "<!doctype" in text.lower():
        return None
    end = text.rfind(f"</{root[1]}>")
    body = text[root.start() : end + len(root[1]) + 3 if end > 0 else None]
    body = _STRAY_AMPERSAND.sub("&amp;", _FORBIDDEN.sub(" ", body))
    missing = sorted({*_PREFIX_USED.findall(body)} - {*_PREFIX_DECLARED.findall(body), "xml", "xmlns"})
    declared = "".join(f' xmlns:{prefix}="{_namespace(prefix)}"' for prefix in missing)
    written = "".join(_rewritten(body[: len(root[0])] + declared + body[len(root[0]) :]))
    # Exiv2 knows a packet by its outermost element.
    return (f'<x:xmpmeta xmlns:x="{_KNOWN["x"]}">{written}</x:xmpmeta>' if root[1] == "rdf:RDF" else written).encode()


def decoded(data: bytes) -> str:
    """Decodes XML, whose encoding its first bytes or its declaration tell. A byte that is not valid is taken for one of
    an old Windows encoding."""
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None) or _by_zeros(data[:4])
    if encoding is None and (match := _ENCODING.match(data)):
        encoding = match[1].decode()
    try:
        return data.decode(encoding or "utf-8")
    except (UnicodeDecodeError, LookupError):
        pass
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _mixed(data)


def _by_zeros(start: bytes) -> str | None:
    """Returns the encoding by the zeros around the first character, which is "<"."""
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(start[:2])


def _mixed(data: bytes) -> str:
    parts, at = [], 0
    while at < len(data):
        try:
            parts.append(data[at:].decode("utf-8"))
            break
        except UnicodeDecodeError as error:
            parts.append(data[at : at + error.start].decode("utf-8"))
            parts.append(data[at + error.start : at + error.end].decode("cp1252", "replace"))
            at += error.end
    return "".join(parts)


def _namespace(prefix: str) -> str:
    import exiv2

    try:
        return _KNOWN.get(prefix) or str(exiv2.XmpProperties.ns(prefix))
    except Exception:  # the bindings of Exiv2 raise errors of many classes
        return f"http://unknown/{prefix}/"


def _rewritten(body: str) -> Iterator[str]:
    """Yields well-formed XML: what comes before the first error, with the elements closed that are open there, and
    without properties that were there already."""
    writer = _Writer()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = writer.start, writer.end
    parser.CharacterDataHandler = writer.text
    with suppress(expat.ExpatError, _TooDeep):
        parser.Parse(body, True)
    yield from writer.written
    yield from writer.closing()


class _TooDeep(Exception):
    pass


class _Writer:
    def __init__(self) -> None:
        self.written: list[str] = []
        self._open: list[str] = []
        self._seen: set[str] = set()
        self._skipped_from: int | None = None  # the depth of a property that is left out

    def start(self, name: str, attributes: dict[str, str]) -> None:
        depth = self._depth()
        if depth == _PROPERTY_DEPTH and self._skipped_from is None and name in self._seen:
            self._skipped_from = len(self._open)
        if depth == _PROPERTY_DEPTH:
            self._seen.add(name)
        if depth == _PROPERTY_DEPTH - 1:
            attributes = {key: value for key, value in attributes.items() if key not in self._seen}
            self._seen.update(key for key in attributes if not key.startswith(("rdf:", "xml")))
        if len(self._open) >= _MAX_DEPTH:
            raise _TooDeep
        self._open.append(name)
        if self._skipped_from is None:
            self.written.append(f"<{name}{self._attributes(attributes.items())}>")

    def end(self, name: str) -> None:
        self._open.pop()
        if self._skipped_from is None:
            self.written.append(f"</{name}>")
        elif len(self._open) == self._skipped_from:
            self._skipped_from = None

    def text(self, data: str) -> None:
        if self._skipped_from is None:
            self.written.append(escape(data))

    def closing(self) -> Iterator[str]:
        """Yields the ends of the elements that are open."""
        shown = self._open if self._skipped_from is None else self._open[: self._skipped_from]
        return (f"</{name}>" for name in reversed(shown))

    def _depth(self) -> int:
        """Returns how many elements are open below rdf:RDF and including it; 0 above it."""
        return len(self._open) - self._open.index("rdf:RDF") if "rdf:RDF" in self._open[:2] else 0

    @staticmethod
    def _attributes(attributes: Iterable[tuple[str, Any]]) -> str:
        return "".join(f" {key}={quoteattr(value)}" for key, value in attributes)
