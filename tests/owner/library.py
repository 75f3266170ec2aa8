"""Makes the folder of photos of the owner: the demonstration library, a family in Abruzzo, and landscapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from PIL import Image

from photos_graph.demo import exif_of, make_demo
from photos_graph.demo_shots import PHONE, DemoSource, Shot, ShotAlbum
from tests.kit.corpora import PORTRAITS, SCENES

FAMILY = "Italy/2020 Abruzzo"  # the folder of the family's photos
PEOPLE = ("Tony_Blair", "George_W_Bush")  # the owner first; both are in every collection of portraits
OF_EACH = 10  # photos of a person
KINDS = {"Sea": "sea", "Forest": "forest", "Streets": "street"}
JUDGED = "Sea"  # the kind of which a sheet is judged, and whose predictions are then corrected
OF_EACH_KIND = 18  # photos of a kind of place in a folder of its own, and as many that are not sorted
MORE = 30  # photos of the first kind that are not sorted either, so that a sheet does not show all of them
UNSORTED = "Unsorted"


@dataclass(frozen=True, slots=True)
class Home:
    """What an owner has, and does with it: a folder to tag, a question that is then answered, and folders of kinds of
    places, if there are any to learn."""

    folder: str
    question: str
    kinds: Mapping[str, str]


DEMO = Home("Italy/2019 Abruzzo", "landscapes in Abruzzo in 2019", {})
WHOLE = Home(FAMILY, "landscapes in Abruzzo containing me", KINDS)
L_AQUILA = (42.3506, 13.3995, 721.0)


def make_library(folder: Path) -> int:
    """Makes the library in ``folder``, which is not there yet. Returns the number of its pictures."""
    count = make_demo(folder)
    taken = datetime(2020, 8, 14, 9)
    album = ShotAlbum(FAMILY, "+02:00", PHONE, (), ())
    for number, path in enumerate(_portraits()):
        name = f"IMG_{4000 + number}.jpg"
        shot = Shot(name, DemoSource("", "", "", ""), (taken + timedelta(minutes=7 * number)).isoformat(), L_AQUILA)
        _copied(path, folder / FAMILY / name, exif_of(album, shot))
        count += 1
    for kind, source in KINDS.items():
        most = 2 * OF_EACH_KIND + (MORE if kind == JUDGED else 0)
        for number, path in enumerate(islice(sorted((SCENES / source).iterdir()), most)):
            into = f"Places/{kind}" if number % 2 and number < 2 * OF_EACH_KIND else UNSORTED
            _copied(path, folder / into / f"{source}-{path.stem}.jpg", b"")
            count += 1
    return count


def _portraits() -> Iterator[Path]:
    """Yields pictures of both people in turn."""
    for pair in zip(*(sorted((PORTRAITS / person).iterdir())[:OF_EACH] for person in PEOPLE), strict=True):
        yield from pair


def _copied(source: Path, path: Path, exif: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(source) as picture:
        picture.convert("RGB").save(path, quality=92, exif=exif)
