"""The content of the demonstration library: the crop of each picture, with its time, position and labels."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class DemoSource:
    """A picture that a package ships, with its artist and licence."""

    package: str
    file: str  # path in the package
    artist: str
    licence: str


@dataclass(frozen=True)
class Shot:
    """A photo of the library, made from a source."""

    name: str
    source: DemoSource
    taken: str  # the wall clock, ISO 8601
    position: tuple[float, float, float] | None = None  # degrees north, degrees east, metres
    crop: tuple[float, float, float, float] = WHOLE  # left, top, right, bottom, as shares of the picture
    tone: str = "plain"
    rating: int | None = None
    keywords: tuple[str, ...] = ()
    orientation: int = 1
    labelled: bool = True  # whether the file contains EXIF and XMP
    sidecar_rating: int | None = None  # if set, the photo has a sidecar with this rating


@dataclass(frozen=True)
class ShotAlbum:
    """A folder of photos that were taken with one camera."""

    folder: str
    offset: str  # from UTC, for all shots
    camera: tuple[str, str, str]  # make, model, lens
    keywords: tuple[str, ...]
    shots: tuple[Shot, ...]


def _skimage(file: str, artist: str, licence: str) -> DemoSource:
    return DemoSource("skimage", f"data/{file}", artist, licence)


CC_BY = "CC BY 2.0"
PUBLIC_DOMAIN = "Public domain"
PAGODA = DemoSource("sklearn", "datasets/images/china.jpg", "danielbuechele (flickr)", CC_BY)
DAHLIA = DemoSource("sklearn", "datasets/images/flower.jpg", "vultilion (flickr)", CC_BY)
ASTRONAUT = _skimage("astronaut.png", "NASA", PUBLIC_DOMAIN)
CAT = _skimage("chelsea.png", "Stefan van der Walt", "CC0")
COFFEE = _skimage("coffee.png", "Rachel Michetti", "CC0")
ROCKET = _skimage("rocket.jpg", "SpaceX", PUBLIC_DOMAIN)
DEEP_FIELD = _skimage("hubble_deep_field.jpg", "NASA, ESA", PUBLIC_DOMAIN)

FUJI = ("FUJIFILM", "X-T3", "XF16-55mmF2.8 R LM WR")
CANON = ("Canon", "Canon EOS 80D", "EF-S18-135mm f/3.5-5.6 IS USM")
PHONE = ("Apple", "iPhone 11", "iPhone 11 back dual wide camera 4.25mm f/1.8")

ALBUMS = (
    ShotAlbum(
        "China/2018 Beijing",
        "+08:00",
        CANON,
        ("Places/China/Beijing", "Summer Palace"),
        (
            Shot("IMG_2101.jpg", PAGODA, "2018-10-03T09:12:41", (39.9996, 116.2755, 96), rating=5),
            Shot("IMG_2102.jpg", PAGODA, "2018-10-03T09:13:02", (39.9996, 116.2756, 96), (0.1, 0.05, 0.65, 1.0)),
            Shot(
                "IMG_2103.jpg",
                PAGODA,
                "2018-10-03T09:13:20",
                (39.9997, 116.2756, 97),
                (0.1, 0.0, 0.55, 1.0),
                rating=3,
                orientation=6,
            ),
            Shot(
                "IMG_2107.jpg", PAGODA, "2018-10-03T09:20:05", (39.9984, 116.2741, 80), (0.45, 0.2, 1.0, 0.9), "cool", 2
            ),
            Shot(
                "IMG_2131.jpg", PAGODA, "2018-10-03T17:48:33", (39.9979, 116.2722, 52), WHOLE, "dusk", 4, ("Evening",)
            ),
            Shot("IMG_2140.heic", PAGODA, "2018-10-04T08:02:10", (39.9996, 116.2754, 96), (0.0, 0.0, 0.8, 0.8), "mono"),
        ),
    ),
    ShotAlbum(
        "Italy/2019 Abruzzo",
        "+02:00",
        FUJI,
        ("Places/Italy/Abruzzo", "Nature"),
        (
            Shot("DSCF1001.jpg", DAHLIA, "2019-08-17T10:31:00", (42.3506, 13.3995, 721), rating=4),
            Shot("DSCF1002.jpg", DAHLIA, "2019-08-17T10:31:30", (42.3506, 13.3996, 721), (0.2, 0.1, 0.8, 0.95)),
            Shot(
                "DSCF1004.jpg",
                DAHLIA,
                "2019-08-17T10:33:12",
                (42.3507, 13.3996, 721),
                (0.3, 0.15, 0.72, 0.85),
                "vivid",
                5,
                ("Macro",),
            ),
            Shot(
                "DSCF1010.jpg",
                DAHLIA,
                "2019-08-18T16:05:48",
                (42.0860, 14.0864, 590),
                (0.25, 0.0, 0.8, 1.0),
                "warm",
                orientation=8,
            ),
            Shot("DSCF1011.webp", DAHLIA, "2019-08-18T16:09:15", (42.0861, 14.0866, 590), WHOLE, "mono", 3),
            Shot("DSCF1019.jpg", DAHLIA, "2019-08-19T20:11:02", (42.4618, 14.2161, 4), WHOLE, "dusk", 2, ("Evening",)),
        ),
    ),
    ShotAlbum(
        "Italy/2020 Rome",
        "+01:00",
        FUJI,
        ("Places/Italy/Rome", "Food"),
        (
            Shot("DSCF2001.jpg", COFFEE, "2020-02-08T08:45:12", (41.8902, 12.4941, 34), rating=4),
            Shot(
                "DSCF2002.jpg", COFFEE, "2020-02-08T08:45:40", (41.8902, 12.4941, 34), (0.12, 0.0, 0.72, 0.9), rating=5
            ),
            Shot(
                "DSCF2003.jpg", COFFEE, "2020-02-08T08:46:03", (41.8903, 12.4942, 34), (0.3, 0.05, 0.75, 0.75), "warm"
            ),
            Shot(
                "DSCF2004.jpg",
                COFFEE,
                "2020-02-08T08:46:30",
                (41.8903, 12.4942, 34),
                (0.1, 0.0, 0.75, 1.0),
                orientation=3,
            ),
            Shot(
                "DSCF2015.jpg", COFFEE, "2020-02-09T15:20:55", (41.8954, 12.4951, 50), WHOLE, "mono", sidecar_rating=3
            ),
        ),
    ),
    ShotAlbum(
        "USA/2015 Cape Canaveral",
        "-05:00",
        CANON,
        ("Places/USA/Florida", "Space"),
        (
            Shot("IMG_0311.jpg", ROCKET, "2015-02-10T18:01:10", (28.5618, -80.5772, 3), rating=5),
            Shot("IMG_0312.jpg", ROCKET, "2015-02-10T18:02:44", (28.5619, -80.5772, 3), (0.3, 0.1, 0.7, 1.0), rating=4),
            Shot(
                "IMG_0314.jpg",
                ROCKET,
                "2015-02-10T18:05:00",
                (28.5619, -80.5773, 3),
                (0.2, 0.05, 0.75, 1.0),
                "vivid",
                orientation=6,
            ),
            Shot("IMG_0320.jpg", ROCKET, "2015-02-11T18:03:31", (28.5623, -80.5770, 3), WHOLE, "cool"),
            Shot("Deep field.png", DEEP_FIELD, "2015-02-12T11:30:00", None, rating=5, keywords=("Sky/Galaxies",)),
            Shot("Deep field, detail.jpg", DEEP_FIELD, "2015-02-12T11:31:00", None, (0.2, 0.2, 0.7, 0.6), rating=3),
        ),
    ),
    ShotAlbum(
        "Family/2021 Christmas",
        "+01:00",
        PHONE,
        ("Family",),
        (
            Shot(
                "IMG_4411.jpg",
                ASTRONAUT,
                "2021-12-24T17:02:11",
                (48.1374, 11.5755, 519),
                rating=5,
                keywords=("Eileen",),
            ),
            Shot(
                "IMG_4412.jpg",
                ASTRONAUT,
                "2021-12-24T17:02:30",
                (48.1374, 11.5755, 519),
                (0.2, 0.0, 0.7, 0.5),
                rating=4,
                keywords=("Eileen", "Portrait"),
            ),
            Shot(
                "IMG_4413.jpg",
                ASTRONAUT,
                "2021-12-24T17:03:05",
                (48.1374, 11.5756, 519),
                (0.1, 0.0, 0.75, 0.9),
                "mono",
                keywords=("Eileen",),
                orientation=8,
            ),
            Shot(
                "IMG_4420.jpg", CAT, "2021-12-25T09:14:52", (48.1375, 11.5754, 519), rating=4, keywords=("Animals/Cat",)
            ),
            Shot(
                "IMG_4421.jpg",
                CAT,
                "2021-12-25T09:15:10",
                (48.1375, 11.5754, 519),
                (0.1, 0.05, 0.9, 0.9),
                "warm",
                keywords=("Animals/Cat",),
            ),
            Shot("IMG_20211226_101500.jpg", CAT, "2021-12-26T10:15:00", None, (0.2, 0.0, 1.0, 1.0), labelled=False),
        ),
    ),
    ShotAlbum(
        "Family/2022 Summer",
        "+02:00",
        PHONE,
        ("Family",),
        (
            Shot("IMG_5102.jpg", CAT, "2022-07-02T19:40:07", (48.1375, 11.5754, 519), (0.0, 0.1, 0.7, 1.0), "cool", 1),
            Shot("IMG_5120.jpg", DAHLIA, "2022-07-16T11:22:45", (47.4917, 11.0955, 708), (0.1, 0.1, 0.95, 1.0), "warm"),
            Shot(
                "IMG_5133.jpg",
                COFFEE,
                "2022-07-17T10:05:19",
                (47.4918, 11.0954, 708),
                (0.4, 0.2, 1.0, 1.0),
                rating=2,
                keywords=("Food",),
            ),
        ),
    ),
)

# These files are copied into a second folder, so that each is one photo with two files.
BEST = ("China/2018 Beijing/IMG_2101.jpg", "Italy/2019 Abruzzo/DSCF1004.jpg")
