"""Opens the EXIF, IPTC and XMP of a file with Exiv2, and asks a second reader for what Exiv2 does not find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from photos_graph.library.blocks import Blocks, find_blocks, states_exif, states_others
from photos_graph.library.extended_xmp import extended_xmp
from photos_graph.library.packets import declares_other_encoding, is_packet, repaired, states_nothing

_EXTENDED_BY = "Xmp.xmpNote.HasExtendedXMP"
NO_METADATA = "There is no metadata"  # the start of a warning

# Our own namespace in XMP, for labels that other programs have no field for.
NAMESPACE, PREFIX = "http://ns.photos-graph/1.0/", "photosGraph"


@dataclass(frozen=True, slots=True)
class MetadataParts:
    """The data of Exiv2. ``texts`` are further values by the names of XMP fields. The data belongs to ``images``, which
    must live as long."""

    exif: Any
    iptc: Any
    xmp: Any
    texts: dict[str, str]
    images: tuple[Any, ...]


def open_parts(data: memoryview | bytes, warnings: list[str]) -> MetadataParts | None:
    """Returns the parts that can be read, and adds a warning for each that cannot. Returns None if there is none. Never
    raises."""
    import exiv2

    exiv2.LogMsg.setLevel(exiv2.LogMsg.Level.mute)
    exiv2.XmpProperties.unregisterNs()  # those that earlier files declared, perhaps with a prefix that is in use
    exiv2.XmpProperties.registerNs(NAMESPACE, PREFIX)  # without this, asking for one of its fields raises
    if is_packet(data) and declares_other_encoding(data):
        data = repaired(data) or data
    image, trouble = _opened(data)
    blocks = find_blocks(data) if trouble or _lacks_blocks(image, data) else Blocks()
    exif = _second(blocks.exif) if image is None or image.exifData().empty() else None
    xmp = _second_xmp(data, image, blocks.xmp) if image is None or image.xmpData().empty() else None
    whole = image or exif or xmp
    if trouble and (image or not whole) and not (image is None and blocks.is_picture):
        warnings.append(trouble)
    if whole is None:
        return (
            MetadataParts(exiv2.ExifData(), exiv2.IptcData(), exiv2.XmpData(), blocks.texts, ())
            if blocks.texts
            else None
        )
    extended = _extend((xmp or whole).xmpData(), data)
    parts = MetadataParts(
        (exif or whole).exifData(),
        whole.iptcData(),
        (xmp or whole).xmpData(),
        blocks.texts,
        (whole, exif, xmp, extended),
    )
    _note_losses(parts, data, blocks, warnings)
    return parts


def _lacks_blocks(image: Any, data: memoryview | bytes) -> bool:
    if image.exifData().empty() and states_exif(data):
        return True
    has_all = not image.xmpData().empty() and bytes(data[:4]) != b"\x89PNG"  # Exiv2 does not read the texts of PNG
    return not has_all and states_others(data)


def _opened(data: memoryview | bytes) -> tuple[Any | None, str | None]:
    """Returns the image, or None, and a warning if something could not be read."""
    import exiv2

    try:
        image = exiv2.ImageFactory.open(data)
    except Exception as error:  # the bindings of Exiv2 raise errors of many classes
        return None, f"{NO_METADATA}: {explained(error)}."
    try:
        image.readMetadata()
    except Exception as error:  # the fields before the broken part have been read
        return image, f"The metadata is damaged: {explained(error)}."
    return image, None


def _second(block: bytes | None) -> Any | None:
    return _opened(block)[0] if block else None


def _second_xmp(data: memoryview | bytes, image: Any | None, packet: bytes | None) -> Any | None:
    """Returns the XMP of the packet, if need be after repairing it."""
    found = _second(packet)
    if found is not None and not found.xmpData().empty():
        return found
    broken = packet or (data if is_packet(data) else _own_packet(image))
    return _second(repaired(broken)) if broken else None


def _extend(xmp: Any, data: memoryview | bytes) -> Any | None:
    """Adds the properties of the extended XMP of a JPEG, which Exiv2 does not read, and returns its image. Those of the
    packet itself win."""
    import exiv2

    if bytes(data[:2]) != b"\xff\xd8" or xmp.empty():
        return None
    try:
        identity = xmp.findKey(exiv2.XmpKey(_EXTENDED_BY))
        packet = extended_xmp(data, identity.toString()) if identity != xmp.end() else None
        more = _second(packet) or _second(repaired(packet)) if packet else None
        known = {datum.key() for datum in xmp} if more is not None else set()
        for datum in more.xmpData() if more is not None else ():
            if datum.key() not in known:
                xmp.add(datum)
    except Exception:  # the bindings of Exiv2 raise errors of many classes
        return None
    return more


def _own_packet(image: Any | None) -> bytes | None:
    try:
        return image.xmpPacket().encode() if image is not None else None
    except Exception:  # it is not text
        return None


def _note_losses(parts: MetadataParts, data: memoryview | bytes, blocks: Blocks, warnings: list[str]) -> None:
    if parts.exif.empty() and (blocks.exif or states_exif(data)) and not blocks.has_empty_exif:
        warnings.append("It has EXIF that cannot be read.")
    if parts.xmp.empty() and blocks.xmp and not states_nothing(blocks.xmp):
        warnings.append("It has XMP that cannot be read.")


def explained(error: Exception) -> str:
    """Returns the reason that Exiv2 gives."""
    return str(getattr(error, "message", "") or error) or "the data is not valid"
