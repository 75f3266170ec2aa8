"""Small pictures and sidecars with the metadata that a test wants in them."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping

import exiv2
from PIL import Image

from tests.kit.pictures import told_apart

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:digiKam="http://www.digikam.org/ns/1.0/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"
 xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" {attributes}
 xmlns:acdsee="http://ns.acdsee.com/iptc/1.0/">{elements}</rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def jpeg_with(fields: Mapping[str, str | list[str] | bytes] | None = None, colour: int = 0) -> bytes:
    """An 8x8 JPEG with ``fields`` by their exiv2 names; a list writes the field several times (or an XMP bag). Its
    picture depends on ``colour`` (0 to 25), and other fields make another picture too."""
    plain = io.BytesIO()
    Image.new("RGB", (8, 8), (colour * 10,) * 3).save(plain, "JPEG")
    image = exiv2.ImageFactory.open(told_apart(plain.getvalue(), repr(fields)))
    image.readMetadata()
    families = {"Exif": image.exifData(), "Iptc": image.iptcData(), "Xmp": image.xmpData()}
    for name, value in (fields or {}).items():
        family = name.partition(".")[0]
        if family == "Iptc":
            for each in value if isinstance(value, list) else [value]:
                datum = exiv2.StringValue(each) if isinstance(each, str) else exiv2.DataValue(each)
                families[family].add(exiv2.IptcKey(name), datum)
        else:
            families[family][name] = exiv2.DataValue(value) if isinstance(value, bytes) else value
    image.writeMetadata()
    return bytes(image.io().data())


def apple_note(burst: str) -> bytes:
    """A maker note as phones of Apple write it, with the id of a burst."""
    text = burst.encode() + b"\0"
    entries = struct.pack(">HHIIHHII", 0x0001, 9, 1, 10, 0x000B, 2, len(text), 44)
    return b"Apple iOS\0\0\x01MM" + struct.pack(">H", 2) + entries + bytes(4) + text


def sidecar(elements: str = "", /, **attributes: str) -> bytes:
    """An XMP sidecar; ``xmp_Rating="3"`` becomes the attribute ``xmp:Rating``."""
    written = " ".join(f'{name.replace("_", ":", 1)}="{value}"' for name, value in attributes.items())
    return _XMP.format(attributes=written, elements=elements).encode()


def bag(name: str, *values: str) -> str:
    items = "".join(f"<rdf:li>{value}</rdf:li>" for value in values)
    return f"<{name}><rdf:Bag>{items}</rdf:Bag></{name}>"


_REGIONS = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
 xmlns:MP="http://ns.microsoft.com/photo/1.2/" xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
 xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#">{elements}</rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def regions_sidecar(mwg: str = "", microsoft: str = "", dimensions: tuple[int, int] | None = None) -> bytes:
    """A sidecar with face regions, each an ``rdf:li``; ``dimensions``: what MWG's are said to apply to."""
    elements = ""
    if mwg:
        width, height = dimensions or (0, 0)
        applied = f'<mwg-rs:AppliedToDimensions stDim:w="{width}" stDim:h="{height}" stDim:unit="pixel"/>'
        elements += (
            f'<mwg-rs:Regions rdf:parseType="Resource">{applied if dimensions else ""}'
            f"<mwg-rs:RegionList><rdf:Bag>{mwg}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
        )
    if microsoft:
        elements += (
            '<MP:RegionInfo rdf:parseType="Resource">'
            f"<MPRI:Regions><rdf:Bag>{microsoft}</rdf:Bag></MPRI:Regions></MP:RegionInfo>"
        )
    return _REGIONS.format(elements=elements).encode()


def mwg(name: str, x: float, y: float, w: float, h: float, more: str = "", unit: str = "normalized") -> str:
    """A region by its centre, as most programs write it."""
    return (
        f'<rdf:li><rdf:Description mwg-rs:Name="{name}" {more}><mwg-rs:Area stArea:x="{x}" stArea:y="{y}" '
        f'stArea:w="{w}" stArea:h="{h}" stArea:unit="{unit}"/></rdf:Description></rdf:li>'
    )
