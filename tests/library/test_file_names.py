import pytest

from photos_graph.library.file_names import taken_from_name

SECOND = "2019-08-05T12:34:56"


@pytest.mark.parametrize(
    "name",
    [
        "Screenshot 2019-08-05 at 12.34.56.png",
        "Screenshot 2019-08-05 at 12.34.56\N{NARROW NO-BREAK SPACE}PM.png",
        "Schermata 2019-08-05 alle 12.34.56.png",
        "Bildschirmfoto 2019-08-05 um 12.34.56.png",
        "Bildschirmfoto vom 2019-08-05 12-34-56.png",
        "Capture d\N{RIGHT SINGLE QUOTATION MARK}écran 2019-08-05 à 12.34.56.png",
        "Capture d'e\N{COMBINING ACUTE ACCENT}cran 2019-08-05 a\N{COMBINING GRAVE ACCENT} 12.34.56.png",
        "Captura de pantalla 2019-08-05 a las 12.34.56.png",
        "Captura de pantalla 2019-08-05 a la(s) 12.34.56 p. m..png",
        "Captura de Tela 2019-08-05 às 12.34.56.png",
        "Captura de ecrã 2019-08-05, às 12.34.56.png",
        "Schermafbeelding 2019-08-05 om 12.34.56.png",
        "Skærmbillede 2019-08-05 kl. 12.34.56.png",
        "Näyttökuva 2019-8-5 kello 12.34.56.png",
        "Zrzut ekranu 2019-08-05 o 12.34.56.png",
        "Snímek obrazovky 2019-08-05 v 12.34.56.png",
        "Képernyőfotó 2019-08-05 - 12.34.56.png",
        "Снимок экрана 2019-08-05 в 12.34.56.png",
        "スクリーンショット 2019-08-05 12.34.56.png",
        "截屏2019-08-05 12.34.56.png",
        "لقطة شاشة \N{RIGHT-TO-LEFT MARK}٢٠١٩-٠٨-٠٥ في ١٢.٣٤.٥٦ م.png",  # noqa: RUF001
        "Στιγμιότυπο 2019-08-05, 12.34.56 μ.μ..png",
        "ภาพถ่ายหน้าจอ 2562-08-05 เวลา 12.34.56.png",
        "WhatsApp-Bild-2019-08-05-um-12.34.56.jpeg",
        "Screenshot 2019-08-05 123456.png",  # Windows 11
        "WIN_20190805_12_34_56_Pro.jpg",
        "19-08-05 12-34-56 1234.jpg",  # Nextcloud
        "2019-08-05 12.34.56.jpg",  # Dropbox
        "2019-08-05 12 34 56.jpg",
    ],
)
def test_names_in_the_languages_of_operating_systems(name: str) -> None:
    found = taken_from_name(name)
    assert found is not None
    assert (found.text, found.offset) == (SECOND, None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("截屏2019-08-05 下午1.34.56.png", "2019-08-05T13:34:56"),
        ("photo_1@22-08-2019_10-11-12.jpg", "2019-08-22T10:11:12"),  # Telegram
        ("22-08-2019.jpg", "2019-08-22"),
        ("05.08.2019 Garten.jpg", "2019-08-05"),
        ("Photo on 2019-08-05 at 12.34 #2.jpg", "2019-08-05T12:34:00"),
        ("IMG-20190805-WA0001.jpg", "2019-08-05"),
        ("WP_20190805_001.jpg", "2019-08-05"),
        ("2019-08-05 3 friends.jpg", "2019-08-05"),
        ("20190805_IMG_123456.jpg", "2019-08-05"),
        ("Στιγμιότυπο 2019-08-05, 1.34.56 μ.μ..png", "2019-08-05T13:34:56"),
        ("12. Juni 1987.jpg", "1987-06-12"),
        ("June 12th, 1987 party.jpg", "1987-06-12"),
        ("June 1987.jpg", "1987-06"),
        ("giugno 1987 2.jpg", "1987-06"),
        ("1987-06 Sommer.jpg", "1987-06"),
        ("Summer of 1987.jpg", "1987"),
        ("circa 1987.tif", "1987"),
    ],
)
def test_names_as_precise_as_they_are(name: str, expected: str) -> None:
    found = taken_from_name(name)
    assert found is not None
    assert found.text == expected


@pytest.mark.parametrize(
    "name",
    [
        "Screenshot (5).png",
        "05-08-2019.jpg",  # the fifth of August, or the eighth of May
        "1987.jpg",
        "1987-06.jpg",
        "IMG_1987.jpg",
        "Room 1987.jpg",
        "2005-06 season.jpg",
        "v1.2.2003.jpg",
        "10.12.2003.4.jpg",
        "19-08-05 12-61-56 1234.jpg",
        "32. Juni 1987.jpg",
    ],
)
def test_names_that_may_mean_something_else(name: str) -> None:
    assert taken_from_name(name) is None
