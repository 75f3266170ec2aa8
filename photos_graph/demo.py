"""Creates a small demonstration library from free pictures that scikit-image and scikit-learn ship.

Each picture is used several times, cropped and toned differently. Dates, places, cameras, ratings and keywords are
invented. Artists and licences are real and are written into the EXIF of each file. The library is as varied as a real
collection: it contains rotated pictures, several formats, a file without EXIF but with a date in its name, a sidecar,
and a photo in two folders.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from photos_graph.demo_shots import ALBUMS, BEST, DemoSource, Shot, ShotAlbum
from photos_graph.errors import BadInput

if TYPE_CHECKING:
    from PIL.Image import Image

MARKER = ".photos-graph-demo"
INSTALL = "The demonstration library needs its pictures. Install them: pip install 'photos-graph[demo]'"

# The rotation of the stored pixels for each EXIF orientation with which the picture is displayed upright.
ROTATIONS = {3: "ROTATE_180", 6: "ROTATE_90", 8: "ROTATE_270"}

# EXIF tags of the first, the Exif and the GPS directory.
MAKE, MODEL, ORIENTATION, ARTIST, RATING, COPYRIGHT = 0x010F, 0x0110, 0x0112, 0x013B, 0x4746, 0x8298
EXIF_IFD, TAKEN, TAKEN_OFFSET, LENS = 0x8769, 0x9003, 0x9011, 0xA434
GPS_IFD = 0x8825


@dataclass(frozen=True)
class DemoLabels:
    """The metadata that is written into one file."""

    exif: bytes
    xmp: bytes


def make_demo(folder: Path) -> int:
    """Creates the library in ``folder``, completely or not at all. An existing one is left as it is.

    Returns the number of its picture files. Raises BadInput if ``folder`` contains anything else, or if the packages
    that ship the pictures (the extra ``demo``) are not installed.
    """
    if (folder / MARKER).is_file():
        return _count(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(
            f"{folder} exists already and is not a demonstration library. Name a folder that is new or empty."
        )
    folder = folder.resolve()
    with _scratch_beside(folder) as scratch:
        for album in ALBUMS:
            for shot in album.shots:
                _make(scratch, album, shot)
        for original in BEST:
            copy = scratch / "Family" / "Best of" / Path(original).name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(scratch / original, copy)
        (scratch / MARKER).write_text("Made by photos-graph demo. It may be deleted.\n")
        scratch.replace(folder)
    return _count(folder)


def _count(folder: Path) -> int:
    return sum(path.suffix not in ("", ".xmp") for path in folder.rglob("*") if path.is_file() and path.name != MARKER)


@contextmanager
def _scratch_beside(folder: Path) -> Iterator[Path]:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise BadInput(f"{folder} cannot be created: {error.strerror}.") from error
    scratch.chmod(0o755)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _make(library: Path, album: ShotAlbum, shot: Shot) -> None:
    from PIL import Image

    path = library / album.folder / shot.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(path_of(shot.source)) as opened:
        picture = _toned(_cropped(opened.convert("RGB"), shot.crop), shot.tone)
    if shot.orientation in ROTATIONS:
        picture = picture.transpose(Image.Transpose[ROTATIONS[shot.orientation]])
    keywords = (*album.keywords, *shot.keywords)
    labels = DemoLabels(exif_of(album, shot), _xmp(keywords, shot.rating if shot.labelled else None))
    _save(picture, path, labels if shot.labelled else None)
    if shot.sidecar_rating is not None:
        path.with_name(path.name + ".xmp").write_bytes(_xmp(keywords, shot.sidecar_rating))
    taken = datetime.fromisoformat(shot.taken + album.offset).timestamp()
    os.utime(path, (taken, taken))


def path_of(source: DemoSource) -> Path:
    """Returns the path of the picture. Raises BadInput if the package that ships it is not installed."""
    # The package is located without importing it, which would take a second.
    package = find_spec(source.package)
    if package is None or package.origin is None:
        raise BadInput(INSTALL)
    return Path(package.origin).parent / source.file


def _cropped(picture: Image, crop: tuple[float, float, float, float]) -> Image:
    left, top, right, bottom = crop
    width, height = picture.size
    return picture.crop((round(left * width), round(top * height), round(right * width), round(bottom * height)))


def _toned(picture: Image, tone: str) -> Image:
    from PIL import Image, ImageEnhance, ImageOps

    if tone == "mono":
        return ImageOps.autocontrast(ImageOps.grayscale(picture), cutoff=1).convert("RGB")
    tints = {"warm": (255, 170, 90), "cool": (90, 150, 255), "dusk": (60, 50, 120)}
    if tone in tints:
        tint = Image.new("RGB", picture.size, tints[tone])
        return Image.blend(picture, tint, 0.35 if tone == "dusk" else 0.15)
    if tone == "vivid":
        return ImageEnhance.Color(picture).enhance(1.5)
    return picture


def exif_of(album: ShotAlbum, shot: Shot) -> bytes:
    """Returns the EXIF block for a JPEG."""
    from PIL import Image

    exif = Image.Exif()
    exif[MAKE], exif[MODEL], lens = album.camera
    exif[ORIENTATION] = shot.orientation
    exif[ARTIST], exif[COPYRIGHT] = shot.source.artist, shot.source.licence
    if shot.rating is not None:
        exif[RATING] = shot.rating
    exif.get_ifd(EXIF_IFD).update(
        {TAKEN: shot.taken.replace("-", ":").replace("T", " "), TAKEN_OFFSET: album.offset, LENS: lens}
    )
    if shot.position is not None:
        exif.get_ifd(GPS_IFD).update(_gps(*shot.position))
    return exif.tobytes()


def _gps(latitude: float, longitude: float, altitude: float) -> dict[int, Any]:
    """Returns the GPS directory by tag number, with angles as (degrees, minutes, seconds)."""

    def angle(degrees: float) -> tuple[float, float, float]:
        seconds = round(abs(degrees) * 3600, 2)
        return float(seconds // 3600), float(seconds % 3600 // 60), round(seconds % 60, 2)

    return {
        0: b"\x02\x03\x00\x00",
        1: "N" if latitude >= 0 else "S",
        2: angle(latitude),
        3: "E" if longitude >= 0 else "W",
        4: angle(longitude),
        5: b"\x00" if altitude >= 0 else b"\x01",
        6: abs(altitude),
    }


def _xmp(keywords: tuple[str, ...], rating: int | None) -> bytes:
    """Returns XMP with the keywords, both flat and with their hierarchy ("Places/Italy"), as Lightroom writes it."""

    def bag(name: str, values: list[str]) -> str:
        items = "".join(f"<rdf:li>{escape(value)}</rdf:li>" for value in values)
        return f"<{name}><rdf:Bag>{items}</rdf:Bag></{name}>" if values else ""

    rated = f"<xmp:Rating>{rating}</xmp:Rating>" if rating is not None else ""
    flat = bag("dc:subject", [keyword.rsplit("/", 1)[-1] for keyword in keywords])
    nested = bag("lr:hierarchicalSubject", [keyword.replace("/", "|") for keyword in keywords])
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f"{rated}{flat}{nested}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def _save(picture: Image, path: Path, labels: DemoLabels | None) -> None:
    from PIL.PngImagePlugin import PngInfo

    options: dict[str, Any] = {"exif": labels.exif, "xmp": labels.xmp} if labels else {}
    if path.suffix == ".png" and labels:
        text = PngInfo()
        text.add_itxt("XML:com.adobe.xmp", labels.xmp.decode())
        options = {"exif": labels.exif, "pnginfo": text}
    elif path.suffix == ".heic":
        import pillow_heif

        pillow_heif.register_heif_opener()
    picture.save(path, quality=92, **options)
